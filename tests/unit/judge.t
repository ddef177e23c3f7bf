#!/bin/sh
exec "$(dirname "$0")/build" judge -Wl,--wrap=crowd_add userspace/judge.c userspace/ingress.c userspace/crowd.c \
	userspace/own.c
