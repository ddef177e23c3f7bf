#!/bin/sh
exec "$(dirname "$0")/build" selftest -Wl,--wrap=mnl_socket_get_fd -Wl,--wrap=nanosleep \
	-Wl,--wrap=poll userspace/selftest.c userspace/out.c userspace/parse.c \
	userspace/parse_error.c userspace/names.c
