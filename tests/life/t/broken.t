#!/bin/bash
# What a server does at boot with a configuration that is broken, not readable,
# empty or as large as can be, and without a module; under attack all the time.
# weight: 330
# shellcheck source=tests/life/lib.sh
. tests/life/lib.sh

deb=$(packages "$this_version") || bail_out 'no packages'
server_new web ifupdown
install "$deb" || { diag < "$out/in_root.log"; bail_out 'the packages do not install'; }
conf=$root/etc/arppin.conf
pin="pin add $GATEWAY dev $DEV lladdr $GATEWAY_MAC mode enforce resident on" # as save says it
mkdir -m 700 "$root/var/lib/arppin"
good() { echo "$pin" > "$root/var/lib/arppin/last-good.conf"; }

segment_start
order attack

# A line that is broken, and then one boot for what needs no boot of its own.
good
printf '%s\npin add %s dev\n' "$pin" $GATEWAY > "$conf"
boot broken <<- 'END'
	note attacked within 300 dropped 10
	note unit systemctl is-failed arppin.service
	note why journalctl -b -u arppin.service
	note check arppinctl check
	note pins arppinctl save
	grep ^pin /var/lib/arppin/last-good.conf > /etc/arppin.conf
	note mended systemctl restart arppin.service

	# The unit's root may not read what is nobody's to read. What was in force
	# before would pass for the last good ones; without them there has to be peace.
	chmod 0 /etc/arppin.conf; chown nobody /etc/arppin.conf
	order peace
	sleep 1 # for what is on its way
	arppinctl pin flush
	note flushed arppinctl save
	note unreadable systemctl restart arppin.service
	note why-unreadable journalctl -b -u arppin.service
	note pins-unreadable arppinctl save
	order attack
	note attacked-unreadable within 300 dropped 5

	# An attack that began when no pin was there has won at once.
	rm /etc/arppin.conf
	echo '# nothing' > /etc/arppin.conf
	mark empty
	note empty systemctl restart arppin.service
	note why-empty journalctl -b -u arppin.service
	note pins-empty arppinctl save
	note poisoned within 300 gateway_has 02:00:00:00:00:66

	# The most that fits.
	{
		echo "pin add 192.0.2.1 dev ens5 lladdr 02:00:00:00:00:01"
		for ((i = 0; i < 65535; i++)); do
			echo "pin add 10.$((i >> 16)).$((i >> 8 & 255)).$((i & 255)) dev ens5 lladdr 02:00:00:00:00:02"
		done
	} > /etc/arppin.conf
END
pinned_throughout empty
is 'broken: the attack went on' "$(status attacked)" 0
is 'broken: the unit has failed' "$(said unit)" failed
like 'broken: and says where' "$(said why)" '/etc/arppin.conf:2'
is 'broken: check says so' "$(status check)" 3
is 'broken: the last good ones are in force' "$(said pins)" "$pin"
is 'broken: and mended' "$(status mended)" 0
is 'unreadable: nothing is in force before' "$(status flushed) $(said flushed)" '0 '
unlike 'unreadable: the unit fails' "$(status unreadable)" '^0$'
like 'unreadable: and says why' "$(said why-unreadable)" 'Permission denied'
is 'unreadable: the last good ones are in force' "$(said pins-unreadable)" "$pin"
is 'unreadable: against an attack' "$(status attacked-unreadable)" 0
is 'empty: the unit is content' "$(status empty)" 0
like 'empty: but warns' "$(said why-empty)" 'pins nothing'
is 'empty: no pin is in force' "$(said pins-empty)" ''
is 'empty: the attack wins' "$(status poisoned)" 0

# 65,536 pins, and no module is there for the next boot.
boot many <<- 'END'
	note attacked within 300 dropped 10
	note unit systemctl is-active arppin.service
	note pins sh -c 'arppinctl save | grep -c ^pin'
	note uninstall dkms uninstall -m arppin -v $(modinfo -F version arppin) -k $(uname -r)
	echo "pin add 192.0.2.1 dev ens5 lladdr 02:00:00:00:00:01" > /etc/arppin.conf
END
pinned_throughout
is 'many: the attack went on' "$(status attacked)" 0
is 'many: the unit is active' "$(said unit)" active
is 'many: all are in force' "$(said pins)" 65536
is 'dkms takes the module away' "$(status uninstall)" 0

boot missing <<- 'END'
	note unit systemctl is-failed arppin.service
	note standin systemctl is-active arppin-standin.service
	note entry ip neigh show 192.0.2.1
	note check arppinctl check
	ip link set ens5 down
	sleep 5
	ip link set ens5 up
	note again within 300 sh -c 'ip neigh show 192.0.2.1 | grep PERMANENT'
	sleep 10 # attacks
	mark advice
	systemctl disable arppin-standin.service arppin-monitor.service
	rm /var/lib/arppin/last-good.conf
	note advice follow
	note attacked within 300 dropped 5
	note handed within 300 sh -c '! systemctl is-active arppin-standin.service'
	note failed systemctl --failed --plain --no-legend
	note entry-after ip -d neigh show 192.0.2.1
END
pinned_throughout
is 'missing: arppin.service has failed' "$(said unit)" failed
is 'missing: arppin-standin.service is active' "$(said standin)" active
like 'missing: the entry is permanent' "$(said entry)" "$GATEWAY_MAC PERMANENT"
is 'missing: check says that this is not enough' "$(status check)" 3
is 'missing: the entry comes back with the link' "$(status again)" 0
is 'each command that check advises works, and check is content' "$(status advice)" 0
sed -n '/^\$ /p' "$boot/advice.said" | diag
is 'there again: no unit has failed' "$(said failed)" ''
is 'there again: arppin drops the attack' "$(status attacked)" 0
is 'there again: the stand-in has ended' "$(status handed)" 0
like 'there again: the entry is no permanent one' "$(said entry-after)" extern_learn
segment_end
done_testing
