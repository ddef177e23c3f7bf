// SPDX-License-Identifier: GPL-2.0-only
/* What is asked, and what is told of who answered; the kernel is made up. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "lesson.h"
#include "msg.h"
#include "wire.h"

#define IP(last) { .family = AF_INET, .bytes = { 192, 0, 2, last } }
#define MAC(last) { 0, 0x11, 0x22, 0x33, 0x44, last }
#define UP (IFF_UP | 0x10000)	/* with a carrier */

static const __u8 router[MAC_LEN] = MAC(1), other[MAC_LEN] = MAC(2);
static const struct address first = IP(1);

static struct link devices[] = {
	{ .ifindex = 7, .name = "eth0", .type = ARPHRD_ETHER, .flags = UP },
	{ .ifindex = 9, .name = "tun0", .type = ARPHRD_NONE, .flags = UP },
};

static struct gateway hops[] = {
	{ .ifindex = 7, .addr = IP(1) },
	{ .ifindex = 9, .addr = IP(9) },
	{ .ifindex = 10, .addr = IP(10) },	/* of a device that came since */
};

static size_t n_hops;
static int own_error, refusal;
static char said[512];

int rtnl_open(struct rtnl *rtnl)
{
	(void)rtnl;
	return 0;
}

void rtnl_close(struct rtnl *rtnl)
{
	(void)rtnl;
}

int rtnl_links(struct rtnl *rtnl, struct links *links)
{
	(void)rtnl;
	links->items = malloc(sizeof(devices));
	memcpy(links->items, devices, sizeof(devices));
	links->n = ARRAY_SIZE(devices);
	return 0;
}

int rtnl_neighs(struct rtnl *rtnl, __u32 ifindex, struct neighs *neighs)
{
	(void)rtnl;
	(void)ifindex;
	neighs->n = 0;
	return 0;
}

int rtnl_gateways(struct rtnl *rtnl, struct gateways *gateways)
{
	(void)rtnl;
	gateways->items = malloc(sizeof(hops));
	memcpy(gateways->items, hops, sizeof(hops));
	gateways->n = n_hops;
	gateways->others = false;
	return 0;
}

int rtnl_way(struct rtnl *rtnl, const struct address *addr, __u32 ifindex, struct way *way)
{
	(void)rtnl;
	(void)addr;
	*way = (struct way){ .type = RTN_UNICAST, .ifindex = ifindex };
	return 0;
}

int own_read(struct own *own, const char *dev)
{
	(void)dev;
	memset(own, 0, sizeof(*own));
	return own_error;
}

void own_free(struct own *own)
{
	(void)own;
}

bool own_has_lladdr(const struct own *own, const __u8 lladdr[MAC_LEN])
{
	(void)own;
	(void)lladdr;
	return false;
}

bool own_has_addr(const struct own *own, const struct address *addr)
{
	(void)own;
	(void)addr;
	return false;
}

bool own_dev_has_addr(const struct own *own, const struct address *addr)
{
	(void)own;
	(void)addr;
	return false;
}

bool pins_read(struct ctl *ctl, const struct pin *filter, struct pins *pins)
{
	(void)ctl;
	(void)filter;
	(void)pins;
	return true;
}

bool sightings_read(struct ctl *ctl, const struct sighting *filter, struct sightings *sightings)
{
	(void)ctl;
	(void)filter;
	(void)sightings;
	return true;
}

int wire_ask(struct question *questions, size_t n, unsigned int seconds)
{
	(void)seconds;
	for (size_t i = 0; i < n; i++)
		question_hear(&questions[i], router, router);
	return 0;
}

struct nlmsghdr *nl_request(struct nl *nl, void *buffer, __u8 cmd)
{
	(void)nl;
	assert_int_equal(cmd, ARPPIN_CMD_PIN_NEW);
	return mnl_nlmsg_put_header(buffer);
}

static struct pin asked;

void msg_put_pin(struct nlmsghdr *nlh, const struct pin *pin)
{
	(void)nlh;
	asked = *pin;
}

