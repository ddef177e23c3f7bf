#!/bin/bash
# The lines in dmesg, to the letter, because people grep for them; and that what
# others choose, frames and names of devices, neither floods nor forges them.
# weight: 45
. tests/vm/lib.sh
. tests/vm/pins.sh

load_arppin
# In the init namespace, where lines have no `(net N)`.
ip link add eth0 type veth peer name attacker0
sysctl -qw net.ipv6.conf.{eth0,attacker0}.disable_ipv6=1
ip address add $SERVER/24 dev eth0
ip link set eth0 up
ip link set attacker0 up
# By one process: incidents must not end while others are being started.
coproc ARP { exec tests/vm/arp.py -; }
started_all+=("$ARP_PID")
send() {
	echo "attacker0 $*" >&"${ARP[1]}"
	read -r _ <&"${ARP[0]}"
}
lines() { kmsg_since | sed -n 's/^\[[ 0-9.]*\] arppin: /arppin: /p'; }
# A claim is told before the sender's call returns; what follows in a work is not.
told() { [ "$(lines | wc -l)" = "$1" ]; }
# How long an incident took is not the same each time.
ends() { lines | sed 's/ended after [0-9]* s/ended after N s/'; }

kmsg_mark
arppinctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
is 'pinned' "$(lines)" "arppin: eth0: $GATEWAY pinned to $GATEWAY_MAC"
kmsg_mark
send spa=$ATTACKER tpa=$ATTACKER
is 'who says who he is, is not told' "$(lines)" ''
send
ok 'a conflict is told' wait_for 10 told 1
is '... in these words' "$(lines)" \
	'arppin: eth0: incident 1: 192.0.2.1 claimed by 02:00:00:00:00:66 (also 192.0.2.66), pinned to 02:00:00:00:00:01: dropped'
send count=200
send op=reply
is '... and once' "$(lines | wc -l)" 1
send src=02:00:00:00:00:77
send spa=0.0.0.0 tpa=$GATEWAY
send sha=$GATEWAY_MAC src=$ATTACKER_MAC
ok 'other kinds are told' wait_for 10 told 4
is '... in these words' "$(lines | tail -n 3)" \
"arppin: eth0: incident 2: $GATEWAY claimed by $ATTACKER_MAC (frame from 02:00:00:00:00:77, also $ATTACKER), pinned to $GATEWAY_MAC: dropped
arppin: eth0: incident 3: $GATEWAY probed by $ATTACKER_MAC (also $ATTACKER), pinned to $GATEWAY_MAC: passed
arppin: eth0: incident 4: $GATEWAY claimed by its pinned $GATEWAY_MAC (frame from $ATTACKER_MAC, also $ATTACKER), pinned to $GATEWAY_MAC: passed"

sleep 5.1 # the limit is 20 lines in 5 s
kmsg_mark
arppinctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC,02:00:00:00:00:02
arppinctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC mode audit
ip neigh del $GATEWAY dev eth0
send sha=02:00:00:00:00:67
arppinctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC
ip neigh replace $GATEWAY dev eth0 lladdr 02:00:00:00:00:99 nud permanent
ok 'changes and the cache are told' wait_for 10 told 7
is '... in these words' "$(lines)" \
"arppin: eth0: $GATEWAY now pinned to $GATEWAY_MAC,02:00:00:00:00:02
arppin: eth0: $GATEWAY now pinned to $GATEWAY_MAC (audit)
arppin: eth0: incident 5: $GATEWAY claimed by 02:00:00:00:00:67, pinned to $GATEWAY_MAC: passed
arppin: eth0: $GATEWAY now pinned to $GATEWAY_MAC
arppin: eth0: $GATEWAY at 02:00:00:00:00:67, pinned to $GATEWAY_MAC: put right in the neighbour cache
arppin: eth0: $GATEWAY at 02:00:00:00:00:99, pinned to $GATEWAY_MAC: overridden in the neighbour cache
arppin: eth0: $GATEWAY at 02:00:00:00:00:99, pinned to $GATEWAY_MAC: put right in the neighbour cache"
kmsg_mark
arppinctl pin flush
ok 'the end is told, of incidents and of the pin' wait_for 10 told 6
is '... in these words' "$(ends)" \
"arppin: eth0: incident 1: $GATEWAY claimed by $ATTACKER_MAC (also $ATTACKER), pinned to $GATEWAY_MAC: ended after N s, 202 dropped, 0 passed
arppin: eth0: incident 2: $GATEWAY claimed by $ATTACKER_MAC (frame from 02:00:00:00:00:77, also $ATTACKER), pinned to $GATEWAY_MAC: ended after N s, 1 dropped, 0 passed
arppin: eth0: incident 3: $GATEWAY probed by $ATTACKER_MAC (also $ATTACKER), pinned to $GATEWAY_MAC: ended after N s, 0 dropped, 1 passed
arppin: eth0: incident 4: $GATEWAY claimed by its pinned $GATEWAY_MAC (frame from $ATTACKER_MAC, also $ATTACKER), pinned to $GATEWAY_MAC: ended after N s, 0 dropped, 1 passed
arppin: eth0: incident 5: $GATEWAY claimed by 02:00:00:00:00:67, pinned to $GATEWAY_MAC: ended after N s, 0 dropped, 1 passed
arppin: eth0: $GATEWAY no longer pinned to $GATEWAY_MAC"

