#!/bin/bash
# The tool, when what it asks the system for is refused: memory, files, sockets,
# processes. Each call that it makes fails in a run of its own, the first and the last
# time that it comes by the same way. The tool ends, by itself and soon. Either it says
# what is wrong and does not exit with 0, or it says what it says otherwise. And what is
# in force is what was before, or what shall be, and never some of both.
# weight: 120
. tests/vm/lib.sh
. tests/vm/pins.sh

dir=$(mktemp -d)
gcc -O1 -fno-builtin -shared -fPIC -o "$dir/inject.so" tests/vm/inject.c -ldl ||
	bail_out 'inject.c cannot be built'
# Not all of them, unless that is asked for; and the kernel has little part in it.
each=$(brief 16 50)
[ "${ARPPIN_FAULTS:-}" != all ] || ! in_full || each=1
places=0 injected=0 missed=0

# tool COMMAND...: in the namespace of the pins, with what fails preloaded. What goes on
# until it is asked to end is asked when it listens.
enter=(busybox nsenter --net=/run/netns/server)
tool() {
	local pid
	timeout --preserve-status -s KILL 60 "${enter[@]}" \
		busybox env INJECT_AT="$at" INJECT_LIST="$dir/list" LD_PRELOAD="$dir/inject.so" \
		"$ARPPINCTL" "$@" > "$dir/said" 2> "$dir/complained" < "$dir/input" &
	pid=$!
	if [ "$1" = monitor ]; then
		wait_for 60 listens_or_ended $pid
		kill -TERM $pid 2> /dev/null # `timeout` hands it on
	fi
	wait $pid
}
listens_or_ended() { ! kill -0 "$1" 2> /dev/null || grep -q listening "$dir/complained"; }
# said: what it printed, as far as it is the `same` each time, or `like` that but for
# numbers; of `any` other command nothing, nor of one that is a `report`.
said() {
	case $1 in
	same) cat "$dir/said" ;;
	like) sed 's/[0-9]\+/N/g' "$dir/said" ;;
	esac
}

# says_why KIND: it has words for what is wrong, a report also on its standard output.
says_why() {
	grep -qv ' listening$' "$dir/complained" || { [ "$1" = report ] && [ -s "$dir/said" ]; }
}

# The functions that say what is in force, and that make it what it was before a command;
# and that see whether what was undone since then was done.
in_force=pins_in_force reset=pins_reset was_done=true
pins_in_force() { ctl save; }
pins_reset() {
	rm -rf "$dir/scratch"
	mkdir "$dir/scratch"
	[ "$($in_force)" = "$before" ] || ctl restore - <<< "$pins"
}

