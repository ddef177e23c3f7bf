/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_DEV_H
#define _ARPPIN_DEV_H

#include <linux/if.h>
#include <linux/rculist.h>

#include "incident.h"
#include "net.h"
#include "weaker.h"

struct genl_info;

#define ARPPIN_KNOWN_BITS	6	/* places for known neighbours: 64 */
#define ARPPIN_DEFENDED		16	/* addresses in ARPPIN_DEFEND_INTERVAL */
#define ARPPIN_DEFEND_INTERVAL	(10 * HZ)	/* RFC 5227, section 1.1 */

/**
 * struct arppin_dev - a device name that has pins or a guard
 * @by_index: in an->bound while the device exists
 * @an: its network namespace
 * @by_name: in an->names
 * @list: in an->devs
 * @name: the device's name
 * @ifindex: the device it is bound to, 0 if there is none
 * @salt: of the hashes of what it has, see arppin_hash()
 * @guard: its policy; the members are read without a lock
 * @defended: own addresses lately announced (the high half, as on the wire) and when
 *	(jiffies, the low half)
 * @npins: how many
 * @pins: struct arppin_pin
 * @counters: claims about unpinned addresses while guarded
 * @subject: incidents of unpinned addresses
 * @known: sightings that are found without a look-up; by an->sighting_lock
 * @gone: no new sightings; likewise
 * @was_bound: a reader may stand on @by_index, from where it was bound before
 * @rcu: freed after a grace period
 */
struct arppin_dev {
	struct hlist_node by_index;
	struct arppin_net *an;
	struct hlist_node by_name;
	struct list_head list;
	char name[IFNAMSIZ];
	int ifindex;
	u64 salt;
	struct arppin_guard guard;
	atomic64_t defended[ARPPIN_DEFENDED];
	u32 npins;
	struct list_head pins;
	struct arppin_counters __percpu *counters;
	struct arppin_subject subject;
	struct arppin_sighting __rcu *known[1 << ARPPIN_KNOWN_BITS];
	bool gone;
	bool was_bound;
	struct rcu_head rcu;
};

static inline struct hlist_head *arppin_dev_bucket(struct arppin_net *an,
						   unsigned int ifindex)
{
	return &an->bound[ifindex % ARPPIN_DEV_BUCKETS];
}

/**
 * arppin_dev_bound - the pins and guard of a device
 * @an: its network namespace
 * @ifindex: the device
 *
 * Context: RCU read lock, or an->lock.
 * Return: NULL if it has none.
 */
static inline struct arppin_dev *arppin_dev_bound(struct arppin_net *an,
						  int ifindex)
{
	struct arppin_dev *adev;

	hlist_for_each_entry_rcu(adev, arppin_dev_bucket(an, ifindex), by_index,
				 lockdep_is_held(&an->lock))
		if (READ_ONCE(adev->ifindex) == ifindex)
			return adev;
	return NULL;
}

struct arppin_dev *arppin_dev_find(struct arppin_net *an, const char *name);
struct arppin_dev *arppin_dev_get(struct arppin_net *an, const char *name,
				  struct genl_info *info);
void arppin_dev_put(struct arppin_dev *adev);
int arppin_dev_init(void);
void arppin_dev_exit(void);

#endif /* _ARPPIN_DEV_H */