int do_request(struct ctl *ctl, struct nlmsghdr *nlh, nl_answer answer, void *data)
{
	(void)ctl;
	(void)nlh;
	(void)answer;
	(void)data;
	return refusal;
}

int connect_kernel(struct ctl *ctl)
{
	ctl->nl.family = 30;
	return EXIT_DONE;
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
	vsnprintf(said, sizeof(said), format, ap);
	va_end(ap);
	return EXIT_WRONG;
}

static int begin(void **state)
{
	(void)state;
	n_hops = ARRAY_SIZE(hops);
	own_error = 0;
	refusal = 0;
	*said = '\0';
	memset(&asked, 0, sizeof(asked));
	return 0;
}

static void gateways(void **state)
{
	struct lesson lesson = {0};

	(void)state;
	assert_int_equal(lesson_open(&lesson), EXIT_DONE);
	assert_int_equal(lesson_add_gateways(&lesson, ""), EXIT_DONE);
	assert_int_equal(lesson.n, 1);
	assert_string_equal(lesson.questions[0].dev, "eth0");
	assert_int_equal(lesson.questions[0].reason, 0);
	assert_true(lesson.others); /* that of tun0 */
	/* Who names the device is told what is wrong with it. */
	assert_int_equal(lesson_add_gateways(&lesson, "tun0"), EXIT_DONE);
	assert_int_equal(lesson.n, 2);
	assert_int_equal(lesson.questions[1].reason, REASON_NOT_ETHERNET);
	assert_false(lesson.others);
	lesson_free(&lesson);
}

static void devices_gone(void **state)
{
	struct lesson lesson = {0};

	(void)state;
	assert_int_equal(lesson_open(&lesson), EXIT_DONE);
	assert_int_equal(lesson_add(&lesson, 10, &first), EXIT_DONE);
	assert_int_equal(lesson.questions[0].reason, REASON_DEVICE_GONE);
	own_error = ENODEV;
	assert_int_equal(lesson_add(&lesson, 7, &first), EXIT_DONE);
	assert_int_equal(lesson.questions[1].reason, REASON_DEVICE_GONE);
	own_error = EMFILE;
	assert_int_equal(lesson_add(&lesson, 7, &first), EXIT_REFUSED);
	assert_string_equal(said, "cannot read the host's addresses: Too many open files");
	lesson_free(&lesson);
}

static void sentences(void **state)
{
	struct question question = { .addr = first, .dev = "eth0", .reason = REASON_FAILED };
	char text[128];

	(void)state;
	question.error = EPERM;
	lesson_sentence(text, sizeof(text), &question);
	assert_string_equal(text, "192.0.2.1 dev eth0: "
				  "this needs CAP_NET_RAW in the network namespace");
	question.error = EIO;
	lesson_sentence(text, sizeof(text), &question);
	assert_string_equal(text, "192.0.2.1 dev eth0: Input/output error");
}

static void assert_prints(const struct lesson *lesson, const struct question *question,
			  const char *words)
{
	struct out out = {0};
	char *text;
	size_t len;

	out.file = open_memstream(&text, &len);
	lesson_print(&out, NULL, lesson, question);
	fclose(out.file);
	if (!strstr(text, words))
		fail_msg("no \"%s\" in:\n%s", words, text);
	free(text);
}

static struct question answered(void)
{
	struct question question = { .addr = first, .dev = "eth0", .ifindex = 7 };

	question_hear(&question, router, router);
	question.reason = REASON_AGREED;
	return question;
}

