#!/bin/bash
# Evidence: incidents, sightings and reports say what the attacker did.
# weight: 22
. tests/vm/lib.sh
. tests/vm/pins.sh

scratch=$(mktemp -d)
load_arppin
topology bridge
ctl pin add $GATEWAY dev "$SDEV" lladdr $GATEWAY_MAC
now_ns() { echo $((${EPOCHREALTIME/[.,]/} * 1000)); }
incident() { ctl -j incident show | jq -c "[.[] | select($1)] | last"; }
# What was counted or seen since is another matter: of the same incident, twice.
settled='del(.pin.counters, .since_last, .last, .last_ns, .sightings[].last, .sightings[].last_ns)'
# member JSON FILTER...: the values, on one line.
member() { jq -r "[$2] | map(tostring) | join(\" \")" <<< "$1"; }

is 'no incident yet' "$(ctl -j incident show)$(ctl incident show)" '[]'
on attacker ping -c1 -W1 $SERVER > /dev/null
ok 'the attacker is sighted' wait_for 10 eval "ctl sighting show | grep -q '^$ATTACKER dev $SDEV lladdr $ATTACKER_MAC first '"
sightings=$(ctl -j sighting show lladdr $ATTACKER_MAC)
is '... in JSON as well' "$(member "$sightings" '.[] | .addr, .dev, .lladdr')" "$ATTACKER $SDEV $ATTACKER_MAC"
is '... on its device' "$(ctl -j sighting show lladdr $ATTACKER_MAC dev "$SDEV" | jq -c '.[].first')" \
	"$(jq -c '.[].first' <<< "$sightings")"
is '... and on no other' "$(ctl -j sighting show lladdr $ATTACKER_MAC dev none0)" '[]'
is '... the gateway is not meant' "$(ctl sighting show lladdr $ATTACKER_MAC | grep -c $GATEWAY_MAC)" 0

# --- one offender, two MACs ---------------------------------------------------------

before=$(now_ns)
forge op=reply src=02:00:00:00:00:67 tha=$SERVER_MAC count=3
forge src=02:00:00:00:00:67 count=2
after=$(now_ns)
has_port() { ctl incident show | grep -q '^    live .* port eth0$'; }
ok 'the port is found' wait_for 10 has_port
incident=$(incident '.kind == "conflict"')
is 'who' "$(member "$incident" '.dev, .addr, .lladdr, .source, .port')" \
	"$SDEV $GATEWAY $ATTACKER_MAC 02:00:00:00:00:67 eth0"
is 'how often, and how' "$(member "$incident" '.dropped, .passed, .variants[]')" '5 0 reply request-to-us'
is 'since when' "$(jq ".start_ns >= $before and .start_ns <= .last_ns and .last_ns <= $after" <<< "$incident")" true
is 'it goes on' "$(member "$incident" '.live, .end')" 'true null'
is 'who it is' "$(member "$incident" '.sightings_total, (.sightings[] | .addr, .lladdr)')" \
	"1 $ATTACKER $ATTACKER_MAC"
is 'against which pin' "$(member "$incident" '.pin | .addr, .lladdr[], .mode')" "$GATEWAY $GATEWAY_MAC enforce"
frame="ffffffffffff02000000006708060001080006040002020000000066c0000201020000000010c000020a$(printf '0%.0s' {1..36})"
is 'the first frame' "$(member "$incident" '.frame, .frame_len')" "$frame 60"

id=$(member "$incident" .id)
# All at once, while it goes on.
shown=$(ctl -j incident show "$id") text=$(ctl incident show "$id") json=$(ctl -j incident report "$id")
is 'incident show ID' "$(jq -c ".[] | $settled" <<< "$shown")" \
	"$(jq -c "$settled" <<< "$incident")"
