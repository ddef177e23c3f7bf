#!/bin/bash
# The module, and the benchmark's, build for every kernel of the matrix without a
# warning of the compiler or of sparse. (6.1 is tests/static.t's.)
cd "$(dirname "$0")/.." || exit
mapfile -t kernels < <(tests/vm/kernel -l | grep -vx 6.1)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

number=0
point() { # STATUS DESCRIPTION
	number=$((number + 1))
	[ "$1" = 0 ] && echo "ok $number - $2" && return
	echo "not ok $number - $2"
	sed 's/^/# /' "$scratch/log"
}
echo "1..$((${#kernels[@]} * 3))"
for key in "${kernels[@]}"; do
	folder=$scratch/$key
	mkdir "$folder"
	cp -r Kbuild dkms.conf kmod "$folder"
	kernel=$(tests/vm/kernel "$key" 2> "$scratch/log") &&
		tests/vm/kbuild "$key" "$folder" -j2 C=2 CF=-D__CHECK_ENDIAN__ > "$scratch/log" 2>&1
	point $? "$key: builds without a warning, of sparse neither"
	cp -r tests/bench/bare "$folder"
	tests/vm/kbuild "$key" "$folder/bare" C=2 CF=-D__CHECK_ENDIAN__ > "$scratch/log" 2>&1
	point $? "$key: ... the benchmark's neither"
	[ "$(modinfo -F vermagic "$folder/arppin.ko" 2>&1 | cut -d' ' -f1)" = "$(cat "$kernel/ABI")" ]
	point $? "$key: is for that kernel"
done
