/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_INCIDENT_H
#define _ARPPIN_INCIDENT_H

#include <linux/etherdevice.h>
#include <linux/if.h>
#include <linux/jiffies.h>
#include <linux/rhashtable-types.h>

#include "claim.h"
#include "net.h"
#include "verdict.h"

struct arppin_dev;
struct arppin_pin;
struct arppin_sighting;
struct sk_buff;

/**
 * struct arppin_subject - what a pin or a guarded device knows of its incidents
 * @recent: the latest one: a lone offender is found without a look-up
 * @many: the one that takes all offenders beyond the subject's bound
 * @live: how many there are; by an->incident_lock
 * @max: how many there may be, without @many
 * @gone: no new ones; by an->incident_lock
 */
struct arppin_subject {
	struct arppin_incident __rcu *recent;
	struct arppin_incident __rcu *many;
	u16 live;
	u16 max;
	bool gone;
};

/**
 * struct arppin_incident_key - the frames that are one incident
 * @subject: what they are against
 * @lladdr: the MAC that they claim
 * @source: the MAC that they come from
 * @kind: enum arppin_incident_kind
 * @own: the address, if it is one of ours, or else zero
 */
struct arppin_incident_key {
	struct arppin_subject *subject;
	u8 lladdr[ARPPIN_LLADDR_LEN];
	u8 source[ARPPIN_LLADDR_LEN];
	u32 kind;
	struct arppin_addr own;
};

/**
 * struct arppin_incident - the frames of one offender against one subject
 * @node: in the table of all incidents, unless it is of many offenders
 * @key: offender, subject and enum arppin_incident_kind
 * @list: in an->incidents
 * @dev: the device
 * @pin: the pin, or NULL if the subject is the device's guard
 * @id: in its network namespace
 * @addr: the address claimed by the first frame
 * @variants: bits of enum arppin_variant
 * @asked: what was asked for by the latest request that was looked into
 * @asked_at: jiffies of that
 * @start: ns since 1970
 * @started: jiffies of the first frame
 * @last: jiffies of the latest frame
 * @counters: frames, or NULL: only a fast offender needs them
 * @dropped: frames that are not in @counters
 * @passed: likewise
 * @told: frames when it was last told; by an->incident_lock
 * @interval: jiffies from the latest event to the next update; likewise
 * @next: jiffies of the next update; likewise
 * @port_wanted: @port is going to be looked for; likewise
 * @port: see ARPPIN_A_INCIDENT_PORT; likewise
 * @frame: the first frame
 * @frame_kept: bytes of @frame
 * @frame_len: bytes that the first frame had
 * @rcu: freed after a grace period
 */
struct arppin_incident {
	struct rhash_head node;
	struct arppin_incident_key key;
	struct list_head list;
	struct arppin_dev *dev;
	struct arppin_pin *pin;
	u64 id;
	struct arppin_addr addr;
	unsigned long variants;
	__be32 asked;
	unsigned long asked_at;
	u64 start;
	unsigned long started;
	unsigned long last;
	struct arppin_counters __percpu *counters;
	atomic64_t dropped;
	atomic64_t passed;
	u64 told;
	unsigned long interval;
	unsigned long next;
	bool port_wanted;
	char port[IFNAMSIZ];
	u8 frame[ARPPIN_FRAME_MAX];
	u8 frame_kept;
	u32 frame_len;
	struct rcu_head rcu;
};

/* How many frames an incident has. */
struct arppin_frames {
	u64 dropped;
	u64 passed;
};

struct arppin_frames
arppin_incident_count(const struct arppin_incident *incident);

static inline u64 arppin_frames_total(struct arppin_frames frames)
{
	return frames.dropped + frames.passed;
}

struct arppin_incident *
arppin_incident_find(struct arppin_subject *subject,
		     const struct arppin_claim *claim, u8 kind);
struct arppin_incident *
arppin_incident_look_up(struct arppin_net *an, struct arppin_subject *subject,
			const struct arppin_claim *claim, u8 kind);

