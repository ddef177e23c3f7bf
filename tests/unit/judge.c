// SPDX-License-Identifier: GPL-2.0-only
/* Frames, their bytes written out -> what the module does with them, and why. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "judge.h"

#define NS_PER_S 1000000000ULL

#define GATEWAY_MAC	0x02, 0x00, 0x00, 0x00, 0x00, 0x01
#define SERVER_MAC	0x02, 0x00, 0x00, 0x00, 0x00, 0x10
#define SERVER_MAC_2	0x02, 0x00, 0x00, 0x00, 0x00, 0x11
#define ATTACKER_MAC	0x02, 0x00, 0x00, 0x00, 0x00, 0x66
#define BROADCAST	0xff, 0xff, 0xff, 0xff, 0xff, 0xff
#define MULTICAST	0x01, 0x00, 0x5e, 0x00, 0x00, 0x01
#define ZERO_MAC	0x00, 0x00, 0x00, 0x00, 0x00, 0x00
#define GATEWAY		192, 0, 2, 1
#define AUDITED		192, 0, 2, 2
#define SERVER		192, 0, 2, 10
#define SERVER_2	198, 51, 100, 10
#define OTHER		192, 0, 2, 77
#define ZERO		0, 0, 0, 0

#define ARP		0x08, 0x06
#define TAG		0x81, 0x00
#define S_TAG		0x88, 0xa8
#define VLAN_0		0x60, 0x00	/* of priority 3 */
#define VLAN_5		0x60, 0x05
#define VLAN_4094	0x6f, 0xfe
#define ETHERNET_IP4	0x00, 0x01, 0x08, 0x00, 6, 4
#define REQUEST		0x00, 0x01
#define REPLY		0x00, 0x02

#define ATTACK_HEAD	SERVER_MAC, ATTACKER_MAC
#define ATTACK		ETHERNET_IP4, REPLY, ATTACKER_MAC, GATEWAY, SERVER_MAC, SERVER

static const __u8 gateway[] = { GATEWAY_MAC };
static const __u8 attacker[] = { ATTACKER_MAC };

/* The last one is a device without a MAC yet. */
static __u8 lladdrs[][MAC_LEN] = { { SERVER_MAC }, { SERVER_MAC_2 }, { ZERO_MAC } };
static struct own_addr addrs[] = {
	{ .addr = { .family = AF_INET, .bytes = { SERVER } }, .on_dev = true },
	{ .addr = { .family = AF_INET, .bytes = { SERVER_2 } } },
};

static const struct own own = {
	.lladdr = { SERVER_MAC },
	.lladdrs = lladdrs,
	.n_lladdrs = ARRAY_SIZE(lladdrs),
	.addrs = addrs,
	.n_addrs = ARRAY_SIZE(addrs),
};

static const struct pin pins[] = {
	{ .addr = { .family = AF_INET, .bytes = { GATEWAY } }, .dev = "eth0",
	  .lladdrs = { { GATEWAY_MAC } }, .n_lladdrs = 1, .mode = ARPPIN_MODE_ENFORCE },
	{ .addr = { .family = AF_INET, .bytes = { AUDITED } }, .dev = "eth0",
	  .lladdrs = { { SERVER_MAC_2 }, { GATEWAY_MAC } }, .n_lladdrs = 2,
	  .mode = ARPPIN_MODE_AUDIT },
};

static struct guard guard;
static struct judge judge;
static struct judgement got;
static __u64 now;
static bool no_memory;

typeof(crowd_add) __real_crowd_add;

bool __wrap_crowd_add(struct crowd *crowd, const __u8 lladdr[MAC_LEN], const struct address *addr,
		      __u64 time_ns)
{
	return !no_memory && __real_crowd_add(crowd, lladdr, addr, time_ns);
}

static int fresh(void **state)
{
	(void)state;
	guard = (struct guard){ .dev = "eth0", .unpinned = ARPPIN_UNPINNED_ACCEPT };
	judge = (struct judge){ .own = &own, .guard = &guard, .pins = pins,
				.n_pins = ARRAY_SIZE(pins) };
	now = 1700000000 * NS_PER_S;
	return 0;
}

static int clean(void **state)
{
	(void)state;
	crowd_free(&judge.crowd);
	return 0;
}

/* On the heap at its exact size: ASan sees each byte too far. */
static void run(const __u8 *frame, size_t captured, size_t wire_len)
{
	__u8 *copy = malloc(captured ? captured : 1);

	memcpy(copy, frame, captured);
	assert_true(judge_frame(&judge, copy, captured, wire_len, now, &got));
	free(copy);
}

