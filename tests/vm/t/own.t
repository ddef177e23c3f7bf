#!/bin/bash
# Somebody else claims an address of ours (RFC 5227, section 2.4): told, not
# dropped, and answered if the owner says so. The address is never given up.
# weight: 60
. tests/vm/lib.sh
. tests/vm/pins.sh

SECOND=192.0.2.11 # of ours, too
total() { stat_number incidents_total; }
# own FILTER: of the incidents about our addresses.
own() { ctl -j incident show | jq -rc "map(select(.kind == \"own-address\")) | $1"; }
own_frames() { [ "$(own 'map(.dropped + .passed) | add')" = "$1" ]; }
guard_number() { number_in "$(ctl -j guard show dev eth0)" "$1"; }
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
	'10 66 3, 11 66 1, 11 67 1'
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
# Without it first: nothing is said.
capture_start
forge spa=$SERVER tpa=$SERVER count=5
ok 'no defence: told' wait_for 10 own_frames 11
ok '... the gateway believes it' wait_for 10 gateway_has $ATTACKER_MAC
sleep 1
is '... and we have said nothing' "$(announcements $SERVER)" ''

ctl guard set dev eth0 defend on
began=$EPOCHREALTIME
forge spa=$SERVER tpa=$SERVER
ok 'defence: one announcement' wait_for 10 heard $SERVER 1
ok '... and the gateway is put right' wait_for 5 gateway_has $SERVER_MAC
is '... to all' "$(announcements $SERVER)" ff:ff:ff:ff:ff:ff
is '... of our MAC' "$(tcpdump -xxtr "$capture" "$announced_by_us and src host $SERVER" 2> /dev/null |
	sed -n 's/^\t0x[0-9a-f]*: *//p' | tr -d ' \n')" \
	"$(tr -d : <<< "ff:ff:ff:ff:ff:ff$SERVER_MAC:0806:0001:0800:06:04:0001:$SERVER_MAC:c000020a:000000000000:c000020a")"
# The other address has its own ten seconds.
to_us spa=$SECOND tpa=$SECOND
ok 'another address: one announcement of that' wait_for 10 heard $SECOND 1
to_us spa=$SERVER tpa=$SERVER count=300 interval=0.01
to_us spa=$SECOND tpa=$SECOND count=20
to_us spa=$SERVER tpa=$GATEWAY count=20 sha=02:00:00:00:00:68
took=$(awk -v began="$began" -v now="$EPOCHREALTIME" 'BEGIN { print now - began }')
if awk -v took="$took" 'BEGIN { exit took < 9.5 }'; then
	diag "after $took s another one is due: how many came is not looked at"
else
	sleep 0.5 # what comes on a veth has come
	is 'however many claims, it stays at one' "$(announcements $SERVER | wc -l)" 1
	is '... for each' "$(announcements $SECOND | wc -l)" 1
fi
sleep "$(awk -v took="$took" 'BEGIN { print took < 10.5 ? 10.5 - took : 0 }')"
heard_before=$(announcements $SERVER | wc -l)
to_us spa=$SERVER tpa=$SERVER
ok 'after ten seconds it is said again' wait_for 10 heard $SERVER $((heard_before + 1))
to_us spa=0.0.0.0 tpa=$SERVER
ctl guard set dev eth0 defend off
is 'in all that time the address is ours' "$(ip -n server -br address show dev eth0 | xargs -n1 | grep -c '^192')" 2
ok '... and the gateway reaches it' on gateway ping -c1 -W5 $SERVER
stop "$capture_pid"
rm "$capture" "$capture_log"
done_testing
