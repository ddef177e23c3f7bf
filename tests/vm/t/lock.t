#!/bin/bash
# lock: pins and guards can be added and strengthened, not removed or weakened; in
# the initial network namespace the module stays as well.
# weight: 40
. tests/vm/lib.sh
. tests/vm/pins.sh

SECOND_MAC=02:00:00:00:00:02 THIRD_MAC=02:00:00:00:00:03
load_arppin
topology
dir=$(mktemp -d)
state() { ctl save; }
is_locked() { [ "$(stat_number locked)" = 1 ]; }
# refused DESCRIPTION MESSAGE WORDS...: by the module, with that in its message, and
# nothing is changed.
refused() {
	local description=$1 message=$2 before said status
	shift 2
	before=$(state)
	said=$(ctl "$@" 2>&1)
	status=$?
	[[ $status = 2 && $said = *"$message"* && $(state) = "$before" ]]
	point $? "refused: $description" || diag "status $status: $said"
}
# taken DESCRIPTION WORDS...: and is in force.
taken() { ok "taken: $1" ctl "${@:2}"; }
pin() { echo "$1 dev eth0 lladdr $2"; }
cannot_remove='no pin can be removed'

{
	echo "pin add $(pin $GATEWAY $GATEWAY_MAC,$SECOND_MAC)"
	echo "pin add $(pin 192.0.2.3 $GATEWAY_MAC) mode audit"
	echo "pin add $(pin 192.0.2.4 $GATEWAY_MAC) resident off"
	echo 'guard set dev eth0 unpinned audit addresses 8'
	echo 'guard set dev none0 unpinned drop defend on'
} > "$dir/base"
ctl restore "$dir/base"
ctl pin add 192.0.2.5 dev eth0 lladdr 02:00:00:00:00:05
ctl pin del 192.0.2.5 dev eth0
ok 'not locked: a pin can be removed' not pin_has 192.0.2.5 192.0.2.5
is '... and it says so' "$(stat_number locked)" 0

# --- to lock
monitor_start
kmsg_mark
is 'lock' "$(ctl lock)" 'locked: pins and guards can be added and strengthened only'
ok '... stats tells' is_locked
like '... and in text' "$(ctl stats)" $'\nlocked 1\n'
like '... and for Prometheus' "$(ctl stats prometheus)" $'\narppin_locked 1\n'
wait_for 10 event_is '.event == "locked"'
is '... an event' "$(event_count locked)" 1
like '... and dmesg' "$(kmsg_since)" 'arppin: locked: pins and guards can be added and strengthened only \(net [0-9]+\)'
is 'again: in JSON' "$(ctl -j lock)" '{"locked":true}'
is 'another namespace is not locked' "$(number_in "$(arppinctl -n gateway -j stats)" locked)" 0
is '... nor the initial one' "$(number_in "$(arppinctl -j stats)" locked)" 0

