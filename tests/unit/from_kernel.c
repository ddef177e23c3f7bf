// SPDX-License-Identifier: GPL-2.0-only
/* Netlink datagrams of another process are not taken for the kernel's. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "from_kernel.h"

static char buffer[8192] __attribute__((aligned(8)));

static struct mnl_socket *open_socket(int bus)
{
	struct mnl_socket *sock = mnl_socket_open(bus);

	assert_non_null(sock);
	assert_int_equal(mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID), 0);
	return sock;
}

/* By anybody: NETLINK_USERSOCK asks for no capability. */
static void send_to(const struct mnl_socket *sock, size_t len)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK, .nl_pid = mnl_socket_get_portid(sock) };
	struct mnl_socket *other = open_socket(NETLINK_USERSOCK);
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);

	nlh->nlmsg_len = len;
	assert_int_equal(sendto(mnl_socket_get_fd(other), buffer, len, 0, (void *)&to, sizeof(to)),
			 len);
	mnl_socket_close(other);
}

static void test_another_process(void **state)
{
	struct mnl_socket *sock = open_socket(NETLINK_USERSOCK);

	(void)state;
	/* What is to be kept away does come. */
	send_to(sock, NLMSG_HDRLEN);
	assert_int_equal(mnl_socket_recvfrom(sock, buffer, sizeof(buffer)), NLMSG_HDRLEN);
	send_to(sock, NLMSG_HDRLEN);
	assert_int_equal(from_kernel(sock, buffer, sizeof(buffer)), 0);
	/* Nor does a long one look like an error of the kernel's. */
	send_to(sock, sizeof(buffer));
	assert_int_equal(from_kernel(sock, buffer, NLMSG_HDRLEN), 0);
	mnl_socket_close(sock);
}

static void test_no_room_taken(void **state)
{
	struct mnl_socket *sock = from_kernel_open(NETLINK_USERSOCK);
	struct mnl_socket *other = open_socket(NETLINK_USERSOCK);
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };

	(void)state;
	assert_non_null(sock);
	to.nl_pid = mnl_socket_get_portid(sock);
	assert_int_equal(sendto(mnl_socket_get_fd(other), buffer, NLMSG_HDRLEN, 0, (void *)&to,
				sizeof(to)), -1);
	assert_int_equal(errno, ECONNREFUSED);
	mnl_socket_close(other);
	mnl_socket_close(sock);
}

static void ask(const struct mnl_socket *sock)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	assert_int_equal(mnl_socket_sendto(sock, nlh, nlh->nlmsg_len), nlh->nlmsg_len);
}

static void test_the_kernel(void **state)
{
	struct mnl_socket *sock = open_socket(NETLINK_ROUTE);

	(void)state;
	ask(sock);
	assert_true(from_kernel(sock, buffer, sizeof(buffer)) > NLMSG_HDRLEN);
	mnl_socket_close(sock);
	sock = from_kernel_open(NETLINK_ROUTE);
	assert_non_null(sock);
	ask(sock);
	assert_int_equal(from_kernel(sock, buffer, NLMSG_HDRLEN), -1);
	assert_int_equal(errno, ENOSPC);
	mnl_socket_close(sock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_another_process),
		cmocka_unit_test(test_no_room_taken),
		cmocka_unit_test(test_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
