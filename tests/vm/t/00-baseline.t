#!/bin/bash
# Without arppin each of these takes the gateway's address over. If one did not,
# a test that shows that arppin withstands it would show nothing.
# weight: 25
. tests/vm/lib.sh

topology

attack() { # NAME COMMAND...
	local name=$1
	shift
	ip -n server neigh flush all
	on server ping -c1 -W5 $GATEWAY > /dev/null
	is "before $name: the gateway's address is its own" "$(cache_mac $GATEWAY)" $GATEWAY_MAC
	start on attacker "$@"
	# Once is enough: the gateway's own requests take it back.
	ok "$name takes it over" wait_for 15 cache_is $GATEWAY $ATTACKER_MAC
	stop "$started"
}

attack 'arpspoof to the server' arpspoof -i "$DEV" -t $SERVER $GATEWAY
attack 'arpspoof to all' arpspoof -i "$DEV" $GATEWAY
attack 'an announcement (arping -U)' arping -U -I "$DEV" -s $GATEWAY $GATEWAY
attack 'a gratuitous reply (arping -A)' arping -A -I "$DEV" -s $GATEWAY $GATEWAY
attack 'a request to the server' arping -I "$DEV" -s $GATEWAY $SERVER

done_testing
