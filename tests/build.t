#!/bin/bash
# `make` builds the module for the kernel that KDIR names, and the tool.
cd "$(dirname "$0")/.." || exit
kernel=$(tests/vm/kernel 6.1) || exit

echo 1..2
made() { # NUMBER FILE MAKE_ARGUMENT...: FILE is there afterwards
	local log
	log=$(make -j"$(nproc)" "${@:3}" 2>&1) && [ -s "$2" ] && echo "ok $1 - make ${3%%=*} builds $2" && return
	echo "not ok $1 - make ${3%%=*} builds $2"
	echo "$log" | sed 's/^/# /'
}
made 1 arppin.ko KDIR="$kernel/build"
made 2 userspace/arppinctl tool
