#!/bin/sh
exec "$(dirname "$0")/build" setup userspace/setup.c userspace/question.c userspace/print.c \
	userspace/out.c userspace/parse.c userspace/parse_config.c userspace/parse_error.c \
	userspace/names.c userspace/model.c userspace/own.c
