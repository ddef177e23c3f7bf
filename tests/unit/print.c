// SPDX-License-Identifier: GPL-2.0-only
/* Messages as the module makes them -> structs -> text and JSON. */
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "msg.h"
#include "out.h"
#include "parse.h"
#include "print.h"

#define LLADDR "\2\0\0\0\0"
#define PIN_JSON								\
	"\"pin\":{\"addr\":\"192.0.2.1\",\"family\":\"ipv4\",\"dev\":\"eth0\","	\
	"\"lladdr\":[\"02:00:00:00:00:01\",\"02:00:00:00:00:02\"],"		\
	"\"mode\":\"enforce\",\"resident\":true,\"ifindex\":7,\"bound\":true,"	\
	"\"counters\":{\"accepted\":1,\"dropped\":18446744073709551615,"	\
	"\"passed\":3,\"noticed\":4}}"

/* A nanosecond before 2026-11-23 13:00:01 UTC. */
#define TIME 1795438800999999999ULL
#define TIME_JSON "\"time\":\"2026-11-23T13:00:00.999999999Z\",\"time_ns\":1795438800999999999"
#define TIME_TEXT "2026-11-23 13:00:00.999+0000 "

static char buffer[2048] __attribute__((aligned(8)));

static struct nlmsghdr *message(__u8 cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	genl->cmd = cmd;
	return nlh;
}

static void put_counters(struct nlmsghdr *nlh, __u16 type)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, type);

	mnl_attr_put_u64(nlh, ARPPIN_A_COUNTER_ACCEPTED, 1);
	mnl_attr_put_u64(nlh, ARPPIN_A_COUNTER_DROPPED, UINT64_MAX);
	mnl_attr_put_u64(nlh, ARPPIN_A_COUNTER_PASSED, 3);
	mnl_attr_put_u64(nlh, ARPPIN_A_COUNTER_NOTICED, 4);
	mnl_attr_nest_end(nlh, nest);
}

/* `without`: this attribute is left out. */
static void put_pin(struct nlmsghdr *nlh, __u16 without)
{
	struct nlattr *nest;

	if (without != ARPPIN_A_PIN_DEV)
		mnl_attr_put_strz(nlh, ARPPIN_A_PIN_DEV, "eth0");
	if (without != ARPPIN_A_PIN_IFINDEX)
		mnl_attr_put_u32(nlh, ARPPIN_A_PIN_IFINDEX, 7);
	if (without != ARPPIN_A_PIN_ADDR)
		mnl_attr_put(nlh, ARPPIN_A_PIN_ADDR, 4, "\xc0\0\2\1");
	if (without != ARPPIN_A_PIN_LLADDRS) {
		nest = mnl_attr_nest_start(nlh, ARPPIN_A_PIN_LLADDRS);
		mnl_attr_put(nlh, ARPPIN_A_LLADDRS_LLADDR, 6, LLADDR "\1");
		mnl_attr_put(nlh, ARPPIN_A_LLADDRS_LLADDR, 6, LLADDR "\2");
		mnl_attr_nest_end(nlh, nest);
	}
	if (without != ARPPIN_A_PIN_MODE)
		mnl_attr_put_u32(nlh, ARPPIN_A_PIN_MODE, ARPPIN_MODE_ENFORCE);
	if (without != ARPPIN_A_PIN_RESIDENT)
		mnl_attr_put_u8(nlh, ARPPIN_A_PIN_RESIDENT, 1);
	put_counters(nlh, ARPPIN_A_PIN_STATS);
	/* Of a newer module. */
	mnl_attr_put_u32(nlh, ARPPIN_A_PIN_MAX + 1, 1);
	mnl_attr_put_u32(nlh, 1000, 1);
}

static void nest_pin(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ARPPIN_A_EVENT_PIN);

	put_pin(nlh, 0);
	mnl_attr_nest_end(nlh, nest);
}

