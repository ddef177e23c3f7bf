#!/bin/sh
exec "$(dirname "$0")/build" claim kmod/claim.c kmod/claim_arp.c
