#!/bin/sh
exec "$(dirname "$0")/build" hold userspace/hold.c userspace/tables.c userspace/model.c
