#!/bin/sh
exec "$(dirname "$0")/build" report userspace/report.c userspace/print.c userspace/out.c \
	userspace/parse.c userspace/parse_error.c userspace/names.c
