// SPDX-License-Identifier: GPL-2.0-only
/* Events: numbered, in order, to the multicast group and the journal. */
#include "compat.h"
#include "event.h"
#include "fill.h"
#include "genl.h"
#include "incident.h"
#include "journal.h"

/* What an event tells; members that it has not are NULL. */
struct event {
	enum arppin_event_kind kind;
	const struct arppin_pin *pin;
	const struct arppin_dev *guard;
	const struct arppin_dev *dev;
	const struct arppin_incident *incident;
	const struct arppin_frames *frames;
	const u8 *lladdr;
};

/* What one event needs at most. A guard is never there with a pin. */
#define EVENT_SIZE	(nla_total_size(sizeof(u32)) +		/* KIND */ \
			 2 * nla_total_size_64bit(sizeof(u64)) + /* SEQ, TIME */ \
			 ARPPIN_FILL_PIN + ARPPIN_FILL_INCIDENT +		\
			 nla_total_size(ETH_ALEN) +		/* LLADDR */ \
			 nla_total_size(IFNAMSIZ) +		/* DEV */ \
			 2 * nla_total_size(sizeof(u32)))	/* IFINDEX, PINS */

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, ARPPIN_A_EVENT_PAD);
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
		if (!nest || arppin_fill_pin(skb, event->pin))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	if (event->guard) {
		nest = nla_nest_start(skb, ARPPIN_A_EVENT_GUARD);
		if (!nest || arppin_fill_guard(skb, event->guard))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	if (event->incident) {
		nest = nla_nest_start(skb, ARPPIN_A_EVENT_INCIDENT);
		if (!nest || arppin_fill_incident(skb, event->incident,
						  event->frames))
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
	struct sk_buff *skb = genlmsg_new(EVENT_SIZE, GFP_ATOMIC | __GFP_NOWARN);
	void *hdr;

	if (!skb)
		return NULL;
	hdr = genlmsg_put(skb, info ? info->snd_portid : 0,
			  info ? info->snd_seq : 0, &arppin_genl_family, 0,
			  ARPPIN_CMD_EVENT);
	if (!hdr ||
	    nla_put_u32(skb, ARPPIN_A_EVENT_KIND, event->kind) ||
	    put_u64(skb, ARPPIN_A_EVENT_SEQ, seq) ||
	    put_u64(skb, ARPPIN_A_EVENT_TIME, ktime_get_real_ns()) ||
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

static void keep(struct arppin_net *an, u64 seq, const struct sk_buff *skb)
{
	const struct nlmsghdr *nlh;
	const void *attrs = NULL;
	u32 len = 0;

	if (skb) {
		nlh = nlmsg_hdr(skb);
		attrs = genlmsg_data(nlmsg_data(nlh));
		len = genlmsg_len(nlmsg_data(nlh));
	}
	arppin_journal_keep(an, seq, attrs, len);
}

/*
 * Number, keep and send in one section, so that listeners get events in order.
 * Context: any but hard interrupts.
 */
static void send(struct arppin_net *an, const struct event *event,
		 struct genl_info *info)
{
	bool echo = info && nlmsg_report(info->nlhdr);
	struct sk_buff *skb, *copy;

	spin_lock_bh(&an->event_lock);
	if (READ_ONCE(stopped))
		goto out;
	an->event_seq++;
	skb = build(event, an->event_seq, info);
	keep(an, an->event_seq, skb);
	if (!skb) {
		/* Wakes the listeners with ENOBUFS: they have missed one. */
		genl_set_err(&arppin_genl_family, an->net, 0, 0, -ENOBUFS);
		goto out;
	}
	if (echo) {
		copy = skb_clone(skb, GFP_ATOMIC);
		if (copy)
			genlmsg_unicast(an->net, copy, info->snd_portid);
	}
	/* Not a second time to the one who got the echo. */
	genlmsg_multicast_netns(&arppin_genl_family, an->net, skb,
				echo ? info->snd_portid : 0, 0, GFP_ATOMIC);
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
 * arppin_event_locked - pins and guards can no longer be weakened
 * @an: the network namespace
 * @info: the request, whose sender may want an echo
 *
 * Context: an->lock.
 */
void arppin_event_locked(struct arppin_net *an, struct genl_info *info)
{
	const struct event event = { .kind = ARPPIN_EVENT_LOCKED };

	send(an, &event, info);
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
 * @frames: how many it has with this event
 *
 * Context: an->incident_lock, and RCU read lock or an->lock.
 */
void arppin_event_incident(enum arppin_event_kind kind,
			   const struct arppin_incident *incident,
			   const struct arppin_frames *frames)
{
	bool netwide = arppin_incident_is_netwide(incident);
	const struct event event = {
		.kind = kind,
		.pin = netwide ? NULL : incident->pin,
		.guard = netwide || incident->pin ? NULL : incident->dev,
		.incident = incident,
		.frames = frames,
	};

	send(incident->dev->an, &event, NULL);
}
