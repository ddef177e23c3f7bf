#!/bin/bash
# arppinctl setup, with a systemctl and a modprobe that only note what they are
# told: all of it or nothing, and again without harm. The real ones: tests/life.
# weight: 55
. tests/vm/lib.sh
. tests/vm/pins.sh

CONFIG=/etc/arppin.conf
folder=$(mktemp -d)
mkdir -p /usr/local/sbin
fake() { # NAME LINE...: a program in place of another
	printf '%s\n' '#!/bin/sh' "echo \"$1 \$*\" >> $folder/ran" "${@:2}" > "/usr/local/sbin/$1"
	chmod 755 "/usr/local/sbin/$1"
}
ran() { [ ! -e "$folder/ran" ] || cat "$folder/ran"; rm -f "$folder/ran"; }
# setup_status STATUS DESCRIPTION: with --yes; $said is its JSON.
setup_status() {
	said=$(on server arppinctl -j setup --yes wait 1 2> "$folder/complained")
	is "$2: exit status" $? "$1"
	diag "$said"
	diag < "$folder/complained"
}
told() { is "$1" "$(jq -rc "$2" <<< "$said")" "$3"; }
complained() { like "$1" "$(< "$folder/complained")" "$2"; }
state() {
	lsmod | grep '^arppin '
	[ ! -e /sys/module/arppin ] || ctl save
	ls -l --time-style=full-iso $CONFIG 2>&1
	cat $CONFIG 2> /dev/null
}
lines() { grep -v '^#' $CONFIG; }
PIN="pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC mode enforce resident on"
quiet_cache() {
	ip -n server neigh flush dev eth0
	on server ping -c1 -W5 $GATEWAY > /dev/null
}

topology
rm -f $CONFIG
nothing=$(state)

echo '# what it needs'
fails 'in another namespace' 1 arppinctl -n server setup --yes
like 'nobody to ask' "$(on server arppinctl setup < /dev/null 2>&1; echo $?)" 'no terminal.*1$'
like 'an unprivileged user' "$(on server setpriv --reuid=65534 --regid=65534 --clear-groups \
	"$ARPPINCTL" setup --yes 2>&1; echo $?)" 'root.*2$'
setup_status 2 'a module that is nowhere'
complained 'says so' 'cannot be loaded: .*arppin'
is 'nothing has changed' "$(state)" "$nothing"
fake modprobe "case \$1 in --dry-run) ;; *) insmod $ARPPIN_KO ;; esac"
fake systemctl

echo '# what it refuses'
ip -n server route del default
setup_status 3 'no default gateway'
ip -n server route add default via $GATEWAY
start on attacker tests/vm/arp.py eth0 count=0 interval=0.1
ok 'the attacker takes the gateway over' wait_for 10 cache_is $GATEWAY $ATTACKER_MAC
setup_status 3 'under attack'
stop "$started"
told 'it says why' '[.gateways[0].reason, .written, .enabled]' '["conflict",false,false]'
# Its answers, and its own questions later, would put the entry right.
ip -n gateway neigh replace $SERVER dev eth0 lladdr $SERVER_MAC nud permanent
ok 'the attacker is silent, the cache poisoned' unprotected
setup_status 3 'with a poisoned cache'
told 'it says why' '[.gateways[0].reason, .written, .enabled]' '["cache-conflict",false,false]'
ip -n gateway neigh del $SERVER dev eth0
quiet_cache
ip -n server route replace default nexthop via $GATEWAY dev eth0 nexthop via 192.0.2.3 dev eth0
setup_status 3 'one of two gateways is silent'
ip -n server route replace default via $GATEWAY
for text in 'pin add nonsense' "pin add 192.0.2.7 dev eth0 lladdr 2:0:0:0:0:7"; do
	echo "$text" > $CONFIG
	before=$(state)
	setup_status 3 "a file that is not in force: $text"
	complained 'says so' "nothing was changed"
	is 'the file stays' "$(state)" "$before"
