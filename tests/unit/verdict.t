#!/bin/sh
exec "$(dirname "$0")/build" verdict kmod/verdict.c
