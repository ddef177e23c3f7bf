#!/bin/bash
# What is wrong on the wire changes nothing and breaks nothing. The table of what
# arppin makes of it, and why, is in tests/vm/garbage.py.
# weight: 40
. tests/vm/lib.sh
. tests/vm/pins.sh

SEED=${SEED:-20080601} FUZZ=$(brief 20000 1000) NOISE=$(brief 5000 500)

# watch; unwatch: what the gateway's entry has been meanwhile, besides right, is
# in $wrong.
watch() {
	changes=$(mktemp)
	start_log=$changes start on server ip monitor neigh
	watch_pid=$started
	wait_for 10 some_change || bail_out 'ip monitor sees nothing'
}
unwatch() {
	stop "$watch_pid"
	wrong=$(grep -E "^$GATEWAY .*lladdr" "$changes" | grep -v "lladdr $GATEWAY_MAC")
	rm "$changes"
}
some_change() {
	ip -n server neigh replace 192.0.2.250 dev eth0 lladdr 02:00:00:00:02:50 nud stale
	ip -n server neigh del 192.0.2.250 dev eth0
	[ -s "$changes" ]
}
settled() {
	[ "$(ip -n server -s -j neigh show $GATEWAY dev eth0 | jq '.[0].updated')" -ge 2 ]
}

# Each namespace has a device now whose MAC is all zeros: gretap0.
modprobe ip_gre || bail_out 'no ip_gre'
topology
# Else frames with somebody else's source would cost him his traffic there.
bridge link set dev attacker0 learning off
for device in attacker0 server0 br0; do
	ip link set $device mtu 9000
done
ip -n server link set eth0 mtu 9000
ip -n attacker link set eth0 mtu 9000
# No ARP but the test's: the others neither ask nor answer, as they would where
# garbage asks for them in the name of the server.
ip -n gateway neigh replace $SERVER lladdr $SERVER_MAC dev eth0 nud permanent
on gateway sysctl -qw net.ipv4.conf.all.arp_ignore=8

ok 'the entry is older than locktime' wait_for 10 settled
watch
run on attacker tests/vm/garbage.py eth0 fuzz "$SEED" 2000
unwatch
like 'without arppin a tenth of the fuzz moves the entry' "$wrong" lladdr

load_arppin
ok 'the gateway is pinned' ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
is 'and its entry put right' "$(cache_mac $GATEWAY)" $GATEWAY_MAC
watch
kmsg_mark

coproc TABLE { exec ip netns exec attacker tests/vm/garbage.py eth0 table; }
table_pid=$!
started_all+=("$table_pid")
count_from_here
while IFS='|' read -r -u "${TABLE[0]}" name expected why; do
	name=${name% } expected=${expected# } expected=${expected% }
	counts "$name: counted $expected:$why" "$expected"
	[ "$(cache_mac $GATEWAY)" = $GATEWAY_MAC ] || is "$name: the entry" moved kept
	count_from_here
	echo >&"${TABLE[1]}"
done
wait "$table_pid"
is 'that was the whole table' $? 0

# The trace point sees the skb just before arp_rcv() does. Sent without the bridge,
# which would make the ARP header linear itself.
ip link set server0 nomaster
trace=/sys/kernel/debug/tracing
echo 'protocol == 0x0806 && data_len > 0' > $trace/events/net/netif_rx_entry/filter
echo > $trace/trace
echo 1 > $trace/events/net/netif_rx_entry/enable
count_from_here
run tests/vm/garbage.py server0 paged
counts 'frames in page fragments: dropped as any other' '0 29 0 0 0'
echo 0 > $trace/events/net/netif_rx_entry/enable
ip link set server0 master br0
is '... and they were not linear: the ARP bytes in the linear part' "$(
	awk '/ dev=eth0 / {
		match($0, / len=[0-9]+/); len = substr($0, RSTART + 5, RLENGTH - 5)
		match($0, /data_len=[0-9]+/); paged = substr($0, RSTART + 9, RLENGTH - 9)
		print len - paged
	}' $trace/trace | sort -n | uniq | paste -sd' ')" "$(seq -s' ' 0 28)"

count_from_here
diag "SEED=$SEED tests/vm/t/garbage.t repeats this"
expected=$(on attacker tests/vm/garbage.py eth0 fuzz "$SEED" "$FUZZ")
like 'the fuzz has frames of each kind but passed' "$expected" \
	'^[1-9][0-9]* [1-9][0-9]* 0 [1-9][0-9]* [1-9][0-9]*$'
counts "$FUZZ random ARP frames: counted $expected" "$expected"
ok "$NOISE frames of noise" on attacker tests/vm/garbage.py eth0 noise "$SEED" "$NOISE"

unwatch
is 'the entry never had another MAC' "$wrong" ''
ok '... nor did arppin see another' stat_is cache_overridden 0
on gateway sysctl -qw net.ipv4.conf.all.arp_ignore=0
ok 'the gateway answers' on server ping -c1 -W5 $GATEWAY
unlike 'the kernel has not complained' "$(kmsg_since)" 'BUG|WARN|Call Trace|Oops'
done_testing
