// SPDX-License-Identifier: GPL-2.0-only
/* ARP packets, their bytes written out -> claims. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "claim_arp.h"

#define GATEWAY_MAC	0x02, 0x00, 0x00, 0x00, 0x00, 0x01
#define SERVER_MAC	0x02, 0x00, 0x00, 0x00, 0x00, 0x10
#define ATTACKER_MAC	0x02, 0x00, 0x00, 0x00, 0x00, 0x66
#define ZERO_MAC	0x00, 0x00, 0x00, 0x00, 0x00, 0x00
#define GATEWAY		192, 0, 2, 1
#define SERVER		192, 0, 2, 10
#define OTHER		192, 0, 2, 77
#define ZERO		0, 0, 0, 0

/* RFC 826: ar$hrd, ar$pro, ar$hln, ar$pln; then ar$op. */
#define ETHERNET_IP4	0x00, 0x01, 0x08, 0x00, 6, 4
#define REQUEST		0x00, 0x01
#define REPLY		0x00, 0x02

static const u8 attacker[] = { ATTACKER_MAC };
static const u8 gateway[] = { GATEWAY_MAC };

static void assert_addr(const struct arppin_addr *addr, u8 a, u8 b, u8 c, u8 d)
{
	const u8 bytes[16] = { a, b, c, d };

	assert_int_equal(addr->family, AF_INET);
	assert_memory_equal(addr->bytes, bytes, sizeof(bytes));
}

/*
 * Parsed from the heap, at its exact size: ASan sees each byte too far. A claim
 * points into the packet, which stays until the next one.
 */
static bool parse(struct arppin_claim *claim, const u8 *arp, size_t len)
{
	static u8 *copy;

	free(copy);
	copy = malloc(len ? len : 1);
	memset(claim, 0xa5, sizeof(*claim));
	memcpy(copy, arp, len);
	return arppin_claim_arp(claim, copy, len, attacker);
}

#define PARSE(claim, ...) \
	parse(claim, (const u8[]){ __VA_ARGS__ }, sizeof((u8[]){ __VA_ARGS__ }))

static void reply(void **state)
{
	struct arppin_claim claim;

	(void)state;
	assert_true(PARSE(&claim, ETHERNET_IP4, REPLY, ATTACKER_MAC, GATEWAY,
			  SERVER_MAC, SERVER));
	assert_int_equal(claim.variant, ARPPIN_VARIANT_REPLY);
	assert_addr(&claim.addr, GATEWAY);
	assert_addr(&claim.target, SERVER);
	assert_memory_equal(claim.lladdr, attacker, 6);
	assert_memory_equal(claim.source, attacker, 6);
	assert_false(claim.own);
}

/* RFC 826: the receiver merges the sender of a request, too. */
static void request(void **state)
{
	struct arppin_claim claim;

	(void)state;
	assert_true(PARSE(&claim, ETHERNET_IP4, REQUEST, ATTACKER_MAC, GATEWAY,
			  ZERO_MAC, SERVER));
	assert_int_equal(claim.variant, ARPPIN_VARIANT_REQUEST_TO_OTHER);
	assert_addr(&claim.addr, GATEWAY);
	assert_addr(&claim.target, SERVER);
	arppin_claim_to_us(&claim);
	assert_int_equal(claim.variant, ARPPIN_VARIANT_REQUEST_TO_US);
}

/* RFC 5227, section 2.3: an announcement is a request with equal addresses. */
static void announcement(void **state)
{
	struct arppin_claim claim;

	(void)state;
	assert_true(PARSE(&claim, ETHERNET_IP4, REQUEST, GATEWAY_MAC, GATEWAY,
			  ZERO_MAC, GATEWAY));
	assert_int_equal(claim.variant, ARPPIN_VARIANT_GRATUITOUS_REQUEST);
	assert_addr(&claim.addr, GATEWAY);
	assert_memory_equal(claim.lladdr, gateway, 6);
	arppin_claim_to_us(&claim);
	assert_int_equal(claim.variant, ARPPIN_VARIANT_GRATUITOUS_REQUEST);
}

