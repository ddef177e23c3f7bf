#!/bin/bash
# What a frame costs may not grow by itself: instructions, counted as `make bench`
# does, beside those in tests/bench/recorded. Who makes it dearer on purpose, or
# cheaper, records that: make bench-record.
cd "$(dirname "$0")/../.." || exit

# A count is the same each time but for the timer's ticks that fall into it, and for
# where in memory and in a hash table things come to lie, which another build changes.
MARGIN=3	# percent of what is recorded
LEAST=12	# instructions, of 4,000 to 6,000 that a frame takes in all

number=0
# compare RECORDED COUNTED: a point for each line.
compare() {
	awk -v margin=$MARGIN -v least=$LEAST -v number="$number" '
		NR == FNR { recorded[$1 " " $2] = $3; next }
		{ counted[$1 " " $2] = $3 }
		END {
			for (what in recorded) {
				allowed = recorded[what] * margin / 100
				if (allowed < least) allowed = least
				well = what in counted && counted[what] <= recorded[what] + allowed
				split(what, word)
				printf "%sok %d - %s, %d pins: %s instructions, recorded %s\n", well ? "" : "not ",
					++number, word[1], word[2], what in counted ? counted[what] : "no", recorded[what]
			}
			if (!number) print "not ok 1 - nothing is recorded"
		}' "$1" "$2"
}
point() { # STATUS DESCRIPTION
	number=$((number + 1))
	[ "$1" = 0 ] && echo "ok $number - $2" || echo "not ok $number - $2"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if ! tests/bench/speed -g "$scratch/counted" > "$scratch/log" 2>&1; then
	sed 's/^/# /' "$scratch/log"
	echo 'Bail out! nothing was counted'
	exit 1
fi
compare tests/bench/recorded "$scratch/counted" > "$scratch/points"
cat "$scratch/points"
number=$(wc -l < "$scratch/points")

# It does see what it is to see.
dearer() { # FACTOR MORE: what compare says if all were that much dearer
	awk -v factor="$1" -v more="$2" '{ $3 = $3 * factor + more } 1' tests/bench/recorded > "$scratch/dearer"
	compare tests/bench/recorded "$scratch/dearer"
}
[ "$(dearer 1 $((LEAST + 1)) | grep -c '^not ok.*ipv4')" = 2 ]
point $? "an IPv4 packet that meets the hook would be seen"
[ "$(dearer 1.04 0 | grep -c '^not ok.* dropped,')" = 2 ]
point $? "4 % more would be seen"
[ "$(dearer 1 0 | grep -c '^not ok')" = 0 ]
point $? "the same is well"

echo "1..$number"
