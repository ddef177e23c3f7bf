// SPDX-License-Identifier: GPL-2.0-only
/* claim x pin x guard -> verdict. Depends on nothing but its arguments. */
#include "verdict.h"

/**
 * arppin_pin_conf_has - is the MAC one of the pin's?
 * @conf: the pin
 * @lladdr: ARPPIN_LLADDR_LEN bytes
 *
 * Return: true if so.
 */
bool arppin_pin_conf_has(const struct arppin_pin_conf *conf, const u8 *lladdr)
{
	unsigned int i;

	for (i = 0; i < conf->count; i++)
		if (arppin_lladdr_equal(conf->lladdr[i], lladdr))
			return true;
	return false;
}

static struct arppin_verdict pass(void)
{
	return (struct arppin_verdict){ .drop = false };
}

static struct arppin_verdict tell(enum arppin_incident_kind kind, bool drop)
{
	return (struct arppin_verdict){ .drop = drop, .incident = kind };
}

static struct arppin_verdict verdict_unpinned(const struct arppin_claim *claim,
					      u8 unpinned)
{
	bool drop = unpinned == ARPPIN_UNPINNED_DROP;

	/* A probe claims nothing: the cache does not learn from it. */
	if (claim->variant == ARPPIN_VARIANT_PROBE)
		return pass();
	if (claim->ours)
		return tell(ARPPIN_INCIDENT_OWN_ADDRESS, drop);
	if (claim->crowded && !drop)
		return tell(ARPPIN_INCIDENT_MANY_ADDRESSES, true);
	if (unpinned == ARPPIN_UNPINNED_ACCEPT)
		return pass();
	return tell(ARPPIN_INCIDENT_UNPINNED, drop);
}

/**
 * arppin_verdict - decide over a claim
 * @claim: what a packet asserts
 * @pin: the pin of claim->addr, or NULL if it has none
 * @unpinned: enum arppin_unpinned of the device, for an address without pin
 *
 * No MAC is special: a broadcast, multicast, zero or own MAC is not in a pin,
 * and so is a conflict like any other.
 *
 * Return: whether to drop the packet, and which kind of incident it is.
 */
struct arppin_verdict arppin_verdict(const struct arppin_claim *claim,
				     const struct arppin_pin_conf *pin,
				     u8 unpinned)
{
	bool pinned;

	if (claim->own)
		return pass();
	if (!pin)
		return verdict_unpinned(claim, unpinned);

	pinned = arppin_pin_conf_has(pin, claim->lladdr);
	if (claim->variant == ARPPIN_VARIANT_PROBE)
		return pinned ? pass() : tell(ARPPIN_INCIDENT_PROBE, false);
	if (!pinned)
		return tell(ARPPIN_INCIDENT_CONFLICT,
			    pin->mode == ARPPIN_MODE_ENFORCE);
	/*
	 * The claim is true, and the cache learns nothing wrong from it. But
	 * the switch does from the frame's source.
	 */
	if (!arppin_pin_conf_has(pin, claim->source))
		return tell(ARPPIN_INCIDENT_FOREIGN_SOURCE, false);
	return pass();
}
