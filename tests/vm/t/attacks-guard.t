#!/bin/bash
# A guard: what a device does with claims about addresses that have no pin, while
# the pinned gateway works.
# weight: 15
. tests/vm/lib.sh
. tests/vm/pins.sh

NEIGHBOUR=192.0.2.99 NEIGHBOUR_MAC=02:00:00:00:00:99 # nobody is there

# reset: the neighbour's entry is right, and the next claim may move it.
reset() { ip -n server neigh replace $NEIGHBOUR dev eth0 lladdr $NEIGHBOUR_MAC nud stale; }
# A request to the server overrides at once, a reply after locktime.
forge_neighbour() { forge spa=$NEIGHBOUR count=3; }
guard_is() { [ "$(guard_number dropped) $(guard_number passed)" = "$1" ]; }
# told EVENT: of the incident with the neighbour's address.
told() {
	events 'select(.event == "'"$1"'") | .incident | select(.addr == "'$NEIGHBOUR'") |
		"\(.kind) \(.lladdr) \(.variants | join(",")) \(.dropped) \(.passed)"'
}

topology
reset
forge_neighbour
ok 'without arppin a stranger takes a neighbour over' wait_for 5 cache_is $NEIGHBOUR $ATTACKER_MAC

load_arppin
monitor_start
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
reset
forge_neighbour
ok 'without a guard a pin changes nothing for other addresses' \
	wait_for 5 cache_is $NEIGHBOUR $ATTACKER_MAC

reset
ok 'guard: drop' ctl guard set dev eth0 unpinned drop
ping_start
forge_neighbour
ok 'all three forged requests are counted as dropped' wait_for 5 guard_is '3 0'
is 'the entry has not moved' "$(cache_mac $NEIGHBOUR)" $NEIGHBOUR_MAC
ip -n server neigh flush dev eth0
fails 'the server does not find a stranger' 1 on server ping -c1 -W2 $ATTACKER
ip -n attacker neigh flush dev eth0
fails 'a stranger does not find the server' 1 on attacker ping -c1 -W2 $SERVER
# The flush above has taken the gateway's entry too: resolved anew, or resident.
ok 'the gateway answers' on server ping -c1 -W5 $GATEWAY
ip -n gateway neigh flush dev eth0
ok 'the gateway finds the server' on gateway ping -c1 -W5 $SERVER
is 'not a ping to the gateway was lost' "$(ping_stop)" 0
ok 'a probe by a stranger passes: it claims nothing' on attacker arping -q -D -c1 -I eth0 192.0.2.98

ok 'guard: audit' ctl guard set dev eth0 unpinned audit
is 'the first frame was told, and who sent it' "$(told incident-start)" \
	"unpinned $ATTACKER_MAC request-to-us 1 0"
reset
before="$(guard_number dropped) $(guard_number passed)"
forge_neighbour
ok 'the claims are counted as passed' \
	wait_for 5 guard_is "${before% *} $((${before#* } + 3))"
ok '... and they passed' wait_for 5 cache_is $NEIGHBOUR $ATTACKER_MAC
ok 'a stranger and the server find each other' on server ping -c1 -W5 $ATTACKER

ok 'guard: accept' ctl guard set dev eth0 unpinned accept
total=$(stat_number incidents_total)
reset
forge_neighbour
ok 'the claims pass' wait_for 5 cache_is $NEIGHBOUR $ATTACKER_MAC
is '... and are not told' "$(stat_number incidents_total)" "$total"
monitor_stop
# It began with drop, went on with audit, and ended with accept: one offender. His
# own requests for the server, in his own name, are part of it.
like 'one incident, dropped and passed' "$(told incident-end)" \
	"^unpinned $ATTACKER_MAC .*request-to-us ([3-9]|[1-9][0-9]+) ([3-9]|[1-9][0-9]+)$"
done_testing
