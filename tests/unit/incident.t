#!/bin/sh
exec "$(dirname "$0")/build" incident -Wl,--wrap=realloc userspace/incident.c \
	userspace/out.c userspace/parse.c userspace/parse_error.c userspace/names.c
