/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A network of its own to fight in: a host with one device, and the wire that
 * this is at. Both are network namespaces, which nobody else sees and which go
 * with the process.
 */
#ifndef ARENA_H
#define ARENA_H

#include "rtnl.h"
#include "wire.h"

#define ARENA_DEV "pin0"

struct arena {
	struct rtnl rtnl;	/* of the host */
	__u32 ifindex;		/* of the host's device */
	int wire;		/* wire_send() sends to the host */
};

/*
 * Moves the process to the new host, with this MAC and address. NULL, or what
 * could not be done: errno says why. arena_close() is due in any case.
 */
const char *arena_open(struct arena *arena, const __u8 lladdr[MAC_LEN],
		       const struct address *addr, unsigned int prefix);
void arena_close(struct arena *arena);

#endif
