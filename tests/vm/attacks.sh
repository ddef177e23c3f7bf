# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # what lib.sh and the array by name are for
# Sourced by tests/vm/t/attacks-*.t: each attack without arppin and with it, on
# one kind of device. First each moves an entry of the server's neighbour cache;
# then, with the addresses pinned, all go on together for seconds, and none
# does anything but be counted and named.
#
# Each attack has an address of the gateway for itself (see frames.py), so that
# they can run together and are still told apart: by entry, by pin, by ping.
. tests/vm/lib.sh
. tests/vm/pins.sh

declare -A address verdict incident lladdr source variant sent
names=()  # of all attacks
tools=()  # of those that are programs
declare -A tool_pid

add_row() { # NAME ADDRESS VERDICT INCIDENT LLADDR SOURCE VARIANT
	names+=("$1")
	address[$1]=$2 verdict[$1]=$3 incident[$1]=$4 lladdr[$1]=$5 source[$1]=$6 variant[$1]=$7
}

# The programs. arpspoof sends every two seconds, arping every second.
add_tools() {
	local number=200 name kind
	while read -r name kind; do
		number=$((number + 1))
		tools+=("$name")
		add_row "$name" 192.0.2.$number drop conflict $ATTACKER_MAC $ATTACKER_MAC "$kind"
	done <<-'EOF'
		arpspoof	reply
		arpspoof-to-all	reply
		arpspoof-both-ways	reply
		arping-U	gratuitous-request
		arping-A	gratuitous-reply
		arping-request	request-to-us
	EOF
}
start_tool() { # NAME
	local addr=${address[$1]} command
	case $1 in
	arpspoof) command="arpspoof -i $DEV -t $SERVER $addr" ;;
	arpspoof-to-all) command="arpspoof -i $DEV $addr" ;;
	arpspoof-both-ways) command="arpspoof -i $DEV -t $SERVER -r $addr" ;;
	arping-U) command="arping -U -I $DEV -s $addr $addr" ;;
	arping-A) command="arping -A -I $DEV -s $addr $addr" ;;
	arping-request) command="arping -I $DEV -s $addr $SERVER" ;;
	esac
	# shellcheck disable=SC2086 # words
	start on attacker $command
	tool_pid[$1]=$started
}
start_tools() {
	local name
	# arpspoof gives up when its victims do not answer at once: a slow machine's.
	ip -n attacker neigh replace $SERVER dev "$DEV" lladdr $SERVER_MAC nud permanent
	ip -n attacker neigh replace "${address[arpspoof-both-ways]}" dev "$DEV" \
		lladdr $GATEWAY_MAC nud permanent
	for name in "${tools[@]}"; do start_tool "$name"; done
}
stop_tools() { local name; for name in "${tools[@]}"; do stop "${tool_pid[$name]}"; done; }

# frames_ask COMMAND...: the answer of frames.py; it is its own process group's
# only reader, so one line in is one line out.
frames_start() {
	coproc FRAMES { exec tests/vm/frames.py "$DEV" "$DEV"; }
	started_all+=("$FRAMES_PID")
	read -r -u "${FRAMES[0]}" REPLY || bail_out 'frames.py does not start'
}
frames_tell() { echo "$*" >&"${FRAMES[1]}"; }
frames_ask() {
	frames_tell "$@"
	read -r -u "${FRAMES[0]}" REPLY || bail_out 'frames.py has ended'
}

# Every change of the cache, in $changes.
watch_cache() {
	changes=$(mktemp)
	start_log=$changes start on server ip monitor neigh
	changes_pid=$started
	# It listens when it has seen something.
	wait_for 10 some_change || bail_out 'ip monitor sees nothing'
}
some_change() {
	ip -n server neigh replace 192.0.2.250 dev "$SDEV" lladdr 02:00:00:00:02:50 nud stale
	ip -n server neigh del 192.0.2.250 dev "$SDEV"
	[ -s "$changes" ]
}
unwatch_cache() { stop "$changes_pid"; }

