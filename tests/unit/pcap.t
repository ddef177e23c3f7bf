#!/bin/sh
exec "$(dirname "$0")/build" pcap userspace/pcap.c
