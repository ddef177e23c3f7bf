#!/bin/sh
exec "$(dirname "$0")/build" rtnl userspace/rtnl.c userspace/tables.c
