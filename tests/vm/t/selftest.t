#!/bin/bash
# arppinctl selftest: it passes on a host that is well, says so of one that is
# not, and leaves nothing behind.
# weight: 45
. tests/vm/lib.sh
. tests/vm/pins.sh

# What a selftest must not change: this namespace's and the server's.
state() {
	ip -br link; ip -4 address
	ip route
	ip neigh
	ip netns
	arppinctl save
	ctl save
	ctl -j incident show
	ip -n server neigh show nud permanent
	ip -n server -br link
}
# told FILTER: of the JSON of the selftest.
told() { jq -rc "$1" <<< "$said"; }
selftest() { said=$(arppinctl -j selftest 2>&1); }

fails 'without the module' 2 arppinctl selftest
topology
br0_up() { [[ $(ip -br link show br0) = *' UP '* ]]; }
wait_for 10 br0_up # a moment after its ports
load_arppin
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
before=$(state)
run arppinctl selftest
is 'it passes' $? 0
selftest
is 'in JSON: exit status' $? 0
is 'in JSON' "$(told '[.passed, (.checks | length), ([.checks[].state] | unique)]')" '[true,9,["ok"]]'
is 'names' "$(told '[.checks[].name] | join(" ")')" 'control-reply control-request-to-us control-request-to-other control-gratuitous-request pinned-reply pinned-request-to-us pinned-request-to-other pinned-gratuitous-request gateway'
is 'nothing has changed' "$(state)" "$before"
no_veth() { ! ip link show pin0 2> /dev/null && ! ip link show wire0 2> /dev/null; }
ok 'no device is left' no_veth
namespaces() { find /proc/[0-9]*/ns/net -printf '%l\n' 2> /dev/null | sort -u | wc -l; }
is 'no namespace is left' "$(namespaces)" 1

echo '# under attack, and where ARP is tamed'
start on attacker tests/vm/arp.py eth0 count=0 interval=0.1
run on server "$ARPPINCTL" selftest
is 'while arppin wards off another' $? 0
stop "$started"
on server sysctl -qw net.ipv4.conf.{all,default}.drop_gratuitous_arp=1 net.ipv4.conf.{all,default}.arp_ignore=8
sysctl -qw net.ipv4.conf.{all,default}.drop_gratuitous_arp=1 net.ipv4.conf.{all,default}.arp_ignore=8
run arppinctl selftest
is 'where the host drops gratuitous ARP' $? 0
sysctl -qw net.ipv4.conf.{all,default}.drop_gratuitous_arp=0 net.ipv4.conf.{all,default}.arp_ignore=0

echo '# where the attack does not work, nothing is proved'
default=$(< /proc/sys/net/ipv4/neigh/default/locktime)
echo 100000 > /proc/sys/net/ipv4/neigh/default/locktime
selftest
is 'exit status' $? 3
is 'and it says so' "$(told '[.passed, (.checks[] | select(.name == "control-reply").state)]')" '[false,"failed"]'
echo "$default" > /proc/sys/net/ipv4/neigh/default/locktime

echo '# words and privileges'
fails '-n' 1 arppinctl -n server selftest
like 'without CAP_SYS_ADMIN' "$(setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$ARPPINCTL" selftest 2>&1; echo $?)" \
	'CAP_SYS_ADMIN.*2$'
unload_arppin
done_testing