#define JUDGE(...) \
	run((const __u8[]){ __VA_ARGS__ }, sizeof((__u8[]){ __VA_ARGS__ }), \
	    sizeof((__u8[]){ __VA_ARGS__ }))

#define EXPECT(the_counter, the_rule, the_incident) do { \
		assert_int_equal(got.counter, the_counter); \
		assert_int_equal(got.rule, the_rule); \
		assert_int_equal(got.incident, the_incident); \
	} while (0)

#define EXPECT_END(the_counter, the_end) do { \
		EXPECT(the_counter, JUDGE_BY_INGRESS, 0); \
		assert_int_equal(got.end, the_end); \
		assert_false(got.claims); \
	} while (0)

#define EXPECT_FLAW(the_flaw, the_value) do { \
		EXPECT(JUDGE_IGNORED, JUDGE_BY_NO_CLAIM, 0); \
		assert_int_equal(got.flaw, the_flaw); \
		assert_int_equal(got.value, the_value); \
		assert_false(got.claims); \
	} while (0)

static void pinned(void **state)
{
	(void)state;
	JUDGE(ATTACK_HEAD, ARP, ATTACK);
	EXPECT(JUDGE_DROPPED, JUDGE_BY_PIN, ARPPIN_INCIDENT_CONFLICT);
	assert_ptr_equal(got.pin, &pins[0]);
	assert_true(got.claims);
	assert_memory_equal(got.lladdr, attacker, MAC_LEN);
	assert_memory_equal(got.source, attacker, MAC_LEN);
	assert_int_equal(got.variant, ARPPIN_VARIANT_REPLY);

	JUDGE(BROADCAST, ATTACKER_MAC, ARP, ETHERNET_IP4, REQUEST, ATTACKER_MAC, GATEWAY,
	      ZERO_MAC, SERVER);
	EXPECT(JUDGE_DROPPED, JUDGE_BY_PIN, ARPPIN_INCIDENT_CONFLICT);
	assert_int_equal(got.variant, ARPPIN_VARIANT_REQUEST_TO_US);
	/* An address of another device of ours is ours. */
	JUDGE(BROADCAST, ATTACKER_MAC, ARP, ETHERNET_IP4, REQUEST, ATTACKER_MAC, GATEWAY,
	      ZERO_MAC, SERVER_2);
	assert_int_equal(got.variant, ARPPIN_VARIANT_REQUEST_TO_US);
	JUDGE(MULTICAST, ATTACKER_MAC, ARP, ETHERNET_IP4, REQUEST, ATTACKER_MAC, AUDITED,
	      ZERO_MAC, OTHER);
	EXPECT(JUDGE_PASSED, JUDGE_BY_PIN, ARPPIN_INCIDENT_CONFLICT);
	assert_ptr_equal(got.pin, &pins[1]);
	assert_int_equal(got.variant, ARPPIN_VARIANT_REQUEST_TO_OTHER);

	JUDGE(SERVER_MAC, GATEWAY_MAC, ARP, ETHERNET_IP4, REPLY, GATEWAY_MAC, GATEWAY,
	      SERVER_MAC, SERVER);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_PIN, 0);
	JUDGE(SERVER_MAC, GATEWAY_MAC, ARP, ETHERNET_IP4, REPLY, GATEWAY_MAC, AUDITED,
	      SERVER_MAC, SERVER);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_PIN, 0);
	JUDGE(SERVER_MAC, ATTACKER_MAC, ARP, ETHERNET_IP4, REPLY, GATEWAY_MAC, GATEWAY,
	      SERVER_MAC, SERVER);
	EXPECT(JUDGE_NOTICED, JUDGE_BY_PIN, ARPPIN_INCIDENT_FOREIGN_SOURCE);
	JUDGE(BROADCAST, ATTACKER_MAC, ARP, ETHERNET_IP4, REQUEST, ATTACKER_MAC, ZERO,
	      ZERO_MAC, GATEWAY);
	EXPECT(JUDGE_NOTICED, JUDGE_BY_PIN, ARPPIN_INCIDENT_PROBE);
	/* A frame with our MAC twice is not ours if the address is not. */
	JUDGE(BROADCAST, SERVER_MAC, ARP, ETHERNET_IP4, REQUEST, SERVER_MAC, GATEWAY,
	      ZERO_MAC, GATEWAY);
	EXPECT(JUDGE_DROPPED, JUDGE_BY_PIN, ARPPIN_INCIDENT_CONFLICT);
}

