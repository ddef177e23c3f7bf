#!/bin/bash
# Forged requests for our address, each from another sender, fill the neighbour
# table: the kernel makes an entry for each. It then evicts whatever is older than
# five seconds and not just in use, and has no room for what is looked up next.
# weight: 35
. tests/vm/lib.sh
. tests/vm/pins.sh

load_arppin
topology
# By default it has room for 1,024, and a table of new entries for another one each
# 5 ms. An emulated attacker is slow: so that he wins that race all the same, for
# fewer. Set for all tests of this guest, and so put back.
sysctl -qw net.ipv4.neigh.default.gc_thresh{1=32,2=64,3=128}

# All namespaces share the table: without this the gateway would be the one that
# cannot answer. And the frames are for the server alone.
ip -n gateway neigh replace $SERVER dev eth0 lladdr $SERVER_MAC nud permanent
flood() {
	start on attacker tests/vm/arp.py eth0 count=0 interval=0.0005 spa=10.0.0.0/8 \
		dst=$SERVER_MAC
	flood_pid=$started
}
# Whoever asks has a chance against the flood, if a small one; then all is as before.
unreachable() {
	not on server ping -c1 -W1 $GATEWAY && return
	ip -n server neigh replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC nud stale
	wait_for 30 cache_is $GATEWAY none
	return 1
}
overflows() { kmsg_since | grep -q 'neighbor table overflow'; }

ok 'the gateway answers' on server ping -c1 -W5 $GATEWAY
# Idle, as after less than a minute: what has just answered is not evicted.
ip -n server neigh replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC nud stale
kmsg_mark
flood
ok 'unprotected: the table overflows' wait_for 60 overflows
began=$SECONDS
ok 'unprotected: the gateway is evicted' wait_for 60 cache_is $GATEWAY none
took=$((SECONDS - began + 1))
ok 'unprotected: ... and cannot be reached' wait_for 60 unreachable

# While it is so, a pin gets its entry nevertheless.
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
ok 'pinned in the flood: it is in the table' wait_for 60 cache_is $GATEWAY $GATEWAY_MAC
ok 'pinned in the flood: it can be reached' on server ping -c1 -W5 $GATEWAY
diag "without the pin it took $took s"

# Made anew, the entry is idle as well.
ctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC resident off
ctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC
like 'pinned: idle, too' "$(entry)" STALE
kmsg_mark
# Longer than it took without the pin.
restored=$(stat_number cache_restored)
ok 'pinned: never evicted' stays $((took + $(brief $((took + 10)) 5))) cache_is $GATEWAY $GATEWAY_MAC
ok 'pinned: ... while the table overflows' overflows
is 'pinned: ... and it was never put back' "$(stat_number cache_restored)" "$restored"
ok 'pinned: it can be reached' on server ping -c1 -W5 $GATEWAY
ping_start
sleep 3
is 'pinned: no ping is lost' "$(ping_stop)" 0
stop $flood_pid
sysctl -qw net.ipv4.neigh.default.gc_thresh{1=128,2=512,3=1024}

done_testing
