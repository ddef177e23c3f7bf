#!/bin/bash
# The neighbour cache: whatever takes a resident entry away, it is back; whoever
# writes a wrong one, it is put right and told.
# weight: 30
. tests/vm/lib.sh
. tests/vm/pins.sh

EVIL=02:00:00:00:00:99 SECOND_MAC=02:00:00:00:00:02
resident="^lladdr $GATEWAY_MAC .*extern_learn"
ordinary="^lladdr $GATEWAY_MAC [^x]*$"

sysctl -qw net.ipv4.neigh.default.base_reachable_time_ms=2000 # the collector's turns
load_arppin
topology

# The gateway is away until further notice: what the cache knows of it from here
# on it has from the pin, not from an answer.
ip -n gateway link set eth0 down
ip -n server neigh flush all

ip -n server neigh replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC nud permanent
is 'a permanent entry is there' "$(cache_mac $GATEWAY)" $GATEWAY_MAC
ip -n server link set eth0 down
ip -n server link set eth0 up
is '... and lost at link down' "$(cache_mac $GATEWAY)" none

ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC resident off
ctl pin add 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:03 mode audit
is 'resident off: no entry is made' "$(entry)" ''
is 'an audit pin makes none either' "$(entry 192.0.2.3)" ''
ctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC
like 'resident on: it is there at once' "$(entry)" "$resident"

# back WHAT COMMAND...: the command removes the entry.
back() {
	local what=$1 before
	shift
	before=$(stat_number cache_restored)
	"$@"
	ok "$what: the entry is back" wait_for 10 entry_has "$resident"
	ok "$what: it was away" test "$(stat_number cache_restored)" -gt "$before"
}
down_up() {
	ip -n server link set "$1" down
	ip -n server link set "$1" up
}
carrier_loss() {
	ip link set server0 down
	wait_for 20 no_carrier
	ip link set server0 up
}
no_carrier() { [[ $(ip -n server link show eth0) != *'state UP'* ]]; }
back 'link down and up' down_up eth0
back 'own MAC changed' ip -n server link set eth0 address 02:00:00:00:00:11
back 'ip neigh del' ip -n server neigh del $GATEWAY dev eth0
back 'ip neigh flush' ip -n server neigh flush dev eth0
back 'carrier lost and back' carrier_loss

# The collector: every ordinary entry that is not in use goes.
sysctl -qw net.ipv4.neigh.default.gc_thresh1=0 net.ipv4.neigh.default.gc_interval=1
on server sysctl -qw net.ipv4.neigh.eth0.gc_stale_time=1
restored=$(stat_number cache_restored)
ip -n server neigh add 192.0.2.4 dev eth0 lladdr 02:00:00:00:00:04 nud stale
ok 'the collector takes an ordinary entry' wait_for 60 cache_is 192.0.2.4 none
like '... and not the resident one' "$(entry)" "$resident"
is '... which was never away' "$(stat_number cache_restored)" "$restored"
sysctl -qw net.ipv4.neigh.default.{gc_thresh1=128,gc_interval=30,base_reachable_time_ms=30000}
on server sysctl -qw net.ipv4.neigh.eth0.gc_stale_time=60

ctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC resident off
like 'made not resident: the entry is an ordinary one' "$(entry)" "$ordinary"
down_up eth0
is '... and lost at link down' "$(entry)" ''