/* A reply to us: `lladdr` is at a.b.c.d. */
static void claim(const __u8 lladdr[MAC_LEN], __u8 a, __u8 b, __u8 c, __u8 d)
{
	__u8 frame[] = { SERVER_MAC, ZERO_MAC, ARP, ETHERNET_IP4, REPLY, ZERO_MAC, a, b, c, d,
			 SERVER_MAC, SERVER };

	memcpy(frame + 6, lladdr, MAC_LEN);
	memcpy(frame + 22, lladdr, MAC_LEN);
	run(frame, sizeof(frame), sizeof(frame));
}

static void guarded(void **state)
{
	(void)state;
	claim(attacker, OTHER);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
	guard.unpinned = ARPPIN_UNPINNED_AUDIT;
	claim(attacker, OTHER);
	EXPECT(JUDGE_PASSED, JUDGE_BY_GUARD, ARPPIN_INCIDENT_UNPINNED);
	guard.unpinned = ARPPIN_UNPINNED_DROP;
	claim(attacker, OTHER);
	EXPECT(JUDGE_DROPPED, JUDGE_BY_GUARD, ARPPIN_INCIDENT_UNPINNED);
	JUDGE(BROADCAST, ATTACKER_MAC, ARP, ETHERNET_IP4, REQUEST, ATTACKER_MAC, ZERO,
	      ZERO_MAC, OTHER);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_PROBE, 0);
	/* A pin comes before the guard. */
	claim(gateway, GATEWAY);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_PIN, 0);
}

static void without_pins(void **state)
{
	(void)state;
	judge.pins = NULL;
	judge.n_pins = 0;
	claim(attacker, GATEWAY);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
}

static void ours(void **state)
{
	(void)state;
	claim(attacker, SERVER);
	EXPECT(JUDGE_NOTICED, JUDGE_BY_OWN_ADDRESS, ARPPIN_INCIDENT_OWN_ADDRESS);
	guard.unpinned = ARPPIN_UNPINNED_DROP;
	claim(attacker, SERVER);
	EXPECT(JUDGE_DROPPED, JUDGE_BY_GUARD, ARPPIN_INCIDENT_OWN_ADDRESS);
	/* Our other device says so of itself, or an address of that device is meant. */
	guard.unpinned = ARPPIN_UNPINNED_ACCEPT;
	claim(lladdrs[1], SERVER);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
	claim(attacker, SERVER_2);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
	/* All zeros are nobody's, also where a device of ours has no other. */
	claim(lladdrs[2], SERVER);
	EXPECT(JUDGE_NOTICED, JUDGE_BY_OWN_ADDRESS, ARPPIN_INCIDENT_OWN_ADDRESS);
	/* Our own frames, also probes, come back from a switch. */
	guard.unpinned = ARPPIN_UNPINNED_DROP;
	JUDGE(BROADCAST, SERVER_MAC, ARP, ETHERNET_IP4, REQUEST, SERVER_MAC, SERVER,
	      ZERO_MAC, GATEWAY);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_OWN_FRAME, 0);
	JUDGE(BROADCAST, SERVER_MAC, ARP, ETHERNET_IP4, REQUEST, SERVER_MAC, ZERO,
	      ZERO_MAC, GATEWAY);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_OWN_FRAME, 0);
}

static void crowded(void **state)
{
	(void)state;
	guard.addresses = 2;
	claim(attacker, 192, 0, 2, 101);
	now += 1800 * NS_PER_S;
	claim(attacker, 192, 0, 2, 102);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
	claim(attacker, 192, 0, 2, 103);
	EXPECT(JUDGE_DROPPED, JUDGE_BY_ADDRESSES, ARPPIN_INCIDENT_MANY_ADDRESSES);
	/* The first ones remain its own, pins are none of this, others are others. */
	claim(attacker, 192, 0, 2, 102);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
	claim(attacker, AUDITED);
	EXPECT(JUDGE_PASSED, JUDGE_BY_PIN, ARPPIN_INCIDENT_CONFLICT);
	claim(lladdrs[1], 192, 0, 2, 103);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
	/* A frame of another MAC is not counted, and so brings nothing new. */
	JUDGE(BROADCAST, SERVER_MAC_2, ARP, ETHERNET_IP4, REQUEST, ATTACKER_MAC, 192, 0, 2, 102,
	      ZERO_MAC, SERVER);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
	JUDGE(BROADCAST, ATTACKER_MAC, ARP, ETHERNET_IP4, REQUEST, 2, 0, 0, 0, 0, 0x70,
	      192, 0, 2, 104, ZERO_MAC, SERVER);
	EXPECT(JUDGE_DROPPED, JUDGE_BY_ADDRESSES, ARPPIN_INCIDENT_MANY_ADDRESSES);
	/* After an hour the first is forgotten, and its place is free. */
	now += 1801 * NS_PER_S;
	claim(attacker, 192, 0, 2, 103);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
	claim(attacker, 192, 0, 2, 104);
	EXPECT(JUDGE_DROPPED, JUDGE_BY_ADDRESSES, ARPPIN_INCIDENT_MANY_ADDRESSES);
}

