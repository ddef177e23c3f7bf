#!/bin/bash
# Random sequences of pins, guards, devices, other writers and frames, against a
# small model of what is promised: see tests/vm/model.py.
# weight: 60
. tests/vm/lib.sh

STEPS=$(brief 3000 300)

# model OPTION...: its figures as comments; fails when it found a difference.
model() {
	run tests/vm/model.py "$@"
}
# lie NAME: in $left, how many steps are left of a sequence that shows it.
lie() {
	local said
	said=$(tests/vm/model.py --seed 1 --steps 500 --patience 0.3 --lie "$1")
	diag "# shrunk${said##*# shrunk}"
	left=999
	[[ ! $said =~ shrunk\ from\ [0-9]+\ steps\ to\ ([0-9]+), ]] || left=${BASH_REMATCH[1]}
}

load_arppin
for seed in 20080601 152; do
	ok "seed $seed: the module does what the model says" model --seed $seed --steps "$STEPS"
done

# A failure is found, and made short: against a model that is wrong about pins in audit
# mode, probes, or the second MAC of a pin. One kernel is enough to see that.
for name in $(brief 'audit-drops probes-drop second-unknown' ''); do
	lie "$name"
	ok "a model that lies ($name) is found out, and few steps show it" test "$left" -le 4
done
done_testing
