#!/bin/bash
# Random requests over generic netlink, right and wrong ones: each has its answer, and
# what is refused changes nothing.
# weight: 60
. tests/vm/lib.sh
. tests/vm/pins.sh

load_arppin
topology
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
for seed in 1 2; do
	ok "seed $seed" on server python3 -B tests/vm/messages.py "$(brief 2000 100)" $seed
done
ctl pin flush > /dev/null
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
ok 'a pin protects as before' protected
# What it would find is found: a spec that has other bounds than the module.
lie=$(mktemp -d)
mkdir -p "$lie/kmod"
sed '/name: lladdrs-max/,/value:/ s/value: .*/value: 1/' kmod/arppin.yaml > "$lie/kmod/arppin.yaml"
said=$(cd "$lie" && on server python3 -B "$OLDPWD/tests/vm/messages.py" 400 1 2>&1)
like 'more MACs than the spec allows would be seen' "$said" 'this is no pin'
sed '0,/type: u8/ s//type: u16/' kmod/arppin.yaml > "$lie/kmod/arppin.yaml"
said=$(cd "$lie" && on server python3 -B "$OLDPWD/tests/vm/messages.py" 400 1 2>&1)
like '... and an attribute of another size' "$said" 'resident: 1 bytes'
rm -r "$lie"
done_testing