/* What our own devices say on the segment is no sighting, and so is never too many. */
static void own_crowd(void **state)
{
	(void)state;
	guard.addresses = 2;
	for (unsigned int i = 0; i < 4; i++) {
		claim(lladdrs[0], 192, 0, 2, 101 + i);
		EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
		claim(lladdrs[1], 192, 0, 2, 101 + i);
		EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
	}
}

/* Who waits an hour before each address is not remembered with more than 64. */
static void patient(void **state)
{
	unsigned int i;

	(void)state;
	guard.addresses = 2;
	for (i = 0; i <= ARPPIN_SIGHTINGS_LLADDR_MAX; i++) {
		claim(attacker, 192, 0, 2, 100 + i);
		EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
		now += 3600 * NS_PER_S;
	}
	claim(attacker, 192, 0, 2, 100);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
	claim(attacker, 192, 0, 2, 100 + ARPPIN_SIGHTINGS_LLADDR_MAX);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
	/* It gave way to the one after it. */
	claim(attacker, 192, 0, 2, 100 + ARPPIN_SIGHTINGS_LLADDR_MAX - 1);
	EXPECT(JUDGE_DROPPED, JUDGE_BY_ADDRESSES, ARPPIN_INCIDENT_MANY_ADDRESSES);
}

/* Who cannot be remembered cannot be judged; where nobody is counted, each can. */
static void without_memory(void **state)
{
	const __u8 frame[] = { SERVER_MAC, ATTACKER_MAC, ARP, ETHERNET_IP4, REPLY, ATTACKER_MAC,
			       OTHER, SERVER_MAC, SERVER };

	(void)state;
	no_memory = true;
	claim(attacker, OTHER);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
	guard.addresses = 2;
	assert_false(judge_frame(&judge, frame, sizeof(frame), sizeof(frame), now, &got));
	no_memory = false;
	claim(attacker, OTHER);
	EXPECT(JUDGE_ACCEPTED, JUDGE_BY_NO_PIN, 0);
}

static void no_claim(void **state)
{
	(void)state;
	JUDGE(ATTACK_HEAD, ARP, 0x00, 0x20, 0x08, 0x00, 6, 4, REPLY, ATTACKER_MAC, GATEWAY,
	      SERVER_MAC, SERVER);
	EXPECT_FLAW(JUDGE_FLAW_HARDWARE, 32);
	JUDGE(ATTACK_HEAD, ARP, 0x00, 0x01, 0x86, 0xdd, 6, 4, REPLY, ATTACKER_MAC, GATEWAY,
	      SERVER_MAC, SERVER);
	EXPECT_FLAW(JUDGE_FLAW_PROTOCOL, 0x86dd);
	JUDGE(ATTACK_HEAD, ARP, ETHERNET_IP4, 0x00, 0x03, ATTACKER_MAC, GATEWAY, SERVER_MAC,
	      SERVER);
	EXPECT_FLAW(JUDGE_FLAW_OPERATION, 3);
	JUDGE(ATTACK_HEAD, ARP, ETHERNET_IP4, REPLY, ATTACKER_MAC, ZERO, SERVER_MAC, SERVER);
	EXPECT_FLAW(JUDGE_FLAW_SENDER, 0);
}