static void nest_guard(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ARPPIN_A_EVENT_GUARD);

	mnl_attr_put_strz(nlh, ARPPIN_A_GUARD_DEV, "eth0");
	mnl_attr_put_u32(nlh, ARPPIN_A_GUARD_UNPINNED, ARPPIN_UNPINNED_DROP);
	mnl_attr_nest_end(nlh, nest);
}

struct frames {
	__u32 kind;
	__u32 variants;
	char source;	/* last byte of the Ethernet source */
	__u64 dropped;
	__u64 passed;
	__u64 since;
};

static void nest_incident(struct nlmsghdr *nlh, struct frames frames)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ARPPIN_A_EVENT_INCIDENT);
	char source[] = LLADDR "?";

	source[5] = frames.source;
	mnl_attr_put_u64(nlh, ARPPIN_A_INCIDENT_ID, 9);
	mnl_attr_put_u32(nlh, ARPPIN_A_INCIDENT_KIND, frames.kind);
	mnl_attr_put_strz(nlh, ARPPIN_A_INCIDENT_DEV, "eth0");
	mnl_attr_put(nlh, ARPPIN_A_INCIDENT_ADDR, 4, "\xc0\0\2\1");
	mnl_attr_put(nlh, ARPPIN_A_INCIDENT_LLADDR, 6, LLADDR "\x66");
	mnl_attr_put(nlh, ARPPIN_A_INCIDENT_SOURCE, 6, source);
	mnl_attr_put_u32(nlh, ARPPIN_A_INCIDENT_VARIANTS, frames.variants);
	mnl_attr_put_u64(nlh, ARPPIN_A_INCIDENT_START, TIME);
	mnl_attr_put_u64(nlh, ARPPIN_A_INCIDENT_LAST, TIME + 1);
	mnl_attr_put_u64(nlh, ARPPIN_A_INCIDENT_DROPPED, frames.dropped);
	mnl_attr_put_u64(nlh, ARPPIN_A_INCIDENT_PASSED, frames.passed);
	mnl_attr_put_u64(nlh, ARPPIN_A_INCIDENT_SINCE, frames.since);
	mnl_attr_nest_end(nlh, nest);
}

static struct nlmsghdr *event(__u32 kind)
{
	struct nlmsghdr *nlh = message(ARPPIN_CMD_EVENT);

	mnl_attr_put_u32(nlh, ARPPIN_A_EVENT_KIND, kind);
	mnl_attr_put_u64(nlh, ARPPIN_A_EVENT_SEQ, 12);
	mnl_attr_put_u64(nlh, ARPPIN_A_EVENT_TIME, TIME);
	return nlh;
}

/* Standard output, for a while. */
static char *printed;
static size_t printed_len;
static FILE *real_stdout;

static void capture(void)
{
	real_stdout = stdout;
	stdout = open_memstream(&printed, &printed_len);
}

static void assert_printed(const char *text)
{
	fclose(stdout);
	stdout = real_stdout;
	assert_string_equal(printed, text);
	free(printed);
}

static void assert_event(const struct nlmsghdr *nlh, const char *text, const char *json)
{
	struct out out_text = { .json = false }, out_json = { .json = true };
	struct event got;

	assert_null(msg_get_event(nlh, &got));
	if (text) {
		capture();
		print_event(&out_text, &got);
		assert_printed(text);
	}
	if (json) {
		capture();
		print_event(&out_json, &got);
		assert_printed(json);
	}
}

