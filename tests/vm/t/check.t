#!/bin/bash
# `arppinctl check`: on a protected host nothing fails; each fault is found by its
# check, which is content again when the fault is mended, by the command that it
# printed where that can be had here.
# weight: 150
. tests/vm/lib.sh
. tests/vm/pins.sh

dir=$(mktemp -d)
install -m 755 "$ARPPINCTL" /usr/sbin/arppinctl
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
kernel=$(uname -r)

# look [OPTION...]: what check says is in $said, its exit status in $status. The
# failures are in $failed as NAMEs, the first command that one printed in $fix.
look() {
	local state name rest
	said=$(arppinctl "$@" check 2>&1)
	status=$? failed='' fix=''
	while read -r state name rest; do
		case $state in
		failed) [[ " $failed " = *" $name "* ]] || failed+=${failed:+ }$name ;;
		fix:) fix=${fix:-$name${rest:+ }$rest} ;;
		esac
	done <<< "$said"
}
# finds NAME REGEX [OPTION...]: of all checks that one fails, and says so.
finds() {
	local name=$1 regex=$2
	shift 2
	look "$@"
	[[ $status = 3 && $failed = "$name" && $said =~ $regex && ${said##*$'\n'} = 'not protected' ]]
	point $? "$name: $regex" || diag "status $status, failed: $failed
$said"
}
# content DESCRIPTION [OPTION...]: no check fails.
content() {
	local description=$1
	shift
	look "$@"
	[[ $status = 0 && ! $failed && ${said##*$'\n'} = protected ]]
	point $? "$description" || diag "status $status
$said"
}
# says NAME REGEX: about what does not fail.
says() { like "$1: $2" "$(grep " $1 " <<< "$said")" "$2"; }
# mend: the command as it was printed, in a shell.
mend() { ok "it is mended by: $fix" env PATH="/usr/local/sbin:$PATH" bash -c "$fix"; }

# --- a network namespace ------------------------------------------------------------

topology
finds module-loaded 'the module is not loaded' -n server
is '... and how to load it' "$fix" 'modprobe arppin'
load_arppin
look -n server
is 'nothing is pinned' "$failed" 'gateways pins'
says gateways "the default gateway $GATEWAY dev eth0 is not pinned"
is '... and how to pin it' "$fix" "arppinctl -n server pin learn $GATEWAY dev eth0"
says hook skipped
ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
content 'pinned is protected' -n server
says hook 'ok .*ARP frames pass'
says module-built 'skipped .*another network namespace'
says unit-restore 'skipped .*another network namespace'
says module-version "ok .*$version: tool, loaded module"
like 'by the path of the namespace, too' "$(arppinctl -n /run/netns/server check)" 'protected$'
like 'entered before it is another namespace as well' "$(on server arppinctl check)" \
	'skipped unit-restore .*another network namespace.*protected$'

ctl pin replace $GATEWAY dev eth0 lladdr $GATEWAY_MAC mode audit
look -n server
is 'an audited gateway is not protected' "$failed" 'gateways pins'
mend
content 'enforced it is' -n server

ctl pin add 192.0.2.9 dev late0 lladdr 02:00:00:00:00:09
finds pins-bound 'no device late0' -n server
ip -n server link add late0 type dummy
content 'the device of a pin comes' -n server
ip -n server link del late0
finds pins-bound 'no device late0' -n server
mend
ctl guard set dev late0 unpinned drop
finds pins-bound 'no device late0' -n server
mend
content 'and no unbound guard' -n server

ctl pin add $ATTACKER dev eth0 lladdr 02:00:00:00:00:99 mode audit
on server ping -c1 -W5 $ATTACKER > /dev/null
finds cache "$ATTACKER dev eth0 is at $ATTACKER_MAC, which is not in its pin" -n server
says pins "1 in mode enforce; in mode audit, which only tells: $ATTACKER dev eth0"
mend
is '... to what is pinned' "$(cache_mac $ATTACKER)" 02:00:00:00:00:99
content '... and so all is well' -n server
ctl pin del $ATTACKER dev eth0

ctl save > "$dir/same"
ctl restore "$dir/same" confirm 600
finds confirm 'a restore waits for its confirmation' -n server
is '... which is one command' "$fix" 'arppinctl -n server confirm'
look -n attacker
says confirm 'ok .*no restore waits'
look -n server
mend
content '... and nobody waits any more' -n server

ip -n server route add default via $ATTACKER metric 7
finds gateways "the default gateway $ATTACKER dev eth0 is not pinned" -n server
ip -n server route replace default metric 7 \
	nexthop via $GATEWAY dev eth0 nexthop via $ATTACKER dev eth0
finds gateways "the default gateway $ATTACKER dev eth0 is not pinned" -n server
ip -n server route del default metric 7
on server sysctl -qw net.ipv6.conf.{all,eth0}.disable_ipv6=0
ip -n server -6 route add 2001:db8::/32 via fe80::1 dev eth0
look -n server
says ipv6 'ok .*there is no default gateway'
ip -n server -6 route add default via fe80::1 dev eth0
content 'a default gateway of IPv6 is no failure' -n server
says ipv6 'skipped .*gateway of IPv6 .*cannot be pinned yet'
on server sysctl -qw net.ipv6.conf.{all,eth0}.disable_ipv6=1
ip -n server link set eth0 down
look -n server
is 'a device that is down has no entries' "$failed" ''
ip -n server link set eth0 up
ip -n server route replace default via $GATEWAY
content 'up again' -n server

topology_clean
like 'a container has no boot of its own' "$(unshare --pid --fork --mount-proc /usr/sbin/arppinctl check)" \
	'skipped module-built .*a container'

enough rm /usr/sbin/arppinctl
# --- the host -----------------------------------------------------------------------

# The programs that are asked, as they answer on a host that has systemd. Before
# the real ones in the order in which they are sought.
mkdir -p /usr/local/sbin /run/systemd/system "$dir/units"
cat > /usr/local/sbin/systemctl <<-END
	#!/bin/bash
	[ ! -e $dir/hang ] || sleep 300
	case \$1 in
	show) shift 4; for unit; do echo "\$(< "$dir/units/\$unit")"; echo; done ;;
	enable) for unit; do :; done; sed -i 's/disabled/enabled/; s/inactive/active/' "$dir/units/\$unit" ;;
	restart | reload-or-restart)
		sed -i 's/failed/active/' "$dir/units/\$2"
		[ "\$2" != arppin.service ] || {
			[ -e /sys/module/arppin ] || insmod $ARPPIN_KO
			arppinctl restore /etc/arppin.conf && cp /etc/arppin.conf /var/lib/arppin/last-good.conf
		} ;;
	*) exit 9 ;;
	esac
END
cat > /usr/local/sbin/apt-cache <<-END
	#!/bin/bash
	[ ! -e $dir/none ] || exit 100
	[ "\$1" != madison ] || [ ! -e $dir/packaged ] || echo 'arppin-dkms | 9'
END
printf '#!/bin/sh\nsed -i s/noarppin// /boot/grub/grub.cfg\n' > /usr/local/sbin/update-grub
chmod 755 /usr/local/sbin/{systemctl,apt-cache,update-grub}
units() {
	local unit
	for unit in arppin arppin-standin arppin-monitor; do
		printf '%s\n' "Id=$unit.service" LoadState=loaded ActiveState=active UnitFileState=enabled \
			> "$dir/units/$unit.service"
	done
}
units

# A protected host. Its modules are few: depmod would take its time.
mount -t tmpfs tmpfs "/lib/modules/$kernel"
module=/lib/modules/$kernel/updates/arppin.ko
mkdir "${module%/*}"
cp "$ARPPIN_KO" "$module"
depmod 2> /dev/null
mkdir -p /boot/grub /var/lib/arppin
touch "/boot/vmlinuz-$kernel"
echo 'linux /vmlinuz quiet' > /boot/grub/grub.cfg
echo 'GRUB_CMDLINE_LINUX=""' > /etc/default/grub

ip netns add gateway
port() { ip link add eth0 address $SERVER_MAC type veth peer name eth0 netns gateway address $GATEWAY_MAC; }
port
ip -n gateway address add $GATEWAY/24 dev eth0
ip -n gateway link set eth0 up
ip address add $SERVER/24 dev eth0
ip link set eth0 up
ip route add default via $GATEWAY
arppinctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
arppinctl save > /etc/arppin.conf
cp /etc/arppin.conf /var/lib/arppin/last-good.conf

content 'a protected host'
is 'every check is content' "$(awk '$1 != "ok" { print $1, $2 }' <<< "$said")" \
	"skipped module-signed
protected "
arppinctl -j check > "$dir/json"
is 'and in JSON' "$(command jq -c '[.protected, .checks[0]]' "$dir/json")" \
	'[true,{"name":"module-built","state":"ok","detail":"for 1 installed kernel, the newest '"$kernel"'","why":null,"fix":null}]'

cat > "$dir/schema" <<-'END'
	{ "type": "object", "additionalProperties": false, "required": ["protected", "checks"],
	  "properties": {
	    "protected": { "type": "boolean" },
	    "checks": { "type": "array", "minItems": 19, "items": {
	      "type": "object", "additionalProperties": false,
	      "required": ["name", "state", "detail", "why", "fix"],
	      "properties": {
	        "name": { "enum": ["module-built", "module-signed", "config", "module-loaded",
	          "module-version", "confirm", "gateways", "ipv6", "pins", "pins-bound", "hook", "cache",
	          "config-in-force", "last-good", "unit-restore", "unit-standin", "unit-monitor",
	          "boot-loader", "command-line"] },
	        "state": { "enum": ["ok", "failed", "skipped"] },
	        "detail": { "type": "string", "minLength": 1 },
	        "why": { "type": ["string", "null"] },
	        "fix": { "type": ["string", "null"] } },
	      "if": { "properties": { "state": { "const": "failed" } } },
	      "then": { "properties": { "why": { "type": "string" } } },
	      "else": { "properties": { "why": { "type": "null" }, "fix": { "type": "null" } } } } } } }
END
valid() { # FILE...
	python3 - "$dir/schema" "$@" <<-'END'
		import json, sys, jsonschema
		schema, *documents = (json.load(open(name)) for name in sys.argv[1:])
		names = schema["properties"]["checks"]["items"]["properties"]["name"]["enum"]
		for document in documents:
		    jsonschema.validate(document, schema)
		    checks = document["checks"]
		    assert sorted({c["name"] for c in checks}) == sorted(names), "not each check is there"
		    assert document["protected"] == all(c["state"] != "failed" for c in checks)
	END
}

# Another kernel that could be booted next.
fake=9${kernel:1}
fake_module=/lib/modules/$fake/updates/arppin.ko
patch() { LC_ALL=C sed -i "s/$2/$3/" "$1"; } # FILE FROM TO: of the same length
mkdir "/lib/modules/$fake"
content 'a kernel without an image is none'
touch "/boot/vmlinuz-$fake"
touch /var/lib/apt/lists/x_Packages
finds module-built 'no module; its headers are missing'
is '... but can be had' "$fix" "apt install -y linux-headers-$fake"
touch "$dir/packaged"
finds module-built 'no module; its headers are missing'
is '... and arppin, from where there are packages of it' "$fix" "apt install -y arppin-dkms linux-headers-$fake"
arppinctl -j check > "$dir/json2"
touch "$dir/none"
finds module-built 'apt has no headers of it'
is '... and nobody wants to boot it' "$fix" "apt purge linux-image-$fake"
rm "$dir/none" /var/lib/apt/lists/x_Packages
mkdir -p "/lib/modules/$fake/build/include" "/usr/src/arppin-$version"
touch "/usr/src/arppin-$version/dkms.conf"
finds module-built 'no module, though its headers are there'
is '... and DKMS has the source' "$fix" "dkms install --force arppin/$version -k $fake"
mkdir "${fake_module%/*}"
cp "$ARPPIN_KO" "$fake_module"
depmod "$fake" 2> /dev/null
finds module-built "its module is another kernel's"
patch "$fake_module" "vermagic=$kernel" "vermagic=$fake"
content 'it has a module'
patch "$fake_module" "\(\x00version=\)$version" "\1${version%?}z"
finds module-version "the module on disk is version ${version%?}z, arppinctl $version"
is '... and how to replace it' "$fix" "dkms install --force arppin/$version -k $fake"
rm -r "/lib/modules/$fake" "/boot/vmlinuz-$fake" "/usr/src/arppin-$version"
rm "$module"
depmod 2> /dev/null
finds module-built "kernel ${kernel//+/\\+}: no module"
cp "$ARPPIN_KO" "$module"
depmod 2> /dev/null
content 'the running kernel has its module again'
patch "$module" 'srcversion=....' srcversion=0000
finds module-version "loaded is version $version .*, on disk is $version \(0000"
is '... and how to replace it' "$fix" 'arppinctl module reload'
cp "$ARPPIN_KO" "$module"
echo Y > "$dir/y"
mount --bind "$dir/y" /sys/module/module/parameters/sig_enforce
finds module-signed "the module is not signed, and module.sig_enforce is on"
umount /sys/module/module/parameters/sig_enforce

# The module.
unload_arppin
finds module-loaded 'the module is not loaded'
mend
content 'loaded, with its pins'

host_end() {
	arppinctl pin flush
	arppinctl -j check > "$dir/json3"
	ok 'the JSON is as it is said to be' valid "$dir/json" "$dir/json2" "$dir/json3"
	ip link del eth0
	ip netns del gateway
	umount "/lib/modules/$kernel"
	rm -rf "$dir" /boot/vmlinuz-* /usr/local/sbin/{systemctl,apt-cache,update-grub} \
		/run/systemd/system /boot/grub /usr/sbin/arppinctl /etc/arppin.conf \
		/var/lib/arppin/last-good.conf
	unload_arppin
	done_testing
}
# The files.
cp /etc/arppin.conf "$dir/conf"
echo 'pin add 192.0.2.300' >> /etc/arppin.conf
finds config '/etc/arppin.conf:2:9: "192.0.2.300"'
mend
content 'the broken file is put aside, and one that is good is there'
is '... and not lost' "$(tail -n 1 /etc/arppin.conf.broken)" 'pin add 192.0.2.300'
rm /etc/arppin.conf.broken /etc/arppin.conf
mkdir /etc/arppin.conf
finds config 'is not a regular file'
mend
content 'what was there instead of a file is put aside'
rmdir /etc/arppin.conf.broken
rm /etc/arppin.conf
mkfifo /etc/arppin.conf
finds config 'is not a regular file'
rm /etc/arppin.conf
finds config-in-force 'there is no /etc/arppin.conf'
mend
content 'saved'
arppinctl pin add 192.0.2.9 dev eth0 lladdr 02:00:00:00:00:09
finds config-in-force '0 only in the file, 1 only in force, 0 different'
like '... and there are two ways' "$said" 'to go back to the file: systemctl reload-or-restart arppin.service'
mend
finds last-good 'last-good.conf is not the same as /etc/arppin.conf'
mend
content 'what is in force is in both files'
arppinctl pin del 192.0.2.9 dev eth0
finds config-in-force '1 only in the file, 0 only in force, 0 different'
mend
content 'the file is in force'
arppinctl pin replace 192.0.2.9 dev eth0 lladdr 02:00:00:00:00:08
finds config-in-force '0 only in the file, 0 only in force, 1 different'
cp "$dir/conf" /etc/arppin.conf
arppinctl restore /etc/arppin.conf
sed 's/^/   /; 1i# the same' "$dir/conf" > /var/lib/arppin/last-good.conf
content 'another text for the same is as good'
arppinctl guard set dev eth0 unpinned audit
finds config-in-force '1 only in force'
arppinctl guard set dev eth0 unpinned accept
rm /var/lib/arppin/last-good.conf
finds last-good 'there is no /var/lib/arppin/last-good.conf'
mend

# systemd.
sed -i s/enabled/disabled/ "$dir/units/arppin.service"
finds unit-restore 'arppin.service is disabled'
mend
sed -i s/active/failed/ "$dir/units/arppin.service"
finds unit-restore 'arppin.service is failed'
mend
sed -i s/enabled/disabled/ "$dir/units/arppin-standin.service"
finds unit-standin 'arppin-standin.service is disabled'
mend
sed -i s/active/inactive/ "$dir/units/arppin-standin.service"
content 'a stand-in that does not run, as there is a module'
sed -i 's/enabled/disabled/; s/active/inactive/' "$dir/units/arppin-monitor.service"
finds unit-monitor 'arppin-monitor.service is disabled'
mend
content 'the units are as they shall be'
sed -i s/loaded/masked/ "$dir/units/arppin-monitor.service"
content 'who does not want it masks it'
units
touch "$dir/hang"
look
is 'a systemctl that hangs: what failed' "$failed" 'unit-restore unit-standin unit-monitor'
like '... and why' "$said" 'systemctl did not end in time'
rm "$dir/hang"
rmdir /run/systemd/system
look
is 'no systemd: what failed' "$failed" 'unit-restore unit-standin unit-monitor'
mkdir /run/systemd/system

# noarppin
echo 'quiet noarppin' > "$dir/cmdline"
mount --bind "$dir/cmdline" /proc/cmdline
finds command-line '"noarppin" is on the kernel command line'
umount /proc/cmdline
sed -i s/quiet/noarppin/ /boot/grub/grub.cfg
finds boot-loader '"noarppin" is in /boot/grub/grub.cfg'
mend
sed -i 's/""/"noarppin"/' /etc/default/grub
finds boot-loader '"noarppin" is in /etc/default/grub'
mend
content 'all is mended'

# Who asks.
said=$(setpriv --reuid=65534 --regid=65534 --clear-groups arppinctl check 2>&1)
is 'nobody is told: exit status' $? 2
is 'nobody is told: why' "$said" 'arppinctl: only root can see all that is to be checked'

before=$(arppinctl save; arppinctl -j stats; cat /proc/modules; ip neigh)
look
is 'check changes nothing' "$(arppinctl save; arppinctl -j stats; cat /proc/modules; ip neigh)" "$before"

rm /etc/arppin.conf /var/lib/arppin/last-good.conf
host_end
