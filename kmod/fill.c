// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects -> netlink attributes, for answers and events alike. Each function
 * returns -EMSGSIZE if there is no room.
 */
#include "fill.h"
#include "incident.h"

int arppin_fill_addr(struct sk_buff *skb, int attr,
		     const struct arppin_addr *addr)
{
	return nla_put(skb, attr, addr->family == AF_INET ? 4 : 16,
		       addr->bytes);
}

static int put_count(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, ARPPIN_A_COUNTER_PAD);
}

/* The sums of counters, as a nest. */
int arppin_fill_counters(struct sk_buff *skb, int attr,
			 struct arppin_counters __percpu *counters)
{
	struct nlattr *nest = nla_nest_start(skb, attr);
	u64 sum[ARPPIN_COUNTERS];

	arppin_counters_sum(counters, sum);
	if (!nest ||
	    put_count(skb, ARPPIN_A_COUNTER_ACCEPTED, sum[ARPPIN_ACCEPTED]) ||
	    put_count(skb, ARPPIN_A_COUNTER_DROPPED, sum[ARPPIN_DROPPED]) ||
	    put_count(skb, ARPPIN_A_COUNTER_PASSED, sum[ARPPIN_PASSED]) ||
	    put_count(skb, ARPPIN_A_COUNTER_NOTICED, sum[ARPPIN_NOTICED]))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_lladdrs(struct sk_buff *skb, const struct arppin_pin_conf *conf)
{
	struct nlattr *nest = nla_nest_start(skb, ARPPIN_A_PIN_LLADDRS);
	int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < conf->count; i++)
		if (nla_put(skb, ARPPIN_A_LLADDRS_LLADDR, ETH_ALEN,
			    conf->lladdr[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Context: RCU read lock, or an->lock. */
int arppin_fill_pin(struct sk_buff *skb, const struct arppin_pin *pin)
{
	const struct arppin_pin_conf *conf = arppin_pin_conf(pin);
	int ifindex = READ_ONCE(pin->key.dev->ifindex);

	if (nla_put_string(skb, ARPPIN_A_PIN_DEV, pin->key.dev->name) ||
	    (ifindex && nla_put_u32(skb, ARPPIN_A_PIN_IFINDEX, ifindex)) ||
	    arppin_fill_addr(skb, ARPPIN_A_PIN_ADDR, &pin->key.addr) ||
	    put_lladdrs(skb, conf) ||
	    nla_put_u32(skb, ARPPIN_A_PIN_MODE, conf->mode) ||
	    nla_put_u8(skb, ARPPIN_A_PIN_RESIDENT, conf->resident) ||
	    arppin_fill_counters(skb, ARPPIN_A_PIN_STATS, pin->counters))
		return -EMSGSIZE;
	return 0;
}

/* Context: RCU read lock, or an->lock. */
int arppin_fill_guard(struct sk_buff *skb, const struct arppin_dev *adev)
{
	const struct arppin_guard *guard = &adev->guard;
	int ifindex = READ_ONCE(adev->ifindex);

	if (nla_put_string(skb, ARPPIN_A_GUARD_DEV, adev->name) ||
	    (ifindex && nla_put_u32(skb, ARPPIN_A_GUARD_IFINDEX, ifindex)) ||
	    nla_put_u32(skb, ARPPIN_A_GUARD_UNPINNED,
			READ_ONCE(guard->unpinned)) ||
	    arppin_fill_counters(skb, ARPPIN_A_GUARD_STATS, adev->counters) ||
	    nla_put_u8(skb, ARPPIN_A_GUARD_DEFEND, READ_ONCE(guard->defend)) ||
	    nla_put_u32(skb, ARPPIN_A_GUARD_ADDRESSES,
			READ_ONCE(guard->addresses)))
		return -EMSGSIZE;
	return 0;
}

static int put_sighting_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, ARPPIN_A_SIGHTING_PAD);
}

/* Context: RCU read lock, or an->sighting_lock. */
int arppin_fill_sighting(struct sk_buff *skb,
			 const struct arppin_sighting *sighting)
{
	if (nla_put_string(skb, ARPPIN_A_SIGHTING_DEV,
			   sighting->key.dev->name) ||
	    nla_put(skb, ARPPIN_A_SIGHTING_LLADDR, ETH_ALEN,
		    sighting->lladdr) ||
	    arppin_fill_addr(skb, ARPPIN_A_SIGHTING_ADDR, &sighting->addr) ||
	    put_sighting_u64(skb, ARPPIN_A_SIGHTING_FIRST, sighting->first) ||
	    put_sighting_u64(skb, ARPPIN_A_SIGHTING_LAST,
			     arppin_sighting_last(sighting)))
		return -EMSGSIZE;
	return 0;
}

static int put_sightings(struct sk_buff *skb,
			 const struct arppin_incident *incident)
{
	const struct arppin_sighting *found[ARPPIN_INCIDENT_SIGHTINGS_MAX];
	unsigned int count, i;
	struct nlattr *nest;
	int err = -EMSGSIZE;

	rcu_read_lock();
	count = arppin_incident_sightings(incident, found);
	if (nla_put_u32(skb, ARPPIN_A_INCIDENT_SIGHTINGS, count))
		goto out;
	for (i = 0; i < count && i < ARPPIN_INCIDENT_SIGHTINGS_MAX; i++) {
		nest = nla_nest_start(skb, ARPPIN_A_INCIDENT_SIGHTING);
		if (!nest || arppin_fill_sighting(skb, found[i]))
			goto out;
		nla_nest_end(skb, nest);
	}
	err = 0;
out:
	rcu_read_unlock();
	return err;
}

static int put_incident_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, ARPPIN_A_INCIDENT_PAD);
}

