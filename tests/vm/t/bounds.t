#!/bin/bash
# The documented bounds: what is allowed works, one more is refused with a sentence
# and changes nothing.
# weight: 55
. tests/vm/lib.sh
. tests/vm/pins.sh

load_arppin
ip netns add server
SDEV=eth0
lines=$(mktemp)

# beyond WHAT REGEX WORD...: the tool is refused, and nothing is different after it.
beyond() {
	local what=$1 regex=$2 before message status
	shift 2
	before=$(ctl save | cksum)
	message=$(ctl "$@" 2>&1)
	status=$?
	is "$what: refused" $status 2
	like "$what: the message" "$message" "$regex"
	is "$what: nothing has changed" "$(ctl save | cksum)" "$before"
}

macs() { printf '02:00:00:00:00:%02x,' $(seq 1 "$1") | sed 's/,$//'; }
ok '16 MACs' ctl pin add $GATEWAY dev eth0 lladdr "$(macs 16)"
is '... all of them' "$(ctl -j pin show | jq -r '.[0].lladdr | join(",")')" "$(macs 16)"
message=$(ctl pin replace $GATEWAY dev eth0 lladdr "$(macs 17)" 2>&1)
is '17 MACs: the tool refuses' $? 1
like '... and says why' "$message" '16'
is '... nothing has changed' "$(ctl -j pin show | jq '.[0].lladdr | length')" 16
ctl pin flush

for ((i = 0; i < 4096; i++)); do
	echo "guard set dev d$i unpinned drop"
done > "$lines"
ok '4,096 device names' ctl restore "$lines"
is '... all of them' "$(ctl -j guard show | jq length)" 4096
beyond 'one more, with a guard' 'bound of 4096 device names' guard set dev one_more unpinned audit
beyond 'one more, with a pin' 'bound of 4096 device names' \
	pin add $GATEWAY dev one_more lladdr $GATEWAY_MAC
ok 'one that is there already' ctl pin add $GATEWAY dev d7 lladdr $GATEWAY_MAC
ctl pin flush
: > "$lines"
ok 'none' ctl restore "$lines"
is '... really' "$(stat_number devs)" 0

pins() { awk -v n="$1" 'BEGIN {
	for (i = 0; i < n; i++)
		printf "pin add 10.0.%d.%d dev none%d lladdr 02:00:00:00:%02x:%02x\n",
			i / 256, i % 256, i % 8, i / 256, i % 256
}'; }
many=$(brief 65536 1024)
pins "$many" > "$lines"
ok "$many pins" ctl restore "$lines"
like 'an independent client sees them' "$(on server python3 -B tests/vm/netlink.py "dump/$many")" '^ok '
is '... all of them' "$(stat_number pins)" "$many"
# The order of the two is another, their content is not.
is '... and none is another' "$(ctl save | sed -n 's/ mode.*//; /^pin/p' | sort | cksum)" \
	"$(sort "$lines" | cksum)"
if in_full; then
	hits=$(stat_number bound_hits)
	beyond 'one more' 'bound of 65536 pins' pin add 10.1.0.0 dev none0 lladdr $GATEWAY_MAC
	is '... is counted' "$(($(stat_number bound_hits) - hits))" 1
	is '... and its device name is not kept' "$(ctl pin add 10.1.0.0 dev one_more lladdr $GATEWAY_MAC 2>&1 |
		grep -c bound; stat_number devs)" '1
8'
fi
ok 'one of them can be replaced' ctl pin replace 10.0.0.0 dev none0 lladdr $GATEWAY_MAC
arppinctl pin add 10.1.0.0 dev none0 lladdr $GATEWAY_MAC
is 'another namespace has bounds of its own' "$(arppinctl -j stats | grep -o '"pins":[0-9]*')" '"pins":1'
ok 'flush of one device' ctl pin flush dev none3
is '... of that alone' "$(stat_number pins)" $((many * 7 / 8))
ok 'one more is possible now' ctl pin add 10.1.0.0 dev none0 lladdr $GATEWAY_MAC
ok 'flush of all' ctl pin flush
is '... of all' "$(stat_number pins) $(stat_number devs) $(ctl -j pin show)" '0 0 []'
rm "$lines"
unload_arppin
ip netns del server
done_testing
