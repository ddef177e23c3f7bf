#!/bin/bash
# A server with ifupdown, whose gateway somebody spoofs from before its power is on and
# without pause: without arppin, with it, while that is upgraded, with a second kernel,
# and with kernels for which the module cannot be built or that have no headers.
# weight: 700
# shellcheck source=tests/life/lib.sh
. tests/life/lib.sh

deb=$(packages "$this_version") || bail_out 'no packages'
next=$(packages "$this_version.1") || bail_out 'no packages'
server_new web ifupdown
ok 'the packages install in a root that does not run' install "$deb"
ok 'and their next version in a copy' warm "$next"
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

mkdir "$root/root/next" && cp "$next"/*.deb "$root/root/next"
boot upgrade <<- 'END'
	note attacked within 300 dropped 10
	note incident arppinctl incident show
	note unit systemctl is-active arppin.service
	note moments moments arppin.service network-pre.target networking.service ifup@ens5.service
	note upgrade apt-get -y install /root/next/arppin-dkms_*.deb /root/next/arppinctl_*.deb
	note loaded cat /sys/module/arppin/version
	note pins arppinctl save
	note attacked-after within 300 dropped 5
	note entry ip -d neigh show 192.0.2.1
END
pinned_throughout
is 'the attack went on' "$(status attacked)" 0
like 'the attacker is named' "$(said incident)" $ATTACKER_MAC
is 'arppin.service is active' "$(said unit)" active
before_network networking.service ifup@ens5.service
is 'upgrade' "$(status upgrade)" 0
is 'the new module is in the kernel' "$(said loaded)" "$this_version.1"
is 'with the same pin' "$(said pins)" "pin add $GATEWAY dev $DEV lladdr $GATEWAY_MAC mode enforce resident on"
is 'under the same attack' "$(status attacked-after)" 0
like "the gateway's entry is arppin's again" "$(said entry)" extern_learn

# A second kernel: its packages come from the archive, as from any mirror.
first=$abi
mkdir "$root/root/more"
cp "$(tests/life/root)"/more/*.deb "$root/root/more"
ok 'a second kernel is installed' in_root sh -c 'apt-get -y --no-install-recommends install /root/more/*.deb'
abi=$(basename "$(ls -d "$root"/lib/modules/6.12*)")
ok 'dkms has built the module for it' test -e "$root/lib/modules/$abi/updates/dkms/arppin.ko.xz"
boot second <<- 'END'
	note kernel uname -r
	note attacked within 300 dropped 10
	note check arppinctl check
END
is 'the second kernel runs' "$(said kernel)" "$abi"
pinned_throughout
is 'under attack' "$(status attacked)" 0
is 'check agrees' "$(status check)" 0

# A kernel for which the module cannot be built: here, because a header is broken.
second=$abi
echo '#error broken' > "$root/usr/src/linux-headers-${second%-amd64}-common/include/net/arp.h"
in_root dkms remove -m arppin -v "$this_version.1" -k "$second"
rm "$out/in_root.log"
in_root dkms autoinstall -k "$second"
isnt_built() { ! compgen -G "$root/lib/modules/$second/updates/dkms/arppin.ko*"; }
ok 'it is not built for a kernel with broken headers' isnt_built
ok 'dkms says so' grep -F "kernel: $second" "$out/in_root.log"
ok 'the module for the other kernel stays' test -e "$root/lib/modules/$first/updates/dkms/arppin.ko"
abi=$first
boot other <<- 'END'
	note kernel uname -r
	note attacked within 300 dropped 10
	note check arppinctl check
END
is 'the other kernel runs' "$(said kernel)" "$first"
pinned_throughout
is 'under attack' "$(status attacked)" 0
is 'check says that this is not enough' "$(status check)" 3
ok 'because of the kernel without a module' \
	grep "^failed .* kernel $second: no module, though its headers are there" "$boot/check.said"
rm -rf "$root"

# A server without headers.
server_new bare ifupdown
in_root sh -c 'apt-get -y purge linux-headers-* linux-kbuild-*'
rm "$out/in_root.log"
ok 'without headers the packages install as well' install "$deb"
like 'and say what to install' "$(cat "$out/in_root.log")" "apt install linux-headers-$abi"
boot headless <<- 'END'
	note check arppinctl check
END
is 'check says that this is no protection' "$(status check)" 3
like 'and what to install' "$(said check)" "apt install .*linux-headers-$abi"
segment_end
done_testing
