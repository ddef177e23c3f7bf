// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sightings: which addresses a MAC has been seen to use, and when. They name
 * offenders; nothing is believed because of them.
 *
 * The table is bounded, and a newcomer never pushes anybody out: whoever floods
 * it keeps out other newcomers, for an hour, or for a week if he comes again after
 * MOMENT, but not those who were there before.
 */
#include <linux/rhashtable.h>
#include <linux/timekeeping.h>

#include "counters.h"
#include "dev.h"
#include "main.h"
#include "sighting.h"

/* Room is made from here on, and looked for so often while it is needed. */
#define CROWDED		(ARPPIN_SIGHTINGS_MAX / 4 * 3)
#define CROWDED_AGAIN	(60 * HZ)

/* Seconds. One that was only ever seen within MOMENT is given up sooner. */
#define MOMENT		60
#define QUIET_MOMENT	(60 * 60)
#define QUIET		(7 * 24 * 60 * 60)

#define RECENT		(60 * 60)	/* counts for a guard's "addresses" */

struct rhltable arppin_sightings;

static u32 now(void)
{
	return ktime_get_boottime_seconds();
}

/* Seconds since the latest claim. Another CPU may be writing a later one. */
static u32 quiet_for(const struct arppin_sighting *sighting)
{
	return max_t(s32, now() - READ_ONCE(sighting->last), 0);
}

/**
 * arppin_sightings_recent - how many addresses has the MAC used in the last hour?
 * @adev: the device
 * @lladdr: the MAC
 *
 * Context: RCU read lock.
 * Return: 0 to ARPPIN_SIGHTINGS_LLADDR_MAX.
 */
unsigned int arppin_sightings_recent(struct arppin_dev *adev, const u8 *lladdr)
{
	struct arppin_sighting *sighting;
	struct rhlist_head *pos, *list;
	unsigned int count = 0;

	list = arppin_sightings_of_lladdr(adev, lladdr);
	rhl_for_each_entry_rcu(sighting, pos, list, node)
		count += quiet_for(sighting) < RECENT;
	return count;
}

/* RCU read lock. */
static unsigned int count_of(struct arppin_dev *adev, const u8 *lladdr)
{
	struct rhlist_head *pos;
	unsigned int count = 0;

	rhl_for_each_rcu(pos, arppin_sightings_of_lladdr(adev, lladdr))
		count++;
	return count;
}

static struct arppin_sighting __rcu **place_of(struct arppin_sighting *sighting)
{
	return arppin_sighting_place(sighting->key.dev, sighting->key.lladdr,
				     &sighting->addr);
}

static void forget(struct arppin_net *an, struct arppin_sighting *sighting)
{
	struct arppin_sighting __rcu **place = place_of(sighting);

	lockdep_assert_held(&an->sighting_lock);
	rhltable_remove(&arppin_sightings, &sighting->node, arppin_sightings_params);
	list_del_init(&sighting->list);
	if (rcu_access_pointer(*place) == sighting)
		RCU_INIT_POINTER(*place, NULL);
	WRITE_ONCE(an->sightings_count, an->sightings_count - 1);
	an->sightings_forgotten++;
	kfree_rcu(sighting, rcu);
}

/*
 * Where a MAC's addresses are limited it must not fill its bound, wait until
 * they do not count any more, and claim others unnoticed: it gives up one of
 * those, the latest made, for what came later may be made up. RCU read lock.
 */
static bool make_room(struct arppin_dev *adev, const u8 *lladdr)
{
	struct arppin_sighting *sighting, *spare = NULL;
	struct rhlist_head *pos, *list;
	unsigned int count = 0;

	lockdep_assert_held(&adev->an->sighting_lock);
	list = arppin_sightings_of_lladdr(adev, lladdr);
	rhl_for_each_entry_rcu(sighting, pos, list, node) {
		count++;
		if (quiet_for(sighting) >= RECENT &&
		    (!spare || sighting->number > spare->number))
			spare = sighting;
	}
	if (count < ARPPIN_SIGHTINGS_LLADDR_MAX)
		return true;
	if (!spare || !READ_ONCE(adev->guard.addresses))
		return false;
	forget(adev->an, spare);
	return true;
}

