#!/bin/sh
exec "$(dirname "$0")/build" arena -Wl,--wrap=close -Wl,--wrap=nanosleep -Wl,--wrap=open \
	-Wl,--wrap=setns -Wl,--wrap=unshare userspace/arena.c
