#!/bin/bash
# An attack with dsniff's arpspoof is told before its second frame is sent. How
# long it takes is for tests/bench/latency: here only the order counts.
# weight: 15
. tests/vm/lib.sh
. tests/vm/pins.sh

load_arppin
topology
ok 'the gateway answers' on server ping -c1 -W5 $GATEWAY
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC

# Each line of the monitor after the time at which it has been read. By the clock
# that tcpdump has as well.
told=$(mktemp) pipe=$(mktemp -u) sent=$(mktemp)
mkfifo "$pipe"
while read -r line; do echo "$EPOCHREALTIME $line"; done < "$pipe" > "$told" &
start_log=$pipe start on server arppinctl -j monitor
is_told() { grep -q "$1" "$told"; }
ok 'the monitor listens' wait_for 10 is_told listening
# Of what the attacker sends, the frames that claim the gateway's address.
start_log=$sent start on attacker tcpdump -i eth0 -Q out -l -nn -tt \
	"arp src host $GATEWAY and ether src $ATTACKER_MAC"
is_capturing() { grep -q 'listening on' "$sent"; }
ok 'tcpdump listens' wait_for 20 is_capturing
frames() { awk '/ARP/ { print $1 }' "$sent"; }
has_frames() { [ "$(frames | wc -l)" -ge "$1" ]; }

start on attacker arpspoof -i eth0 -t $SERVER $GATEWAY
ok 'arpspoof sends a second frame' wait_for 60 has_frames 2
ok 'an incident is told' wait_for 10 is_told incident-start
mapfile -t sent_at < <(frames)
told_at=$(awk '/"incident-start"/ { print $1; exit }' "$told")
microseconds() { echo "${1/[.,]/}"; }
told_us=$(microseconds "$told_at") first_us=$(microseconds "${sent_at[0]}")
second_us=$(microseconds "${sent_at[1]}")
ok 'its line could be read before the second frame was sent' test "$told_us" -lt "$second_us"
ok '... and after the first' test "$told_us" -gt "$first_us"
diag "after the first frame: the line $((told_us - first_us)) us, the second frame" \
	"$((second_us - first_us)) us"
is '... and it is told of the first frame' \
	"$(sed -n 's/^[^ ]* {/{/p' "$told" | jq -rc 'select(.event == "incident-start").incident |
		[.lladdr, .dropped]')" "[\"$ATTACKER_MAC\",1]"
rm "$pipe" "$told" "$sent"

done_testing
