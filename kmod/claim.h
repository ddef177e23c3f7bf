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
 * A parser sets the last three to false: its caller knows about them.
 */
struct arppin_claim {
	struct arppin_addr addr;
	struct arppin_addr target;
	u8 lladdr[ARPPIN_LLADDR_LEN];
	u8 source[ARPPIN_LLADDR_LEN];
	u8 variant;
	bool own;
	bool ours;
	bool crowded;
};

/* The size of an ARP packet for Ethernet and IPv4 (RFC 826). */
#define ARPPIN_ARP_LEN	28

bool arppin_claim_arp(struct arppin_claim *claim, const u8 *arp, size_t len,
		      const u8 *source);
void arppin_claim_to_us(struct arppin_claim *claim);
bool arppin_claim_is_plausible(const struct arppin_claim *claim);

#endif /* _ARPPIN_CLAIM_H */
