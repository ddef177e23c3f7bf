#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# No memory, at each allocation in turn: see faults.py. What leaks, or is reported,
# fails the run.
# weight: 200
. tests/vm/lib.sh
. tests/vm/pins.sh

load_arppin
topology
ok 'the gateway is pinned' ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
said=0
while IFS= read -r line; do
	case $line in
	'ok '*) point 0 "${line#ok }" ;;
	'not ok '*) point 1 "${line#not ok }" ;;
	'# '*' faults in '*) said=1; echo "$line" ;;
	*) diag "${line#\# }" ;;
	esac
done < <(on server python3 -B tests/debug/faults.py 2>&1)
is 'all of it was tried' $said 1
ok 'the gateway answers' on server ping -c1 -W5 $GATEWAY
ok 'a forged frame is dropped' protected
done_testing
