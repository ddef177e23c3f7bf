// SPDX-License-Identifier: GPL-2.0-only
/*
 * An ARP packet's bytes -> a claim.
 *
 * Linux learns from requests and replies alike, whoever they are directed at,
 * so each of them is a claim. What arp_process() would ignore claims nothing.
 */
#include "claim.h"

/* RFC 826's packet, for Ethernet and IPv4; all offsets are fixed by that. */
enum {
	OFFSET_HRD = 0,
	OFFSET_PRO = 2,
	OFFSET_HLN = 4,
	OFFSET_PLN = 5,
	OFFSET_OP = 6,
	OFFSET_SHA = 8,
	OFFSET_SPA = 14,
	OFFSET_THA = 18,
	OFFSET_TPA = 24,
};

enum {
	HRD_ETHER = 1,
	HRD_IEEE802 = 6,	/* arp_process() takes it on Ethernet (RFC 1042) */
	PRO_IP4 = 0x0800,
	OP_REQUEST = 1,
	OP_REPLY = 2,
};

static u16 get_be16(const u8 *p)
{
	return p[0] << 8 | p[1];
}

static __be32 get_ip4(const u8 *p)
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
 * @source: the Ethernet source of the frame, or NULL if it is not known: then
 *	it is taken to be the ARP sender
 *
 * The conditions are those of arp_rcv() and arp_process() on an Ethernet
 * device: no frame that the kernel believes is missed. A few that it ignores
 * (a multicast or loopback target, drop_gratuitous_arp) make a claim as well:
 * they say what their sender is up to.
 *
 * Return: true if the packet makes a claim or is a probe.
 */
bool arppin_claim_arp(struct arppin_claim *claim, const u8 *arp, size_t len,
		      const u8 *source)
{
	__be32 spa, tpa;
	u16 hrd, op;

	if (len < ARPPIN_ARP_LEN)
		return false;
	hrd = get_be16(arp + OFFSET_HRD);
	op = get_be16(arp + OFFSET_OP);
	if ((hrd != HRD_ETHER && hrd != HRD_IEEE802) ||
	    get_be16(arp + OFFSET_PRO) != PRO_IP4 ||
	    arp[OFFSET_HLN] != ARPPIN_LLADDR_LEN ||
	    arp[OFFSET_PLN] != sizeof(__be32) ||
	    (op != OP_REQUEST && op != OP_REPLY))
		return false;

	spa = get_ip4(arp + OFFSET_SPA);
	tpa = get_ip4(arp + OFFSET_TPA);
	if (!spa && op == OP_REPLY)
		return false;

	claim->addr = arppin_addr_ip4(spa ? spa : tpa);
	claim->target = arppin_addr_ip4(tpa);
	memcpy(claim->lladdr, arp + OFFSET_SHA, ARPPIN_LLADDR_LEN);
	memcpy(claim->source, source ? source : claim->lladdr,
	       ARPPIN_LLADDR_LEN);
	claim->own = false;
	claim->ours = false;
	claim->crowded = false;

	if (!spa)
		claim->variant = ARPPIN_VARIANT_PROBE;
	else if (op == OP_REPLY)
		claim->variant = spa == tpa ? ARPPIN_VARIANT_GRATUITOUS_REPLY :
					      ARPPIN_VARIANT_REPLY;
	else
		claim->variant = spa == tpa ? ARPPIN_VARIANT_GRATUITOUS_REQUEST :
					      ARPPIN_VARIANT_REQUEST_TO_OTHER;
	return true;
}
