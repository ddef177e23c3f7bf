// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arena.h"
#include "tables.h"

#define WIRE_DEV "wire0"
#define CARRIER_TRIES 100	/* each after CARRIER_NS */
#define CARRIER_NS 20000000

static bool new_namespace(int *fd)
{
	if (unshare(CLONE_NEWNET))
		return false;
	*fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	return *fd >= 0;
}

/* Brings the device up. Its number once it has these flags, 0: errno says why. */
static __u32 bring_up(struct rtnl *rtnl, const char *dev, __u32 flags)
{
	const struct timespec pause = { .tv_nsec = CARRIER_NS };
	struct links links = {0};
	__u32 ifindex = 0;
	int code = 0;

	for (int i = 0; !ifindex && !code && i < CARRIER_TRIES; i++) {
		const struct link *link;

		if (i)
			nanosleep(&pause, NULL);
		code = rtnl_links(rtnl, &links);
		link = code ? NULL : link_by_name(&links, dev);
		if (link && !(link->flags & IFF_UP))
			code = rtnl_link_up(rtnl, link->ifindex);
		else if (link && (link->flags & flags) == flags)
			ifindex = link->ifindex;
	}
	free(links.items);
	errno = code ? -code : ETIMEDOUT;
	return ifindex;
}

/* A new namespace has what its machine is set to: there ARP may be tamed. */
static void let_arp_be(void)
{
	static const char *const names[] = { "drop_gratuitous_arp", "arp_ignore", "arp_filter" };
	static const char *const devs[] = { "all", ARENA_DEV };
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		for (size_t j = 0; j < ARRAY_SIZE(devs); j++) {
			int fd;

			snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/%s", devs[j],
				 names[i]);
			fd = open(path, O_WRONLY | O_CLOEXEC);
			/* Else what fails for it is what tells. */
			if (fd >= 0 && write(fd, "0\n", 2) != 2)
				fprintf(stderr, "arppinctl: cannot set %s: %s\n", path,
					strerror(errno));
			if (fd >= 0)
				close(fd);
		}
}

/* In `wire`; the process is in `host` before and after. */
static const char *open_wire(struct arena *arena, int host, int wire)
{
	struct rtnl rtnl = {0};
	const char *what = NULL;
	__u32 ifindex = 0;
	int code;

	if (setns(wire, CLONE_NEWNET))
		return "enter the other namespace";
	code = rtnl_open(&rtnl);
	if (!code)
		ifindex = bring_up(&rtnl, WIRE_DEV, IFF_UP | IFF_RUNNING);
	rtnl_close(&rtnl);
	if (code || !ifindex) {
		errno = code ? -code : errno;
		what = "find the wire's device";
	} else {
		arena->wire = wire_open(ifindex);
		if (arena->wire < 0) {
			errno = -arena->wire;
			what = "open a packet socket";
		}
	}
	code = errno;
	if (setns(host, CLONE_NEWNET))
		return "leave the other namespace";
	errno = code;
	return what;
}

static const char *furnish(struct arena *arena, int host, int wire, const __u8 lladdr[MAC_LEN],
			   const struct address *addr, unsigned int prefix)
{
	int code = rtnl_open(&arena->rtnl);

	errno = -code;
	if (code)
		return "open a netlink socket";
	errno = -rtnl_veth_add(&arena->rtnl, ARENA_DEV, lladdr, WIRE_DEV, wire);
	if (errno == EOPNOTSUPP)
		return "make a pair of veth devices, which this kernel does not have";
	if (errno)
		return "make a pair of veth devices";
	/* Its carrier comes with the other end. */
	arena->ifindex = bring_up(&arena->rtnl, ARENA_DEV, IFF_UP);
	if (!arena->ifindex)
		return "bring the device up";
	errno = -rtnl_addr_add(&arena->rtnl, arena->ifindex, addr, prefix);
	if (errno)
		return "give the device an address";
	let_arp_be();
	return open_wire(arena, host, wire);
}

const char *arena_open(struct arena *arena, const __u8 lladdr[MAC_LEN],
		       const struct address *addr, unsigned int prefix)
{
	const char *what = "make a network namespace";
	int host = -1, wire = -1;

	memset(arena, 0, sizeof(*arena));
	arena->wire = -1;
	if (new_namespace(&wire) && new_namespace(&host))
		what = furnish(arena, host, wire, lladdr, addr, prefix);
	if (host >= 0)
		close(host);
	if (wire >= 0)
		close(wire);
	return what;
}

void arena_close(struct arena *arena)
{
	rtnl_close(&arena->rtnl);
	if (arena->wire >= 0)
		close(arena->wire);
}
