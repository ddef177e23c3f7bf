#!/bin/bash
# A server with ifupdown boots while somebody spoofs its gateway, from before its
# power is on and without pause: without arppin, and with it.
# weight: 1200
# shellcheck source=tests/life/lib.sh
. tests/life/lib.sh

deb=$(packages "$this_version") || bail_out 'no packages'
server_new web ifupdown
ok 'the packages install in a root that does not run' install "$deb"
echo "pin add $GATEWAY dev $DEV lladdr $GATEWAY_MAC" > "$root/etc/arppin.conf"

segment_start
order attack
boot noarppin noarppin <<- 'END'
	note poisoned within 300 gateway_has 02:00:00:00:00:66
	note loaded test -e /sys/module/arppin
END
is 'with noarppin the attack wins' "$(status poisoned)" 0
poisoned
is 'and nothing is loaded' "$(status loaded)" 1

boot pinned <<- 'END'
	note attacked within 300 dropped 10
	note incident arppinctl incident show
	note unit systemctl is-active arppin.service
	note moments moments arppin.service network-pre.target networking.service ifup@ens5.service
END
pinned_throughout
is 'the attack went on' "$(status attacked)" 0
like 'the attacker is named' "$(said incident)" $ATTACKER_MAC
is 'arppin.service is active' "$(said unit)" active
before_network networking.service ifup@ens5.service
segment_end
done_testing
