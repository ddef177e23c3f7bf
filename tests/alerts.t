#!/bin/bash
# What is shipped for the engines that watch a fleet: the rules for Prometheus,
# and the units for systemd, by the checkers of these engines.
cd "$(dirname "$0")/.." || exit
export LC_ALL=C.UTF-8

PATH=$(tests/unpacked prometheus)/usr/bin:$PATH || exit # promtool

number=0
# ok DESCRIPTION COMMAND...: it succeeds.
ok() {
	local description=$1 said
	shift
	number=$((number + 1))
	if said=$("$@" 2>&1); then
		echo "ok $number - $description"
	else
		echo "not ok $number - $description"
	fi
	sed 's/^/# /' <<< "$said"
}

ok 'promtool: the rules' promtool check rules userspace/arppin.rules.yml
ok 'promtool: each alert where it is due' promtool test rules tests/prometheus/rules.yml

# The units name programs that are not installed here: have them in a root.
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
units=(arppin-monitor.service arppin-metrics.service arppin-metrics.timer)
mkdir -p "$root"/{etc/systemd/system,usr/lib/systemd,usr/sbin,usr/bin,bin}
cp -r /usr/lib/systemd/system "$root/usr/lib/systemd"
cp "${units[@]/#/userspace/}" "$root/etc/systemd/system"
for program in usr/sbin/arppinctl usr/bin/sh bin/sh; do
	printf '#!/bin/sh\n' > "$root/$program"
	chmod 755 "$root/$program"
done
verify() { # what it says of units that are not ours is not for us
	local said
	said=$(systemd-analyze verify --root="$root" --man=no "${units[@]/#/$root/etc/systemd/system/}" 2>&1 |
		grep arppin)
	[ -z "$said" ] || { echo "$said"; return 1; }
}
ok 'systemd: the units' verify
# exposed UNIT: what is wrong if that is too much; otherwise the verdict alone.
exposed() { # the threshold is tenths: 2.0 of 10, of which less is better
	local said
	said=$(systemd-analyze security --offline=yes --threshold=20 --no-pager "userspace/$1" 2>&1) ||
		{ echo "$said"; return 1; }
	tail -n 1 <<< "$said"
}
ok 'systemd: arppin-monitor.service is exposed little' exposed arppin-monitor.service
ok 'systemd: arppin-metrics.service is exposed little' exposed arppin-metrics.service
echo "1..$number"
