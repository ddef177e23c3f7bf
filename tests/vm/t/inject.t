#!/bin/bash
# The tool, when what it asks the system for is refused: memory, files, sockets,
# processes. Each call that it makes fails in a run of its own, once for each way that
# leads to it. The tool ends, by itself and soon. Either it says what is wrong and does
# not exit with 0, or what it says is what it says otherwise. And the pins and guards are
# those before, or those after, and never some of both.
# weight: 100
. tests/vm/lib.sh
. tests/vm/pins.sh

dir=$(mktemp -d)
gcc -O1 -fno-builtin -shared -fPIC -o "$dir/inject.so" tests/vm/inject.c -ldl ||
	bail_out 'inject.c cannot be built'
# Not each place, unless that is asked for; and the kernel has little part in it.
each=$(brief 4 40)
[ "${ARPPIN_FAULTS:-}" != all ] || each=1
declare -A seen=() # the places, whatever command was there first
places=0 injected=0

# tool COMMAND...: with what fails preloaded. What goes on until it is asked to end is
# asked when it listens.
tool() {
	local pid
	timeout --preserve-status -s KILL 60 \
		busybox env INJECT_AT="$at" INJECT_LIST="$dir/list" LD_PRELOAD="$dir/inject.so" \
		"$ARPPINCTL" -n server "$@" > "$dir/said" 2> "$dir/complained" < "$dir/input" &
	pid=$!
	if [ "$1" = monitor ]; then
		wait_for 60 listens_or_ended $pid
		kill -TERM $pid 2> /dev/null # `timeout` hands it on
	fi
	wait $pid
}
listens_or_ended() { ! kill -0 "$1" 2> /dev/null || grep -q listening "$dir/complained"; }

