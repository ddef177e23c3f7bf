#!/bin/bash
# The attack works on every kind of device that the other tests protect, and the
# tests' own instruments measure: the ping counts losses, and nothing stays.
# ARPPIN_BRIEF: on one; the others' tests show it for each attack.
# weight: 40
. tests/vm/lib.sh

for kind in $(brief "veth vlan bond bridge macvlan" veth); do
	topology "$kind"
	is "$kind: the gateway's address is its own" "$(cache_mac $GATEWAY)" $GATEWAY_MAC
	start on attacker arpspoof -i "$DEV" -t $SERVER $GATEWAY
	ok "$kind: arpspoof takes it over" wait_for 15 cache_is $GATEWAY $ATTACKER_MAC
	stop "$started"
	topology_clean
	ok "$kind: no device stays" no_cables
done

topology
ping_start
sleep 2
is 'no ping is lost while all is well' "$(ping_stop)" 0
ping_start
wait_for 10 grep -q 'bytes from' "$ping_log"
ip -n gateway link set eth0 down
wait_for 10 grep -q 'no answer' "$ping_log"
ip -n gateway link set eth0 up
sleep 2
like 'pings are lost while the gateway is away' "$(ping_stop)" '^[1-9][0-9]*$'

kmsg_mark
echo 'said after the mark' > /dev/kmsg
like 'messages since the mark' "$(kmsg_since)" 'said after the mark'
kmsg_mark
unlike 'no messages from before it' "$(kmsg_since)" 'said after the mark'

done_testing
