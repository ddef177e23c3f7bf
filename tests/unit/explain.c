// SPDX-License-Identifier: GPL-2.0-only
/*
 * `arppinctl explain pcap` on a host that is always the same, whatever the
 * kernel says: usage: explain [-j] FILE [dev DEV]. See explain.py.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "arppinctl.h"
#include "crowd.h"
#include "own.h"

#define GATEWAY_MAC { 2, 0, 0, 0, 0, 1 }
#define SERVER_MAC { 2, 0, 0, 0, 0, 0x10 }

static const struct pin the_pins[] = {
	{ .dev = "eth0", .addr = { .family = AF_INET, .bytes = { 192, 0, 2, 1 } },
	  .lladdrs = { GATEWAY_MAC }, .n_lladdrs = 1, .mode = ARPPIN_MODE_ENFORCE },
	{ .dev = "eth0", .addr = { .family = AF_INET, .bytes = { 192, 0, 2, 2 } },
	  .lladdrs = { GATEWAY_MAC }, .n_lladdrs = 1, .mode = ARPPIN_MODE_AUDIT },
	{ .dev = "eth2", .addr = { .family = AF_INET, .bytes = { 192, 0, 2, 1 } },
	  .lladdrs = { GATEWAY_MAC }, .n_lladdrs = 1, .mode = ARPPIN_MODE_ENFORCE },
};

static const struct guard the_guards[] = {
	{ .dev = "eth0", .unpinned = ARPPIN_UNPINNED_AUDIT, .addresses = 64 },
	{ .dev = "eth1", .unpinned = ARPPIN_UNPINNED_DROP },
};

/* EXPLAIN_DEVS: how many of the devices have anything. */
static size_t devs = 3;

int connect_kernel(struct ctl *ctl)
{
	(void)ctl;
	return EXIT_DONE;
}

bool pins_read(struct ctl *ctl, const struct pin *filter, struct pins *pins)
{
	(void)ctl;
	(void)filter;
	pins->n = devs == 3 ? 3 : devs ? 2 : 0;
	pins->pins = malloc(sizeof(the_pins));
	memcpy(pins->pins, the_pins, sizeof(the_pins));
	return pins->pins;
}

bool guards_read(struct ctl *ctl, struct guards *guards)
{
	(void)ctl;
	guards->n = devs == 3 ? 2 : devs;
	guards->guards = malloc(sizeof(the_guards));
	memcpy(guards->guards, the_guards, sizeof(the_guards));
	return guards->guards;
}

int own_read(struct own *own, const char *dev)
{
	const __u8 lladdr[MAC_LEN] = SERVER_MAC;

	memset(own, 0, sizeof(*own));
	memcpy(own->lladdr, lladdr, MAC_LEN);
	return strcmp(dev, "eth1") ? 0 : ENODEV;
}

void own_free(struct own *own)
{
	(void)own;
}

bool own_has_lladdr(const struct own *own, const __u8 lladdr[MAC_LEN])
{
	return !memcmp(own->lladdr, lladdr, MAC_LEN);
}

bool own_has_addr(const struct own *own, const struct address *addr)
{
	const __u8 bytes[] = { 192, 0, 2, 10 };

	(void)own;
	return !memcmp(bytes, addr->bytes, sizeof(bytes));
}

bool own_dev_has_addr(const struct own *own, const struct address *addr)
{
	return own_has_addr(own, addr);
}

typeof(crowd_add) __real_crowd_add;

/* EXPLAIN_NO_MEMORY: for what a MAC has claimed. */
bool __wrap_crowd_add(struct crowd *crowd, const __u8 lladdr[MAC_LEN], const struct address *addr,
		      __u64 time_ns)
{
	return !getenv("EXPLAIN_NO_MEMORY") && __real_crowd_add(crowd, lladdr, addr, time_ns);
}

int refused(const struct ctl *ctl)
{
	(void)ctl;
	return EXIT_REFUSED;
}

int wrong(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vfprintf(stderr, format, ap);
	va_end(ap);
	return EXIT_WRONG;
}

int main(int argc, char *argv[])
{
	static struct ctl ctl;
	int first = 1, status;

	if (argc > 1 && !strcmp(argv[1], "-j")) {
		ctl.out.json = true;
		first = 2;
	}
	if (getenv("EXPLAIN_DEVS"))
		devs = atoi(getenv("EXPLAIN_DEVS"));
	status = explain_pcap(&ctl, argc - first, argv + first);
	return out_finish() ? status : EXIT_WRONG;
}
