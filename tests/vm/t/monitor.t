#!/bin/bash
# Whoever listens is told each event once, in order, or exactly which are gone:
# however late, slow, stopped or dead he was. And commands that run for events.
# weight: 150
. tests/vm/lib.sh
. tests/vm/pins.sh

load_arppin
topology
dir=$(mktemp -d)
declare -A pids

# listen NAME [WORD...]: `monitor WORD...` in the background, into $dir/NAME.
listen() {
	local name=$1
	shift
	echo "# \$ arppinctl monitor $* > $name &"
	ip netns exec server "$ARPPINCTL" monitor "$@" > "$dir/$name" 2> "$dir/$name.err" &
	pids[$name]=$!
	started_all+=($!)
	wait_for 30 grep -q listening "$dir/$name.err" || diag < "$dir/$name.err"
}
# finish NAME [SIGNAL]
finish() {
	kill "-${2:-TERM}" "${pids[$1]}"
	wait "${pids[$1]}" 2> /dev/null
}
# told FIRST FILE...: the number of the last event, if each from FIRST on is
# there once and in order, or told to be lost; otherwise what is wrong.
told() {
	awk -v next_seq="$1" '
		{ first = last = $3 + 0 }
		$4 == "lost" { first = $9; last = $11 + 0 }
		$4 ~ /^module-/ { next }
		first != next_seq && !wrong { wrong = "line " FNR ": " $0 ", not " next_seq }
		{ next_seq = last + 1 }
		END { print wrong ? wrong : next_seq - 1 }' "${@:2}"
}
lost() { awk '$4 == "lost" { n += $5 } END { print n + 0 }' "$@"; }
latest() { stat_number events; }
# has NAME NUMBER: it was told up to there. For wait_for.
has() { [ "$(told "${3:-1}" "$dir/$1")" -ge "$2" ] 2> /dev/null; }

# storm PINS: so many events, or twice as many if there was a storm before.
# storm_lines PINS: the lines of one.
storms=0
storm_lines() {
	storms=$((storms + 1))
	awk -v pins="$1" -v storm=$storms -v line=" dev none0 lladdr 02:00:00:00:00:05" 'BEGIN {
		for (i = 0; i < pins; i++)
			print "pin add 10." storm "." int(i / 250) "." i % 250 + 1 line
	}' > "$dir/lines"
	echo "pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC" >> "$dir/lines"
}
storm() {
	storm_lines "$1"
	ctl restore "$dir/lines"
}

# --- what is kept
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
for i in 2 3 4 5; do
	ctl pin add 192.0.2.$i dev eth0 lladdr 02:00:00:00:00:0$i
done
last=$(latest)
listen all since 0
listen some since 3
listen none since "$last"
listen new
ctl pin del 192.0.2.5 dev eth0
for name in all some none new; do
	wait_for 20 grep -q pin-del "$dir/$name"
	finish $name
done
is 'since 0: all that is kept, and what comes' "$(told 1 "$dir/all")" $((last + 1))
is '... nothing is lost' "$(lost "$dir/all")" 0
is 'since 3: from 4 on' "$(told 4 "$dir/some")" $((last + 1))
is 'since the latest: what comes' "$(told $((last + 1)) "$dir/none")" $((last + 1))
is 'without since as well' "$(told $((last + 1)) "$dir/new")" $((last + 1))
fails 'since a number that is none yet' 2 ctl monitor since 1000000
like '... the kernel says so' "$(ctl monitor since 1000000 2>&1)" '^arppinctl: (since: )?no event has this number'
unlike '... and nothing else is said' "$(ctl monitor since 1000000 2>&1)" listening

# --- the seam between what is kept and what comes
listen seams since 0
for ((i = 0; i < $(brief 5 3); i++)); do
	storm "$(brief 200 400)" &
	storming=$!
	listen seam$i since 0
	wait $storming
	storms=$((storms + 1))
	last=$(latest)
	wait_for 20 has seam$i "$last"
	finish seam$i
	is "seam $i: each event once" "$(told 1 "$dir/seam$i")" "$last"
done
finish seams
is 'one who was there all the time, too' "$(told 1 "$dir/seams")" "$last"
is '... and has lost nothing' "$(lost "$dir/seams")" 0
i=$((i - 1))
is 'what is no longer kept is told' "$(lost "$dir/seam$i")" \
	"$(awk '$4 == "lost" { print $11 + 0 }' "$dir/seam$i")"

