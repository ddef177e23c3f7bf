#!/bin/bash
# make install and make uninstall: below DESTDIR, and on a machine with dkms, which
# is this one in a mount namespace of its own.
cd "$(dirname "$0")/.." || exit
[ "$1" = inside ] || exec unshare -m --propagation private "$0" inside
export LC_ALL=C.UTF-8

number=0
point() { # STATUS DESCRIPTION
	number=$((number + 1))
	[ "$1" = 0 ] && echo "ok $number - $2" && return
	echo "not ok $number - $2"
	sed 's/^/# /' "$scratch/log"
}
logged() { "$@" > "$scratch/log" 2>&1; }

kernel=$(tests/vm/kernel 6.1) && other=$(tests/vm/kernel 6.1-rt) || exit
abi=$(cat "$kernel/ABI") other_abi=$(cat "$other/ABI")
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

logged make install DESTDIR="$scratch/root" prefix=/opt/arppin
point $? 'make install below DESTDIR'
grep -q 'no module is built, no unit enabled' "$scratch/log"
point $? '... says what it has not done'
(cd "$scratch/root" && find . -type f | sort) > "$scratch/log"
for file in opt/arppin/{sbin/arppinctl,share/man/man{5/arppin.conf.5,7/arppin.7,8/arppinctl.8}} \
	opt/arppin/share/bash-completion/completions/arppinctl \
	opt/arppin/lib/systemd/system/arppin{,-standin,-monitor,-metrics}.service \
	"usr/src/arppin-$version/"{dkms.conf,Kbuild,Makefile,kmod/main.c,kmod/uapi/arppin.h}; do
	grep -qx "./$file" "$scratch/log"
	point $? "$file is there"
done
! grep -h '^Exec.*/arppinctl' "$scratch/root/opt/arppin/lib/systemd/system/"* > "$scratch/log" ||
	! grep -v "[=']/opt/arppin/sbin/arppinctl " "$scratch/log"
point $? 'the units run the arppinctl that was installed'
logged make -C "$scratch/root/usr/src/arppin-$version" module KDIR="$kernel/build" &&
	[ -s "$scratch/root/usr/src/arppin-$version/arppin.ko" ]
point $? 'the module builds from what is below usr/src'
logged make uninstall DESTDIR="$scratch/root" prefix=/opt/arppin
point $? 'make uninstall'
find "$scratch/root" ! -type d > "$scratch/log"
[ ! -s "$scratch/log" ]
point $? '... leaves no file'
logged make uninstall DESTDIR="$scratch/root" prefix=/opt/arppin
point $? '... also where there is none'

# A machine that has dkms and the headers; what make asks of systemd goes nowhere.
for folder in /var/lib/dkms /usr/src /lib/modules; do mount -t tmpfs tmpfs $folder; done
mkdir "/lib/modules/$abi" "$scratch/bin"
ln -s "$kernel/build" "/lib/modules/$abi/build"
cp "$kernel/lib/modules/$abi"/modules.{order,builtin} "/lib/modules/$abi"
mkdir "/lib/modules/$other_abi"
ln -s "$other/build" "/lib/modules/$other_abi/build"
printf '#!/bin/sh\necho "$*" >> %s\n' "$scratch/systemctl" > "$scratch/bin/systemctl"
printf '#!/bin/sh\nexec /sbin/depmod "$@" %s\n' "$abi" > "$scratch/bin/depmod"
chmod +x "$scratch/bin/"*
export PATH=$scratch/bin:$PATH
make_here() { logged make "$@" prefix="$scratch/usr" KVER="$abi"; }
installed() { find "/lib/modules/${1:-$abi}/updates/dkms" -name 'arppin.ko*' 2> /dev/null; }

make_here install
point $? 'make install'
[ "$(modinfo -F version "$(installed)")" = "$version" ]
point $? '... has dkms build the module and put it in its place'
grep -q 'It is not loaded, no unit is enabled, nothing pinned' "$scratch/log"
point $? '... says what it has not done'
make_here install
point $? 'make install once more'

# An older version that is known to dkms, and was built for another kernel, and one of
# which only a rest is there.
cp -r "/usr/src/arppin-$version" /usr/src/arppin-0.0.1
sed -i 's/^PACKAGE_VERSION=.*/PACKAGE_VERSION="0.0.1"/' /usr/src/arppin-0.0.1/dkms.conf
logged dkms install -m arppin -v 0.0.1 -k "$other_abi"
[ "$(modinfo -F version "$(installed "$other_abi")")" = 0.0.1 ]
point $? 'another kernel has an older version'
mkdir -p /var/lib/dkms/arppin/0.0.0/build
make_here install
point $? 'make install over other versions'
[ "$(ls /usr/src)" = "arppin-$version" ] && [ ! -e /var/lib/dkms/arppin/0.0.1 ] &&
	[ ! -e /var/lib/dkms/arppin/0.0.0 ]
point $? '... removes them'
[ "$(modinfo -F version "$(installed)")" = "$version" ]
point $? '... and the module is the new one'
[ "$(modinfo -F version "$(installed "$other_abi")")" = "$version" ]
point $? '... for the other kernel as well'

make_here uninstall
point $? 'make uninstall'
cp "$scratch/systemctl" "$scratch/log"
for unit in arppin arppin-standin arppin-monitor; do
	grep -q "disable --now $unit.service" "$scratch/log" || echo "$unit is not" >> "$scratch/log"
done
! grep -q 'is not$' "$scratch/log"
point $? '... disables the units'
{ find "$scratch/usr" ! -type d; find /usr/src /var/lib/dkms /lib/modules -name 'arppin*'; } > "$scratch/log"
[ ! -s "$scratch/log" ]
point $? '... leaves no file'
make_here uninstall
point $? '... also where there is none'

rm "/lib/modules/$abi/build"
! make_here install && grep -q "apt install linux-headers-$abi" "$scratch/log" &&
	[ ! -e "$scratch/usr/sbin/arppinctl" ]
point $? 'without headers it names the package, and installs nothing'
echo "1..$number"
