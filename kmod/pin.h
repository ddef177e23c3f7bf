/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_PIN_H
#define _ARPPIN_PIN_H

#include <linux/if_ether.h>
#include <linux/rhashtable-types.h>

#include "dev.h"
#include "verdict.h"

struct arppin_pin_key {
	struct arppin_dev *dev;
	struct arppin_addr addr;
};

/* A pin's configuration is replaced as a whole, and read under RCU. */
struct arppin_pin_conf_rcu {
	struct rcu_head rcu;
	struct arppin_pin_conf conf;
};

/**
 * struct arppin_pin - a pinned address
 * @node: in the table of all pins of all network namespaces
 * @key: device and address; never changes
 * @conf: what its owner asserts
 * @counters: claims about the address
 * @list: in key.dev->pins
 * @subject: its incidents
 * @heal: in an->heal_queue, by an->incident_lock
 * @overridden: a MAC that was found in the neighbour cache and is not in the
 *	pin, not told yet; zero if there is none; by an->incident_lock
 * @holds: we have kept its neighbour entry from the collector; by an->lock
 * @rcu: freed after a grace period
 */
struct arppin_pin {
	struct rhash_head node;
	struct arppin_pin_key key;
	struct arppin_pin_conf_rcu __rcu *conf;
	struct arppin_counters __percpu *counters;
	struct list_head list;
	struct arppin_subject subject;
	struct list_head heal;
	u8 overridden[ETH_ALEN] __aligned(2);
	bool holds;
	struct rcu_head rcu;
};

/* Context: RCU read lock, or the pin's an->lock. */
static inline const struct arppin_pin_conf *
arppin_pin_conf(const struct arppin_pin *pin)
{
	return &rcu_dereference_check(pin->conf,
			lockdep_is_held(&pin->key.dev->an->lock))->conf;
}

struct arppin_pin *arppin_pin_lookup(struct arppin_dev *adev,
				     const struct arppin_addr *addr);
struct arppin_pin_conf_rcu *arppin_pin_conf_alloc(unsigned int count);
int arppin_pin_set(struct arppin_net *an, const char *name,
		   const struct arppin_addr *addr,
		   struct arppin_pin_conf_rcu *conf, bool replace,
		   struct genl_info *info);
void arppin_pin_del(struct arppin_pin *pin, struct genl_info *info);
bool arppin_pin_flush(struct arppin_net *an, struct arppin_dev *only,
		      unsigned int most, struct genl_info *info);
int arppin_pin_init(void);
void arppin_pin_exit(void);

#endif /* _ARPPIN_PIN_H */
