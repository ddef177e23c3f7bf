#!/bin/bash
# The netlink ABI, by a client that has nothing in common with the tool.
# weight: 50
. tests/vm/lib.sh
. tests/vm/pins.sh

# points COMMAND...: of netlink.py, in the namespace server. To start it takes seconds.
points() {
	local output status line
	output=$(mktemp)
	on server python3 -B tests/vm/netlink.py "$@" > "$output" 2>&1
	status=$?
	while IFS= read -r line; do
		case $line in
		'ok '*) point 0 "${line#ok }" ;;
		'not ok '*) point 1 "${line#not ok }" ;;
		*) diag "$line" ;;
		esac
	done < "$output"
	is "$*: ran to the end" $status 0
	rm "$output"
}

load_arppin
topology
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC,02:00:00:00:00:02
ctl pin add $GATEWAY dev none0 lladdr $GATEWAY_MAC resident off
ctl pin add 192.0.2.9 dev eth0 lladdr 02:00:00:00:00:09 mode audit
ctl guard set dev eth0 unpinned audit
ctl guard set dev none1 unpinned drop
ctl guard set dev none2 defend on addresses 8
# One incident that has ended, the others live; of the offender something is known.
ctl pin add 192.0.2.3 dev eth0 lladdr $GATEWAY_MAC
forge spa=$ATTACKER tpa=$ATTACKER
forge spa=192.0.2.3
ctl pin del 192.0.2.3 dev eth0
forge count=3
forge spa=192.0.2.9 op=reply
forge spa=192.0.2.200
wait_for 10 stat_is passed 3
# Nor are the gateway and the server to ask each other whether they are still there:
# such a question of the gateway counts, as does its answer.
is_settled() { ! ip -n server neigh show $GATEWAY | grep -e DELAY -e PROBE > /dev/null; }
wait_for 20 is_settled
ip -n gateway link set eth0 arp off
points answers refusals policy
# With them their incidents end, which would tell so when it is least expected.
ctl pin flush
ctl guard set dev eth0 unpinned accept
ctl guard set dev none1 unpinned accept
ctl guard set dev none2 defend off addresses off
points journal echo changed
done_testing
