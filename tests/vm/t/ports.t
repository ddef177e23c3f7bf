#!/bin/bash
# At which port of the server's bridge or bond an offender's frames arrive: what
# the owner of the cable needs to know.
# weight: 40
. tests/vm/lib.sh
. tests/vm/pins.sh

# The latest incident, and the port that it tells.
latest() { ctl -j incident show | jq -r ".[-1].$1"; }
port_is() { [ "$(latest port)" = "$1" ]; }
# offends DEVICE MAC [OPTION...]: the attacker sends one forged request from there.
offends() { on attacker tests/vm/arp.py "$1" sha="$2" "${@:3}" > /dev/null; }
# told DESCRIPTION MAC PORT
told() {
	ok "$1" wait_for 10 port_is "$3"
	is "$1: of that offender" "$(latest source)" "$2"
}

load_arppin
topology
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
forge
sleep 1
forge
is 'a plain device has no ports' "$(latest port)" null
ctl pin flush
topology_clean

topology bridge
# A second port, and the attacker behind it as well.
ip link add p2 netns server type veth peer name eth1 netns attacker
ip -n server link set p2 master br0 up
ip -n attacker link set eth1 up
monitor_start
ctl pin add $GATEWAY dev br0 lladdr $GATEWAY_MAC
offends eth1 02:00:00:00:00:71
told 'bridge: the port of the attacker' 02:00:00:00:00:71 p2
offends eth0 02:00:00:00:00:72
told 'bridge: the other port' 02:00:00:00:00:72 eth0
offends eth1 02:00:00:00:00:73 src=02:00:00:00:00:74
told "bridge: by the frame's source, whatever the claim" 02:00:00:00:00:74 p2
offends eth1 02:00:00:00:00:71
ok '... it is told with the next event' wait_for 10 event_is '.event == "incident-update" and
	.incident.lladdr == "02:00:00:00:00:71" and .incident.port == "p2"'
monitor_stop

ip -n server link set br0 type bridge vlan_filtering 1
offends eth1 02:00:00:00:00:75
told 'VLAN-aware bridge: the port of the attacker' 02:00:00:00:00:75 p2

# 198.51.100.0/24 is VLAN 5 of the same bridge.
ip -n server link add link br0 name br0.5 type vlan id 5
ip -n server address add 198.51.100.10/24 dev br0.5
ip -n server link set br0.5 up
on server bridge vlan add dev br0 vid 5 self
on server bridge vlan add dev p2 vid 5
ip -n attacker link add link eth1 name eth1.5 type vlan id 5
ip -n attacker link set eth1.5 up
ctl pin add 198.51.100.1 dev br0.5 lladdr $GATEWAY_MAC
offends eth1.5 02:00:00:00:00:76 spa=198.51.100.1 tpa=198.51.100.10
told 'VLAN of a VLAN-aware bridge: the port of the attacker' 02:00:00:00:00:76 p2
ip -n server link set br0 type bridge vlan_filtering 0
offends eth1.5 02:00:00:00:00:77 spa=198.51.100.1 tpa=198.51.100.10
told 'VLAN of a bridge that knows no VLANs: the port of the attacker' 02:00:00:00:00:77 p2

# The same MAC in both VLANs, at two ports.
ip -n server link set br0 type bridge vlan_filtering 1
offends eth0 02:00:00:00:00:78
told 'a MAC at one port' 02:00:00:00:00:78 eth0
offends eth1.5 02:00:00:00:00:78 spa=198.51.100.1 tpa=198.51.100.10
told '... and in another VLAN at another' 02:00:00:00:00:78 p2

# More at once than are looked for at once.
ctl guard set dev br0 unpinned audit
offends eth1 random spa=192.0.2.77 count=40
ports() { ctl -j incident show | jq -r '.[] | select(.addr == "192.0.2.77").port' | sort | uniq -c | xargs; }
all_known() { [ "$(ports)" = '40 p2' ]; }
ok 'many at once: the port of each' wait_for 20 all_known || diag "$(ports)"
ctl guard set dev br0 unpinned accept

# What is below a VLAN device that was moved is somebody else's.
ip netns add elsewhere
on elsewhere sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip -n server link set br0.5 netns elsewhere
ip -n elsewhere link set br0.5 up
"$ARPPINCTL" -n elsewhere pin add 198.51.100.1 dev br0.5 lladdr $GATEWAY_MAC
there() { "$ARPPINCTL" -n elsewhere -j incident show | jq -c '.[] | [.lladdr, .port]'; }
offends eth1.5 02:00:00:00:00:7c spa=198.51.100.1 tpa=198.51.100.10
told_there() { [ "$(there)" ]; }
wait_for 20 told_there
sleep 1 # so long it would have been found in
is 'a VLAN device in another namespace than its bridge: no port' "$(there)" '["02:00:00:00:00:7c",null]'
ip netns del elsewhere
ctl pin flush
topology_clean

topology bond
ctl pin add $GATEWAY dev bond0 lladdr $GATEWAY_MAC
active=$(ip netns exec server cat /sys/class/net/bond0/bonding/active_slave)
listens() { grep -q '^0806 .*\[arppin\]' /proc/net/ptype; }
silent() { not listens; }
forge sha=02:00:00:00:00:79
ok 'bond: after the first frame it listens' wait_for 10 listens
is '... and does not know yet' "$(latest port)" null
forge sha=02:00:00:00:00:79
told 'bond: the slave by which the second frame has come' 02:00:00:00:00:79 "$active"
ok '... then it listens no more' wait_for 10 silent
ip -n server link set "$active" down
other=eth$((1 - ${active#eth}))
active_is() { [ "$(ip netns exec server cat /sys/class/net/bond0/bonding/active_slave)" = "$1" ]; }
wait_for 10 active_is "$other" || bail_out 'the bond does not fail over'
forge sha=02:00:00:00:00:7a
wait_for 10 listens
forge sha=02:00:00:00:00:7a
told 'bond after failover: the other slave' 02:00:00:00:00:7a "$other"
forge sha=02:00:00:00:00:7b
wait_for 10 listens
ok 'who never comes back is not listened for any longer' wait_for 30 silent
is '... and has no port' "$(latest port)" null

# One that comes when the other's time is nearly over has its own.
if in_full; then
	forge sha=02:00:00:00:00:7d
	wait_for 10 listens
	sleep 9
	forge sha=02:00:00:00:00:7e
	sleep 3
	forge sha=02:00:00:00:00:7e
	told 'bond: a later offender is listened for as long' 02:00:00:00:00:7e "$other"
fi
ctl pin flush
topology_clean
done_testing
