#!/bin/bash
# `make deb` from an exported tree, without git: the packages, as lintian and
# systemd see them.
# Not here: installing them, which tests/life does in a whole system.
cd "$(dirname "$0")/.." || exit
export LC_ALL=C.UTF-8

number=0
point() { # STATUS DESCRIPTION
	number=$((number + 1))
	[ "$1" = 0 ] && echo "ok $number - $2" && return
	echo "not ok $number - $2"
	sed 's/^/# /' "$scratch/log"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

mkdir "$scratch/tree"
git ls-files -co --exclude-standard | while read -r file; do [ ! -e "$file" ] || echo "$file"; done |
	tar -c -T - | tar -x -C "$scratch/tree"
make -C "$scratch/tree" deb > "$scratch/log" 2>&1
point $? 'make deb'
deb=$scratch/tree/deb
lintian --allow-root --fail-on error,warning -i "$deb"/*.changes > "$scratch/log" 2>&1
point $? 'lintian has no error and no warning'

mkdir "$scratch"/{module,tool}
dpkg-deb -x "$deb/arppin-dkms_${version}_all.deb" "$scratch/module" 2> "$scratch/log"
point $? "arppin-dkms has version $version"
dpkg-deb -x "$deb/arppinctl_${version}_"*.deb "$scratch/tool" 2> "$scratch/log"
point $? 'so has arppinctl'
[[ $("$scratch/tool/usr/sbin/arppinctl" version) = "arppinctl $version,"* ]]
point $? '... also by its own word'
(cd "$scratch/module" && find . -type f) > "$scratch/log"
! grep -vE "^\./usr/(share/doc/arppin-dkms/|src/arppin-$version/(Kbuild|Makefile|dkms\.conf|kmod/.*\.[ch])$)" "$scratch/log"
point $? 'arppin-dkms has the source of the module, and no more'
(cd "$scratch/tool" && find . -type f) > "$scratch/log"
! grep -E '^\./(etc|var|run)/' "$scratch/log"
point $? 'arppinctl brings no configuration'

# Enabled from the start, started only if there is something to restore, never
# stopped by an upgrade.
dpkg-deb -e "$deb/arppinctl_${version}_"*.deb "$scratch/control"
cat "$scratch/control"/p* > "$scratch/log"
for unit in arppin.service arppin-standin.service arppin-monitor.service; do
	grep -q "deb-systemd-helper enable '$unit'" "$scratch/control/postinst"
	point $? "$unit is enabled"
done
! grep -q 'systemd-invoke stop' "$scratch/control/preinst" 2> /dev/null &&
	! grep 'restart.*arppin.service' "$scratch/control/postinst"
point $? 'an upgrade stops and restarts no pinning unit'
for unit in arppin arppin-standin arppin-monitor; do
	file=$scratch/tool/lib/systemd/system/$unit.service
	cp "$file" "$scratch/log"
	grep -qx 'ConditionPathExists=|/etc/arppin.conf' "$file" &&
		grep -qx 'ConditionPathExists=|/var/lib/arppin/last-good.conf' "$file"
	point $? "$unit.service is passed over where nothing is configured"
done

sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$version.1\"/" "$scratch/tree/dkms.conf"
! make -C "$scratch/tree" deb > "$scratch/log" 2>&1 && grep -q 'they must be the same' "$scratch/log"
point $? 'a version that debian/changelog does not know is refused'

# systemd reads the units as they are installed, with their programs in place.
make -s install-tool prefix="$scratch/prefix" unitdir="$scratch/units" > "$scratch/log" 2>&1
point $? 'make install-tool'
SYSTEMD_UNIT_PATH=$scratch/units: systemd-analyze verify --man=no "$scratch"/units/* \
	> "$scratch/log" 2>&1 && [ ! -s "$scratch/log" ]
point $? 'systemd-analyze verify has nothing to say'
for page in $(sed -n 's/^Documentation=//p' userspace/*.service userspace/*.timer | tr ' ' '\n' | sort -u); do
	[[ $page =~ ^man:(.*)\(([578])\)$ ]] && [ -e "userspace/${BASH_REMATCH[1]}.${BASH_REMATCH[2]}" ]
	point $? "$page exists"
done
echo "1..$number"
