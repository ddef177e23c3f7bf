#!/bin/sh
cd "$(dirname "$0")/../.." || exit
PATH=$(tests/unpacked prometheus)/usr/bin:$PATH # promtool
exec tests/unit/build prometheus userspace/prometheus.c userspace/parse.c userspace/parse_error.c userspace/names.c