# --- pins
# shellcheck disable=SC2046 # words
{
	refused 'an enforced pin that audits' 'cannot become one that only audits' \
		pin replace $(pin $GATEWAY $GATEWAY_MAC) mode audit
	refused 'resident off' 'must stay resident' \
		pin replace $(pin $GATEWAY $GATEWAY_MAC,$SECOND_MAC) resident off
	refused 'another MAC' 'no link-layer address can be added' pin replace $(pin $GATEWAY $THIRD_MAC)
	refused 'one more MAC' 'no link-layer address can be added' \
		pin replace $(pin $GATEWAY $GATEWAY_MAC,$SECOND_MAC,$THIRD_MAC)
	refused 'another MAC of a pin that audits' 'no link-layer address can be added' \
		pin replace $(pin 192.0.2.3 $THIRD_MAC) mode audit
	refused '... also to enforce it' 'no link-layer address can be added' \
		pin replace $(pin 192.0.2.3 $THIRD_MAC)
	taken 'the same' pin replace $(pin $GATEWAY $GATEWAY_MAC,$SECOND_MAC)
	taken 'in another order' pin replace $(pin $GATEWAY $SECOND_MAC,$GATEWAY_MAC)
	taken 'one MAC less' pin replace $(pin $GATEWAY $GATEWAY_MAC)
	refused '... and not back' 'no link-layer address can be added' \
		pin replace $(pin $GATEWAY $GATEWAY_MAC,$SECOND_MAC)
	taken 'audit to enforce' pin replace $(pin 192.0.2.3 $GATEWAY_MAC)
	taken 'resident on' pin replace $(pin 192.0.2.4 $GATEWAY_MAC)
	ok '... is in force' pin_has '"resident":true' 192.0.2.4
	refused '... and not back' 'must stay resident' \
		pin replace $(pin 192.0.2.4 $GATEWAY_MAC) resident off
	refused 'a pin that is there' 'pinned already' pin add $(pin $GATEWAY $GATEWAY_MAC)
	taken 'a new pin' pin add $(pin 192.0.2.6 $SECOND_MAC)
	taken 'a new pin that audits, on a device without a guard' \
		pin add 192.0.2.6 dev none1 lladdr $SECOND_MAC mode audit
	refused 'a new pin that audits, with a limit of addresses' 'limit of addresses' \
		pin add $(pin 192.0.2.7 $SECOND_MAC) mode audit
	refused 'a new pin that audits, where unpinned ones are dropped' 'what the guard drops' \
		pin add 192.0.2.7 dev none0 lladdr $SECOND_MAC mode audit
	taken '... one that enforces' pin add 192.0.2.7 dev none0 lladdr $SECOND_MAC
}
refused 'pin del' "$cannot_remove" pin del $GATEWAY dev eth0
refused 'pin flush' "$cannot_remove" pin flush
refused 'pin flush of a device' "$cannot_remove" pin flush dev eth0
ok 'pin flush where there is none' ctl pin flush dev none9
refused 'to remove what is not there' 'not pinned on this device' pin del 192.0.2.99 dev eth0

# --- guards
refused 'unpinned accept' 'treated more kindly' guard set dev eth0 unpinned accept
refused 'unpinned audit' 'treated more kindly' guard set dev none0 unpinned audit
refused 'defend off' 'cannot be turned off' guard set dev none0 defend off
refused 'a higher limit' 'cannot be raised or removed' guard set dev eth0 addresses 9
refused 'no limit' 'cannot be raised or removed' guard set dev eth0 addresses off
refused 'stronger and weaker at once' 'cannot be raised or removed' \
	guard set dev eth0 unpinned drop addresses off
taken 'a lower limit' guard set dev eth0 addresses 4
taken 'defend on' guard set dev eth0 defend on
taken 'unpinned drop' guard set dev eth0 unpinned drop
taken 'a new guard' guard set dev none2 unpinned audit
is 'the guards are' "$(ctl save | grep guard)" 'guard set dev eth0 unpinned drop defend on addresses 4
guard set dev none0 unpinned drop defend on
guard set dev none2 unpinned audit'

# --- restore: as a whole or not at all
state > "$dir/now"
before=$(stat_number events)
ok 'restore of what is in force' ctl restore "$dir/now"
is '... changes nothing' "$(stat_number events)" "$before"
{ echo "pin add $(pin 192.0.2.8 $SECOND_MAC)"; grep -v 192.0.2.6 "$dir/now"; } > "$dir/less"
refused 'restore of more and less' "192.0.2.6 dev eth0: locked: $cannot_remove" restore "$dir/less"
{ echo "pin add $(pin 192.0.2.8 $SECOND_MAC)"; sed "s/$GATEWAY dev eth0 lladdr .. */&/; s/^pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC/pin add $GATEWAY dev eth0 lladdr $THIRD_MAC/" "$dir/now"; } > "$dir/other"
refused 'restore of another MAC: the line' "$dir/other:2: $GATEWAY dev eth0: locked: no link-layer" \
	restore "$dir/other"
