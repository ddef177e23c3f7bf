#!/bin/bash
# The night of 2008-06-01 as an incident: who, what, since when, until when, how
# often, to the frame; and what is still known of it afterwards.
# weight: 85
. tests/vm/lib.sh
. tests/vm/pins.sh

# incident ID FILTER: of what `incident show` says of it.
incident() { ctl -j incident show "$1" | jq -rc ".[0] | $2"; }
total() { stat_number incidents_total; }
# event_times KIND: of its events, in seconds.
event_times() { events "select(.event == \"$1\") | .time_ns / 1e9"; }
updates() { [ "$(event_count incident-update)" -ge "$1" ]; }

# What leaves the attacker, as he sees it himself.
capture=$(mktemp) capture_log=$(mktemp)
capture_start() {
	start_log=$capture_log start on attacker tcpdump -i eth0 -Q out -U --immediate-mode \
		-w "$capture" arp
	capture_pid=$started
	wait_for 30 grep -q 'listening on' "$capture_log" || bail_out "no tcpdump"
}
# forged OPTION...: the frames in the capture that claim the gateway's address.
forged() { tcpdump -nr "$capture" "$@" 'arp[14:4] = 0xc0000201' 2> /dev/null; }

# Both clocks are the machine's. What jq can tell apart is less than a microsecond.
told_between() {
	forged -tt | awk -v told="$(event_times incident-start)" '
		NR == 1 && $1 > told + 1e-5 { exit bad = 1 }
		NR == 2 && $1 < told { exit bad = 1 }
		END { exit bad || NR < 2 }'
}

topology
# Linux takes the first of them for a second at the most (locktime); it goes on.
start on attacker arpspoof -i eth0 -t $SERVER $GATEWAY
ok 'without arppin the gateway is taken over' wait_for 20 cache_is $GATEWAY $ATTACKER_MAC
stop "$started"

load_arppin
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
ok 'pinned, it is where it belongs' wait_for 10 cache_is $GATEWAY $GATEWAY_MAC
monitor_start
capture_start

# Before it was cracked, it was a server like any other.
ip -n attacker neigh flush dev eth0
ip -n server neigh del $ATTACKER dev eth0 2> /dev/null
ok 'the attacker is an ordinary neighbour' on attacker ping -c1 -W5 $SERVER
is '... and is seen to be one' "$(ctl -j sighting show lladdr $ATTACKER_MAC | jq -r '.[].addr')" $ATTACKER
is '... which is no incident' "$(total)" 0

start on attacker arpspoof -i eth0 -t $SERVER $GATEWAY
spoof=$started
ok 'the attack is told' wait_for 20 event_is '.event == "incident-start"'
ok '... and told again, three times' wait_for 60 updates 3
stop "$spoof"
is '... and gets nowhere' "$(cache_mac $GATEWAY)" $GATEWAY_MAC
kill -TERM "$capture_pid" # not KILL: it may have frames to write
wait "$capture_pid"
sent=$(forged | wc -l)
diag "$sent frames sent"
ok 'arpspoof has sent several frames' test "$sent" -ge 4

of_start() { events "select(.event == \"incident-start\") | $1"; }
is 'the start names the address, both MACs, and what was sent' "$(of_start '.incident |
	[.id, .kind, .addr, .lladdr, .source, .variants, .dropped, .passed]')" \
	"[1,\"conflict\",\"$GATEWAY\",\"$ATTACKER_MAC\",\"$ATTACKER_MAC\",[\"reply\"],1,0]"
is '... the pin' "$(of_start '[.pin | .addr, .dev, .lladdr[]] | join(" ")')" \
	"$GATEWAY eth0 $GATEWAY_MAC"
is '... and who that is' "$(of_start '[.incident | .sightings_total, .sightings[].addr]')" "[1,\"$ATTACKER\"]"
# When it was seen last is known to a second.
is '... who was seen before' "$(of_start '.incident | .sightings[0].first_ns < .start_ns and
	.sightings[0].last_ns < .start_ns + 1000000000')" true
ok '... after the first frame and before the second' told_between

incident_shown=$(incident 1 .)
of_incident() { jq -rc "$1" <<< "$incident_shown"; }
is 'shown: it is live' "$(of_incident '[.live, .end, .end_ns]')" '[true,null,null]'
is '... the first frame, byte for byte' "$(of_incident .frame)" \
	"$(forged -c1 -xx | sed -n 's/^\t0x[0-9a-f]*: *//p' | tr -d ' \n')"
is '... and its length' "$(of_incident .frame_len)" 42

# While it ends by itself: others are others.
forge sha=02:00:00:00:00:67
forge src=02:00:00:00:00:69
forge src=02:00:00:00:00:69 op=reply
is 'a second offender is an incident of its own' "$(incident 2 '[.lladdr, .source] | join(" ")')" \
	'02:00:00:00:00:67 02:00:00:00:00:67'
is '... a second Ethernet source as well' "$(incident 3 '[.lladdr, .source] | join(" ")')" \
	"$ATTACKER_MAC 02:00:00:00:00:69"
