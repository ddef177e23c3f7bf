#!/bin/bash
# restore FILE confirm SECONDS: what cuts the administrator off undoes itself,
# whatever becomes of him and his session, and under attack all the time.
# weight: 150
. tests/vm/lib.sh
. tests/vm/pins.sh

TYPO=02:00:00:00:00:99 SECOND=192.0.2.2
load_arppin
topology
dir=$(mktemp -d)
echo "pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC" > "$dir/good"
echo "pin add $GATEWAY dev eth0 lladdr $TYPO" > "$dir/typo"
printf '%s\n' "pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC" \
	"pin add $SECOND dev eth0 lladdr 02:00:00:00:00:02" > "$dir/two"

# The system's log.
start_log=$dir/log start python3 -IuSc 'import _socket
log = _socket.socket(_socket.AF_UNIX, _socket.SOCK_DGRAM)
log.bind("/dev/log")
print("listening")
while True: print(log.recv(2000).decode(errors="replace"))'
wait_for 20 grep -q listening "$dir/log" || bail_out 'no log'
logged() { tail -n +"${log_from:-1}" "$dir/log" | grep -aqE "$1"; }
log_mark() { log_from=$(($(wc -l < "$dir/log") + 1)); }

mac_is() { pin_has "\"lladdr\":[\"$1\"]"; }
# waiter: the process that waits, if any. A namespace's name is in its words.
waiter() { pgrep -f "^$ARPPINCTL -n ${1:-server} restore .* confirm"; }
no_waiter() { [ -z "$(waiter "$@")" ]; }
confirmed_in() { ctl restore "$dir/$1" confirm "$2"; }
reaches() { on server ping -c1 -W1 $GATEWAY; }

ok 'without a pin the attack wins' unprotected
ok 'a good set is in force' ctl restore "$dir/good"
ok '... and the gateway answers' wait_for 20 reaches
watch=$dir/neigh
start_log=$watch start on server ip monitor neigh
start on attacker tests/vm/arp.py eth0 op=reply tha=$SERVER_MAC count=0 interval=0.05
start on attacker tests/vm/arp.py eth0 count=0 interval=0.05

# --- a typo
fails 'confirm, and nothing waits' 1 ctl confirm
like '... it says so' "$(ctl confirm 2>&1)" '^arppinctl: no restore waits for its confirmation here$'
said=$(ctl restore "$dir/typo" confirm 3600) # returns when nobody has its end of the pipe
is 'a typo is in force' "$?" 0
like '... and it is said for how long' "$said" 'undone in 3600 s unless you "arppinctl -n server confirm"'
ok '... it is' mac_is $TYPO
like 'the process that waits has a session of its own' "$(ps -o sid= -p "$(waiter)")" "^ *$(waiter)$"
is '... and nothing of a terminal' \
	"$(readlink /proc/"$(waiter)"/fd/{0,1,2} | sort -u)" /dev/null
