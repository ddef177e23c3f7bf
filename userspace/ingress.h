/* SPDX-License-Identifier: GPL-2.0-only */
/* The way of a frame from an Ethernet device to the ARP hook, if it gets there. */
#ifndef INGRESS_H
#define INGRESS_H

#include <linux/types.h>
#include <stddef.h>

#include "model.h"

enum ingress_end {
	INGRESS_ARP,		/* it gets there */
	INGRESS_NOT_ARP,
	INGRESS_OTHER_HOST,	/* its destination is the MAC of another host */
	INGRESS_OTHER_VLAN,	/* it is another device's */
	INGRESS_SNAP,		/* ARP in 802.2: Linux does not know it */
	INGRESS_MALFORMED,	/* too short, or for other kinds of addresses */
	INGRESS_CUT,		/* too little of it was captured to know */
};

struct ingress {
	enum ingress_end end;
	__u8 source[MAC_LEN];	/* but for INGRESS_NOT_ARP and INGRESS_CUT */
	unsigned int vlan;	/* of INGRESS_OTHER_VLAN */
	const __u8 *arp;	/* of INGRESS_ARP: from the hardware type on */
	size_t arp_len;		/* as much of it as was captured */
};

/* `captured` bytes of a frame that had `wire_len`; `lladdr` is the device's MAC. */
struct ingress ingress(const __u8 *frame, size_t captured, size_t wire_len,
		       const __u8 lladdr[MAC_LEN]);

#endif
