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
static int overtaken;		/* so many dumps are */

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
	const struct nlmsghdr intr = {
		.nlmsg_len = sizeof(intr),
		.nlmsg_type = NLMSG_DONE,
		.nlmsg_flags = NLM_F_MULTI | NLM_F_DUMP_INTR,
		.nlmsg_seq = nl.seq,
	};
	size_t len = datagram_len;

	(void)sock;
	if (overtaken) {
		overtaken--;
		memcpy(buf, &intr, sizeof(intr));
		return sizeof(intr);
	}
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

/* Its text follows the request, unless that was left out. */
static void test_text(void **state)
{
	(void)state;
	for (int capped = 0; capped < 2; capped++) {
		struct nlmsghdr *nlh = make_request();
		char bytes[128] __attribute__((aligned(8))) = "";
		struct nlmsgerr *err = (void *)bytes;
		size_t len = sizeof(*err);
		struct nlattr *attr;

		err->error = -EINVAL;
		err->msg = *nlh;
		if (!capped)
			len += mnl_nlmsg_get_payload_len(nlh);
		attr = (void *)(bytes + len);
		attr->nla_type = NLMSGERR_ATTR_MSG;
		attr->nla_len = sizeof(*attr) + 8;
		memcpy(attr + 1, "because", 8);
		put(NLMSG_ERROR, NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0), bytes,
		    len + attr->nla_len);
		assert_false(nl_do(&nl, nlh, NULL, NULL));
		assert_int_equal(nl.error.code, EINVAL);
		assert_string_equal(nl.error.text, "because");
	}
}

/* It begins anew, but not for ever. */
static void test_overtaken(void **state)
{
	struct nlmsghdr *nlh = make_request();
	size_t n = 7;

	(void)state;
	overtaken = 1000;
	assert_false(nl_dump(&nl, nlh, answer, NULL, &n));
	assert_int_equal(nl.error.code, EINTR);
	assert_string_equal(nl.error.text,
			    "the tables changed each time they were read; try again");
	assert_int_equal(overtaken, 1000 - 20);
	assert_int_equal(n, 0);

	/* The third is answered in peace. */
	nlh = make_request();
	nl.seq += 3;
	put(NLMSG_DONE, NLM_F_MULTI, &(int){ 0 }, sizeof(int));
	nl.seq -= 3;
	overtaken = 2;
	assert_true(nl_dump(&nl, nlh, answer, NULL, &n));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_answer),
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_nothing_wanted),
		cmocka_unit_test(test_number_of_no_error),
		cmocka_unit_test(test_short_error),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_overtaken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