ok 'the gateway is cut off' not reaches
fails 'another restore is refused' 3 ctl restore "$dir/two"
fails '... also one with a copy' 3 ctl restore "$dir/two" else "$dir/copy"
ok '... which is not made' test ! -e "$dir/copy"
fails '... or with a confirmation' 3 ctl restore "$dir/two" confirm 5
fails 'nor does the one of another namespace wait for one' 1 arppinctl -n gateway confirm
as_nobody() { on server setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
fails 'nobody else may confirm' 2 as_nobody "$ARPPINCTL" confirm
# shellcheck disable=SC2016 # for the other shell
own='"$ARPPINCTL" confirm; echo "status $?"'
export ARPPINCTL
like '... nor root of another user namespace' "$(as_nobody unshare -Ur bash -c "$own" 2>&1)" \
	'status 2'
ok '... the typo is still in force' mac_is $TYPO
kill -TERM "$(waiter)"
ok 'ended by a signal it is undone' wait_for 60 mac_is $GATEWAY_MAC
ok '... and the gateway is there again' wait_for 20 reaches
ok '... nothing waits' wait_for 20 no_waiter
fails '... it is too late to confirm' 1 ctl confirm
ok 'a typo for five seconds' confirmed_in typo 5
ok '... is undone by itself' wait_for 60 mac_is $GATEWAY_MAC
ok '... and the gateway is there again' wait_for 20 reaches
ok '... the log says so' wait_for 20 logged 'arppin\[[0-9]+\]: restore of .*typo: not confirmed within 5 s, and undone: 1 pins and 0 guards are in force as before$'
ok '... nothing waits' wait_for 20 no_waiter

# --- confirmed
log_mark
ok 'two pins' confirmed_in two 3600
is '... confirmed, in JSON' "$(ctl -j confirm)" '{"confirmed":true}'
ok '... nothing waits' wait_for 20 no_waiter
ok '... the log says so' wait_for 20 logged 'restore of .*two: confirmed'
is '... and they stay' "$(ctl save)" "$(ctl restore "$dir/two"; ctl save)"
is 'the socket has gone' "$(ls /run/arppin)" lock
is '... and the folder is for its owner alone' "$(stat -c %a /run/arppin)" 700

enough rm -rf /dev/log
# --- what ends the session, and what is sent to the process
log_mark
ctl restore "$dir/good"
setsid bash -c "'$ARPPINCTL' -n server restore $dir/typo confirm 60; sleep 1000" > /dev/null 2>&1 &
session=$!
in_force() { mac_is $TYPO && [ "$(waiter)" ]; }
ok 'a typo in a session' wait_for 20 in_force
pid=$(waiter)
ps -o pid=,sid= -e | awk -v s="$session" '$2 == s { print $1 }' | xargs kill -KILL
ok '... that is killed whole' kill -0 "$pid"
for signal in QUIT TSTP TTOU USR1 ALRM PIPE XCPU; do kill -$signal "$pid"; done
ok '... no signal but the three disturbs the wait' kill -0 "$pid"
ok '... and it is undone in time' wait_for 120 mac_is $GATEWAY_MAC
for signal in TERM HUP INT; do
	wait_for 20 no_waiter
	confirmed_in typo 3600 > /dev/null
	kill -$signal "$(waiter)"
	ok "SIG$signal: it is undone at once" wait_for 20 mac_is $GATEWAY_MAC
done
ok '... the log says why' wait_for 20 logged 'ended by a signal, and undone'
wait_for 20 no_waiter
confirmed_in two 3600 > /dev/null
kill -KILL "$(waiter)"
ok 'SIGKILL: nobody is left to undo it' wait_for 20 no_waiter
fails '... nor to confirm' 1 ctl confirm
ok '... and the next restore is not held up' confirmed_in good 3600
ctl confirm

# --- what happens in between
log_mark
confirmed_in two 20 > /dev/null
ctl pin add 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:03
is_good() { [ "$(ctl save)" = "$good" ]; }
good="pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC mode enforce resident on"
ok 'a pin that was added in between is undone as well' wait_for 60 is_good || diag "$(ctl save)"
ok '... the log says so' wait_for 20 logged 'what was changed since is undone as well'
wait_for 20 no_waiter


# Who attacks from here on may win.
is "no entry ever had the attacker's MAC" "$(grep "^$GATEWAY " "$watch" | grep -c "$ATTACKER_MAC")" 0
ok '... but the typo was seen' grep -q "^$GATEWAY .*lladdr $TYPO" "$watch"
stop "${started_all[-1]}"
stop "${started_all[-2]}"

log_mark
confirmed_in two 20 > /dev/null
unload_arppin
ok 'the module goes: the log says that there is nothing to undo' wait_for 60 \
	logged 'restore of .*two: not confirmed within 20 s, and cannot be undone: the arppin module is not loaded'
load_arppin
ctl restore "$dir/good"

# --- from nothing: the kernel forgets the MAC address of a pin that has gone
ctl pin flush
ip -n server neigh flush dev eth0
ok 'without attack and pins the gateway is there' wait_for 20 reaches
confirmed_in typo 15 > /dev/null
ok 'a typo where nothing was pinned' not reaches
nothing() { [ -z "$(ctl save)" ]; }
ok '... is undone' wait_for 60 nothing
wait_for 20 no_waiter
ok '... and the kernel asks anew at once' on server ping -c1 -W3 $GATEWAY
is '... whom it believed' "$(cache_mac $GATEWAY)" $GATEWAY_MAC

# --- what cannot be
fails 'a set that the kernel refuses' 2 ctl restore tests/cli/files/refused-ipv6.conf confirm 60
ok '... leaves nobody waiting' wait_for 20 no_waiter
chmod 777 /run/arppin
fails 'a folder that others can write to' 3 ctl restore "$dir/good" confirm 60
ok '... nothing is changed' nothing
chmod 700 /run/arppin
ok 'the same in the end, by JSON' test "$(ctl -j restore "$dir/good" confirm 60)" = \
	'{"confirm_within_s":60,"netns":"server"}'
ctl confirm
rm -rf "$dir" /dev/log
done_testing