# Everybody who may write into the cache, with the pin resident and not.
ioctl() { # SIOCSARP: ATF_COM | ATF_PERM
	on server python3 -ISc '
import _socket, fcntl, struct, sys
address, mac, dev = sys.argv[1:]
with_family = lambda family, data: struct.pack("H14s", family, data)
request = (with_family(2, bytes(2) + _socket.inet_aton(address)) +
           with_family(1, bytes.fromhex(mac.replace(":", ""))) +
           struct.pack("i16s16s", 2 | 4, b"", dev.encode()))
any = _socket.socket(_socket.AF_INET, _socket.SOCK_DGRAM, 0)
fcntl.ioctl(any.fileno(), 0x8955, request)
' "$@"
}
overridden() { # WHAT COMMAND...
	local what=$1
	shift
	monitor_start
	"$@"
	# The last that happens of all that this is about.
	ok "$what: healed" wait_for 10 event_is '.event == "cache-healed"'
	ok "$what: the entry is right" cache_is $GATEWAY $GATEWAY_MAC
	monitor_stop
	is "$what: the events" "$(events 'select(.event | startswith("cache")) | [.event, .addr, .lladdr]')" \
		"[\"cache-overridden\",\"$GATEWAY\",\"$EVIL\"]
[\"cache-healed\",\"$GATEWAY\",\"$EVIL\"]"
}
counted=$(stat_number cache_overridden)
for residency in off on; do
	ctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC resident $residency
	for state in reachable permanent; do
		overridden "resident $residency, ip neigh replace, $state" \
			ip -n server neigh replace $GATEWAY dev eth0 lladdr $EVIL nud $state
	done
	overridden "resident $residency, SIOCSARP" ioctl $GATEWAY $EVIL eth0
done
like 'a resident entry it is still' "$(entry)" "$resident"
is 'each was counted' "$(($(stat_number cache_overridden) - counted))" 6
like 'dmesg has the line' "$(dmesg)" \
	"arppin: eth0: $GATEWAY at $EVIL, pinned to $GATEWAY_MAC: overridden in the neighbour cache"

before=$(stat_number cache_overridden)
EVIL=00:00:00:00:00:00 overridden 'the MAC of all zeros' \
	ip -n server neigh replace $GATEWAY dev eth0 lladdr 00:00:00:00:00:00 nud reachable
is '... was counted as well' "$(stat_number cache_overridden)" $((before + 1))

many=$(brief 1000 1000 300) last=198.18.$(((many - 1) / 250)).$(((many - 1) % 250))
# The table is full, and many pins wait for their entries, each for a tenth of a
# second: what is wrong has precedence.
sysctl -qw net.ipv4.neigh.default.gc_thresh3=0
{
	ctl save
	for ((i = 0; i < many; i++)); do
		echo "pin add 198.18.$((i / 250)).$((i % 250)) dev eth0 lladdr 02:00:00:00:00:05"
	done
} | ctl restore -
is 'the table is full' "$(entry $last)" ''
ip -n server neigh replace $GATEWAY dev eth0 lladdr $EVIL nud reachable
ok '... a wrong entry is healed before those are made' wait_for 10 cache_is $GATEWAY $GATEWAY_MAC
is '... which wait' "$(entry $last)" ''
sysctl -qw net.ipv4.neigh.default.gc_thresh3=1024
ok '... and come when there is room' wait_for 60 entry_has extern_learn $last
down_up eth0
ok '... as when the link has been down' wait_for 60 entry_has extern_learn $last

# What is wrong before the pin comes. The gateway is back.
ip -n gateway link set eth0 up
ctl pin flush
ip -n server neigh flush all # what is not exempt now would fill the table
for residency in off on; do
	ok "resident $residency: poisoned before the pin comes" unprotected
	monitor_start
	ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC resident $residency
	is "resident $residency: healed by the pin" "$(cache_mac $GATEWAY)" $GATEWAY_MAC
	monitor_stop
	is "resident $residency: the events" "$(events '[.event, .lladdr]')" \
		"[\"pin-new\",null]
[\"cache-healed\",\"$ATTACKER_MAC\"]"
	ctl pin flush
done

# A second MAC of the pin takes over with one announcement. The gateway must not
# ask for the server in between: that announces the first again.
ip -n gateway neigh replace $SERVER dev eth0 lladdr 02:00:00:00:00:11 nud permanent
for residency in off on; do
	ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC,$SECOND_MAC resident $residency
	ok "resident $residency, two MACs: the gateway answers" on server ping -c1 -W5 $GATEWAY
	is "resident $residency: at the first MAC" "$(cache_mac $GATEWAY)" $GATEWAY_MAC
	# By itself, not healed: healing a pin that holds both would be wrong.
	healed=$(stat_number cache_healed)
	forge sha=$SECOND_MAC tpa=$GATEWAY
	ok "resident $residency: one announcement, and it is at the second" \
		wait_for 10 cache_is $GATEWAY $SECOND_MAC
	# From its own port, or the bridge would send its frames to the attacker.
	on gateway tests/vm/arp.py eth0 sha=$GATEWAY_MAC tpa=$GATEWAY op=reply \
		tha=$GATEWAY_MAC > /dev/null
	ok "resident $residency: one gratuitous reply, and it is back" \
		wait_for 10 cache_is $GATEWAY $GATEWAY_MAC
	is "resident $residency: nothing was healed" "$(stat_number cache_healed)" "$healed"
	ctl pin flush
done

# Audit tells, and leaves the cache alone.
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC mode audit
ok 'audit: the forged claim gets through' unprotected
ok 'audit: ... and was told' test "$(pin_number passed)" -ge 1
ip -n server neigh replace $GATEWAY dev eth0 lladdr $EVIL nud permanent
ok 'audit: what others write stays' stays 1 cache_is $GATEWAY $EVIL
ip -n server neigh del $GATEWAY dev eth0

# Release: what stays is an ordinary entry, which the kernel may collect.
ctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC
like 'resident' "$(entry)" "$resident"
ip -n server neigh replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC nud permanent extern_learn
ctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC resident off
is "what somebody made permanent meanwhile stays so" "$(entry)" "lladdr $GATEWAY_MAC PERMANENT"
ip -n server neigh del $GATEWAY dev eth0
ctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC
ctl pin del $GATEWAY dev eth0
like 'pin del leaves an ordinary entry' "$(entry)" "$ordinary"
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
ctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC mode audit
like 'so does audit' "$(entry)" "$ordinary"
ctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC
like 'resident again' "$(entry)" "$resident"
unload_arppin
like 'and so does rmmod' "$(entry)" "$ordinary"
topology_clean

load_arppin
topology bond
ctl pin add $GATEWAY dev bond0 lladdr $GATEWAY_MAC
ip -n gateway link set eth0 down
ip -n server link set eth0 down
ok 'bond: the other port is the active one' \
	wait_for 10 on server grep -q 'Active Slave: eth1' /proc/net/bonding/bond0
ok 'bond: the entry is there' wait_for 10 entry_has "$resident"
ip -n server link set eth1 down
bond_is_down() { [[ $(ip -n server link show bond0) == *NO-CARRIER* ]]; }
ok 'bond: no port is left' wait_for 10 bond_is_down
ip -n server link set eth0 up
ok 'bond: a port is back, and so is the entry' wait_for 10 entry_has "$resident"
ip -n gateway link set eth0 up
ok 'bond: the gateway answers' wait_for 10 on server ping -c1 -W1 $GATEWAY
ok 'bond: enforced' protected

# Without any address in a network namespace, the kernel takes all for broadcast ones.
ip netns add bare
ip -n bare link add eth0 up type veth peer name eth1
ip -n bare link set eth1 up
ok 'no address: pinned' "$ARPPINCTL" -n bare pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
bare_entry() { ip -n bare neigh show nud all $GATEWAY dev eth0 | sed 's/^[^ ]* //; s/ *$//'; }
is '... there is no entry that sends to all' "$(bare_entry)" ''
ip -n bare address add $SERVER/24 dev eth0
bare_has() { [[ $(bare_entry) =~ $1 ]]; }
ok '... with the first address the entry is there' wait_for 10 bare_has "$resident"
ip netns del bare

done_testing