done
rm $CONFIG
is 'nothing has changed, the module is not even loaded' "$(state)" "$nothing"
unlike 'no unit was enabled, no module loaded' "$(ran)" 'systemctl|modprobe arppin'

enough rm -f /usr/local/sbin/{systemctl,modprobe}
echo '# in peace'
asked() { # ANSWER: at a terminal
	script -qec "ip netns exec server $ARPPINCTL setup wait 1" /dev/null <<< "$1"
}
said=$(asked n)
is 'who says no: exit status' $? 1
like 'he was shown what would be' "$said" "$GATEWAY dev eth0: all who answer.*$GATEWAY_MAC: [0-9]+ claims.*y/N"
is 'and nothing has changed' "$(state)" "$nothing"
ran > /dev/null
mkdir -p /run/systemd/system
said=$(asked y)
is 'who says yes: exit status' $? 0
diag "$said"
like 'he is told what next' "$said" 'arppinctl check'
is 'it is pinned' "$(ctl save)" "$PIN"
ok 'and protected' protected
is 'the file' "$(lines)" "$PIN"
like 'says by whom and when' "$(head -n 1 $CONFIG)" '^# by arppinctl setup, 20[0-9-]+ [0-9:]+ UTC, user root$'
is 'is for root alone' "$(stat -c %a:%u $CONFIG)" 600:0
is 'module and units' "$(ran)" 'modprobe --dry-run arppin
modprobe arppin
systemctl enable arppin.service arppin-standin.service arppin-monitor.service
systemctl reload-or-restart arppin.service
systemctl start arppin-standin.service arppin-monitor.service'
is 'nothing lies about' "$(ls /etc/arppin*)" $CONFIG
before=$(state)
setup_status 0 'again'
told 'pinned already' '[.gateways[0].reason, .written, .enabled]' '["already-pinned",false,true]'
is 'is without harm' "$(state)" "$before"
ran > /dev/null

echo '# a second gateway later; the file has words of its owner'
printf '# mine\n%s # the gateway\nguard set dev eth0 unpinned audit' "$PIN" > $CONFIG
ctl guard set dev eth0 unpinned audit
chmod 640 $CONFIG
ip -n gateway address add 192.0.2.3/24 dev eth0
ip -n server route replace default nexthop via $GATEWAY dev eth0 nexthop via 192.0.2.3 dev eth0
setup_status 0 'it is added'
told 'both' '[.gateways[].reason, .written]' '["already-pinned","agreed",true]'
is 'what was there stays' "$(head -n 3 $CONFIG)" "# mine
$PIN # the gateway
guard set dev eth0 unpinned audit"
is 'and the new one is behind' "$(tail -n +5 $CONFIG)" "${PIN/$GATEWAY /192.0.2.3 }"
is 'its mode stays' "$(stat -c %a $CONFIG)" 640
ok 'the file is what is in force' ctl restore $CONFIG
ip -n server route replace default via $GATEWAY

echo '# what fails on the way'
reset() {
	rm -f $CONFIG
	ctl pin flush
	ctl guard set dev eth0 unpinned accept
	quiet_cache
}
reset
mount --bind -o ro /etc /etc
mount -o remount,ro,bind /etc
setup_status 2 'a file that cannot be written'
umount /etc
is 'nothing is pinned' "$(ctl save)" ''
fake systemctl 'echo "Failed to enable unit: Unit file arppin.service does not exist." >&2; exit 1'
setup_status 3 'units that are not installed'
complained 'says so' 'not be at the next boot: Failed to enable unit: Unit file arppin.service'
told 'the rest is done' '[.gateways[0].pinned, .written, .enabled]' '[true,true,false]'
fake systemctl
setup_status 0 'then it goes on from there'
rm -r /run/systemd/system
setup_status 3 'a machine without systemd'
complained 'says what to do' 'systemd does not run here: .*arppinctl restore /etc/arppin.conf'
rm -f /usr/local/sbin/{systemctl,modprobe} $CONFIG
rm -r "$folder"
done_testing
