# SPDX-License-Identifier: GPL-2.0-only
#
# make            the module (arppin.ko) and the tool (userspace/arppinctl)
# make module     KVER= or KDIR= names another kernel than the running one
# make tool
# make demo       the night of 2008-06-01 in a throw-away VM
# make check      every test; make check-quick: those that take three minutes or so
# make check-debug  those with a kernel that looks for bugs, alone and with each allocation
# make fuzz       the fuzzers, each for SECONDS= (60)
# make bench      what arppin costs, beside nft and others, counted; KERNEL= names
#                 one of tests/vm/kernel -l, or all; into bench/
# make bench-record  the same, into the tree: README, tests/bench/result.*, recorded
# make coverage   lines of the tool and of the module that no test reaches (about an hour)
# make deb        Debian packages, into deb/
# make install    tool, manual pages, units and, through dkms, the module;
# make uninstall  takes all of that away again. Both know DESTDIR and prefix.
#
# demo, check, fuzz, bench and coverage install the Debian packages that they miss,
# and need root.

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build

VERSION := $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

CC ?= cc
CFLAGS ?= -O2 -g
TOOL_CFLAGS = -std=gnu11 -Wall -Wextra -Wshadow -Wformat=2 -Ikmod/uapi \
	      -Ikmod -DARPPIN_VERSION='"$(VERSION)"' $(shell pkg-config --cflags libmnl json-c)
