#!/bin/sh
exec "$(dirname "$0")/build" prometheus userspace/prometheus.c userspace/parse.c userspace/names.c
