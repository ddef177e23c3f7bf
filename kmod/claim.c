// SPDX-License-Identifier: GPL-2.0-only
/* What can be said of a claim, whatever protocol it came by. */
#include "claim.h"

/**
 * arppin_claim_to_us - the claim's target is an address of this host
 * @claim: a request is renamed; any other variant stays what it is
 */
void arppin_claim_to_us(struct arppin_claim *claim)
{
	if (claim->variant == ARPPIN_VARIANT_REQUEST_TO_OTHER)
		claim->variant = ARPPIN_VARIANT_REQUEST_TO_US;
}

static bool is_unicast(const struct arppin_addr *addr)
{
	static const u8 any[sizeof(addr->bytes)];

	if (addr->family == AF_INET)	/* not 0/8, 127/8, 224/3 */
		return addr->bytes[0] && addr->bytes[0] != 127 &&
		       addr->bytes[0] < 224;
	return addr->bytes[0] != 0xff &&
	       memcmp(addr->bytes, any, sizeof(any));
}

/**
 * arppin_claim_is_plausible - may it be believed when nothing contradicts it?
 * @claim: the claim
 *
 * Return: true if a host could say so of itself: its own frame, a unicast MAC,
 * a unicast address.
 */
bool arppin_claim_is_plausible(const struct arppin_claim *claim)
{
	static const u8 zero[ARPPIN_LLADDR_LEN];

	return claim->variant != ARPPIN_VARIANT_PROBE && !claim->own &&
	       arppin_lladdr_equal(claim->lladdr, claim->source) &&
	       !(claim->lladdr[0] & 1) &&
	       !arppin_lladdr_equal(claim->lladdr, zero) &&
	       is_unicast(&claim->addr);
}
