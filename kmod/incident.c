// SPDX-License-Identifier: GPL-2.0-only
/*
 * Incidents: all the frames of one offender against one pin or guarded device,
 * told once at their start, then ever less often, then at their end.
 */
#include <linux/etherdevice.h>
#include <linux/hash.h>
#include <linux/jhash.h>
#include <linux/rhashtable.h>

#include "event.h"
#include "fill.h"
#include "incident.h"
#include "journal.h"
#include "log.h"
#include "main.h"
#include "pin.h"
#include "port.h"
#include "sighting.h"

#define INTERVAL_MIN	HZ		/* from the start to the first update */
#define INTERVAL_MAX	(300 * HZ)
#define QUIET		(60 * HZ)	/* after it an incident has ended */
#define BATCH		16		/* events told without a pause */
#define FAST		1024		/* frames from one event to the next */

/* One table for all network namespaces: a key names its subject. */
static struct rhashtable incidents;

static u32 key_hash(const void *data, u32 len, u32 seed)
{
	const struct arppin_incident_key *key = data;
	u32 words[sizeof(key->lladdr) * 2 / sizeof(u32)];

	BUILD_BUG_ON(sizeof(words) != sizeof(key->lladdr) + sizeof(key->source));
	memcpy(words, key->lladdr, sizeof(key->lladdr));
	memcpy((u8 *)words + sizeof(key->lladdr), key->source,
	       sizeof(key->source));
	return jhash2(words, ARRAY_SIZE(words),
		      seed ^ hash32_ptr(key->subject) ^ key->kind ^
		      (__force u32)key->own.ip4);
}

static u32 incident_hash(const void *data, u32 len, u32 seed)
{
	const struct arppin_incident *incident = data;

	return key_hash(&incident->key, len, seed);
}

static int differs(struct rhashtable_compare_arg *arg, const void *data)
{
	const struct arppin_incident_key *key = arg->key;
	const struct arppin_incident *incident = data;

	return incident->key.subject != key->subject ||
	       incident->key.kind != key->kind ||
	       !arppin_lladdr_equal(incident->key.lladdr, key->lladdr) ||
	       !arppin_lladdr_equal(incident->key.source, key->source) ||
	       !arppin_addr_equal(&incident->key.own, &key->own);
}

static const struct rhashtable_params incidents_params = {
	.head_offset = offsetof(struct arppin_incident, node),
	.key_offset = offsetof(struct arppin_incident, key),
	.key_len = sizeof(struct arppin_incident_key),
	.hashfn = key_hash,
	.obj_hashfn = incident_hash,
	.obj_cmpfn = differs,
	.automatic_shrinking = true,
};

/*
 * Where an offender is counted when there is no room for an incident of its
 * own. Without the lock the answer may be a moment old, which does not matter.
 */
static struct arppin_incident __rcu **many_slot(struct arppin_net *an,
						struct arppin_subject *subject)
{
	bool full = READ_ONCE(subject->live) >= subject->max;

	if (full && rcu_access_pointer(subject->many))
		return &subject->many;
	if (READ_ONCE(an->incidents_live) >= ARPPIN_INCIDENTS_MAX)
		return &an->many;
	return full ? &subject->many : NULL;
}

static void fill_key(struct arppin_incident_key *key,
		     struct arppin_subject *subject,
		     const struct arppin_claim *claim, u8 kind)
{
	memset(key, 0, sizeof(*key));
	key->subject = subject;
	memcpy(key->lladdr, claim->lladdr, sizeof(key->lladdr));
	memcpy(key->source, claim->source, sizeof(key->source));
	key->kind = kind;
	if (kind == ARPPIN_INCIDENT_OWN_ADDRESS)
		key->own = claim->addr;
}

/**
 * arppin_incident_find - the incident of an offender
 * @subject: of the pin, or of the device if its guard decided
 * @claim: what a frame claims
 * @kind: enum arppin_incident_kind
 *
 * Context: RCU read lock.
 * Return: NULL if there is none of its own.
 */
struct arppin_incident *
arppin_incident_find(struct arppin_subject *subject,
		     const struct arppin_claim *claim, u8 kind)
{
	struct arppin_incident_key key;

	fill_key(&key, subject, claim, kind);
	return rhashtable_lookup(&incidents, &key, incidents_params);
}

