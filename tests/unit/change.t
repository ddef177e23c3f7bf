#!/bin/sh
exec "$(dirname "$0")/build" change userspace/change.c userspace/model.c \
	userspace/msg.c userspace/parse.c userspace/parse_config.c userspace/parse_error.c \
	userspace/names.c