# still_to_move NAME...: those whose entry has never had the attacker's MAC.
still_to_move() {
	local name
	for name; do
		echo "$name ${address[$name]} ${lladdr[$name]}"
	done | awk 'NR == FNR {
		for (i = 2; i < NF; i++) if ($i == "lladdr") seen[$1, $(i + 1)]
		next
	}
	!(($2, $3) in seen) { print $1 }' "$changes" -
}
gateway_moved() { ip -n gateway neigh show $SERVER dev "$DEV" | grep -q $ATTACKER_MAC; }
# moved_or_again NAME...: all are moved; if not, theirs are sent again: what comes within a
# second of any other change of an entry, changes nothing (locktime).
moved_or_again() {
	local left
	mapfile -t left < <(still_to_move "$@")
	[ ${#left[@]} = 0 ] || { frames_ask once "${left[@]}"; false; }
}

# wrong_in FILE: lines of `ip neigh` that give one of the attacked addresses
# another MAC than the gateway's; those in audit mode aside.
wrong_in() {
	local name guarded=' '
	for name in "${names[@]}"; do
		[ "${verdict[$name]}" = pass ] || guarded+="${address[$name]} "
	done
	awk -v guarded="$guarded" -v right=$GATEWAY_MAC '
		$1 == "Deleted" { next } # what it had been was told before
		match($0, /lladdr [^ ]+/) && index(guarded, " " $1 " ") {
			if (substr($0, RSTART + 7, RLENGTH - 7) != right) print
		}' "$1"
}

# settled ADDRESS...: each entry is the gateway's, valid, and older than the
# second (locktime) in which Linux lets a plain reply change nothing.
settled() {
	ip -n server -s -j neigh show dev "$SDEV" | jq -e --arg mac $GATEWAY_MAC \
		'INDEX(.dst) as $have | $ARGS.positional | all($have[.] |
			.lladdr == $mac and .state == ["REACHABLE"] and .updated >= 2)' \
		--args "$@"
}

# pings_start ADDRESS...: the server pings them, again and again; pings_stop: not any
# more, and ADDRESS LOST of each is in the file $pings.
pings_start() {
	start_log=$pings start on server tests/vm/ping.py "$(brief 0.5 0.5 2)" "$@"
	pings_pid=$started
	wait_for 20 grep -q ready "$pings" || bail_out 'no pings'
}
pings_stop() {
	kill -INT "$pings_pid"
	wait "$pings_pid"
	sed -i /ready/d "$pings"
}

without_arppin() {
	local name movers=() failed
	watch_cache
	ip -n server neigh flush dev "$SDEV"
	on server tests/vm/ping.py 0 "${address[@]}" > /dev/null
	ok 'at first all entries are REACHABLE, of the gateway, and older than locktime' \
		wait_for 20 settled "${address[@]}"
	start_tools
	for name in "${names[@]}"; do
		case $name in
		*-after-genuine-reply)
			# The genuine reply makes it REACHABLE: a change, which
			# starts locktime.
			ip -n server neigh change "${address[$name]}" dev "$SDEV" nud stale ;;
		esac
	done
	frames_ask once "${names[@]}"
	for name in "${names[@]}"; do
		[ "${verdict[$name]}" = notice ] || movers+=("$name")
	done
	wait_for 20 moved_or_again "${movers[@]}"
	failed=" $(still_to_move "${movers[@]}" | tr '\n' ' ')"
	for name in "${movers[@]}"; do
		unlike "without arppin: $name moves the entry" "$failed" " $name "
	done
	# Its first reply may come within the gateway's locktime.
	ok 'arpspoof -r also moves the entry of the server at the gateway' \
		wait_for 10 gateway_moved
	stop_tools
	unwatch_cache
}