/**
 * arppin_incident_look_up - the incident that a frame belongs to
 * @an: the network namespace
 * @subject: of the pin, or of the device if its guard decided
 * @claim: what the frame claims
 * @kind: enum arppin_incident_kind
 *
 * Context: RCU read lock.
 * Return: NULL if it is the first of an incident.
 */
struct arppin_incident *
arppin_incident_look_up(struct arppin_net *an, struct arppin_subject *subject,
			const struct arppin_claim *claim, u8 kind)
{
	struct arppin_incident *incident;
	struct arppin_incident __rcu **many;

	incident = arppin_incident_find(subject, claim, kind);
	if (incident)
		return incident;
	many = many_slot(an, subject);
	return many ? rcu_dereference(*many) : NULL;
}

struct arppin_frames
arppin_incident_count(const struct arppin_incident *incident)
{
	struct arppin_counters __percpu *counters = READ_ONCE(incident->counters);
	struct arppin_frames frames = {
		.dropped = atomic64_read(&incident->dropped),
		.passed = atomic64_read(&incident->passed),
	};
	u64 sum[ARPPIN_COUNTERS];

	if (counters) {
		arppin_counters_sum(counters, sum);
		frames.dropped += sum[ARPPIN_DROPPED];
		frames.passed += sum[ARPPIN_PASSED] + sum[ARPPIN_NOTICED];
	}
	return frames;
}

/*
 * The offender is fast: let each CPU count for itself. Without memory they go
 * on sharing; the next update tries again. an->incident_lock.
 */
static void spread(struct arppin_incident *incident)
{
	struct arppin_counters __percpu *counters;

	if (incident->counters)
		return;
	counters = alloc_percpu_gfp(struct arppin_counters,
				    GFP_NOWAIT | __GFP_NOWARN);
	if (!counters)
		return;
	arppin_counters_init(counters);
	/* Pairs with arppin_incident_add(). */
	smp_store_release(&incident->counters, counters);
}

static void incident_free_rcu(struct rcu_head *rcu)
{
	struct arppin_incident *incident;

	incident = container_of(rcu, struct arppin_incident, rcu);
	free_percpu(incident->counters);
	kfree(incident);
}

/* At NF_ARP_IN data is the network header, and the Ethernet header before it. */
static void keep_frame(struct arppin_incident *incident,
		       const struct sk_buff *skb)
{
	u32 len = min_t(u32, skb->len, ARPPIN_FRAME_MAX - ETH_HLEN);

	if (!skb_mac_header_was_set(skb) || skb_mac_offset(skb) != -ETH_HLEN)
		return;
	memcpy(incident->frame, skb_mac_header(skb), ETH_HLEN);
	if (skb_copy_bits(skb, 0, incident->frame + ETH_HLEN, len))
		return;
	incident->frame_kept = ETH_HLEN + len;
	incident->frame_len = ETH_HLEN + skb->len;
}

static struct arppin_incident *open(struct arppin_dev *adev,
				    struct arppin_pin *pin,
				    const struct arppin_claim *claim, u8 kind,
				    const struct sk_buff *skb)
{
	struct arppin_subject *subject = pin ? &pin->subject : &adev->subject;
	struct arppin_incident __rcu **many;
	struct arppin_net *an = adev->an;
	struct arppin_incident *incident;

	lockdep_assert_held(&an->incident_lock);
	incident = kzalloc(sizeof(*incident), GFP_ATOMIC | __GFP_NOWARN);
	if (!incident)
		return NULL;
	fill_key(&incident->key, subject, claim, kind);
	incident->dev = adev;
	incident->pin = pin;
	incident->addr = claim->addr;
	incident->start = ktime_get_real_ns();
	incident->started = jiffies;
	incident->last = incident->started;
	incident->asked_at = jiffies - HZ;	/* never */
	incident->interval = INTERVAL_MIN;
	incident->next = jiffies + INTERVAL_MIN;
	keep_frame(incident, skb);

	many = many_slot(an, subject);
	if (many) {
		incident->key.kind = ARPPIN_INCIDENT_MANY_OFFENDERS;
		rcu_assign_pointer(*many, incident);
	} else {
		if (rhashtable_insert_fast(&incidents, &incident->node,
					   incidents_params)) {
			kfree(incident);
			return NULL;
		}
		rcu_assign_pointer(subject->recent, incident);
	}
	incident->id = ++an->incidents_total;
	list_add_tail(&incident->list, &an->incidents);
	WRITE_ONCE(subject->live, subject->live + 1);
	WRITE_ONCE(an->incidents_live, an->incidents_live + 1);
	queue_delayed_work(arppin_wq, &an->incident_work, INTERVAL_MIN);
	incident->port_wanted = arppin_port_wanted(an, skb->dev);
	return incident;
}