static void pin(void **state)
{
	struct out out_text = { .json = false }, out_json = { .json = true };
	struct nlmsghdr *nlh = message(ARPPIN_CMD_PIN_GET);
	struct pin got;

	(void)state;
	put_pin(nlh, 0);
	assert_null(msg_get_pin(nlh, &got));
	capture();
	print_pin(&out_text, NULL, &got);
	assert_printed("192.0.2.1 dev eth0 lladdr 02:00:00:00:00:01,02:00:00:00:00:02 mode enforce resident on\n"
		       "    bound ifindex 7 accepted 1 dropped 18446744073709551615 passed 3 noticed 4\n");
	capture();
	out_open_object(&out_json, NULL);
	print_pin(&out_json, "pin", &got);
	out_close(&out_json);
	assert_printed("{" PIN_JSON "}\n");

	nlh = message(ARPPIN_CMD_PIN_GET);
	put_pin(nlh, ARPPIN_A_PIN_IFINDEX);
	assert_null(msg_get_pin(nlh, &got));
	assert_int_equal(got.ifindex, 0);
}

/* What is sent is what is read. */
static void pin_request(void **state)
{
	struct nlmsghdr *nlh = message(ARPPIN_CMD_PIN_NEW);
	struct pin sent = {
		.addr = { .family = AF_INET6, .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
		.dev = "eth0",
		.lladdrs = { { 2, 0, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 2 } },
		.n_lladdrs = 2,
		.mode = ARPPIN_MODE_AUDIT,
		.resident = true,
	};
	struct pin got;

	(void)state;
	msg_put_pin(nlh, &sent);
	assert_null(msg_get_pin(nlh, &got));
	assert_memory_equal(&got, &sent, sizeof(got));
}

static void incomplete_pins(void **state)
{
	static const struct {
		__u16 type;
		const char *text;
	} needed[] = {
		{ ARPPIN_A_PIN_DEV, "a pin without DEV" },
		{ ARPPIN_A_PIN_ADDR, "a pin without ADDR" },
		{ ARPPIN_A_PIN_LLADDRS, "a pin without LLADDRS" },
		{ ARPPIN_A_PIN_MODE, "a pin without MODE" },
		{ ARPPIN_A_PIN_RESIDENT, "a pin without RESIDENT" },
	};
	struct nlmsghdr *nlh;
	struct pin got;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		nlh = message(ARPPIN_CMD_PIN_GET);
		put_pin(nlh, needed[i].type);
		assert_string_equal(msg_get_pin(nlh, &got), needed[i].text);
	}
}

/* A pin with one attribute that is not as it should be. */
static const char *wrong_pin(__u16 type, size_t len, const void *payload)
{
	struct nlmsghdr *nlh = message(ARPPIN_CMD_PIN_GET);
	struct pin got;

	put_pin(nlh, type);
	mnl_attr_put(nlh, type, len, payload);
	return msg_get_pin(nlh, &got);
}

static void wrong_lengths(void **state)
{
	static const char zeros[64];
	struct nlattr *nest;
	struct nlmsghdr *nlh;
	struct pin got;

	(void)state;
	assert_non_null(wrong_pin(ARPPIN_A_PIN_DEV, 4, "eth0"));
	assert_non_null(wrong_pin(ARPPIN_A_PIN_DEV, 0, ""));
	assert_non_null(wrong_pin(ARPPIN_A_PIN_DEV, 17, "1234567890123456"));
	assert_null(wrong_pin(ARPPIN_A_PIN_DEV, 16, "123456789012345"));
	assert_non_null(wrong_pin(ARPPIN_A_PIN_ADDR, 3, zeros));
	assert_non_null(wrong_pin(ARPPIN_A_PIN_ADDR, 17, zeros));
	assert_non_null(wrong_pin(ARPPIN_A_PIN_MODE, 3, zeros));
	assert_non_null(wrong_pin(ARPPIN_A_PIN_MODE, 8, zeros));
	assert_non_null(wrong_pin(ARPPIN_A_PIN_IFINDEX, 0, zeros));
	assert_non_null(wrong_pin(ARPPIN_A_PIN_RESIDENT, 4, zeros));
	assert_non_null(wrong_pin(ARPPIN_A_PIN_LLADDRS, 0, zeros));
	assert_non_null(wrong_pin(ARPPIN_A_PIN_LLADDRS, 3, zeros));

	for (size_t len = 5; len <= 7; len++) {
		nlh = message(ARPPIN_CMD_PIN_GET);
		put_pin(nlh, ARPPIN_A_PIN_LLADDRS);
		nest = mnl_attr_nest_start(nlh, ARPPIN_A_PIN_LLADDRS);
		mnl_attr_put(nlh, ARPPIN_A_LLADDRS_LLADDR, len, zeros);
		mnl_attr_nest_end(nlh, nest);
		assert_int_equal(!msg_get_pin(nlh, &got), len == 6);
	}
	for (unsigned int n = 16; n <= 17; n++) {
		nlh = message(ARPPIN_CMD_PIN_GET);
		put_pin(nlh, ARPPIN_A_PIN_LLADDRS);
		nest = mnl_attr_nest_start(nlh, ARPPIN_A_PIN_LLADDRS);
		for (unsigned int i = 0; i < n; i++)
			mnl_attr_put(nlh, ARPPIN_A_LLADDRS_LLADDR, 6, zeros);
		mnl_attr_nest_end(nlh, nest);
		assert_int_equal(!msg_get_pin(nlh, &got), n == 16);
	}
	nlh = mnl_nlmsg_put_header(buffer);
	assert_non_null(msg_get_pin(nlh, &got));
}