# With the last pin went what was known of the offender.
kmsg_mark
arppinctl guard set dev eth0 unpinned drop
for number in 7 8 9; do
	send spa=192.0.2.$number
done
arppinctl guard set dev eth0 unpinned accept defend on addresses 4
for number in 10 11 12; do
	send spa=192.0.2.$number
done
arppinctl guard set dev eth0 defend off addresses off
ok 'a guard is told' wait_for 10 told 9
is '... in these words' "$(ends)" \
"arppin: eth0: unpinned addresses are dropped
arppin: eth0: incident 6: 192.0.2.7 claimed by $ATTACKER_MAC, not pinned: dropped
arppin: eth0: incident 6: 192.0.2.7 claimed by $ATTACKER_MAC (also 192.0.2.8, 192.0.2.9), not pinned: ended after N s, 3 dropped, 0 passed
arppin: eth0: unpinned addresses are accepted, own ones defended, at most 4 addresses a MAC
arppin: eth0: incident 7: $SERVER is ours, and claimed by $ATTACKER_MAC (also 192.0.2.7, 192.0.2.8, 192.0.2.9): passed
arppin: eth0: incident 8: 192.0.2.12 is one address too many, claimed by $ATTACKER_MAC (also 192.0.2.7, 192.0.2.8, 192.0.2.9 and 1 more): dropped
arppin: eth0: unpinned addresses are accepted
arppin: eth0: incident 7: $SERVER is ours, and claimed by $ATTACKER_MAC (also 192.0.2.7, 192.0.2.8, 192.0.2.9 and 1 more): ended after N s, 0 dropped, 1 passed
arppin: eth0: incident 8: 192.0.2.12 is one address too many, claimed by $ATTACKER_MAC (also 192.0.2.7, 192.0.2.8, 192.0.2.9 and 1 more): ended after N s, 1 dropped, 0 passed"
arppinctl guard set dev eth0 unpinned drop

# Many offenders are many first conflicts.
sleep 5.1
kmsg_mark
send count=2000 sha=random spa=192.0.2.8
ok 'the lines of 2,000 offenders are limited' test "$(lines | wc -l)" -le 40
like '... but there are some' "$(lines)" 'claimed by 06:'
arppinctl guard set dev eth0 unpinned accept
ip link del eth0

# A container says which it is, and cannot use up the host's lines.
topology
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
sleep 5.1
kmsg_mark
forge
ok 'a container is told' wait_for 10 told 1
is '... with its name' "$(lines)" \
	"arppin: eth0: incident 1: $GATEWAY claimed by $ATTACKER_MAC, pinned to $GATEWAY_MAC: dropped (net $(
	stat -Lc %i /run/netns/server))"
ctl guard set dev eth0 unpinned audit
forge count=2000 sha=random spa=192.0.2.8
kmsg_mark
arppinctl pin add 198.51.100.1 dev eth0 lladdr $GATEWAY_MAC
is "a container's flood leaves the host its lines" "$(lines | grep -v net)" \
	"arppin: eth0: 198.51.100.1 pinned to $GATEWAY_MAC"
arppinctl pin flush

# A device may have any byte in its name but space and its like, `/` and `:`.
sleep 5.1
kmsg_mark
name=$'\e[2J\x80"\\\x01x' shown='\\e\[2J\\(x80|200)"\\\\(x01|001|1)x'
ip -n server link add "$name" type dummy
escaped='\x1b[2J\x80"\x5c\x01x'
ctl pin add $GATEWAY dev "$escaped" lladdr $GATEWAY_MAC
like 'an odd name is shown with escapes' "$(lines)" \
	"^arppin: $shown: $GATEWAY pinned to $GATEWAY_MAC \(net [0-9]+\)\$"
ok '... and nothing of it as it is' not grep -q "[^[:print:][:space:]]" <(dmesg --raw)
newline=$'x\neth0'
fails 'a name with a newline is refused' 1 ctl pin add $GATEWAY dev "$newline" lladdr $GATEWAY_MAC
ok '... by the kernel too' not ip -n server link add "$newline" type dummy

done_testing
