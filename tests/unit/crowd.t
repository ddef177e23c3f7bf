#!/bin/sh
exec "$(dirname "$0")/build" crowd -Wl,--wrap=calloc -Wl,--wrap=realloc \
	-Wl,--wrap=tsearch userspace/crowd.c