static inline bool
arppin_incident_is_of(const struct arppin_incident *incident,
		      const struct arppin_claim *claim, u8 kind)
{
	return incident->key.kind == kind &&
	       /* Something follows each of these. */
	       ether_addr_equal_64bits(incident->key.lladdr, claim->lladdr) &&
	       ether_addr_equal_64bits(incident->key.source, claim->source) &&
	       (kind != ARPPIN_INCIDENT_OWN_ADDRESS ||
		arppin_addr_equal(&incident->key.own, &claim->addr));
}

/**
 * arppin_incident_recent - the latest incident, if a frame belongs to it
 * @subject: of the pin, or of the device if its guard decided
 * @claim: what the frame claims
 * @kind: enum arppin_incident_kind
 *
 * Context: RCU read lock.
 * Return: NULL if not: arppin_incident_look_up() may find another.
 */
static inline struct arppin_incident *
arppin_incident_recent(struct arppin_subject *subject,
		       const struct arppin_claim *claim, u8 kind)
{
	struct arppin_incident *incident = rcu_dereference(subject->recent);

	if (likely(incident && arppin_incident_is_of(incident, claim, kind)))
		return incident;
	return NULL;
}

/**
 * arppin_incident_add - count a frame of an incident
 * @incident: the incident
 * @which: what was done with the frame
 *
 * As soon as the incident has counters for each CPU, what they share is written
 * once in a jiffy at most here.
 *
 * Context: softirq, RCU read lock.
 */
static inline void arppin_incident_add(struct arppin_incident *incident,
				       enum arppin_counter which)
{
	/* Pairs with spread(). */
	struct arppin_counters __percpu *counters = READ_ONCE(incident->counters);
	unsigned long time;

	if (likely(counters))
		arppin_count(counters, which);
	else
		atomic64_inc(which == ARPPIN_DROPPED ? &incident->dropped :
						       &incident->passed);
	/* After it is counted, see update(). */
	time = jiffies;
	if (READ_ONCE(incident->last) != time)
		WRITE_ONCE(incident->last, time);
}

/* Count a frame of an incident that arppin_incident_look_up() has found. */
static inline void arppin_incident_merge(struct arppin_net *an,
					 const struct arppin_incident *incident)
{
	if (incident->key.kind == ARPPIN_INCIDENT_MANY_OFFENDERS)
		arppin_count_net(an->counters, ARPPIN_MERGED);
}

static inline void arppin_incident_note(struct arppin_incident *incident,
					u8 variant)
{
	if (unlikely(!test_bit(variant, &incident->variants)))
		set_bit(variant, &incident->variants);
}

/*
 * Has it just been found out, and noted, whether requests for this address are
 * for us? Two CPUs that write may mix what they found: both are true.
 */
static inline bool arppin_incident_asked(const struct arppin_incident *incident,
					 __be32 target)
{
	return READ_ONCE(incident->asked) == target &&
	       time_before(jiffies, READ_ONCE(incident->asked_at) + HZ);
}

/* After arppin_incident_note(). */
static inline void arppin_incident_ask(struct arppin_incident *incident,
				       __be32 target)
{
	WRITE_ONCE(incident->asked, target);
	WRITE_ONCE(incident->asked_at, jiffies);
}

/*
 * It has the offenders of a whole network namespace, who are no one pin's.
 * Context: an->incident_lock.
 */
bool arppin_incident_is_netwide(const struct arppin_incident *incident);

void arppin_incident_open(struct arppin_dev *adev, struct arppin_pin *pin,
			  const struct arppin_claim *claim, u8 kind,
			  enum arppin_counter which, const struct sk_buff *skb);
unsigned int
arppin_incident_sightings(const struct arppin_incident *incident,
			  const struct arppin_sighting *found[ARPPIN_INCIDENT_SIGHTINGS_MAX]);
void arppin_incidents_end(struct arppin_net *an, struct arppin_subject *subject,
			  bool gone);
void arppin_incidents_net_init(struct arppin_net *an);
void arppin_incidents_net_exit(struct arppin_net *an);
int arppin_incidents_init(void);
void arppin_incidents_exit(void);

#endif /* _ARPPIN_INCIDENT_H */
