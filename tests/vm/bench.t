#!/bin/bash
# The bench does not lie: what is broken in a VM, or in TAP, is never a pass.
# Each case is a test in tests/vm/selftest that is run in a VM of its own.
cd "$(dirname "$0")/../.." || exit

number=0
ok() { # STATUS DESCRIPTION
	number=$((number + 1))
	[ "$1" = 0 ] && echo "ok $number - $2" || echo "not ok $number - $2"
}

# name, options, and what the report must say; `pass` alone may exit 0
cases='
pass	-t 300	^5 passed, 0 failed
fails	-t 300	not ok 2 - two
dies	-t 300	No plan found
exits	-t 300	a test failed though
panics	-t 300	Kernel panic
hangs	-t 30	the guest hangs
warns	-t 300	WARNING: CPU
'
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

one() { # NAME OPTION VALUE: leaves NAME.log and NAME.status
	tests/vm/run -n -c 1 "$2" "$3" -o "$logs/$1.out" "tests/vm/selftest/$1.t" > "$logs/$1.log" 2>&1
	echo $? > "$logs/$1.status"
}
export -f one
export logs
awk 'NF { print $1, $2, $3 }' <<< "$cases" |
	xargs -P "$(nproc)" -L 1 bash -c 'one "$@"' one

while IFS=$'\t' read -r name _ says; do
	[ "$name" ] || continue
	if [ "$name" = pass ]; then
		[ "$(cat "$logs/$name.status")" = 0 ]
	else
		[ "$(cat "$logs/$name.status")" != 0 ]
	fi
	ok $? "selftest/$name.t: exit status $(cat "$logs/$name.status")"
	grep -qE -e "$says" "$logs/$name.log"
	said=$?
	ok $said "selftest/$name.t: the report says: $says"
	[ $said = 0 ] || sed 's/^/# /' "$logs/$name.log"
done <<< "$cases"

[ ! -e tests/vm/selftest/written ]
ok $? "what a guest writes stays in the guest"

# tally PASSED FAILED DESCRIPTION TAP
tally() {
	local said
	said=$(printf %b "$4" | tests/tally /dev/stdin | tail -n 1)
	[ "$said" = "$1 passed, $2 failed" ]
	ok $? "tally: $3: $said"
}
tally 2 0 'all well' '1..2\nok 1\nok 2\n'
tally 1 1 'a failure' '1..2\nok 1\nnot ok 2\n'
tally 0 1 'a skipped point' '1..1\nok 1 # SKIP no such device\n'
tally 0 1 'a skipped file' '1..0 # SKIP not here\n'
tally 0 1 'a TODO' '1..1\nok 1 # TODO later\n'
tally 2 1 'a plan not kept' '1..3\nok 1\nok 2\n'
tally 1 1 'no plan' 'ok 1\n'
tally 0 1 'nothing' ''
tally 1 1 'bailed out' '1..1\nok 1\nBail out!\n'

echo "1..$number"
