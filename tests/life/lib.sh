# shellcheck shell=bash
# Sourced by the tests of a server's life, which run on the host: TAP, a Debian
# root for each of several servers, and the machines. A server boots its own
# systemd from its root, which it keeps over reboots; the segment with the gateway
# and the attacker is a machine of its own, there before the server's power is on:
#
#	server eth0 ---- cable ---- bridge --- 192.0.2.1  02:00:00:00:00:01 (gateway)
#	192.0.2.10                         `-- 192.0.2.66 02:00:00:00:00:66 (attacker)
#
#	server_new web ifupdown
#	segment_start
#	boot first <<- 'END'	# runs in the server when it is up, see tests/life/guest
#		note show arppinctl pin show
#	END
#	is 'it shows' "$(status show)" 0
#	done_testing

# The roots are thrown away with the mount namespace that they are in.
[ "${ARPPIN_LIFE-}" ] || ARPPIN_LIFE=yes exec unshare --mount --propagation private "$0"

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit
export LC_ALL=C.UTF-8

# shellcheck disable=SC2034 # for the tests
GATEWAY=192.0.2.1 GATEWAY_MAC=02:00:00:00:00:01 ATTACKER_MAC=02:00:00:00:00:66
SERVER_MAC=02:00:00:00:00:10

cache=${ARPPIN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/arppin}
out=$(mktemp -d "${TMPDIR:-/tmp}/arppin-life.XXXXXX")
segment=$out/segment # for order()
# Disks are slow with so many small files; and so is one that has to swap.
mkdir "$out/disk"
[ "$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)" -lt 7000000 ] ||
	mount -t tmpfs -o size=5g disk "$out/disk" || exit
# shellcheck source=tests/life/order.sh
. tests/life/order.sh

# --- TAP ---------------------------------------------------------------------

number=0 failed=0
point() { # STATUS DESCRIPTION
	number=$((number + 1))
	[ "$1" = 0 ] && echo "ok $number - $2" && return
	failed=$((failed + 1))
	echo "not ok $number - $2"
	return 1
}
diag() { sed 's/^/# /'; }
ok() { # DESCRIPTION COMMAND...
	local description=$1
	shift
	"$@" > "$out/said" 2>&1
	point $? "$description" || diag < "$out/said"
}
is() { # DESCRIPTION GOT EXPECTED
	[ "$2" = "$3" ]
	point $? "$1" || printf 'got:      %s\nexpected: %s\n' "$2" "$3" | diag
}
like() { # DESCRIPTION GOT REGEX (extended); unlike: the opposite
	[[ $2 =~ $3 ]]
	point $? "$1" || printf 'got:  %s\nlike: %s\n' "$2" "$3" | diag
}
unlike() {
	[[ ! $2 =~ $3 ]]
	point $? "$1" || printf 'got:    %s\nunlike: %s\n' "$2" "$3" | diag
}
bail_out() {
	echo "Bail out! $*"
	exit 1
}
done_testing() { echo "1..$number"; }

