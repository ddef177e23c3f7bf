#!/bin/bash
# pin learn: what is pinned in peace, and what is not when two hosts answer, the
# cache is poisoned or nobody answers.
# weight: 190
. tests/vm/lib.sh
. tests/vm/pins.sh

VIP=192.0.2.254 VMAC=00:00:5e:00:01:33

# learn STATUS DESCRIPTION WORD...: `pin learn` exits so; its JSON is in $said.
learn() {
	local status=$1 description=$2 complained
	shift 2
	complained=$(mktemp)
	said=$(ctl -j pin learn "$@" wait "${patience:-1}" 2> "$complained")
	is "$description: exit status" $? "$status"
	diag "$said"
	diag < "$complained"
	rm "$complained"
}
# told DESCRIPTION FILTER EXPECTED: of the JSON of learn.
told() { is "$1" "$(jq -rc "$2" <<< "$said")" "$3"; }
pins() { ctl pin show | sed -n 's/^\([^ ].*\) mode enforce resident on$/\1/p'; }
forget() {
	ctl pin flush
	ip -n server neigh flush dev "$SDEV"
	on server ping -c1 -W5 $GATEWAY > /dev/null
}
# forging DEVICE OPTION...: starts who forges, and has seen a frame when it returns.
forging() {
	local frames=/sys/class/net/attacker0/statistics/rx_packets before
	before=$(< $frames)
	start on attacker tests/vm/arp.py "$1" count=0 interval=0.1 "${@:2}"
	more_frames() { [ "$(< "$frames")" -gt "$before" ]; }
	wait_for 20 more_frames || bail_out 'no frame is forged'
}
# The address that a script would pin which trusts the cache.
naive() { cache_mac $GATEWAY; }

topology
fails 'without the module' 2 ctl pin learn default
load_arppin

echo '# peace'
learn 0 'an address on a device' $GATEWAY dev eth0
told 'the document' '[.addr, .dev, .pinned, .lladdr, .reason, (.answers | length), .cache.lladdr]' \
	"[\"$GATEWAY\",\"eth0\",true,[\"$GATEWAY_MAC\"],\"agreed\",1,\"$GATEWAY_MAC\"]"
told 'the answer' '.answers[0] | [.lladdr, .source, .count >= 5, .virtual, .local, .ours, .known_as]' \
	"[\"$GATEWAY_MAC\",\"$GATEWAY_MAC\",true,null,true,false,[]]"
is 'it is pinned' "$(pins)" "$GATEWAY dev eth0 lladdr $GATEWAY_MAC"
ok 'and protected' protected
learn 0 'once more' $GATEWAY dev eth0
told 'it is pinned already' '[.pinned, .reason, .lladdr]' "[true,\"already-pinned\",[\"$GATEWAY_MAC\"]]"
forget
learn 0 'an address alone' $GATEWAY
is 'its device is found' "$(pins)" "$GATEWAY dev eth0 lladdr $GATEWAY_MAC"
forget
learn 0 'the default gateways' default
told 'an array of one' '[.[] | .addr, .dev, .pinned]' "[\"$GATEWAY\",\"eth0\",true]"
is 'it is pinned as well' "$(pins)" "$GATEWAY dev eth0 lladdr $GATEWAY_MAC"
forget
ip link set server0 type bridge_slave hairpin on
learn 0 'a switch that sends our own frames back' default
ip link set server0 type bridge_slave hairpin off
forget
ip -n server neigh flush dev eth0
like 'an empty cache; text' "$(ctl pin learn $GATEWAY wait 1)" \
	"^$GATEWAY dev eth0: pinned to $GATEWAY_MAC
    $GATEWAY_MAC: [0-9]+ claims; locally administered$"
forget

echo '# words that are wrong'
for words in '192.0.2.1 dev nosuch0' '198.51.100.7' $SERVER "$SERVER dev eth0" 192.0.2.255 \
	'192.0.2.1 dev lo' 'default dev nosuch0'; do
	# shellcheck disable=SC2086
	fails "$words" 1 ctl pin learn $words wait 1
done
ip -n server link add tun0 type ipip local $SERVER remote 192.0.2.99
fails 'a tunnel' 1 ctl pin learn $GATEWAY dev tun0 wait 1
fails 'no default gateway on a device' 3 ctl pin learn default dev tun0 wait 1
ip -n server link del tun0
is 'nothing is pinned' "$(pins)" ''