static void tags(void **state)
{
	(void)state;
	JUDGE(ATTACK_HEAD, TAG, VLAN_0, ARP, ATTACK);
	EXPECT(JUDGE_DROPPED, JUDGE_BY_PIN, ARPPIN_INCIDENT_CONFLICT);
	JUDGE(ATTACK_HEAD, TAG, VLAN_0, S_TAG, VLAN_0, TAG, VLAN_0, ARP, ATTACK);
	EXPECT(JUDGE_DROPPED, JUDGE_BY_PIN, ARPPIN_INCIDENT_CONFLICT);
	JUDGE(ATTACK_HEAD, TAG, VLAN_5, ARP, ATTACK);
	EXPECT_END(JUDGE_UNDELIVERED, INGRESS_OTHER_VLAN);
	assert_int_equal(got.vlan, 5);
	JUDGE(ATTACK_HEAD, TAG, VLAN_0, S_TAG, VLAN_4094, ARP, ATTACK);
	EXPECT_END(JUDGE_UNDELIVERED, INGRESS_OTHER_VLAN);
	assert_int_equal(got.vlan, 4094);
	JUDGE(ATTACK_HEAD, TAG, VLAN_5, 0x08, 0x00, 0x45);
	EXPECT_END(JUDGE_NOT_ARP, INGRESS_NOT_ARP);
	JUDGE(ATTACK_HEAD, TAG, VLAN_0, 0x81);
	EXPECT_END(JUDGE_NOT_ARP, INGRESS_NOT_ARP);
}

static void not_delivered(void **state)
{
	(void)state;
	JUDGE(GATEWAY_MAC, ATTACKER_MAC, ARP, ATTACK);
	EXPECT_END(JUDGE_UNDELIVERED, INGRESS_OTHER_HOST);
	JUDGE(ATTACK_HEAD, 0x00, 0x24, 0xaa, 0xaa, 0x03, 0, 0, 0, ARP, ATTACK);
	EXPECT_END(JUDGE_UNDELIVERED, INGRESS_SNAP);
	JUDGE(ATTACK_HEAD, 0x00, 0x26, 0x42, 0x42, 0x03, 0, 0, 0, 0, 0);
	EXPECT_END(JUDGE_NOT_ARP, INGRESS_NOT_ARP);
	JUDGE(ATTACK_HEAD, 0x86, 0xdd, 0x60);
	EXPECT_END(JUDGE_NOT_ARP, INGRESS_NOT_ARP);
	JUDGE(ATTACK_HEAD, ARP, 0x00, 0x01, 0x08, 0x00, 8, 4, REPLY, ATTACKER_MAC, GATEWAY,
	      SERVER_MAC, SERVER);
	EXPECT_END(JUDGE_UNDELIVERED, INGRESS_MALFORMED);
	JUDGE(ATTACK_HEAD, ARP, 0x00, 0x01, 0x08, 0x00, 6, 16, REPLY, ATTACKER_MAC, GATEWAY,
	      SERVER_MAC, SERVER);
	EXPECT_END(JUDGE_UNDELIVERED, INGRESS_MALFORMED);
	JUDGE(ATTACK_HEAD, ARP, 0x00, 0x01);
	EXPECT_END(JUDGE_UNDELIVERED, INGRESS_MALFORMED);
}

/* However few bytes of it were captured, nothing is said that may be wrong. */
static void cut(void **state)
{
	const __u8 frame[60] = { ATTACK_HEAD, TAG, VLAN_0, ARP, ATTACK };
	const size_t needed = 14 + 4 + 28;

	(void)state;
	for (size_t captured = 0; captured < sizeof(frame); captured++) {
		run(frame, captured, sizeof(frame));
		if (captured >= needed)
			EXPECT(JUDGE_DROPPED, JUDGE_BY_PIN, ARPPIN_INCIDENT_CONFLICT);
		else
			EXPECT_END(JUDGE_UNJUDGED, INGRESS_CUT);
	}
	run((const __u8[]){ ATTACK_HEAD, 0x00, 0x24, 0xaa, 0xaa, 0x03 }, 17, 60);
	EXPECT_END(JUDGE_UNJUDGED, INGRESS_CUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pinned, fresh, clean),
		cmocka_unit_test_setup_teardown(guarded, fresh, clean),
		cmocka_unit_test_setup_teardown(without_pins, fresh, clean),
		cmocka_unit_test_setup_teardown(ours, fresh, clean),
		cmocka_unit_test_setup_teardown(crowded, fresh, clean),
		cmocka_unit_test_setup_teardown(own_crowd, fresh, clean),
		cmocka_unit_test_setup_teardown(patient, fresh, clean),
		cmocka_unit_test_setup_teardown(without_memory, fresh, clean),
		cmocka_unit_test_setup_teardown(no_claim, fresh, clean),
		cmocka_unit_test_setup_teardown(tags, fresh, clean),
		cmocka_unit_test_setup_teardown(not_delivered, fresh, clean),
		cmocka_unit_test_setup_teardown(cut, fresh, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
