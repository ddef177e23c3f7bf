// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "crowd.h"

#define HOUR_NS (3600 * 1000000000ULL)

struct claimed {
	struct address addr;
	__u64 last;
};

struct claimant {
	__u8 lladdr[MAC_LEN];
	unsigned int n;
	struct claimed *claimed;
};

static int compare(const void *a, const void *b)
{
	const struct claimant *x = a, *y = b;

	return memcmp(x->lladdr, y->lladdr, MAC_LEN);
}

static struct claimant *find(const struct crowd *crowd, const __u8 lladdr[MAC_LEN])
{
	struct claimant key = {0}, **found;

	memcpy(key.lladdr, lladdr, MAC_LEN);
	found = tfind(&key, &crowd->lladdrs, compare);
	return found ? *found : NULL;
}

/* Captures may be merged of several: time may go backwards a bit. */
static bool is_recent(const struct claimed *claimed, __u64 time_ns)
{
	return time_ns < claimed->last || time_ns - claimed->last < HOUR_NS;
}

static bool is_about(const struct claimed *claimed, const struct address *addr)
{
	return !memcmp(claimed->addr.bytes, addr->bytes, address_len(addr));
}

bool crowd_is_crowded(const struct crowd *crowd, const __u8 lladdr[MAC_LEN],
		      const struct address *addr, __u64 time_ns, unsigned int limit, bool counted)
{
	const struct claimant *claimant = find(crowd, lladdr);
	unsigned int recent = 0;

	if (!limit)
		return false;
	if (!claimant)
		return !counted;
	for (unsigned int i = 0; i < claimant->n; i++) {
		if (is_about(&claimant->claimed[i], addr))
			return false;
		recent += is_recent(&claimant->claimed[i], time_ns);
	}
	return !counted || recent >= limit;
}

static struct claimant *find_or_add(struct crowd *crowd, const __u8 lladdr[MAC_LEN])
{
	struct claimant *claimant = find(crowd, lladdr);

	if (claimant)
		return claimant;
	claimant = calloc(1, sizeof(*claimant));
	if (!claimant)
		return NULL;
	memcpy(claimant->lladdr, lladdr, MAC_LEN);
	if (tsearch(claimant, &crowd->lladdrs, compare))
		return claimant;
	free(claimant);
	return NULL;
}

static struct claimed *find_claimed(const struct claimant *claimant, const struct address *addr)
{
	for (unsigned int i = 0; i < claimant->n; i++)
		if (is_about(&claimant->claimed[i], addr))
			return &claimant->claimed[i];
	return NULL;
}

/* See make_room() in kmod/sighting.c: which address it forgets, if any. */
static bool make_room(struct claimant *claimant, __u64 time_ns)
{
	unsigned int i = claimant->n;

	if (i < ARPPIN_SIGHTINGS_LLADDR_MAX)
		return true;
	while (i--) {
		struct claimed *spare = &claimant->claimed[i];

		if (is_recent(spare, time_ns))
			continue;
		memmove(spare, spare + 1, (--claimant->n - i) * sizeof(*spare));
		return true;
	}
	return false;
}

bool crowd_add(struct crowd *crowd, const __u8 lladdr[MAC_LEN], const struct address *addr,
	       __u64 time_ns)
{
	struct claimant *claimant = find_or_add(crowd, lladdr);
	struct claimed *claimed, *grown;

	if (!claimant)
		return false;
	claimed = find_claimed(claimant, addr);
	if (claimed) {
		claimed->last = time_ns;
		return true;
	}
	if (!make_room(claimant, time_ns))
		return true;
	grown = realloc(claimant->claimed, (claimant->n + 1) * sizeof(*grown));
	if (!grown)
		return false;
	claimant->claimed = grown;
	grown[claimant->n++] = (struct claimed){ .addr = *addr, .last = time_ns };
	return true;
}

static void free_claimant(void *node)
{
	struct claimant *claimant = node;

	free(claimant->claimed);
	free(claimant);
}

void crowd_free(struct crowd *crowd)
{
	tdestroy(crowd->lladdrs, free_claimant);
}