echo '# the attacker is a neighbour as well, and forges'
on server ping -c1 -W5 $ATTACKER > /dev/null
ip -n attacker neigh replace $SERVER dev eth0 lladdr $SERVER_MAC nud permanent
start on attacker arpspoof -i eth0 -t $SERVER $GATEWAY
spoof=$started
ok 'arpspoof takes the gateway over' wait_for 20 cache_is $GATEWAY $ATTACKER_MAC
is 'a script that copies the cache pins the attacker' "$(naive)" $ATTACKER_MAC
said=$(ctl -j pin learn $GATEWAY dev eth0 wait 4)
is 'learning refuses' $? 3
diag "$said"
told 'and says why' '[.pinned, .lladdr, .reason]' '[false,null,"conflict"]'
told 'both are shown' '[.answers[].lladdr] | sort' "[\"$GATEWAY_MAC\",\"$ATTACKER_MAC\"]"
told 'with what the attacker is otherwise known as' \
	".answers[] | select(.lladdr == \"$ATTACKER_MAC\").known_as" "[{\"addr\":\"$ATTACKER\",\"by\":\"cache\"}]"
is 'nothing is pinned' "$(pins)" ''
stop "$spoof"
# The gateway's answers, and its own questions later, would put the entry right.
ip -n gateway neigh replace $SERVER dev eth0 lladdr $SERVER_MAC nud permanent
ok 'he is silent, the cache poisoned' unprotected
like 'learning refuses; text' "$(ctl pin learn $GATEWAY dev eth0 wait 1; echo $?)" \
	"the neighbour cache has another MAC address than who answers
    $GATEWAY_MAC: [0-9]+ claims; locally administered
    $ATTACKER_MAC in the neighbour cache: [a-z]+; locally administered; also $ATTACKER
3$"
is 'nothing is pinned' "$(pins)" ''
ip -n server neigh flush dev eth0
unprotected
learn 3 'the same in JSON' default
told 'the reason' '[.[0] | .reason, .cache.lladdr]' "[\"cache-conflict\",\"$ATTACKER_MAC\"]"
ip -n gateway neigh del $SERVER dev eth0

