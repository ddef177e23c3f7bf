#!/bin/bash
# The module goes at any moment, and comes again: under a flood, with pins that
# are resident, guards, live incidents and a listener. Nothing of it stays.
# cpus: 2
# weight: 90
. tests/vm/lib.sh
. tests/vm/pins.sh

topology
lines=$(mktemp)
{
	echo 'guard set dev eth0 unpinned drop'
	echo "pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC"
	# Bound and resident, with two MACs too; and so many that wait for their
	# device that a leak is seen.
	for ((i = 100; i < 150; i++)); do
		echo "pin add 192.0.2.$i dev eth0 lladdr 02:00:00:00:01:$(printf %02x $i)"
	done
	for ((i = 0; i < 300; i++)); do
		echo "pin add 10.0.$((i / 250)).$((i % 250)) dev none0 lladdr 02:00:00:00:00:05,02:00:00:00:00:06"
	done
} > "$lines"

# Two at once, on both CPUs: of one offender and of many.
interval=$(brief 0.001 0.001 0.01)
start on attacker taskset 1 tests/vm/arp.py eth0 count=0 interval="$interval"
attackers=("$started")
start on attacker taskset 2 tests/vm/arp.py eth0 count=0 interval="$interval" sha=random
attackers+=("$started")

# The caches that what arppin allocates is in, since 5.14 others for what is accounted (of
# the rest nothing is small, where there is more noise): their objects, and how many a
# slab has. Free ones of the slabs that a CPU keeps for itself are counted as well, unless
# it gives them back.
each_cache() {
	local file
	for file in /sys/kernel/slab/kmalloc-*/shrink; do echo 1 > "$file"; done
	awk '/^kmalloc-(cg-[0-9]|(rnd-[0-9]+-)?(128|192|256|512|[0-9]+k) )/ { print $1, $2, $5 }' \
		/proc/slabinfo
}
percpu() { awk '/^Percpu:/ { print $2 }' /proc/meminfo; }
# Each CPU may have taken a slab since then, and there is one object a pin at least that
# would be seen. What is freed after a grace period is freed soon.
grown() {
	awk 'NR == FNR { before[$1] = $2; next }
		{ more = 2 * $3; if (more < 64) more = 64; if (more > 300) more = 300 }
		$2 > before[$1] + more { print $1 ": " before[$1] ", now " $2 }' \
		<(echo "$caches_before") <(each_cache)
}
not_grown() { [ -z "$(grown)" ]; }
held() { ip -n server neigh show | grep -c extern_learn; }

bad='' rounds=$(brief 20 8 4)
for ((round = 1; round <= rounds; round++)); do
	insmod "$ARPPIN_KO" || bad+=" insmod:$round"
	[ "${monitor_pid:-}" ] || monitor_start
	ctl restore "$lines" > /dev/null || bad+=" restore:$round"
	# At different moments of what the module does then.
	wait_for 20 stat_is incidents 17 || bad+=" incidents:$(stat_number incidents)"
	[ $((round % 3)) = 0 ] || sleep 0.$((round % 3))
	[ "$(held)" -ge 51 ] || bad+=" held:$(held)"
	wait_for 20 rmmod arppin || bad+=" rmmod:$round" # EAGAIN while the listener reads
	[ "$(held)" = 0 ] || bad+=" extern_learn:$round"
	# What was loaded for the first time stays: only growth counts. Frames that wait to be
	# received are such objects, too.
	if [ $round = 3 ]; then
		kill -STOP "${attackers[@]}"
		sleep 1
		percpu_before=$(percpu) caches_before=$(each_cache)
		kill -CONT "${attackers[@]}"
	fi
done
is "loaded, used under flood and unloaded $rounds times" "$bad" ''
ok 'no module' not grep -q '^arppin ' /proc/modules
ok 'no entry is held' test "$(held)" = 0
# Who asked for it has no name any more.
ok 'no memory of it is mapped' not grep -E '^0x[0-9a-f]+-0x[0-9a-f]+ +[0-9]+ 0x' /proc/vmallocinfo
ok 'no symbol of it is left' not grep -q '\[arppin\]' /proc/kallsyms
kill -STOP "${attackers[@]}"
ok 'allocated objects do not grow' wait_for 30 not_grown || diag "$(grown)"
percpu_no_more() { [ "$(percpu)" -le "$percpu_before" ]; }
ok 'nor does memory per CPU' wait_for 30 percpu_no_more ||
	diag "before $percpu_before, now $(percpu)"
kill -CONT "${attackers[@]}"
monitor_stop
is 'the listener saw it go' "$(events 'select(.event == "module-unloaded") | .event' | wc -l)" "$rounds"
is '... and come back' "$(events 'select(.event == "module-loaded") | .event' | wc -l)" $((rounds - 1))

bad=''
# And in the middle of changes, which end with a refusal at worst.
insmod "$ARPPIN_KO"
changes() {
	while :; do
		ctl restore "$lines"
		ctl pin flush
	done > /dev/null 2>&1
}
changes &
started_all+=($!)
for round in 1 2 3; do
	sleep 0.$((round * 3))
	wait_for 20 rmmod arppin || bad+=" rmmod:$round"
	insmod "$ARPPIN_KO" || bad+=" insmod:$round"
done
stop "${started_all[-1]}"
is 'unloaded amid changes' "$bad" ''
# A change that was under way goes on by itself.
ok 'and when they are over' wait_for 20 rmmod arppin
rm "$lines"
done_testing
