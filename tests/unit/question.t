#!/bin/sh
exec "$(dirname "$0")/build" question userspace/question.c userspace/virtual.c userspace/own.c