grep -v 'guard set dev eth0' "$dir/now" > "$dir/unguarded"
refused 'restore without a guard' 'guard dev eth0: locked: unpinned addresses' restore "$dir/unguarded"
{ cat "$dir/now"; echo "pin add $(pin 192.0.2.9 $SECOND_MAC) mode audit"; } > "$dir/audit"
refused 'restore with a new pin that audits' 'what the guard drops' restore "$dir/audit"
refused 'restore of nothing' locked restore /dev/null
is '... none of them told an event' "$(stat_number events)" "$before"
like 'restore that is refused says so' "$(ctl restore "$dir/less" 2>&1)" 'nothing was changed$'
refused 'restore of less with a copy: the copy' locked restore "$dir/less" else "$dir/now"
{ cat "$dir/now"; echo "pin add $(pin 192.0.2.10 $SECOND_MAC)"
	echo "pin add 192.0.2.11 dev lo lladdr $SECOND_MAC"; } > "$dir/lo"
said=$(ctl restore "$dir/lo" 2>&1)
is 'what is refused for another reason' $? 2
like '... says why' "$said" 'not an Ethernet device'
like '... and what could not be undone' "$said" '1 changes could not be undone$'
ok '... which is there' pin_has 192.0.2.10 192.0.2.10
state > "$dir/now"
{ cat "$dir/now"; echo "pin add $(pin 192.0.2.8 $SECOND_MAC)"; } > "$dir/more"
fails 'restore confirm could not be undone' 3 ctl restore "$dir/more" confirm 60
is '... and changes nothing' "$(state)" "$(< "$dir/now")"
ok 'restore of more' ctl restore "$dir/more"
ok '... is in force' pin_has 192.0.2.8 192.0.2.8

# --- what it judges it still judges
ok 'a forged frame is dropped' protected
is 'one event was enough' "$(event_count locked)" 1
monitor_stop
is 'no pin was removed' "$(event_count pin-del)" 0
as_nobody() { on gateway setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$@"; }
fails 'nobody else may lock' 2 as_nobody "$ARPPINCTL" lock

# --- a restore that waits for its confirmation
in_gateway() { arppinctl -n gateway "$@"; }
echo "pin add $(pin $SERVER $SERVER_MAC)" > "$dir/pending"
in_gateway restore "$dir/pending" confirm 600 > "$dir/said"
fails 'lock while a restore may be undone' 3 in_gateway lock
like '... it says why' "$(in_gateway lock 2>&1)" 'a restore waits for its confirmation'
in_gateway confirm > "$dir/said"
ok '... and once it is confirmed' in_gateway lock
fails '... it is' 2 in_gateway pin flush

# --- a namespace's lock goes with it, and keeps nobody's module
ip netns add server2
arppinctl -n server2 lock > "$dir/said"
is 'a namespace without a pin is locked' "$(number_in "$(arppinctl -n server2 -j stats)" locked)" 1
# shellcheck disable=SC2016 # the other shell's
fails '... its guards as well, from the first on' 2 bash -c '
	"$ARPPINCTL" -n server2 guard set dev eth0 unpinned drop &&
	"$ARPPINCTL" -n server2 guard set dev eth0 unpinned accept'
ip netns del server2
topology_clean
topology
is 'a new namespace of that name is not locked' "$(stat_number locked)" 0
unload_arppin
ok 'the module goes' not grep -q '^arppin ' /proc/modules

# The host's ends with a module torn out, which switches lockdep off.
! is_slow || enough
# --- the host's
load_arppin
ip link add eth0 type veth peer name peer0
arppinctl pin add 192.0.2.1 dev eth0 lladdr $GATEWAY_MAC
kmsg_mark
ok 'lock of the host' arppinctl lock
ok '... again' arppinctl lock
like '... dmesg' "$(kmsg_since)" 'arppin: locked until reboot: .* the module stays'
is '... which says it once' "$(kmsg_since | grep -c locked)" 1
fails 'rmmod' 1 rmmod arppin
like '... says that it is in use' "$(rmmod arppin 2>&1)" 'in use'
fails 'modprobe -r' 1 modprobe -r arppin
is '... it stays, with its pin' "$(arppinctl save)" \
	"pin add 192.0.2.1 dev eth0 lladdr $GATEWAY_MAC mode enforce resident on"
fails '... which cannot be removed' 2 arppinctl pin flush
fails '... nor the module be replaced' 3 arppinctl module reload
# Debian's kernels let the module be torn out, as SECURITY.md says: for the next test.
ok 'rmmod -f' rmmod -f arppin
ip link del eth0
rm -rf "$dir"
done_testing
