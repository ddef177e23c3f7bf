#!/bin/sh
exec "$(dirname "$0")/build" file userspace/file.c
