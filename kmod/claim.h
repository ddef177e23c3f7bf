/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_CLAIM_H
#define _ARPPIN_CLAIM_H

#include "types.h"

/**
 * struct arppin_claim - what one packet asserts
 * @addr: the address it is about: the sender's; of a probe the target's
 * @target: the address that the packet is directed at
 * @lladdr: the link-layer address that @addr is said to be at
 * @source: the Ethernet source of the frame
 * @variant: enum arppin_variant; a parser cannot know which addresses are
 *	ours, so a request is REQUEST_TO_OTHER until arppin_claim_to_us()
 * @own: the frame is our own coming back
 * @ours: @addr is an address of the receiving device
 * @crowded: @lladdr has claimed as many other addresses as its guard allows
 *
 * A parser sets the last three to false: its caller knows about them. @lladdr
 * and @source point into the packet.
 */
struct arppin_claim {
	struct arppin_addr addr;
	struct arppin_addr target;
	const u8 *lladdr;
	const u8 *source;
	u8 variant;
	bool own;
	bool ours;
	bool crowded;
};

/**
 * arppin_claim_to_us - the claim's target is an address of this host
 * @claim: a request is renamed; any other variant stays what it is
 */
static inline void arppin_claim_to_us(struct arppin_claim *claim)
{
	if (claim->variant == ARPPIN_VARIANT_REQUEST_TO_OTHER)
		claim->variant = ARPPIN_VARIANT_REQUEST_TO_US;
}

static inline bool arppin_addr_is_unicast(const struct arppin_addr *addr)
{
	u8 net = ntohl(addr->ip4) >> 24;

	if (addr->family == AF_INET)	/* not 0/8, 127/8, 224/3 */
		return net && net != 127 && net < 224;
	return net != 0xff && (addr->words[0] || addr->words[1] ||
			       addr->words[2] || addr->words[3]);
}

/* Does the frame come from whom it is about? */
static inline bool arppin_claim_is_by_itself(const struct arppin_claim *claim)
{
	return claim->variant != ARPPIN_VARIANT_PROBE && !claim->own &&
	       arppin_lladdr_equal(claim->lladdr, claim->source);
}

/**
 * arppin_claim_is_plausible - may it be believed when nothing contradicts it?
 * @claim: the claim
 *
 * Return: true if a host could say so of itself: its own frame, a unicast MAC,
 * a unicast address.
 */
static inline bool
arppin_claim_is_plausible(const struct arppin_claim *claim)
{
	return arppin_claim_is_by_itself(claim) && !(claim->lladdr[0] & 1) &&
	       arppin_lladdr_number(claim->lladdr) &&
	       arppin_addr_is_unicast(&claim->addr);
}

#endif /* _ARPPIN_CLAIM_H */
