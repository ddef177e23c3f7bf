// SPDX-License-Identifier: GPL-2.0-only
/* Answers that are too short, of something else, or overtaken. */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "from_kernel.h"
#include "tables.h"

static char datagram[512] __attribute__((aligned(8)));
static size_t datagram_len;
static __u32 seq;
static __u32 lag;		/* the datagram is of an earlier request */
static int overtaken;		/* so many dumps are */
static int requests;

/* In place of the kernel. */
ssize_t mnl_socket_sendto(const struct mnl_socket *sock, const void *req, size_t size)
{
	(void)sock;
	seq = ((const struct nlmsghdr *)req)->nlmsg_seq;
	requests++;
	return size;
}

struct mnl_socket *from_kernel_open(int protocol)
{
	(void)protocol;
	return NULL;
}

/* First what is in the datagram, then the end of a dump. */
ssize_t from_kernel(const struct mnl_socket *sock, void *buf, size_t size)
{
	struct nlmsghdr *nlh = buf;
	size_t len = datagram_len;

	(void)sock;
	assert_true(len <= size);
	memcpy(buf, datagram, len);
	if (!len) {
		memset(nlh, 0, sizeof(*nlh) + sizeof(int));
		len = sizeof(*nlh) + sizeof(int);
		nlh->nlmsg_len = len;
		nlh->nlmsg_type = NLMSG_DONE;
		if (overtaken) {
			nlh->nlmsg_flags = NLM_F_DUMP_INTR;
			overtaken--;
		}
	}
	nlh->nlmsg_seq = seq - lag;
	lag = 0;
	datagram_len = 0;
	return len;
}

int mnl_socket_get_fd(const struct mnl_socket *sock)
{
	(void)sock;
	return 42;
}

static bool privileged;
static int buffer_size;

int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
	assert_int_equal(fd, 42);
	assert_int_equal(level, SOL_SOCKET);
	assert_int_equal(size, sizeof(int));
	if (name == SO_RCVBUFFORCE && !privileged) {
		errno = EPERM;
		return -1;
	}
	buffer_size = *(const int *)value;
	return 0;
}

static int refused_group;

int mnl_socket_setsockopt(const struct mnl_socket *sock, int type, void *value, socklen_t size)
{
	(void)sock;
	assert_int_equal(type, NETLINK_ADD_MEMBERSHIP);
	assert_int_equal(size, sizeof(int));
	errno = ENOBUFS;
	return *(int *)value == refused_group ? -1 : 0;
}

static struct nlmsghdr *message(__u16 type)
{
	struct nlmsghdr *nlh;

	memset(datagram, 0xff, sizeof(datagram));
	nlh = mnl_nlmsg_put_header(datagram);
	nlh->nlmsg_type = type;
	return nlh;
}

/* A copy that ends where its memory ends, to be freed. */
static struct nlmsghdr *exact(const struct nlmsghdr *nlh)
{
	struct nlmsghdr *copy = malloc(nlh->nlmsg_len);

	memcpy(copy, nlh, nlh->nlmsg_len);
	return copy;
}

static void test_name_without_end(void **state)
{
	struct nlmsghdr *nlh = message(RTM_NEWLINK), *copy;
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	struct link link;

	(void)state;
	info->ifi_index = 7;
	mnl_attr_put(nlh, IFLA_IFNAME, 4, "eth0");
	copy = exact(nlh);
	assert_true(rtnl_get_link(copy, &link));
	assert_int_equal(link.ifindex, 7);
	assert_string_equal(link.name, "");
	free(copy);
}

static struct nlmsghdr *default_route(void)
{
	struct nlmsghdr *nlh = message(RTM_NEWROUTE);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(nlh, sizeof(*route));

	route->rtm_family = AF_INET;
	route->rtm_table = RT_TABLE_MAIN;
	route->rtm_type = RTN_UNICAST;
	return nlh;
}

