/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pinned addresses held by permanent neighbour entries, where the module cannot
 * be: not loaded, or being replaced. Nothing that arrives changes such an entry,
 * but link down and a new MAC address of the device take it away.
 *
 * Each entry bears a mark (its protocol), so that whoever comes later, also
 * after a crash, knows it from the permanent entries of others.
 */
#ifndef HOLD_H
#define HOLD_H

#include "parse.h"
#include "rtnl.h"

/* Of the pins in mode enforce; the others change nothing, and so are not held. */
struct hold_count {
	size_t pins;
	size_t held;		/* by us or, permanently, by others */
	size_t waiting;		/* for their device */
	int code;		/* why one of the rest is not held: a negative errno */
};

bool hold_is_ours(const struct neigh *neigh);

/* Does it keep one of the pin's MAC addresses, whatever arrives? */
bool hold_is_held(const struct neigh *neigh, const struct pin *pin);

bool hold_has_lladdr(const struct pin *pin, const __u8 lladdr[MAC_LEN]);

/* 0 or a negative errno, as of all that follows. */
int hold_put(struct rtnl *rtnl, const struct pin *pin, __u32 ifindex, const __u8 lladdr[MAC_LEN]);

/*
 * Holds all that can be, at the MAC address that the neighbour cache has now if
 * it is one of the pin's, else at the pin's first.
 */
int hold_all(struct rtnl *rtnl, const struct config *config, struct hold_count *count);

/*
 * Makes ordinary entries of those with our mark: from there on the kernel asks,
 * believes, and forgets, and a module that has the pin makes it a resident one.
 * Those of `but`'s pins stay; NULL: none. *n: how many there were.
 */
int hold_let_go(struct rtnl *rtnl, const struct config *but, size_t *n);

#endif
