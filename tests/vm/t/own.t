#!/bin/bash
# Somebody else claims an address of ours (RFC 5227, section 2.4): told, not
# dropped, and answered if the owner says so. The address is never given up.
# weight: 35
. tests/vm/lib.sh
. tests/vm/pins.sh

# Of ours, too. By its hash it was once taken for the other, and not defended.
SECOND=192.0.2.28
total() { stat_number incidents_total; }
# own FILTER: of the incidents about our addresses.
own() { ctl -j incident show | jq -rc "map(select(.kind == \"own-address\")) | $1"; }
own_frames() { [ "$(own 'map(.dropped + .passed) | add')" = "$1" ]; }
gateway_has() { [[ $(ip -n gateway neigh show $SERVER dev eth0) == *"lladdr $1 "* ]]; }
# to_us OPTION...: a claim that the server alone hears.
to_us() { forge dst=$SERVER_MAC "$@"; }
announced_by_us="arp[6:2] = 1 and ether src $SERVER_MAC and arp[14:4] = arp[24:4]"
# announcements ADDRESS: those that the gateway has heard from us, as
# `DESTINATION SENDER TARGET-MAC`.
announcements() {
	tcpdump -entr "$capture" "$announced_by_us and src host $1" 2> /dev/null |
		awk '{ print $3 }' | tr -d ,
}
# gaps ADDRESS: the seconds from each to the next.
gaps() {
	tcpdump -nttr "$capture" "$announced_by_us and src host $1" 2> /dev/null |
		awk 'NR > 1 { printf "%.2f\n", $1 - last } { last = $1 }'
}
heard() { [ "$(announcements "$1" | wc -l)" -ge "$2" ]; }
capture=$(mktemp) capture_log=$(mktemp)
capture_start() {
	: > "$capture_log"
	start_log=$capture_log start on gateway tcpdump -i eth0 -U --immediate-mode -w "$capture" arp
	capture_pid=$started
	wait_for 30 grep -q 'listening on' "$capture_log" || bail_out "no tcpdump"
}

topology
ip -n server address add $SECOND/24 dev eth0
# With the server's MAC as source the attacker would take its cable over as well.
ip link set attacker0 type bridge_slave learning off
forge spa=$SERVER tpa=$GATEWAY
ok "without arppin the gateway believes who claims the server's address" \
	wait_for 10 gateway_has $ATTACKER_MAC
ip -n gateway neigh replace $SERVER dev eth0 lladdr $SERVER_MAC nud reachable

load_arppin
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
ok 'the gateway reaches the server' on gateway ping -c1 -W5 $SERVER
before=$(total)
is 'no incident yet' "$before" 0

echo '# no conflict'
to_us spa=0.0.0.0 tpa=$SERVER
to_us spa=0.0.0.0 tpa=$SERVER sha=02:00:00:00:00:67 op=reply
to_us spa=$SERVER tpa=$SERVER sha=$SERVER_MAC
to_us spa=$SERVER tpa=$GATEWAY sha=$SERVER_MAC op=reply
to_us spa=0.0.0.0 tpa=$SERVER sha=$SERVER_MAC
ip -n server link add other0 address 02:00:00:00:00:12 type dummy
to_us spa=$SERVER tpa=$SERVER sha=02:00:00:00:00:12
is 'probes, our own frames, and another device of ours are no conflict' "$(total)" 0

echo '# conflicts'
monitor_start
to_us spa=$SERVER tpa=$GATEWAY
to_us spa=$SERVER tpa=$GATEWAY op=reply
to_us spa=$SERVER tpa=$SERVER
is 'request, reply and announcement are one incident' "$(own 'map([.addr, .lladdr, .dropped, .passed])')" \
	"[[\"$SERVER\",\"$ATTACKER_MAC\",0,3]]"
is '... with its variants' "$(own '.[].variants | sort | join(" ")')" \
	'gratuitous-request reply request-to-other'
