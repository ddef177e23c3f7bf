#!/bin/bash
# While the module is missing: standin holds the pins of a file with permanent
# neighbour entries, under attack, until arppin has them.
# weight: 70
. tests/vm/lib.sh
. tests/vm/pins.sh

SECOND_MAC=02:00:00:00:00:02
topology
dir=$(mktemp -d)
file=$dir/arppin.conf
cat > "$file" <<-END
	pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
	pin add 192.0.2.2 dev eth0 lladdr 02:00:00:00:00:12,$SECOND_MAC
	pin add 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:03 mode audit
	pin add 192.0.2.4 dev late0 lladdr 02:00:00:00:00:04
	guard set dev eth0 unpinned drop
END

# What the daemon tells systemd, by an abstract socket: one of its network namespace.
start_log=$dir/notified start on server python3 -IuSc 'import _socket
sock = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM)
sock.bind(b"\0arppin-test")
print("listening")
while True: print(sock.recv(2000).decode())'
wait_for 20 grep -q listening "$dir/notified" || bail_out 'nobody to be notified'
# standin_start [WORD...]: has said READY when it returns.
standin_start() {
	notified_from=$(($(wc -l < "$dir/notified") + 1))
	: > "$dir/said"
	echo "# \$ arppinctl standin $file $* &"
	NOTIFY_SOCKET=@arppin-test ip netns exec server "$ARPPINCTL" standin "$file" "$@" \
		> "$dir/said" 2>&1 &
	standin=$!
	started_all+=($!)
	wait_for 30 notified READY=1 || diag < "$dir/said"
}
# standin_end: waits for its end; its status.
standin_end() {
	wait_for 30 not kill -0 $standin || { diag 'it does not end'; stop $standin; }
	wait $standin
}
notified() { tail -n +"$notified_from" "$dir/notified" | grep -q "$1"; }
said() { grep -qE "$1" "$dir/said"; }
status_is() { grep STATUS= "$dir/notified" | tail -n 1 | grep -qE "$1"; }
held="^lladdr $GATEWAY_MAC PERMANENT"

# watch; ...; watched: the MACs of the gateway's entry in between.
watch() {
	changes=$dir/changes
	: > "$changes"
	start_log=$changes start on server ip monitor neigh
	watching=$started
	seen() { ip -n server neigh replace 192.0.2.250 dev eth0 lladdr 02:00:00:00:02:50 nud stale
		 ip -n server neigh del 192.0.2.250 dev eth0; [ -s "$changes" ]; }
	wait_for 20 seen || bail_out 'ip monitor sees nothing'
}
watched() {
	stop "$watching"
	grep "^$GATEWAY " "$changes" | grep -oE 'lladdr [0-9a-f:]+' | sort -u | cut -d' ' -f2 | xargs
}

ok 'without arppin the attack wins' wait_for 60 unprotected # when locktime is over
interval=$(brief 0.02 0.02 0.2)
start on attacker tests/vm/arp.py eth0 op=reply tha=$SERVER_MAC count=0 interval="$interval"
start on attacker tests/vm/arp.py eth0 count=0 interval="$interval"

# --- it holds
standin_start
like 'when it is ready the poisoned entry is right' "$(entry)" "$held"
watch
like '... as is one that was not there' "$(entry 192.0.2.2)" '^lladdr 02:00:00:00:00:12 PERMANENT'
is '... in mode audit nothing is held' "$(entry 192.0.2.3)" ''
ok '... and it says what it cannot' said 'guards cannot be stood in for'
ok '... systemd is told' status_is '2 of 3 pinned addresses held, 1 wait for their device; arppin is not loaded'
ok 'the attack goes on, and changes nothing' stays 3 cache_is $GATEWAY $GATEWAY_MAC
ip -n server link set eth0 down
ok 'link down: the entry is back before it can be needed' wait_for 20 entry_has "$held"
ip -n server link set eth0 up
ok '... and stays' stays 2 entry_has "$held"
ip -n server link add late0 type dummy
ok 'a device that appears, not even up' wait_for 20 \
	entry_has '^lladdr 02:00:00:00:00:04 PERMANENT' 192.0.2.4 late0
ok '... is told' wait_for 20 status_is '3 of 3 .*, 0 wait'
ip -n server link set late0 name late1
ok '... renamed: its entry is an ordinary one' wait_for 20 entry_has STALE 192.0.2.4 late1
ip -n server link del late1
is 'in all this no other MAC was in the entry' "$(watched)" $GATEWAY_MAC

# Between the flush by the kernel and the daemon's turn a request of the attacker
# can make an entry of its own: it is overwritten.
ip -n server link set eth0 address 02:00:00:00:00:11
ok "the device's own MAC changes: the entry is back" wait_for 20 entry_has "$held"
ip -n server link set eth0 address $SERVER_MAC
ok '... and again' wait_for 20 entry_has "$held"
ip -n server neigh del $GATEWAY dev eth0
ok 'ip neigh del: the entry is back' wait_for 20 entry_has "$held"
ip -n server neigh replace $GATEWAY dev eth0 lladdr $ATTACKER_MAC nud permanent
ok 'ip neigh replace: the entry is right again' wait_for 20 entry_has "$held"
ip -n server link del eth0
port server eth0 $SERVER_MAC
ok 'the device is made anew: the entry is there' wait_for 20 entry_has "$held"
address server eth0 $SERVER
ok '... and the gateway' wait_for 20 on server ping -c1 -W1 $GATEWAY