with_arppin() {
	local name mode words line value polls pins enforced=()
	declare -A claims told lost
	polls=$(mktemp) pins=$(mktemp)
	load_arppin
	monitor_start
	for name in "${names[@]}"; do
		mode=enforce
		if [ "${verdict[$name]}" = pass ]; then
			mode=audit # which heals nothing
			ip -n server neigh replace "${address[$name]}" dev "$SDEV" \
				lladdr $GATEWAY_MAC nud reachable
		else
			enforced+=("${address[$name]}")
		fi
		echo "pin add ${address[$name]} dev $SDEV lladdr $GATEWAY_MAC mode $mode"
	done > "$pins"
	ctl restore "$pins" || bail_out 'cannot pin'
	# Both ends of a conversation need a pin each.
	arppinctl -n gateway pin add $SERVER dev "$DEV" lladdr $SERVER_MAC || bail_out 'cannot pin'
	ip -n server neigh show dev "$SDEV" > "$polls"
	is 'pinning puts right what the attacks have left' "$(wrong_in "$polls")" ''

	watch_cache
	pings_start "${enforced[@]}"
	start_tools
	frames_tell cycle "$(brief 10 3 5)"
	line=
	# What has come of the line when the time is over is not given again, and the blank
	# at its end may be between two words.
	until IFS= read -r -t 0.2 -u "${FRAMES[0]}" words; do
		line+=$words
		ip -n server neigh show dev "$SDEV" >> "$polls"
	done
	line+=$words
	stop_tools
	for words in $line; do
		sent[${words%=*}]=${words#*=}
	done
	pings_stop
	while read -r words value; do
		lost[$words]=$value
	done < "$pings"
	unwatch_cache
	like 'the cache was looked at many times' "$(wc -l < "$polls")" '^[0-9]{2,}$'

	while read -r words value; do
		claims[$words]=$value
	done <<< "$(ctl -j pin show |
		jq -r '.[] | "\(.addr) \(.counters | "\(.dropped) \(.passed) \(.noticed)")"')"
	value=$(arppinctl -j -n gateway pin show | jq '.[0].counters.dropped')
	like 'arpspoof -r: dropped at the gateway too' "$value" '^[1-9][0-9]*$'
	ok 'no entry ever had a wrong MAC: what arppin saw' stat_is cache_overridden 0
	ctl pin flush # ends the incidents
	monitor_stop
	while read -r words value; do
		[ -z "${told[$words]+set}" ] || value+=' and more'
		told[$words]=$value
	done <<< "$(events 'select(.event == "incident-end") | .incident |
		"\(.addr) \(.kind) \(.lladdr) \(.source) \(.variants | join(",")) \(.dropped) \(.passed)"')"

	is 'no entry ever had a wrong MAC: polled' "$(wrong_in "$polls")" ''
	is 'no entry ever had a wrong MAC: every change' "$(wrong_in "$changes")" ''
	for name in "${names[@]}"; do
		with_arppin_row "$name"
	done
	rm "$polls" "$pins" "$changes" "$pings"
	unload_arppin
}
with_arppin_row() { # NAME; uses claims and told
	local name=$1 counts addr=${address[$1]} frames=${sent[$1]:-} counted
	read -r -a counted <<< "${claims[$addr]}"
	if [[ " ${tools[*]} " = *" $name "* ]]; then # it does not say how many it has sent
		frames=${counted[0]}
		like "$name: dropped" "$frames" '^[1-9][0-9]*$'
	fi
	case ${verdict[$name]} in
	drop)
		is "$name: all $frames frames dropped" "${claims[$addr]}" "$frames 0 0"
		counts="$frames 0" ;;
	pass)
		is "$name: all $frames frames passed" "${claims[$addr]}" "0 $frames 0"
		is "$name: moves the entry" "$(still_to_move "$name")" ''
		counts="0 $frames" ;;
	notice)
		is "$name: all $frames frames noticed" "${claims[$addr]}" "0 0 $frames"
		counts="0 $frames" ;;
	esac
	is "$name: one incident, rightly named" "${told[$addr]:-none}" \
		"${incident[$name]} ${lladdr[$name]} ${source[$name]} ${variant[$name]} $counts"
	[ "${verdict[$name]}" = pass ] || is "$name: no ping lost" "${lost[$addr]:-no answer}" 0
}

# attacks [KIND]: see topology().
attacks() {
	local row fields
	topology "$1"
	# A switch with port security: else the frames with somebody else's source
	# would cost the owner his traffic there, out of any host's reach.
	bridge link set dev attacker0 learning off
	add_tools
	pings=$(mktemp)
	frames_start
	frames_ask rows
	for row in $REPLY; do
		IFS=/ read -r -a fields <<< "$row"
		add_row "${fields[@]}"
	done
	for row in "${address[@]}"; do
		ip -n gateway address add "$row/24" dev "$DEV"
	done
	without_arppin
	with_arppin
	done_testing
}