test_end() {
	local status=$?
	[ -z "${segment_pid-}" ] || kill "$segment_pid" 2> /dev/null
	[ -z "${server_pid-}" ] || kill "$server_pid" 2> /dev/null
	wait
	rm -rf "${out:?}"/disk/*
	umount "$out/disk" 2> /dev/null
	if [ $status = 0 ] && [ $failed = 0 ] && [ -z "${ARPPIN_KEEP-}" ]; then
		rm -rf "$out"
	else
		echo "# see $out"
		exit $((status ? status : 1))
	fi
}
trap test_end EXIT
trap 'exit 1' INT TERM

# --- packages ------------------------------------------------------------------

# packages VERSION: builds both of this tree as that VERSION; prints their folder.
packages() {
	local folder=$out/packages-$1
	mkdir -p "$folder"
	(
		cp -r Kbuild LICENSE Makefile README.md SECURITY.md dkms.conf debian kmod userspace "$folder"
		cd "$folder" || exit
		sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"$1\"/" dkms.conf
		sed -i "1s/(.*)/($1)/" debian/changelog
		make -s deb
	) > "$folder.log" 2>&1 || { cat "$folder.log" >&2; return 1; }
	echo "$folder/deb"
}
# shellcheck disable=SC2034 # for the tests
this_version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

# --- a server's disk -------------------------------------------------------------

# server_new NAME ifupdown|networkd: $root is a fresh root, with its network set up.
server_new() {
	local base
	base=$(tests/life/root) || bail_out 'no root'
	root=$out/disk/$1 server_network=$2
	mkdir "$root"
	tar --xattrs --xattrs-include='*' -C "$root" -xf "$base/root.tar.zst" || bail_out 'no root'
	abi=$(basename "$root"/lib/modules/*)
	echo "$1" > "$root/etc/hostname"
	# The names that udev gives, and the names that administrators know.
	case $2 in
	ifupdown)
		DEV=ens5
		cat > "$root/etc/network/interfaces" <<- END
			auto lo
			iface lo inet loopback
			allow-hotplug $DEV
			iface $DEV inet static
				address 192.0.2.10/24
				gateway $GATEWAY
		END
		;;
	networkd)
		DEV=eth0
		{
			in_root dpkg --purge ifupdown &&
				in_root systemctl enable systemd-networkd
		} || bail_out 'no networkd'
		cat > "$root/etc/systemd/network/server.network" <<- END
			[Match]
			Name=$DEV
			[Network]
			Address=192.0.2.10/24
			Gateway=$GATEWAY
			LinkLocalAddressing=no
		END
		;;
	esac
}

# in_root COMMAND...: natively, below $root; nothing of it is seen outside.
in_root() {
	# shellcheck disable=SC2016 # for the shell inside
	unshare --mount --net --propagation private sh -c '
		mount -t proc proc "$0/proc" && mount --bind /dev "$0/dev" &&
			exec chroot "$0" env -i HOME=/root TERM=dumb DEBIAN_FRONTEND=noninteractive \
				INITRD=No LANG=C.UTF-8 LC_ALL=C.UTF-8 \
				DEBIAN_KERNEL_USE_CCACHE=yes CCACHE_DIR=/var/cache/ccache \
				PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"' "$root" "$@" \
		< /dev/null >> "$out/in_root.log" 2>&1
}

# install FOLDER: the packages there, natively.
install() {
	cp "$1"/arppin{-dkms,ctl}_*.deb "$root/tmp" &&
		in_root sh -c 'apt-get -y install /tmp/*.deb' &&
		rm "$root"/tmp/*.deb
}

# warm FOLDER...: the server's ccache knows what comes of the packages there: to
# compile them takes minutes when the server is emulated. Nothing else of it stays.
warm() {
	local server=$root root=$out/disk/warm/root folder
	mkdir -p "$out"/disk/warm/{root,upper,work}
	mount -t overlay -o "lowerdir=$server,upperdir=$out/disk/warm/upper,workdir=$out/disk/warm/work" \
		warm "$root" || return
	for folder; do
		install "$folder" || break
	done
	cp -a "$root/var/cache/ccache" "$server/var/cache"
	umount "$root" && rm -r "$out/disk/warm"
}

# --- machines --------------------------------------------------------------------

segment_start() {
	local waited=0
	mkdir "$segment"
	tests/vm/run -n -c 1 -m 512 -t 14400 -o "$segment" -x "$PWD/tests/life/segment" \
		-q "-netdev dgram,id=wire,local.type=unix,local.path=$segment/wire,$(
			)remote.type=unix,remote.path=$out/wire -device virtio-net-pci,netdev=wire" \
		> "$out/segment.log" 2>&1 &
	segment_pid=$!
	until [ -e "$segment/ready" ]; do
		if ! kill -0 "$segment_pid" || [ $((waited += 1)) -gt 600 ]; then
			diag < "$out/segment.log"
			bail_out 'no segment'
		fi
		sleep 0.2
	done
}
# Its kernel has nothing to complain of, and its attack was one.
segment_end() {
	order end
	wait "$segment_pid"
	point $? 'the segment ends well' || diag < "$out/segment.log"
	segment_pid=
}

# initramfs OUTPUT MODULE...: with the modules of $abi, for tests/life/initramfs.
initramfs() {
	local folder=$1.d module count=100
	mkdir -p "$folder"/{bin,modules}
	cp -L "$(command -v busybox)" "$folder/bin/busybox"
	cp tests/life/initramfs "$folder/init"
	while read -r module; do
		count=$((count + 1))
		case $module in
		*.xz) xz -dc "$module" ;;
		*) cat "$module" ;;
		esac > "$folder/modules/$count"
	done < <(for module in "${@:2}"; do
		modprobe -d "$root" -S "$abi" --show-depends "$module"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }')
	(cd "$folder" && find . | cpio --quiet -o -H newc) > "$1"
	rm -r "$folder"
}

# boot NAME [PARAMETER...] < JOB: the server from power on to power off; what it
# says is in $boot, what `note` in the JOB keeps is for said() and status().
boot() {
	boot=$out/$1
	local nic=virtio-net-pci modules=(virtio_pci 9pnet_virtio 9p)
	local parameters='console=ttyS0 panic=-1 oops=panic panic_on_warn=1'
	parameters+=' cryptomgr.notests no_timer_check norandmaps nokaslr mitigations=off init_on_alloc=0' # as tests/vm/run
	# Of a boot's many orders two: the device is there before systemd and
	# changes its name, or udev finds it and it keeps the kernel's.
	case $server_network in
	ifupdown) nic=e1000 modules+=(e1000) ;;
	networkd) parameters+=' net.ifnames=0' ;;
	esac
	# An emulated machine is slow: nobody shall hold the lock of apt, udev shall
	# not look for drivers that nobody needs, and systemd shall be patient.
	parameters+=' systemd.mask=apt-daily.timer systemd.mask=apt-daily-upgrade.timer'
	parameters+=' modprobe.blacklist=floppy,pcspkr,i2c_piix4,ata_piix,ata_generic,joydev,evdev,psmouse'
	parameters+=' systemd.default_timeout_start_sec=900'
	shift
	mkdir -p "$boot/segment"
	cat > "$boot/job"
	cp tests/life/{guest,watch,order.sh,life-job.service} "$boot"
	initramfs "$boot/initramfs" "${modules[@]}"
	local accelerator=tcg,thread=multi cpu=Nehalem,+rdrand
	[ "$(cat "$cache/kvm-$(cat /proc/sys/kernel/random/boot_id)" 2> /dev/null)" != 1 ] ||
		accelerator=kvm cpu=max # as tests/vm/run found out
	chrt --batch 0 timeout --foreground --kill-after=5 3000 qemu-system-x86_64 \
		-accel $accelerator -cpu $cpu -smp 1 -m 1024 \
		-nodefaults -no-user-config -display none -no-reboot \
		-kernel "$root/boot/vmlinuz-$abi" -initrd "$boot/initramfs" \
		-append "$parameters $*" \
		-serial "file:$boot/console.log" -serial "file:$boot/watch.log" \
		-fsdev "local,id=root,path=$root,security_model=passthrough,multidevs=remap" \
		-device virtio-9p-pci,fsdev=root,mount_tag=root \
		-fsdev "local,id=share,path=$boot,security_model=passthrough" \
		-device virtio-9p-pci,fsdev=share,mount_tag=share \
		-fsdev "local,id=segment,path=$segment,security_model=passthrough" \
		-device virtio-9p-pci,fsdev=segment,mount_tag=segment \
		-netdev "dgram,id=wire,local.type=unix,local.path=$out/wire,$(
			)remote.type=unix,remote.path=$segment/wire" \
		-device "$nic,netdev=wire,mac=$SERVER_MAC,addr=5" > "$boot/qemu.log" 2>&1 &
	server_pid=$!
	wait "$server_pid"
	point $? "$(basename "$boot"): boots, does its job and turns itself off" ||
		cat "$boot"/{qemu,job}.log | diag
	server_pid=
	[ -e "$boot/end" ] || { tail -n 30 "$boot/console.log" | tr -d '\r' | diag; bail_out "no end of $1"; }
	echo "# $(basename "$boot"): $(sed -n 's/\r//; s/^beat //p' "$boot/watch.log" | tail -n 1) s"
}

said() { cat "$boot/$1.said"; }
status() { cat "$boot/$1.status"; }

# before_network UNIT...: arppin.service was there before network-pre.target, and
# that before the UNITs, which set the network up, began. A note `moments` has them all.
before_network() {
	local unit
	for unit; do
		ok "$(basename "$boot"): arppin.service, network-pre.target, $unit" in_order "$unit"
	done
}
in_order() { # UNIT
	cat "$boot/moments.said" # for who wonders
	awk -F'[=\n]' -v RS= -v unit="$1" '
		{
			for (i = 1; i < NF; i += 2)
				value[$i] = $(i + 1)
			began[value["Id"]] = value["InactiveExitTimestampMonotonic"]
			there[value["Id"]] = value["ActiveEnterTimestampMonotonic"]
		}
		END { # 0: never
			arppin = there["arppin.service"]
			network = there["network-pre.target"]
			exit !(arppin > 0 && arppin <= network && network <= began[unit])
		}' "$boot/moments.said"
}

# lladdrs [MARK]: which ones the gateway's entry ever had in the last boot, until
# the MARK of its job.
lladdrs() {
	tr -d '\r' < "$boot/watch.log" | sed "/^mark ${1:-no such}\$/q" |
		sed -n "s/.*\b$GATEWAY dev [^ ]* lladdr \([^ ]*\).*/\1/p" |
		grep -v 00:00:00:00:00:00 | sort -u
}
# The watcher was there from the entry's first moment to after the job.
watched() {
	tr -d '\r' < "$boot/watch.log" | awk '/^mark over/ { over = 1 } over && /^beat/ { n++ } END { exit !n }'
}
# poisoned: the watcher does see an attack that wins, or what it never saw elsewhere
# says nothing.
poisoned() {
	like "$(basename "$boot"): the watcher has seen the gateway's entry with the attacker's MAC" \
		"$(lladdrs | paste -sd' ')" $ATTACKER_MAC
	ok "$(basename "$boot"): and watched to the end" watched
}
# pinned_throughout [MARK]: from the entry's first moment to the MARK, or the last.
pinned_throughout() {
	is "$(basename "$boot"): the gateway's entry never had another MAC" \
		"$(lladdrs "$@" | paste -sd' ')" $GATEWAY_MAC
	ok "$(basename "$boot"): and was watched to the end" watched
}
