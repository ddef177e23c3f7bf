#!/bin/bash
# The tool and a live kernel: every line of tests/cli/lines.txt, with the state
# before and after; save and restore, whole or not at all; monitor.
# weight: 170
. tests/vm/lib.sh
. tests/cli/lines.sh

scratch=$(mktemp -d)
load_arppin

# --- lines.txt --------------------------------------------------------------------

base='pin add 192.0.2.1 dev eth0 lladdr 02:00:00:00:00:01
pin add 192.0.2.2 dev late0 lladdr 02:00:00:00:00:02 mode audit
guard set dev eth0 unpinned audit'

state() {
	arppinctl save
	arppinctl -j pin show
	arppinctl -j guard show
}
ip link add eth0 type veth peer name peer0
arppinctl restore - <<< "$base"
before=$(state)
counts=$(arppinctl stats) dirty='' lines_seen=0 each=$(brief 1 4)

# Each change has an event, and so is seen in what `stats` counts: that is quicker
# than to compare the whole state each time.
# For BAD lines the kernel is not asked (tests/cli/tool.t): one kernel is enough.
line() {
	local status
	# Of the others a part, where it is very slow.
	[ $((lines_seen++ % each)) = 0 ] || return
	[ "$2" != BAD ] || in_full || return
	[ "$2" = BAD ] || refused_lines
	if [ "$dirty" ]; then
		arppinctl restore - <<< "$base"
		counts=$("$ARPPINCTL" stats) dirty=
	fi
	line_run "$1"
	status=$?
	case $2 in
	OK)
		dirty=yes
		[[ $status = 0 && ! $complained ]] ;;
	BAD)
		if [[ $status = 1 && $complained = *"$3"* && ! $said ]]; then
			refused+=("$1")
			return
		fi
		refused_lines
		false ;;
	REFUSED)
		dirty=yes
		[[ $status = 2 && $complained = *"$3"* && ! $said && $(state) = "$before" ]] ;;
	esac
	line_point $? "$2: $1" $status
}
line_point() { # STATUS DESCRIPTION EXIT_STATUS
	point "$1" "$2" || diag "exit status $3
said: $said
complained: $complained
before: $counts
$before
after: $(arppinctl stats)
$(state)"
}
# refused_lines: those that were rightly refused, one after another, have changed
# nothing. Nothing counted is counted back: all can be asked at once; if one of them
# did, each is asked again by itself.
refused=()
refused_lines() {
	local line status all=no
	[ ${#refused[@]} != 0 ] || return
	[ "$("$ARPPINCTL" stats)" != "$counts" ] || all=yes
	for line in "${refused[@]}"; do
		status=0
		if [ $all = no ]; then
			counts=$(arppinctl stats)
			line_run "$line"
			status=$?
			[ "$(arppinctl stats)" = "$counts" ]
		fi
		line_point $? "BAD: $line" $status
	done
	refused=()
	[ $all = yes ] || dirty=yes
}
lines
refused_lines
is 'and all is as it was' "$(arppinctl restore - <<< "$base" && state)" "$before"
ip link del eth0
arppinctl pin flush

enough
# --- what is shown ------------------------------------------------------------------

# in_cli COMMAND...: in the namespace `cli`.
in_cli() { ip netns exec cli "$@"; }
ctl() { in_cli "$ARPPINCTL" "$@"; }
ip netns add cli
ip -n cli link add eth0 index 77 type veth peer name peer0
ctl pin add 192.0.2.9 dev late0 lladdr 2:0:0:0:0:9,2:0:0:0:1:9 resident off
ctl pin add 192.0.2.1 dev eth0 lladdr 2-0-0-0-0-A
ctl guard set dev eth0 unpinned drop
is 'pin show' "$(ctl pin show)" '192.0.2.1 dev eth0 lladdr 02:00:00:00:00:0a mode enforce resident on
    bound ifindex 77 accepted 0 dropped 0 passed 0 noticed 0
192.0.2.9 dev late0 lladdr 02:00:00:00:00:09,02:00:00:00:01:09 mode enforce resident off
    unbound accepted 0 dropped 0 passed 0 noticed 0'
is 'pin show in JSON' "$(ctl -j pin show)" '[{"addr":"192.0.2.1","family":"ipv4","dev":"eth0","lladdr":["02:00:00:00:00:0a"],"mode":"enforce","resident":true,"ifindex":77,"bound":true,"counters":{"accepted":0,"dropped":0,"passed":0,"noticed":0}},{"addr":"192.0.2.9","family":"ipv4","dev":"late0","lladdr":["02:00:00:00:00:09","02:00:00:00:01:09"],"mode":"enforce","resident":false,"ifindex":null,"bound":false,"counters":{"accepted":0,"dropped":0,"passed":0,"noticed":0}}]'
is 'pretty JSON is the same' "$(ctl -j -p pin show | command jq -c)" "$(ctl -j pin show)"
is 'pin show ADDR' "$(ctl -j pin show 192.0.2.9 | jq -r '.[].addr')" 192.0.2.9
is 'pin show dev DEV' "$(ctl -j pin show dev eth0 | jq -r '.[].addr')" 192.0.2.1
is 'pin show ADDR dev DEV' "$(ctl -j pin show 192.0.2.9 dev late0 | jq -r '.[].addr')" 192.0.2.9
is 'pin show of nothing' "$(ctl -j pin show 192.0.2.77)" '[]'
is 'guard show' "$(ctl guard show)" 'dev eth0 unpinned drop
    bound ifindex 77 accepted 0 dropped 0 passed 0 noticed 0'
is 'guard show in JSON' "$(ctl -j guard show dev eth0)" '[{"dev":"eth0","unpinned":"drop","defend":false,"addresses":null,"ifindex":77,"bound":true,"counters":{"accepted":0,"dropped":0,"passed":0,"noticed":0}}]'
is 'stats in JSON' "$(ctl -j stats | command jq -c 'keys_unsorted')" '["version","hook","locked","pins","pins_max","devs","devs_max","bound_hits","claims","ignored","incidents","incidents_max","incidents_total","incidents_merged","incidents_lost","incidents_ended","incidents_ended_max","incidents_forgotten","sightings","sightings_max","sightings_refused","events_epoch","events_epoch_ns","events","events_first","events_max","events_lost","cache_overridden","cache_healed","cache_restored"]'
is 'stats as text' "$(ctl stats | grep -E '^(pins|pins_max|claims)')" 'pins 2
pins_max 65536
claims accepted 0 dropped 0 passed 0 noticed 0'
is version "$("$ARPPINCTL" version)" "arppinctl $("$ARPPINCTL" -j version | jq -r '"\(.tool), module \(.module)"')"
is 'the tool and the module have the same version' \
	"$("$ARPPINCTL" -j version | jq '.tool == .module')" true
is '-n NAME' "$("$ARPPINCTL" -n cli -j pin show | jq length)" 2
is '-n PATH' "$("$ARPPINCTL" -n /run/netns/cli -j pin show | jq length)" 2
is 'another namespace has nothing' "$("$ARPPINCTL" -j pin show)" '[]'

# A device name that would forge a line and clear the screen.
ctl pin add 192.0.2.7 dev 'x\x1b[2J' lladdr 2:0:0:0:0:7
is 'a device name is printable' "$(ctl pin show 192.0.2.7 | head -n 1)" \
	'192.0.2.7 dev x\x1b[2J lladdr 02:00:00:00:00:07 mode enforce resident on'
ok 'and can be given as it is printed' ctl pin del 192.0.2.7 dev 'x\x1b[2J'

like 'root without the capability is told so' \
	"$(in_cli setpriv --bounding-set=-net_admin --inh-caps=-net_admin "$ARPPINCTL" pin show 2>&1; echo "status $?")" \
	'CAP_NET_ADMIN.*status 2'
cp "$ARPPINCTL" "$scratch/copy"
chmod 755 "$scratch" "$scratch/copy"
nobody() { in_cli setpriv --reuid=65534 --regid=65534 --clear-groups "$scratch/copy" "$@"; }
for words in 'pin show' 'pin add 192.0.2.5 dev eth0 lladdr 2:0:0:0:0:5' 'pin flush' stats save monitor; do
	# shellcheck disable=SC2086
	is "an unprivileged user: $words" "$(nobody $words 2>&1; echo $?)" \
		'arppinctl: this needs CAP_NET_ADMIN in the network namespace
2'
done

# --- save and restore ---------------------------------------------------------------

cat > "$scratch/saved" <<'END'
pin add 192.0.2.1 dev eth0 lladdr 02:00:00:00:00:0a mode enforce resident on
pin add 192.0.2.9 dev late0 lladdr 02:00:00:00:00:09,02:00:00:00:01:09 mode enforce resident off
guard set dev eth0 unpinned drop
END
is save "$(ctl save)" "$(< "$scratch/saved")"
ctl pin flush
ctl guard set dev eth0 unpinned accept
is 'save of nothing' "$(ctl save)" ''
ok 'restore' ctl restore "$scratch/saved"
is 'save | restore | save' "$(ctl save)" "$(< "$scratch/saved")"

# What does not change is not touched: no event tells of it.
start_log=$scratch/events start on cli "$ARPPINCTL" -j monitor
wait_for 10 grep -q listening "$scratch/events"
ctl restore "$scratch/saved"
cat > "$scratch/next" <<'END'
pin add 192.0.2.1 dev eth0 lladdr 02:00:00:00:00:0a
pin add 192.0.2.3 dev eth0 lladdr 02:00:00:00:00:03
guard set dev late0 unpinned audit
END
ctl restore "$scratch/next"
wait_for 10 grep -q pin-del "$scratch/events"
is 'new pins, then guards, then what leaves, and the rest is left alone' \
	"$(grep -v listening "$scratch/events" | jq -r '"\(.event) \(.addr // .guard.unpinned) \(.dev)"')" \
	'pin-new 192.0.2.3 eth0
guard-change accept eth0
guard-change audit late0
pin-del 192.0.2.9 late0'
stop "$started"

# Midway: the pins before are taken, and taken back.
ctl restore "$scratch/saved"
start_log=$scratch/events start on cli "$ARPPINCTL" -j monitor
wait_for 10 grep -q listening "$scratch/events"
said=$(ctl restore tests/cli/files/refused-ipv6.conf 2>&1)
is 'refused midway: exit status' $? 2
like 'refused midway: the place' "$said" '^tests/cli/files/refused-ipv6.conf:4: '
like 'refused midway: what became of it' "$said" 'nothing was changed$'
is 'refused midway: nothing was changed' "$(ctl save)" "$(< "$scratch/saved")"
all_told() { [ "$(grep -c '"event":"pin-' "$scratch/events")" = 4 ]; }
wait_for 10 all_told
is 'refused midway: the way back' \
	"$(grep -v listening "$scratch/events" | jq -r '"\(.event) \(.addr) \(.pin.lladdr[0])"')" \
	'pin-change 192.0.2.1 02:00:00:00:00:77
pin-new 192.0.2.5 02:00:00:00:00:05
pin-del 192.0.2.5 02:00:00:00:00:05
pin-change 192.0.2.1 02:00:00:00:00:0a'
stop "$started"

# Restore while somebody else changes what it reads.
ctl restore "$scratch/saved"
changes() { while :; do ctl pin add 192.0.2.200 dev c0 lladdr 2:0:0:0:0:c8; ctl pin del 192.0.2.200 dev c0; done; }
start changes
for _ in {1..10}; do
	ctl restore "$scratch/saved" || echo failed
done > "$scratch/log" 2>&1
stop "$started"
is 'restore under changes' "$(< "$scratch/log")" ''

# --- as many pins as there can be -----------------------------------------------------

most=65536
many() { # FIRST-OCTET
	awk -v first="$1" -v most="$most" 'BEGIN {
		for (i = 0; i < most; i++)
			printf "pin add %d.1.%d.%d dev late0 lladdr 02:00:00:%02x:%02x:%02x\n",
				first, i / 256, i % 256, first, i / 256, i % 256
	}'
}
many 10 > "$scratch/many"
many 11 > "$scratch/other"
ctl pin flush
start_time=$SECONDS
ok "restore of $most pins" ctl restore "$scratch/many"
diag "$((SECONDS - start_time)) s"
is 'they are there' "$(ctl -j stats | jq .pins)" "$most"
is 'and are saved' "$(ctl save | sed 's/ mode.*//' | sort | sha256sum)" "$(sort "$scratch/many" | sha256sum)"
start_time=$SECONDS
ok 'nothing to do' ctl restore "$scratch/many"
diag "$((SECONDS - start_time)) s"
fails 'one more is refused' 2 ctl pin add 192.0.2.1 dev eth0 lladdr 2:0:0:0:0:1
start_time=$SECONDS
ok 'others instead: what leaves goes first where there is no room for both' ctl restore "$scratch/other"
diag "$((SECONDS - start_time)) s"
is 'the others are there' "$(ctl -j stats | jq .pins)" "$most"
{ head -n $((most - 1)) "$scratch/many"; echo 'pin add 192.0.2.9 dev lo lladdr 2:0:0:0:0:9'; } > "$scratch/refused"
fails 'that all of it is undone' 2 ctl restore "$scratch/refused"
is 'is the same as before' "$(ctl save | sed 's/ mode.*//' | sort | sha256sum)" "$(sort "$scratch/other" | sha256sum)"
echo 'pin add 192.0.2.1 dev late0 lladdr 2:0:0:0:0:1' >> "$scratch/other"
said=$(ctl restore "$scratch/other" 2>&1)
is 'a file with more pins than that: exit status' $? 1
like 'a file with more pins than that: the place' "$said" ':65537:1: more than 65536 pins'

# --- monitor ------------------------------------------------------------------------

# It is stopped while so many events come, far more than its buffer holds.
start_log=$scratch/events start on cli "$ARPPINCTL" -j monitor
monitor=$started
wait_for 10 grep -q listening "$scratch/events"
kill -STOP "$monitor"
ctl pin flush
kill -CONT "$monitor"
last=$(ctl -j stats | jq .events)
last_told() {
	[[ $(tail -n 1 "$scratch/events") =~ \"(seq|last)\":([0-9]+) ]] &&
		[ "${BASH_REMATCH[2]}" -ge "$last" ]
}
ok 'after an overrun the last events are known to be missing' wait_for 60 last_told
grep -v listening "$scratch/events" > "$scratch/all"
is 'each event was told, or told missing' \
	"$(jq -n 'reduce inputs as $e (0; . + ($e.missing // 1))' "$scratch/all")" "$most"
ok 'some were missing' grep -q '"lost"' "$scratch/all"
diag "$(grep '"lost"' "$scratch/all")"
ctl pin add 192.0.2.1 dev eth0 lladdr 2:0:0:0:0:1
ok 'and it goes on' wait_for 10 grep -q '"pin-new"' "$scratch/events"
kill -TERM "$monitor"
wait "$monitor"
is 'SIGTERM ends it well' $? 0

start_log=$scratch/events start on cli "$ARPPINCTL" monitor
monitor=$started
wait_for 10 grep -q listening "$scratch/events"
ctl pin replace 192.0.2.1 dev eth0 lladdr 2:0:0:0:0:1,2:0:0:0:0:2 mode audit
ctl guard set dev eth0 unpinned drop
ip -n cli link set eth0 name eth9
ip -n cli link set eth9 name eth0
ctl pin del 192.0.2.1 dev eth0
wait_for 10 grep -q pin-del "$scratch/events"
number=$(ctl -j stats | jq .events)
is 'events as text' "$(sed 1d "$scratch/events" | sed -E 's/^[0-9-]{10} [0-9:]{8}\.[0-9]{3}[+-][0-9]{4} /TIME /')" \
"TIME $((number - 4)) pin-change eth0: 192.0.2.1 dev eth0 lladdr 02:00:00:00:00:01,02:00:00:00:00:02 mode audit resident off
TIME $((number - 3)) guard-change eth0: unpinned drop
TIME $((number - 2)) pin-unbound eth0: pins 1
TIME $((number - 1)) pin-bound eth0: ifindex 77, pins 1
TIME $number pin-del eth0: 192.0.2.1 dev eth0 lladdr 02:00:00:00:00:01,02:00:00:00:00:02 mode audit resident off"

# The module goes and comes back under it.
unload_arppin
ok 'it says that the module has gone' wait_for 10 grep -q 'module-unloaded' "$scratch/events"
is 'a command says so as well' "$(ctl pin show 2>&1)" 'arppinctl: the arppin module is not loaded (modprobe arppin)'
load_arppin
ok 'and that it is back' wait_for 10 grep -q 'module-loaded' "$scratch/events"
ctl pin add 192.0.2.1 dev eth0 lladdr 2:0:0:0:0:1
ok 'and goes on' wait_for 10 grep -q ' 1 pin-new eth0: 192.0.2.1' "$scratch/events"
unlike 'without an event missing' "$(< "$scratch/events")" lost
kill -INT "$monitor"
wait "$monitor"
is 'SIGINT ends it well' $? 0

# A reader that goes ends it, before the next event.
mkfifo "$scratch/fifo"
(in_cli "$ARPPINCTL" monitor > "$scratch/fifo" 2> /dev/null; echo $? > "$scratch/status") &
exec 3< "$scratch/fifo"
sleep 1
exec 3<&-
ok 'it ends with its reader' wait_for 10 test -s "$scratch/status"
is 'with exit status 0' "$(cat "$scratch/status")" 0

ip netns del cli
rm -rf "$scratch"
unload_arppin
done_testing