/* RFC 5227, section 3: some announce with a reply. */
static void gratuitous_reply(void **state)
{
	struct arppin_claim claim;

	(void)state;
	assert_true(PARSE(&claim, ETHERNET_IP4, REPLY, GATEWAY_MAC, GATEWAY,
			  GATEWAY_MAC, GATEWAY));
	assert_int_equal(claim.variant, ARPPIN_VARIANT_GRATUITOUS_REPLY);
	assert_true(PARSE(&claim, ETHERNET_IP4, REPLY, GATEWAY_MAC, GATEWAY,
			  SERVER_MAC, GATEWAY));
	assert_int_equal(claim.variant, ARPPIN_VARIANT_GRATUITOUS_REPLY);
}

/* RFC 5227, section 2.1.1: sender address zero; it asks about the target. */
static void probe(void **state)
{
	struct arppin_claim claim;

	(void)state;
	assert_true(PARSE(&claim, ETHERNET_IP4, REQUEST, ATTACKER_MAC, ZERO,
			  ZERO_MAC, GATEWAY));
	assert_int_equal(claim.variant, ARPPIN_VARIANT_PROBE);
	assert_addr(&claim.addr, GATEWAY);
	arppin_claim_to_us(&claim);
	assert_int_equal(claim.variant, ARPPIN_VARIANT_PROBE);
}

/* arp_process() leaves with sender address zero before the cache. */
static void reply_from_zero(void **state)
{
	struct arppin_claim claim;

	(void)state;
	assert_false(PARSE(&claim, ETHERNET_IP4, REPLY, ATTACKER_MAC, ZERO,
			   SERVER_MAC, SERVER));
}

/* Hardware type 6 is believed on Ethernet, no other one but 1 is. */
static void hardware_types(void **state)
{
	struct arppin_claim claim;
	unsigned int hrd;

	(void)state;
	for (hrd = 0; hrd <= 0xffff; hrd++) {
		for (unsigned int op = 1; op <= 2; op++)
			assert_int_equal(PARSE(&claim, hrd >> 8, hrd & 0xff,
					       0x08, 0x00, 6, 4, 0x00, op,
					       ATTACKER_MAC, GATEWAY,
					       SERVER_MAC, SERVER),
					 hrd == 1 || hrd == 6);
	}
	assert_true(PARSE(&claim, 0x00, 0x06, 0x08, 0x00, 6, 4, REQUEST,
			  ATTACKER_MAC, GATEWAY, SERVER_MAC, SERVER));
	assert_int_equal(claim.variant, ARPPIN_VARIANT_REQUEST_TO_OTHER);
}

static void protocol_types(void **state)
{
	struct arppin_claim claim;
	unsigned int pro;

	(void)state;
	for (pro = 0; pro <= 0xffff; pro++)
		assert_int_equal(PARSE(&claim, 0x00, 0x01, pro >> 8, pro & 0xff,
				       6, 4, REPLY, ATTACKER_MAC, GATEWAY,
				       SERVER_MAC, SERVER), pro == 0x0800);
}

static void address_lengths(void **state)
{
	struct arppin_claim claim;
	unsigned int hln, pln;

	(void)state;
	for (hln = 0; hln <= 0xff; hln++)
		for (pln = 0; pln <= 0xff; pln++)
			assert_int_equal(PARSE(&claim, 0x00, 0x01, 0x08, 0x00,
					       hln, pln, REPLY, ATTACKER_MAC,
					       GATEWAY, SERVER_MAC, SERVER),
					 hln == 6 && pln == 4);
}

/* RARP (3, 4), InARP (8, 9) and ARP-NAK (10) are not ARP's business. */
static void operations(void **state)
{
	struct arppin_claim claim;
	unsigned int op;

	(void)state;
	for (op = 0; op <= 0xffff; op++)
		assert_int_equal(PARSE(&claim, ETHERNET_IP4, op >> 8, op & 0xff,
				       ATTACKER_MAC, GATEWAY, SERVER_MAC,
				       SERVER), op == 1 || op == 2);
}

static void lengths(void **state)
{
	static const u8 padded[64] = {
		ETHERNET_IP4, REPLY, ATTACKER_MAC, GATEWAY, SERVER_MAC, SERVER
	};
	struct arppin_claim claim;
	size_t len;

	(void)state;
	for (len = 0; len <= sizeof(padded); len++)
		assert_int_equal(parse(&claim, padded, len), len >= 28);
}