# The functions that say what is in force, and that make it what it was before a command.
in_force=pins_in_force reset=pins_reset
pins_in_force() { ctl save; }
pins_reset() {
	rm -rf "$dir/scratch"
	mkdir "$dir/scratch"
	[ "$($in_force)" = "$before" ] || ctl restore - <<< "$pins"
}
# injects KIND COMMAND...: what COMMAND says is the `same` each time, or not: `any`; or
# what it does may be `undone` later.
injects() {
	local kind=$1 at=0 line number function place status expected after now clean numbers wrong=()
	shift
	$reset
	: > "$dir/list"
	tool "$@"
	expected=$?
	clean=$(< "$dir/said")
	after=$($in_force)
	mapfile -t numbers < "$dir/list"
	for line in "${numbers[@]}"; do
		read -r number function place <<< "$line"
		[ ! "${seen[$function $place]:-}" ] || continue
		seen[$function $place]=yes
		[ $((places++ % each)) = 0 ] || continue
		$reset
		: > "$dir/list"
		at=$number
		tool "$@"
		status=$?
		now=$($in_force)
		grep -q ' failed$' "$dir/list" || { diag "$line: did not come again"; continue; }
		injected=$((injected + 1))
		case $status in
		"$expected")
			[ "$now" = "$after" ] || [ "$kind" = undone ] ||
				wrong+=("$line: what is in force is not what shall be")
			[ "$kind" != same ] || [ -s "$dir/complained" ] || [ "$(< "$dir/said")" = "$clean" ] ||
				wrong+=("$line: it says something else, and not why: $(head -c 300 "$dir/said")") ;;
		[123])
			[ -s "$dir/complained" ] || [ "$kind" = told ] ||
				wrong+=("$line: exit status $status without a word") ;;
		*)
			wrong+=("$line: exit status $status") ;;
		esac
		[ "$now" = "$before" ] || [ "$now" = "$after" ] || wrong+=("$line: in force are some of both: $now")
	done
	[ ${#wrong[@]} = 0 ]
	point $? "$*" || diag "$(printf '%s\n' "${wrong[@]}")"
}

load_arppin
topology
pins="pin add 192.0.2.5 dev eth0 lladdr 02:00:00:00:00:05
pin add 192.0.2.7 dev late0 lladdr 02:00:00:00:00:07 mode audit
guard set dev eth0 unpinned audit"
ctl restore - <<< "$pins"
before=$($in_force)
: > "$dir/input"
start on server tcpdump -i eth0 -U -w "$dir/frames.pcap" arp
wait_for 60 test -s "$dir/frames.pcap"
forge sha=02:00:00:00:00:77 spa=192.0.2.5
on server ping -c1 $GATEWAY > /dev/null
has_frames() { [ "$(stat -c %s "$dir/frames.pcap")" -gt 100 ]; }
wait_for 60 has_frames || bail_out 'no frame'
stop "$started"

echo '# what is shown'
injects any monitor since 0
injects any monitor cursor "$dir/scratch/cursor" journal exec true
injects same version
injects same -j pin show
injects same pin show
injects same -j guard show
injects same stats
injects same stats prometheus
injects same save
injects any -j incident show
injects any incident show
injects any incident report 1 pcap "$dir/scratch/report.pcap"
injects any -j sighting show
injects same explain pcap "$dir/frames.pcap" dev eth0
injects same -j explain pcap "$dir/frames.pcap"
injects same confirm
injects told -j check
injects told selftest

echo '# what is changed'
injects same pin add 192.0.2.9 dev eth0 lladdr 02:00:00:00:00:09
injects same pin replace 192.0.2.5 dev eth0 lladdr 02:00:00:00:00:06
injects same pin del 192.0.2.5 dev eth0
injects same pin flush
injects same guard set dev eth0 unpinned drop
printf '%s\n' 'pin add 192.0.2.5 dev eth0 lladdr 02:00:00:00:00:06' \
	'pin add 192.0.2.8 dev eth0 lladdr 02:00:00:00:00:08' 'guard set dev eth0 unpinned drop' \
	> "$dir/config"
injects same restore "$dir/config" else "$dir/scratch/copy/good"
cp "$dir/config" "$dir/input"
injects same restore -
: > "$dir/input"
injects any pin learn $GATEWAY

echo '# a restore that is to be confirmed'
settled() { not ctl confirm 2> /dev/null; }
restore_reset() {
	wait_for 60 settled
	[ "$($in_force)" = "$before" ] || ctl restore - <<< "$pins"
}
reset=restore_reset
injects undone restore "$dir/config" confirm 60
$reset

echo '# setup'
mkdir -p /usr/local/sbin
for program in systemctl modprobe; do
	printf '#!/bin/sh\n' > /usr/local/sbin/$program
	chmod 755 /usr/local/sbin/$program
done
setup_in_force() {
	ctl save
	cat /etc/arppin.conf 2>&1
}
setup_reset() {
	rm -f /etc/arppin.conf
	ctl restore - <<< "$pins"
	ip -n server neigh flush dev eth0
	on server ping -c1 -W5 $GATEWAY > /dev/null
}
in_force=setup_in_force reset=setup_reset
$reset
before=$($in_force)
injects any setup --yes wait 1
rm /usr/local/sbin/{systemctl,modprobe}

echo '# another module is loaded; at each instant, pins or permanent entries hold'
modules=$dir/lib/modules/$(uname -r)
mkdir -p "$modules"
touch "$modules/modules.order" "$modules/modules.builtin"
cp "$ARPPIN_KO" "$modules/arppin.ko"
depmod -b "$dir" "$(uname -r)" 2> /dev/null
mount --bind "$modules" "/lib/modules/$(uname -r)"
pins="pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC"
module_in_force() {
	if [ -e /sys/module/arppin ] && [ "$(ctl save)" ]; then
		ctl save
	else
		entry_has "^lladdr $GATEWAY_MAC .*PERMANENT" || echo nothing
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
injects undone module reload
umount "/lib/modules/$(uname -r)"

$reset
unload_arppin
diag "$injected calls failed, each at a place of its own, of $places"
done_testing