static bool insert(struct arppin_dev *adev, struct arppin_sighting *sighting)
{
	struct arppin_net *an = adev->an;

	lockdep_assert_held(&an->sighting_lock);
	/* Numbered before anybody finds it: 0 would be the oldest of all. */
	sighting->number = an->sightings_total + 1;
	if (adev->gone || an->sightings_count >= ARPPIN_SIGHTINGS_MAX ||
	    !make_room(adev, sighting->lladdr) ||
	    rhltable_insert(&arppin_sightings, &sighting->node, arppin_sightings_params))
		return false;
	an->sightings_total++;
	list_add_tail(&sighting->list, &an->sightings);
	WRITE_ONCE(an->sightings_count, an->sightings_count + 1);
	if (an->sightings_count >= CROWDED)
		queue_delayed_work(arppin_wq, &an->sighting_work,
				   CROWDED_AGAIN);
	return true;
}

/**
 * arppin_sighting_has_room - may there be another sighting of the MAC?
 * @adev: the device
 * @claim: as of arppin_sighting_add()
 *
 * Without the lock: arppin_sighting_add() may find none after all.
 *
 * Context: softirq, RCU read lock.
 * Return: false after it has been counted that there is none.
 */
bool arppin_sighting_has_room(struct arppin_dev *adev,
			      const struct arppin_claim *claim)
{
	struct arppin_net *an = adev->an;

	if (READ_ONCE(an->sightings_count) < ARPPIN_SIGHTINGS_MAX &&
	    (READ_ONCE(adev->guard.addresses) ||
	     count_of(adev, claim->lladdr) < ARPPIN_SIGHTINGS_LLADDR_MAX))
		return true;
	arppin_count_net(an->counters, ARPPIN_UNSIGHTED);
	return false;
}

/**
 * arppin_sighting_add - a MAC uses an address that it had not been seen to use
 * @adev: the device
 * @claim: plausible, and not found by arppin_sighting_find()
 *
 * Without room or memory it is not noted but counted.
 *
 * Context: softirq, RCU read lock.
 */
void arppin_sighting_add(struct arppin_dev *adev,
			 const struct arppin_claim *claim)
{
	struct arppin_net *an = adev->an;
	struct arppin_sighting *sighting;
	bool found, noted = false;

	sighting = kzalloc(sizeof(*sighting), GFP_ATOMIC | __GFP_NOWARN);
	if (!sighting) {
		arppin_count_net(an->counters, ARPPIN_UNSIGHTED);
		return;
	}
	sighting->key.dev = adev;
	sighting->key.lladdr = arppin_lladdr_number(claim->lladdr);
	memcpy(sighting->lladdr, claim->lladdr, sizeof(sighting->lladdr));
	sighting->addr = claim->addr;
	sighting->first = ktime_get_real_ns();
	sighting->noted = jiffies;
	sighting->age = now();
	sighting->last = sighting->age;

	spin_lock_bh(&an->sighting_lock);
	found = arppin_sighting_find(adev, claim);
	if (!found)
		noted = insert(adev, sighting);
	spin_unlock_bh(&an->sighting_lock);
	if (!noted)
		kfree(sighting);
	if (!noted && !found)
		arppin_count_net(an->counters, ARPPIN_UNSIGHTED);
}

/**
 * arppin_sighting_know - have arppin_sighting_known() find it
 * @sighting: just found by arppin_sighting_find()
 *
 * Unless its place is taken by one that is in use: so two that have the same one,
 * or a flood, take the lock once a jiffy and place at most.
 *
 * Context: softirq, RCU read lock.
 */
void arppin_sighting_know(struct arppin_sighting *sighting)
{
	struct arppin_sighting __rcu **place = place_of(sighting);
	struct arppin_net *an = sighting->key.dev->an;
	const struct arppin_sighting *other = rcu_dereference(*place);

	if (other && READ_ONCE(other->noted) == (u32)jiffies)
		return;
	spin_lock_bh(&an->sighting_lock);
	if (!list_empty(&sighting->list)) /* else it is forgotten by now */
		rcu_assign_pointer(*place, sighting);
	spin_unlock_bh(&an->sighting_lock);
}

/* The time is asked for here, once a jiffy at most: that takes its time. */
void arppin_sighting_note(struct arppin_sighting *sighting, u32 moment)
{
	u32 second = now();

	WRITE_ONCE(sighting->noted, moment);
	if (READ_ONCE(sighting->last) != second)
		WRITE_ONCE(sighting->last, second);
}