/* The addresses are the sender's own affair: no value makes it no claim. */
static void strange_senders(void **state)
{
	struct arppin_claim claim;

	(void)state;
	assert_true(PARSE(&claim, ETHERNET_IP4, REPLY, ZERO_MAC, GATEWAY,
			  SERVER_MAC, SERVER));
	assert_true(PARSE(&claim, ETHERNET_IP4, REPLY, 0xff, 0xff, 0xff, 0xff,
			  0xff, 0xff, GATEWAY, SERVER_MAC, SERVER));
	assert_true(PARSE(&claim, ETHERNET_IP4, REPLY, 0x01, 0x00, 0x5e, 0x00,
			  0x00, 0x01, GATEWAY, SERVER_MAC, SERVER));
	assert_true(PARSE(&claim, ETHERNET_IP4, REPLY, ATTACKER_MAC,
			  255, 255, 255, 255, SERVER_MAC, SERVER));
}

static void ethernet_source(void **state)
{
	static const u8 arp[] = {
		ETHERNET_IP4, REPLY, GATEWAY_MAC, GATEWAY, SERVER_MAC, OTHER
	};
	struct arppin_claim claim;

	(void)state;
	assert_true(arppin_claim_arp(&claim, arp, sizeof(arp), attacker));
	assert_memory_equal(claim.lladdr, gateway, 6);
	assert_memory_equal(claim.source, attacker, 6);
	assert_true(arppin_claim_arp(&claim, arp, sizeof(arp), arp + ARPPIN_ARP_SHA));
	assert_memory_equal(claim.source, gateway, 6);
}

/* The addresses that a neighbour can have; of IPv6 those too, for what comes. */
static void unicast(void **state)
{
	static const struct {
		u8 family, bytes[16];
		bool is;
	} addresses[] = {
		{ AF_INET, { GATEWAY }, true },
		{ AF_INET, { 0, 0, 0, 1 }, false },
		{ AF_INET, { 127, 0, 0, 1 }, false },
		{ AF_INET, { 223, 255, 255, 255 }, true },
		{ AF_INET, { 224, 0, 0, 1 }, false },
		{ AF_INET, { 255, 255, 255, 255 }, false },
		{ AF_INET6, { 0x20, 1, 0xd, 0xb8, [15] = 1 }, true },
		{ AF_INET6, { 0xfe, 0x80, [15] = 1 }, true },
		{ AF_INET6, { [15] = 1 }, true },
		{ AF_INET6, { 0 }, false },
		{ AF_INET6, { 0xff, 2, [15] = 1 }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		struct arppin_addr addr = { .family = addresses[i].family };

		memcpy(addr.bytes, addresses[i].bytes, sizeof(addr.bytes));
		assert_int_equal(arppin_addr_is_unicast(&addr), addresses[i].is);
	}
}

/* Each byte counts; of IPv4 the first four. */
static void equal(void **state)
{
	static const u32 families[] = { AF_INET, AF_INET6 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct arppin_addr a = { .family = families[i],
					       .bytes = { GATEWAY } };
		struct arppin_addr b = a;

		assert_true(arppin_addr_equal(&a, &b));
		b.family = families[1 - i];
		assert_false(arppin_addr_equal(&a, &b));
		for (size_t at = 0; at < sizeof(a.bytes); at++) {
			b = a;
			b.bytes[at]++;
			assert_int_equal(arppin_addr_equal(&a, &b),
					 a.family == AF_INET && at >= 4);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reply),
		cmocka_unit_test(request),
		cmocka_unit_test(announcement),
		cmocka_unit_test(gratuitous_reply),
		cmocka_unit_test(probe),
		cmocka_unit_test(reply_from_zero),
		cmocka_unit_test(hardware_types),
		cmocka_unit_test(protocol_types),
		cmocka_unit_test(address_lengths),
		cmocka_unit_test(operations),
		cmocka_unit_test(lengths),
		cmocka_unit_test(strange_senders),
		cmocka_unit_test(ethernet_source),
		cmocka_unit_test(unicast),
		cmocka_unit_test(equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
