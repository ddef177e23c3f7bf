#!/bin/bash
# module reload: the module is replaced under attack, in all network namespaces,
# and the pinned address never has another MAC; and whatever can go wrong.
# weight: 190
. tests/vm/lib.sh
. tests/vm/pins.sh

SECOND_MAC=02:00:00:00:00:02
topology
dir=$(mktemp -d)
run=/run/arppin

# A folder of modules with arppin alone: what else is needed is loaded.
modules=$dir/lib/modules/$(uname -r)
mkdir -p "$modules"
touch "$modules/modules.order" "$modules/modules.builtin"
on_disk() { # FILE: is what modprobe loads from here on
	cp "$1" "$modules/arppin.ko"
	depmod -b "$dir" "$(uname -r)"
}
version() { sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf; }
old=$(version) new=${old%?}9
sed "s/version=$old/version=$new/" "$ARPPIN_KO" > "$dir/new.ko"
on_disk "$dir/new.ko"
mount --bind "$modules" "/lib/modules/$(uname -r)"
loaded() { cat /sys/module/arppin/version; }
reload() { arppinctl module reload; }

cat > "$dir/server" <<-END
	pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
	pin add 192.0.2.2 dev eth0 lladdr 02:00:00:00:00:12,$SECOND_MAC
	pin add 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:03 mode audit
	pin add 192.0.2.4 dev late0 lladdr 02:00:00:00:00:04
	pin add 192.0.2.5 dev eth0 lladdr 02:00:00:00:00:05 resident off
	pin add 192.0.2.6 dev eth0 lladdr 02:00:00:00:00:06
	guard set dev eth0 unpinned audit defend on
END
echo "pin add $SERVER dev eth0 lladdr $SERVER_MAC" > "$dir/gateway"
state() { ctl save; arppinctl -n gateway save; }
resident="^lladdr $GATEWAY_MAC .*extern_learn"

fails 'no module: nothing to replace' 2 reload
ok 'without arppin the attack wins' unprotected
forge spa=$SERVER tpa=$GATEWAY
gateway_fooled() { [[ $(ip -n gateway neigh show $SERVER) == *"$ATTACKER_MAC"* ]]; }
ok '... at the gateway, too' wait_for 20 gateway_fooled
load_arppin
ctl restore "$dir/server"
arppinctl -n gateway restore "$dir/gateway"
ip -n server neigh replace 192.0.2.2 dev eth0 lladdr $SECOND_MAC nud reachable
ip -n server neigh replace 192.0.2.6 dev eth0 lladdr 02:00:00:00:00:06 nud permanent
ok 'pinned' entry_has "$resident"
before=$(state)

# To the server and to the gateway, replies and requests.
interval=$(brief 0.01 0.03 0.2)
start on attacker tests/vm/arp.py eth0 op=reply tha=$SERVER_MAC count=0 interval="$interval"
start on attacker tests/vm/arp.py eth0 count=0 interval="$interval"
start on attacker tests/vm/arp.py eth0 spa=$SERVER tpa=$GATEWAY count=0 interval="$interval"
declare -A changes watching
watch() {
	local namespace
	for namespace in server gateway; do
		changes[$namespace]=$dir/changes.$namespace
		start_log=${changes[$namespace]} start on $namespace ip monitor neigh
		watching[$namespace]=$started
		wait_for 20 seen $namespace || bail_out 'ip monitor sees nothing'
	done
}
seen() {
	ip -n "$1" neigh replace 192.0.2.250 dev eth0 lladdr 02:00:00:00:02:50 nud stale
	ip -n "$1" neigh del 192.0.2.250 dev eth0
	[ -s "${changes[$1]}" ]
}
macs() { # NAMESPACE ADDRESS: all that the entry had since watch
	grep "^$2 " "${changes[$1]}" | grep -oE 'lladdr [0-9a-f:]+' | cut -d' ' -f2 | sort -u | xargs
}
unwatch() { local pid; for pid in "${watching[@]}"; do stop "$pid"; done; }
same() { # WHAT: no attacker anywhere since watch
	unwatch
	is "$1: no other MAC in the server's entry" "$(macs server $GATEWAY)" $GATEWAY_MAC
	is "$1: nor in the gateway's" "$(macs gateway $SERVER)" $SERVER_MAC
}

