#!/bin/sh
exec "$(dirname "$0")/build" run userspace/run.c
