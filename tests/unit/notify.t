#!/bin/sh
exec "$(dirname "$0")/build" notify -Wl,--wrap=socket -Wl,--wrap=sendto userspace/notify.c