static void test_short_numbers(void **state)
{
	struct nlmsghdr *nlh = default_route();
	struct gateways gateways = {0};
	struct rtnl rtnl = {0};

	(void)state;
	mnl_attr_put(nlh, RTA_GATEWAY, 4, "\xc0\0\2\1");
	mnl_attr_put_u32(nlh, RTA_OIF, 7);
	mnl_attr_put(nlh, RTA_TABLE, 0, "");
	mnl_attr_put(nlh, RTA_OIF, 1, "\1");
	datagram_len = nlh->nlmsg_len;
	assert_int_equal(rtnl_gateways(&rtnl, &gateways), 0);
	assert_int_equal(gateways.n, 1);
	assert_int_equal(gateways.items[0].ifindex, 7);
	free(gateways.items);
}

/* What follows the message is not a next hop. */
static void test_next_hops(void **state)
{
	const struct rtnexthop hop = { .rtnh_len = sizeof(hop), .rtnh_ifindex = 7 };
	struct nlmsghdr *nlh = default_route();
	struct gateways gateways = {0};
	struct rtnl rtnl = {0};

	(void)state;
	mnl_attr_put(nlh, RTA_MULTIPATH, sizeof(hop), &hop);
	datagram_len = nlh->nlmsg_len;
	assert_int_equal(rtnl_gateways(&rtnl, &gateways), 0);
	assert_int_equal(gateways.n, 0);
	assert_true(gateways.others);
	free(gateways.items);
}

static void test_number_of_no_error(void **state)
{
	struct nlmsghdr *nlh = message(NLMSG_ERROR);
	struct nlmsgerr *err = mnl_nlmsg_put_extra_header(nlh, sizeof(*err));
	struct links links = {0};
	struct rtnl rtnl = {0};

	(void)state;
	err->error = INT32_MIN;
	datagram_len = nlh->nlmsg_len;
	assert_int_equal(rtnl_links(&rtnl, &links), -EBADMSG);
	free(links.items);
}

static void put_link(void)
{
	struct nlmsghdr *nlh = message(RTM_NEWLINK);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));

	info->ifi_index = 7;
	datagram_len = nlh->nlmsg_len;
}

/* Left of a dump that failed: it is not of this one. */
static void test_late_answer(void **state)
{
	struct links links = {0};
	struct rtnl rtnl = {0};

	(void)state;
	put_link();
	assert_int_equal(rtnl_links(&rtnl, &links), 0);
	assert_int_equal(links.n, 1);
	assert_non_null(link_by_index(&links, 7));
	assert_null(link_by_index(&links, 8));
	put_link();
	lag = 1;
	assert_int_equal(rtnl_links(&rtnl, &links), 0);
	assert_int_equal(links.n, 0);
	free(links.items);
}

/* It begins anew, without what it had, but not for ever. */
static void test_overtaken(void **state)
{
	struct links links = {0};
	struct rtnl rtnl = {0};

	(void)state;
	put_link();
	overtaken = 2;
	requests = 0;
	assert_int_equal(rtnl_links(&rtnl, &links), 0);
	assert_int_equal(requests, 3);
	assert_int_equal(links.n, 0);
	overtaken = 1000;
	requests = 0;
	assert_int_equal(rtnl_links(&rtnl, &links), -EBUSY);
	assert_int_equal(requests, 20);
	overtaken = 0;
	free(links.items);
}

