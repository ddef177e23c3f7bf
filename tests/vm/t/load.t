#!/bin/bash
# A load that fails at its last step undoes the others: the same module under another
# name, which finds the name of its netlink family taken. The first goes on.
# weight: 15
. tests/vm/lib.sh
. tests/vm/pins.sh

dropped_is() { [ "$(pin_number dropped)" = "$1" ]; }

load_arppin
topology
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
ctl guard set dev eth0 unpinned audit
before=$(ctl save)
other=$(mktemp)
# The name as the loader has it: in struct module, after `state` and `list`.
cp "$ARPPIN_KO" "$other"
place=$(readelf -SW "$other" | sed -n 's/.*\.gnu\.linkonce\.this_module *PROGBITS *[0-9a-f]* *\([0-9a-f]*\).*/\1/p')
name() { dd bs=1 count=6 "$@" 2> /dev/null; }
[ "$(name if="$other" skip=$((0x$place + 24)))" = arppin ] || bail_out 'the module has another form'
name of="$other" seek=$((0x$place + 24)) conv=notrunc <<< second
for round in 1 2 3; do # EEXIST, which newer loaders make EBUSY of
	said=$(insmod "$other" 2>&1)
	like "round $round: it is refused" "$said" 'File exists|Device or resource busy'
	ok '... and not there' not grep -q '^second ' /proc/modules
	is '... what was in force is' "$(ctl save)" "$before"
	forge
	ok '... and a forged frame is dropped' wait_for 10 dropped_is $round
	ok '... where others pass' on server ping -c1 -W5 $GATEWAY
done
unload_arppin
said=$(insmod "$other" 2>&1)
is 'with the name free it loads' "$? $said" '0 '
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
forge
ok '... and drops' wait_for 10 dropped_is 1
ok '... and goes' wait_for 20 rmmod second
rm "$other"
done_testing
