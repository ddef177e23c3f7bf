// SPDX-License-Identifier: GPL-2.0-only
/*
 * Incidents: all the frames of one offender against one pin or guarded device,
 * told once at their start, then ever less often, then at their end.
 */
#include <linux/etherdevice.h>
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

/* One table for all network namespaces: a key names its subject. */
static struct rhashtable incidents;

/* Not sizeof: what pads the end of a struct may hold anything. */
#define KEY_LEN		offsetofend(struct arppin_incident_key, own)

static const struct rhashtable_params incidents_params = {
	.head_offset = offsetof(struct arppin_incident, node),
	.key_offset = offsetof(struct arppin_incident, key),
	.key_len = KEY_LEN,
	.automatic_shrinking = true,
};

static unsigned int subject_max(const struct arppin_pin *pin)
{
	return pin ? ARPPIN_INCIDENTS_PIN_MAX : ARPPIN_INCIDENTS_DEV_MAX;
}

/*
 * Where an offender is counted when there is no room for an incident of its
 * own. Without the lock the answer may be a moment old, which does not matter.
 */
static struct arppin_incident __rcu **many_slot(struct arppin_net *an,
						struct arppin_subject *subject,
						unsigned int max)
{
	bool full = READ_ONCE(subject->live) >= max;

	if (full && rcu_access_pointer(subject->many))
		return &subject->many;
	if (READ_ONCE(an->incidents_live) >= ARPPIN_INCIDENTS_MAX)
		return &an->many;
	return full ? &subject->many : NULL;
}

/* RCU read lock, or an->incident_lock. */
static struct arppin_incident *find(struct arppin_net *an,
				    const struct arppin_incident_key *key,
				    unsigned int max)
{
	struct arppin_incident __rcu **many;
	struct arppin_incident *incident;

	incident = rcu_dereference_check(key->subject->recent,
					 lockdep_is_held(&an->incident_lock));
	if (incident && !memcmp(&incident->key, key, KEY_LEN))
		return incident;
	incident = rhashtable_lookup(&incidents, key, incidents_params);
	if (incident)
		return incident;
	many = many_slot(an, key->subject, max);
	return many ? rcu_dereference_check(*many,
				lockdep_is_held(&an->incident_lock)) : NULL;
}

static void count(struct arppin_net *an, struct arppin_incident *incident,
		  const struct arppin_claim *claim, bool drop)
{
	atomic64_inc(drop ? &incident->dropped : &incident->passed);
	if (!test_bit(claim->variant, &incident->variants))
		set_bit(claim->variant, &incident->variants);
	WRITE_ONCE(incident->last, jiffies);
	if (incident->key.kind == ARPPIN_INCIDENT_MANY_OFFENDERS)
		atomic64_inc(&an->incidents_merged);
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
				    const struct arppin_incident_key *key,
				    const struct arppin_claim *claim,
				    const struct sk_buff *skb)
{
	struct arppin_subject *subject = key->subject;
	struct arppin_incident __rcu **many;
	struct arppin_net *an = adev->an;
	struct arppin_incident *incident;

	lockdep_assert_held(&an->incident_lock);
	incident = kzalloc(sizeof(*incident), GFP_ATOMIC | __GFP_NOWARN);
	if (!incident)
		return NULL;
	incident->key = *key;
	incident->dev = adev;
	incident->pin = pin;
	incident->addr = claim->addr;
	incident->start = ktime_get_real_ns();
	incident->started = jiffies;
	incident->last = incident->started;
	incident->interval = INTERVAL_MIN;
	incident->next = jiffies + INTERVAL_MIN;
	keep_frame(incident, skb);

	many = many_slot(an, subject, subject_max(pin));
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
		       const struct arppin_incident *incident)
{
	struct arppin_record *record = NULL;
	struct sk_buff *skb;

	an->ended_total++;
	skb = alloc_skb(ARPPIN_FILL_INCIDENT + ARPPIN_FILL_PIN,
			GFP_ATOMIC | __GFP_NOWARN);
	if (!skb)
		return;
	if (!arppin_fill_incident_whole(skb, incident, ktime_get_real_ns()))
		record = arppin_record(an->ended_total, skb->data, skb->len);
	kfree_skb(skb);
	if (!record)
		return;
	record->id = incident->id;
	list_add_tail(&record->list, &an->ended);
	if (++an->ended_count > ARPPIN_INCIDENTS_ENDED_MAX)
		forget_oldest(an);
}

