#!/bin/sh
exec "$(dirname "$0")/build" check -Wl,--wrap=realloc userspace/checks.c userspace/check_module.c \
	userspace/check_force.c userspace/check_boot.c userspace/finding.c userspace/advice.c \
	userspace/kernels.c userspace/machine.c userspace/model.c userspace/parse.c userspace/parse_error.c userspace/names.c userspace/rtnl.c userspace/tables.c userspace/from_kernel.c
