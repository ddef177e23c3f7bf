#!/bin/sh
exec "$(dirname "$0")/build" crowd userspace/crowd.c
