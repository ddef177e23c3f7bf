// SPDX-License-Identifier: GPL-2.0-only
/* Events: numbered, in order, to the multicast group. */
#include "compat.h"
#include "event.h"
#include "genl.h"
#include "incident.h"

/* What an event tells; members that it has not are NULL. */
struct event {
	enum arppin_event_kind kind;
	const struct arppin_pin *pin;
	const struct arppin_dev *guard;
	const struct arppin_dev *dev;
	const struct arppin_incident *incident;
	u64 since;
	const u8 *lladdr;
};

/* What one event needs at most. */
static size_t event_size(void)
{
	const size_t counters = nla_total_size(0) + ARPPIN_COUNTERS *
				nla_total_size_64bit(sizeof(u64));
	const size_t pin = nla_total_size(0) +
			   nla_total_size(IFNAMSIZ) +		/* DEV */
			   nla_total_size(sizeof(u32)) +	/* IFINDEX */
			   nla_total_size(16) +			/* ADDR */
			   nla_total_size(0) +			/* LLADDRS */
			   ARPPIN_LLADDRS_MAX * nla_total_size(ETH_ALEN) +
			   nla_total_size(sizeof(u32)) +	/* MODE */
			   nla_total_size(sizeof(u8)) +		/* RESIDENT */
			   counters;				/* STATS */
	const size_t incident = nla_total_size(0) +
			   6 * nla_total_size_64bit(sizeof(u64)) +
			   2 * nla_total_size(sizeof(u32)) +	/* KIND, VARIANTS */
			   nla_total_size(IFNAMSIZ) +		/* DEV */
			   nla_total_size(16) +			/* ADDR */
			   2 * nla_total_size(ETH_ALEN);	/* LLADDR, SOURCE */

	/* A guard is smaller than a pin, and never there with one. */
	return nla_total_size(sizeof(u32)) +			/* KIND */
	       2 * nla_total_size_64bit(sizeof(u64)) +		/* SEQ, TIME */
	       pin + incident +
	       nla_total_size(ETH_ALEN) +			/* LLADDR */
	       nla_total_size(IFNAMSIZ) +			/* DEV */
	       2 * nla_total_size(sizeof(u32));			/* IFINDEX, PINS */
}

static int put_u64(struct sk_buff *skb, int attr, u64 value, int pad)
{
	return nla_put_u64_64bit(skb, attr, value, pad);
}

static int put_incident_u64(struct sk_buff *skb, int attr, u64 value)
{
	return put_u64(skb, attr, value, ARPPIN_A_INCIDENT_PAD);
}

static int fill_incident(struct sk_buff *skb,
			 const struct arppin_incident *incident, u64 since)
{
	/* In this order: another CPU's frame must not lie in the future. */
	unsigned long latest = READ_ONCE(incident->last);
	unsigned long ago = jiffies - latest;
	u64 last = ktime_get_real_ns() - jiffies_to_nsecs(ago);

	if (put_incident_u64(skb, ARPPIN_A_INCIDENT_ID, incident->id) ||
	    nla_put_u32(skb, ARPPIN_A_INCIDENT_KIND, incident->key.kind) ||
	    nla_put_string(skb, ARPPIN_A_INCIDENT_DEV, incident->dev->name) ||
	    arppin_genl_put_addr(skb, ARPPIN_A_INCIDENT_ADDR, &incident->addr) ||
	    nla_put(skb, ARPPIN_A_INCIDENT_LLADDR, ETH_ALEN,
		    incident->key.lladdr) ||
	    nla_put(skb, ARPPIN_A_INCIDENT_SOURCE, ETH_ALEN,
		    incident->key.source) ||
	    nla_put_u32(skb, ARPPIN_A_INCIDENT_VARIANTS,
			READ_ONCE(incident->variants)) ||
	    put_incident_u64(skb, ARPPIN_A_INCIDENT_START, incident->start) ||
	    /* never before the start, which is not cut to a tick */
	    put_incident_u64(skb, ARPPIN_A_INCIDENT_LAST,
			     max(last, incident->start)) ||
	    put_incident_u64(skb, ARPPIN_A_INCIDENT_DROPPED,
			     atomic64_read(&incident->dropped)) ||
	    put_incident_u64(skb, ARPPIN_A_INCIDENT_PASSED,
			     atomic64_read(&incident->passed)) ||
	    put_incident_u64(skb, ARPPIN_A_INCIDENT_SINCE, since))
		return -EMSGSIZE;
	return 0;
}

static int fill_dev(struct sk_buff *skb, const struct arppin_dev *dev)
{
	if (nla_put_string(skb, ARPPIN_A_EVENT_DEV, dev->name) ||
	    (dev->ifindex &&
	     nla_put_u32(skb, ARPPIN_A_EVENT_IFINDEX, dev->ifindex)) ||
	    nla_put_u32(skb, ARPPIN_A_EVENT_PINS, dev->npins))
		return -EMSGSIZE;
	return 0;
}

