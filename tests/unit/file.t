#!/bin/sh
exec "$(dirname "$0")/build" file -Wl,--wrap=realloc -Wl,--wrap=close userspace/file.c
