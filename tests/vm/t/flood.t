#!/bin/bash
# A million frames from random MACs, half of them for the pinned gateway's address, half
# for others'. Memory and events stay within bounds that can be computed, the gateway's
# own claims are believed, and whoever was known before still is.
# weight: 90
. tests/vm/lib.sh
. tests/vm/pins.sh

FRAMES=$(brief 1000000 60000 12000) CHUNK=$(brief 25000 15000 3000)

# Of kmod/uapi/arppin.h: live incidents, each with one more that merges the rest.
PIN_INCIDENTS=$((16 + 1)) GUARD_INCIDENTS=$((256 + 1))
ENDED=256 EVENTS=1024 SIGHTINGS=4096
# Bytes of each as it lies in the kernel's slabs: an incident and a sighting have
# less, an event and what is kept of an incident at most what one message has.
INCIDENT=512 SIGHTING=128 RECORD=2048
# The hash tables grow to twice what they hold; the ring of events is made before.
TABLES=$(((SIGHTINGS + PIN_INCIDENTS + GUARD_INCIDENTS) * 2 * 8))
BOUND=$(((PIN_INCIDENTS + GUARD_INCIDENTS) * INCIDENT + SIGHTINGS * SIGHTING +
	(ENDED + EVENTS) * RECORD + TABLES))

flood=$(mktemp)
cc -O2 -o "$flood" tests/bench/flood.c || bail_out 'flood does not compile'
flood() { on attacker "$flood" eth0 dst=$SERVER_MAC tpa=192.0.2.200 macs=random "$@"; }
# A veth takes no more than this at once; what it has no room for would be lost
# before arppin sees it, and not counted.
sysctl -qw net.core.netdev_max_backlog=$((3 * CHUNK))
lost() { awk '{ print $2 }' /proc/net/softnet_stat | xargs; }

# What kmalloc() has given away, in bytes. Caches hold back what is free: not
# after they are shrunk.
slabs() {
	local cache
	for cache in /sys/kernel/slab/kmalloc-*; do
		echo 1 > "$cache/shrink"
	done
	awk '/^kmalloc-/ { sum += $2 * $4 } END { print sum }' /proc/slabinfo
}
percpu() { awk '/^Percpu:/ { print $2 }' /proc/meminfo; }
counted() { [ "$(pin_number dropped) $(guard_number passed)" = "$1 $1" ]; }

topology
# Neither the bridge nor the neighbour table is what is looked at here.
ip link set attacker0 type bridge_slave learning off
ok 'without arppin such a frame takes the gateway over' wait_for 60 unprotected
load_arppin
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
# Who was there before: twenty hosts.
for ((i = 0; i < 20; i++)); do
	forge sha=02:00:00:00:01:$((10 + i)) spa=192.0.2.$((100 + i)) tpa=192.0.2.200 dst=$SERVER_MAC
done
on gateway arping -q -U -c1 -I eth0 $GATEWAY
hosts() { ctl -j sighting show | jq -c 'map(select(.addr | startswith("192.0.2.")) | [.addr, .lladdr, .first_ns])'; }
hosts_before=$(hosts)
is 'before: twenty hosts, and the gateway' "$(jq length <<< "$hosts_before")" 21
ctl guard set dev eth0 unpinned audit
monitor_start
# Nor do the two ask each other now whether they are still there: such a claim would be
# captured, and counted before that is looked at.
settled() {
	! { ip -n server neigh show $GATEWAY; ip -n gateway neigh show $SERVER; } |
		grep -e DELAY -e PROBE > /dev/null
}
wait_for 20 settled
capture=$(mktemp)
start_log=$capture.log start on gateway tcpdump -i eth0 -Q out -U --immediate-mode -w "$capture" \
	arp and ether src $GATEWAY_MAC and \( ether broadcast or ether dst $SERVER_MAC \)
capture_pid=$started
wait_for 30 grep -q 'listening on' "$capture.log" || bail_out 'no tcpdump'
accepted=$(pin_number accepted)
refused=$(stat_number sightings_refused)
known=$(stat_number sightings)
lost_before=$(lost)
slabs_before=$(slabs) percpu_before=$(percpu)
began=$SECONDS

