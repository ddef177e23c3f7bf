#!/bin/sh
exec "$(dirname "$0")/build" journald -Wl,--wrap=fclose userspace/journald.c userspace/queue.c userspace/names.c
