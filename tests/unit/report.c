// SPDX-License-Identifier: GPL-2.0-only
/* What an abuse desk gets to read, and that it is all there and fits into a mail. */
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "out.h"
#include "report.h"

/* A nanosecond before 2026-11-23 13:00:01 UTC. */
#define TIME 1795438800999999999ULL
#define NOW (TIME + 3600 * 1000000000ULL)

#define ADDRESS(last) { .family = AF_INET, .bytes = { 192, 0, 2, last } }
#define MAC(last) { 2, 0, 0, 0, 0, last }

static struct address own_addresses[] = { ADDRESS(10), ADDRESS(11) };

static const struct host host = {
	.name = "server7",
	.has_lladdr = true,
	.lladdr = MAC(0x10),
	.addrs = own_addresses,
	.n_addrs = 2,
};

static struct incident conflict(void)
{
	return (struct incident){
		.id = 7,
		.kind = ARPPIN_INCIDENT_CONFLICT,
		.dev = "br0",
		.addr = ADDRESS(1),
		.lladdr = MAC(0x66),
		.source = MAC(0x67),
		.variants = 1 << ARPPIN_VARIANT_REPLY | 1 << ARPPIN_VARIANT_REQUEST_TO_US,
		.start = TIME,
		.last = TIME + 60000000000ULL,
		.dropped = 60,
		.passed = 2,
		.port = "swp3",
		.frame = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 0x67, 8, 6, 0, 1,
			   8 },
		.captured = 17,
		.frame_len = 60,
		.n_sightings = 3,
		.n_told = 2,
		.sightings = {
			{ .lladdr = MAC(0x66), .addr = ADDRESS(66), .first = TIME, .last = TIME },
			{ .lladdr = MAC(0x67), .addr = ADDRESS(67), .first = TIME, .last = TIME },
		},
		.end = TIME + 120000000000ULL,
		.has_pin = true,
		.pin = {
			.addr = ADDRESS(1),
			.dev = "br0",
			.lladdrs = { MAC(1), MAC(2) },
			.n_lladdrs = 2,
			.mode = ARPPIN_MODE_ENFORCE,
			.resident = true,
		},
	};
}

/* The report; to be freed. */
static char *printed(const struct incident *incident, const struct host *by, bool json)
{
	struct out out = { .json = json };
	FILE *real_stdout = stdout;
	char *text;
	size_t len;

	stdout = open_memstream(&text, &len);
	print_report(&out, incident, by, NOW);
	fclose(stdout);
	stdout = real_stdout;
	return text;
}

static void assert_says(const char *text, const char *words)
{
	if (!strstr(text, words))
		print_message("no \"%s\" in:\n%s\n", words, text);
	assert_non_null(strstr(text, words));
}

static void assert_silent(const char *text, const char *words)
{
	if (strstr(text, words))
		print_message("\"%s\" in:\n%s\n", words, text);
	assert_null(strstr(text, words));
}

static void facts(void **state)
{
	struct incident incident = conflict();
	char *text = printed(&incident, &host, false);

	(void)state;
	assert_says(text, "ARP spoofing: a machine claims somebody else's IP address\n\n");
	assert_says(text, "\n"
		    "  IP address             192.0.2.1\n"
		    "  claimed                for MAC address 02:00:00:00:00:66\n"
		    "  in frames sent by      MAC address 02:00:00:00:00:67 (that a switch sees)\n"
		    "  belongs to             MAC address 02:00:00:00:00:01 or 02:00:00:00:00:02\n"
		    "  coming in at port      swp3 of br0\n"
		    "  first packet           2026-11-23 14:00:00.999+0100 (2026-11-23 13:00:00.999 UTC)\n"
		    "  latest packet          2026-11-23 14:01:00.999+0100 (2026-11-23 13:01:00.999 UTC)\n"
		    "  taken for over at      2026-11-23 14:02:00.999+0100 (2026-11-23 13:02:00.999 UTC)\n"
		    "  packets                62: 60 refused by this host, 2 let in\n"
		    "  kind of packet         ARP replies\n"
		    "  kind of packet         ARP requests for this host (they name their sender)\n"
		    "  has also been seen as  192.0.2.66, MAC address 02:00:00:00:00:66\n"
		    "                         first 2026-11-23 14:00:00.999+0100 (2026-11-23 13:00:00.999 UTC)\n"
		    "                         last  2026-11-23 14:00:00.999+0100 (2026-11-23 13:00:00.999 UTC)\n"
		    "  has also been seen as  192.0.2.67, MAC address 02:00:00:00:00:67\n"
		    "                         first 2026-11-23 14:00:00.999+0100 (2026-11-23 13:00:00.999 UTC)\n"
		    "                         last  2026-11-23 14:00:00.999+0100 (2026-11-23 13:00:00.999 UTC)\n"
		    "                         and as 1 other IP address\n"
		    "  reported by            host server7, device br0, MAC address 02:00:00:00:00:10\n"
		    "  which has              192.0.2.10\n"
		    "                         192.0.2.11\n"
		    "  number there           incident 7\n");
	assert_says(text, "its Ethernet header on (60 bytes, the first 17):\n\n"
		    "  0000  ff ff ff ff ff ff 02 00 00 00 00 67 08 06 00 01\n"
		    "  0010  08\n");
	assert_says(text, "behind which port 02:00:00:00:00:67\n");
	free(text);
}

