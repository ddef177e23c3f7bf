# SPDX-License-Identifier: GPL-2.0-only
#
# make            the module (arppin.ko) and the tool (userspace/arppinctl)
# make module     KVER= or KDIR= names another kernel than the running one
# make tool
# make demo       the night of 2008-06-01 in a throw-away VM
# make check      every test; make check-quick: under 3 minutes
#
# demo and check install the Debian packages that they miss, and need root.

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

CC ?= cc
CFLAGS ?= -O2 -g
TOOL_CFLAGS = -std=gnu11 -Wall -Wextra -Wshadow -Wformat=2 -Ikmod/uapi \
	      -Ikmod -DARPPIN_VERSION='"$(VERSION)"' $(shell pkg-config --cflags libmnl json-c)
TOOL_LIBS = $(shell pkg-config --libs libmnl json-c)
# What judges packets in the kernel judges them in the tool as well; kmod/*.o are Kbuild's.
PURE_OBJS = $(addprefix userspace/,claim.o claim_arp.o verdict.o)
TOOL_OBJS = $(patsubst %.c,%.o,$(wildcard userspace/*.c)) $(PURE_OBJS)
TOOL_HEADERS = $(wildcard userspace/*.h) kmod/uapi/arppin.h kmod/types.h kmod/claim.h kmod/verdict.h

all: module tool

module:
	@test -e $(KDIR)/Makefile || { \
		echo "The headers of this kernel are missing: apt install linux-headers-$(KVER)" >&2; \
		exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tool: userspace/arppinctl

userspace/arppinctl: $(TOOL_OBJS)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(TOOL_LIBS)

# Headers are few: each object depends on all of them.
userspace/%.o: userspace/%.c $(TOOL_HEADERS) dkms.conf
	$(CC) $(CPPFLAGS) $(TOOL_CFLAGS) $(CFLAGS) -c -o $@ $<

$(PURE_OBJS): userspace/%.o: kmod/%.c $(TOOL_HEADERS)
	$(CC) $(CPPFLAGS) $(TOOL_CFLAGS) $(CFLAGS) -c -o $@ $<

demo: deps
	tests/demo/run

check check-quick: deps
	tests/check $(filter quick,$(@:check-%=%))

deps:
	tests/deps

clean:
	rm -f userspace/*.o userspace/arppinctl
	rm -f kmod/*.o kmod/.*.cmd *.o *.ko *.mod *.mod.c .*.cmd Module.symvers modules.order
	rm -rf .tmp_versions

.PHONY: all module tool demo check check-quick deps clean
