// SPDX-License-Identifier: GPL-2.0-only
/* Messages as the module makes them -> structs -> text and JSON. */
#include <errno.h>
#include <json-c/json.h>
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
#include <sys/wait.h>
#include <unistd.h>
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

static char buffer[4096] __attribute__((aligned(8)));

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
	mnl_attr_put_u8(nlh, ARPPIN_A_GUARD_DEFEND, 1);
	mnl_attr_put_u32(nlh, ARPPIN_A_GUARD_ADDRESSES, 8);
	mnl_attr_nest_end(nlh, nest);
}

/* 02:00:00:00:00:`mac` has used 192.0.2.`addr`. */
static void nest_sighting(struct nlmsghdr *nlh, __u8 mac, __u8 addr)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ARPPIN_A_INCIDENT_SIGHTING);
	__u8 lladdr[] = { 2, 0, 0, 0, 0, mac }, ip[] = { 192, 0, 2, addr };

	mnl_attr_put(nlh, ARPPIN_A_SIGHTING_LLADDR, 6, lladdr);
	mnl_attr_put(nlh, ARPPIN_A_SIGHTING_ADDR, 4, ip);
	mnl_attr_put_u64(nlh, ARPPIN_A_SIGHTING_FIRST, TIME - 1000000000);
	mnl_attr_put_u64(nlh, ARPPIN_A_SIGHTING_LAST, TIME);
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

static void put_incident(struct nlmsghdr *nlh, struct frames frames)
{
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
}

static void nest_incident(struct nlmsghdr *nlh, struct frames frames)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ARPPIN_A_EVENT_INCIDENT);

	put_incident(nlh, frames);
	mnl_attr_nest_end(nlh, nest);
}

