// SPDX-License-Identifier: GPL-2.0-only
/* A network to fight in, of which each step may fail: it is said which, and why. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <cmocka.h>

#include "arena.h"

#define WIRE_IFINDEX 8
#define HOST_IFINDEX 7
#define WIRE_FD 99

/* The call that fails: its name, which one of them, and how. */
static const char *failing;
static int nth, code;

/* In place of the kernel: of each device whether it is up; where the process is. */
static bool host_up, wire_up;
static int netns;		/* what is open is the number of a namespace */
static int made, opened, tamed;

static bool fails(const char *name)
{
	return failing && !strcmp(failing, name) && !--nth;
}

/* As a system call does. */
static int set_errno(void)
{
	errno = code;
	return -1;
}

int __wrap_unshare(int flags)
{
	(void)flags;
	if (fails("unshare"))
		return set_errno();
	netns = ++made;
	return 0;
}

int __wrap_setns(int fd, int flags)
{
	(void)flags;
	if (fails("setns"))
		return set_errno();
	netns = fd;
	return 0;
}

typeof(open) __real_open;

/* Of the settings none is there. Others are files of who counts lines, see tests/coverage. */
int __wrap_open(const char *path, int flags, ...)
{
	if (strstr(path, "/proc/sys/net/ipv4/conf/")) {
		tamed++;
		return -1;
	}
	if (strcmp(path, "/proc/self/ns/net"))
		return __real_open(path, flags, 0600);
	if (fails("open"))
		return set_errno();
	opened++;
	return netns;
}

int __wrap_close(int fd)
{
	assert_true(fd == WIRE_FD || (fd > 0 && fd <= made));
	opened--;
	return 0;
}

int __wrap_nanosleep(const struct timespec *time, struct timespec *rest)
{
	(void)time;
	(void)rest;
	return 0;
}

int rtnl_open(struct rtnl *rtnl)
{
	(void)rtnl;
	return fails("rtnl_open") ? -code : 0;
}

void rtnl_close(struct rtnl *rtnl)
{
	(void)rtnl;
}

/* The second namespace is the host. */
int rtnl_veth_add(struct rtnl *rtnl, const char *name, const __u8 lladdr[MAC_LEN],
		  const char *peer, int peer_netns)
{
	(void)rtnl;
	(void)lladdr;
	assert_string_equal(name, ARENA_DEV);
	assert_string_equal(peer, "wire0");
	assert_int_equal(netns, 2);
	assert_int_equal(peer_netns, 1);
	return fails("rtnl_veth_add") ? -code : 0;
}

int rtnl_links(struct rtnl *rtnl, struct links *links)
{
	(void)rtnl;
	(void)links;
	return fails("rtnl_links") ? -code : 0;
}

const struct link *link_by_name(const struct links *links, const char *name)
{
	static struct link link;
	bool is_wire = netns == 1;

	(void)links;
	assert_string_equal(name, is_wire ? "wire0" : ARENA_DEV);
	if (fails("link_by_name")) {
		nth = 1;	/* it never comes */
		return NULL;
	}
	link.ifindex = is_wire ? WIRE_IFINDEX : HOST_IFINDEX;
	link.flags = (is_wire ? wire_up : host_up) ? IFF_UP : 0;
	if (wire_up && host_up)
		link.flags |= IFF_RUNNING;
	return &link;
}

int rtnl_link_up(struct rtnl *rtnl, __u32 ifindex)
{
	(void)rtnl;
	if (fails("rtnl_link_up"))
		return -code;
	host_up = host_up || ifindex == HOST_IFINDEX;
	wire_up = wire_up || ifindex == WIRE_IFINDEX;
	return 0;
}

int rtnl_addr_add(struct rtnl *rtnl, __u32 ifindex, const struct address *addr,
		  unsigned int prefix)
{
	(void)rtnl;
	(void)addr;
	assert_int_equal(ifindex, HOST_IFINDEX);
	assert_int_equal(prefix, 24);
	return fails("rtnl_addr_add") ? -code : 0;
}

int wire_open(__u32 ifindex)
{
	assert_int_equal(ifindex, WIRE_IFINDEX);
	assert_int_equal(netns, 1);
	if (fails("wire_open"))
		return -code;
	opened++;
	return WIRE_FD;
}

static const char *open_it(struct arena *arena)
{
	const __u8 lladdr[MAC_LEN] = { 2, 0, 0, 0, 0, 0x10 };
	const struct address addr = { .family = AF_INET, .bytes = { 192, 0, 2, 10 } };

	host_up = false;
	wire_up = false;
	netns = 0;
	made = 0;
	opened = 0;
	tamed = 0;
	return arena_open(arena, lladdr, &addr, 24);
}

static void good(void **state)
{
	struct arena arena;

	(void)state;
	assert_null(open_it(&arena));
	assert_int_equal(arena.ifindex, HOST_IFINDEX);
	assert_int_equal(arena.wire, WIRE_FD);
	assert_int_equal(netns, 2);
	assert_int_equal(tamed, 6);
	assert_int_equal(opened, 1);
	arena_close(&arena);
	assert_int_equal(opened, 0);
}

static void each_step(void **state)
{
	static const struct {
		const char *failing;
		int nth, code;
		const char *what;
	} rows[] = {
		{ "unshare", 1, EPERM, "make a network namespace" },
		{ "open", 1, EMFILE, "make a network namespace" },
		{ "unshare", 2, ENOSPC, "make a network namespace" },
		{ "open", 2, EMFILE, "make a network namespace" },
		{ "rtnl_open", 1, EMFILE, "open a netlink socket" },
		{ "rtnl_veth_add", 1, EOPNOTSUPP,
		  "make a pair of veth devices, which this kernel does not have" },
		{ "rtnl_veth_add", 1, ENOMEM, "make a pair of veth devices" },
		{ "rtnl_links", 1, ENOBUFS, "bring the device up" },
		{ "rtnl_link_up", 1, ENOMEM, "bring the device up" },
		{ "link_by_name", 1, ETIMEDOUT, "bring the device up" },
		{ "rtnl_addr_add", 1, ENOBUFS, "give the device an address" },
		{ "setns", 1, EPERM, "enter the other namespace" },
		{ "rtnl_open", 2, EMFILE, "find the wire's device" },
		{ "rtnl_link_up", 2, ENOMEM, "find the wire's device" },
		{ "link_by_name", 3, ETIMEDOUT, "find the wire's device" },
		{ "wire_open", 1, EAFNOSUPPORT, "open a packet socket" },
		{ "setns", 2, EINVAL, "leave the other namespace" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct arena arena;
		const char *what;

		failing = rows[i].failing;
		nth = rows[i].nth;
		code = rows[i].code;
		what = open_it(&arena);
		assert_int_equal(errno, rows[i].code);
		assert_non_null(what);
		assert_string_equal(what, rows[i].what);
		/* The process is where the host is, but where that was what failed. */
		if (made == 2)
			assert_int_equal(netns, !strcmp(what, "leave the other namespace") ? 1 : 2);
		failing = NULL;
		arena_close(&arena);
		assert_int_equal(opened, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(each_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
