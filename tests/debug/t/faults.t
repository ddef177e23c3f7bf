#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# No memory, at each allocation in turn: see faults.py. What leaks, or is reported,
# fails the run.
# weight: 120
. tests/vm/lib.sh
. tests/vm/pins.sh

# faults PART...
faults=0 pages=0 operations=0
faults() {
	local line said=0 words
	while IFS= read -r line; do
		case $line in
		'ok '*) point 0 "${line#ok }" ;;
		'not ok '*) point 1 "${line#not ok }" ;;
		'# '*' faults in '*)
			read -ra words <<< "${line#\# }"
			faults=$((faults + words[0])) operations=$((operations + words[3]))
			pages=$((pages + words[5])) said=1 ;;
		*) diag "${line#\# }" ;;
		esac
	done < <(on server python3 -B tests/debug/faults.py "$@" 2>&1)
	is "all of it was tried: $*" $said 1
}

load_arppin
topology
ok 'the gateway is pinned' ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
faults netlink frames devices namespaces
ok 'the gateway answers' on server ping -c1 -W5 $GATEWAY
ok 'a forged frame is dropped' protected
unload_arppin
faults module
load_arppin
ok 'it loads, and the gateway is pinned' ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
ok '... a forged frame is dropped' protected
ok 'pages were missing, too' [ $pages -gt 0 ]
diag "$faults faults, $pages of them of pages, in $operations operations"
done_testing
