#!/bin/sh
exec "$(dirname "$0")/build" facts -Wl,--wrap=access -Wl,--wrap=clock_gettime \
	-Wl,--wrap=glob -Wl,--wrap=globfree -Wl,--wrap=readlink -Wl,--wrap=stat \
	userspace/facts.c userspace/rtnl.c userspace/tables.c userspace/nl.c userspace/from_kernel.c \
	userspace/msg.c userspace/parse.c userspace/parse_config.c userspace/parse_error.c \
	userspace/model.c userspace/names.c
