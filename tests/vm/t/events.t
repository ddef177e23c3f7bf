#!/bin/bash
# What is told of an attack: at once, then seldom, and its end; in numbers that
# add up, whatever the attacker does and however slow the listener is.
# weight: 85
. tests/vm/lib.sh
. tests/vm/pins.sh

load_arppin
topology
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
ctl pin add 192.0.2.2 dev eth0 lladdr 02:00:00:00:00:02
incidents() { events "select(.incident) | $1"; }
sum() { awk '{ sum += $1 } END { print sum + 0 }'; }

# This one is left alone, and shall end by itself: see below.
"$ARPPINCTL" -n gateway pin add 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:03
monitor_start gateway
quiet_log=$monitor_log quiet_pid=$monitor_pid
forge spa=192.0.2.3

# One offender, who goes on for longer than three updates take.
monitor_start
forge
ok 'a conflict is told' wait_for 10 event_is '.event == "incident-start"'
forge count=800 interval=0.01
forge op=reply count=10
ctl pin del $GATEWAY dev eth0
monitor_stop
is 'the start says who and what' \
	"$(events 'select(.event == "incident-start") | [.dev, .addr, (.incident |
		.kind, .lladdr, .source, .variants, .dropped, .passed, .since_last)]')" \
	"[\"eth0\",\"$GATEWAY\",\"conflict\",\"$ATTACKER_MAC\",\"$ATTACKER_MAC\",[\"request-to-us\"],1,0,1]"
is '... and to which pin' "$(events 'select(.event == "incident-start") | .pin.lladdr[]')" $GATEWAY_MAC
is 'then there are updates, and the end' "$(events .event | uniq | xargs)" \
	'incident-start incident-update incident-end pin-del'
is '... of the same incident' "$(incidents .incident.id | sort -u | wc -l)" 1
# After 1 s, 2 s more, 4 s more: not sooner. Half of that, for a clock that lags.
too_soon=$(events 'select(.event | test("start|update")) | .time_ns' |
	awk 'NR > 1 && $1 - last < 0.5e9 * 2 ^ (NR - 2); { last = $1 }')
is '... at doubling intervals' "$too_soon" ''
is '... and every frame is told' "$(incidents .incident.since_last | sum)" 811
is '... the sum as well' "$(incidents .incident.dropped | tail -n 1)" 811
is '... with all variants' \
	"$(events 'select(.event == "incident-end") | .incident.variants | join(" ")')" \
	'reply request-to-us'
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC

# Who it is, is the MAC in the claim, the MAC of the frame, and what is wrong.
monitor_start
forge sha=02:00:00:00:00:67
forge sha=02:00:00:00:00:68
forge sha=02:00:00:00:00:68 src=02:00:00:00:00:69
forge sha=02:00:00:00:00:68 spa=0.0.0.0 tpa=$GATEWAY
forge sha=$GATEWAY_MAC src=02:00:00:00:00:68
monitor_stop
is 'each offender has an incident' \
	"$(incidents '.incident | [.kind, .lladdr[15:], .source[15:]] | join(" ")')" 'conflict 67 67
conflict 68 68
conflict 68 69
probe 68 68
foreign-source 01 68'
is 'probes and foreign sources are noticed' "$(pin_number noticed)" 2

# Another MAC in each frame: nothing grows, nothing is lost.
ctl pin del $GATEWAY dev eth0
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
many=$(brief 5000 500)
merged=$(stat_number incidents_merged)
monitor_start
forge count="$many" sha=random
all_counted() { [ "$(pin_number dropped)" = "$many" ]; }
ok 'thousands of offenders: each frame is counted' wait_for 30 all_counted
is '... 16 live incidents, and one for all others' "$(stat_number incidents)" 17
is '... which has all frames but theirs' "$(($(stat_number incidents_merged) - merged))" $((many - 16))
is '... none was lost' "$(stat_number incidents_lost)" 0
ctl pin del $GATEWAY dev eth0
monitor_stop
is '... 17 starts' "$(events 'select(.event == "incident-start") | .event' | wc -l)" 17
ok '... and few updates' test "$(events .event | wc -l)" -lt 100
is '... and the counts add up' "$(incidents .incident.since_last | sum)" "$many"
is '... of the many as well' "$(events 'select(.event == "incident-end" and
	.incident.kind == "many-offenders") | .incident.dropped')" $((many - 16))
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC

enough
# A listener that does not listen. Its buffer takes some thousands of events.
lines=$(mktemp)
for ((i = 0; i < 10000; i++)); do
	echo "pin add 10.1.$((i / 250)).$((i % 250 + 1)) dev none0 lladdr 02:00:00:00:00:05"
done > "$lines"
ctl save > "$lines.old"
monitor_start
first=$(stat_number events)
kill -STOP "$monitor_pid"
ctl restore "$lines"
ctl restore "$lines.old"
kill -CONT "$monitor_pid"
# And goes on while it reads: what comes now has a gap before it.
for i in {1..10}; do
	ctl guard set dev none0 unpinned audit
	ctl guard set dev none0 unpinned accept
done
last=$(stat_number events)
ok 'a storm: more events than fit' test $((last - first)) -ge 20000
ok '... the listener says that some are missing' wait_for 60 event_is '.event == "lost"'
settled() {
	local line
	line=$(tail -n 1 "$monitor_log")
	[ "$(number_in "$line" seq || number_in "$line" last)" -ge "$last" ]
}
ok '... and is up to date again' wait_for 60 settled
monitor_stop
# From its first event to its last: incidents go on to be told meanwhile.
first=$(events '.seq // .first' | head -n 1)
last=$(events '.seq // .last' | tail -n 1)
is '... what it has and what it misses is all there was' \
	"$(events '.missing // 1' | sum)" $((last - first + 1))
is '... without a gap that it does not tell' "$(events '[.seq // .first, .seq // .last] | join(" ")' |
	awk -v last=$((first - 1)) '$1 != last + 1; { last = $2 }')" ''
rm "$lines" "$lines.old"

# The one that was left alone; others there are about the gateway's own address,
# which it has heard claimed as well.
monitor_log=$quiet_log monitor_pid=$quiet_pid
ended='.event == "incident-end" and .incident.kind == "conflict"'
ok 'after a minute of quiet an incident ends' wait_for 100 event_is "$ended"
monitor_stop
is '... not sooner' "$(events "select($ended) | .time_ns - .incident.last_ns > 59000000000")" true
is '... with its count' "$(events "select($ended) | .incident.dropped")" 1

done_testing
