# shellcheck shell=bash
# Sourced by the tests that tests/vm/run runs in a guest: TAP, waiting, and the
# segment of the incident of 2008:
#
#	namespace gateway        namespace server         namespace attacker
#	192.0.2.1                192.0.2.10               192.0.2.66
#	02:00:00:00:00:01        02:00:00:00:00:10        02:00:00:00:00:66
#	eth0                     eth0                     eth0
#	  | gateway0               | server0                | attacker0
#	--+------------------------+-- br0 -----------------+--------------
#
# Descriptions come first, so that a command can be the rest of the line:
#
#	topology
#	ok 'the gateway answers' on server ping -c1 $GATEWAY
#	is 'its address is in the cache' "$(cache_mac $GATEWAY)" $GATEWAY_MAC
#	done_testing
#
# What the topology and start() made is gone when the test ends, however it ends.

# These would rebuild the network of the machine that they run on.
[ "${ARPPIN_KO+set}" ] || { echo 'Bail out! runs in a guest only: tests/vm/run'; exit 1; }

# shellcheck disable=SC2034 # for the tests
{
	GATEWAY=192.0.2.1 GATEWAY_MAC=02:00:00:00:00:01
	SERVER=192.0.2.10 SERVER_MAC=02:00:00:00:00:10
	ATTACKER=192.0.2.66 ATTACKER_MAC=02:00:00:00:00:66
	SDEV=eth0 # the server's device that has the address, see topology()
	DEV=eth0  # the same of the gateway and of the attacker
}

# ARPPIN_BRIEF=yes: shorter attacks and fewer repetitions, for the many kernels that must
# all pass. The debug kernel is slow.
in_full() { [ -z "${ARPPIN_BRIEF:-}" ]; }
is_slow() { [ -e /proc/lockdep_stats ]; }
# brief FULL SHORT [SLOW]: one of these.
brief() {
	if in_full; then
		echo "$1"
	elif is_slow; then
		echo "${3:-$2}"
	else
		echo "$2"
	fi
}

# enough [COMMAND...]: what follows is about the tool more than about the module. One
# kernel is enough for that; with others a test ends there, after COMMAND.
enough() {
	! in_full || return 0
	"$@"
	done_testing
	exit
}

# Emulated, jq takes a fifth of a second to start, and this one a tenth of that. It
# sorts the members of objects; where their order matters there is `command jq`.
jq() { gojq "$@"; }

# --- TAP ---------------------------------------------------------------------

tap_count=0 tap_failed=0 tap_planned=

plan() { tap_planned=yes; echo "1..$1"; }
done_testing() { [ "$tap_planned" ] || plan $tap_count; }

