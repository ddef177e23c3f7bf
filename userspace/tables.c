// SPDX-License-Identifier: GPL-2.0-only
/* Look-ups in tables of devices and neighbours; from where they are does not matter. */
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>

#include "tables.h"

bool link_has_arp(const struct link *link)
{
	return link->type == ARPHRD_ETHER && !(link->flags & (IFF_NOARP | IFF_LOOPBACK));
}

const struct link *link_by_index(const struct links *links, __u32 ifindex)
{
	for (size_t i = 0; i < links->n; i++)
		if (links->items[i].ifindex == ifindex)
			return &links->items[i];
	return NULL;
}

const struct link *link_by_name(const struct links *links, const char *name)
{
	for (size_t i = 0; i < links->n; i++)
		if (!strcmp(links->items[i].name, name))
			return &links->items[i];
	return NULL;
}

const struct neigh *neigh_find(const struct neighs *neighs, __u32 ifindex,
			       const struct address *addr)
{
	for (size_t i = 0; i < neighs->n; i++)
		if (neighs->items[i].ifindex == ifindex &&
		    !memcmp(neighs->items[i].addr.bytes, addr->bytes, address_len(addr)))
			return &neighs->items[i];
	return NULL;
}

static int compare_neighs(const void *a, const void *b)
{
	const struct neigh *one = a, *other = b;

	if (one->ifindex != other->ifindex)
		return one->ifindex < other->ifindex ? -1 : 1;
	return memcmp(one->addr.bytes, other->addr.bytes, sizeof(one->addr.bytes));
}

void neighs_sort(struct neighs *neighs)
{
	if (neighs->n)
		qsort(neighs->items, neighs->n, sizeof(*neighs->items), compare_neighs);
}

const struct neigh *neigh_find_sorted(const struct neighs *neighs, __u32 ifindex,
				      const struct address *addr)
{
	struct neigh key = { .ifindex = ifindex, .addr = *addr };

	if (!neighs->n)
		return NULL;
	return bsearch(&key, neighs->items, neighs->n, sizeof(key), compare_neighs);
}
