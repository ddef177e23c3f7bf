#!/bin/sh
exec "$(dirname "$0")/build" hold userspace/hold.c userspace/model.c
