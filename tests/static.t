#!/bin/bash
# What can be said about the tree without running it. One point for each tool;
# what it complains about follows as comments.
cd "$(dirname "$0")/.." || exit
export LC_ALL=C.UTF-8

# Types of checkpatch's complaints that do not apply, and why:
ignored=(
	FILE_PATH_CHANGES	# there is no MAINTAINERS to update
	LINUX_VERSION_CODE	# compat.h is for that: the module is out of tree
)
ignored_tests=(
	CAMELCASE		# cmocka's
	COMPLEX_MACRO		# lists of a packet's bytes
	ARRAY_SIZE		# is the kernel's
	LONG_LINE_STRING	# what a program is to print, whole lines of it
	LONG_LINE
	SPLIT_STRING
)
ignored_userspace=(
	PREFER_KERNEL_TYPES	# u32 is no type of userspace's
	PREFER_DEFINED_ATTRIBUTE_MACRO	# nor are __printf() and __aligned()
	CAMELCASE		# PRIu64 and its like are the C library's
)

ignored_fuzz=(
	CAMELCASE		# libFuzzer's
)

number=0
# silent DESCRIPTION COMMAND...: it succeeds and prints nothing.
silent() {
	local description=$1 said
	shift
	number=$((number + 1))
	if said=$("$@" 2>&1) && [ -z "$said" ]; then
		echo "ok $number - $description"
	else
		echo "not ok $number - $description"
		head -n 100 <<< "$said" | sed 's/^/# /'
	fi
}

