/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TABLES_H
#define TABLES_H

#include "rtnl.h"

/* It has neighbours that answer ARP: others need no pin, and can have none. */
bool link_has_arp(const struct link *link);

/* NULL if there is none. */
const struct link *link_by_index(const struct links *links, __u32 ifindex);
const struct link *link_by_name(const struct links *links, const char *name);
const struct neigh *neigh_find(const struct neighs *neighs, __u32 ifindex,
			       const struct address *addr);

/* The same in a table of many, which neighs_sort() has put in order. */
void neighs_sort(struct neighs *neighs);
const struct neigh *neigh_find_sorted(const struct neighs *neighs, __u32 ifindex,
				      const struct address *addr);

#endif