/* Nothing is said of what is not known. */
static void little(void **state)
{
	static const struct host stranger = { .name = "a\x1b[2J" };
	struct incident incident = {
		.id = UINT64_MAX,
		.kind = ARPPIN_INCIDENT_UNPINNED,
		.dev = "x\n",
		.addr = ADDRESS(1),
		.lladdr = MAC(0x66),
		.source = MAC(0x66),
		.start = TIME,
		.last = TIME,
		.passed = 1,
	};
	char *text = printed(&incident, &stranger, false);

	(void)state;
	assert_says(text, "not over as of         2026-11-23 15:00:00.999+0100");
	assert_says(text, "host a\\x1b[2J, device x\\x0a\n");
	assert_says(text, "incident 18446744073709551615\n");
	assert_silent(text, "belongs to");
	assert_silent(text, "switch sees");
	assert_silent(text, "port  ");
	assert_silent(text, "kind of packet");
	assert_silent(text, "also been seen");
	assert_silent(text, "and as");
	assert_silent(text, "which has");
	assert_silent(text, "header");
	free(text);

	incident.variants = 1 << 20; /* of a newer module */
	text = printed(&incident, &stranger, false);
	assert_says(text, "kind of packet         ARP, variant 20\n");
	free(text);
}

static void kinds(void **state)
{
	static const char *const subjects[] = {
		[ARPPIN_INCIDENT_CONFLICT] = "ARP spoofing: a machine claims somebody else's",
		[ARPPIN_INCIDENT_PROBE] = "A machine is about to use somebody else's",
		[ARPPIN_INCIDENT_FOREIGN_SOURCE] = "A machine sends packets in another one's",
		[ARPPIN_INCIDENT_UNPINNED] = "A machine claims an IP address that this host",
		[ARPPIN_INCIDENT_MANY_OFFENDERS] = "ARP spoofing: very many senders",
		[ARPPIN_INCIDENT_OWN_ADDRESS] = "A machine claims the IP address of this host",
		[ARPPIN_INCIDENT_MANY_ADDRESSES] = "A machine claims more IP addresses than",
		[ARPPIN_INCIDENT_MANY_ADDRESSES + 1] = "A machine sends packets that it should",
	};
	struct incident incident = conflict();
	char *text;

	(void)state;
	for (incident.kind = 1; incident.kind < ARRAY_SIZE(subjects); incident.kind++) {
		text = printed(&incident, &host, false);
		assert_says(text, subjects[incident.kind]);
		assert_says(text, "Please find ");
		for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
			if (strcspn(line, "\n") > 90)
				fail_msg("a long line: %s", line);
		free(text);
	}

	incident.kind = ARPPIN_INCIDENT_OWN_ADDRESS;
	incident.has_pin = false;
	text = printed(&incident, &host, false);
	assert_says(text, "belongs to             the host that reports this, "
		    "MAC address 02:00:00:00:00:10\n");
	free(text);

	incident.kind = ARPPIN_INCIDENT_MANY_ADDRESSES;
	incident.has_guard = true;
	incident.guard.addresses = 8;
	text = printed(&incident, &host, false);
	assert_says(text, "allowed here           8 of a MAC address in an hour\n");
	free(text);
}

static const char *member(struct json_object *object, const char *key)
{
	return json_object_get_string(json_object_object_get(object, key));
}

static void json(void **state)
{
	struct incident incident = conflict();
	char *text = printed(&incident, &host, true);
	struct json_object *report = json_tokener_parse(text), *inner;

	(void)state;
	assert_non_null(report);
	assert_string_equal(member(report, "time"), "2026-11-23T14:00:00.999999999Z");
	assert_string_equal(member(report, "host"), "server7");
	assert_string_equal(member(report, "dev"), "br0");
	assert_string_equal(member(report, "dev_lladdr"), "02:00:00:00:00:10");
	assert_string_equal(member(report, "dev_addrs"), "[ \"192.0.2.10\", \"192.0.2.11\" ]");
	inner = json_object_object_get(report, "incident");
	assert_string_equal(member(inner, "kind"), "conflict");
	assert_string_equal(member(inner, "port"), "swp3");
	assert_string_equal(member(inner, "frame"), "ffffffffffff0200000000670806000108");
	assert_string_equal(member(inner, "sightings_total"), "3");
	assert_string_equal(member(json_object_object_get(inner, "pin"), "lladdr"),
			    "[ \"02:00:00:00:00:01\", \"02:00:00:00:00:02\" ]");
	json_object_put(report);
	free(text);

	text = printed(&incident, &(struct host){ .name = "tun" }, true);
	report = json_tokener_parse(text);
	assert_true(json_object_object_get_ex(report, "dev_lladdr", &inner));
	assert_null(inner);
	assert_string_equal(member(report, "dev_addrs"), "[ ]");
	json_object_put(report);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts),
		cmocka_unit_test(little),
		cmocka_unit_test(kinds),
		cmocka_unit_test(json),
	};

	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
