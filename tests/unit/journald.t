#!/bin/sh
exec "$(dirname "$0")/build" journald userspace/journald.c userspace/queue.c userspace/names.c
