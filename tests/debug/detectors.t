#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The detectors of the debug kernel speak, but for those of hangs, and what they say
# fails a run in a VM: the module in broken/ makes the bug that each is for. In three
# guests: what finds wrong accesses to memory switches lockdep off, and lockdep does so
# itself at its first wrong order.
cd "$(dirname "$0")/../.." || exit

number=0
point() { # STATUS DESCRIPTION
	number=$((number + 1))
	[ "$1" = 0 ] && echo "ok $number - $2" && return
	echo "not ok $number - $2"
	return 1
}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The bugs of each guest in the order in which they are made, and what the report of
# tests/vm/run must say. `fault`: with a fault at each allocation in turn.
guests='
memory	out-of-bounds		BUG: KASAN: slab-out-of-bounds in out_of_bounds
memory	use-after-free		BUG: KASAN: slab-use-after-free in use_after_free
memory	undefined-shift		UBSAN: shift-out-of-bounds in .*broken\.c
memory	undefined-index		UBSAN: array-index-out-of-bounds in .*broken\.c
memory	undefined-bool		UBSAN: invalid-load in .*broken\.c
memory	free-active		ODEBUG: free active .* object type: timer_list hint: expired
memory	work-on-stack		ODEBUG: object .* is on stack .*, but NOT annotated
memory	cpu-of-now		BUG: using smp_processor_id\(\) in preemptible
memory	delete-twice		list_del corruption
locks	rcu-unlocked		WARNING: suspicious RCU usage
locks	sleep-in-atomic		BUG: sleeping function called from invalid context
locks	leak			\bleak\+0x.* \[broken\]
locks	fault leak-on-error	leak_on_error\+
locks	hold-net		ref_tracker: net.* has 1/1 users at
locks	hold			unregister_netdevice: waiting for broken0 to become free
locks	hold			ref_tracker: broken0@.* has 1/1 users at
locks	lock-order		WARNING: possible circular locking dependency detected
locks	lock-order		lockdep has turned itself off
'
# program GUEST: what the guest is to run.
program() {
	local bug before='' device=
	cat <<-END
		#!/bin/bash
		exec 2>&1
		# What reports a bug is not to end the guest: there are more.
		sysctl -qw kernel.panic_on_warn=0 kernel.panic_on_oops=0
		insmod "$scratch/broken/broken.ko" || exit
		bugs=/sys/module/broken/parameters
		echo none > \$bugs/bug || exit
	END
	while IFS= read -r bug; do
		[ "$bug" != "$before" ] || continue
		before=$bug
		case $bug in
		delete-twice) echo "(echo $bug > \$bugs/bug)" ;;
		hold-net)
			echo 'ip netns add broken'
			echo "nsenter --net=/run/netns/broken tee \$bugs/bug <<< $bug"
			echo 'ip netns del broken' ;;
		fault*) echo "tests/debug/nth.py \$bugs/bug ${bug#fault }" ;;
		hold)
			echo 'ip link add broken0 type dummy'
			echo "echo $bug > \$bugs/bug"
			echo 'ip link del broken0 &'
			device=yes ;;
		*) echo "echo $bug > \$bugs/bug" ;;
		esac
	done < <(awk -F'\t+' -v guest="$1" '$1 == guest { print $2 }' <<< "$guests")
	# The kernel says after 10 seconds that it waits for a reference.
	[ ! "$device" ] || echo 'sleep 15'
	echo 'exit 0'
}
run_guest() { # GUEST: leaves GUEST.status, GUEST.log and the folder GUEST
	tests/vm/run -k debug -n -a panic_on_warn=0 -t 300 -o "$scratch/$1" -x "$scratch/$1.sh" \
		> "$scratch/$1.log" 2>&1 < /dev/null
	echo $? > "$scratch/$1.status"
}

cp -r tests/debug/broken "$scratch"
tests/vm/kbuild debug "$scratch/broken" > "$scratch/build.log" 2>&1
point $? 'the broken module builds' || { sed 's/^/# /' "$scratch/build.log"; echo "1..$number"; exit 1; }

for guest in sound memory locks; do
	program $guest > "$scratch/$guest.sh"
	chmod +x "$scratch/$guest.sh"
	run_guest $guest
done

[ "$(cat "$scratch/sound.status")" = 0 ]
point $? 'a module that breaks nothing: nothing is reported' || sed 's/^/# /' "$scratch/sound.log"
for guest in memory locks; do
	[ "$(cat "$scratch/$guest.status")" != 0 ]
	point $? "$guest: a report fails the run"
	heard=$scratch/$guest/tap/console.tap
	grep -qx 'not ok 1 - console is clean' "$heard"
	point $? "$guest: ... because of what the kernel said"
	grep -qx 'ok 2 - every test ran and the guest turned itself off' "$heard"
	point $? "$guest: ... and of nothing else" || sed 's/^/# /' "$scratch/$guest.log"
	missed=
	while IFS=$'\t' read -r bug says; do
		grep -qE -e "$says" "$heard"
		point $? "$bug: $says" || missed=yes
	done < <(awk -F'\t+' -v guest="$guest" -v OFS='\t' '$1 == guest { print $2, $3 }' <<< "$guests")
	[ ! "$missed" ] || { cat "$scratch/$guest.log" "$heard"; tail -n 300 "$scratch/$guest/console.log"; } | sed 's/^/# /'
done
echo "1..$number"
