// SPDX-License-Identifier: GPL-2.0-only
/* Answers that no kernel should give: they are refused, with a sentence. */
#include <errno.h>
#include <linux/genetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "arppin.h"
#include "from_kernel.h"
#include "nl.h"

static struct nl nl;
static char request[256] __attribute__((aligned(8)));
static char datagram[256] __attribute__((aligned(8)));
static size_t datagram_len;
static int answered;

/* In place of the kernel. */
ssize_t mnl_socket_sendto(const struct mnl_socket *sock, const void *req, size_t size)
{
	(void)sock;
	(void)req;
	return size;
}

struct mnl_socket *from_kernel_open(int protocol)
{
	(void)protocol;
	return NULL;
}

ssize_t from_kernel(const struct mnl_socket *sock, void *buf, size_t size)
{
	size_t len = datagram_len;

	(void)sock;
	assert_true(len <= size);
	memcpy(buf, datagram, len);
	datagram_len = 0;
	errno = EBADF;
	return len ? (ssize_t)len : -1;
}

static struct nlmsghdr *make_request(void)
{
	memset(&nl, 0, sizeof(nl));
	memset(datagram, 0, sizeof(datagram));
	datagram_len = 0;
	answered = 0;
	return nl_request(&nl, request, ARPPIN_CMD_STATS_GET);
}

/* One more message of the datagram, of `len` bytes after its header. */
static void put(__u16 type, __u16 flags, const void *bytes, size_t len)
{
	struct nlmsghdr *nlh = (void *)(datagram + datagram_len);

	nlh->nlmsg_len = sizeof(*nlh) + len;
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = nl.seq;
	memcpy(nlh + 1, bytes, len);
	datagram_len += NLMSG_ALIGN(nlh->nlmsg_len);
}

static void put_code(int code)
{
	const struct nlmsgerr err = { .error = code };

	put(NLMSG_ERROR, NLM_F_CAPPED, &err, sizeof(err));
}

static const char *answer(const struct nlmsghdr *nlh, void *data)
{
	(void)nlh;
	(void)data;
	answered++;
	return NULL;
}

static void test_no_answer(void **state)
{
	struct nlmsghdr *nlh = make_request();

	(void)state;
	put_code(0);
	assert_false(nl_do(&nl, nlh, answer, NULL));
	assert_int_equal(nl.error.code, EBADMSG);
	assert_string_equal(nl.error.text, "the module's answer is wrong: there is none");
}

static void test_answer(void **state)
{
	const struct genlmsghdr genl = { .cmd = ARPPIN_CMD_STATS_GET };
	struct nlmsghdr *nlh = make_request();

	(void)state;
	put(30, 0, &genl, sizeof(genl));
	put_code(0);
	assert_true(nl_do(&nl, nlh, answer, NULL));
	assert_int_equal(answered, 1);
}

/* Who wants none gets none, and a dump may be empty. */
static void test_nothing_wanted(void **state)
{
	struct nlmsghdr *nlh = make_request();
	size_t n;

	(void)state;
	put_code(0);
	assert_true(nl_do(&nl, nlh, NULL, NULL));
	nlh = make_request();
	nl.seq++;
	put(NLMSG_DONE, NLM_F_MULTI, &(int){ 0 }, sizeof(int));
	nl.seq--;
	assert_true(nl_dump(&nl, nlh, answer, NULL, &n));
}

static void test_number_of_no_error(void **state)
{
	struct nlmsghdr *nlh = make_request();

	(void)state;
	put_code(INT32_MIN);
	assert_false(nl_do(&nl, nlh, NULL, NULL));
	assert_int_equal(nl.error.code, EBADMSG);
	assert_string_equal(nl.error.text, strerror(EBADMSG));
}

/* No more than its number, but it says that there is a text. */
static void test_short_error(void **state)
{
	struct nlmsghdr *nlh = make_request();
	int code = -EINVAL;

	(void)state;
	put(NLMSG_ERROR, NLM_F_ACK_TLVS, &code, sizeof(code));
	assert_false(nl_do(&nl, nlh, NULL, NULL));
	assert_int_equal(nl.error.code, EINVAL);
	assert_string_equal(nl.error.text, strerror(EINVAL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_nothing_wanted),
		cmocka_unit_test(test_number_of_no_error),
		cmocka_unit_test(test_short_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
