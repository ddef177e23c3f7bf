/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An ARP packet's bytes -> a claim.
 *
 * Linux learns from requests and replies alike, whoever they are directed at,
 * so each of them is a claim. What arp_process() would ignore claims nothing.
 */
#ifndef _ARPPIN_CLAIM_ARP_H
#define _ARPPIN_CLAIM_ARP_H

#include "claim.h"

/* The size of an ARP packet for Ethernet and IPv4 (RFC 826). */
#define ARPPIN_ARP_LEN	28

/* RFC 826's packet, for Ethernet and IPv4; all offsets are fixed by that. */
enum {
	ARPPIN_ARP_SHA = 8,	/* before it: see arppin_arp_head() */
	ARPPIN_ARP_SPA = 14,
	ARPPIN_ARP_TPA = 24,
};

enum {
	ARPPIN_ARP_HRD_ETHER = 1,
	ARPPIN_ARP_HRD_IEEE802 = 6, /* taken on Ethernet as well (RFC 1042) */
	ARPPIN_ARP_OP_REQUEST = 1,
	ARPPIN_ARP_OP_REPLY = 2,
};

/* How it begins: with all that is not an address, which is looked at as a whole. */
static inline __be64 arppin_arp_head(u16 hardware_type, u16 operation)
{
	const u64 protocol_type = 0x0800;

	return cpu_to_be64((u64)hardware_type << 48 | protocol_type << 32 |
			   ARPPIN_LLADDR_LEN << 24 | sizeof(__be32) << 16 |
			   operation);
}

/* The operation, or 0 of what is not for Ethernet and IPv4, or is no operation. */
static inline u16 arppin_arp_operation(const u8 *arp)
{
	__be64 head;

	memcpy(&head, arp, sizeof(head));
	if (head == arppin_arp_head(ARPPIN_ARP_HRD_ETHER, ARPPIN_ARP_OP_REPLY))
		return ARPPIN_ARP_OP_REPLY;
	if (head == arppin_arp_head(ARPPIN_ARP_HRD_ETHER, ARPPIN_ARP_OP_REQUEST))
		return ARPPIN_ARP_OP_REQUEST;
	if (head == arppin_arp_head(ARPPIN_ARP_HRD_IEEE802, ARPPIN_ARP_OP_REPLY))
		return ARPPIN_ARP_OP_REPLY;
	if (head == arppin_arp_head(ARPPIN_ARP_HRD_IEEE802, ARPPIN_ARP_OP_REQUEST))
		return ARPPIN_ARP_OP_REQUEST;
	return 0;
}

static inline __be32 arppin_arp_ip4(const u8 *p)
{
	__be32 ip4;

	memcpy(&ip4, p, sizeof(ip4));
	return ip4;
}

/**
 * arppin_claim_arp - read the claim that an ARP packet makes
 * @claim: filled if there is one
 * @arp: the packet from its hardware type on
 * @len: how many bytes of it can be read; more than ARPPIN_ARP_LEN is padding
 * @source: the Ethernet source of the frame; if it is not known, the packet's
 *	sender: @arp + ARPPIN_ARP_SHA
 *
 * The conditions are those of arp_rcv() and arp_process() on an Ethernet
 * device: no frame that the kernel believes is missed. A few that it ignores
 * (a multicast or loopback target, drop_gratuitous_arp) make a claim as well:
 * they say what their sender is up to.
 *
 * Return: true if the packet makes a claim or is a probe.
 */
static inline bool arppin_claim_arp(struct arppin_claim *claim, const u8 *arp,
				    size_t len, const u8 *source)
{
	__be32 spa, tpa;

	if (len < ARPPIN_ARP_LEN)
		return false;
	spa = arppin_arp_ip4(arp + ARPPIN_ARP_SPA);
	tpa = arppin_arp_ip4(arp + ARPPIN_ARP_TPA);
	switch (arppin_arp_operation(arp)) {
	case ARPPIN_ARP_OP_REPLY:
		if (!spa)
			return false;
		claim->variant = spa == tpa ? ARPPIN_VARIANT_GRATUITOUS_REPLY :
					      ARPPIN_VARIANT_REPLY;
		break;
	case ARPPIN_ARP_OP_REQUEST:
		if (!spa)
			claim->variant = ARPPIN_VARIANT_PROBE;
		else
			claim->variant = spa == tpa ?
					 ARPPIN_VARIANT_GRATUITOUS_REQUEST :
					 ARPPIN_VARIANT_REQUEST_TO_OTHER;
		break;
	default:
		return false;
	}
	claim->addr = arppin_addr_ip4(spa ? spa : tpa);
	claim->target = arppin_addr_ip4(tpa);
	claim->lladdr = arp + ARPPIN_ARP_SHA;
	claim->source = source;
	claim->own = false;
	claim->ours = false;
	claim->crowded = false;
	return true;
}

#endif /* _ARPPIN_CLAIM_ARP_H */