# --- the smallest receive buffer: who has no privilege outside of his own user
# namespace cannot have a larger one than the system allows.
sysctl -qw net.core.rmem_max=2304
storm_lines 1500
# shellcheck disable=SC2016 # for the other shell
small() {
	unshare -Urn bash -c '
		"$ARPPINCTL" monitor since 0 > '"$dir"'/small 2> '"$dir"'/small.err &
		until grep -q listening '"$dir"'/small.err; do sleep 0.1; done
		"$ARPPINCTL" restore '"$dir"'/lines || exit
		"$ARPPINCTL" -j stats > '"$dir"'/small.stats
		kill %1; wait %1'
}
export ARPPINCTL
ok 'a listener with a buffer of 2304 bytes' small
last=$(number_in "$(< "$dir/small.stats")" events)
ok '... has met a storm' test "$last" -gt 1500
is '... is told each event once, or which are lost' "$(told 1 "$dir/small")" "$last"
diag "of $last lost: $(lost "$dir/small")"

# The same, when it is the news of the module that do not fit.
# shellcheck disable=SC2016
small_reloaded() {
	unshare -Urn bash -c '
		"$ARPPINCTL" monitor since 0 > '"$dir"'/anew 2> '"$dir"'/anew.err &
		until grep -q listening '"$dir"'/anew.err; do sleep 0.1; done
		kill -STOP %1
		"$ARPPINCTL" restore '"$dir"'/lines || exit
		: > '"$dir"'/ready
		until [ -e '"$dir"'/reloaded ]; do sleep 0.1; done
		kill -CONT %1
		until grep -q module-loaded '"$dir"'/anew; do sleep 0.1; done
		"$ARPPINCTL" pin add 192.0.2.9 dev none0 lladdr 02:00:00:00:00:09
		until grep -q "192\.0\.2\.9 " '"$dir"'/anew; do sleep 0.1; done
		kill %1; wait %1' &
	local shell=$!
	wait_for 60 test -e "$dir/ready" && wait_for 20 rmmod arppin && load_arppin && : > "$dir/reloaded"
	wait_for 60 not kill -0 $shell 2> /dev/null || kill $shell
	wait $shell
}
ok 'a listener whose buffer had no room for the news of another module' small_reloaded
like '... knows of it, and listens to that' "$(< "$dir/anew")" \
	'module-unloaded.*module-loaded.*pin-new.* 192\.0\.2\.9 '
sysctl -qw net.core.rmem_max=212992
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC

enough
# --- sixteen at once: the first three are killed and started anew, 10 and 11 are slow,
# 12 and 13 are stopped
first=$(latest)
killed=(0 1 2) slow=(10 11) stopped=(12 13) listeners=({0..15})
for i in "${listeners[@]}"; do
	[[ " ${slow[*]} " = *" $i "* ]] || listen "l$i" since "$first"
done
for i in "${slow[@]}"; do # a reader who takes a line in a tenth of a second, until told to hurry
	mkfifo "$dir/fifo$i"
	while IFS= read -r line; do
		echo "$line"
		[ -e "$dir/hurry" ] || sleep 0.1
	done < "$dir/fifo$i" > "$dir/slow$i" &
	ip netns exec server "$ARPPINCTL" monitor since "$first" > "$dir/fifo$i" 2> "$dir/l$i.err" &
	pids[l$i]=$!
	started_all+=($!)
	wait_for 20 grep -q listening "$dir/l$i.err"
done
for i in "${stopped[@]}"; do kill -STOP "${pids[l$i]}"; done
storm 1500
for i in "${killed[@]}"; do
	finish "l$i" KILL
	seen=$(awk '$3 ~ /^[0-9]+$/ { last = $3 } END { print last }' "$dir/l$i")
	# What was cut by the end of its writer is told again.
	sed -i '$ { /^.* '"$seen"' [a-z-]* .*$/!d }' "$dir/l$i"
	mv "$dir/l$i" "$dir/l$i.before"
	listen "l$i" since "$seen"
done
forge count=50
storm 1500
for i in "${stopped[@]}"; do kill -CONT "${pids[l$i]}"; done
touch "$dir/hurry"
ctl pin add 192.0.2.77 dev eth0 lladdr 02:00:00:00:00:77
last=$(latest)
for i in "${listeners[@]}"; do
	files=("$dir/l$i")
	[ ! -e "$dir/l$i.before" ] || files=("$dir/l$i.before" "$dir/l$i")
	[ ! -e "$dir/slow$i" ] || files=("$dir/slow$i")
	# Or beyond: an incident may have ended meanwhile.
	complete() { [ "$(told $((first + 1)) "${files[@]}")" -ge "$last" ] 2> /dev/null; }
	ok "listener $i: each event once, or told to be lost" wait_for 240 complete ||
		diag "$(told $((first + 1)) "${files[@]}")"
	diag "of $((last - first)) lost: $(lost "${files[@]}")"
	finish "l$i"
done
ok 'one who was stopped has all that was kept' \
	test "$(lost "$dir/l12")" -le $((last - first - 1024))