/*
 * With so many frames: others come in meanwhile, and are the next event's.
 * Context: an->incident_lock, and RCU read lock or an->lock.
 */
int arppin_fill_incident(struct sk_buff *skb,
			 const struct arppin_incident *incident,
			 const struct arppin_frames *frames)
{
	/*
	 * From the start on: it does not change between two frames. And another CPU
	 * may have written a tick that was over already.
	 */
	unsigned long lasted = max_t(long, 0, READ_ONCE(incident->last) -
					      incident->started);

	if (put_incident_u64(skb, ARPPIN_A_INCIDENT_ID, incident->id) ||
	    nla_put_u32(skb, ARPPIN_A_INCIDENT_KIND, incident->key.kind) ||
	    nla_put_string(skb, ARPPIN_A_INCIDENT_DEV, incident->dev->name) ||
	    arppin_fill_addr(skb, ARPPIN_A_INCIDENT_ADDR, &incident->addr) ||
	    nla_put(skb, ARPPIN_A_INCIDENT_LLADDR, ETH_ALEN,
		    incident->key.lladdr) ||
	    nla_put(skb, ARPPIN_A_INCIDENT_SOURCE, ETH_ALEN,
		    incident->key.source) ||
	    nla_put_u32(skb, ARPPIN_A_INCIDENT_VARIANTS,
			READ_ONCE(incident->variants)) ||
	    put_incident_u64(skb, ARPPIN_A_INCIDENT_START, incident->start) ||
	    put_incident_u64(skb, ARPPIN_A_INCIDENT_LAST,
			     incident->start + jiffies64_to_nsecs(lasted)) ||
	    put_incident_u64(skb, ARPPIN_A_INCIDENT_DROPPED,
			     frames->dropped) ||
	    put_incident_u64(skb, ARPPIN_A_INCIDENT_PASSED, frames->passed) ||
	    put_incident_u64(skb, ARPPIN_A_INCIDENT_SINCE,
			     arppin_frames_total(*frames) - incident->told) ||
	    (incident->port[0] &&
	     nla_put_string(skb, ARPPIN_A_INCIDENT_PORT, incident->port)) ||
	    nla_put(skb, ARPPIN_A_INCIDENT_FRAME, incident->frame_kept,
		    incident->frame) ||
	    nla_put_u32(skb, ARPPIN_A_INCIDENT_FRAME_LEN,
			incident->frame_len) ||
	    put_sightings(skb, incident))
		return -EMSGSIZE;
	return 0;
}

/*
 * With its pin or guard, and when it ended; 0: it is live.
 * Context: as arppin_fill_incident().
 */
int arppin_fill_incident_whole(struct sk_buff *skb,
			       const struct arppin_incident *incident,
			       const struct arppin_frames *frames, u64 end)
{
	struct nlattr *nest;
	int err;

	if (arppin_fill_incident(skb, incident, frames) ||
	    (end && put_incident_u64(skb, ARPPIN_A_INCIDENT_END, end)))
		return -EMSGSIZE;
	if (arppin_incident_is_netwide(incident))
		return 0;
	nest = nla_nest_start(skb, incident->pin ? ARPPIN_A_INCIDENT_PIN :
						   ARPPIN_A_INCIDENT_GUARD);
	if (!nest)
		return -EMSGSIZE;
	err = incident->pin ? arppin_fill_pin(skb, incident->pin) :
			      arppin_fill_guard(skb, incident->dev);
	nla_nest_end(skb, nest);
	return err;
}
