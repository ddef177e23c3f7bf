#!/bin/sh
exec "$(dirname "$0")/build" program userspace/program.c
