/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_INCIDENT_H
#define _ARPPIN_INCIDENT_H

#include <linux/if.h>
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
 * @gone: no new ones; by an->incident_lock
 */
struct arppin_subject {
	struct arppin_incident __rcu *recent;
	struct arppin_incident __rcu *many;
	u16 live;
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
 * @start: ns since 1970
 * @started: jiffies of the first frame
 * @last: jiffies of the latest frame
 * @dropped: frames
 * @passed: frames
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
	u64 start;
	unsigned long started;
	unsigned long last;
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

static inline u64 arppin_incident_frames(const struct arppin_incident *incident)
{
	return atomic64_read(&incident->dropped) +
	       atomic64_read(&incident->passed);
}

/*
 * It has the offenders of a whole network namespace, who are no one pin's.
 * Context: an->incident_lock.
 */
bool arppin_incident_is_netwide(const struct arppin_incident *incident);

void arppin_incident_frame(struct arppin_dev *adev, struct arppin_pin *pin,
			   const struct arppin_claim *claim,
			   struct arppin_verdict verdict,
			   const struct sk_buff *skb);
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