/* All that need not be in every incident. */
static void put_details(struct nlmsghdr *nlh)
{
	struct nlattr *nest;

	mnl_attr_put_strz(nlh, ARPPIN_A_INCIDENT_PORT, "swp3");
	mnl_attr_put(nlh, ARPPIN_A_INCIDENT_FRAME, 4, "\xff\xff\0\1");
	mnl_attr_put_u32(nlh, ARPPIN_A_INCIDENT_FRAME_LEN, 60);
	mnl_attr_put_u32(nlh, ARPPIN_A_INCIDENT_SIGHTINGS, 4);
	nest_sighting(nlh, 0x66, 66);
	nest_sighting(nlh, 0x67, 67);
	mnl_attr_put_u64(nlh, ARPPIN_A_INCIDENT_END, TIME + 2);
	nest = mnl_attr_nest_start(nlh, ARPPIN_A_INCIDENT_PIN);
	put_pin(nlh, 0);
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
	struct nlattr *nest;
	struct event got;
	char *copy;
	size_t len;

	(void)state;
	nest_pin(nlh);
	nest_guard(nlh);
	nest = mnl_attr_nest_start(nlh, ARPPIN_A_EVENT_INCIDENT);
	put_incident(nlh, (struct frames){ ARPPIN_INCIDENT_CONFLICT, 2, 0x66, 1, 0, 1 });
	put_details(nlh);
	mnl_attr_nest_end(nlh, nest);
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
		     "\"last_ns\":1795438801000000000,\"dropped\":1,\"passed\":0,\"since_last\":1,"
		     "\"port\":null,\"sightings_total\":0,\"sightings\":[],\"frame\":null,\"frame_len\":0},"
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

static void incident_kinds(void **state)
{
	struct nlmsghdr *nlh;

	(void)state;
	nlh = event(ARPPIN_EVENT_INCIDENT_START);
	nest_guard(nlh);
	nest_incident(nlh, (struct frames){
		ARPPIN_INCIDENT_OWN_ADDRESS, 1 << ARPPIN_VARIANT_REPLY, 0x66, 0, 1, 1 });
	assert_event(nlh, TIME_TEXT "12 incident-start eth0: 192.0.2.1 claimed by 02:00:00:00:00:66, "
		     "an address of this host: passed (reply; incident 9; 1 frame)\n", NULL);

	nlh = event(ARPPIN_EVENT_INCIDENT_START);
	nest_guard(nlh);
	nest_incident(nlh, (struct frames){
		ARPPIN_INCIDENT_MANY_ADDRESSES, 1 << ARPPIN_VARIANT_REPLY, 0x66, 1, 0, 1 });
	assert_event(nlh, TIME_TEXT "12 incident-start eth0: 192.0.2.1 claimed by 02:00:00:00:00:66, "
		     "more than 8 addresses: dropped (reply; incident 9; 1 frame)\n", NULL);

	nlh = event(ARPPIN_EVENT_INCIDENT_START);
	nest_incident(nlh, (struct frames){
		ARPPIN_INCIDENT_MANY_ADDRESSES, 1 << ARPPIN_VARIANT_REPLY, 0x66, 1, 0, 1 });
	assert_event(nlh, TIME_TEXT "12 incident-start eth0: 192.0.2.1 claimed by 02:00:00:00:00:66, "
		     "too many addresses: dropped (reply; incident 9; 1 frame)\n", NULL);

	/* Of a whole network namespace, and so of no pin and no guard. */
	nlh = event(ARPPIN_EVENT_INCIDENT_START);
	nest_incident(nlh, (struct frames){
		ARPPIN_INCIDENT_MANY_OFFENDERS, 1 << ARPPIN_VARIANT_REPLY, 0x66, 1, 0, 1 });
	assert_event(nlh, TIME_TEXT "12 incident-start eth0: 192.0.2.1 claimed by many, at first "
		     "02:00:00:00:00:66: dropped (reply; incident 9; 1 frame)\n", NULL);

	nlh = event(ARPPIN_EVENT_INCIDENT_START);
	nest_incident(nlh, (struct frames){ 99, 0, 0x66, 1, 0, 1 });
	assert_event(nlh, TIME_TEXT "12 incident-start eth0: 192.0.2.1 claimed by "
		     "02:00:00:00:00:66: dropped (incident 9; 1 frame)\n", NULL);
}

#define OFFENDER_JSON(addr, mac)						\
	"{\"addr\":\"" addr "\",\"lladdr\":\"" mac "\","			\
	"\"first\":\"2026-11-23T12:59:59.999999999Z\","			\
	"\"first_ns\":1795438799999999999,"					\
	"\"last\":\"2026-11-23T13:00:00.999999999Z\","			\
	"\"last_ns\":1795438800999999999}"

#define DETAILS_JSON								\
	"\"port\":\"swp3\",\"sightings_total\":4,\"sightings\":["				\
	OFFENDER_JSON("192.0.2.66", "02:00:00:00:00:66") ","			\
	OFFENDER_JSON("192.0.2.67", "02:00:00:00:00:67") "],"			\
	"\"frame\":\"ffff0001\",\"frame_len\":60,"				\
	"\"live\":false,\"end\":\"2026-11-23T13:00:01.000000001Z\","		\
	"\"end_ns\":1795438801000000001," PIN_JSON "}"

/* What is known of the offender, beside the MAC address that it is known of. */
static void offenders(void **state)
{
	struct nlmsghdr *nlh = event(ARPPIN_EVENT_INCIDENT_UPDATE);
	struct nlattr *nest = mnl_attr_nest_start(nlh, ARPPIN_A_EVENT_INCIDENT);
	struct frames frames = {
		ARPPIN_INCIDENT_CONFLICT, 1 << ARPPIN_VARIANT_REPLY, 0x66, 5, 0, 3 };

	(void)state;
	put_incident(nlh, frames);
	put_details(nlh);
	mnl_attr_nest_end(nlh, nest);
	nest_pin(nlh);
	assert_event(nlh, TIME_TEXT "12 incident-update eth0: 192.0.2.1 claimed by "
		     "02:00:00:00:00:66 (also 192.0.2.66, 2 more), "
		     "pinned to 02:00:00:00:00:01,02:00:00:00:00:02: dropped "
		     "(reply; port swp3; incident 9; 3 frames, in all 5)\n", NULL);

	nlh = message(ARPPIN_CMD_EVENT_GET);
	mnl_attr_put_u32(nlh, ARPPIN_A_EVENT_KIND, ARPPIN_EVENT_INCIDENT_START);
	mnl_attr_put_u64(nlh, ARPPIN_A_EVENT_SEQ, 12);
	mnl_attr_put_u64(nlh, ARPPIN_A_EVENT_TIME, TIME);
	nest_pin(nlh);
	nest = mnl_attr_nest_start(nlh, ARPPIN_A_EVENT_INCIDENT);
	frames.source = 0x67;
	put_incident(nlh, frames);
	put_details(nlh);
	mnl_attr_nest_end(nlh, nest);
	assert_event(nlh, TIME_TEXT "12 incident-start eth0: 192.0.2.1 claimed by "
		     "02:00:00:00:00:66 (also 192.0.2.66) in a frame from "
		     "02:00:00:00:00:67 (also 192.0.2.67, 2 more), "
		     "pinned to 02:00:00:00:00:01,02:00:00:00:00:02: dropped "
		     "(reply; port swp3; incident 9; 3 frames, in all 5)\n", NULL);
}

static void assert_incident(const struct nlmsghdr *nlh, const char *text, const char *json)
{
	struct out out_text = { .json = false }, out_json = { .json = true };
	struct incident got;

	assert_null(msg_get_incident(nlh, &got));
	capture();
	print_incident(&out_text, NULL, &got);
	assert_printed(text);
	if (!json)
		return;
	capture();
	print_incident(&out_json, NULL, &got);
	assert_printed(json);
}

static void shown_incidents(void **state)
{
	struct nlmsghdr *nlh = message(ARPPIN_CMD_INCIDENT_GET);

	(void)state;
	put_incident(nlh, (struct frames){
		ARPPIN_INCIDENT_CONFLICT, 1 << ARPPIN_VARIANT_REPLY, 0x66, 5, 0, 3 });
	put_details(nlh);
	assert_incident(nlh, "9 conflict eth0: 192.0.2.1 claimed by 02:00:00:00:00:66 "
			"(also 192.0.2.66, 2 more), pinned to "
			"02:00:00:00:00:01,02:00:00:00:00:02: dropped (reply)\n"
			"    ended 2026-11-23 13:00:01.000+0000 "
			"start 2026-11-23 13:00:00.999+0000 last 2026-11-23 13:00:01.000+0000 "
			"dropped 5 passed 0 port swp3\n"
			"    02:00:00:00:00:66 also seen as 192.0.2.66 (since "
			"2026-11-23 12:59:59.999+0000, last 2026-11-23 13:00:00.999+0000)\n"
			"    02:00:00:00:00:67 also seen as 192.0.2.67 (since "
			"2026-11-23 12:59:59.999+0000, last 2026-11-23 13:00:00.999+0000)\n",
			"{\"id\":9,\"kind\":\"conflict\",\"dev\":\"eth0\",\"addr\":\"192.0.2.1\","
			"\"lladdr\":\"02:00:00:00:00:66\",\"source\":\"02:00:00:00:00:66\","
			"\"variants\":[\"reply\"],\"start\":\"2026-11-23T13:00:00.999999999Z\","
			"\"start_ns\":1795438800999999999,"
			"\"last\":\"2026-11-23T13:00:01.000000000Z\","
			"\"last_ns\":1795438801000000000,\"dropped\":5,\"passed\":0,"
			"\"since_last\":3," DETAILS_JSON "\n");

	nlh = message(ARPPIN_CMD_INCIDENT_GET);
	put_incident(nlh, (struct frames){ ARPPIN_INCIDENT_UNPINNED, 0, 0x66, 0, 2, 1 });
	assert_incident(nlh, "9 unpinned eth0: 192.0.2.1 claimed by 02:00:00:00:00:66, "
			"unpinned: passed\n    live start 2026-11-23 13:00:00.999+0000 "
			"last 2026-11-23 13:00:01.000+0000 dropped 0 passed 2\n", NULL);
}

/* An incident with one more attribute. */
static const char *wrong_incident(__u16 type, size_t len)
{
	static const char zeros[128];
	struct nlmsghdr *nlh = message(ARPPIN_CMD_INCIDENT_GET);
	struct incident got;

	put_incident(nlh, (struct frames){ ARPPIN_INCIDENT_CONFLICT, 2, 0x66, 1, 0, 1 });
	put_details(nlh);
	mnl_attr_put(nlh, type, len, zeros);
	return msg_get_incident(nlh, &got);
}

static void wrong_incidents(void **state)
{
	struct incident got;
	struct nlmsghdr *nlh;

	(void)state;
	assert_null(wrong_incident(ARPPIN_A_INCIDENT_MAX + 1, 3));
	assert_null(wrong_incident(ARPPIN_A_INCIDENT_FRAME, 60));
	assert_string_equal(wrong_incident(ARPPIN_A_INCIDENT_FRAME, 61),
			    "a frame of fewer bytes than are there");
	assert_string_equal(wrong_incident(ARPPIN_A_INCIDENT_FRAME, 65),
			    "a frame of more than 64 bytes");
	assert_string_equal(wrong_incident(ARPPIN_A_INCIDENT_FRAME_LEN, 4),
			    "a frame of fewer bytes than are there");
	assert_string_equal(wrong_incident(ARPPIN_A_INCIDENT_SIGHTINGS, 4),
			    "fewer sightings than are there");
	assert_string_equal(wrong_incident(ARPPIN_A_INCIDENT_SIGHTING, 0),
			    "a sighting without LLADDR");
	assert_string_equal(wrong_incident(ARPPIN_A_INCIDENT_PIN, 0), "a pin without DEV");
	assert_string_equal(wrong_incident(ARPPIN_A_INCIDENT_GUARD, 0), "a guard without DEV");
	assert_non_null(wrong_incident(ARPPIN_A_INCIDENT_PORT, 0));
	assert_non_null(wrong_incident(ARPPIN_A_INCIDENT_END, 4));
	assert_non_null(wrong_incident(ARPPIN_A_INCIDENT_LLADDR, 7));

	for (unsigned int n = 8; n <= 9; n++) {
		nlh = message(ARPPIN_CMD_INCIDENT_GET);
		put_incident(nlh, (struct frames){ ARPPIN_INCIDENT_CONFLICT, 2, 0x66, 1, 0, 1 });
		mnl_attr_put_u32(nlh, ARPPIN_A_INCIDENT_SIGHTINGS, 9);
		for (unsigned int i = 0; i < n; i++)
			nest_sighting(nlh, 0x66, i);
		assert_int_equal(!msg_get_incident(nlh, &got), n == 8);
	}
	nlh = mnl_nlmsg_put_header(buffer);
	assert_non_null(msg_get_incident(nlh, &got));
}

static void sightings(void **state)
{
	struct out out_text = { .json = false }, out_json = { .json = true };
	struct nlmsghdr *nlh = message(ARPPIN_CMD_SIGHTING_GET);
	struct sighting sent = { .dev = "eth0", .lladdr = { 2, 0, 0, 0, 0, 0x66 } };
	struct sighting got;

	(void)state;
	msg_put_sighting_key(nlh, &sent);
	mnl_attr_put(nlh, ARPPIN_A_SIGHTING_ADDR, 4, "\xc0\0\2\x42");
	assert_string_equal(msg_get_sighting(nlh, &got), "a sighting without FIRST");
	mnl_attr_put_u64(nlh, ARPPIN_A_SIGHTING_FIRST, TIME - 1000000000);
	mnl_attr_put_u64(nlh, ARPPIN_A_SIGHTING_LAST, TIME);
	assert_null(msg_get_sighting(nlh, &got));
	capture();
	print_sighting(&out_text, &got);
	assert_printed("192.0.2.66 dev eth0 lladdr 02:00:00:00:00:66 first "
		       "2026-11-23 12:59:59.999+0000 last 2026-11-23 13:00:00.999+0000\n");
	capture();
	print_sighting(&out_json, &got);
	assert_printed("{\"addr\":\"192.0.2.66\",\"dev\":\"eth0\","
		       "\"lladdr\":\"02:00:00:00:00:66\","
		       "\"first\":\"2026-11-23T12:59:59.999999999Z\","
		       "\"first_ns\":1795438799999999999,"
		       "\"last\":\"2026-11-23T13:00:00.999999999Z\","
		       "\"last_ns\":1795438800999999999}\n");

	/* A filter that says nothing, and so no sighting either. */
	nlh = message(ARPPIN_CMD_SIGHTING_GET);
	msg_put_sighting_key(nlh, &(struct sighting){ .dev = "" });
	assert_int_equal(mnl_nlmsg_get_payload_len(nlh), GENL_HDRLEN);
	mnl_attr_put(nlh, ARPPIN_A_SIGHTING_LLADDR, 6, LLADDR "\x66");
	mnl_attr_put(nlh, ARPPIN_A_SIGHTING_ADDR, 4, "\xc0\0\2\x42");
	mnl_attr_put_u64(nlh, ARPPIN_A_SIGHTING_FIRST, TIME);
	mnl_attr_put_u64(nlh, ARPPIN_A_SIGHTING_LAST, TIME);
	assert_string_equal(msg_get_sighting(nlh, &got), "a sighting without DEV");
}

/* Only what was named is sent. */
static void guard_request(void **state)
{
	struct guard sent = {
		.dev = "eth0", .unpinned = ARPPIN_UNPINNED_AUDIT, .defend = true, .addresses = 8,
	};
	struct nlmsghdr *nlh;
	struct guard got;

	(void)state;
	for (sent.given = 1; sent.given <= GUARD_ALL; sent.given++) {
		const struct nlattr *attr;
		unsigned int given = 0;

		nlh = message(ARPPIN_CMD_GUARD_SET);
		msg_put_guard(nlh, &sent);
		mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
			switch (mnl_attr_get_type(attr)) {
			case ARPPIN_A_GUARD_UNPINNED:
				given |= GUARD_UNPINNED;
				break;
			case ARPPIN_A_GUARD_DEFEND:
				given |= GUARD_DEFEND;
				break;
			case ARPPIN_A_GUARD_ADDRESSES:
				given |= GUARD_ADDRESSES;
				break;
			}
		}
		assert_int_equal(given, sent.given);
	}
	sent.given = GUARD_ALL;
	assert_null(msg_get_guard(nlh, &got));
	assert_memory_equal(&got, &sent, sizeof(got));
}

