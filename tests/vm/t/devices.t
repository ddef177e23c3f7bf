#!/bin/bash
# A pin names a device that comes, goes and is renamed as it likes. A real forged
# frame shows after each step whether it is enforced.
# weight: 35
. tests/vm/lib.sh
. tests/vm/pins.sh

bound() { pin_has '"bound":true' "$@"; }
unbound() { pin_has '"ifindex":null,"bound":false' "$@"; }
no_carrier() { [ "$(ip netns exec server cat /sys/class/net/eth0/carrier)" = 0 ]; }
under_attack() { [ "$(pin_number dropped)" -gt 10 ]; }
ifindex() { ip netns exec server cat "/sys/class/net/$1/ifindex"; }
plug() {
	port server eth0 $SERVER_MAC
	address server eth0 $SERVER
}
rename() { # OLD NEW; the kernel renames only what is down
	ip -n server link set "$1" down
	ip -n server link set "$1" name "$2"
	ip -n server link set "$2" up
}

load_arppin
topology
ok 'without a pin one forged request takes the gateway over' unprotected

ip -n server link del eth0
monitor_start
ok 'a device that does not exist can be pinned' \
	ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
ok '... and the pin waits' unbound $GATEWAY
start on attacker tests/vm/arp.py eth0 count=0 interval=0.005
plug
ok 'the device appears under attack: bound' bound $GATEWAY
ok '... the attack is on' wait_for 10 under_attack
ok '... and never gets through' stays 1 not cache_is $GATEWAY $ATTACKER_MAC
stop "$started"
is '... the gateway is where it was pinned' "$(cache_mac $GATEWAY)" $GATEWAY_MAC
ok '... and answers' on server ping -c1 -W5 $GATEWAY

rename eth0 wan0
ok 'renamed away: the pin waits' unbound $GATEWAY
ok '... and the device is as any other' unprotected wan0
rename wan0 eth0
ok 'renamed back: bound' bound $GATEWAY
ok '... and enforced' protected

rename eth0 wan0
port server new0 02:00:00:00:00:20
rename new0 eth0
is 'another device takes the name: bound to that' "$(pin_number ifindex)" "$(ifindex eth0)"
ok '... enforced there' protected
ok '... and not on the old one' unprotected wan0
ip -n server link del eth0
rename wan0 eth0
is 'the old one takes its name back: bound' "$(pin_number ifindex)" "$(ifindex eth0)"
ok '... and enforced' protected

ip -n server link del eth0
ok 'the device is deleted: the pin waits' unbound $GATEWAY
plug
is 'it is created again: bound' "$(pin_number ifindex)" "$(ifindex eth0)"
ok '... and enforced' protected

ip -n server link set eth0 down
ok 'link down: still bound' bound $GATEWAY
ip -n server link set eth0 up
ok 'link up: enforced' protected
ip link set server0 down
wait_for 10 no_carrier
ok 'carrier lost: still bound' bound $GATEWAY
ip link set server0 up
ok 'carrier back: enforced' wait_for 10 protected

ip netns add elsewhere
on elsewhere sysctl -qw net.ipv6.conf.all.disable_ipv6=1
"$ARPPINCTL" -n elsewhere pin add $GATEWAY dev eth0 lladdr 02:00:00:00:00:77
ip -n server link set eth0 netns elsewhere
ok 'moved to another namespace: the pin waits' unbound $GATEWAY
like "... and that namespace's own pin is bound" "$("$ARPPINCTL" -n elsewhere -j pin show)" \
	'"bound":true'
"$ARPPINCTL" -n elsewhere pin flush
address elsewhere eth0 $SERVER
# Its link has just come up: a frame may be too early.
evil_elsewhere() { forge; ip -n elsewhere neigh show $GATEWAY | grep -q $ATTACKER_MAC; }
ok '... without which nothing is enforced there' wait_for 10 evil_elsewhere
ip -n elsewhere link set eth0 netns server
address server eth0 $SERVER
ok 'moved back: bound' bound $GATEWAY
ok '... and enforced' protected
ip netns del elsewhere

monitor_stop
# Each step above was told, in this order and no other.
is 'the events' "$(events 'select(.event == "pin-bound" or .event == "pin-unbound") | .event' |
	sed 's/pin-//' | xargs)" \
	'bound unbound bound unbound bound unbound bound unbound bound unbound bound'
is '... name the device and its pins' \
	"$(events 'select(.event == "pin-unbound") | .dev, .pins' | sort -u | xargs)" '1 eth0'

