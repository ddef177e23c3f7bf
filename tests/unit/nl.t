#!/bin/sh
exec "$(dirname "$0")/build" nl userspace/nl.c userspace/msg.c userspace/parse_error.c
