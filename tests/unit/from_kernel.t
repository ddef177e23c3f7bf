#!/bin/sh
exec "$(dirname "$0")/build" from_kernel userspace/from_kernel.c