/* Cut anywhere, and with any byte changed: no byte too far is read. */
static void mutilated(void **state)
{
	struct nlmsghdr *nlh = event(ARPPIN_EVENT_INCIDENT_START);
	struct event got;
	char *copy;
	size_t len;

	(void)state;
	nest_pin(nlh);
	nest_incident(nlh, (struct frames){ ARPPIN_INCIDENT_CONFLICT, 2, 0x66, 1, 0, 1 });
	len = nlh->nlmsg_len;
	for (size_t cut = NLMSG_HDRLEN; cut <= len; cut++) {
		copy = malloc(cut);
		memcpy(copy, buffer, cut);
		((struct nlmsghdr *)copy)->nlmsg_len = cut;
		msg_get_event((void *)copy, &got);
		free(copy);
	}
	copy = malloc(len);
	for (size_t at = NLMSG_HDRLEN; at < len; at++) {
		for (int value = 0; value < 256; value += value < 32 ? 1 : 31) {
			memcpy(copy, buffer, len);
			copy[at] = value;
			msg_get_event((void *)copy, &got);
		}
	}
	free(copy);
}

static void incident_start(void **state)
{
	struct nlmsghdr *nlh = event(ARPPIN_EVENT_INCIDENT_START);

	(void)state;
	nest_pin(nlh);
	nest_incident(nlh, (struct frames){
		ARPPIN_INCIDENT_CONFLICT, 1 << ARPPIN_VARIANT_REPLY, 0x66, 1, 0, 1 });
	assert_event(nlh, TIME_TEXT "12 incident-start eth0: 192.0.2.1 claimed by 02:00:00:00:00:66, "
		     "pinned to 02:00:00:00:00:01,02:00:00:00:00:02: dropped "
		     "(reply; incident 9; 1 frame)\n",
		     "{\"event\":\"incident-start\",\"seq\":12," TIME_JSON
		     ",\"dev\":\"eth0\",\"addr\":\"192.0.2.1\",\"incident\":{\"id\":9,"
		     "\"kind\":\"conflict\",\"dev\":\"eth0\",\"addr\":\"192.0.2.1\","
		     "\"lladdr\":\"02:00:00:00:00:66\",\"source\":\"02:00:00:00:00:66\","
		     "\"variants\":[\"reply\"],\"start\":\"2026-11-23T13:00:00.999999999Z\","
		     "\"start_ns\":1795438800999999999,\"last\":\"2026-11-23T13:00:01.000000000Z\","
		     "\"last_ns\":1795438801000000000,\"dropped\":1,\"passed\":0,\"since_last\":1},"
		     PIN_JSON "}\n");
}