# --- the replacement
dropped() { [ "$(pin_number dropped)" -gt 0 ]; }
ok 'the attack is dropped' wait_for 20 dropped
watch
said=$(reload)
is 'it is replaced' $? 0
like '... it says by what' "$said" "^module $old replaced by $new: 7 pins and 1 guards in 2 network namespaces are in force again
incidents, sightings, counters and the numbers of events begin anew$"
is '... the new one is loaded' "$(loaded)" "$new"
is '... all pins and guards are in force' "$(state)" "$before"
ok '... the entry is resident' wait_for 20 entry_has "$resident"
ok '... one with two MACs has the one that it had' wait_for 20 entry_has "^lladdr $SECOND_MAC .*extern_learn" 192.0.2.2
like '... of one that is not resident an ordinary entry' "$(entry 192.0.2.5)" '^lladdr 02:00:00:00:00:05 .*STALE'
is '... in mode audit nothing is held' "$(grep -c '^192.0.2.3 .*PERMANENT' "${changes[server]}")" 0
like '... what somebody else made permanent is' "$(entry 192.0.2.6)" PERMANENT
like 'meanwhile the entry was permanent' "$(< "${changes[server]}")" \
	"$GATEWAY dev eth0 lladdr $GATEWAY_MAC PERMANENT proto"
ok 'the new one drops the attack' wait_for 20 dropped
same replaced
fails '-n does not go with it' 1 ctl module reload

# Again and again, as fast as it goes.
rounds=$(brief 10 3 1)
on_disk "$ARPPIN_KO"
watch
bad=''
for ((round = 1; round <= rounds; round++)); do reload > /dev/null || bad+=" $round"; done
is "$rounds times" "$bad" ''
is '... all pins and guards are in force' "$(state)" "$before"
ok '... the entry is resident' wait_for 20 entry_has "$resident"
same "$rounds times"
is 'in JSON' "$(arppinctl -j module reload)" \
	"{\"before\":\"$old\",\"after\":\"$old\",\"pins\":7,\"guards\":1,\"namespaces\":2}"

! is_slow || enough umount "/lib/modules/$(uname -r)"
# --- what is seen before anything is done
unharmed() { # WHAT
	ok "$1: the module is there" test "$(loaded)" = "$old"
	is "$1: nothing was changed" "$(state)" "$before"
	ok "$1: no entry is held" entry_has "$resident"
}
sed 's/vermagic=[0-9]/vermagic=9/' "$ARPPIN_KO" > "$dir/other.ko"
on_disk "$dir/other.ko"
fails 'a module for another kernel' 3 reload
unharmed 'another kernel'
head -c 20000 "$ARPPIN_KO" > "$modules/arppin.ko"
fails 'a part of a module' 3 reload
unharmed 'a part'
rm "$modules/arppin.ko"
depmod -b "$dir" "$(uname -r)"
fails 'none' 3 reload
unharmed none
on_disk "$ARPPIN_KO"

# A namespace that nobody is in and that is mounted nowhere: somebody has it open.
ip netns add lost
arppinctl -n lost pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
exec {lost}< /run/netns/lost
ip netns del lost
fails 'pins in a namespace that cannot be found' 3 reload
like '... it says so' "$(reload 2>&1)" '3 network namespaces have pins or guards, and only 2 of them can be found'
unharmed 'a lost namespace'
exec {lost}<&-
found() { reload; }
ok 'when it has gone' wait_for 60 found

# Somebody reads a list and stops in the middle of it.
awk 'BEGIN { for (i = 0; i < 2000; i++)
	printf "pin add 10.0.%d.%d dev none0 lladdr 02:00:00:00:00:01\n", i / 250, i % 250 + 1 }' |
	cat "$dir/server" - > "$dir/many"
