#!/bin/bash
# What bash offers when Tab is pressed: bash-completion as Debian has it, asked for
# the completion of a line, with a tool and an ip that say what a host would.
cd "$(dirname "$0")/../.." || exit
export LC_ALL=C.UTF-8

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/bin" "$scratch/files"
touch "$scratch/files/"{a.conf,b.conf}
cat > "$scratch/bin/arppinctl" <<-'TOOL'
	#!/bin/sh
	case "$*" in
	save) echo 'pin add 192.0.2.1 dev eth0 lladdr 02:00:00:00:00:01'
		echo 'pin add 192.0.2.20 dev eth1 lladdr 02:00:00:00:00:20'
		echo 'guard set dev eth0 unpinned drop' ;;
	'-n blue save') echo 'pin add 198.51.100.1 dev eth0 lladdr 02:00:00:00:00:01' ;;
	'incident show') echo '7: conflict eth0 192.0.2.1'; echo '    live since 3'
		echo '12: conflict eth0 192.0.2.1' ;;
	*) echo "arppinctl: unexpected: $*" >&2; exit 1 ;;
	esac
TOOL
# What a container calls its device is run by nobody.
cat > "$scratch/bin/ip" <<-TOOL
	#!/bin/sh
	case "\$*" in
	'-4 route show default') echo 'default via 192.0.2.1 dev eth0 onlink' ;;
	'-n blue -o link') echo '1: lo: <LOOPBACK,UP> mtu 65536'
		echo '2: eth7@if3: <UP> mtu 1500'; echo '3: \$(>x): <UP> mtu 1500'
		echo '4: *: <UP> mtu 1500' ;;
	*) echo "ip: unexpected: \$*" >&2; exit 1 ;;
	esac
TOOL
chmod +x "$scratch/bin/"*
export PATH=$scratch/bin:$PATH

# offered LINE: what Tab makes of it, sorted, in one line; the cursor is at its end.
offered() {
	(cd "$scratch/files" && bash --norc -c '
		. /usr/share/bash-completion/bash_completion
		. "$1"
		COMP_LINE=$2 COMP_POINT=${#2}
		read -ra COMP_WORDS <<< "$2"
		[ "${2: -1}" != " " ] || COMP_WORDS+=("")
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		compopt() { :; } # is of a Tab that a hand has pressed
		_arppinctl
		printf "%s\n" "${COMPREPLY[@]}"
	' bash "$OLDPWD/userspace/arppinctl.bash" "$1") 2>&1 | sort | xargs -r -d '\n'
}

number=0
is() { # LINE EXPECTED
	local got
	number=$((number + 1))
	got=$(offered "arppinctl $1")
	[ "$got" = "$2" ] && echo "ok $number - $1" && return
	echo "not ok $number - $1"
	printf '# got      %s\n# expected %s\n' "$got" "$2"
}

is '' 'check confirm explain guard help incident lock module monitor pin restore save selftest setup sighting standin stats version'
is 'p' 'pin'
is 'mo' 'module monitor'
is '--' '--help --json --netns --pretty --version'
is 'pin ' 'add del flush learn replace show'
is '-j -p pin re' 'replace'
is 'frobnicate ' ''
is 'pin frobnicate ' ''
is 'pin add ' '192.0.2.1'
is 'pin add 192.0.2.1 ' 'dev lladdr mode resident'
is 'pin add 192.0.2.1 dev l' 'lo'
is 'pin add 192.0.2.1 dev eth0 lladdr ' ''
is 'pin add 192.0.2.1 dev eth0 lladdr 02 m' 'mode'
is 'pin add 192.0.2.1 dev eth0 lladdr 02 mode ' 'audit enforce'
is 'pin add 192.0.2.1 dev eth0 lladdr 02 mode audit resident ' 'off on'
is 'pin del ' '192.0.2.1 192.0.2.20'
is 'pi d ' '192.0.2.1 192.0.2.20'
is 'pin replace 192.0.2.2' '192.0.2.20'
is 'pin del 192.0.2.1 ' 'dev'
is 'pin show ' '192.0.2.1 192.0.2.20 dev'
is 'pin flush ' 'dev'
is 'pin learn ' '192.0.2.1 default'
is 'pin learn default ' 'dev wait'
is '-n blue pin del ' '198.51.100.1'
is '-n blue pin flush dev ' '\$\(\>x\) \* eth7 lo'
is '-n /etc/hostn' '/etc/hostname'
is 'guard set ' 'addresses defend dev unpinned'
is 'guard set dev eth0 unpinned ' 'accept audit drop'
is 'guard set dev eth0 unpinned drop ' 'addresses defend'
is 'guard set dev eth0 defend ' 'off on'
is 'guard set dev eth0 addresses ' 'off'
is 'incident show ' '12 7'
is 'incident report 1' '12'
is 'incident report 7 ' 'pcap'
is 'incident report 7 pcap ' 'a.conf b.conf'
is 'sighting show ' 'dev lladdr'
is 'monitor ' 'cursor exec jobs journal since timeout'
is 'monitor since 3 j' 'jobs journal'
is 'monitor exec echo a' 'a.conf'
is 'stats ' 'prometheus'
is 'save ' ''
is 'restore ' 'a.conf b.conf'
is 'restore a.conf ' 'confirm else'
is 'restore a.conf else ' 'a.conf b.conf'
is 'restore a.conf else b.conf ' ''
is 'restore a.conf confirm ' ''
is 'standin a.conf ' 'else'
is 'module ' 'reload'
is 'explain pcap ' 'a.conf b.conf'
is 'explain pcap a.conf ' 'dev'
is 'setup ' '--yes wait'
is 'help g' 'guard'
[ ! -e "$scratch/files/x" ] || echo "not ok $((number += 1)) - the name of a device was run"

# Every command that the tool knows.
make -s tool > "$scratch/log" 2>&1 || { cat "$scratch/log"; echo 'Bail out! no tool'; exit 1; }
while read -r object command _; do
	case $command in
	[a-z]*) is "$object $command" "$command" ;;
	*) is "$object" "$object" ;;
	esac
done < <(userspace/arppinctl help | sed -n '/^Options/q; s/^  arppinctl //p' |
	sed -E 's/^(monitor|stats|save|restore|confirm|standin|selftest|check|setup|version|help)\b.*/\1/')
echo "1..$number"