is '... neither of a pin, nor in its counters' "$(own '.[].pin') $(pin_number dropped)" 'null 0'
is '... noticed' "$(stat_number noticed)" 3
to_us spa=$SECOND tpa=$SECOND
to_us spa=$SECOND tpa=$SECOND sha=02:00:00:00:00:67
is 'another address and another offender are others' \
	"$(own 'map([.addr[8:], .lladdr[15:], .passed] | join(" ")) | join(", ")')" \
	'10 66 3, 28 66 1, 28 67 1'
monitor_stop
is '... each told once' "$(events 'select(.event == "incident-start") | .incident.kind' | xargs)" \
	'own-address own-address own-address'
ok 'the gateway still reaches the server' on gateway ping -c1 -W5 $SERVER
is '... which has its addresses' "$(ip -n server -br address show dev eth0 | xargs -n1 | grep -c '^192')" 2

echo '# a guard that drops'
# One incident goes on, with what is done now.
ctl guard set dev eth0 unpinned drop
to_us spa=$SERVER tpa=$SERVER
is 'with unpinned drop it is dropped' "$(own '.[0] | [.addr, .dropped, .passed]')" "[\"$SERVER\",1,3]"
ctl guard set dev eth0 unpinned accept
is 'with unpinned accept these are over' "$(own 'map(.live) | unique')" '[false]'

echo '# defence'
# Without it first: nothing is said. For longer than the locktime of a neighbour.
capture_start
forge spa=$SERVER tpa=$SERVER count=5 interval=0.5
ok 'no defence: told' wait_for 10 own_frames 11
# The server may just have asked the gateway for its MAC, which puts it right, too.
taken_over() { gateway_has $ATTACKER_MAC || { forge spa=$SERVER tpa=$SERVER && gateway_has $ATTACKER_MAC; }; }
ok '... the gateway believes it' wait_for 10 taken_over
sleep 1
is '... and we have said nothing' "$(announcements $SERVER)" ''

ctl guard set dev eth0 defend on
forge spa=$SERVER tpa=$SERVER
ok 'defence: one announcement' wait_for 10 heard $SERVER 1
ok '... and the gateway is put right' wait_for 5 gateway_has $SERVER_MAC
is '... to all' "$(announcements $SERVER)" ff:ff:ff:ff:ff:ff
is '... of our MAC' "$(tcpdump -xxtr "$capture" "$announced_by_us and src host $SERVER" 2> /dev/null |
	sed -n 's/^\t0x[0-9a-f]*: *//p' | tr -d ' \n')" \
	"$(tr -d : <<< "ff:ff:ff:ff:ff:ff$SERVER_MAC:0806:0001:0800:06:04:0001:$SERVER_MAC:c000020a:000000000000:c000020a")"
forge spa=$SECOND tpa=$SECOND
ok '... and at once one of our other address' wait_for 10 heard $SECOND 1
# However many claims of whomever, and however long.
start on attacker tests/vm/arp.py eth0 count=0 interval=0.05 spa=$SERVER tpa=$SERVER dst=$SERVER_MAC
start on attacker tests/vm/arp.py eth0 count=0 interval=0.05 spa=$SERVER tpa=$GATEWAY \
	dst=$SERVER_MAC sha=02:00:00:00:00:68
start on attacker tests/vm/arp.py eth0 count=0 interval=0.05 spa=$SECOND tpa=$SECOND dst=$SERVER_MAC
ok 'while claims go on, it is said again' wait_for 120 heard $SERVER 3
ok '... of the other address as well' wait_for 120 heard $SECOND 2
for pid in "${started_all[@]: -3}"; do
	stop "$pid"
done
# Of 10 s half a second less, for a clock that lags.
for address in $SERVER $SECOND; do
	is "... not more than once in ten seconds: $address" "$(gaps "$address" | awk '$1 < 9.5')" ''
done
diag "$(own 'map(.passed) | add') claims of our addresses; from one announcement to the next: $(
	gaps $SERVER | xargs) s, $(gaps $SECOND | xargs) s"
to_us spa=0.0.0.0 tpa=$SERVER
ctl guard set dev eth0 defend off
is 'in all that time the address is ours' "$(ip -n server -br address show dev eth0 | xargs -n1 | grep -c '^192')" 2
ok '... and the gateway reaches it' on gateway ping -c1 -W5 $SERVER
stop "$capture_pid"
rm "$capture" "$capture_log"
done_testing
