#!/bin/sh
exec "$(dirname "$0")/build" host -Wl,--wrap=getifaddrs -Wl,--wrap=freeifaddrs \
	-Wl,--wrap=realloc userspace/host.c userspace/own.c
