#!/bin/bash
# Each dkms of a Debian release that has a kernel we build for, and the module from
# a copy of the tree, for a kernel that does not run here. In a mount namespace of
# its own: the machine's dkms sees nothing.
cd "$(dirname "$0")/.." || exit
[ "$1" = inside ] || exec unshare -m --propagation private "$0" inside
export LC_ALL=C.UTF-8

# release   a kernel whose packages come from there, too
releases='
bullseye    5.10
bookworm    6.1
trixie      7-bpo
'
cache=${ARPPIN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/arppin}

number=0
point() { # STATUS DESCRIPTION
	number=$((number + 1))
	[ "$1" = 0 ] && echo "ok $number - $release: $2" && return
	echo "not ok $number - $release: $2"
	sed 's/^/# /' "$scratch/log"
}
logged() { "$@" > "$scratch/log" 2>&1; }

kernel=$(tests/vm/kernel 6.1) || exit
abi=$(cat "$kernel/ABI")
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
scratch=$(mktemp -d)
trap 'umount -q "$scratch/cut/kernel" "$scratch/cut"; rm -r "$scratch"' EXIT
mount -t tmpfs tmpfs /var/lib/dkms # its signing key is made there, too
mount -t tmpfs tmpfs /usr/src
mount -t tmpfs tmpfs /lib/modules
mkdir "/lib/modules/$abi"
ln -s "$kernel/build" "/lib/modules/$abi/build"
cp "$kernel/lib/modules/$abi"/modules.{order,builtin} "/lib/modules/$abi"

# The headers of kernels that cannot have it, one too old and one configured otherwise.
mkdir -p /lib/modules/{5.4.0-1-amd64,6.1.0-0-none} "$scratch/cut"
mount -t tmpfs tmpfs "$scratch/cut"
mkdir "$scratch/cut/"{upper,work,kernel}
mount -t overlay overlay "$scratch/cut/kernel" -o \
	"lowerdir=$kernel,upperdir=$scratch/cut/upper,workdir=$scratch/cut/work"
sed -i 's/^CONFIG_NETFILTER_FAMILY_ARP=y/# CONFIG_NETFILTER_FAMILY_ARP is not set/' \
	"$scratch/cut/kernel/build/"{.config,include/config/auto.conf}
ln -s "$scratch/cut/kernel/build" /lib/modules/6.1.0-0-none/build
ln -s "$kernel/build" /lib/modules/5.4.0-1-amd64/build

# dkms_of RELEASE KERNEL: the folder with the files of its package.
dkms_of() {
	local folder=$cache/dkms/$1 temporary
	if [ ! -e "$folder" ]; then
		[ -e "$cache/apt/$1/apt.conf" ] || tests/vm/kernel "$2" > /dev/null || return
		mkdir -p "$cache/dkms"
		temporary=$(mktemp -d "$folder.XXXXXX")
		(cd "$temporary" && APT_CONFIG=$cache/apt/$1/apt.conf apt-get -qq download dkms >&2 &&
			dpkg-deb -x dkms_*.deb . && rm dkms_*.deb) || return
		mv -T "$temporary" "$folder" 2> /dev/null || rm -r "$temporary" # another was faster
	fi
	echo "$folder"
}

each_release() {
	local dkms=$1 module
	rm -rf /var/lib/dkms/* /usr/src/*
	logged make install-source DESTDIR=/
	point $? "the source is in /usr/src"
	[ "$(ls /usr/src)" = "arppin-$version" ]
	point $? '... under its version'

	logged "$dkms" add -m arppin -v "$version"
	point $? 'add'
	logged "$dkms" build -m arppin -v "$version" -k "$abi"
	point $? 'build, for a kernel that does not run here'
	! grep -i 'deprecated' "$scratch/log"
	point $? '... without a complaint about dkms.conf'
	logged "$dkms" install -m arppin -v "$version" -k "$abi"
	point $? 'install'
	module=$(find "/lib/modules/$abi/updates/dkms" -name 'arppin.ko*')
	[ -n "$module" ] && [ "$(modinfo -F vermagic "$module" | cut -d' ' -f1)" = "$abi" ]
	point $? 'the module is in its place, and for that kernel'
	modinfo "$module" > "$scratch/log"
	[ "$(modinfo -F version "$module")" = "$version" ] &&
		[ "$(modinfo -F license "$module")" = GPL ] &&
		[ -n "$(modinfo -F author "$module")" ] &&
		[ -n "$(modinfo -F description "$module")" ] &&
		[ -n "$(modinfo -F srcversion "$module")" ]
	point $? 'modinfo says version, license, author, description and srcversion'
	# Whoever loads a kernel module by a name on the wire wants one he can blame.
	[ -z "$(modinfo -F alias "$module")" ]
	point $? 'it has no alias: nothing loads it but who means it'
	[ "$(modinfo -F parm "$module" | grep -cv '^[a-z_]*:.\{20\}')" = 0 ]
	point $? 'each parameter is described'
	modinfo -F signer "$module" > "$scratch/log"
	case $release in
	bullseye) [ ! -s "$scratch/log" ]; point $? 'it is not signed: this dkms does not by itself' ;;
	*) grep -q 'DKMS' "$scratch/log"; point $? 'it is signed with the key of dkms' ;;
	esac

	# A kernel that cannot have it is passed over, with the reason.
	! logged "$dkms" build -m arppin -v "$version" -k 5.4.0-1-amd64 && grep -q BUILD_EXCLUSIVE "$scratch/log"
	point $? 'a kernel before 5.10 is excluded'
	! logged "$dkms" build -m arppin -v "$version" -k 6.1.0-0-none
	point $? 'a kernel that cannot filter ARP is excluded'
	cat "/var/lib/dkms/arppin/$version/build/make.log" >> "$scratch/log" 2> /dev/null
	grep -q -e 'BUILD_EXCLUSIVE' -e 'built without CONFIG_NETFILTER_FAMILY_ARP' "$scratch/log"
	point $? '... with the reason'

	logged "$dkms" remove -m arppin -v "$version" --all
	point $? 'remove'
	find /var/lib/dkms /lib/modules -name 'arppin*' > "$scratch/log"
	[ ! -s "$scratch/log" ]
	point $? '... and nothing is left'
}

while read -r release key; do
	[ "$release" ] || continue
	folder=$(dkms_of "$release" "$key") || exit
	umount -q /etc/dkms
	mount --bind "$folder/etc/dkms" /etc/dkms
	each_release "$folder/usr/sbin/dkms"
done <<< "$releases"
echo "1..$number"
