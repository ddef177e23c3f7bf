/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_SIGHTING_H
#define _ARPPIN_SIGHTING_H

#include <linux/rhashtable.h>
#include <linux/timekeeping.h>

#include "claim.h"
#include "dev.h"
#include "hash.h"

struct arppin_sighting_key {
	struct arppin_dev *dev;
	u64 lladdr;
};

/**
 * struct arppin_sighting - a MAC has been seen to use an address on a device
 * @node: in the table of all sightings; those of one MAC are a list
 * @key: device and arppin_lladdr_number() of @lladdr
 * @lladdr: the MAC
 * @addr: the address
 * @noted: jiffies of when @last was looked at
 * @last: the latest claim, in seconds of CLOCK_BOOTTIME
 * @age: the first claim, likewise
 * @first: the first claim, ns since 1970
 * @number: counts sightings up from 1 in a network namespace
 * @list: in an->sightings, empty once it is not
 * @rcu: freed after a grace period
 */
struct arppin_sighting {
	struct rhlist_head node;
	struct arppin_sighting_key key;
	u8 lladdr[ARPPIN_LLADDR_LEN];
	struct arppin_addr addr;
	u32 noted;
	u32 last;
	u32 age;
	u64 first;
	u64 number;
	struct list_head list;
	struct rcu_head rcu;
};

/* One table for all network namespaces: a key names its device. */
extern struct rhltable arppin_sightings;

static inline u32 arppin_sighting_key_hash(const void *data, u32 len, u32 seed)
{
	const struct arppin_sighting_key *key = data;

	return arppin_hash(key->dev->salt, key->lladdr, seed);
}

static inline u32 arppin_sighting_hash(const void *data, u32 len, u32 seed)
{
	const struct arppin_sighting *sighting = data;

	return arppin_sighting_key_hash(&sighting->key, len, seed);
}

static inline int arppin_sighting_differs(struct rhashtable_compare_arg *arg,
					  const void *data)
{
	const struct arppin_sighting_key *key = arg->key;
	const struct arppin_sighting *sighting = data;

	return sighting->key.dev != key->dev ||
	       sighting->key.lladdr != key->lladdr;
}

/* Known where it is used: else each of these functions would be a call. */
static const struct rhashtable_params arppin_sightings_params = {
	.head_offset = offsetof(struct arppin_sighting, node),
	.key_offset = offsetof(struct arppin_sighting, key),
	.key_len = sizeof(struct arppin_sighting_key),
	.hashfn = arppin_sighting_key_hash,
	.obj_hashfn = arppin_sighting_hash,
	.obj_cmpfn = arppin_sighting_differs,
	.automatic_shrinking = true,
};

/* All of a MAC. Context: RCU read lock. */
static inline struct rhlist_head *
arppin_sightings_of_lladdr(struct arppin_dev *adev, const u8 *lladdr)
{
	const struct arppin_sighting_key key = {
		.dev = adev,
		.lladdr = arppin_lladdr_number(lladdr),
	};

	return rhltable_lookup(&arppin_sightings, &key,
			       arppin_sightings_params);
}

/**
 * arppin_sighting_find - has the MAC been seen to use the address?
 * @adev: the device
 * @claim: says both
 *
 * Context: RCU read lock.
 * Return: NULL if not.
 */
static inline struct arppin_sighting *
arppin_sighting_find(struct arppin_dev *adev, const struct arppin_claim *claim)
{
	struct arppin_sighting *sighting;
	struct rhlist_head *pos, *list;

	list = arppin_sightings_of_lladdr(adev, claim->lladdr);
	rhl_for_each_entry_rcu(sighting, pos, list, node)
		if (arppin_addr_equal(&sighting->addr, &claim->addr))
			return sighting;
	return NULL;
}

/* Where it is in adev->known, if it is there. */
static inline struct arppin_sighting __rcu **
arppin_sighting_place(struct arppin_dev *adev, u64 lladdr,
		      const struct arppin_addr *addr)
{
	u64 key = lladdr ^ (__force u32)addr->ip4;

	return &adev->known[key * adev->salt >> (64 - ARPPIN_KNOWN_BITS)];
}

/**
 * arppin_sighting_known - arppin_sighting_find() for who is there each day
 * @adev: the device
 * @claim: says MAC and address
 *
 * Context: RCU read lock.
 * Return: NULL if it is not known so well; arppin_sighting_find() may find it.
 */
static inline struct arppin_sighting *
arppin_sighting_known(struct arppin_dev *adev, const struct arppin_claim *claim)
{
	u64 lladdr = arppin_lladdr_number(claim->lladdr);
	struct arppin_sighting *sighting;

	sighting = rcu_dereference(*arppin_sighting_place(adev, lladdr,
							  &claim->addr));
	if (likely(sighting && sighting->key.lladdr == lladdr &&
		   arppin_addr_equal(&sighting->addr, &claim->addr)))
		return sighting;
	return NULL;
}

void arppin_sighting_know(struct arppin_sighting *sighting);
void arppin_sighting_note(struct arppin_sighting *sighting, u32 moment);

/**
 * arppin_sighting_seen - the MAC has claimed the address again
 * @sighting: the sighting
 *
 * Written once a jiffy at most: CPUs share it.
 *
 * Context: softirq, RCU read lock.
 */
static inline void arppin_sighting_seen(struct arppin_sighting *sighting)
{
	u32 moment = jiffies;

	if (READ_ONCE(sighting->noted) != moment)
		arppin_sighting_note(sighting, moment);
}

unsigned int arppin_sightings_recent(struct arppin_dev *adev, const u8 *lladdr);
bool arppin_sighting_has_room(struct arppin_dev *adev,
			      const struct arppin_claim *claim);
void arppin_sighting_add(struct arppin_dev *adev,
			 const struct arppin_claim *claim);
u64 arppin_sighting_last(const struct arppin_sighting *sighting);
unsigned int
arppin_sightings_of(struct arppin_dev *adev, const u8 *lladdr,
		    const u8 *source, const struct arppin_addr *except,
		    const struct arppin_sighting *found[ARPPIN_INCIDENT_SIGHTINGS_MAX]);
void arppin_sightings_forget(struct arppin_dev *adev);
void arppin_sightings_net_init(struct arppin_net *an);
int arppin_sightings_init(void);
void arppin_sightings_exit(void);

#endif /* _ARPPIN_SIGHTING_H */
