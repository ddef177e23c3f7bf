#!/bin/sh
exec "$(dirname "$0")/build" standin userspace/standin.c userspace/tables.c userspace/model.c userspace/parse.c \
	userspace/parse_config.c userspace/parse_error.c userspace/names.c