# The gateway says who it is, and is spoken to, all the time.
start on gateway tests/vm/arp.py eth0 count=0 interval=0.1 sha=$GATEWAY_MAC spa=$GATEWAY tpa=$GATEWAY
claims_pid=$started
ping_start
sent=0 slabs_first=
while [ $sent -lt $((FRAMES / 2)) ]; do
	flood count="$CHUNK" seed=$((sent + 1)) spa=$GATEWAY > /dev/null
	flood count="$CHUNK" seed=$((sent + 2)) spa=10.0.0.0/8 > /dev/null
	sent=$((sent + CHUNK))
	# The next ones when these have come through.
	wait_for 60 counted $sent || break
	[ "$slabs_first" ] || slabs_first=$(slabs)
done
genuine() { tcpdump -nr "$capture" 'arp[14:4] = 0xc0000201' 2> /dev/null | wc -l; }
said_often() { [ "$(genuine)" -ge 20 ]; }
wait_for 20 said_often
stop $claims_pid
not_answered=$(ping_stop)
took=$((SECONDS - began))
diag "$FRAMES frames in $took s"
is 'every frame is counted: half of them dropped, half passed' \
	"$(pin_number dropped) $(guard_number passed)" "$((FRAMES / 2)) $((FRAMES / 2))"
is '... none is lost before arppin' "$(lost)" "$lost_before"
# One may come between the two readings.
all_accepted() { [ "$(($(pin_number accepted) - accepted))" = "$(genuine)" ]; }
ok 'meanwhile the gateway says who it is, again and again' said_often
ok "the gateway's own claims are all accepted" wait_for 20 all_accepted ||
	diag "$(($(pin_number accepted) - accepted)) of $(genuine)"
is '... not a ping to it is lost' "$not_answered" 0
is '... and its entry is its own' "$(cache_mac $GATEWAY)" $GATEWAY_MAC

echo '# sightings'
is 'who was there before still is' "$(hosts)" "$hosts_before"
is 'there are as many as there is room for' "$(stat_number sightings)" $SIGHTINGS
is '... and all others are counted' "$(($(stat_number sightings_refused) - refused))" \
	$((FRAMES / 2 - (SIGHTINGS - known)))

echo '# incidents and events'
incidents=$(stat_number incidents_total) events=$(stat_number events)
# A place is taken again when it was quiet for a minute. Each incident has a start
# and an end; of a single frame there is no update, and whatever goes on has one
# after 1, 2, 4, ... s: log2 of the time, and one more.
places=$(((PIN_INCIDENTS + GUARD_INCIDENTS) * (1 + took / 60)))
updates=1
while [ $((1 << updates)) -le $((took + 1)) ]; do updates=$((updates + 1)); done
diag "$incidents incidents, at most $places; $events events, at most $((places * (2 + updates)))"
ok 'no more are live than there are places' \
	test "$(stat_number incidents)" -le $((PIN_INCIDENTS + GUARD_INCIDENTS))
ok 'no more were there than places' test "$incidents" -le "$places"
ok 'no more events than they can have' test "$events" -le $((places * (2 + updates)))
is 'no memory was missing' "$(stat_number incidents_lost) $(stat_number events_lost)" '0 0'
ok 'and most frames are those of many offenders' \
	test "$(stat_number incidents_merged)" -ge $((FRAMES - places))

echo '# memory'
slabs_after=$(slabs)
diag "slabs $slabs_before, after $((2 * CHUNK)) frames $slabs_first, after all $slabs_after; bound $BOUND more"
ok 'it has grown by no more than the bound' test $((slabs_after - slabs_before)) -le $BOUND
ok '... and that at first: then by no more than the events and incidents that are kept' \
	test $((slabs_after - slabs_first)) -le $(((ENDED + EVENTS) * RECORD))
ok '... nor per CPU' test $(($(percpu) - percpu_before)) -le 64

# All is told, too: to whoever listened, every frame.
ctl guard set dev eth0 unpinned accept
ctl pin del $GATEWAY dev eth0
stop $capture_pid
monitor_stop
is 'the monitor was told of every frame' \
	"$(events 'select(.incident) | .incident.since_last' | awk '{ sum += $1 } END { print sum }')" "$FRAMES"
is 'without the pin nothing is kept but the history' \
	"$(stat_number incidents) $(stat_number sightings)" '0 0'
ok '... which has room for so much' test "$(stat_number incidents_ended)" -le $ENDED
rm "$flood" "$capture" "$capture.log"
done_testing
