#!/bin/bash
# Random sequences of pins, guards, devices, other writers and frames, against a
# small model of what is promised: see tests/vm/model.py.
# weight: 90
. tests/vm/lib.sh

STEPS=$(brief 1500 600)

# model OPTION...: its figures as comments; fails when it found a difference.
model() {
	run tests/vm/model.py "$@"
}
# lie NAME: how many steps are left of a sequence that shows it.
lie() {
	local said
	said=$(tests/vm/model.py --seed 1 --steps 500 --patience 0.3 --lie "$1")
	diag "${said##*# shrunk}"
	[[ $said =~ 'shrunk from '[0-9]+' steps to '([0-9]+)',' ]] && echo "${BASH_REMATCH[1]}"
}

load_arppin
for seed in 20080601 152; do
	ok "seed $seed: the module does what the model says" model --seed $seed --steps "$STEPS"
done
done_testing
