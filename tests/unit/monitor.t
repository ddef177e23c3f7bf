#!/bin/sh
exec "$(dirname "$0")/build" monitor userspace/monitor.c userspace/parse.c \
	userspace/parse_error.c userspace/names.c