# What has no Ethernet addresses is refused.
refused() { # WHAT DEVICE REGEX
	local message
	message=$(ctl pin add 198.51.100.1 dev "$2" lladdr $GATEWAY_MAC 2>&1)
	is "$1 is refused" $? 2
	like "$1: the message says why" "$message" "$3"
	message=$(ctl guard set dev "$2" unpinned drop 2>&1)
	is "$1 cannot be guarded either" $? 2
}
ip -n server link add tunl9 type ipip local $SERVER remote $GATEWAY
ip -n server link add gre9 type gre local $SERVER remote $GATEWAY
mkdir -p /dev/net
[ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200
ip -n server tuntap add tun9 mode tun
refused loopback lo 'not an Ethernet device'
refused 'an ipip tunnel' tunl9 'not an Ethernet device'
refused 'a GRE tunnel' gre9 'not an Ethernet device'
refused 'a tun device' tun9 'not an Ethernet device'
is 'nothing was changed by that' "$(stat_number pins) $(stat_number devs)" '1 1'

ip -n server link del tunl9
ctl pin add 198.51.100.1 dev tunl9 lladdr $GATEWAY_MAC
kmsg_mark
ip -n server link add tunl9 type ipip local $SERVER remote $GATEWAY
ok 'a device of the wrong type appears: not bound' unbound 198.51.100.1 tunl9
like '... and dmesg says so' "$(kmsg_since)" 'arppin: tunl9: not an Ethernet device, not bound'
ip -n server link del tunl9
ip -n server link add tunl9 type dummy
ok 'one of the right type appears: bound' bound 198.51.100.1 tunl9
ctl pin add 198.51.100.1 dev uplink1 lladdr $GATEWAY_MAC
ip -n server link property add dev eth0 altname uplink1
ok 'a pinned name becomes an alternative one: not bound' unbound 198.51.100.1 uplink1
# As udev does at boot: a name is an alternative one first.
ip -n server link add dummy8 type dummy
ip -n server link property add dev dummy8 altname uplink8
like 'an alternative name: a warning' \
	"$(ctl pin add 198.51.100.1 dev uplink8 lladdr $GATEWAY_MAC 2>&1)" 'warning: an alternative name'
ok '... the pin is there, and waits' unbound 198.51.100.1 uplink8
like '... at a guard, too' "$(ctl guard set dev uplink8 unpinned audit 2>&1)" 'warning: an alternative name'
ip -n server link property del dev dummy8 altname uplink8
ip -n server link set dummy8 name uplink8
ok 'it becomes the name of its own: bound' bound 198.51.100.1 uplink8

# A bond takes its type from its first port, and takes it later.
ctl pin add 198.51.100.1 dev bond9 lladdr $GATEWAY_MAC
ip -n server link add bond9 type bond mode active-backup fail_over_mac active
ok 'a bond of no type yet: bound' bound 198.51.100.1 bond9
ip -n server link set gre9 master bond9
ok 'it becomes a bond of tunnels: the pin waits' unbound 198.51.100.1 bond9

topology_clean
accepted_since() { [ "$(stat_number accepted)" -gt "$accepted" ]; }
for kind in vlan bond bridge macvlan; do
	topology $kind
	ctl pin add $GATEWAY dev "$SDEV" lladdr $GATEWAY_MAC
	ok "$kind: bound" bound $GATEWAY
	ok "$kind: enforced" protected
	case $kind in
	vlan)
		ip -n server link set eth0.5 type vlan reorder_hdr off
		ok "$kind, whose tag is kept: enforced" protected
		# Its source would be foreign, were it read from where the tag is.
		accepted=$(stat_number accepted)
		on gateway arping -q -U -c1 -I eth0.5 $GATEWAY
		ok "$kind, whose tag is kept: the gateway's claim is accepted" wait_for 10 accepted_since
		is "$kind, whose tag is kept: ... and no news" "$(stat_number noticed)" 0
		ignored=$(stat_number ignored)
		forge op=3
		ok "$kind, whose tag is kept: what claims nothing is ignored" \
			wait_for 10 stat_is ignored $((ignored + 1))
		ctl pin flush
		ok "$kind, whose tag is kept: without the pin the attack wins" unprotected
		ctl pin add $GATEWAY dev "$SDEV" lladdr $GATEWAY_MAC ;;
	bond | bridge)
		# Its frames are the bond's or bridge's before ARP sees them.
		like "$kind: a pin on a port comes with a warning" \
			"$(ctl pin add 198.51.100.9 dev eth0 lladdr $GATEWAY_MAC 2>&1)" 'warning: .* port ' ;;
	esac
	ok "$kind: the gateway answers" on server ping -c1 -W5 $GATEWAY
	if [ $kind = vlan ]; then
		# The kernel answers no ARP there, but hears it.
		ip -n server link set "$SDEV" mtu 67
		ok "$kind, too small for IPv4" not on server test -e "/proc/sys/net/ipv4/conf/$SDEV"
		ok "$kind, too small for IPv4: enforced" protected
		accepted=$(stat_number accepted)
		forge spa=192.0.2.77 op=reply
		ok "$kind, too small for IPv4: another claim is counted" wait_for 10 accepted_since
	fi
	topology_clean
done

done_testing
