#!/bin/bash
# One neighbour claims address after address, and the neighbour table fills: unless
# a guard says how many addresses a MAC may have.
# weight: 35
. tests/vm/lib.sh
. tests/vm/pins.sh

# Entries of the server whose address begins so.
entries() { ip -n server neigh show dev eth0 | grep -c "^$1"; }
entries_are() { [ "$(entries "$1")" = "$2" ]; }
# Requests to us, as the kernel makes an entry for who sends one.
claim_300() { forge spa=10.0.0.0/8 count=300 dst=$SERVER_MAC; }
of_many() { ctl -j incident show | jq -rc ".[] | select(.kind == \"many-addresses\") | $1"; }

topology
claim_300
ok 'without arppin one neighbour makes 300 entries' wait_for 10 entries_are '10\.' 300
ip -n server neigh flush dev eth0

load_arppin
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
claim_300
ok 'with a pin and no limit as well' wait_for 10 entries_are '10\.' 300
is '... and none is dropped' "$(stat_number dropped) $(stat_number incidents_total)" '0 0'
ctl pin flush # forgets the sightings, too
ip -n server neigh flush dev eth0

ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
ctl guard set dev eth0 addresses 8
monitor_start
ip -n attacker neigh flush dev eth0
ok 'a limit of 8: the first address is his own' on attacker ping -c1 -W5 $SERVER
ip -n server neigh del $ATTACKER dev eth0 # or it asks him in 5 s, and his answer counts
ping_start
dropped=$(stat_number dropped)
claim_300
is '... of 300 more seven pass' "$(($(stat_number dropped) - dropped))" 293
is '... and are learned, no more' "$(entries '10\.')" 7
is '... the guard has counted them' "$(guard_number dropped)" 293
is '... one incident' "$(of_many '[.addr, .lladdr, .source, .dropped, .passed, .sightings_total]')" \
	"[\"10.0.0.7\",\"$ATTACKER_MAC\",\"$ATTACKER_MAC\",293,0,8]"
is '... of the guard' "$(of_many '[.guard.addresses, .pin]')" '[8,null]'
is '... that names his other addresses' "$(of_many '.sightings[1:3] | map(.addr) | join(" ")')" '10.0.0.0 10.0.0.1'

accepted=$(guard_number accepted)
forge spa=10.0.0.3 dst=$SERVER_MAC
is 'what was there before is still believed' "$(($(guard_number accepted) - accepted))" 1
ip -n server neigh flush dev eth0
ip -n attacker neigh flush dev eth0
ok '... his own address, too' on server ping -c1 -W5 $ATTACKER
forge spa=10.0.0.3 dst=$SERVER_MAC
ok '... and is learned anew' wait_for 5 entries_are '10\.' 1
forge spa=10.1.0.1 dst=$SERVER_MAC op=reply
forge spa=10.1.0.1 tpa=10.1.0.1
is 'it does not matter how a new one is claimed' "$(guard_number dropped)" 295
# What cannot be counted is not believed either.
forge spa=10.1.0.0/16 count=50 sha=02:00:00:00:00:68 src=02:00:00:00:00:69 dst=$SERVER_MAC
is '... nor in whose frame' "$(guard_number dropped) $(entries '10\.1')" '345 0'
forge spa=10.0.0.4 src=02:00:00:00:00:69 dst=$SERVER_MAC
is '... but an old one is his in any frame' "$(guard_number dropped)" 345

ip netns add container
port container eth0 02:00:00:00:00:77
address container eth0 192.0.2.77
ok 'another host comes, and is unaffected' on container ping -c1 -W5 $SERVER
on container tests/vm/arp.py eth0 spa=10.2.0.0/16 sha=02:00:00:00:00:77 count=7 dst=$SERVER_MAC > /dev/null
is '... and has a limit of its own' "$(entries '10\.2')" 7
ip netns del container
ip -n gateway neigh flush dev eth0
ok 'the gateway finds the server' on gateway ping -c1 -W5 $SERVER
is '... and not a ping to it was lost' "$(ping_stop)" 0
is 'none but these two were dropped' "$(stat_number dropped) $(stat_number incidents_total)" '345 2'
monitor_stop
is 'each was told once' "$(events 'select(.event == "incident-start") | .incident |
	[.kind, .lladdr, .source] | join(" ")')" \
	"many-addresses $ATTACKER_MAC $ATTACKER_MAC
many-addresses 02:00:00:00:00:68 02:00:00:00:00:69"
is '... with the limit' "$(events 'select(.event == "incident-start") | .guard.addresses' | xargs)" '8 8'
ctl guard set dev eth0 addresses off
ip -n server neigh flush dev eth0

echo '# a proxy ARP gateway'
on gateway sysctl -qw net.ipv4.conf.eth0.{proxy_arp,forwarding}=1 net.ipv4.neigh.eth0.proxy_delay=0
ip -n gateway link add far type dummy
ip -n gateway address add 10.9.255.254/16 dev far
ip -n gateway link set far up
ip -n server route add 10.9.0.0/16 dev eth0
# Whatever is sent there asks for the address first.
# shellcheck disable=SC2016 # for the other shell
on server bash -c 'for ((i = 1; i <= 300; i++)); do
	echo > /dev/udp/10.9.$((i / 250)).$((i % 250 + 1))/9
done'
answered() { [ "$(ip -n server neigh show dev eth0 | grep -c "^10\.9.*$GATEWAY_MAC")" = 300 ]; }
ok 'no limit: a gateway that answers for 300 addresses is believed all of them' wait_for 20 answered
is '... and nothing of it is told or dropped' "$(stat_number dropped) $(stat_number incidents_total)" '345 2'
done_testing
