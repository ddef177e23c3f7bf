#!/bin/sh
exec "$(dirname "$0")/build" reload userspace/reload.c userspace/out.c userspace/parse.c \
	userspace/parse_config.c userspace/parse_error.c userspace/names.c userspace/model.c
