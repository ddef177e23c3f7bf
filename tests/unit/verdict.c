// SPDX-License-Identifier: GPL-2.0-only
/* Claim x pin x guard -> verdict: every combination that means something. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "verdict.h"

static const u8 first[] = { 2, 0, 0, 0, 0, 0x01 };
static const u8 second[] = { 2, 0, 0, 0, 0, 0x02 };
static const u8 stranger[] = { 2, 0, 0, 0, 0, 0x66 };

/* Which no parser sets: claims are judged alike, whatever their shape. */
static const u8 claiming[] = {
	ARPPIN_VARIANT_REPLY, ARPPIN_VARIANT_REQUEST_TO_US,
	ARPPIN_VARIANT_REQUEST_TO_OTHER, ARPPIN_VARIANT_GRATUITOUS_REQUEST,
	ARPPIN_VARIANT_GRATUITOUS_REPLY,
};

static struct arppin_claim claim(u8 variant, const u8 *lladdr,
				 const u8 *source)
{
	return (struct arppin_claim){ .variant = variant, .addr = arppin_addr_ip4(1),
				      .lladdr = lladdr, .source = source };
}

/* On the heap, at its exact size: ASan sees each MAC too far. */
static struct arppin_pin_conf *pin(u8 mode, unsigned int count)
{
	struct arppin_pin_conf *conf = calloc(1, sizeof(*conf) + count * 6);

	conf->mode = mode;
	conf->count = count;
	if (count > 0)
		memcpy(conf->lladdr[0], first, 6);
	if (count > 1)
		memcpy(conf->lladdr[1], second, 6);
	return conf;
}

static void check(struct arppin_verdict verdict, bool drop, u8 incident)
{
	assert_int_equal(verdict.drop, drop);
	assert_int_equal(verdict.incident, incident);
}

static void each_claim(const struct arppin_pin_conf *conf, u8 unpinned,
		       const u8 *lladdr, const u8 *source, bool drop,
		       u8 incident)
{
	struct arppin_claim c;
	size_t i;

	for (i = 0; i < sizeof(claiming); i++) {
		c = claim(claiming[i], lladdr, source);
		check(arppin_verdict(&c, conf, unpinned), drop, incident);
	}
}

static void enforce(void **state)
{
	struct arppin_pin_conf *conf = pin(ARPPIN_MODE_ENFORCE, 2);

	(void)state;
	each_claim(conf, ARPPIN_UNPINNED_ACCEPT, stranger, stranger, true,
		   ARPPIN_INCIDENT_CONFLICT);
	/* whatever the frame's source says */
	each_claim(conf, ARPPIN_UNPINNED_ACCEPT, stranger, first, true,
		   ARPPIN_INCIDENT_CONFLICT);
	each_claim(conf, ARPPIN_UNPINNED_ACCEPT, first, first, false, 0);
	each_claim(conf, ARPPIN_UNPINNED_ACCEPT, second, second, false, 0);
	free(conf);
}

static void audit(void **state)
{
	struct arppin_pin_conf *conf = pin(ARPPIN_MODE_AUDIT, 1);

	(void)state;
	each_claim(conf, ARPPIN_UNPINNED_ACCEPT, stranger, stranger, false,
		   ARPPIN_INCIDENT_CONFLICT);
	each_claim(conf, ARPPIN_UNPINNED_ACCEPT, second, second, false,
		   ARPPIN_INCIDENT_CONFLICT);
	each_claim(conf, ARPPIN_UNPINNED_ACCEPT, first, first, false, 0);
	free(conf);
}

/* A guard is about unpinned addresses alone. */
static void guard_leaves_pins_alone(void **state)
{
	struct arppin_pin_conf *conf = pin(ARPPIN_MODE_ENFORCE, 1);
	u8 unpinned;

	(void)state;
	for (unpinned = ARPPIN_UNPINNED_ACCEPT;
	     unpinned <= ARPPIN_UNPINNED_DROP; unpinned++) {
		each_claim(conf, unpinned, first, first, false, 0);
		each_claim(conf, unpinned, stranger, stranger, true,
			   ARPPIN_INCIDENT_CONFLICT);
	}
	free(conf);
}

static void foreign_source(void **state)
{
	struct arppin_pin_conf *conf = pin(ARPPIN_MODE_ENFORCE, 2);

	(void)state;
	each_claim(conf, ARPPIN_UNPINNED_ACCEPT, first, stranger, false,
		   ARPPIN_INCIDENT_FOREIGN_SOURCE);
	/* a VRRP router may send a virtual MAC's ARP from its own */
	each_claim(conf, ARPPIN_UNPINNED_ACCEPT, first, second, false, 0);
	free(conf);
}

/* RFC 5227, section 2.1.1: a probe must not alter anybody's cache. */
static void probes(void **state)
{
	struct arppin_claim c = claim(ARPPIN_VARIANT_PROBE, stranger, stranger);
	struct arppin_pin_conf *conf = pin(ARPPIN_MODE_ENFORCE, 1);
	u8 unpinned;

	(void)state;
	for (unpinned = ARPPIN_UNPINNED_ACCEPT;
	     unpinned <= ARPPIN_UNPINNED_DROP; unpinned++) {
		check(arppin_verdict(&c, conf, unpinned), false,
		      ARPPIN_INCIDENT_PROBE);
		check(arppin_verdict(&c, NULL, unpinned), false, 0);
	}
	c = claim(ARPPIN_VARIANT_PROBE, first, first);
	check(arppin_verdict(&c, conf, ARPPIN_UNPINNED_DROP), false, 0);
	free(conf);
}