# More changes than the daemon's buffer takes while it does not read.
kill -STOP $standin
ip -n server neigh del $GATEWAY dev eth0
awk -v n="$(brief 24000 12000)" 'BEGIN { for (i = 0; i < n; i++)
	printf "neigh replace 192.0.2.200 dev eth0 lladdr 02:00:00:00:%02x:%02x nud permanent\n",
		i / 256 % 256, i % 256 }' | ip -n server -batch -
is 'a storm of changes: the entry has gone' "$(entry | grep -c PERMANENT)" 0
kill -CONT $standin
ok '... and is back' wait_for 60 entry_has "$held"
ip -n server neigh del 192.0.2.200 dev eth0

! is_slow || enough
# --- two routers
announce() { on gateway tests/vm/arp.py eth0 op=reply spa=192.0.2.2 tpa=192.0.2.2 sha="$1" > /dev/null; }
second() { entry_has "^lladdr $1 PERMANENT" 192.0.2.2; }
announce $SECOND_MAC
ok 'the entry follows a failover to the second MAC' wait_for 20 second $SECOND_MAC
announce $ATTACKER_MAC
announce 02:00:00:00:00:12
ok '... and back to the first, and to no third' wait_for 20 second 02:00:00:00:00:12
announce $SECOND_MAC
wait_for 20 second $SECOND_MAC
ip -n server link set eth0 down
ip -n server link set eth0 up
ok '... which is remembered over link down' wait_for 20 second $SECOND_MAC

# --- its ends
ip -n server neigh replace 192.0.2.9 dev eth0 lladdr 02:00:00:00:00:09 nud permanent
kill -KILL $standin
wait $standin
like 'killed: the entry stays' "$(entry)" "$held"
standin_start
like '... and is known again' "$(entry)" "$held"
ok '... with the MAC that it had' second $SECOND_MAC
kill -TERM $standin
standin_end
is 'stopped: it ends well' $? 0
unlike '... its entries are ordinary ones' "$(entry)$(entry 192.0.2.2)" PERMANENT
ok '... it says so' said 'entries are ordinary ones again'
like "... somebody else's permanent entry stays permanent" "$(entry 192.0.2.9)" PERMANENT
ok '... and the attack wins again' wait_for 20 cache_is $GATEWAY $ATTACKER_MAC

# --- arppin comes
dropped() { [ "$(pin_number dropped)" -gt 0 ]; }
standin_start
watch
load_arppin
ctl pin add 192.0.2.7 dev eth0 lladdr 02:00:00:00:00:07
ok 'arppin comes with other pins: it goes on' stays 3 kill -0 $standin
like '... and holds' "$(entry)" "$held"
ok '... and tells' wait_for 20 status_is 'arppin is loaded and lacks them'
ok 'arppin has the pins' ctl restore "$file"
standin_end
is '... it ends well' $? 0
ok '... and the entry is a resident one' wait_for 20 entry_has "^lladdr $GATEWAY_MAC .*extern_learn"
ok '... and the attack is dropped' wait_for 20 dropped
stays 2 cache_is $GATEWAY $GATEWAY_MAC
is 'in all this no other MAC was in the entry' "$(watched)" $GATEWAY_MAC
like "... and nobody else's entry was touched" "$(entry 192.0.2.9)" PERMANENT
standin_start
standin_end
is 'started where arppin has the pins it ends at once' $? 0
like '... and the entry is resident' "$(wait_for 20 entry_has extern_learn; entry)" extern_learn

# Gone again, while it stands in for the rest.
ctl pin flush
standin_start
unload_arppin
ok 'arppin goes: it holds' stays 2 entry_has "$held"

# The file has changed when arppin comes: what is not in it is not held any more.
sed -i "/^pin add $GATEWAY /d" "$file"
load_arppin
ctl restore "$file"
standin_end
is 'a pin that is in the file no more does not keep it' $? 0
like '... and is let go' "$(entry)" 'STALE|REACHABLE|DELAY|PROBE'
unload_arppin

# --- the files
echo broken > "$file"
echo "pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC" > "$dir/copy"
standin_start else "$dir/copy"
ok 'a broken file: its copy' entry_has "$held"
ok '... it says so' said "copy stands in instead"
kill -TERM $standin
standin_end
fails 'neither' 1 ctl standin "$file" else "$dir/nosuch"
echo 'pin add 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:03 mode audit' > "$file"
standin_start
standin_end
is 'nothing to hold: it ends at once' $? 0
# Left by one that was killed, and nobody but restore comes.
echo "pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC" > "$file"
standin_start
kill -KILL $standin
wait $standin
load_arppin
like 'restore lets go as well' "$(ctl restore "$file" 2>&1)" '1 neighbour entries that stood in for pins'
ok '... arppin has it' wait_for 20 entry_has "^lladdr $GATEWAY_MAC .*extern_learn"
rm -rf "$dir"
done_testing
