#!/bin/bash
# A real dkms builds the module from a copy of the tree, for a kernel that does
# not run here. In a mount namespace of its own: the machine's dkms sees nothing.
cd "$(dirname "$0")/.." || exit
[ "$1" = inside ] || exec unshare -m --propagation private "$0" inside

number=0
point() { # STATUS DESCRIPTION
	number=$((number + 1))
	[ "$1" = 0 ] && echo "ok $number - $2" && return
	echo "not ok $number - $2"
	sed 's/^/# /' "$scratch/log"
}

kernel=$(tests/vm/kernel 6.1) || exit
abi=$(cat "$kernel/ABI")
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
scratch=$(mktemp -d)
trap 'umount /var/lib/dkms; rm -r "$scratch"' EXIT
mount -t tmpfs tmpfs /var/lib/dkms # its signing key is made there, too

mkdir -p "$scratch/src/arppin-$version"
cp -r Kbuild Makefile dkms.conf kmod "$scratch/src/arppin-$version"
dkms_in() { dkms "$@" --sourcetree "$scratch/src" > "$scratch/log" 2>&1; }
dkms_in add -m arppin -v "$version"
point $? 'dkms add'
dkms_in build -m arppin -v "$version" -k "$abi" --kernelsourcedir "$kernel/build"
point $? 'dkms build'
module=$(find /var/lib/dkms/arppin -name 'arppin.ko*')
[ "$(modinfo -F vermagic "$module" | cut -d' ' -f1)" = "$abi" ]
point $? 'the module is for that kernel'
[ "$(modinfo -F version "$module")" = "$version" ]
point $? "and has the package's version"

# A kernel that cannot have it is passed over, and not an error of dkms.
old=5.4.0-1-amd64
dkms_in build -m arppin -v "$version" -k $old --kernelsourcedir "$kernel/build"
grep -q BUILD_EXCLUSIVE "$scratch/log"
point $? 'a kernel before 5.10 is excluded'
dkms_in remove -m arppin -v "$version" --all
point $? 'dkms remove'
echo "1..$number"
