#!/bin/bash
# What networks do all day costs nobody anything: no claim is dropped, none is
# told. The gateway and, where they have a part in it, others are pinned.
# weight: 110
. tests/vm/lib.sh
. tests/vm/pins.sh

VIP=192.0.2.254 VMAC=00:00:5e:00:01:33
FAR=198.51.100

# harmless DESCRIPTION: since the last time the server has seen ARP, and all was
# accepted, on all devices with pins or a guard.
seen=0
seen_more() { [ "$(stat_number accepted)" -gt "$seen" ]; }
harmless() {
	local json name words=()
	wait_for 10 seen_more
	json=$(ctl -j stats)
	for name in dropped passed noticed incidents_total cache_overridden; do
		words+=("$name $(number_in "$json" $name)")
	done
	name=$(number_in "$json" accepted)
	[ "$name" -gt "$seen" ] || words+=('nothing seen')
	seen=$name
	is "$1: accepted, and nothing else" "${words[*]}" \
		'dropped 0 passed 0 noticed 0 incidents_total 0 cache_overridden 0'
}
pin() { # ADDRESS MAC... [WORD...]
	ctl pin add "$1" dev "${SDEV}" lladdr "${@:2}" || bail_out "cannot pin $1"
}

load_arppin
topology
monitor_start
pin $GATEWAY $GATEWAY_MAC
pin $ATTACKER $ATTACKER_MAC # here it is a good neighbour

echo '# other hosts'
for host in "gateway $GATEWAY" "attacker $ATTACKER"; do
	read -r name address <<< "$host"
	ok "$name probes for its address (RFC 5227)" on "$name" arping -q -D -c2 -I eth0 "$address"
	harmless "probes by $name"
	on "$name" arping -q -U -c2 -I eth0 "$address"
	harmless "announcements by $name"
	on "$name" arping -q -A -c2 -I eth0 "$address"
	harmless "gratuitous replies by $name"
done
ok 'a new host probes for a free address' on attacker arping -q -D -c2 -I eth0 192.0.2.67
harmless 'its probes'
ip -n gateway neigh replace $SERVER dev eth0 lladdr $SERVER_MAC nud probe
reachable() { ip -n gateway neigh show $SERVER dev eth0 nud reachable | grep -q .; }
ok 'the gateway verifies the server with unicast requests' wait_for 10 reachable
harmless 'unicast requests by the gateway'
ip -n attacker neigh flush dev eth0
ip -n server neigh flush dev eth0
ok 'a neighbour resolves and is resolved' on attacker ping -c1 -W5 $SERVER
harmless 'requests and replies'
run forge spa=$ATTACKER tpa=192.0.2.0/24 count=256
harmless 'a sweep of the segment'
# What a hypervisor sends for a guest that has moved.
run on gateway tests/vm/arp.py eth0 type=0x8035 op=3 spa=0.0.0.0 tpa=0.0.0.0 sha=$GATEWAY_MAC count=5
run on gateway tests/vm/arp.py eth0 op=3 spa=0.0.0.0 tpa=0.0.0.0 sha=$GATEWAY_MAC count=5
run on gateway tests/vm/arp.py eth0 spa=$GATEWAY tpa=$GATEWAY sha=$GATEWAY_MAC count=5
harmless 'RARP, then announcements, after a migration'
ip -n server neigh flush dev eth0
ok 'the gateway answers' on server ping -c1 -W5 $GATEWAY

echo '# proxy ARP: one MAC for many addresses, one of them pinned'
on gateway sysctl -qw net.ipv4.conf.eth0.proxy_arp=1 net.ipv4.conf.eth0.forwarding=1
ip -n gateway link add far type dummy
ip -n gateway address add $FAR.1/24 dev far
ip -n gateway link set far up
ip -n server route add $FAR.0/24 dev eth0
pin $FAR.9 $GATEWAY_MAC resident off
resolves() { on server arping -q -f -c5 -I eth0 "$1"; }
for number in 5 6 7 9; do
	ok "the gateway answers for $FAR.$number" resolves $FAR.$number
done
harmless 'proxy ARP'

echo '# a switch that sends our own frames back, and none but pins allowed'
ctl guard set dev eth0 unpinned drop
ip link set server0 type bridge_slave hairpin on
run on server arping -q -U -c2 -I eth0 $SERVER
harmless 'our own announcements come back'
run on server arping -q -A -c2 -I eth0 $SERVER
harmless 'our own gratuitous replies come back'
run on server arping -q -D -c2 -I eth0 $SERVER
harmless 'our own probes come back, as of a DHCP client that renews'
run on server arping -q -D -c2 -I eth0 $GATEWAY
harmless 'our own probe for a pinned address comes back'
ip -n server neigh flush dev eth0
ok 'the gateway answers' on server ping -c1 -W5 $GATEWAY
harmless 'our own requests come back'
ip link set server0 type bridge_slave hairpin off
ctl guard set dev eth0 unpinned accept

