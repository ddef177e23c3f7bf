# bash completion for arppinctl(8)                       -*- shell-script -*-
# shellcheck shell=bash disable=SC2154 # words, cword, prev: of _init_completion

# What follows an object's command, word by word: `ADDR` and the like are looked
# up, the others are words of the grammar.
_arppinctl_commands='
pin add		ADDR dev lladdr mode resident
pin replace	PIN dev lladdr mode resident
pin del		PIN dev
pin show	PIN dev
pin flush	dev
pin learn	default ADDR dev wait
guard set	dev unpinned defend addresses
guard show	dev
incident show	INCIDENT
incident report	INCIDENT pcap
sighting show	dev lladdr
monitor -	since cursor journal jobs timeout exec
stats -		prometheus
save -
restore -	FILE else confirm
confirm -
lock -
standin -	FILE else
module reload
explain pcap	FILE dev
selftest -
check -
setup -		--yes wait
version -
help -		OBJECT
'

# _arppinctl_words [OBJECT]: the objects, or an object's commands.
_arppinctl_words() {
	awk -v object="${1-}" 'NF && (object == "" || $1 == object) {
		word = object == "" ? $1 : $2
		if (word != "-" && !seen[word]++)
			print word
	}' <<< "$_arppinctl_commands"
}

# _arppinctl_full WORD [OBJECT]: what the tool takes the abbreviation WORD for.
_arppinctl_full() {
	_arppinctl_words "${2-}" | awk -v word="$1" '
		$0 == word { exact = $0 }
		index($0, word) == 1 { found = $0; n++ }
		END { if (exact != "") print exact; else if (n == 1) print found }'
}

# _arppinctl_look_up WHAT [ARG...]: ARG is -n NETNS, when that is given.
_arppinctl_look_up() {
	local what=$1
	shift
	case $what in
	DEV)
		# An `@` and what is behind it is not of the name.
		if [ $# = 0 ]; then command ls /sys/class/net
		else command ip "$@" -o link | awk -F '[ :@]+' '{ print $2 }'; fi ;;
	# No lladdr is offered with it: the one in the cache may be the attacker's.
	ADDR)
		command ip "$@" -4 route show default | awk '{
			for (i = 1; i < NF; i++)
				if ($i == "via")
					print $(i + 1)
		}' ;;
	PIN) arppinctl "$@" save | awk '$1 == "pin" { print $3 }' ;;
	INCIDENT) arppinctl "$@" incident show | awk '/^[0-9]/ { print $1 + 0 }' ;;
	NETNS) command ls /run/netns ;;
	esac 2> /dev/null
}

# _arppinctl_offer: of the lines on stdin, those that go on from what is typed. No
# compgen -W: it would run what a device of a container has in its name.
_arppinctl_offer() {
	local word
	while IFS= read -r word; do
		[[ $word != "$cur"* ]] || COMPREPLY+=("$(printf %q "$word")")
	done
}

# _arppinctl_next FIRST USED GRAMMAR...: what may stand here of an object's grammar.
_arppinctl_next() {
	local first=$1 used=$2 word
	shift 2
	for word; do
		case $word in
		default)
			[ "$first" = no ] || echo default ;;
		ADDR | PIN | INCIDENT | OBJECT)
			[ "$first" = yes ] || continue
			case $word in
			OBJECT) _arppinctl_words ;;
			*) _arppinctl_look_up "$word" "${netns[@]}" ;;
			esac
			# It comes first, and only of what is listed it may be missing.
			[ "$command" = show ] || return ;;
		else | confirm)
			[[ $used = *' else '* || $used = *' confirm '* ]] || echo "$word" ;;
		*)
			[[ $used = *" $word "* ]] || echo "$word" ;;
		esac
	done
}

_arppinctl() {
	local cur prev words cword
	_init_completion -n : || return

	local i=1 netns=() object command
	while [ $i -lt "$cword" ]; do
		case ${words[i]} in
		--netns | -n | -[!-]*n)
			i=$((i + 1))
			netns=(-n "${words[i]}") ;;
		-*) ;;
		*) break ;;
		esac
		i=$((i + 1))
	done
	if [ $i -gt "$cword" ]; then # the value of -n
		if [[ $cur = /* ]]; then _filedir
		else _arppinctl_offer < <(_arppinctl_look_up NETNS); fi
		return
	elif [ $i = "$cword" ]; then
		if [[ $cur = -* ]]; then
			_arppinctl_offer < <(printf '%s\n' -j --json -p --pretty -n --netns \
				-V --version -h --help)
		else
			_arppinctl_offer < <(_arppinctl_words)
		fi
		return
	fi

	object=$(_arppinctl_full "${words[i]}")
	[ "$object" ] || return
	i=$((i + 1))
	command=-
	if [ "$(_arppinctl_words "$object")" ]; then
		if [ $i = "$cword" ]; then
			_arppinctl_offer < <(_arppinctl_words "$object")
			return
		fi
		command=$(_arppinctl_full "${words[i]}" "$object")
		[ "$command" ] || return
		i=$((i + 1))
	fi

	local grammar used=' ' j
	read -ra grammar < <(awk -v object="$object" -v command="$command" \
		'$1 == object && $2 == command { $1 = $2 = ""; print }' \
		<<< "$_arppinctl_commands")
	if [ $i = "$cword" ]; then
		if [ "${grammar[0]-}" = FILE ]; then _filedir
		else _arppinctl_offer < <(_arppinctl_next yes ' ' "${grammar[@]}"); fi
		return
	fi
	for ((j = i; j < cword; j++)); do
		used+="${words[j]} "
		if [ "$object ${words[j]}" = 'monitor exec' ]; then
			_command_offset $((j + 1))
			return
		fi
	done
	case $prev in
	dev) _arppinctl_offer < <(_arppinctl_look_up DEV "${netns[@]}") ;;
	mode) _arppinctl_offer < <(printf '%s\n' enforce audit) ;;
	resident | defend) _arppinctl_offer < <(printf '%s\n' on off) ;;
	unpinned) _arppinctl_offer < <(printf '%s\n' accept audit drop) ;;
	addresses) _arppinctl_offer <<< off ;;
	pcap | else | cursor) _filedir ;;
	lladdr | wait | confirm | since | jobs | timeout) ;;
	*)
		[ "${grammar[0]-}" != FILE ] || grammar=("${grammar[@]:1}")
		_arppinctl_offer < <(_arppinctl_next no "$used" "${grammar[@]}") ;;
	esac
} &&
	complete -F _arppinctl arppinctl
