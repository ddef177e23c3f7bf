/* SPDX-License-Identifier: GPL-2.0-only */
/* Which addresses MACs have claimed: how many at once, ARPPIN_A_GUARD_ADDRESSES limits. */
#ifndef CROWD_H
#define CROWD_H

#include "model.h"

struct crowd {
	void *lladdrs;	/* a tree of <search.h> */
};

/*
 * Is the address new for the MAC, and has it claimed `limit` others in the hour
 * before `time_ns`, or is it claimed in a way that is not `counted`?
 */
bool crowd_is_crowded(const struct crowd *crowd, const __u8 lladdr[MAC_LEN],
		      const struct address *addr, __u64 time_ns, unsigned int limit, bool counted);

/* The MAC claims an address. False: no memory. */
bool crowd_add(struct crowd *crowd, const __u8 lladdr[MAC_LEN], const struct address *addr,
	       __u64 time_ns);
void crowd_free(struct crowd *crowd);

#endif