# files [PATTERN...]: those of the tree, committed or about to be. A pattern for
# which there is none is a mistake, not a reason to be content.
files() {
	local pattern found file
	for pattern in "${@:-.}"; do
		found=$(git ls-files -co --exclude-standard -- "$pattern" |
			while read -r file; do [ ! -e "$file" ] || echo "$file"; done)
		[ "$found" ] || { echo "no file $pattern"; return 1; }
		echo "$found"
	done
}
# interpreted REGEX: scripts whose first line names this interpreter.
interpreted() {
	local file line
	for file in $(files); do
		read -r line < "$file"
		[[ ! $line =~ ^#!.*/(env )?($1)( |$) ]] || echo "$file"
	done 2> /dev/null
}
# at_once COMMAND...: COMMAND with the files of the standard input, some on each CPU.
at_once() { xargs -d '\n' -P "$(nproc)" -n 10 "$@"; }
# anew COMMAND...: likewise, but a file about which it had nothing to say is not asked
# about again. For what looks at each file alone, and takes long.
known=${ARPPIN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/arppin}/static
mkdir -p "$known"
anew() {
	local program word hash file files=() silent=() said
	# The same words, and the same program, and the same script if it is one's.
	program=$({
		echo "$*"
		for word in "$(command -v "$1")" "${@:2}"; do
			[ ! -f "$word" ] || sha256sum < "$word"
		done
	} | sha256sum | head -c 16)
	while read -r hash file; do
		[ ! -e "$known/$program-$hash" ] || continue
		files+=("$file") silent+=("$known/$program-$hash")
	done < <(xargs -d '\n' sha256sum)
	[ ${#files[@]} != 0 ] || return 0
	if said=$(printf '%s\n' "${files[@]}" | at_once "$@" 2>&1) && [ -z "$said" ]; then
		touch "${silent[@]}"
	else
		echo "$said"
		return 1
	fi
}
# each COMMAND... -- PATTERN...: COMMAND with all these files.
each() {
	local command=() found
	while [ "$1" != -- ]; do
		command+=("$1")
		shift
	done
	shift
	found=$(files "$@") || { echo "$found"; return 1; }
	at_once "${command[@]}" <<< "$found"
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
source=$(tests/vm/kernel source) || exit

module() { # with every warning, and with sparse; other kernels: tests/kernels.t
	mkdir "$scratch/module" && cp -r Kbuild dkms.conf kmod "$scratch/module" || return
	tests/vm/kbuild 6.1 "$scratch/module" -j"$(nproc)" C=2 CF=-D__CHECK_ENDIAN__
}
silent 'the module builds without a warning, of sparse neither' module
bare() {
	cp -r tests/bench/bare "$scratch/bare" &&
		tests/vm/kbuild 6.1 "$scratch/bare" C=2 CF=-D__CHECK_ENDIAN__
}
silent "... the benchmark's neither" bare
counters() {
	cp -r tests/vm/coverage "$scratch/counters" &&
		tests/vm/kbuild 6.1 "$scratch/counters" C=2 CF=-D__CHECK_ENDIAN__
}
silent "... nor that which keeps counters" counters

checkpatch() { # FILE_PATTERN... -- IGNORED_TYPE...
	local patterns=() found
	while [ "$1" != -- ]; do
		patterns+=("$1")
		shift
	done
	shift
	found=$(files "${patterns[@]}") || { echo "$found"; return 1; }
	# It leaves a file in the folder where it runs, and looks for an include/.
	mkdir -p "$scratch/include"
	touch "$scratch/.checkpatch-camelcase.date.0"
	sed "s,^,$PWD/," <<< "$found" | (cd "$scratch" && anew \
		perl "$source/scripts/checkpatch.pl" --strict --no-tree --root=. --no-summary \
			--quiet --terse --ignore "$(IFS=,; echo "$*")" --file --) | sed "s,^$PWD/,,"
	return "${PIPESTATUS[1]}"
}
silent 'checkpatch: the module' checkpatch 'kmod/*.[ch]' -- "${ignored[@]}"
silent 'checkpatch: the tool' \
	checkpatch 'userspace/*.[ch]' -- "${ignored[@]}" "${ignored_userspace[@]}"
silent 'checkpatch: the unit tests' \
	checkpatch 'tests/unit/*.[ch]' -- "${ignored[@]}" "${ignored_userspace[@]}" "${ignored_tests[@]}"
silent "checkpatch: the benchmark's module" checkpatch 'tests/bench/bare/*.c' -- "${ignored[@]}"
silent 'checkpatch: what keeps counters' checkpatch 'tests/vm/coverage/*.c' -- "${ignored[@]}"
silent 'checkpatch: the module with bugs' checkpatch 'tests/debug/broken/*.c' -- "${ignored[@]}"
silent 'checkpatch: the benchmark' \
	checkpatch ':(glob)tests/bench/*.c' -- "${ignored[@]}" "${ignored_userspace[@]}"
silent 'checkpatch: the fuzzers' \
	checkpatch 'tests/fuzz/*.[ch]' -- "${ignored[@]}" "${ignored_userspace[@]}" "${ignored_fuzz[@]}"
silent 'kernel-doc comments' each perl "$source/scripts/kernel-doc" -none -Werror -- 'kmod/*.[ch]'

read -ra flags < <(pkg-config --cflags libmnl json-c)
silent 'clang: the tool' each clang -Wall -Wextra -Werror -fsyntax-only -D_GNU_SOURCE \
	-Ikmod/uapi -Ikmod -Iuserspace "${flags[@]}" -- 'userspace/*.c'
silent 'clang: the fuzzers' each clang -Wall -Wextra -Werror -fsyntax-only \
	-Ikmod/uapi -Ikmod -Iuserspace "${flags[@]}" -- 'tests/fuzz/*.c'
silent 'clang: the benchmark, and what injects faults' each clang -Wall -Wextra -Werror -fsyntax-only \
	-- ':(glob)tests/bench/*.c' ':(glob)tests/vm/*.c'
# cppcheck cannot see through the kernel's macros: of the module, only the files
# that also compile in userspace.
# And all at once: what one does with what another gives it is seen only then.
cppcheck_all() {
	local found
	found=$(files 'userspace/*.c' 'kmod/claim*.h' kmod/verdict.h kmod/weaker.h ':(glob)tests/bench/*.c') ||
		{ echo "$found"; return 1; }
	xargs -d '\n' cppcheck --quiet --error-exitcode=1 --enable=warning,performance,portability \
		--inline-suppr -Ikmod/uapi -Ikmod -Iuserspace <<< "$found"
}
silent 'cppcheck: the tool, the pure files and the benchmark' cppcheck_all

shell_scripts() { { interpreted '(ba|da|busybox )?sh'; files '*.sh'; } | sort -u | anew shellcheck; }
silent 'shellcheck' shell_scripts
perl_scripts() { interpreted perl | while read -r file; do perl -c "$file" 2>&1 | grep -v 'syntax OK$'; done; true; }
silent 'perl -c' perl_scripts

man_pages() {
	local pages page
	pages=$(files 'userspace/*.[578]') || { echo "$pages"; return 1; }
	for page in $pages; do
		man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 > /dev/null | sed "s,^,$page: ,"
	done
}
silent 'man pages' man_pages

yaml_files() {
	each python3 -c 'import sys, yaml
for name in sys.argv[1:]: yaml.safe_load(open(name))' -- '*.yaml'
}
silent 'YAML' yaml_files
netlink_spec() {
	python3 - kmod/arppin.yaml "$source/Documentation/netlink/genetlink.yaml" <<-'END'
		import sys, jsonschema, yaml
		spec, schema = (yaml.safe_load(open(name)) for name in sys.argv[1:])
		jsonschema.validate(spec, schema)
	END
}
silent "the netlink spec follows the kernel's schema" netlink_spec

no_shell() { # see exec.c and program.c: they spawn what they are given, word by word
	! git grep --untracked -nE '\<(system|popen|exec[lv]p?e?|execvpe|wordexp)[ \t]*\([^)]|"(/bin/)?(ba|da)?sh"' -- \
		'userspace/*.[ch]'
}
silent 'the tool runs no shell' no_shell
mirrors() { # whose names say where somebody works, not where a user gets anything
	local hosts
	hosts=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2> /dev/null |
		grep -v '^ *#' | grep -oE 'https?://[^/ ]+' | sed 's,.*//,,' | sort -u)
	[ -z "$hosts" ] || ! git grep --untracked -nIF "$hosts" -- . ':!debian'
}
silent "no name of this machine's package mirrors" mirrors

top_level() {
	files | cut -d/ -f1 | sort -u |
		grep -vxE 'kmod|userspace|tests|Kbuild|Makefile|dkms\.conf|(README|SECURITY)\.md|LICENSE|debian|\..*'
	true
}
silent 'nothing else at the top level' top_level
white_space() { git diff --check "$(git hash-object -t tree /dev/null)"; }
silent 'white space' white_space

echo "1..$number"