# injects KIND STATUS COMMAND...: what it says is of that KIND, see said(), and so it ends
# where nothing fails.
injects() {
	local kind=$1 expected=$2 at=0 line number function status after now clean wrong=()
	local failed=$((injected - missed))
	shift 2
	$reset
	: > "$dir/list"
	tool "$@"
	is "$*: exit status" $? "$expected" || diag < "$dir/complained"
	clean=$(said "$kind")
	after=$($in_force)
	while IFS= read -r line; do
		[ $((places++ % each)) = 0 ] || continue
		read -r number function _ <<< "$line"
		at=$number
		$reset
		: > "$dir/list"
		tool "$@"
		status=$?
		now=$($in_force)
		injected=$((injected + 1))
		# What comes when, of two processes, is not always the same.
		grep -qx "$number $function .* failed" "$dir/list" ||
			{ missed=$((missed + 1)); diag "$line: did not come again"; continue; }
		case $status in
		0)
			[ "$expected" = 0 ] || wrong+=("$line: all is well, it says")
			[ "$now" = "$after" ] || wrong+=("$line: what is in force is not what shall be")
			$was_done || wrong+=("$line: nothing was done")
			[ "$(said "$kind")" = "$clean" ] ||
				wrong+=("$line: it says something else: $(head -c 300 "$dir/said")") ;;
		[123])
			says_why "$kind" ||
				wrong+=("$line: exit status $status without a word") ;;
		*)
			wrong+=("$line: exit status $status") ;;
		esac
		[ "$now" = "$before" ] || [ "$now" = "$after" ] ||
			wrong+=("$line: in force is neither what was nor what shall be: $now")
		[ "$now" = "$before" ] || ! grep -q 'nothing was changed' "$dir/complained" ||
			wrong+=("$line: it says that nothing was changed")
	done < <(once "$dir/list")
	failed=$((injected - missed - failed))
	diag "$failed calls have failed"
	[ $failed -gt 0 ] || return # no other's turn: nothing is known
	[ ${#wrong[@]} = 0 ]
	point $? "$*" || diag "$(printf '%s\n' "${wrong[@]}")"
}
# once LIST: of the lines with the same function and place the first and the last.
once() {
	awk '{ place = $2 " " $3; if (!(place in first)) first[place] = $0; last[place] = $0 }
		END { for (place in first) { print first[place]; if (last[place] != first[place]) print last[place] } }' \
		"$1" | sort -n > "$dir/numbers"
	cat "$dir/numbers"
}
# changes KIND STATUS COMMAND...: the same of one that changes something.
changes() {
	injects "$@"
	$reset
	run "${enter[@]}" "$ARPPINCTL" "${@:3}"
	[ "$($in_force)" != "$before" ]
	point $? '... which changes something'
}

load_arppin
topology
pins="pin add 192.0.2.5 dev eth0 lladdr 02:00:00:00:00:05
pin add 192.0.2.7 dev late0 lladdr 02:00:00:00:00:07 mode audit
guard set dev eth0 unpinned audit"
ctl restore - <<< "$pins"
before=$($in_force)
: > "$dir/input"

echo '# what is changed'
changes same 0 pin add 192.0.2.9 dev eth0 lladdr 02:00:00:00:00:09
changes same 0 pin replace 192.0.2.5 dev eth0 lladdr 02:00:00:00:00:06
changes same 0 pin del 192.0.2.5 dev eth0
changes same 0 pin flush
changes same 0 guard set dev eth0 unpinned drop
printf '%s\n' 'pin add 192.0.2.5 dev eth0 lladdr 02:00:00:00:00:06' \
	'pin add 192.0.2.8 dev eth0 lladdr 02:00:00:00:00:08' 'guard set dev eth0 unpinned drop' \
	> "$dir/config"
changes same 0 restore "$dir/config" else "$dir/scratch/copy/good"
cp "$dir/config" "$dir/input"
injects same 0 restore -
: > "$dir/input"
changes any 0 pin learn $GATEWAY

enough unload_arppin
echo '# what is shown'
unload_arppin # and all events are forgotten
load_arppin
ctl restore - <<< "$pins"
start on server tcpdump -i eth0 -U -w "$dir/frames.pcap" arp
wait_for 60 test -s "$dir/frames.pcap"
forge sha=02:00:00:00:00:77 spa=192.0.2.5
on server ping -c1 $GATEWAY > /dev/null
has_frames() { [ "$(stat -c %s "$dir/frames.pcap")" -gt 100 ]; }
wait_for 60 has_frames || bail_out 'no frame'
stop "$started"
injects any 0 monitor since 0
injects any 0 monitor cursor "$dir/scratch/cursor" journal exec true
injects same 0 version
injects like 0 -j pin show
injects like 0 pin show
injects like 0 -j guard show
injects like 0 stats
injects like 0 stats prometheus
injects same 0 -n server save
injects like 0 -j incident show
injects like 0 incident report 1 pcap "$dir/scratch/report.pcap"
injects like 0 -j sighting show
injects same 0 explain pcap "$dir/frames.pcap" dev eth0
injects same 0 -j explain pcap "$dir/frames.pcap" dev eth0
injects same 1 confirm
injects report 3 -j check
injects report 0 selftest

echo '# a restore that nobody confirms'
none_waits() { ! pgrep -x arppinctl > /dev/null; }
restore_in_force() {
	wait_for 60 none_waits || diag 'it goes on'
	ctl save
}
restore_reset() {
	pins_reset
	told=$(stat_number events)
}
restore_told() { [ "$(stat_number events)" -gt "$told" ]; }
in_force=restore_in_force reset=restore_reset was_done=restore_told
injects any 0 restore "$dir/config" confirm 1
is '... was in force, and is undone' "$(ctl restore "$dir/config" confirm 1 > /dev/null; ctl save | wc -l; $in_force)" "3
$before"
was_done=true

echo '# setup'
mkdir -p /usr/local/sbin
for program in systemctl modprobe; do
	printf '#!/bin/sh\n' > /usr/local/sbin/$program
	chmod 755 /usr/local/sbin/$program
done
setup_in_force() {
	ctl save
	grep -v '^#' /etc/arppin.conf 2>&1
}
setup_reset() {
	rm -f /etc/arppin.conf
	ctl restore - <<< "$pins"
	ip -n server neigh del $GATEWAY dev eth0 2> /dev/null
	on server ping -c1 -W5 $GATEWAY > /dev/null
}
in_force=setup_in_force reset=setup_reset
$reset
before=$($in_force)
changes any 3 setup --yes wait 1
rm /usr/local/sbin/{systemctl,modprobe} /etc/arppin.conf

echo '# another module is loaded: the pins are in force, or permanent entries hold them'
modules=$dir/lib/modules/$(uname -r)
mkdir -p "$modules"
touch "$modules/modules.order" "$modules/modules.builtin"
cp "$ARPPIN_KO" "$modules/arppin.ko"
depmod -b "$dir" "$(uname -r)" 2> /dev/null
mount --bind "$modules" "/lib/modules/$(uname -r)"
enter=()
pins="pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC"
module_in_force() {
	if [ -e /sys/module/arppin ] && [ "$(ctl save)" ]; then
		ctl save
	elif [ "$status" != 0 ] && entry_has "^lladdr $GATEWAY_MAC .*PERMANENT"; then
		echo "$before" # it is held
	else
		echo nothing
	fi
}
module_reset() {
	[ -e /sys/module/arppin ] || load_arppin
	ctl restore - <<< "$pins"
	entry_has "^lladdr $GATEWAY_MAC .*extern_learn" || ip -n server neigh flush dev eth0 nud permanent
}
in_force=module_in_force reset=module_reset
$reset
before=$($in_force)
injects any 0 module reload
umount "/lib/modules/$(uname -r)"

$reset
unload_arppin
ok 'nearly each call that was to fail did' test "$injected" -gt 10 -a $((missed * 5)) -le "$injected"
diag "$injected calls have failed of $places"
done_testing
