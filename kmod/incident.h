/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_INCIDENT_H
#define _ARPPIN_INCIDENT_H

#include <linux/rhashtable-types.h>

#include "claim.h"
#include "net.h"
#include "verdict.h"

struct arppin_dev;
struct arppin_pin;

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

struct arppin_incident_key {
	struct arppin_subject *subject;
	u8 lladdr[ARPPIN_LLADDR_LEN];
	u8 source[ARPPIN_LLADDR_LEN];
	u32 kind;
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
 * @last: jiffies of the latest frame
 * @dropped: frames
 * @passed: frames
 * @told: frames when it was last told; by an->incident_lock
 * @interval: jiffies from the latest event to the next update; likewise
 * @next: jiffies of the next update; likewise
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
	unsigned long last;
	atomic64_t dropped;
	atomic64_t passed;
	u64 told;
	unsigned long interval;
	unsigned long next;
	struct rcu_head rcu;
};

void arppin_incident_frame(struct arppin_dev *adev, struct arppin_pin *pin,
			   const struct arppin_claim *claim,
			   struct arppin_verdict verdict);
void arppin_incidents_end(struct arppin_net *an, struct arppin_subject *subject,
			  bool gone);
void arppin_incidents_net_init(struct arppin_net *an);
int arppin_incidents_init(void);
void arppin_incidents_exit(void);

#endif /* _ARPPIN_INCIDENT_H */
