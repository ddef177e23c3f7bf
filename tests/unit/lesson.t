#!/bin/sh
exec "$(dirname "$0")/build" lesson userspace/lesson.c userspace/learn.c userspace/tables.c userspace/question.c \
	userspace/virtual.c userspace/out.c userspace/parse.c userspace/parse_error.c userspace/names.c
