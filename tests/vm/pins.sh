# shellcheck shell=bash disable=SC2120,SC2154 # used with arguments; from lib.sh
# Sourced after lib.sh: what the tests of pins have in common. The pins, the
# counters and the events are those of the namespace server.

ctl() { "$ARPPINCTL" -n server "$@"; }

# JSON that is looked at often is looked at by the shell.
# number_in JSON KEY: the first number of that name.
number_in() {
	[[ $1 =~ \"$2\":([0-9]+) ]] && echo "${BASH_REMATCH[1]}"
}
# pin_has TEXT [ADDRESS [DEVICE]]: its JSON has that in it.
pin_has() {
	[[ $(ctl -j pin show "${2:-$GATEWAY}" dev "${3:-$SDEV}") == *"$1"* ]]
}
# pin_number KEY [ADDRESS [DEVICE]]: ifindex, or one of the counters.
pin_number() { number_in "$(ctl -j pin show "${2:-$GATEWAY}" dev "${3:-$SDEV}")" "$1"; }
# guard_number KEY [DEVICE]: the same of a guard.
guard_number() { number_in "$(ctl -j guard show dev "${2:-$SDEV}")" "$1"; }
# stat_number KEY: of `stats`; the counters are those over all devices.
stat_number() { number_in "$(ctl -j stats)" "$1"; }
# stat_is KEY VALUE, for wait_for.
stat_is() { [ "$(stat_number "$1")" = "$2" ]; }

# counted_so_far: accepted, dropped, passed, noticed, ignored since `count_from_here`.
counters() {
	local json name
	json=$(ctl -j stats)
	for name in accepted dropped passed noticed ignored; do
		number_in "$json" $name
	done
}
count_from_here() { mapfile -t base <<< "$(counters)"; }
counted_so_far() {
	local now i
	mapfile -t now <<< "$(counters)"
	for i in "${!now[@]}"; do
		now[i]=$((now[i] - base[i]))
	done
	echo "${now[*]}"
}
counted_is() { [ "$(counted_so_far)" = "$1" ]; }
# counts DESCRIPTION EXPECTED: waits until so much has been counted, if it ever is.
counts() {
	wait_for 5 counted_is "$2"
	is "$1" "$(counted_so_far)" "$2"
}

# forge [KEY=VALUE...]: the attacker sends ARP frames, see arp.py. By default one
# request to the server as from the gateway, which takes over any cache at once.
# shellcheck disable=SC2120 # the tests pass arguments
forge() {
	local answer
	forge_start || { on attacker tests/vm/arp.py "$DEV" "$@" > /dev/null; return; }
	echo "$DEV $*" >&"$forge_orders"
	read -r -u "$forge_answers" answer
	[[ $answer != error* ]] || { echo "arp.py: $answer" >&2; return 1; }
}
# One arp.py for all frames of a test: emulated, it takes a third of a second to
# start. A subshell, which cannot leave it to the test, starts none.
forge_pid='' forge_orders='' forge_answers=''
forge_start() {
	[ ! "$forge_pid" ] || return 0
	[ $BASHPID = $$ ] || return 1
	# shellcheck disable=SC2094 # no pipe that ends with its writer: each has both ends
	exec {forge_orders}<> <(:) {forge_answers}<> <(:)
	in_background=yes on attacker tests/vm/arp.py - <&"$forge_orders" >&"$forge_answers" &
	forge_pid=$!
	started_all+=("$forge_pid")
}
forge_end() {
	[ ! "$forge_pid" ] || stop "$forge_pid"
	forge_pid=
}

# protected [DEVICE]: a forged request is dropped there, counted, and changes
# nothing; unprotected [DEVICE]: it takes the gateway's address over.
# A port that has just come up may lose a frame; the gateway may put right what it did.
protected() {
	local before frames
	before=$(pin_number dropped "$GATEWAY" "$@") || return
	for frames in 1 2 3 4 5; do
		forge
		! wait_for 4 dropped_since "$before" "$@" || break
		not cache_is "$GATEWAY" "$ATTACKER_MAC" "$@" || return
	done
	dropped_since "$before" "$@" && not cache_is "$GATEWAY" "$ATTACKER_MAC" "$@" &&
		[ "$(pin_number dropped "$GATEWAY" "$@")" -le $((before + frames)) ]
}
dropped_since() { [ "$(pin_number dropped "$GATEWAY" "${@:2}")" -gt "$1" ]; }
unprotected() {
	for _ in 1 2 3 4 5; do
		forge
		! wait_for 4 cache_is "$GATEWAY" "$ATTACKER_MAC" "$@" || return 0
	done
	return 1
}

# entry [ADDRESS [DEVICE]]: in the server's cache, as in `lladdr MAC extern_learn STALE`.
entry() { ip -n server neigh show "${1:-$GATEWAY}" dev "${2:-$SDEV}" | sed 's/^[^ ]* //; s/ *$//'; }
# entry_has REGEX [ADDRESS [DEVICE]], for wait_for.
entry_has() { [[ $(entry "${@:2}") =~ $1 ]]; }

# monitor_start [NAMESPACE]: listens when it returns. monitor_stop: ends it when
# it has told all that has happened. Then, or in between, events FILTER.
monitor_start() {
	monitor_log=$(mktemp)
	start_log=$monitor_log start on "${1:-server}" arppinctl -j monitor
	monitor_pid=$started
	wait_for 10 grep -q listening "$monitor_log" || bail_out "no monitor: $(cat "$monitor_log")"
}
monitor_stop() {
	kill -TERM "$monitor_pid"
	wait "$monitor_pid"
}
events() { grep '^{' "$monitor_log" | jq -rc "$1"; }
# event_count EVENT: how many there were so far.
event_count() { grep -c "\"event\":\"$1\"" "$monitor_log"; }
# event_is FILTER, for wait_for: jq's FILTER is true of an event. What was false stays
# false until there is more to look at.
event_is() {
	local heard
	mapfile -t heard < "$monitor_log"
	[ "$event_not" != "$1 ${#heard[@]} ${heard[-1]}" ] || return 1
	[ -z "$(events "select($1)")" ] || return 0
	event_not="$1 ${#heard[@]} ${heard[-1]}"
	return 1
}
event_not=
