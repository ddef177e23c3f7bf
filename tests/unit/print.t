#!/bin/sh
exec "$(dirname "$0")/build" print userspace/msg.c userspace/print.c userspace/out.c \
	userspace/parse.c userspace/parse_error.c userspace/names.c