is '... with each variant once' "$(incident 3 '.variants | join(" ")')" 'reply request-to-us'
is '... and what is known of either MAC' "$(incident 3 '[.sightings[] | .addr, .lladdr] | join(" ")')" \
	"$ATTACKER $ATTACKER_MAC"
is 'numbers count up' "$(ctl -j incident show | jq -c 'map(.id)')" '[1,2,3]'

ok 'it ends by itself' wait_for 120 event_is '.event == "incident-end" and .incident.id == 1'
ok '... and so do the others' wait_for 120 stat_is incidents 0
monitor_stop
of() { events "select(.incident.id == 1) | $1"; }
is 'it was: a start, updates, the end' "$(of .event | uniq | xargs)" \
	'incident-start incident-update incident-end'
# After 1 s, 2 s more, 4 s more: not sooner. Half of that, for a clock that lags.
gaps=$(of 'select(.event != "incident-end") | .time_ns / 1e9' |
	awk 'NR > 1 { printf "%.2f ", $1 - last } { last = $1 }')
diag "from one to the next: $gaps"
is '... at doubling intervals' \
	"$(xargs -n1 <<< "$gaps" | awk '$1 < 0.5 * 2 ^ (NR - 1)')" ''
is '... every frame that was sent is told once' \
	"$(of .incident.since_last | awk '{ sum += $1 } END { print sum }')" "$sent"
is '... and the end has their sum' "$(of 'select(.event == "incident-end") | .incident |
	[.dropped, .passed]')" "[$sent,0]"
is "... as the pin's counter has it, with the three of the others" "$(pin_number dropped)" $((sent + 3))
is '... it was over after a minute of quiet' "$(of 'select(.event == "incident-end") |
	.time_ns - .incident.last_ns > 59000000000')" true

incident_shown=$(incident 1 .)
is 'what is over is still shown' "$(of_incident '[.live, .kind, .addr, .lladdr, .dropped]')" \
	"[false,\"conflict\",\"$GATEWAY\",\"$ATTACKER_MAC\",$sent]"
ok '... with its end' jq -e '.end_ns > .last_ns and .last_ns > .start_ns' <<< "$incident_shown"
is '... its pin, as it was' "$(of_incident '[.pin | .addr, .lladdr[0], .counters.dropped] | join(" ")')" \
	"$GATEWAY $GATEWAY_MAC $((sent + 3))"
is '... and who it was' "$(of_incident '[.sightings[] | .addr] | join(" ")')" $ATTACKER
forge
is 'it begins again: another number' "$(incident 4 '[.live, .dropped, .lladdr]')" \
	"[true,1,\"$ATTACKER_MAC\"]"
is '... and the old one stays what it was' "$(incident 1 .)" "$incident_shown"
ctl pin del $GATEWAY dev eth0
is 'without the pin it is over' "$(incident 4 '[.live, .pin.addr]')" "[false,\"$GATEWAY\"]"
is '... in the order of their end' "$(ctl -j incident show | jq -c 'map(.id)')" '[1,2,3,4]'

# 256 are kept.
ctl guard set dev eth0 unpinned audit
forge count=300 sha=random spa=192.0.2.8
is 'a guarded device has 256 incidents, and one of many offenders' "$(stat_number incidents)" 257
is '... and no pin, but the guard' \
	"$(ctl -j incident show | jq -c 'map(select(.live)) | map([.guard.unpinned, .pin]) | unique')" \
	'[["audit",null]]'
is '... with all frames' "$(ctl -j incident show | jq 'map(select(.live).passed) | add')" 300
ctl guard set dev eth0 unpinned accept
is 'of those that are over 256 are kept' \
	"$(stat_number incidents) $(stat_number incidents_ended) $(stat_number incidents_forgotten)" '0 256 5'
is '... the latest' "$(ctl -j incident show | jq -c '[length, .[0].id, .[-1].id]')" '[256,6,261]'
fails '... and the first is not known any more' 2 ctl incident show 1

# 1,024 are live: 64 pins with 16 each. Whatever more there is, whoever it is against,
# is one incident of the network namespace.
for ((i = 0; i < 64; i++)); do
	echo "pin add 10.0.0.$i dev eth0 lladdr $GATEWAY_MAC resident off"
done | ctl restore -
merged=$(stat_number incidents_merged)
forge count=$((64 * 20)) sha=random spa=10.0.0.0/26
is '1,024 incidents, and one of many offenders' "$(stat_number incidents)" 1025
many() { ctl -j incident show | jq -rc ".[] | select(.live and .kind == \"many-offenders\") | $1"; }
is '... that belongs to none of the pins' "$(many '[.dropped, .pin, .guard]')" '[256,null,null]'
is '... and is counted' "$(($(stat_number incidents_merged) - merged))" 256
is '... no pin has more than 16' \
	"$(ctl -j incident show | jq -c 'map(select(.live and .pin).pin.addr) | group_by(.) | map(length) | unique')" '[16]'
is '... and every frame is somewhere' "$(ctl -j incident show | jq 'map(select(.live).dropped) | add')" 1280
ctl pin flush
is 'without pins none is live' "$(stat_number incidents)" 0
is '... not even that of many' "$(many .id)" ''
rm "$capture" "$capture_log"
done_testing