static void tell(enum arppin_event_kind kind, struct arppin_incident *incident)
{
	u64 frames = arppin_incident_frames(incident);

	arppin_event_incident(kind, incident, frames);
	incident->told = frames;
}

/* an->lock and an->incident_lock. */
static void close(struct arppin_net *an, struct arppin_incident *incident)
{
	struct arppin_subject *subject = incident->key.subject;

	tell(ARPPIN_EVENT_INCIDENT_END, incident);
	arppin_log_incident(incident, true);
	keep_ended(an, incident);
	list_del(&incident->list);
	if (incident->key.kind != ARPPIN_INCIDENT_MANY_OFFENDERS)
		rhashtable_remove_fast(&incidents, &incident->node,
				       incidents_params);
	if (rcu_access_pointer(subject->recent) == incident)
		RCU_INIT_POINTER(subject->recent, NULL);
	if (rcu_access_pointer(subject->many) == incident)
		RCU_INIT_POINTER(subject->many, NULL);
	if (rcu_access_pointer(an->many) == incident)
		RCU_INIT_POINTER(an->many, NULL);
	WRITE_ONCE(subject->live, subject->live - 1);
	WRITE_ONCE(an->incidents_live, an->incidents_live - 1);
	kfree_rcu(incident, rcu);
}

/**
 * arppin_incident_frame - a frame belongs to an incident
 * @adev: the device
 * @pin: the pin, or NULL if the device's guard decided
 * @claim: what the frame claims
 * @verdict: what is done with it; verdict.incident is not 0
 * @skb: the frame
 *
 * The first frame of an offender is told before this returns. A further one
 * takes no lock and allocates nothing. Without memory the frame is not told,
 * but counted.
 *
 * Context: softirq, RCU read lock.
 */
void arppin_incident_frame(struct arppin_dev *adev, struct arppin_pin *pin,
			   const struct arppin_claim *claim,
			   struct arppin_verdict verdict,
			   const struct sk_buff *skb)
{
	struct arppin_incident_key key = { .kind = verdict.incident };
	unsigned int max = subject_max(pin);
	struct arppin_net *an = adev->an;
	struct arppin_incident *incident;

	key.subject = pin ? &pin->subject : &adev->subject;
	memcpy(key.lladdr, claim->lladdr, sizeof(key.lladdr));
	memcpy(key.source, claim->source, sizeof(key.source));
	if (verdict.incident == ARPPIN_INCIDENT_OWN_ADDRESS)
		key.own = claim->addr;

	incident = find(an, &key, max);
	if (incident) {
		count(an, incident, claim, verdict.drop);
		return;
	}

	spin_lock_bh(&an->incident_lock);
	incident = find(an, &key, max);
	if (incident) {
		count(an, incident, claim, verdict.drop);
	} else if (!key.subject->gone) {
		incident = open(adev, pin, &key, claim, skb);
		if (incident) {
			count(an, incident, claim, verdict.drop);
			tell(ARPPIN_EVENT_INCIDENT_START, incident);
			arppin_log_incident(incident, false);
		} else {
			atomic64_inc(&an->incidents_lost);
		}
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

static bool is_due(const struct arppin_incident *incident)
{
	return time_after_eq(jiffies, incident->next) &&
	       incident->told != arppin_incident_frames(incident);
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
		} else if (is_due(incident)) {
			tell(ARPPIN_EVENT_INCIDENT_UPDATE, incident);
			incident->interval = min_t(unsigned long, INTERVAL_MAX,
						   2 * incident->interval);
			incident->next = jiffies + incident->interval;
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
