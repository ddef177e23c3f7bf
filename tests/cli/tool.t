#!/bin/bash
# The tool where the module is not loaded: whatever is wrong with a command line
# or a file is found before the kernel is asked.
cd "$(dirname "$0")/../.." || exit
export LC_ALL=C.UTF-8
. tests/cli/lines.sh

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ -z "${ARPPINCTL-}" ]; then
	make -s tool > "$scratch/log" 2>&1 || { cat "$scratch/log"; echo 'Bail out! no tool'; exit 1; }
	ARPPINCTL=$PWD/userspace/arppinctl
fi

number=0
point() { # STATUS DESCRIPTION
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		printf '%s\n' "status $status" "${said-}" "${complained-}" | sed 's/^/# /'
	fi
}
is() { # DESCRIPTION GOT EXPECTED
	[ "$2" = "$3" ]
	point $? "$1"
}

if [ -e /sys/module/arppin ]; then
	echo '1..0 # SKIP the module is loaded here'
	exit
fi
not_loaded='arppinctl: the arppin module is not loaded (modprobe arppin)'

line() {
	line_run "$1"
	status=$?
	case $2 in
	BAD)
		[[ $status = 1 && $complained = *"$3"* && $complained != *$'\n'* && ! $said ]] ;;
	OK)
		[[ $status = 0 && $said && ! $complained ]] ||
			[[ $status = 2 && $complained = "$not_loaded" && ! $said ]] ;;
	REFUSED)
		[[ $status = 2 && $complained = "$not_loaded" && ! $said ]] ;;
	esac
	point $? "$2: $1"
}
lines

line_run 'monitor < /dev/null'
status=$?
[[ $status = 2 && $complained = "$not_loaded" && ! $said ]]
point $? 'monitor says that the module is not loaded'

line_run help
status=$?
is 'help: no complaint' "$status$complained" 0
help=$said
page=$(groff -man -Tascii -P-c -P-b -P-o -P-u userspace/arppinctl.8 | tr -s ' \n' ' ')
for words in 'pin add' 'pin replace' 'pin del' 'pin show' 'pin flush' 'pin learn' 'guard set' 'guard show' \
	'incident show' 'incident report' 'sighting show' monitor stats save restore confirm lock standin 'module reload' \
	'explain pcap' selftest setup check version help; do
	[[ $help = *"arppinctl $words"* ]]
	point $? "help names $words"
	line_run "$words --help"
	status=$?
	[[ $status = 0 && $said = "usage: arppinctl $words"* && ! $complained ]]
	point $? "$words --help"
	synopsis=$(head -n 1 <<< "${said#usage: }")
	grep -qF -- "$synopsis" <<< "$page"
	point $? "the man page has: $synopsis"
done
for words in --help -h; do
	line_run "$words"
	status=$?
	is "$words is help" "$said" "$help"
done
line_run 'pin --help'
status=$?
is 'pin --help has 6 commands' "$(grep -c '^  arppinctl pin ' <<< "$said")" 6

line_run version
status=$?
is version "$said" "arppinctl $(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf), no module loaded"
line_run '-j version'
status=$?
is 'version in JSON' "$(jq -c 'keys' <<< "$said")" '["module","tool"]'
line_run '-jp version'
status=$?
is 'pretty JSON has lines' "$(wc -l <<< "$said")" 4

# A reader that is full.
line_run 'help > /dev/full'
status=$?
[[ $status = 1 && $complained = 'arppinctl: cannot write: '* ]]
point $? 'what cannot be written is an error'

# Nobody needs privileges to be told what is wrong.
if [ "$(id -u)" = 0 ] && command -v setpriv > /dev/null; then
	cp "$ARPPINCTL" "$scratch/tool"
	chmod 755 "$scratch"
	unprivileged() { (ARPPINCTL="setpriv --reuid=65534 --regid=65534 --clear-groups $scratch/tool"
		said=$(eval "$ARPPINCTL $1" 2>&1); echo "$? $said"); }
	is 'unprivileged: version' "$(unprivileged version)" \
		"0 arppinctl $(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf), no module loaded"
	is 'unprivileged: a wrong line' "$(unprivileged 'pin del x dev eth0')" \
		'1 arppinctl: "x" is not an IP address'
	is 'unprivileged: without the module' "$(unprivileged 'pin show')" "2 $not_loaded"
fi
echo "1..$number"
