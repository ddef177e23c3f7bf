#!/bin/sh
exec "$(dirname "$0")/build" tables userspace/tables.c