/* Other addresses of who answers, each once, the first eight and how many more. */
static void known_as(void **state)
{
	static struct neigh neighs[300];
	struct question question = answered();
	struct sighting sightings[] = {
		{ .dev = "eth0", .lladdr = MAC(1), .addr = IP(2) },	/* in the cache, too */
		{ .dev = "eth0", .lladdr = MAC(1), .addr = IP(66) },
		{ .dev = "eth1", .lladdr = MAC(1), .addr = IP(67) },
		{ .dev = "eth0", .lladdr = MAC(2), .addr = IP(68) },
	};
	struct lesson lesson = {
		.neighs = { .items = neighs },
		.sightings = { .sightings = sightings, .n = ARRAY_SIZE(sightings) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(neighs); i++)
		neighs[i] = (struct neigh){
			.ifindex = 7,
			.addr = { .family = AF_INET, .bytes = { 192, 0, 2 + i / 256, 2 + i } },
			.lladdr = MAC(1),
			.has_lladdr = true,
			.state = NUD_STALE,
		};
	lesson.neighs.n = 2;
	assert_prints(&lesson, &question, ": 1 claim; also 192.0.2.2, 192.0.2.3, 192.0.2.66\n");
	lesson.neighs.n = 7;
	assert_prints(&lesson, &question, ", 192.0.2.8, 192.0.2.66\n");
	lesson.neighs.n = 9;
	assert_prints(&lesson, &question, ", 192.0.2.8, 192.0.2.9 and 2 others\n");
	lesson.neighs.n = 300;
	assert_prints(&lesson, &question, ", 192.0.2.9 and 248 or more others\n");
}

/* The entry that contradicts is told: the later one, if the one before does not. */
static void entries(void **state)
{
	struct question question = answered();
	struct lesson lesson = {0};

	(void)state;
	question.before = (struct neigh){ .lladdr = MAC(1), .has_lladdr = true,
					  .state = NUD_REACHABLE };
	question.after = (struct neigh){ .lladdr = MAC(2), .has_lladdr = true,
					 .state = NUD_PROBE };
	assert_prints(&lesson, &question,
		      "    00:11:22:33:44:01 in the neighbour cache: reachable\n");
	question.reason = REASON_CACHE_CONFLICT;
	assert_prints(&lesson, &question, "    00:11:22:33:44:02 in the neighbour cache: probe\n");
	memcpy(question.before.lladdr, other, MAC_LEN);
	memcpy(question.after.lladdr, router, MAC_LEN);
	assert_prints(&lesson, &question,
		      "    00:11:22:33:44:02 in the neighbour cache: reachable\n");
	question.before.has_lladdr = false;
	assert_prints(&lesson, &question, "    00:11:22:33:44:01 in the neighbour cache: probe\n");
}

static int learn(char *addr)
{
	char *const words[] = { addr, "dev", "eth0" };
	FILE *real_stdout = stdout;
	struct ctl *ctl = calloc(1, sizeof(*ctl));
	int status;

	stdout = fopen("/dev/null", "w");
	status = pin_learn(ctl, ARRAY_SIZE(words), words);
	fclose(stdout);
	stdout = real_stdout;
	free(ctl);
	return status;
}

static void learned(void **state)
{
	(void)state;
	assert_int_equal(learn("192.0.2.1"), EXIT_DONE);
	assert_memory_equal(asked.lladdrs[0], router, MAC_LEN);
	assert_string_equal(asked.dev, "eth0");
	refusal = EXIT_REFUSED;
	assert_int_equal(learn("192.0.2.1"), EXIT_REFUSED);
	memset(&asked, 0, sizeof(asked));
	own_error = EMFILE;
	assert_int_equal(learn("192.0.2.1"), EXIT_REFUSED);
	refusal = 0;
	assert_int_equal(learn("default"), EXIT_REFUSED);
	assert_int_equal(asked.n_lladdrs, 0);
	/* Of the gateways, one that is refused is enough, too. */
	own_error = 0;
	refusal = EXIT_REFUSED;
	n_hops = 1;
	assert_int_equal(learn("default"), EXIT_REFUSED);
	assert_int_equal(asked.n_lladdrs, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(gateways, begin),
		cmocka_unit_test_setup(devices_gone, begin),
		cmocka_unit_test_setup(sentences, begin),
		cmocka_unit_test_setup(known_as, begin),
		cmocka_unit_test_setup(entries, begin),
		cmocka_unit_test_setup(learned, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
