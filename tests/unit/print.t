#!/bin/sh
exec "$(dirname "$0")/build" print -Wl,--wrap=json_object_to_json_string_ext \
	userspace/msg.c userspace/print.c userspace/out.c \
	userspace/parse.c userspace/parse_error.c userspace/names.c
