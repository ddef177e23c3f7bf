// SPDX-License-Identifier: GPL-2.0-only
/*
 * What eth_type_trans(), __netif_receive_skb_core() and arp_rcv() do with a
 * frame before they call netfilter.
 */
#include <linux/if_ether.h>
#include <stdbool.h>
#include <string.h>

#include "ingress.h"

enum {
	VLAN_LEN = 4,
	VID_MASK = 0xfff,
	SNAP_LEN = 8,
	ARP_LEN = 28,	/* for Ethernet and IPv4 (RFC 826) */
	OFFSET_HLN = 4,
	OFFSET_PLN = 5,
};

struct frame {
	const __u8 *bytes;
	size_t captured;
	size_t wire_len;
};

static unsigned int get_be16(const __u8 *p)
{
	return p[0] << 8 | p[1];
}

static bool has(const struct frame *frame, size_t len)
{
	return frame->captured >= len;
}

/* Why `len` bytes are not there. */
static enum ingress_end end_short(const struct frame *frame, size_t len)
{
	return frame->wire_len >= len ? INGRESS_CUT : INGRESS_MALFORMED;
}

static bool is_vlan(unsigned int type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD;
}

static bool is_for(const __u8 *destination, const __u8 lladdr[MAC_LEN])
{
	return (destination[0] & 1) || !memcmp(destination, lladdr, MAC_LEN);
}

/* At `at` begins what follows a length in place of a type. */
static enum ingress_end end_802(const struct frame *frame, size_t at)
{
	static const __u8 arp[SNAP_LEN] = { 0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x06 };

	if (has(frame, at + SNAP_LEN))
		return memcmp(frame->bytes + at, arp, SNAP_LEN) ? INGRESS_NOT_ARP : INGRESS_SNAP;
	return frame->wire_len >= at + SNAP_LEN ? INGRESS_CUT : INGRESS_NOT_ARP;
}

/* At `at` begins the ARP packet. */
static enum ingress_end end_arp(const struct frame *frame, size_t at)
{
	const __u8 *arp = frame->bytes + at;

	if (!has(frame, at + ARP_LEN))
		return end_short(frame, at + ARP_LEN);
	if (arp[OFFSET_HLN] != MAC_LEN || arp[OFFSET_PLN] != sizeof(__be32))
		return INGRESS_MALFORMED;
	return INGRESS_ARP;
}

/*
 * Any number of tags of VLAN 0 says nothing but a priority, and is taken off.
 * Returns the offset of what the tags are around; 0 if they have no end.
 */
static size_t skip_tags(const struct frame *frame, unsigned int *type, unsigned int *vlan)
{
	size_t at = ETH_HLEN;

	*vlan = 0;
	*type = get_be16(frame->bytes + at - 2);
	while (is_vlan(*type)) {
		if (!has(frame, at + VLAN_LEN))
			return 0;
		if (!*vlan)
			*vlan = get_be16(frame->bytes + at) & VID_MASK;
		at += VLAN_LEN;
		*type = get_be16(frame->bytes + at - 2);
	}
	return at;
}

struct ingress ingress(const __u8 *bytes, size_t captured, size_t wire_len,
		       const __u8 lladdr[MAC_LEN])
{
	const struct frame frame = { bytes, captured, wire_len };
	struct ingress in = { .end = INGRESS_NOT_ARP };
	unsigned int type;
	size_t at;

	if (!has(&frame, ETH_HLEN)) {
		in.end = end_short(&frame, ETH_HLEN);
		return in;
	}
	memcpy(in.source, bytes + MAC_LEN, MAC_LEN);
	at = skip_tags(&frame, &type, &in.vlan);
	if (!at)
		in.end = wire_len > captured ? INGRESS_CUT : INGRESS_NOT_ARP;
	else if (type < ETH_P_802_3_MIN)
		in.end = end_802(&frame, at);
	else if (type != ETH_P_ARP)
		in.end = INGRESS_NOT_ARP;
	else if (in.vlan)
		in.end = INGRESS_OTHER_VLAN;
	else if (!is_for(bytes, lladdr))
		in.end = INGRESS_OTHER_HOST;
	else
		in.end = end_arp(&frame, at);
	if (in.end == INGRESS_ARP) {
		in.arp = bytes + at;
		in.arp_len = captured - at;
	}
	return in;
}