static void guard_words(void **state)
{
	struct guard guard = { .dev = "eth0", .unpinned = ARPPIN_UNPINNED_ACCEPT };
	struct out out_text = { .json = false }, out_json = { .json = true };

	(void)state;
	capture();
	print_guard(&out_text, NULL, &guard);
	assert_printed("dev eth0 unpinned accept\n    unbound\n");
	guard.addresses = 64;
	capture();
	print_guard(&out_text, NULL, &guard);
	assert_printed("dev eth0 unpinned accept addresses 64\n    unbound\n");
	guard.addresses = 0;
	guard.defend = true;
	capture();
	print_guard(&out_text, NULL, &guard);
	assert_printed("dev eth0 unpinned accept defend on\n    unbound\n");
	capture();
	print_guard(&out_json, NULL, &guard);
	assert_printed("{\"dev\":\"eth0\",\"unpinned\":\"accept\",\"defend\":true,"
		       "\"addresses\":null,\"ifindex\":null,\"bound\":false}\n");
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
	assert_event(nlh, TIME_TEXT "12 guard-change eth0: unpinned drop defend on addresses 8\n",
		     "{\"event\":\"guard-change\",\"seq\":12," TIME_JSON ",\"dev\":\"eth0\","
		     "\"guard\":{\"dev\":\"eth0\",\"unpinned\":\"drop\",\"defend\":true,"
		     "\"addresses\":8,\"ifindex\":null,\"bound\":false}}\n");

	nlh = event(ARPPIN_EVENT_PIN_BOUND);
	mnl_attr_put_strz(nlh, ARPPIN_A_EVENT_DEV, "eth0\n\x1b[2J");
	mnl_attr_put_u32(nlh, ARPPIN_A_EVENT_IFINDEX, 7);
	mnl_attr_put_u32(nlh, ARPPIN_A_EVENT_PINS, 3);
	assert_event(nlh, TIME_TEXT "12 pin-bound eth0\\x0a\\x1b[2J: ifindex 7, pins 3\n",
		     "{\"event\":\"pin-bound\",\"seq\":12," TIME_JSON
		     ",\"dev\":\"eth0\\\\x0a\\\\x1b[2J\",\"ifindex\":7,\"pins\":3}\n");

	nlh = event(ARPPIN_EVENT_LOCKED);
	assert_event(nlh, TIME_TEXT "12 locked\n",
		     "{\"event\":\"locked\",\"seq\":12," TIME_JSON "}\n");

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

	nlh = message(ARPPIN_CMD_INCIDENT_GET);
	msg_put_incident_id(nlh, 9);
	assert_string_equal(msg_attr_word(nlh, NLMSG_HDRLEN + GENL_HDRLEN), "incident");
	nlh = message(ARPPIN_CMD_EVENT_GET);
	msg_put_event_seq(nlh, 9);
	assert_string_equal(msg_attr_word(nlh, NLMSG_HDRLEN + GENL_HDRLEN), "since");
	nlh = message(ARPPIN_CMD_SIGHTING_GET);
	msg_put_sighting_key(nlh, &(struct sighting){ .lladdr = { 2 } });
	assert_string_equal(msg_attr_word(nlh, NLMSG_HDRLEN + GENL_HDRLEN), "lladdr");
	nlh = message(ARPPIN_CMD_GUARD_SET);
	msg_put_guard(nlh, &(struct guard){ .given = GUARD_ADDRESSES });
	assert_string_equal(msg_attr_word(nlh, NLMSG_HDRLEN + GENL_HDRLEN), "addresses");
	/* The module is asked for no attribute here. */
	nlh = message(ARPPIN_CMD_STATS_GET);
	mnl_attr_put_u32(nlh, ARPPIN_A_STATS_PINS, 1);
	assert_null(msg_attr_word(nlh, NLMSG_HDRLEN + GENL_HDRLEN));
}