/*
 * When it was last seen, in ns since 1970. From the time of the first claim on:
 * it does not change between two claims, whatever is done to the clock.
 */
u64 arppin_sighting_last(const struct arppin_sighting *sighting)
{
	/* Another CPU may have written a second that was over already. */
	s32 lasted = READ_ONCE(sighting->last) - sighting->age;

	return sighting->first + max(lasted, 0) * (u64)NSEC_PER_SEC;
}

/* Those that were first seen come first: what came later may be made up. */
static void keep_oldest(const struct arppin_sighting *found[],
			unsigned int count,
			const struct arppin_sighting *sighting)
{
	unsigned int i = min_t(unsigned int, count,
			       ARPPIN_INCIDENT_SIGHTINGS_MAX);

	if (i == ARPPIN_INCIDENT_SIGHTINGS_MAX &&
	    sighting->number > found[--i]->number)
		return;
	for (; i && sighting->number < found[i - 1]->number; i--)
		found[i] = found[i - 1];
	found[i] = sighting;
}

/**
 * arppin_sightings_of - what is known of an offender
 * @adev: the device
 * @lladdr: the MAC that it claims
 * @source: the MAC that it sends from; may be the same
 * @except: an address that is of no interest
 * @found: filled with those that were first seen, in that order
 *
 * Context: RCU read lock.
 * Return: how many sightings there are; @found may have fewer.
 */
unsigned int
arppin_sightings_of(struct arppin_dev *adev, const u8 *lladdr,
		    const u8 *source, const struct arppin_addr *except,
		    const struct arppin_sighting *found[ARPPIN_INCIDENT_SIGHTINGS_MAX])
{
	const u8 *lladdrs[] = { lladdr, source };
	struct arppin_sighting *sighting;
	struct rhlist_head *pos, *list;
	unsigned int count = 0, i, n;

	n = arppin_lladdr_equal(lladdr, source) ? 1 : 2;
	for (i = 0; i < n; i++) {
		list = arppin_sightings_of_lladdr(adev, lladdrs[i]);
		rhl_for_each_entry_rcu(sighting, pos, list, node) {
			if (arppin_addr_equal(&sighting->addr, except))
				continue;
			keep_oldest(found, count++, sighting);
		}
	}
	return count;
}

/**
 * arppin_sightings_forget - forget a device's sightings, and make no new ones
 * @adev: the device, which is going to be forgotten
 *
 * Context: an->lock.
 */
void arppin_sightings_forget(struct arppin_dev *adev)
{
	struct arppin_sighting *sighting, *next;
	struct arppin_net *an = adev->an;

	spin_lock_bh(&an->sighting_lock);
	adev->gone = true;
	list_for_each_entry_safe(sighting, next, &an->sightings, list)
		if (sighting->key.dev == adev)
			forget(an, sighting);
	spin_unlock_bh(&an->sighting_lock);
}

static bool is_stale(const struct arppin_sighting *sighting)
{
	u32 last = READ_ONCE(sighting->last);
	u32 quiet = last - sighting->age < MOMENT ? QUIET_MOMENT : QUIET;

	return quiet_for(sighting) >= quiet;
}

static void sighting_work(struct work_struct *work)
{
	struct arppin_net *an = container_of(to_delayed_work(work),
					     struct arppin_net, sighting_work);
	struct arppin_sighting *sighting, *next;

	spin_lock_bh(&an->sighting_lock);
	list_for_each_entry_safe(sighting, next, &an->sightings, list) {
		if (an->sightings_count < CROWDED)
			break;
		if (is_stale(sighting))
			forget(an, sighting);
	}
	if (an->sightings_count >= CROWDED)
		queue_delayed_work(arppin_wq, &an->sighting_work,
				   CROWDED_AGAIN);
	spin_unlock_bh(&an->sighting_lock);
}

void arppin_sightings_net_init(struct arppin_net *an)
{
	spin_lock_init(&an->sighting_lock);
	INIT_LIST_HEAD(&an->sightings);
	INIT_DELAYED_WORK(&an->sighting_work, sighting_work);
}

int arppin_sightings_init(void)
{
	return rhltable_init(&arppin_sightings, &arppin_sightings_params);
}

void arppin_sightings_exit(void)
{
	rhltable_destroy(&arppin_sightings);
}
