/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_NET_H
#define _ARPPIN_NET_H

#include <linux/mutex.h>
#include <linux/netfilter.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>

#include "counters.h"
#include "types.h"

#define ARPPIN_DEV_BUCKETS	64

struct arppin_incident;
struct arppin_listener;
struct arppin_record;

/**
 * struct arppin_net - all that arppin knows of one network namespace
 * @net: the network namespace
 * @lock: configuration and binding: @devs and what hangs on it. Taken inside
 *	RTNL, never the other way round; may sleep
 * @devs: struct arppin_dev, in the order of their making
 * @names: the same by name
 * @bound: those whose device exists, by ifindex; read under RCU
 * @ndevs: how many
 * @npins: how many pins they have
 * @generation: counts changes of @devs and pins, for dumps
 * @bound_hits: requests refused because a bound was reached; by @lock
 * @locked: see arppin_lock(); by @lock
 * @hook: the netfilter hook, registered while @devs is not empty
 * @incident_lock: which incidents exist, and @heal_queue; BH off; inside @lock
 * @incidents: live ones; by @incident_lock, and removed only with @lock as well
 * @many: the incident that takes all offenders beyond ARPPIN_INCIDENTS_MAX
 * @incidents_live: how many are in @incidents
 * @incidents_total: the latest incident's id
 * @incidents_lost: see ARPPIN_A_STATS_INCIDENTS_LOST
 * @incident_work: tells updates and ends
 * @ended: struct arppin_record of ended incidents, in the order of their end;
 *	by @incident_lock
 * @ended_count: how many
 * @ended_total: how many incidents have ended
 * @port_work: finds the ports at which offenders' frames arrive
 * @listener: hears them at the ports of bonds, while it is needed; by @port_work
 * @heal_queue: pins whose neighbour entry is to be looked at
 * @heal_work: looks at them
 * @cache_overridden: see ARPPIN_A_STATS_CACHE_OVERRIDDEN; by @incident_lock
 * @cache_healed: by @lock
 * @cache_restored: by @lock
 * @sighting_lock: which sightings exist; BH off
 * @sightings: struct arppin_sighting, in the order of their making
 * @sightings_count: how many
 * @sightings_total: how many there have been
 * @sightings_forgotten: how many of them have gone
 * @sighting_work: makes room
 * @event_lock: the order of events; BH off; innermost
 * @journal: the latest events; by @event_lock
 * @event_seq: the latest event's number
 * @events_lost: see ARPPIN_A_STATS_EVENTS_LOST
 * @epoch: see ARPPIN_A_STATS_EVENTS_EPOCH
 * @counters: over all devices
 */
struct arppin_net {
	struct net *net;

	struct mutex lock;		/* see above */
	struct list_head devs;
	struct hlist_head names[ARPPIN_DEV_BUCKETS];
	struct hlist_head bound[ARPPIN_DEV_BUCKETS];
	u32 ndevs;
	u32 npins;
	u64 generation;
	u64 bound_hits;
	bool locked;
	struct nf_hook_ops hook;

	spinlock_t incident_lock;	/* see above */
	struct list_head incidents;
	struct arppin_incident __rcu *many;
	u32 incidents_live;
	u64 incidents_total;
	atomic64_t incidents_lost;
	struct delayed_work incident_work;
	struct list_head ended;
	u32 ended_count;
	u64 ended_total;
	struct delayed_work port_work;
	struct arppin_listener *listener;

	struct list_head heal_queue;
	struct delayed_work heal_work;
	u64 cache_overridden;
	u64 cache_healed;
	u64 cache_restored;

	spinlock_t sighting_lock;	/* see above */
	struct list_head sightings;
	u32 sightings_count;
	u64 sightings_total;
	u64 sightings_forgotten;
	struct delayed_work sighting_work;

	spinlock_t event_lock;		/* see above */
	struct arppin_record **journal;
	u64 event_seq;
	u64 events_lost;
	u64 epoch;

	struct arppin_net_counters __percpu *counters;
};

struct arppin_net *arppin_net(const struct net *net);

#endif /* _ARPPIN_NET_H */