static void incidents(void **state)
{
	struct nlmsghdr *nlh;

	(void)state;
	nlh = event(ARPPIN_EVENT_INCIDENT_UPDATE);
	nest_pin(nlh);
	nest_incident(nlh, (struct frames){
		ARPPIN_INCIDENT_FOREIGN_SOURCE,
		1 << ARPPIN_VARIANT_REPLY | 1 << ARPPIN_VARIANT_GRATUITOUS_REPLY, 0x67, 0, 40, 30 });
	assert_event(nlh, TIME_TEXT "12 incident-update eth0: 192.0.2.1 claimed by 02:00:00:00:00:66 "
		     "in a frame from 02:00:00:00:00:67, "
		     "pinned to 02:00:00:00:00:01,02:00:00:00:00:02: passed "
		     "(reply,gratuitous-reply; incident 9; 30 frames, in all 40)\n", NULL);

	nlh = event(ARPPIN_EVENT_INCIDENT_END);
	nest_guard(nlh);
	nest_incident(nlh, (struct frames){
		ARPPIN_INCIDENT_UNPINNED, 1 << ARPPIN_VARIANT_PROBE | 1U << 31, 0x66, 3, 4, 0 });
	assert_event(nlh, TIME_TEXT "12 incident-end eth0: 192.0.2.1 claimed by 02:00:00:00:00:66, "
		     "unpinned: dropped and passed "
		     "(probe,unknown-31; incident 9; over after 7 frames)\n", NULL);

	nlh = event(ARPPIN_EVENT_INCIDENT_START);
	nest_pin(nlh);
	nest_incident(nlh, (struct frames){
		ARPPIN_INCIDENT_PROBE, 1 << ARPPIN_VARIANT_PROBE, 0x66, 0, 1, 1 });
	assert_event(nlh, TIME_TEXT "12 incident-start eth0: 192.0.2.1 probed by 02:00:00:00:00:66, "
		     "pinned to 02:00:00:00:00:01,02:00:00:00:00:02: passed "
		     "(probe; incident 9; 1 frame)\n", NULL);
}

static void other_events(void **state)
{
	struct nlmsghdr *nlh;

	(void)state;
	nlh = event(ARPPIN_EVENT_PIN_DEL);
	nest_pin(nlh);
	assert_event(nlh, TIME_TEXT "12 pin-del eth0: 192.0.2.1 dev eth0 lladdr "
		     "02:00:00:00:00:01,02:00:00:00:00:02 mode enforce resident on\n",
		     "{\"event\":\"pin-del\",\"seq\":12," TIME_JSON
		     ",\"dev\":\"eth0\",\"addr\":\"192.0.2.1\"," PIN_JSON "}\n");

	nlh = event(ARPPIN_EVENT_CACHE_HEALED);
	nest_pin(nlh);
	mnl_attr_put(nlh, ARPPIN_A_EVENT_LLADDR, 6, LLADDR "\x66");
	assert_event(nlh, TIME_TEXT "12 cache-healed eth0: 192.0.2.1 was at 02:00:00:00:00:66 in the "
		     "neighbour cache, healed to 02:00:00:00:00:01,02:00:00:00:00:02\n",
		     "{\"event\":\"cache-healed\",\"seq\":12," TIME_JSON
		     ",\"dev\":\"eth0\",\"addr\":\"192.0.2.1\",\"lladdr\":\"02:00:00:00:00:66\","
		     PIN_JSON "}\n");

	nlh = event(ARPPIN_EVENT_GUARD_CHANGE);
	nest_guard(nlh);
	assert_event(nlh, TIME_TEXT "12 guard-change eth0: unpinned drop\n",
		     "{\"event\":\"guard-change\",\"seq\":12," TIME_JSON ",\"dev\":\"eth0\","
		     "\"guard\":{\"dev\":\"eth0\",\"unpinned\":\"drop\",\"ifindex\":null,"
		     "\"bound\":false}}\n");

	nlh = event(ARPPIN_EVENT_PIN_BOUND);
	mnl_attr_put_strz(nlh, ARPPIN_A_EVENT_DEV, "eth0\n\x1b[2J");
	mnl_attr_put_u32(nlh, ARPPIN_A_EVENT_IFINDEX, 7);
	mnl_attr_put_u32(nlh, ARPPIN_A_EVENT_PINS, 3);
	assert_event(nlh, TIME_TEXT "12 pin-bound eth0\\x0a\\x1b[2J: ifindex 7, pins 3\n",
		     "{\"event\":\"pin-bound\",\"seq\":12," TIME_JSON
		     ",\"dev\":\"eth0\\\\x0a\\\\x1b[2J\",\"ifindex\":7,\"pins\":3}\n");

	/* Of a newer module. */
	nlh = event(99);
	mnl_attr_put_u32(nlh, 99, 99);
	assert_event(nlh, TIME_TEXT "12 unknown-99\n",
		     "{\"event\":\"unknown-99\",\"seq\":12," TIME_JSON "}\n");
}