static int fill(struct sk_buff *skb, const struct event *event)
{
	struct nlattr *nest;

	if (event->pin) {
		nest = nla_nest_start(skb, ARPPIN_A_EVENT_PIN);
		if (!nest || arppin_genl_fill_pin(skb, event->pin))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	if (event->guard) {
		nest = nla_nest_start(skb, ARPPIN_A_EVENT_GUARD);
		if (!nest || arppin_genl_fill_guard(skb, event->guard))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	if (event->incident) {
		nest = nla_nest_start(skb, ARPPIN_A_EVENT_INCIDENT);
		if (!nest ||
		    fill_incident(skb, event->incident, event->since))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	if (event->dev && fill_dev(skb, event->dev))
		return -EMSGSIZE;
	if (event->lladdr &&
	    nla_put(skb, ARPPIN_A_EVENT_LLADDR, ETH_ALEN, event->lladdr))
		return -EMSGSIZE;
	return 0;
}

static struct sk_buff *build(const struct event *event, u64 seq,
			     const struct genl_info *info)
{
	struct sk_buff *skb = genlmsg_new(event_size(), GFP_ATOMIC);
	void *hdr;

	if (!skb)
		return NULL;
	hdr = genlmsg_put(skb, info ? info->snd_portid : 0,
			  info ? info->snd_seq : 0, &arppin_genl_family, 0,
			  ARPPIN_CMD_EVENT);
	if (!hdr ||
	    nla_put_u32(skb, ARPPIN_A_EVENT_KIND, event->kind) ||
	    put_u64(skb, ARPPIN_A_EVENT_SEQ, seq, ARPPIN_A_EVENT_PAD) ||
	    put_u64(skb, ARPPIN_A_EVENT_TIME, ktime_get_real_ns(),
		    ARPPIN_A_EVENT_PAD) ||
	    fill(skb, event)) {
		nlmsg_free(skb);
		return NULL;
	}
	genlmsg_end(skb, hdr);
	return skb;
}

/* The family's group may belong to somebody else soon. */
static bool stopped;

/**
 * arppin_events_stop - send no more events
 *
 * Context: sleeps; the module is about to unregister its family.
 */
void arppin_events_stop(void)
{
	WRITE_ONCE(stopped, true);
	synchronize_rcu();	/* an->event_lock is a read-side section */
}

/*
 * Number and send in one section, so that listeners get events in order.
 * Context: any but hard interrupts.
 */
static void send(struct arppin_net *an, const struct event *event,
		 struct genl_info *info)
{
	bool echo = info && nlmsg_report(info->nlhdr);
	struct sk_buff *skb, *copy;
	int err;

	spin_lock_bh(&an->event_lock);
	an->event_seq++;
	if (READ_ONCE(stopped))
		goto out;
	if (!echo && !genl_has_listeners(&arppin_genl_family, an->net, 0))
		goto out;
	skb = build(event, an->event_seq, info);
	if (!skb) {
		/* Wakes the listeners with ENOBUFS: they have missed one. */
		genl_set_err(&arppin_genl_family, an->net, 0, 0, -ENOBUFS);
		an->events_lost++;
		goto out;
	}
	if (echo) {
		copy = skb_clone(skb, GFP_ATOMIC);
		if (copy)
			genlmsg_unicast(an->net, copy, info->snd_portid);
	}
	/* Not a second time to the one who got the echo. */
	err = genlmsg_multicast_netns(&arppin_genl_family, an->net, skb,
				      echo ? info->snd_portid : 0, 0,
				      GFP_ATOMIC);
	if (err && err != -ESRCH)
		an->events_lost++;
out:
	spin_unlock_bh(&an->event_lock);
}

/**
 * arppin_event_pin - a pin has come, changed or gone
 * @kind: ARPPIN_EVENT_PIN_NEW, _CHANGE or _DEL
 * @pin: the pin
 * @info: the request, whose sender may want an echo
 *
 * Context: an->lock.
 */
void arppin_event_pin(enum arppin_event_kind kind, const struct arppin_pin *pin,
		      struct genl_info *info)
{
	const struct event event = { .kind = kind, .pin = pin };

	send(pin->key.dev->an, &event, info);
}

/**
 * arppin_event_guard - a guard has changed
 * @adev: the device
 * @info: the request, whose sender may want an echo
 *
 * Context: an->lock.
 */
void arppin_event_guard(const struct arppin_dev *adev, struct genl_info *info)
{
	const struct event event = {
		.kind = ARPPIN_EVENT_GUARD_CHANGE, .guard = adev
	};

	send(adev->an, &event, info);
}

/**
 * arppin_event_bound - a device with pins has appeared or gone
 * @kind: ARPPIN_EVENT_PIN_BOUND or _UNBOUND
 * @adev: the device
 *
 * Context: an->lock.
 */
void arppin_event_bound(enum arppin_event_kind kind,
			const struct arppin_dev *adev)
{
	const struct event event = { .kind = kind, .dev = adev };

	send(adev->an, &event, NULL);
}

/**
 * arppin_event_cache - a pinned address had a wrong neighbour entry
 * @kind: ARPPIN_EVENT_CACHE_HEALED or _OVERRIDDEN
 * @pin: the pin
 * @lladdr: the wrong MAC
 *
 * Context: an->lock.
 */
void arppin_event_cache(enum arppin_event_kind kind,
			const struct arppin_pin *pin, const u8 *lladdr)
{
	const struct event event = { .kind = kind, .pin = pin, .lladdr = lladdr };

	send(pin->key.dev->an, &event, NULL);
}

/**
 * arppin_event_incident - an incident has started, goes on or has ended
 * @kind: ARPPIN_EVENT_INCIDENT_START, _UPDATE or _END
 * @incident: the incident
 * @since: frames since it was last told
 *
 * Context: an->incident_lock, and RCU read lock or an->lock.
 */
void arppin_event_incident(enum arppin_event_kind kind,
			   const struct arppin_incident *incident, u64 since)
{
	/* The offenders of a whole network namespace are no one pin's. */
	bool merged = rcu_access_pointer(incident->dev->an->many) == incident;
	const struct event event = {
		.kind = kind,
		.pin = merged ? NULL : incident->pin,
		.guard = merged || incident->pin ? NULL : incident->dev,
		.incident = incident,
		.since = since,
	};

	send(incident->dev->an, &event, NULL);
}