# --- the cursor
ctl pin flush
listen c1 cursor "$dir/cursor"
wait_for 30 has c1 "$(latest)"
is 'a cursor begins with all that is kept' "$(told 1 "$dir/c1")" "$(latest)"
like 'it has the life of the module, and the number' "$(< "$dir/cursor")" "^[0-9]{19} $(latest)$"
finish c1 KILL
last=$(latest)
storm 20
listen c2 cursor "$dir/cursor"
wait_for 20 has c2 "$(latest)" $((last + 1))
is 'after kill -9 it goes on with the next event' "$(told $((last + 1)) "$dir/c2")" "$(latest)"
finish c2
is '... and nothing is lost' "$(lost "$dir/c2")" 0
ok 'no other file stays' test ! -e "$dir/cursor.new"
last=$(latest)
listen c3 since "$last"
unload_arppin
load_arppin
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
last=$(latest)
ok 'who listens is told what the module does in its next life' wait_for 20 has c3 "$last"
finish c3
is '... all of it' "$(told 1 "$dir/c3")" "$last"
like '... and that it is another' "$(< "$dir/c3")" 'module-unloaded.*module-loaded'
listen c4 cursor "$dir/cursor"
wait_for 20 has c4 "$last"
finish c4
is 'a cursor of an earlier life: from the beginning' "$(told 1 "$dir/c4")" "$last"
echo nonsense > "$dir/nonsense"
fails 'a file that is no cursor' 1 ctl monitor cursor "$dir/nonsense"
is '... stays what it is' "$(< "$dir/nonsense")" nonsense
fails 'a cursor that cannot be written' 1 ctl monitor cursor /proc/cursor

# --- exec
# Without a process of its own but for `sleep`: emulated, each takes long to start.
cat > "$dir/command" <<-'END'
	#!/bin/sh
	echo start >> "$1/log"
	read -r json
	sleep 0.3
	echo "$json" >> "$1/json"
	echo end >> "$1/log"
	echo "from the command"
END
chmod 755 "$dir/command"
mkdir "$dir/e"
touch "$dir/e/json"
first=$(latest)
listen e1 jobs 3 exec "$dir/command" "$dir/e"
storm 19 # the first is there already
events=$(($(latest) - first))
done_all() { [ "$(wc -l < "$dir/e/json")" = "$events" ]; }
ok "exec: a command for each of $events events" wait_for 120 done_all
is 'never more than 3 at once' "$(awk '/start/ && ++n > most { most = n } /end/ { n-- }
	END { print most }' "$dir/e/log")" 3
is 'each has its event on the standard input' \
	"$(jq .seq "$dir/e/json" | sort -n | xargs)" "$(seq -s ' ' $((first + 1)) $((first + events)))"
is 'the output is events alone' "$(told $((first + 1)) "$dir/e1")" $((first + events))
children() { ps --ppid "${pids[e1]}" -o stat=,args=; }
no_children() { [ -z "$(children)" ]; }
ok 'no zombie stays' wait_for 20 no_children || diag "$(children)"
finish e1
is 'it ends well' $? 0

# Whatever it gets, and ignoring what it is told; with a child of its own.
cat > "$dir/stubborn" <<-'END'
	#!/bin/sh
	trap '' TERM
	echo $$ > "$1/group"
	sleep 1000 &
	sleep 1000
END
chmod 755 "$dir/stubborn"
listen e2 jobs 1 timeout 5 exec "$dir/stubborn" "$dir"
ctl pin add 192.0.2.88 dev eth0 lladdr 02:00:00:00:00:88
ctl pin del 192.0.2.88 dev eth0
ok 'a command that does not end' wait_for 20 test -s "$dir/group"
group=$(< "$dir/group")
gone() { ! pgrep -g "$group"; }
ok '... is ended with its children' wait_for 60 gone || diag "$(ps -o pid=,pgid=,args= -e)"
ok '... which is told' grep -q 'has run for 5 s and is ended' "$dir/e2.err"
next() { [ "$(< "$dir/group")" != "$group" ]; }
ok '... and the next event has its turn' wait_for 60 next
began=$SECONDS
finish e2
ok 'at the end it is waited for, up to its limit' test $((SECONDS - began)) -le 30

# Reading goes on while no command ever ends.
first=$(latest)
listen e3 jobs 1 timeout 600 exec sleep 1000
storm 1200
last=$(latest)
ok 'commands that hang do not hold up the events' wait_for 30 has e3 "$last" $((first + 1))
is '... all are there' "$(told $((first + 1)) "$dir/e3")" "$last"
ok '... that the queue is full is told' grep -q '1024 events wait already' "$dir/e3.err"
finish e3 KILL
fails 'a command that is not there' 1 ctl monitor exec /nosuch/command

rm -rf "$dir"
done_testing