# diag TEXT..., or standard input: comments in the TAP.
diag() {
	local text=$*
	[ $# -gt 0 ] || text=$(cat)
	echo "# ${text//$'\n'/$'\n'# }"
}

# point STATUS DESCRIPTION
point() {
	tap_count=$((tap_count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $tap_count - $2"
	else
		tap_failed=$((tap_failed + 1))
		echo "not ok $tap_count - $2"
		return 1
	fi
}

# ok DESCRIPTION COMMAND...: COMMAND succeeds.
ok() {
	local description=$1
	shift
	run "$@"
	point $? "$description"
}

# fails DESCRIPTION STATUS COMMAND...: COMMAND exits with STATUS.
fails() {
	local description=$1 expected=$2
	shift 2
	run "$@"
	is "$description" $? "$expected"
}

# is DESCRIPTION GOT EXPECTED
is() {
	[ "$2" = "$3" ]
	point $? "$1" || diag "got:      $2
expected: $3"
}

# like DESCRIPTION GOT REGEX (extended); unlike: the opposite.
like() {
	[[ $2 =~ $3 ]]
	point $? "$1" || diag "got:  $2
like: $3"
}
unlike() {
	[[ ! $2 =~ $3 ]]
	point $? "$1" || diag "got:    $2
unlike: $3"
}

bail_out() {
	echo "Bail out! $*"
	exit 1
}

# run COMMAND...: with the command and what it prints as comments; its status.
run() {
	local said status
	echo "# \$ $*"
	said=$("$@" 2>&1)
	status=$?
	[ -z "$said" ] || diag "$said"
	return $status
}

# --- waiting -------------------------------------------------------------------

# pause SECONDS: `sleep` without a process, of which each takes a twentieth of a
# second of CPU time, emulated. Nobody ever writes into that pipe.
exec {pause_pipe}<> <(:)
pause() { read -r -t "$1" -u "$pause_pipe"; }

# wait_for SECONDS COMMAND...: until COMMAND succeeds; fails when it never does.
# What takes long is asked less and less often.
wait_for() { poll "$1" 20 "${@:2}"; }
# stays SECONDS COMMAND...: COMMAND succeeds again and again for SECONDS.
stays() { ! poll "$1" 0 not "${@:2}"; }
# poll SECONDS PERCENT COMMAND...: each pause is PERCENT longer than the last, up to so
# many microseconds: who asks takes time from who is asked. At least ten times, however
# long it was not the guest's turn.
longest_gap=$(brief 500000 2000000)
poll() {
	local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000)) growth=$2 gap=50000 looks=0 seconds
	shift 2
	until "$@" > /dev/null 2>&1; do
		[ $((++looks)) -lt 10 ] || [ "${EPOCHREALTIME/[.,]/}" -lt $end ] || return 1
		printf -v seconds %d.%06d $((gap / 1000000)) $((gap % 1000000))
		pause "$seconds"
		gap=$((gap + gap * growth / 100))
		[ $gap -le "$longest_gap" ] || gap=$longest_gap
	done
}
not() { ! "$@"; }

# start COMMAND...: in the background, its number in $started; stop NUMBER:
# ends it. SIGKILL, because arpspoof repairs what it did when asked politely.
started_all=()
start() {
	echo "# \$ $* &"
	in_background=yes "$@" > "${start_log:-/dev/null}" 2>&1 & # see on()
	started=$!
	started_all+=("$started")
}
stop() {
	kill -KILL "$1" 2> /dev/null
	wait "$1" 2> /dev/null
}

# --- the kernel's messages -------------------------------------------------------

# kmsg_mark; ...; kmsg_since: the messages since the mark.
kmsg_mark() {
	kmsg_marks=$((${kmsg_marks:-0} + 1))
	echo "test: $0 mark $kmsg_marks" > /dev/kmsg
}
kmsg_since() {
	dmesg | awk -v mark="test: $0 mark $kmsg_marks" 'seen; index($0, mark) { seen = 1 }'
}

# --- the segment -----------------------------------------------------------------

# on NAMESPACE COMMAND...: with the /sys of the init namespace, because `ip netns exec`,
# which mounts the right one, takes several times as long.
on() {
	local namespace=$1
	shift
	# What runs there is a program, never a function of the shell.
	[ "$1" != arppinctl ] || set -- "$ARPPINCTL" "${@:2}"
	# By path: else busybox would take its own program of that name.
	case $1 in
	*/*) ;;
	*) if [ -x "/usr/sbin/$1" ]; then set -- "/usr/sbin/$1" "${@:2}"; else set -- "/usr/bin/$1" "${@:2}"; fi ;;
	esac
	${in_background:+exec} busybox nsenter --net="/run/netns/$namespace" "$@"
}

# port NAMESPACE DEVICE MAC: a cable from DEVICE in NAMESPACE to the bridge.
port() {
	local cable=$1${2#eth}
	ip -batch - <<-END
		link add $cable type veth peer name $2 netns $1 address $3
		link set $cable master br0 up
	END
	ip -n "$1" link set "$2" up
	wait_for 60 forwards "$cable" || bail_out "the segment's port $cable does not forward"
}
forwards() { [ "$(< "/sys/class/net/$1/brport/state")" = 3 ]; }

# topology [veth|vlan|bond|bridge|macvlan]: builds the segment; the server's
# address is on a device of that kind, whose name is then in $SDEV. With vlan
# all three hosts speak VLAN 5 over their eth0 ($DEV and $SDEV are eth0.5).
topology() {
	local kind=${1:-veth} namespace device
	echo "# topology $kind"
	ip -batch - <<-END
		link add br0 type bridge mcast_snooping 0
		netns add gateway
		netns add server
		netns add attacker
	END
	echo 1 > /proc/sys/net/ipv6/conf/br0/disable_ipv6
	ip link set br0 up
	for namespace in gateway server attacker; do
		# arping -s takes any address
		on $namespace busybox sh -c 'cd /proc/sys/net
			echo 1 > ipv6/conf/all/disable_ipv6
			echo 1 > ipv6/conf/default/disable_ipv6
			echo 1 > ipv4/ip_nonlocal_bind
			exec busybox ip link set lo up'
	done
	port gateway eth0 $GATEWAY_MAC
	port attacker eth0 $ATTACKER_MAC

	DEV=eth0 SDEV=eth0
	case $kind in
	veth)
		port server eth0 $SERVER_MAC ;;
	vlan)
		port server eth0 $SERVER_MAC
		DEV=eth0.5 SDEV=eth0.5
		for namespace in gateway server attacker; do
			ip -n $namespace link add link eth0 name eth0.5 type vlan id 5
		done ;;
	bond)
		SDEV=bond0
		ip -n server link add bond0 address $SERVER_MAC type bond mode active-backup miimon 50
		for device in eth0 eth1; do
			port server $device 02:00:00:00:01:1${device#eth}
			ip -n server link set $device down # or it cannot be enslaved
			ip -n server link set $device master bond0
		done ;;
	bridge)
		SDEV=br0
		port server eth0 02:00:00:00:01:10
		ip -n server link add br0 address $SERVER_MAC type bridge mcast_snooping 0
		ip -n server link set eth0 master br0 ;;
	macvlan)
		SDEV=macvlan0
		port server eth0 02:00:00:00:01:10
		# Or it answers as well, and arpspoof sends to who answers first.
		on server busybox sh -c 'echo 1 > /proc/sys/net/ipv4/conf/eth0/arp_ignore'
		ip -n server link add link eth0 name macvlan0 address $SERVER_MAC type macvlan mode bridge ;;
	*)
		bail_out "no topology $kind" ;;
	esac

	address gateway "$DEV" $GATEWAY
	address attacker "$DEV" $ATTACKER
	address server "$SDEV" $SERVER
	ip -n server route add default via $GATEWAY
	wait_for 10 on server ping -c1 -W1 $GATEWAY || bail_out "the segment does not work ($kind)"
}
address() { # NAMESPACE DEVICE ADDRESS
	ip -n "$1" -batch - <<-END
		link set $2 up
		address add $3/24 dev $2
	END
}

topology_clean() {
	local namespace pid cable
	[ "$(type -t forge_end)" != function ] || forge_end # or it keeps its namespace
	for namespace in gateway server attacker; do
		[ -e /run/netns/$namespace ] || continue
		for pid in $(ip netns pids $namespace); do # children of who was killed
			kill -KILL "$pid" 2> /dev/null
		done
		ip netns del $namespace
	done
	# The kernel takes a namespace's devices away later, and these with them.
	for cable in $(ip -br link show type veth | cut -d@ -f1); do
		ip link del "$cable" 2> /dev/null
	done
	wait_for 10 no_cables || diag "devices that stay: $(ip -br link show type veth)"
	[ ! -e /sys/class/net/br0 ] || ip link del br0
}
no_cables() { [ -z "$(ip link show type veth)" ]; }

# cache_mac ADDRESS [DEVICE]: what the server's neighbour cache says, or `none`.
cache_mac() {
	local entry
	entry=$(ip -n server neigh show "$1" dev "${2:-$SDEV}")
	if [[ $entry =~ lladdr\ ([0-9a-f:]+) ]]; then echo "${BASH_REMATCH[1]}"; else echo none; fi
}
# cache_is ADDRESS MAC [DEVICE], for wait_for and stays.
cache_is() { [ "$(cache_mac "$1" "${3:-$SDEV}")" = "$2" ]; }

# ping_start: the server pings the gateway until ping_stop, which prints how many
# got no answer (the one still under way at the end does not count).
ping_start() {
	ping_log=$(mktemp)
	start_log=$ping_log start on server ping -O -i 0.2 "${1:-$GATEWAY}"
	ping_pid=$started
	# Before that it ignores the signal that ends it, as all in the background do.
	wait_for 60 grep -q icmp_seq "$ping_log" || bail_out 'no pings'
}
ping_stop() {
	kill -INT "$ping_pid"
	wait "$ping_pid"
	awk 'match($0, /icmp_seq=[0-9]+/) {
		number = substr($0, RSTART, RLENGTH)
		seen[number]
		if (/bytes from/) answered[number]
	}
	END { print length(seen) ? length(seen) - length(answered) : "all" }' "$ping_log"
	rm "$ping_log"
}

# --- arppin ----------------------------------------------------------------------

load_arppin() { run insmod "$ARPPIN_KO" "$@" || bail_out "the module does not load"; }
unload_arppin() { run rmmod arppin || bail_out "the module does not go"; }
arppinctl() { "$ARPPINCTL" "$@"; }

# --- the end ---------------------------------------------------------------------

# The neighbour tables of all namespaces share these, and so do all tests in a VM.
neigh_defaults=$(sysctl net.ipv4.neigh.default.{base_reachable_time_ms,gc_interval,gc_thresh1,gc_thresh2,gc_thresh3} |
	tr -d ' ')

test_end() {
	local status=$? pid
	for pid in "${started_all[@]}"; do
		stop "$pid"
	done
	topology_clean
	# shellcheck disable=SC2086 # words
	sysctl -qw $neigh_defaults || status=1
	[ ! -e /sys/module/arppin ] || wait_for 20 rmmod arppin || status=1
	[ $status != 0 ] || [ $tap_failed = 0 ] || status=1
	exit $status
}
trap test_end EXIT
