#!/bin/sh
exec "$(dirname "$0")/build" stats userspace/stats.c userspace/out.c userspace/parse.c \
	userspace/parse_error.c userspace/names.c
