#!/bin/sh
exec "$(dirname "$0")/build" parse userspace/parse.c userspace/model.c userspace/parse_config.c userspace/parse_error.c userspace/names.c
