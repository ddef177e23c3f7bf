#!/bin/bash
# tests/races/storm in guests with four CPUs, for RACE_SECONDS with each kernel of
# RACE_KERNELS.
cd "$(dirname "$0")/../.." || exit
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
read -ra kernels <<< "${RACE_KERNELS:-6.1-rt}"
echo "1..${#kernels[@]}"
number=0
for key in "${kernels[@]}"; do
	number=$((number + 1))
	mkdir "$scratch/$key"
	echo "${RACE_SECONDS:-60}" > "$scratch/$key/seconds"
	tests/vm/run -k "$key" -c 4 -t $((${RACE_SECONDS:-60} * 5 + 600)) -o "$scratch/$key" \
		tests/races/storm > "$scratch/log" 2>&1
	status=$?
	grep -h '^# .* rounds: \|^# .* forged claims' "$scratch/$key"/tap/storm.tap
	[ $status = 0 ] || { cat "$scratch/log" "$scratch/$key"/tap/storm.tap | sed 's/^/# /'; echo -n 'not '; }
	echo "ok $number - $key"
done
