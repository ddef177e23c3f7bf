#!/bin/bash
# Frames on two CPUs at once: each is counted once.
# cpus: 2
# weight: 20
. tests/vm/lib.sh
. tests/vm/pins.sh

is 'two CPUs' "$(nproc)" 2
load_arppin
topology
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
ctl pin add 192.0.2.2 dev eth0 lladdr 02:00:00:00:00:02
# Its own claims would count as well.
ip -n gateway link set eth0 arp off

# Wrong and right claims, of one and of many. The kernel shall not lose any on
# their way.
sysctl -qw net.core.netdev_max_backlog=100000
lost_before() {
	local lost sum=0
	while read -r _ lost _; do sum=$((sum + 16#$lost)); done < /proc/net/softnet_stat
	echo $sum
}
lost=$(lost_before)
declare -A before=([dropped]=$(stat_number dropped) [accepted]=$(stat_number accepted))
claims() { echo $(($(stat_number "$1") - before[$1])); }
frames=$(brief 10000 2500)
flood() { # CPU KEY=VALUE...
	start on attacker taskset "$1" tests/vm/arp.py eth0 count="$frames" "${@:2}"
	flooders+=("$started")
}
flooders=()
flood 1
flood 2
flood 1 sha=random seed=7 spa=192.0.2.2
flood 2 sha=$GATEWAY_MAC src=$GATEWAY_MAC tpa=192.0.2.9
wait "${flooders[@]}"
is 'no frame is lost before arppin' "$(lost_before)" "$lost"
exact() { [ "$(pin_number dropped) $(pin_number dropped 192.0.2.2)" = "$((2 * frames)) $frames" ]; }
ok 'the counters of the pins are exact' wait_for 10 exact
is '... and that of the namespace' "$(claims dropped)" $((3 * frames))
is '... those of right claims too' "$(pin_number accepted) $(claims accepted)" "$frames $frames"
done_testing
