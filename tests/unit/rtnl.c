// SPDX-License-Identifier: GPL-2.0-only
/* Devices and routes whose attributes are shorter than they should be. */
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
#include "rtnl.h"

static char datagram[512] __attribute__((aligned(8)));
static size_t datagram_len;
static __u32 seq;

/* In place of the kernel. */
ssize_t mnl_socket_sendto(const struct mnl_socket *sock, const void *req, size_t size)
{
	(void)sock;
	seq = ((const struct nlmsghdr *)req)->nlmsg_seq;
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
	}
	nlh->nlmsg_seq = seq;
	datagram_len = 0;
	return len;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_name_without_end),
		cmocka_unit_test(test_short_numbers),
		cmocka_unit_test(test_next_hops),
		cmocka_unit_test(test_number_of_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