static void stats(void **state)
{
	struct nlmsghdr *nlh = message(ARPPIN_CMD_STATS_GET);
	struct stats got;

	(void)state;
	mnl_attr_put_strz(nlh, ARPPIN_A_STATS_VERSION, "1.0");
	mnl_attr_put_u32(nlh, ARPPIN_A_STATS_PINS, 5);
	mnl_attr_put_u64(nlh, ARPPIN_A_STATS_EVENTS, UINT64_MAX);
	put_counters(nlh, ARPPIN_A_STATS_CLAIMS);
	mnl_attr_put_u32(nlh, ARPPIN_A_STATS_MAX + 1, 1);
	assert_null(msg_get_stats(nlh, &got));
	assert_string_equal(got.version, "1.0");
	assert_int_equal(got.numbers[ARPPIN_A_STATS_PINS], 5);
	assert_true(got.numbers[ARPPIN_A_STATS_EVENTS] == UINT64_MAX);
	assert_true(got.there[ARPPIN_A_STATS_EVENTS]);
	assert_false(got.there[ARPPIN_A_STATS_DEVS]);
	assert_int_equal(got.claims.noticed, 4);
	mnl_attr_put_u8(nlh, ARPPIN_A_STATS_DEVS, 1);
	assert_non_null(msg_get_stats(nlh, &got));
}

/* The word that the kernel blames. */
static void attribute_words(void **state)
{
	struct nlmsghdr *nlh = message(ARPPIN_CMD_PIN_NEW);
	struct nlattr *attr;
	__u32 offset;

	(void)state;
	put_pin(nlh, 0);
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		offset = (char *)attr - buffer;
		if (mnl_attr_get_type(attr) == ARPPIN_A_PIN_LLADDRS) {
			assert_string_equal(msg_attr_word(nlh, offset), "lladdr");
			assert_string_equal(msg_attr_word(nlh, offset + 4), "lladdr");
		}
		if (mnl_attr_get_type(attr) == ARPPIN_A_PIN_DEV)
			assert_string_equal(msg_attr_word(nlh, offset), "dev");
		if (mnl_attr_get_type(attr) >= ARPPIN_A_PIN_MAX)
			assert_null(msg_attr_word(nlh, offset));
	}
	assert_null(msg_attr_word(nlh, 0));
	assert_null(msg_attr_word(nlh, 100000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pin),
		cmocka_unit_test(pin_request),
		cmocka_unit_test(incomplete_pins),
		cmocka_unit_test(wrong_lengths),
		cmocka_unit_test(mutilated),
		cmocka_unit_test(incident_start),
		cmocka_unit_test(incidents),
		cmocka_unit_test(other_events),
		cmocka_unit_test(stats),
		cmocka_unit_test(attribute_words),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