static void forget_oldest(struct arppin_net *an)
{
	struct arppin_record *record;

	record = list_first_entry(&an->ended, struct arppin_record, list);
	list_del(&record->list);
	kfree(record);
	an->ended_count--;
}

/* What is said of it now stays to be read. */
static void keep_ended(struct arppin_net *an,
		       const struct arppin_incident *incident,
		       const struct arppin_frames *frames)
{
	struct arppin_record *record = NULL;
	struct sk_buff *skb;

	an->ended_total++;
	skb = alloc_skb(ARPPIN_FILL_INCIDENT + ARPPIN_FILL_PIN,
			GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return;
	if (!arppin_fill_incident_whole(skb, incident, frames,
					ktime_get_real_ns()))
		record = arppin_record(an->ended_total, skb->data, skb->len);
	consume_skb(skb); /* no packet, and not dropped */
	if (!record)
		return;
	record->id = incident->id;
	list_add_tail(&record->list, &an->ended);
	if (++an->ended_count > ARPPIN_INCIDENTS_ENDED_MAX)
		forget_oldest(an);
}

static void tell(enum arppin_event_kind kind, struct arppin_incident *incident,
		 const struct arppin_frames *frames)
{
	arppin_event_incident(kind, incident, frames);
	incident->told = arppin_frames_total(*frames);
}

/* an->lock and an->incident_lock. */
static void close(struct arppin_net *an, struct arppin_incident *incident)
{
	struct arppin_subject *subject = incident->key.subject;
	struct arppin_frames frames;

	/* First nobody finds it any more: what comes later is of the next. */
	if (incident->key.kind != ARPPIN_INCIDENT_MANY_OFFENDERS)
		rhashtable_remove_fast(&incidents, &incident->node,
				       incidents_params);
	if (rcu_access_pointer(subject->recent) == incident)
		RCU_INIT_POINTER(subject->recent, NULL);
	if (rcu_access_pointer(subject->many) == incident)
		RCU_INIT_POINTER(subject->many, NULL);

	frames = arppin_incident_count(incident);
	tell(ARPPIN_EVENT_INCIDENT_END, incident, &frames);
	arppin_log_incident(incident, &frames, true);
	keep_ended(an, incident, &frames);
	list_del(&incident->list);
	/* What is said of it depends on that. */
	if (rcu_access_pointer(an->many) == incident)
		RCU_INIT_POINTER(an->many, NULL);
	WRITE_ONCE(subject->live, subject->live - 1);
	WRITE_ONCE(an->incidents_live, an->incidents_live - 1);
	call_rcu(&incident->rcu, incident_free_rcu);
}

/**
 * arppin_incident_open - the first frame of an incident
 * @adev: the device
 * @pin: the pin, or NULL if the device's guard decided
 * @claim: what the frame claims
 * @kind: enum arppin_incident_kind
 * @which: what is done with it
 * @skb: the frame
 *
 * It is told before this returns. Without memory it is not told, but counted.
 *
 * Context: softirq, RCU read lock; arppin_incident_look_up() has found none.
 */
void arppin_incident_open(struct arppin_dev *adev, struct arppin_pin *pin,
			  const struct arppin_claim *claim, u8 kind,
			  enum arppin_counter which, const struct sk_buff *skb)
{
	struct arppin_subject *subject = pin ? &pin->subject : &adev->subject;
	struct arppin_net *an = adev->an;
	struct arppin_incident *incident;
	struct arppin_frames frames;
	bool first = false;

	spin_lock_bh(&an->incident_lock);
	/* Another CPU may have been faster. */
	incident = arppin_incident_look_up(an, subject, claim, kind);
	if (!incident && !subject->gone) {
		incident = open(adev, pin, claim, kind, skb);
		if (!incident)
			atomic64_inc(&an->incidents_lost);
		first = incident;
	}
	if (incident) {
		arppin_incident_add(incident, which);
		arppin_incident_merge(an, incident);
		arppin_incident_note(incident, claim->variant);
	}
	if (first) {
		frames = arppin_incident_count(incident);
		tell(ARPPIN_EVENT_INCIDENT_START, incident, &frames);
		arppin_log_incident(incident, &frames, false);
	}
	spin_unlock_bh(&an->incident_lock);
}

/**
 * arppin_incidents_end - end all incidents of a pin or guarded device
 * @an: its network namespace
 * @subject: its incidents
 * @gone: there will be no new ones
 *
 * Context: an->lock; sleeps.
 */
void arppin_incidents_end(struct arppin_net *an, struct arppin_subject *subject,
			  bool gone)
{
	struct arppin_incident *incident, *next;
	unsigned int events = 0;
	u64 latest;

	lockdep_assert_held(&an->lock);
	spin_lock_bh(&an->incident_lock);
	subject->gone = gone;
	latest = an->incidents_total;
	if (subject->live) {
		list_for_each_entry_safe(incident, next, &an->incidents, list) {
			if (incident->id > latest)
				break;
			if (incident->key.subject != subject)
				continue;
			close(an, incident);
			if (++events % BATCH)
				continue;
			/* Others only add, at the end: an->lock is held. */
			spin_unlock_bh(&an->incident_lock);
			cond_resched();
			spin_lock_bh(&an->incident_lock);
		}
	}
	spin_unlock_bh(&an->incident_lock);
}

bool arppin_incident_is_netwide(const struct arppin_incident *incident)
{
	return rcu_access_pointer(incident->dev->an->many) == incident;
}

/**
 * arppin_incident_sightings - what is known of an incident's offender
 * @incident: the incident
 * @found: filled, as by arppin_sightings_of()
 *
 * Context: RCU read lock.
 * Return: how many sightings there are; @found may have fewer.
 */
unsigned int
arppin_incident_sightings(const struct arppin_incident *incident,
			  const struct arppin_sighting *found[ARPPIN_INCIDENT_SIGHTINGS_MAX])
{
	return arppin_sightings_of(incident->dev, incident->key.lladdr,
				   incident->key.source, &incident->addr,
				   found);
}

/* It is time for an update, and a frame may have come since the latest event. */
static bool is_due(const struct arppin_incident *incident)
{
	return time_after_eq(jiffies, incident->next) &&
	       time_after_eq(READ_ONCE(incident->last),
			     incident->next - incident->interval);
}

/* Return: false if there is nothing to tell. */
static bool update(struct arppin_incident *incident)
{
	/* A frame that is not in the sum is of now or later, see is_due(). */
	unsigned long now = jiffies;
	struct arppin_frames frames = arppin_incident_count(incident);
	u64 since = arppin_frames_total(frames) - incident->told;

	if (!since)
		return false;
	if (since >= FAST)
		spread(incident);
	tell(ARPPIN_EVENT_INCIDENT_UPDATE, incident, &frames);
	incident->interval = min_t(unsigned long, INTERVAL_MAX,
				   2 * incident->interval);
	incident->next = now + incident->interval;
	return true;
}

static void incident_work(struct work_struct *work)
{
	struct arppin_net *an = container_of(to_delayed_work(work),
					     struct arppin_net, incident_work);
	struct arppin_incident *incident, *next;
	unsigned int events = 0;

	mutex_lock(&an->lock);
	spin_lock_bh(&an->incident_lock);
	list_for_each_entry_safe(incident, next, &an->incidents, list) {
		if (events == BATCH)
			break;
		if (time_after_eq(jiffies, READ_ONCE(incident->last) + QUIET)) {
			close(an, incident);
			events++;
		} else if (is_due(incident) && update(incident)) {
			events++;
		}
	}
	if (!list_empty(&an->incidents))
		queue_delayed_work(arppin_wq, &an->incident_work,
				   events == BATCH ? 1 : HZ);
	spin_unlock_bh(&an->incident_lock);
	mutex_unlock(&an->lock);
}

void arppin_incidents_net_init(struct arppin_net *an)
{
	spin_lock_init(&an->incident_lock);
	INIT_LIST_HEAD(&an->incidents);
	INIT_LIST_HEAD(&an->ended);
	INIT_DELAYED_WORK(&an->incident_work, incident_work);
}

/* Context: no incident is live; sleeps. */
void arppin_incidents_net_exit(struct arppin_net *an)
{
	cancel_delayed_work_sync(&an->incident_work);
	while (an->ended_count)
		forget_oldest(an);
}

int arppin_incidents_init(void)
{
	return rhashtable_init(&incidents, &incidents_params);
}

void arppin_incidents_exit(void)
{
	rhashtable_destroy(&incidents);
}