echo '# a pin with two MACs, of which the other takes over'
announce() { # NAMESPACE MAC [OPTION...]
	on "$1" tests/vm/arp.py eth0 spa=$VIP tpa=$VIP sha="$2" "${@:3}" > /dev/null
}
for resident in $(brief 'on off' 'on off' on); do
	pin $VIP $GATEWAY_MAC,$ATTACKER_MAC resident "$resident"
	# Linux makes no entry because of an announcement; a resident one is there.
	[ "$resident" = on ] ||
		ip -n server neigh replace $VIP dev eth0 lladdr $GATEWAY_MAC nud reachable
	announce gateway $GATEWAY_MAC
	ok "resident $resident: at the first MAC" wait_for 5 cache_is $VIP $GATEWAY_MAC
	announce attacker $ATTACKER_MAC
	ok "resident $resident: one announcement is enough" wait_for 5 cache_is $VIP $ATTACKER_MAC
	announce gateway $GATEWAY_MAC op=reply tha=$GATEWAY_MAC
	ok "resident $resident: and one gratuitous reply back" wait_for 5 cache_is $VIP $GATEWAY_MAC
	harmless "resident $resident: a second MAC takes over"
	ctl pin del $VIP dev eth0
done

echo '# keepalived'
folder=$(mktemp -d)
declare -A routers
# router NAMESPACE PRIORITY [OPTION]: one announcement at each takeover, no more.
router() {
	cat > "$folder/$1.conf" <<-END_OF_CONFIG
		global_defs {
		    vrrp_version 3
		    vrrp_garp_master_repeat 1
		    vrrp_garp_master_delay 0
		}
		vrrp_instance test {
		    state BACKUP
		    interface eth0
		    virtual_router_id 51
		    priority $2
		    advert_int 0.3
		    ${3:-}
		    virtual_ipaddress {
		        $VIP/24
		    }
		}
	END_OF_CONFIG
	start_log=$folder/$1.log start on "$1" keepalived -n -l -D -P -f "$folder/$1.conf" \
		-p "$folder/$1.pid" -r "$folder/$1.vrrp"
	routers[$1]=$started
}
# Asked to end, a router says so, and the other takes over at once.
router_ends() { kill -TERM "${routers[$1]}"; wait "${routers[$1]}"; }
has_vip() { ip -n "$1" -br address show | grep -q " $VIP/24"; }
vip_answers() { on server ping -c1 -W1 $VIP; }

failover() { # MAC_OF_FIRST MAC_OF_SECOND DESCRIPTION [OPTION]
	router gateway 200 "${4:-}"
	wait_for 30 has_vip gateway || diag < "$folder/gateway.log"
	router attacker 100 "${4:-}"
	ok "$3: the first router answers" wait_for 10 vip_answers
	ok "$3: with its MAC" wait_for 10 cache_is $VIP "$1"
	router_ends gateway
	wait_for 30 has_vip attacker || diag < "$folder/attacker.log"
	ok "$3: the second router has taken over" wait_for 10 cache_is $VIP "$2"
	ok "$3: it answers" wait_for 10 vip_answers
	router gateway 200 "${4:-}"
	wait_for 30 has_vip gateway || diag < "$folder/gateway.log"
	ok "$3: the first is back" wait_for 10 cache_is $VIP "$1"
	ok "$3: it answers" wait_for 10 vip_answers
	router_ends attacker
	router_ends gateway
	harmless "$3"
}
for resident in $(brief 'on off' on); do
	pin $VIP $GATEWAY_MAC,$ATTACKER_MAC resident "$resident"
	failover $GATEWAY_MAC $ATTACKER_MAC "failover between two MACs, resident $resident"
	ctl pin del $VIP dev eth0
done
ip -n server neigh del $VIP dev eth0 # or there is something to heal
pin $VIP $VMAC
failover $VMAC $VMAC 'failover of a virtual MAC' 'use_vmac vrrp.51'
rm -r "$folder"

no_incidents() {
	monitor_stop
	is "$1: the monitor has told of no incident" \
		"$(events 'select(.event | test("^(incident|cache)")) | [.event, .incident]')" ''
	rm "$monitor_log"
}
no_incidents Ethernet
topology_clean

topology bond
monitor_start
seen=0
pin $GATEWAY $GATEWAY_MAC
active() { ip netns exec server cat /sys/class/net/bond0/bonding/active_slave; }
active_is() { [ "$(active)" = "$1" ]; }
first=$(active)
second=eth$((1 - ${first#eth}))
on server ping -c1 -W5 $GATEWAY > /dev/null
ip -n server link set "$first" down
ok 'our own bond fails over' wait_for 10 active_is "$second"
ok '... and the gateway answers' on server ping -c1 -W5 $GATEWAY
ip -n server link set "$first" up
# Refused until the bond has seen its link.
wait_for 10 ip -n server link set bond0 type bond active_slave "$first"
ok 'back again' wait_for 10 active_is "$first"
ok '... and the gateway answers' on server ping -c1 -W5 $GATEWAY
on gateway arping -q -U -c2 -I eth0 $GATEWAY
harmless 'failover of our own bond'
no_incidents bond
topology_clean

topology macvlan
monitor_start
seen=0
pin $GATEWAY $GATEWAY_MAC
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC # the port below
ip netns add container
ip -n server link add link eth0 name eth1 netns container address 02:00:00:00:00:11 \
	type macvlan mode bridge
address container eth1 192.0.2.11
ctl guard set dev macvlan0 unpinned accept
on container arping -q -D -c1 -I eth1 192.0.2.11
on container arping -q -U -c1 -I eth1 192.0.2.11
ok 'a container on our port finds the gateway' on container ping -c1 -W5 $GATEWAY
ok '... and us' on container ping -c1 -W5 $SERVER
on gateway arping -q -U -c2 -I eth0 $GATEWAY
harmless 'containers on the same port'
ip netns del container
no_incidents macvlan
done_testing
