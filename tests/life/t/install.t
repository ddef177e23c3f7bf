#!/bin/bash
# A server with systemd-networkd: the packages are installed where there are
# headers, the gateway is pinned in peace, the reboot is under attack, and after
# the purge nothing is left.
# weight: 600
# shellcheck source=tests/life/lib.sh
. tests/life/lib.sh

deb=$(packages "$this_version") || bail_out 'no packages'
server_new web networkd
pin="pin add $GATEWAY dev $DEV lladdr $GATEWAY_MAC mode enforce resident on" # as save says it
ok 'the packages install in a copy' warm "$deb"

# What a boot changes by itself, and apt and dpkg in their memories, is no
# package's doing; directories' times change with what lies in them. Which units
# were enabled or masked, deb-systemd-helper remembers beside what systemd does.
manifest() {
	(
		cd "$root" &&
			find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp \
				-o -path ./var/log -o -path ./var/cache -o -path ./var/tmp \
				-o -path './var/lib/dkms/mok.*' -o -path ./var/lib/systemd/random-seed \
				-o -path ./var/lib/systemd/timers -o -path ./var/lib/systemd/catalog -o -path ./var/lib/apt \
				-o -path './var/lib/dpkg/*-old' -o -path ./etc/machine-id \) -prune -o \
				-printf '%y %m %U:%G %p %l\n' -type f -exec md5sum {} +
	) | sort
}

segment_start

# Before: a server as it is, which the attack hits.
order attack
boot bare <<- 'END'
	note poisoned within 300 gateway_has 02:00:00:00:00:66
END
is 'without arppin the attack wins' "$(status poisoned)" 0
poisoned
mkdir "$root/root/deb" && cp "$deb"/*.deb "$root/root/deb"
manifest > "$out/before"

boot install <<- 'END'
	network() {
		ip -d -o address | sed 's/valid_lft.*//'; ip route; ip rule; ip neigh show 192.0.2.1 | sed 's/ [A-Z]* *$//'
		sysctl -a 2> /dev/null | grep -E '^net\.' | grep -vE 'nf_conntrack_count|netns|entropy'
	}
	order peace
	ip neigh flush all
	within 300 gateway_has 02:00:00:00:00:01
	network > network.before
	note apt apt-get -y install /root/deb/arppin-dkms_*.deb /root/deb/arppinctl_*.deb
	network > network.after
	note dkms dkms status
	note built modinfo -F version arppin
	for unit in arppin arppin-standin arppin-monitor; do
		note $unit systemctl is-enabled $unit.service
	done
	note failed systemctl --failed --plain --no-legend
	note loaded test -e /sys/module/arppin
	note unprotected arppinctl check

	# Learning, when somebody lies, and when somebody has lied. The kernel does not
	# doubt the entry that is left, or it would soon ask again.
	sysctl -w net.ipv4.neigh.eth0.delay_first_probe_time=3600
	order attack
	within 300 gateway_has 02:00:00:00:00:66
	note setup-attack arppinctl setup --yes
	# The gateway forgets the server when it falls silent: nothing that it says by
	# itself heals the entry afterwards.
	order silence
	order attack
	within 300 gateway_has 02:00:00:00:00:66
	order peace
	order voice
	note setup-poisoned arppinctl -j setup --yes wait 5
	note conf-poisoned test -e /etc/arppin.conf
	sysctl -w net.ipv4.neigh.eth0.delay_first_probe_time=5
	ip neigh flush all
	within 300 gateway_has 02:00:00:00:00:01
	# As check advises it, and, when that is undone, in one command.
	note advice follow
	note pins-advice arppinctl save
	systemctl stop arppin-monitor.service arppin.service
	rmmod arppin
	rm /etc/arppin.conf /var/lib/arppin/last-good.conf
	ip neigh flush all
	within 300 gateway_has 02:00:00:00:00:01
	note setup arppinctl setup --yes
	note pins arppinctl save
	note check arppinctl check
	note conf cat /etc/arppin.conf
	note copy cmp /etc/arppin.conf /var/lib/arppin/last-good.conf
END
is 'the packages install' "$(status apt)" 0
is 'which leaves the network as it is' "$(diff "$boot"/network.{before,after})" ''
like 'dkms has built the module and installed it' "$(said dkms)" "arppin.*$abi.*installed"
is 'in the version of the package' "$(said built)" "$this_version"
for unit in arppin arppin-standin arppin-monitor; do
	is "$unit.service is enabled" "$(said $unit)" enabled
done
is 'no unit has failed' "$(said failed)" ''
is 'nothing is loaded, nothing is pinned' "$(status loaded)" 1
is 'check says that this is no protection' "$(status unprotected)" 3
is 'setup during an attack refuses' "$(status setup-attack)" 3
like 'says why' "$(said setup-attack)" 'several MAC addresses claim it'
like 'and names the two' "$(said setup-attack | grep -o '^    [0-9a-f:]*: [0-9]* claim' | sort | paste -sd' ')" \
	"$GATEWAY_MAC: [0-9]+ claim .*$ATTACKER_MAC: [0-9]+ claim"
is 'setup with a poisoned cache refuses' "$(status setup-poisoned)" 3
is 'says why, who answers, and who is in the cache' \
	"$(said setup-poisoned | grep '^{' | jq -c '.gateways[0] | [.reason, [.answers[].lladdr], .cache.lladdr]')" \
	"[\"cache-conflict\",[\"$GATEWAY_MAC\"],\"$ATTACKER_MAC\"]"
is 'and writes nothing' "$(status conf-poisoned)" 1
is 'in peace each command that check advises works, and check is content' "$(status advice)" 0
sed -n '/^\$ /p' "$boot/advice.said" | diag
is 'the gateway is pinned' "$(said pins-advice)" "$pin"
is 'setup in peace pins' "$(status setup)" 0
like 'and writes' "$(said setup)" "pinned $GATEWAY dev $DEV"$'\n''written /etc/arppin.conf'
is 'the gateway, at its MAC' "$(said pins)" "$pin"
is 'check says that this is protection' "$(status check)" 0
is 'a copy of the configuration is kept' "$(status copy)" 0
order attack

boot reboot <<- 'END'
	note attacked within 300 dropped 10
	note check arppinctl check
	note unit systemctl is-active arppin.service
	note incident arppinctl incident show
	note moments moments arppin.service network-pre.target systemd-networkd.service
	# Where a command that check advises was cut short, or put a file aside.
	touch /etc/arppin.conf.new /etc/arppin.conf.broken
	mark purge
	note purge apt-get -y purge arppin-dkms arppinctl
	note loaded test -e /sys/module/arppin
	note pinned ip neigh show 192.0.2.1
	note poisoned within 300 gateway_has 02:00:00:00:00:66
	note failed systemctl --failed --plain --no-legend
END
pinned_throughout purge
is 'the attack went on' "$(status attacked)" 0
is 'protected, and check says so' "$(status check)" 0
is 'arppin.service is active' "$(said unit)" active
before_network systemd-networkd.service
like 'the attacker is named' "$(said incident)" $ATTACKER_MAC
is 'purge' "$(status purge)" 0
is 'the module is gone' "$(status loaded)" 1
is 'and with it the pin' "$(status poisoned)" 0
is 'no unit has failed' "$(said failed)" ''
manifest > "$out/after"
is 'no file is left, no file is another one' "$(diff "$out"/{before,after})" ''
segment_end
done_testing