like 'as text' "$text" "^$id conflict $SDEV: $GATEWAY claimed by $ATTACKER_MAC \\(also $ATTACKER\\) in a frame from 02:00:00:00:00:67, pinned to $GATEWAY_MAC: dropped \\(reply,request-to-us\\)
    live start [-0-9]{10} [:.0-9]{12}\\+0000 last [-0-9]{10} [:.0-9]{12}\\+0000 dropped 5 passed 0 port eth0
    $ATTACKER_MAC also seen as $ATTACKER \\(since [-:.+ 0-9]{28}, last [-:.+ 0-9]{28}\\)\$"
said=$(ctl incident show 4711 2>&1)
is 'no such incident: exit status' $? 2
like '... which is said' "$said" 'no such incident'

# --- the report ---------------------------------------------------------------------

ok 'a report and a capture' eval "ctl incident report $id pcap $scratch/frame.pcap > $scratch/report"
report=$(< "$scratch/report")
diag "$report"
# says NAME VALUE: a fact of the report.
says() { is "the report: $1" "$(sed -n "s/^  $1  *//p" "$scratch/report")" "$2"; }
says 'IP address' $GATEWAY
says claimed "for MAC address $ATTACKER_MAC"
says 'in frames sent by' 'MAC address 02:00:00:00:00:67 (that a switch sees)'
says 'belongs to' "MAC address $GATEWAY_MAC"
says 'coming in at port' "eth0 of $SDEV"
says packets '5: 5 refused by this host, 0 let in'
says 'has also been seen as' "$ATTACKER, MAC address $ATTACKER_MAC"
says 'reported by' "host $(hostname), device $SDEV, MAC address $SERVER_MAC"
says 'which has' $SERVER
# jq's numbers are not wide enough for nanoseconds.
start=$(member "$incident" .start) fraction=${start:20:9} start=$(date -d "${start:0:19}Z" +%s)
start_text() { TZ=$1 date -d "@$start" "+%F %T.${fraction:0:3}$2"; }
says 'first packet' "$(start_text UTC +0000) ($(start_text UTC ' UTC'))"
is 'the report: the frame' "$(sed -n 's/^  00[0-9a-f]0  //p' "$scratch/report" | tr -d ' \n')" "$frame"
is 'local time has its zone' "$(TZ=CET-1 ctl incident report "$id" | sed -n 's/^  first packet  *//p')" \
	"$(start_text CET-1 +0100) ($(start_text UTC ' UTC'))"

is 'tcpdump reads the capture' "$(tcpdump -r "$scratch/frame.pcap" -entt --nano 2> "$scratch/log")" \
	"$start.$fraction 02:00:00:00:00:67 > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 60: Reply $GATEWAY is-at $ATTACKER_MAC, length 46" ||
	diag "$(< "$scratch/log")"
is '... byte for byte' "$(tcpdump -r "$scratch/frame.pcap" -nxx 2> /dev/null |
	sed -n 's/^\t0x[0-9a-f]*://p' | tr -d ' \n')" "$frame"
is 'in JSON' "$(member "$json" '.host, .dev, .dev_lladdr, .dev_addrs[], .incident.id')" \
	"$(hostname) $SDEV $SERVER_MAC $SERVER $id"
is '... with the incident as it is shown' "$(jq -c ".incident | $settled" <<< "$json")" \
	"$(jq -c "$settled" <<< "$incident")"

ok 'a capture that exists is replaced' eval "ctl incident report $id pcap $scratch/frame.pcap > /dev/null"
is '... and nothing is left beside it' "$(echo "$scratch"/frame.pcap*)" "$scratch/frame.pcap"
mkdir "$scratch/folder"
for file in "$scratch/folder" "$scratch/none/frame.pcap" /proc/frame.pcap; do
	said=$(ctl incident report "$id" pcap "$file" 2> "$scratch/log")
	is "$file: exit status" $? 1
	like "$file: why, and no report" "$said$(< "$scratch/log")" "^arppinctl: cannot write \"$file\": "
done
is '... and no file' "$(ls "$scratch/folder")" ''

