#!/bin/bash
# Namespaces: what is done in one cannot be seen in another, only who may manage
# a namespace manages its pins, and a namespace takes all of it with it.
# weight: 28
. tests/vm/lib.sh
. tests/vm/pins.sh

load_arppin
topology
in_gateway() { "$ARPPINCTL" -n gateway "$@"; }

# Both have an eth0 and pin the same address, to different MACs.
monitor_start gateway
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
ctl guard set dev eth0 unpinned audit
is "another namespace's pin and guard are not seen" \
	"$(in_gateway -j pin show) $(in_gateway -j guard show)" '[] []'
like '... nor counted' "$(in_gateway -j stats)" '"pins":0,.*"devs":0,.*"events":0,'
fails '... nor can they be removed' 2 in_gateway pin del $GATEWAY dev eth0
in_gateway pin flush
in_gateway pin add $GATEWAY dev eth0 lladdr 02:00:00:00:00:77
like 'the same pin again is another one' "$(ctl pin show)" "lladdr $GATEWAY_MAC "
ok 'enforced in one' protected
ctl pin flush
is 'flushed in one' "$(ctl -j pin show)" '[]'
like '... and there in the other' "$(in_gateway pin show)" 'lladdr 02:00:00:00:00:77 '
# The forged frame reached both namespaces; each told its own.
wait_for 10 event_is '.event == "incident-start"'
monitor_stop
is "the events are its own" "$(events '[.seq, .event]' | head -n 2)" '[1,"pin-new"]
[2,"incident-start"]'
is '... one of each' "$(events .event | grep -v incident-update | sort | uniq -d)" ''
is "the init namespace knows nothing" "$(arppinctl -j pin show) $(arppinctl -j stats |
	grep -o '"events":[0-9]*')" '[] "events":0'
in_gateway pin flush

# Whoever may not configure the network may not configure, see or hear of pins.
as_nobody() { on server setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$@"; }
# In a user namespace of its own, where it may do anything, but server is not of it.
as_root_of_nothing() { on server unshare -Ur "$@"; }
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
for who in as_nobody as_root_of_nothing; do
	for command in 'pin show' 'pin flush' "pin del $GATEWAY dev eth0" 'guard show' \
		'guard set dev eth0 unpinned drop' stats monitor \
		"pin replace $GATEWAY dev eth0 lladdr 02:00:00:00:00:77"; do
		# shellcheck disable=SC2086 # words
		message=$($who "$ARPPINCTL" $command 2>&1)
		is "$who: $command" "$? $message" \
			'2 arppinctl: this needs CAP_NET_ADMIN in the network namespace'
	done
done
# Nor do they join the group by themselves; 270 is SOL_NETLINK, 1 ADD_MEMBERSHIP.
group=$(genl ctrl get name arppin 2> /dev/null | sed -n 's/.*ID-\(0x[0-9a-f]*\).*name: events.*/\1/p')
join='import _socket, sys
netlink = _socket.socket(16, _socket.SOCK_RAW, 16)
netlink.bind((0, 0))
netlink.setsockopt(270, 1, int(sys.argv[1], 0))'
ok 'root can join the group' on server python3 -ISc "$join" "$group"
for who in as_nobody as_root_of_nothing; do
	like "$who: cannot" "$($who python3 -ISc "$join" "$group" 2>&1)" 'PermissionError'
done
like 'nothing has changed' "$(ctl pin show)" "lladdr $GATEWAY_MAC "

# Root of a user namespace manages the network namespaces of it, and no other.
# shellcheck disable=SC2016 # the other shell's
own=$(unshare -Urn bash -c '
	ip link add eth0 type dummy
	"$ARPPINCTL" pin add 192.0.2.1 dev eth0 lladdr 02:00:00:00:00:55 &&
		"$ARPPINCTL" pin show
	timeout 1 "$ARPPINCTL" monitor # ends by itself only if it is refused
	echo "monitor: $?"
	"$ARPPINCTL" -n server pin flush
	echo "server: $?"' 2>&1)
like 'root of a user namespace: its own pin' "$own" '192.0.2.1 dev eth0 lladdr 02:00:00:00:00:55'
like '... and events' "$own" 'monitor: (124|0)'
like '... but not those of others' "$own" 'cannot enter.*server: 2'
like 'nothing has changed' "$(ctl pin show)" "lladdr $GATEWAY_MAC "

# A namespace goes while it has pins, guards, incidents, a listener and an attack.
for round in 1 2 3; do
	ctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC
	ctl guard set dev eth0 unpinned audit
	start on attacker tests/vm/arp.py eth0 count=0 sha=random interval="$(brief 0 0 0.02)"
	flood=$started
	wait_for 10 stat_is incidents 17 || diag "incidents: $(stat_number incidents)"
	[ $round != 3 ] || break
	start on server arppinctl monitor
	ip netns del server
	# The listener holds it. When that goes the devices do, and all the rest.
	stop "$started"
	cable_gone() { [ ! -e /sys/class/net/server0 ]; }
	ok "round $round: it is gone" wait_for 120 cable_gone
	stop "$flood"
	topology_clean
	topology
done
unload_arppin
ok 'and so is the module' not grep -q arppin /proc/modules
done_testing