static void unpinned_addresses(void **state)
{
	(void)state;
	each_claim(NULL, ARPPIN_UNPINNED_ACCEPT, stranger, stranger, false, 0);
	each_claim(NULL, ARPPIN_UNPINNED_AUDIT, stranger, stranger, false,
		   ARPPIN_INCIDENT_UNPINNED);
	each_claim(NULL, ARPPIN_UNPINNED_DROP, stranger, stranger, true,
		   ARPPIN_INCIDENT_UNPINNED);
}

static void strange_macs(void **state)
{
	static const u8 macs[][6] = {
		{ 0, 0, 0, 0, 0, 0 },
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		{ 0x01, 0x00, 0x5e, 0x00, 0x00, 0x12 },
	};
	struct arppin_pin_conf *conf = pin(ARPPIN_MODE_ENFORCE, 1);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(macs) / sizeof(macs[0]); i++)
		each_claim(conf, ARPPIN_UNPINNED_ACCEPT, macs[i], macs[i], true,
			   ARPPIN_INCIDENT_CONFLICT);
	free(conf);
}

static void own_frames(void **state)
{
	struct arppin_claim c = claim(ARPPIN_VARIANT_REPLY, stranger, stranger);
	struct arppin_pin_conf *conf = pin(ARPPIN_MODE_ENFORCE, 1);

	(void)state;
	c.own = true;
	check(arppin_verdict(&c, conf, ARPPIN_UNPINNED_DROP), false, 0);
	check(arppin_verdict(&c, NULL, ARPPIN_UNPINNED_DROP), false, 0);
	free(conf);
}

static void many_macs(void **state)
{
	struct arppin_pin_conf *conf = pin(ARPPIN_MODE_ENFORCE,
					   ARPPIN_LLADDRS_MAX);
	u8 mac[6] = { 2, 0, 0, 0, 1, 0 };
	unsigned int i;

	(void)state;
	for (i = 0; i < ARPPIN_LLADDRS_MAX; i++) {
		mac[5] = i;
		memcpy(conf->lladdr[i], mac, 6);
	}
	for (i = 0; i < ARPPIN_LLADDRS_MAX; i++) {
		mac[5] = i;
		each_claim(conf, ARPPIN_UNPINNED_ACCEPT, mac, mac, false, 0);
	}
	mac[5] = i;
	each_claim(conf, ARPPIN_UNPINNED_ACCEPT, mac, mac, true,
		   ARPPIN_INCIDENT_CONFLICT);
	free(conf);
}

static void own_address(void **state)
{
	struct arppin_pin_conf *conf = pin(ARPPIN_MODE_ENFORCE, 1);
	struct arppin_claim c = claim(ARPPIN_VARIANT_REPLY, stranger, stranger);

	(void)state;
	c.ours = true;
	check(arppin_verdict(&c, NULL, ARPPIN_UNPINNED_ACCEPT), false,
	      ARPPIN_INCIDENT_OWN_ADDRESS);
	check(arppin_verdict(&c, NULL, ARPPIN_UNPINNED_AUDIT), false,
	      ARPPIN_INCIDENT_OWN_ADDRESS);
	check(arppin_verdict(&c, NULL, ARPPIN_UNPINNED_DROP), true,
	      ARPPIN_INCIDENT_OWN_ADDRESS);
	check(arppin_verdict(&c, conf, ARPPIN_UNPINNED_ACCEPT), true,
	      ARPPIN_INCIDENT_CONFLICT);
	c.variant = ARPPIN_VARIANT_PROBE;
	check(arppin_verdict(&c, NULL, ARPPIN_UNPINNED_DROP), false, 0);
	free(conf);
}

static void too_many_addresses(void **state)
{
	struct arppin_pin_conf *conf = pin(ARPPIN_MODE_ENFORCE, 1);
	struct arppin_claim c = claim(ARPPIN_VARIANT_REPLY, first, first);

	(void)state;
	c.crowded = true;
	check(arppin_verdict(&c, NULL, ARPPIN_UNPINNED_ACCEPT), true,
	      ARPPIN_INCIDENT_MANY_ADDRESSES);
	check(arppin_verdict(&c, NULL, ARPPIN_UNPINNED_AUDIT), true,
	      ARPPIN_INCIDENT_MANY_ADDRESSES);
	check(arppin_verdict(&c, NULL, ARPPIN_UNPINNED_DROP), true,
	      ARPPIN_INCIDENT_UNPINNED);
	check(arppin_verdict(&c, conf, ARPPIN_UNPINNED_ACCEPT), false, 0);
	c.variant = ARPPIN_VARIANT_PROBE;
	check(arppin_verdict(&c, NULL, ARPPIN_UNPINNED_ACCEPT), false, 0);
	free(conf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enforce),
		cmocka_unit_test(audit),
		cmocka_unit_test(guard_leaves_pins_alone),
		cmocka_unit_test(foreign_source),
		cmocka_unit_test(probes),
		cmocka_unit_test(unpinned_addresses),
		cmocka_unit_test(strange_macs),
		cmocka_unit_test(own_frames),
		cmocka_unit_test(many_macs),
		cmocka_unit_test(own_address),
		cmocka_unit_test(too_many_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