ctl restore "$dir/many"
family=$(genl ctrl get name arppin | sed -n 's/.*ID: \(0x[0-9a-f]*\).*/\1/p')
start_log=$dir/reading start on server python3 -IuSc 'import _socket, sys, time
from _struct import pack
sock = _socket.socket(16, _socket.SOCK_RAW, 16)
sock.bind((0, 0))
sock.send(pack("=IHHIIBBH", 20, int(sys.argv[1], 0), 0x301, 1, 0, 3, 1, 0))
print("reading")
time.sleep(1000)' "$family"
reader=$started
wait_for 20 grep -q reading "$dir/reading"
many=$(state)
watch
fails 'somebody reads a list and does not come to its end' 2 reload
ok '... the module is there' test "$(loaded)" = "$old"
is '... nothing was changed' "$(state)" "$many"
ok '... the entry was handed back' wait_for 20 entry_has "$resident"
stop "$reader"
ok '... when he has gone it is done' reload
is '... all pins are there' "$(state)" "$many"
same 'in use'
ctl restore "$dir/server"

# --- the worst: the old one has gone, the new one cannot come
objcopy --redefine-sym neigh_lookup=neigh_lookuq "$ARPPIN_KO" "$dir/unknown.ko"
on_disk "$dir/unknown.ko"
watch
said=$(reload 2>&1)
is 'a module that does not load' $? 2
like '... it is said loudly' "$said" 'THE MODULE IS NOT LOADED.*Unknown symbol.*5 pinned addresses are held by permanent.*systemctl start arppin-standin.*modprobe arppin'
ok '... none is loaded' test ! -e /sys/module/arppin
ok '... the addresses are held' stays 3 entry_has "^lladdr $GATEWAY_MAC PERMANENT"
on_disk "$ARPPIN_KO"
ok 'when it is mended' modprobe arppin
ok '... a restore' ctl restore "$dir/server"
ok '... hands the entry to arppin' wait_for 20 entry_has "$resident"
ok '... in the other namespace too' arppinctl -n gateway restore "$dir/gateway"
is '... all is as it was' "$(state)" "$before"
same 'not loaded'

# Killed between the two.
cat > /usr/local/sbin/modprobe <<-END
	#!/bin/sh
	[ "\$1" != --show-depends ] || exec /sbin/modprobe "\$@"
	touch $dir/loading
	exec sleep 1000
END
chmod 755 /usr/local/sbin/modprobe
watch
start "$ARPPINCTL" module reload
ok 'the old module has gone, the new one is not there yet' wait_for 30 test -e "$dir/loading"
kill -TERM "$started"
kill -INT "$started"
sleep 1
ok 'SIGTERM and SIGINT have to wait' kill -0 "$started"
stop "$started"
rm /usr/local/sbin/modprobe
ok 'killed then, the addresses are held' stays 3 entry_has "^lladdr $GATEWAY_MAC PERMANENT"
modprobe arppin
ctl restore "$dir/server"
arppinctl -n gateway restore "$dir/gateway"
ok '... until a restore' wait_for 20 entry_has "$resident"
same killed

# A restore that waits for its confirmation is undone in the new module.
ctl restore "$dir/many" confirm 20 > /dev/null
ok 'replaced while a restore waits for its confirmation' reload
is '... its pins are in force' "$(state)" "$many"
undone() { [ "$(state)" = "$before" ]; }
ok '... which is undone all the same' wait_for 60 undone

# A namespace's lock is put back, if there is nothing else as well. Of the host's: lock.t.
ip netns add bare
for namespace in gateway bare; do arppinctl -n $namespace lock > /dev/null; done
like 'namespaces that are locked: replaced' "$(reload)" '7 pins and 1 guards in 3 network namespaces'
is '... they are locked again' "$(for namespace in gateway bare server; do
	number_in "$(arppinctl -n $namespace -j stats)" locked
done | xargs)" '1 1 0'
is '... all pins and guards are in force' "$(state)" "$before"
ip netns del bare
is "the lock is all that stays" "$(ls $run)" lock
umount "/lib/modules/$(uname -r)"
rm -rf "$dir"
done_testing