enough
# Where something is pinned there are sightings. Of a reply to nobody nothing else remains.
ctl pin add 192.0.2.200 dev eth0 lladdr 02:00:00:00:02:00
forge op=reply spa=192.0.2.67
forging eth0
learn 3 'who has been sighted' $GATEWAY dev eth0
stop "$started"
told 'is known by that, too' ".answers[] | select(.lladdr == \"$ATTACKER_MAC\").known_as |
	any(. == {\"addr\": \"192.0.2.67\", \"by\": \"sighting\"})" true

echo '# each shape of packet counts'
from=eth0
hits() { # DESCRIPTION REASON OPTION...: forged during all of the wait
	local description=$1 reason=$2
	shift 2
	forget
	forging "$from" "$@"
	learn 3 "$description" $GATEWAY dev eth0
	stop "$started"
	told "$description: the reason" .reason "$reason"
	is "$description: nothing is pinned" "$(pins)" ''
}
hits 'a request to another host' conflict tpa=192.0.2.77
hits 'an announcement' conflict tpa=$GATEWAY
hits 'a gratuitous reply' conflict op=reply tpa=$GATEWAY tha=$ATTACKER_MAC
hits 'a reply about another host' conflict op=reply tpa=192.0.2.77
hits 'the zero MAC' conflict sha=00:00:00:00:00:00 src=$ATTACKER_MAC
ip -n attacker link add link eth0 name eth0.0 up type vlan id 0
from=eth0.0
hits 'a tag of VLAN 0' conflict
from=eth0
patience=5 hits 'more MAC addresses than are kept' conflict sha=random interval=0.0005
told 'they are bounded' '.answers | length' 64
ip -n server neigh add 192.0.2.2 dev eth0 lladdr 02:00:00:00:00:02
forging eth0 spa=192.0.2.2 sha=$SERVER_MAC src=$ATTACKER_MAC
ip -n server neigh flush dev eth0
learn 3 'our own MAC in the frame of another' 192.0.2.2 dev eth0
told 'cannot be' '[.reason, .answers[0].ours]' '["impossible",true]'
stop "$started"

echo '# what does not count'
misses() { # DESCRIPTION DEVICE OPTION...
	local description=$1 device=$2
	shift 2
	forget
	forging "$device" "$@"
	learn 0 "$description" $GATEWAY dev eth0
	stop "$started"
	is "$description: pinned" "$(pins)" "$GATEWAY dev eth0 lladdr $GATEWAY_MAC"
}
ip -n attacker link add link eth0 name eth0.7 up type vlan id 7
start_log=$(mktemp)
start on server tcpdump -l -e -i eth0 vlan 7
capture=$started
start on attacker tests/vm/arp.py eth0.7 count=0 interval=0.1
ok 'frames of another VLAN arrive' wait_for 30 grep -q 'vlan 7' "$start_log"
stop "$started"
stop "$capture"
misses 'another VLAN' eth0.7
misses 'a frame for another host' eth0 op=reply tpa=192.0.2.77 dst=02:00:00:00:00:77
misses 'another address' eth0 spa=192.0.2.2
misses 'a probe for the address' eth0 spa=0.0.0.0 tpa=$GATEWAY
misses 'another operation' eth0 op=3
misses 'the true MAC, from a foreign source' eth0 sha=$GATEWAY_MAC src=$ATTACKER_MAC
told 'the source is shown' '[.answers[].source] | sort' "[\"$GATEWAY_MAC\",\"$ATTACKER_MAC\"]"

echo '# a pin that is there'
forget
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
start on attacker arpspoof -i eth0 -t $SERVER $GATEWAY
spoof=$started
told_of_spoofer() { [ "$(pin_number dropped)" -ge 1 ]; }
ok 'arppin drops the spoofer' wait_for 20 told_of_spoofer
said=$(ctl -j pin learn $GATEWAY dev eth0 wait 4)
is 'but he is heard: exit status' $? 3
told 'and told' '[.reason, .pinned, ([.answers[].lladdr] | sort)]' \
	"[\"pinned-otherwise\",true,[\"$GATEWAY_MAC\",\"$ATTACKER_MAC\"]]"
stop "$spoof"
is 'the pin stays' "$(pins)" "$GATEWAY dev eth0 lladdr $GATEWAY_MAC"
learn 0 'in peace it agrees' default
ctl pin replace $GATEWAY dev eth0 lladdr 02:00:00:00:00:77
learn 3 'a pin of another MAC' $GATEWAY
told 'is told' '[.reason, .pinned, .lladdr]' '["pinned-otherwise",true,["02:00:00:00:00:77"]]'
ctl pin replace $GATEWAY dev eth0 lladdr 02:00:00:00:00:77,$GATEWAY_MAC mode audit
like 'a pin in mode audit' "$(ctl pin learn $GATEWAY wait 1; echo $?)" 'mode audit, which drops nothing.*0$'
forget

echo '# nobody'
ip -n gateway link set eth0 down
ip -n server neigh flush dev eth0
learn 3 'a silent gateway' default
told 'nobody answered' '[.[0] | .reason, .answers]' '["no-answer",[]]'
ip -n server neigh replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC nud stale
learn 3 'a silent gateway in the cache' default
told 'it is shown' '[.[0] | .reason, .cache.lladdr, .cache.state]' "[\"no-answer\",\"$GATEWAY_MAC\",\"stale\"]"
ip -n gateway link set eth0 up
ip link set server0 down
no_carrier() { [[ $(ip -n server link show eth0) != *LOWER_UP* && $(ip -n server link show eth0) != *'state UP'* ]]; }
wait_for 10 no_carrier
learn 3 'no carrier' $GATEWAY dev eth0
told 'it says so' .reason no-carrier
ip link set server0 up
ip -n server link set eth0 down
learn 3 'the device is down' $GATEWAY dev eth0
told 'it says so' .reason device-down
ip -n server link set eth0 up
ip -n server route replace default via $GATEWAY
wait_for 10 on server ping -c1 -W1 $GATEWAY
ip -n server address flush dev eth0
learn 0 'a device without an address' $GATEWAY dev eth0
ctl pin flush
address server eth0 $SERVER
ip -n server route replace default via $GATEWAY

echo '# several gateways'
ip -n gateway address add 192.0.2.3/24 dev eth0
on server sysctl -qw net.ipv6.conf.{all,eth0}.disable_ipv6=0
ip -n server route replace default nexthop via $GATEWAY dev eth0 nexthop via 192.0.2.3 dev eth0
run ip -4 -n server route add default via inet6 fe80::1 dev eth0 metric 9
wait_for 10 on server ping -c1 -W1 $GATEWAY
said=$(ctl -j pin learn default wait 1 2> "$start_log")
is 'both are learned' $? 0
told 'each by itself' '[.[] | .addr, .pinned]' "[\"$GATEWAY\",true,\"192.0.2.3\",true]"
like 'and what is no IPv4 gateway is left out with a word' "$(< "$start_log")" 'left out'
ctl pin flush
ip -n server neigh flush dev eth0
ip -n gateway address del 192.0.2.3/24 dev eth0
learn 3 'one is silent' default
told 'the other is pinned' '[.[] | .addr, .pinned, .reason]' \
	"[\"$GATEWAY\",true,\"agreed\",\"192.0.2.3\",false,\"no-answer\"]"
on server sysctl -qw net.ipv6.conf.{all,eth0}.disable_ipv6=1
ip -n server route replace default via $GATEWAY
forget
ip -n server link add tun0 type ipip local $SERVER remote 192.0.2.99
ip -n server link set tun0 up
ip -n server route add default via 198.51.100.1 dev tun0 onlink metric 9
said=$(ctl -j pin learn default wait 1 2> "$start_log")
is 'a default route through a tunnel: the other gateway is learned' $? 0
told '... alone' '[.[] | .addr, .pinned]' "[\"$GATEWAY\",true]"
like '... with a word' "$(< "$start_log")" 'left out'
ip -n server link del tun0
forget

echo '# proxy ARP'
on attacker sysctl -qw net.ipv4.conf.eth0.{forwarding,proxy_arp}=1 net.ipv4.neigh.eth0.proxy_delay=0
ip -n attacker link add far up type dummy
ip -n attacker route add $GATEWAY dev far
learn 3 'a router that answers for the gateway' default
told 'two answers' '[.[0] | .reason, (.answers | length)]' '["conflict",2]'
ip -n attacker link del far
forget

echo '# VRRP with a virtual MAC, and both routers know it'
folder=$(mktemp -d)
router() { # NAMESPACE PRIORITY
	cat > "$folder/$1.conf" <<-END
		vrrp_instance test {
		    state BACKUP
		    interface eth0
		    virtual_router_id 51
		    priority $2
		    advert_int 0.3
		    use_vmac vrrp.51
		    virtual_ipaddress {
		        $VIP/24
		    }
		}
	END
	start_log=$folder/$1.log start on "$1" keepalived -n -l -D -P -f "$folder/$1.conf" \
		-p "$folder/$1.pid" -r "$folder/$1.vrrp"
}
has_vip() { ip -n "$1" -br address show | grep -q " $VIP/24"; }
router gateway 200
routers=("$started")
router attacker 100
routers+=("$started")
wait_for 30 has_vip gateway || diag < "$folder/gateway.log"
ip -n server route replace default via $VIP
learn 0 'a virtual router' default
told 'its group is named' '[.[0] | .lladdr[0], .answers[0].virtual.protocol, .answers[0].virtual.group]' \
	"[\"$VMAC\",\"vrrp\",51]"
# The other router says the same, with the source that it has.
forget
forging eth0 spa=$VIP sha=$VMAC src=$ATTACKER_MAC
learn 0 'two routers with the same MAC' $VIP
stop "$started"
told 'both are shown' '[.pinned, (.answers | length)]' '[true,2]'
kill -TERM "${routers[@]}" # SIGKILL would leave their children
wait "${routers[@]}"
rm -r "$folder"
unload_arppin
topology_clean

for kind in vlan bond bridge macvlan; do
	topology "$kind"
	load_arppin
	learn 0 "$kind: in peace" default
	is "$kind: pinned" "$(pins)" "$GATEWAY dev $SDEV lladdr $GATEWAY_MAC"
	ok "$kind: and protected" protected
	forget
	start on attacker tests/vm/arp.py "$DEV" count=0 interval=0.1
	ok "$kind: the attacker takes the gateway over" wait_for 10 cache_is $GATEWAY $ATTACKER_MAC
	patience=3 learn 3 "$kind: under attack" default
	stop "$started"
	told "$kind: two answers" '[.[0] | .reason, (.answers | length)]' '["conflict",2]'
	is "$kind: nothing is pinned" "$(pins)" ''
	unload_arppin
	topology_clean
done
done_testing
