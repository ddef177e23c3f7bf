#!/bin/sh
exec "$(dirname "$0")/build" judge userspace/judge.c userspace/ingress.c userspace/crowd.c \
	userspace/own.c