/* A bridge tells of its ports, and IPv6 of its neighbours, in the same messages. */
static void test_others(void **state)
{
	struct nlmsghdr *nlh = message(RTM_NEWLINK);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	struct neigh neigh;
	struct link link;
	struct ndmsg *nd;

	(void)state;
	assert_true(rtnl_get_link(nlh, &link));
	info->ifi_family = AF_BRIDGE;
	assert_false(rtnl_get_link(nlh, &link));
	info->ifi_family = AF_UNSPEC;
	nlh->nlmsg_type = RTM_NEWADDR;
	assert_false(rtnl_get_link(nlh, &link));
	nlh->nlmsg_type = RTM_DELLINK;
	nlh->nlmsg_len--;
	assert_false(rtnl_get_link(nlh, &link));

	nlh = message(RTM_NEWNEIGH);
	nd = mnl_nlmsg_put_extra_header(nlh, sizeof(*nd));
	mnl_attr_put(nlh, NDA_DST, 4, "\xc0\0\2\1");
	nd->ndm_family = AF_INET;
	assert_true(rtnl_get_neigh(nlh, &neigh));
	nd->ndm_family = AF_INET6;
	assert_false(rtnl_get_neigh(nlh, &neigh));
	nd->ndm_family = AF_INET;
	nlh->nlmsg_type = RTM_NEWLINK;
	assert_false(rtnl_get_neigh(nlh, &neigh));
	nlh->nlmsg_type = RTM_NEWNEIGH;
	nlh->nlmsg_len = NLMSG_LENGTH(sizeof(*nd) - 1);
	assert_false(rtnl_get_neigh(nlh, &neigh));
}

static void test_no_route(void **state)
{
	const struct address addr = { .family = AF_INET, .bytes = { 192, 0, 2, 1 } };
	struct gateways gateways = {0};
	struct rtnl rtnl = {0};
	struct nlmsghdr *nlh;
	struct way way;

	(void)state;
	for (int i = 0; i < 4; i++) {
		nlh = default_route();
		if (i & 1)
			nlh->nlmsg_len--;
		else
			nlh->nlmsg_type = RTM_DELROUTE;
		datagram_len = NLMSG_ALIGN(nlh->nlmsg_len);
		if (i & 2) {
			assert_int_equal(rtnl_way(&rtnl, &addr, 0, &way), 0);
			assert_int_equal(way.type, RTN_UNSPEC);
		} else {
			assert_int_equal(rtnl_gateways(&rtnl, &gateways), 0);
			assert_int_equal(gateways.n, 0);
			assert_false(gateways.others);
		}
	}
	free(gateways.items);
}

/* A gateway of IPv6 is one all the same. */
static void test_way(void **state)
{
	const struct address addr = { .family = AF_INET, .bytes = { 192, 0, 2, 1 } };
	const __u16 vias[] = { RTA_GATEWAY, RTA_VIA, RTA_PRIORITY };
	struct rtnl rtnl = {0};
	struct way way;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(vias); i++) {
		struct nlmsghdr *nlh = default_route();

		mnl_attr_put_u32(nlh, vias[i], 1);
		mnl_attr_put_u32(nlh, RTA_OIF, 7);
		mnl_attr_put(nlh, RTA_PREFSRC, 4, "\xc0\0\2\x0a");
		datagram_len = nlh->nlmsg_len;
		assert_int_equal(rtnl_way(&rtnl, &addr, 0, &way), 0);
		assert_int_equal(way.type, RTN_UNICAST);
		assert_int_equal(way.ifindex, 7);
		assert_int_equal(way.is_via, vias[i] != RTA_PRIORITY);
		assert_int_equal(way.source.bytes[3], 10);
	}
}

static void test_listen(void **state)
{
	struct rtnl rtnl = {0};

	(void)state;
	for (int i = 0; i < 2; i++) {
		privileged = i;
		buffer_size = 0;
		assert_int_equal(rtnl_listen(&rtnl), 0);
		assert_int_equal(buffer_size, 4 << 20);
	}
	refused_group = RTNLGRP_NEIGH;
	assert_int_equal(rtnl_listen(&rtnl), -ENOBUFS);
	refused_group = RTNLGRP_LINK;
	assert_int_equal(rtnl_listen(&rtnl), -ENOBUFS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name_without_end),
		cmocka_unit_test(test_short_numbers),
		cmocka_unit_test(test_next_hops),
		cmocka_unit_test(test_number_of_no_error),
		cmocka_unit_test(test_late_answer),
		cmocka_unit_test(test_overtaken),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_no_route),
		cmocka_unit_test(test_way),
		cmocka_unit_test(test_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
