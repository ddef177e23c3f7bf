/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_VERDICT_H
#define _ARPPIN_VERDICT_H

/* claim x pin x guard -> verdict. Depends on nothing but its arguments. */

#include "claim.h"

/**
 * struct arppin_pin_conf - what a pin's owner asserts
 * @mode: enum arppin_mode
 * @resident: keep the address in the neighbour cache
 * @count: number of @lladdr, 1 to ARPPIN_LLADDRS_MAX
 * @lladdr: where the address may be
 */
struct arppin_pin_conf {
	u8 mode;
	bool resident;
	u8 count;
	u8 lladdr[][ARPPIN_LLADDR_LEN];
};

/**
 * struct arppin_verdict - the decision over a claim
 * @drop: it must not reach the neighbour cache
 * @incident: enum arppin_incident_kind that the frame belongs to, 0 for none
 */
struct arppin_verdict {
	bool drop;
	u8 incident;
};

/**
 * arppin_pin_conf_has - is the MAC one of the pin's?
 * @conf: the pin; it has at least one
 * @lladdr: ARPPIN_LLADDR_LEN bytes
 *
 * Return: true if so.
 */
static inline bool
arppin_pin_conf_has(const struct arppin_pin_conf *conf, const u8 *lladdr)
{
	unsigned int i = 0;

	if (arppin_lladdr_equal(conf->lladdr[0], lladdr))
		return true;
	while (unlikely(++i < conf->count))
		if (arppin_lladdr_equal(conf->lladdr[i], lladdr))
			return true;
	return false;
}

static inline struct arppin_verdict arppin_pass(void)
{
	return (struct arppin_verdict){ .drop = false };
}

static inline struct arppin_verdict
arppin_tell(enum arppin_incident_kind kind, bool drop)
{
	return (struct arppin_verdict){ .drop = drop, .incident = kind };
}

/**
 * arppin_verdict_unpinned - decide over a claim about an address without pin
 * @claim: what a packet asserts
 * @unpinned: enum arppin_unpinned of the device
 *
 * Return: whether to drop the packet, and which kind of incident it is.
 */
static inline struct arppin_verdict
arppin_verdict_unpinned(const struct arppin_claim *claim, u8 unpinned)
{
	bool drop = unpinned == ARPPIN_UNPINNED_DROP;

	/* A probe claims nothing: the cache does not learn from it. */
	if (claim->own || claim->variant == ARPPIN_VARIANT_PROBE)
		return arppin_pass();
	if (claim->ours)
		return arppin_tell(ARPPIN_INCIDENT_OWN_ADDRESS, drop);
	if (claim->crowded && !drop)
		return arppin_tell(ARPPIN_INCIDENT_MANY_ADDRESSES, true);
	if (unpinned == ARPPIN_UNPINNED_ACCEPT)
		return arppin_pass();
	return arppin_tell(ARPPIN_INCIDENT_UNPINNED, drop);
}

/**
 * arppin_verdict_pinned - decide over a claim about a pinned address
 * @claim: what a packet asserts
 * @pin: the pin of claim->addr
 *
 * No MAC is special: a broadcast, multicast, zero or own MAC is not in a pin,
 * and so is a conflict like any other.
 *
 * Return: whether to drop the packet, and which kind of incident it is.
 */
static inline struct arppin_verdict
arppin_verdict_pinned(const struct arppin_claim *claim,
		      const struct arppin_pin_conf *pin)
{
	bool pinned;

	if (claim->own)
		return arppin_pass();
	pinned = arppin_pin_conf_has(pin, claim->lladdr);
	if (claim->variant == ARPPIN_VARIANT_PROBE)
		return pinned ? arppin_pass() :
				arppin_tell(ARPPIN_INCIDENT_PROBE, false);
	if (!pinned)
		return arppin_tell(ARPPIN_INCIDENT_CONFLICT,
				   pin->mode == ARPPIN_MODE_ENFORCE);
	/*
	 * The claim is true, and the cache learns nothing wrong from it. But
	 * the switch does from the frame's source.
	 */
	if (!arppin_pin_conf_has(pin, claim->source))
		return arppin_tell(ARPPIN_INCIDENT_FOREIGN_SOURCE, false);
	return arppin_pass();
}

/**
 * arppin_verdict - decide over a claim
 * @claim: what a packet asserts
 * @pin: the pin of claim->addr, or NULL if it has none
 * @unpinned: enum arppin_unpinned of the device, for an address without pin
 *
 * Return: whether to drop the packet, and which kind of incident it is.
 */
static inline struct arppin_verdict
arppin_verdict(const struct arppin_claim *claim,
	       const struct arppin_pin_conf *pin, u8 unpinned)
{
	return pin ? arppin_verdict_pinned(claim, pin) :
		     arppin_verdict_unpinned(claim, unpinned);
}

#endif /* _ARPPIN_VERDICT_H */
