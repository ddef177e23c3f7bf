#!/bin/bash
# The units as they are shipped, in their sandbox, started by a real systemd with
# a real journald: the guest's own Debian, booted once more as a container in the
# network namespace of the server.
# weight: 60
. tests/vm/lib.sh
. tests/vm/pins.sh

load_arppin
topology
dir=$(mktemp -d)
install -m 755 "$ARPPINCTL" /usr/sbin/arppinctl
mkdir -p /var/lib/prometheus/node-exporter
rm -f /var/lib/prometheus/node-exporter/*

# The second half of booting: PID 1 of the container.
cat > "$dir/init" <<-END
	#!/bin/bash
	mount --make-rprivate /
	mount -t proc proc /proc
	mount -t cgroup2 cgroup /sys/fs/cgroup
	mount -t tmpfs -o mode=755 run /run
	mkdir -p /run/systemd/{system,journald.conf.d}
	cp $PWD/userspace/arppin-*.{service,timer} /run/systemd/system
	cat > /run/systemd/journald.conf.d/test.conf <<-'CONF'
		[Journal]
		Storage=volatile
		RateLimitIntervalSec=0
	CONF
	cat > /run/systemd/system/arppin-test.target <<-'UNIT'
		[Unit]
		Wants=systemd-journald.service arppin-monitor.service
	UNIT
	# The guest has booted once: what else systemd does first is of no use.
	for unit in {/usr/lib,/etc}/systemd/system/sysinit.target.wants/*; do
		case \$unit in
		*journald*) ;;
		*) ln -sf /dev/null /run/systemd/system/\${unit##*/} ;;
		esac
	done
	container=test exec /lib/systemd/systemd --system --unit=arppin-test.target --show-status=no
END
cat > "$dir/boot" <<-END
	#!/bin/bash
	echo \$\$ > /sys/fs/cgroup/arppin-test/cgroup.procs
	exec ip netns exec server unshare --fork --kill-child --pid --mount --uts --ipc --cgroup \
		bash $dir/init
END
mkdir /sys/fs/cgroup/arppin-test
start_log=$dir/log start bash "$dir/boot"
unshared=$started
booted() { init=$(pgrep -P "$unshared"); inside systemctl is-active -q arppin-test.target; }
inside() { nsenter --target "$init" --mount --pid --cgroup --uts --ipc "$@"; }
ok 'systemd boots' wait_for "$(brief 120 120 600)" booted || diag < "$dir/log"
init=$(pgrep -P "$unshared") # booted() had a shell of its own
unit() { inside systemctl "$@" --no-pager; }
# journal FIELD=VALUE...: its entries in JSON.
journal() { inside journalctl -q -o json --no-pager "$@"; }
in_journal() { [ "$(journal "$@" | wc -l)" -gt 0 ]; }

ok 'arppin-monitor.service runs' wait_for 120 unit is-active -q arppin-monitor.service ||
	diag "$(unit status arppin-monitor.service; inside journalctl --no-pager | tail -n 30)"
pid() { unit show -P MainPID arppin-monitor.service; }
main=$(pid)
is 'it may do what it must and no more' \
	"$(inside sed -n 's/^\(CapBnd\|NoNewPrivs\|Seccomp\):\t//p' "/proc/$main/status" | xargs)" \
	'0000000000001000 1 2'

ctl pin add $GATEWAY dev eth0 lladdr $GATEWAY_MAC
forge count=3
ok 'an attack is in the journal' wait_for 120 in_journal ARPPIN_EVENT=incident-start
is '... with its fields' "$(journal ARPPIN_EVENT=incident-start | jq -c '[.PRIORITY,
	.SYSLOG_IDENTIFIER, .MESSAGE_ID, .ARPPIN_DEV, .ARPPIN_ADDR, .ARPPIN_LLADDR, .ARPPIN_SOURCE,
	.ARPPIN_INCIDENT_KIND, .ARPPIN_DROPPED, .ARPPIN_PASSED, ._SYSTEMD_UNIT]')" \
	"[\"4\",\"arppin\",\"eb4dd7cb5f664eb0970b981a46ee80f6\",\"eth0\",\"$GATEWAY\",\"$ATTACKER_MAC\",\"$ATTACKER_MAC\",\"conflict\",\"1\",\"0\",\"arppin-monitor.service\"]"
like '... and a line' "$(journal ARPPIN_EVENT=incident-start | jq -r .MESSAGE)" \
	"incident-start eth0: $GATEWAY claimed by $ATTACKER_MAC.*dropped"
like '... found by time, too' "$(inside journalctl -q --no-pager -t arppin -p warning)" 'incident-start'

# The incident has ended when its pin goes: nothing happens by itself then.
ctl pin del $GATEWAY dev eth0
numbers() { journal SYSLOG_IDENTIFIER=arppin | jq -r .ARPPIN_SEQ | xargs; }
all() { [ "$(numbers)" = "$(seq -s ' ' "$(stat_number events)")" ]; }
ok 'each event is in the journal once, in order' wait_for 180 all || diag "$(numbers)"

inside kill -KILL "$main"
for i in 2 3 4; do ctl pin add 192.0.2.$i dev eth0 lladdr 02:00:00:00:00:0$i; done
ok 'killed with -9 it comes again' wait_for 120 unit is-active -q arppin-monitor.service
ok '... and each event is there once' wait_for 180 all || diag "$(numbers)"

unit stop systemd-journald.socket systemd-journald-dev-log.socket systemd-journald-audit.socket \
	systemd-journald.service > /dev/null 2>&1
for i in 5 6 7; do ctl pin add 192.0.2.$i dev eth0 lladdr 02:00:00:00:00:0$i; done
unit start systemd-journald.socket systemd-journald.service
ok 'journald stopped and started: each event is there once' wait_for 180 all || diag "$(numbers)"

unit stop arppin-monitor.service
ctl pin flush
unit start arppin-monitor.service
ok 'the unit stopped and started: each event is there once' wait_for 180 all || diag "$(numbers)"

ok 'arppin-metrics.service does its work' unit start arppin-metrics.service ||
	diag "$(inside journalctl --no-pager -u arppin-metrics | tail)"
promtool=$(tests/unpacked prometheus)/usr/bin/promtool
ok '... its file is what Prometheus reads' "$promtool" check metrics \
	< /var/lib/prometheus/node-exporter/arppin.prom
is '... by everybody' "$(stat -c %a /var/lib/prometheus/node-exporter/arppin.prom)" 644
is '... and alone' "$(ls /var/lib/prometheus/node-exporter)" arppin.prom
stop "$unshared"
rmdir /sys/fs/cgroup/arppin-test 2> /dev/null
rm -rf "$dir"
done_testing
