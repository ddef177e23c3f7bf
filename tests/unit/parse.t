#!/bin/sh
exec "$(dirname "$0")/build" parse userspace/parse.c userspace/names.c
