#!/bin/sh
exec "$(dirname "$0")/build" explain -Wl,--wrap=crowd_add userspace/explain.c userspace/judge.c userspace/ingress.c \
	userspace/crowd.c userspace/pcap.c userspace/out.c userspace/names.c userspace/parse.c userspace/parse_error.c
