#!/bin/bash
# arppinctl explain: of each frame that tcpdump sees arrive it says what the
# kernel has done with it, as the kernel's counters tell.
# weight: 25
. tests/vm/attacks.sh

capture=/tmp/explain.pcap

# explained FILTER: jq's FILTER of what explain says of the capture; asked once when
# that is whole.
judged=''
explained() { jq -rc "$1" <<< "${judged:-$(ctl -j explain pcap $capture dev eth0)}"; }

# capture_start, capture_stop: what reaches the server's device.
capture_start() {
	capture_log=$(mktemp)
	start_log=$capture_log start on server tcpdump -i eth0 -Q in -U --immediate-mode -w $capture
	capture_pid=$started
	wait_for 10 grep -q 'listening on' "$capture_log" || bail_out 'tcpdump does not listen'
}
capture_stop() {
	kill -INT "$capture_pid"
	wait "$capture_pid"
}

# counted: ADDRESS ACCEPTED DROPPED PASSED NOTICED of each pin, of the guard and
# of all, and the frames without a claim; each what it was above $before.
counted() {
	{
		ctl -j pin show | jq -c '.[] | [.addr, .counters]'
		ctl -j guard show | jq -c '.[] | ["guard", .counters]'
		ctl -j stats | jq -c '["all", .claims], ["ignored", { accepted: .ignored }]'
	} | jq -r '[.[0], (.[1] | .accepted, .dropped // 0, .passed // 0, .noticed // 0)] | join(" ")'
}
since() { # BEFORE NOW
	awk 'NR == FNR { for (i = 2; i <= NF; i++) was[$1, i] = $i; next }
	{ for (i = 2; i <= NF; i++) $i -= was[$1, i]; if ($2 + $3 + $4 + $5) print }' "$1" "$2" | sort
}
# The same of the frames of the capture, by what explain says of each.
explained_counts() {
	# shellcheck disable=SC2016 # those are variables of jq's
	explained '
		def counts: map(.counter) | . as $all |
			["accepted", "dropped", "passed", "noticed"] |
			map(. as $name | $all | map(select(. == $name)) | length) | join(" ");
		[.frames[] | select(.variant)] as $claims |
		($claims | map(select(.pin)) | group_by(.pin)[] | "\(.[0].pin) \(counts)"),
		($claims | map(select(.pin | not)) | "guard \(counts)"),
		"all \($claims | counts)",
		"ignored \(.summary.ignored) 0 0 0"' | grep -v ' 0 0 0 0$' | sort
}

topology
bridge link set dev attacker0 learning off # some have somebody else's source
frames_start
frames_ask rows
for row in $REPLY; do
	IFS=/ read -r -a fields <<< "$row"
	add_row "${fields[@]}"
done
load_arppin
pins=$(mktemp) before=$(mktemp) after=$(mktemp)
{
	echo "pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC resident off"
	for name in "${names[@]}"; do
		mode=enforce
		[ "${verdict[$name]}" != pass ] || mode=audit
		echo "pin add ${address[$name]} dev eth0 lladdr $GATEWAY_MAC mode $mode resident off"
	done
	echo "guard set dev eth0 unpinned audit addresses 3"
} > "$pins"
ctl restore "$pins" || bail_out 'cannot pin'
# The same frames for both: none between the two beginnings.
for ((try = 0; try < 20; try++)); do
	capture_start
	counted > "$before"
	[ "$(explained .summary.frames)" != 0 ] || break
	capture_stop
done

frames_ask once "${names[@]}"
frames_ask once "${names[@]}"
forge count=2 # the gateway's, a request to us
forge spa=192.0.2.98 count=3
forge op=reply spa=192.0.2.97 dst=$SERVER_MAC
on gateway tests/vm/arp.py eth0 op=reply sha=$GATEWAY_MAC dst=$SERVER_MAC > /dev/null
forge spa=$SERVER count=2 # the server's own
# One MAC and more addresses than the guard allows; the first is claimed again.
for address in 10 11 12 13 14 10; do
	forge op=reply sha=02:00:00:00:00:88 spa=198.51.100.$address dst=$SERVER_MAC
done
# What claims nothing, and what does not get there.
forge op=3
forge hrd=32
forge pro=0x86dd
forge op=reply spa=0.0.0.0
forge hln=8 count=2
forge dst=02:00:00:00:00:77
forge type=0x88b5 count=4
on server ping -c1 -W5 $GATEWAY > /dev/null
ip -n gateway link set eth0 arp off # it neither asks nor answers any more

all_there() { [ "$(explained '[.frames[] | select(.source == "'$ATTACKER_MAC'")] | length')" -ge 15 ]; }
wait_for 20 all_there || bail_out "frames are missing: $(explained .summary)"
capture_stop
counted > "$after"
judged=$(ctl -j explain pcap $capture dev eth0)
is 'each pin and the guard counted what explain says of its frames' \
	"$(explained_counts)" "$(since "$before" "$after")"
declare -A told_of
while read -r addr words; do
	told_of[$addr]+="${told_of[$addr]:+, }$words"
done < <(explained '.frames[] | select(.addr and .incident) |
	"\(.addr) \(.verdict) \(.incident) \(.lladdr) \(.source) \(.variant)"')
for name in "${names[@]}"; do
	case ${verdict[$name]} in drop) word=drop ;; *) word=told ;; esac
	row="$word ${incident[$name]} ${lladdr[$name]} ${source[$name]} ${variant[$name]}"
	is "$name: $word, and rightly named" "${told_of[${address[$name]}]}" "$row, $row"
done
is 'one MAC of many addresses' \
	"$(explained '[.frames[] | select(.lladdr == "02:00:00:00:00:88").rule] | join(" ")')" \
	'guard-unpinned guard-unpinned guard-unpinned guard-addresses guard-addresses guard-unpinned'
is "the server's own address" \
	"$(explained '[.frames[] | select(.addr == "'$SERVER'") | "\(.verdict) \(.rule)"] | join(", ")')" \
	'told own-address, told own-address'
is 'what was not delivered' "$(explained '[.frames[] | select(.source == "'$ATTACKER_MAC'") |
	select(.verdict == "undelivered").rule] | group_by(.) | map("\(.[0]) \(length)") | join(", ")')" 'malformed 2, other-host 1'
is 'what claims nothing' "$(explained '[.frames[] | select(.rule == "no-claim") |
	"\(.flaw) \(.value)"] | join(", ")')" \
	'operation 3, hardware-type 32, protocol-type 34525, sender null'
like 'text: a pin decides' "$(ctl explain pcap $capture)" \
	" $GATEWAY claimed by $ATTACKER_MAC \(request-to-us\): drop: pin $GATEWAY dev eth0"$'\n'
like 'text: the guard decides' "$(ctl explain pcap $capture)" \
	' 192.0.2.97 claimed by .* \(reply\): told: guard dev eth0 unpinned audit'$'\n'
is 'the standard input gives the same' "$(ctl explain pcap - < $capture)" "$(ctl explain pcap $capture)"

fails 'a device that is not there' 1 ctl explain pcap $capture dev eth9
ctl pin add $GATEWAY dev eth9 lladdr $GATEWAY_MAC
fails 'two devices, and none is named' 1 ctl explain pcap $capture
like '... which they are' "$(ctl explain pcap $capture 2>&1)" '\(eth0, eth9\)$'
fails 'pins of a device that is not there' 1 ctl explain pcap $capture dev eth9
rm "$pins" "$before" "$after"
done_testing