TOOL_LIBS = $(shell pkg-config --libs libmnl json-c)
TOOL_OBJS = $(patsubst %.c,%.o,$(wildcard userspace/*.c))
# What judges packets in the kernel judges them in the tool as well.
TOOL_HEADERS = $(wildcard userspace/*.h) kmod/uapi/arppin.h kmod/types.h kmod/claim.h \
	       kmod/claim_arp.h kmod/verdict.h kmod/weaker.h

prefix ?= /usr/local
sbindir ?= $(prefix)/sbin
mandir ?= $(prefix)/share/man
docdir ?= $(prefix)/share/doc/arppinctl
unitdir ?= $(prefix)/lib/systemd/system
completiondir ?= $(prefix)/share/bash-completion/completions
sourcedir = /usr/src/arppin-$(VERSION)
MANUALS = $(wildcard userspace/*.[578])
UNITS = $(wildcard userspace/*.service userspace/*.timer)
EXAMPLES = userspace/arppin.conf userspace/arppin.rules.yml
DEB_FILES = Kbuild LICENSE Makefile README.md SECURITY.md dkms.conf debian kmod userspace

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

demo: deps
	tests/demo/run

check check-quick: deps
	tests/check $(filter quick,$(@:check-%=%))

check-debug: deps
	ARPPIN_FAULTS=all tests/check detectors vm-debug

SECONDS ?= 60
fuzz: deps
	tests/fuzz/run -s $(SECONDS)
	tests/fuzz/module -s $(SECONDS)

KERNEL ?= 6.1
bench: deps
	tests/bench/speed -k $(KERNEL)

# First what tests/bench/guard.t compares with, because it is quick.
bench-record: deps
	tests/bench/speed -g tests/bench/recorded
	tests/bench/speed -w

coverage: deps
	tests/coverage

deps:
	tests/deps

# From a copy without what a build has left in the tree.
deb:
	rm -rf deb
	mkdir -p deb/arppin-$(VERSION)
	cp -r $(DEB_FILES) deb/arppin-$(VERSION)
	$(MAKE) -s -C deb/arppin-$(VERSION) clean
	cd deb/arppin-$(VERSION) && dpkg-buildpackage -us -uc
	rm -r deb/arppin-$(VERSION)
	@echo; echo "To install: apt install ./deb/arppin-dkms_*.deb ./deb/arppinctl_*.deb"

# Where systemd, man, bash and dkms look for it, below /usr/local as well.
install-tool: tool
	install -d $(DESTDIR)$(sbindir) $(DESTDIR)$(mandir)/man5 $(DESTDIR)$(mandir)/man7 \
		$(DESTDIR)$(mandir)/man8 $(DESTDIR)$(unitdir) $(DESTDIR)$(completiondir) \
		$(DESTDIR)$(docdir)/examples
	install -m 755 userspace/arppinctl $(DESTDIR)$(sbindir)
	for page in $(MANUALS); do \
		install -m 644 $$page $(DESTDIR)$(mandir)/man$${page##*.} || exit; done
	install -m 644 $(UNITS) $(DESTDIR)$(unitdir)
	sed -i 's,/usr/sbin/arppinctl,$(sbindir)/arppinctl,' \
		$(patsubst userspace/%,$(DESTDIR)$(unitdir)/%,$(UNITS))
	install -m 644 userspace/arppinctl.bash $(DESTDIR)$(completiondir)/arppinctl
	install -m 644 $(EXAMPLES) $(DESTDIR)$(docdir)/examples

uninstall-tool:
	rm -f $(DESTDIR)$(sbindir)/arppinctl $(DESTDIR)$(completiondir)/arppinctl
	rm -f $(foreach page,$(MANUALS),$(DESTDIR)$(mandir)/man$(subst .,,$(suffix $(page)))/$(notdir $(page)))
	rm -f $(patsubst userspace/%,$(DESTDIR)$(unitdir)/%,$(UNITS))
	rm -rf $(DESTDIR)$(docdir)

install-source:
	install -d $(DESTDIR)$(sourcedir)/kmod/uapi
	install -m 644 Kbuild Makefile dkms.conf $(DESTDIR)$(sourcedir)
	install -m 644 kmod/*.[ch] $(DESTDIR)$(sourcedir)/kmod
	install -m 644 kmod/uapi/*.h $(DESTDIR)$(sourcedir)/kmod/uapi

ifdef DESTDIR
install: install-tool install-source
	@echo; echo "These are only the files: no module is built, no unit enabled below DESTDIR."

uninstall: uninstall-tool
	rm -rf $(DESTDIR)$(sourcedir)
else
PACKAGED = dpkg-query -W -f '$${db:Status-Abbrev}\n' arppin-dkms arppinctl 2> /dev/null | grep -q ^i
# forget VERSIONS: all that dkms has of these, whatever state it left them in.
define forget
	for version in $(1); do \
		test -e /var/lib/dkms/arppin/$$version || test -e /usr/src/arppin-$$version || continue; \
		dkms remove -m arppin -v $$version --all || true; \
		rm -rf /var/lib/dkms/arppin/$$version /usr/src/arppin-$$version; \
	done
endef
VERSIONS = $(notdir $(patsubst /usr/src/arppin-%,%,$(wildcard /usr/src/arppin-[0-9]*)) \
	   $(filter-out /var/lib/dkms/arppin/kernel-%,$(wildcard /var/lib/dkms/arppin/*)))

can-install:
	@! $(PACKAGED) || { \
		echo "arppin is installed as Debian packages: apt remove arppin-dkms arppinctl" >&2; exit 1; }
	@command -v dkms > /dev/null || { \
		echo "dkms, which builds the module for each kernel, is missing: apt install dkms" >&2; exit 1; }
	@test -e $(KDIR)/include || { \
		echo "The headers of this kernel are missing: apt install linux-headers-$(KVER)" >&2; exit 1; }

# The new module is in its place before older ones go, for each kernel that had one.
install: can-install install-tool install-source
	test -e /var/lib/dkms/arppin/$(VERSION) || dkms add -m arppin -v $(VERSION)
	dkms build --force -m arppin -v $(VERSION) -k $(KVER) --kernelsourcedir $(KDIR)
	dkms install --force -m arppin -v $(VERSION) -k $(KVER)
	for kernel in $$(ls -d /var/lib/dkms/arppin/[0-9]*/*/*/module 2> /dev/null | cut -d/ -f7 | sort -u); do \
		test $$kernel = $(KVER) || dkms install --force -m arppin -v $(VERSION) -k $$kernel || \
			echo "Kernel $$kernel has no module any more." >&2; \
	done
	$(call forget,$(filter-out $(VERSION),$(VERSIONS)))
	test ! -d /run/systemd/system || systemctl daemon-reload
	@echo; echo "The module is built for kernel $(KVER), and will be for each that is installed"
	@echo "from now on, with its headers. It is not loaded, no unit is enabled, nothing pinned:"
	@echo "    systemctl enable arppin.service arppin-standin.service arppin-monitor.service"
	@echo "    arppinctl setup"
	@test ! -e /sys/module/arppin || echo "The module that is loaded is still the one before: arppinctl module reload"

uninstall:
	@! $(PACKAGED) || { \
		echo "arppin is installed as Debian packages: apt purge arppin-dkms arppinctl" >&2; exit 1; }
	for unit in $(notdir $(UNITS)); do \
		systemctl -q disable --now $$unit 2> /dev/null || true; done
	$(MAKE) -s uninstall-tool
	$(call forget,$(sort $(VERSIONS)))
	rm -rf /var/lib/dkms/arppin
	rm -f /lib/modules/*/updates/dkms/arppin.ko*
	depmod
	test ! -d /run/systemd/system || systemctl daemon-reload
	@test ! -e /sys/module/arppin || echo "The module is still loaded, with its pins: rmmod arppin"
	@for file in /etc/arppin.conf /var/lib/arppin; do \
		test ! -e $$file || echo "Kept, for it is not from make install: $$file"; done
endif

clean:
	rm -f userspace/*.o userspace/arppinctl
	rm -f kmod/*.o kmod/.*.cmd *.o *.ko *.mod *.mod.c .*.cmd Module.symvers modules.order
	rm -rf .tmp_versions

.PHONY: all module tool demo check check-quick check-debug fuzz bench bench-record coverage deps deb install uninstall can-install \
	install-tool uninstall-tool install-source clean
