/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_SIGHTING_H
#define _ARPPIN_SIGHTING_H

#include <linux/rhashtable-types.h>

#include "claim.h"
#include "net.h"

struct arppin_dev;

struct arppin_sighting_key {
	struct arppin_dev *dev;
	u8 lladdr[ARPPIN_LLADDR_LEN];
	u8 zero[2];
};

/**
 * struct arppin_sighting - a MAC has been seen to use an address on a device
 * @node: in the table of all sightings; those of one MAC are a list
 * @key: device and MAC
 * @addr: the address
 * @last: the latest claim, in seconds of CLOCK_MONOTONIC
 * @age: the first claim, likewise
 * @first: the first claim, ns since 1970
 * @number: counts sightings up from 1 in a network namespace
 * @list: in an->sightings
 * @rcu: freed after a grace period
 */
struct arppin_sighting {
	struct rhlist_head node;
	struct arppin_sighting_key key;
	struct arppin_addr addr;
	u32 last;
	u32 age;
	u64 first;
	u64 number;
	struct list_head list;
	struct rcu_head rcu;
};

struct arppin_sighting *arppin_sighting_find(struct arppin_dev *adev,
					     const struct arppin_claim *claim);
unsigned int arppin_sightings_recent(struct arppin_dev *adev, const u8 *lladdr);
void arppin_sighting_add(struct arppin_dev *adev,
			 const struct arppin_claim *claim);
void arppin_sighting_seen(struct arppin_sighting *sighting);
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