/* So many of json-c's texts have no room for all that is in them. */
static int no_room;

typeof(json_object_to_json_string_ext) __real_json_object_to_json_string_ext;

const char *__wrap_json_object_to_json_string_ext(struct json_object *object, int flags)
{
	const char *text = __real_json_object_to_json_string_ext(object, flags);

	if (!no_room)
		return text;
	no_room--;
	errno = ENOMEM;
	return "[";
}

/* An array of "x", printed by a process of its own: what it prints, and its exit status. */
static int print_array(char *said, size_t size)
{
	struct out out = { .json = true, .file = tmpfile() };
	FILE *complaints = tmpfile();
	int status;
	pid_t pid;

	assert_true(out.file && complaints);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		dup2(fileno(complaints), STDERR_FILENO);
		out_open_array(&out, NULL);
		out_string(&out, NULL, NULL, "x");
		out_close(&out);
		_exit(fflush(out.file));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	rewind(out.file);
	rewind(complaints);
	memset(said, 0, size);
	status = WEXITSTATUS(status);
	if (!fread(said, 1, size - 1, status ? complaints : out.file))
		*said = '\0';
	fclose(out.file);
	fclose(complaints);
	return status;
}

/* JSON is printed in whole or not at all. */
static void without_memory(void **state)
{
	char said[256];

	(void)state;
	no_room = 1;
	assert_int_equal(print_array(said, sizeof(said)), 0);
	assert_string_equal(said, "[\"x\"]\n");
	no_room = 2;
	assert_int_equal(print_array(said, sizeof(said)), 2);
	assert_string_equal(said, "arppinctl: out of memory\n");
	no_room = 0;
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
		cmocka_unit_test(incident_kinds),
		cmocka_unit_test(offenders),
		cmocka_unit_test(shown_incidents),
		cmocka_unit_test(wrong_incidents),
		cmocka_unit_test(sightings),
		cmocka_unit_test(guard_request),
		cmocka_unit_test(guard_words),
		cmocka_unit_test(other_events),
		cmocka_unit_test(stats),
		cmocka_unit_test(attribute_words),
		cmocka_unit_test(without_memory),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