enough
# --- ended --------------------------------------------------------------------------

# The one above may have had its quiet minute by now.
forge src=02:00:00:00:00:67
ok 'the port is found again' wait_for 10 has_port
id=$(member "$(incident .live)" .id)
before=$(now_ns)
ctl pin del $GATEWAY dev "$SDEV"
after=$(now_ns)
incident=$(incident ".id == $id")
is 'it has ended' "$(jq ".live == false and .end_ns >= $before and .end_ns <= $after" <<< "$incident")" true
is '... and is as it was' "$(member "$incident" '.port, .pin.lladdr[], (.sightings[] | .addr)')" \
	"eth0 $GATEWAY_MAC $ATTACKER"
like '... in text' "$(ctl incident show "$id")" $'\n    ended [-0-9]{10} [:.0-9]{12}\+0000 start '
like '... and in the report' "$(ctl incident report "$id")" $'\n  taken for over at      [-0-9]{10} '

# --- every kind ---------------------------------------------------------------------

ctl pin add $GATEWAY dev "$SDEV" lladdr $GATEWAY_MAC
ctl guard set dev "$SDEV" unpinned audit
forge sha=02:00:00:00:00:70 spa=0.0.0.0 tpa=$GATEWAY
forge sha=$GATEWAY_MAC src=02:00:00:00:00:71
forge sha=02:00:00:00:00:72 spa=192.0.2.72
forge sha=02:00:00:00:00:73 spa=$SERVER
ctl guard set dev "$SDEV" unpinned accept addresses 2
forge sha=02:00:00:00:00:74 spa=192.0.2.81
forge sha=02:00:00:00:00:74 spa=192.0.2.82
forge sha=02:00:00:00:00:74 spa=192.0.2.83
shown=$(ctl incident show)
# kind NAME REGEX: an incident of this kind is shown so, and reported.
kind() {
	local line
	line=$(grep "^[0-9]* $1 " <<< "$shown")
	like "$1" "${line#* }" "^$1 $SDEV: $2\$"
	like "$1: a report" "$(ctl incident report "${line%% *}")" "incident ${line%% *}"$'\n.*Please find '
}
kind probe "$GATEWAY probed by 02:00:00:00:00:70, pinned to $GATEWAY_MAC: passed \\(probe\\)"
kind foreign-source "$GATEWAY claimed by $GATEWAY_MAC.* in a frame from 02:00:00:00:00:71, pinned to $GATEWAY_MAC: passed .*"
kind unpinned "192.0.2.72 claimed by 02:00:00:00:00:72( \\(also .*\\))?, unpinned: passed .*"
kind own-address "$SERVER claimed by 02:00:00:00:00:73( \\(also .*\\))?, an address of this host: passed .*"
kind many-addresses "192.0.2.83 claimed by 02:00:00:00:00:74 \\(also 192.0.2.81, 192.0.2.82\\), more than 2 addresses: dropped .*"

# --- guards -------------------------------------------------------------------------

ctl guard set dev "$SDEV" defend on
is 'what a change does not name stays' "$(ctl guard show dev "$SDEV" | head -n 1)" \
	"dev $SDEV unpinned accept defend on addresses 2"
is '... in JSON' "$(ctl -j guard show | jq -c '.[] | [.unpinned, .defend, .addresses]')" '["accept",true,2]'
ctl save > "$scratch/saved"
like 'save' "$(< "$scratch/saved")" "
guard set dev $SDEV unpinned accept defend on addresses 2\$"
ok 'restore' ctl restore - <<< "guard set dev $SDEV defend on"
is '... makes the default of what it does not name' "$(ctl save)" "guard set dev $SDEV unpinned accept defend on"
ctl restore "$scratch/saved"
is 'save | restore | save' "$(ctl save)" "$(< "$scratch/saved")"
ctl guard set dev "$SDEV" defend off addresses off
is 'the default is not listed' "$(ctl -j guard show)" '[]'
done_testing
