#!/bin/sh
exec "$(dirname "$0")/build" exec userspace/exec.c userspace/queue.c
