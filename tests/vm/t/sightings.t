#!/bin/bash
# Who has been seen to use which address: learned from what neighbours say of
# themselves, from nothing else, and bounded.
# weight: 25
. tests/vm/lib.sh
. tests/vm/pins.sh

MAC=02:00:00:00:00:7 # and one more digit
# seen [WORD...]: the sightings as `ADDRESS MAC`.
seen() { ctl -j sighting show "$@" | jq -r '.[] | "\(.addr) \(.lladdr)"'; }
sighted() { [ "$(seen lladdr "$1")" = "$2 $1" ]; }
one() { ctl -j sighting show lladdr "$1" | jq "if length == 1 then .[0].$2 else empty end"; }
refused() { stat_number sightings_refused; }
# count_is NUMBER DIFFERENCE: so many sightings, and so many more refused.
count_is() { [ "$(stat_number sightings)" = "$1" ] && [ "$(($(refused) - refused_before))" = "$2" ]; }

load_arppin
topology
# With the server's MAC as source the attacker would take its cable over as well.
ip link set attacker0 type bridge_slave learning off
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC

echo '# learned'
on gateway arping -q -U -c1 -I eth0 $GATEWAY
ok 'from the pinned gateway' sighted $GATEWAY_MAC $GATEWAY
forge sha=${MAC}1 spa=192.0.2.71
ok 'from a request to us' sighted ${MAC}1 192.0.2.71
forge sha=${MAC}2 spa=192.0.2.72 tpa=192.0.2.200
ok 'from a request to somebody else' sighted ${MAC}2 192.0.2.72
forge sha=${MAC}3 spa=192.0.2.73 op=reply dst=$SERVER_MAC
ok 'from a reply' sighted ${MAC}3 192.0.2.73
forge sha=${MAC}4 spa=192.0.2.74 tpa=192.0.2.74
ok 'from an announcement' sighted ${MAC}4 192.0.2.74
forge sha=${MAC}5 spa=192.0.2.75 tpa=192.0.2.75 op=reply
ok 'from a gratuitous reply' sighted ${MAC}5 192.0.2.75
is 'in the order in which they were first seen' "$(seen | cut -d' ' -f1 | xargs)" \
	"$GATEWAY 192.0.2.71 192.0.2.72 192.0.2.73 192.0.2.74 192.0.2.75"

first=$(one ${MAC}1 first_ns) last=$(one ${MAC}1 last_ns)
sleep 2.5
forge sha=${MAC}1 spa=192.0.2.71
is 'seen again: first stays' "$(one ${MAC}1 first_ns)" "$first"
ok '... and last advances' test $(($(one ${MAC}1 last_ns) - last)) -gt 1000000000
ok '... to now' test $(($(date +%s%N) - $(one ${MAC}1 last_ns))) -lt 30000000000
ok 'who was not seen again stays where he was, to the second' \
	test $(($(one ${MAC}2 last_ns) - $(one ${MAC}2 first_ns))) -lt 1000000000

echo '# not learned'
before=$(seen) refused_before=$(refused)
forge sha=${MAC}6 spa=0.0.0.0 tpa=192.0.2.76 # a probe
forge sha=${MAC}6                            # a conflict
forge sha=${MAC}6 spa=$SERVER tpa=$SERVER    # an address of ours
forge sha=${MAC}6 spa=192.0.2.76 src=${MAC}7 # not in a frame of its own
forge sha=$SERVER_MAC spa=192.0.2.76 src=${MAC}7
forge sha=$SERVER_MAC spa=$SERVER tpa=$GATEWAY # our own frame
forge sha=$SERVER_MAC spa=0.0.0.0 tpa=192.0.2.76
forge sha=01:00:5e:00:00:01 spa=192.0.2.76
forge sha=ff:ff:ff:ff:ff:ff spa=192.0.2.76
forge sha=00:00:00:00:00:00 spa=192.0.2.76
for spa in 0.0.0.1 127.0.0.1 224.0.0.1 240.0.0.1 255.255.255.255; do
	forge sha=${MAC}6 spa=$spa
done
ctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC mode audit
forge sha=${MAC}6                            # let pass, but a conflict
ctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC
is 'from probes, conflicts, our own addresses and frames, frames of others, and what cannot be' \
	"$(seen)" "$before"
is '... nor is it told as refused' "$(refused)" "$refused_before"

echo '# devices'
port server eth1 02:00:00:00:00:11
ctl guard set dev eth1 unpinned audit
ctl pin add 198.51.100.1 dev eth1 lladdr $GATEWAY_MAC
forge sha=${MAC}8 spa=192.0.2.78
is 'what is seen at two devices is seen twice' "$(seen lladdr ${MAC}8 | wc -l)" 2
is '... once at each' "$(ctl -j sighting show dev eth1 | jq -r '.[] | .dev, .addr' | xargs)" 'eth1 192.0.2.78'
is 'by device' "$(seen dev eth0 | wc -l)" 7
is 'by device and MAC' "$(seen dev eth0 lladdr ${MAC}8)" "192.0.2.78 ${MAC}8"
is 'nobody' "$(seen dev none0) $(seen lladdr ${MAC}9)" ' '
ctl pin del 198.51.100.1 dev eth1
is 'without its pin a guarded device keeps them' "$(seen dev eth1 | wc -l)" 1
ctl guard set dev eth1 unpinned accept
is 'without its guard too it forgets' "$(seen dev eth1)" ''
is '... and no other device does' "$(seen dev eth0 | wc -l)" 7

echo '# bounds'
refused_before=$(refused)
forge sha=${MAC}9 spa=10.0.0.0/8 count=100 tpa=192.0.2.200 dst=$SERVER_MAC
ok '64 addresses of one MAC, and the other 36 are counted' count_is 71 36
is '... the first 64' "$(seen lladdr ${MAC}9 | cut -d' ' -f1 | sed -n '1p;$p' | xargs)" '10.0.0.0 10.0.0.63'
forge sha=${MAC}9 spa=10.0.0.63 tpa=192.0.2.200 dst=$SERVER_MAC
ok '... one of which is not refused again' count_is 71 36
for _ in 1 2; do
	sleep 1.5
	forge sha=${MAC}9 spa=10.0.0.0/8 count=64 tpa=192.0.2.200 dst=$SERVER_MAC
done
is '... and each is seen again' "$(ctl -j sighting show lladdr ${MAC}9 |
	jq 'map(select(.last_ns - .first_ns >= 2000000000)) | length')" 64
forge sha=random count=5000 spa=10.0.0.0/8 tpa=192.0.2.200 dst=$SERVER_MAC
ok '4,096 in all, and the others are counted' count_is 4096 $((36 + 5000 - (4096 - 71)))
is '... and each is shown once' "$(seen | sort -u | wc -l)" 4096
is 'who was there before still is' "$(seen dev eth0 | head -n 7 | cut -d' ' -f1 | xargs)" \
	"$GATEWAY 192.0.2.71 192.0.2.72 192.0.2.73 192.0.2.74 192.0.2.75 192.0.2.78"
last=$(one ${MAC}1 last_ns)
sleep 1.5
forge sha=${MAC}1 spa=192.0.2.71
ok '... and is seen again' test $(($(one ${MAC}1 last_ns) - last)) -gt 500000000
ctl pin flush
is 'without a pin nobody is known' "$(stat_number sightings)" 0
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
is '... nor later' "$(seen)" ''
forge sha=${MAC}1 spa=192.0.2.71
ok '... but from now on' sighted ${MAC}1 192.0.2.71
done_testing
