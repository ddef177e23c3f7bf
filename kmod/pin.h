/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_PIN_H
#define _ARPPIN_PIN_H

#include <linux/if_ether.h>
#include <linux/rhashtable.h>

#include "dev.h"
#include "hash.h"
#include "verdict.h"

struct arppin_pin_key {
	struct arppin_dev *dev;
	struct arppin_addr addr;
};

/**
 * struct arppin_pin - a pinned address
 * @node: in the table of all pins of all network namespaces
 * @key: device and address; never changes
 * @holds: we have kept its neighbour entry from the collector; by an->lock
 * @is_overridden: @overridden is not told yet; by an->incident_lock
 * @sighted: jiffies, made odd, in which its MAC was noted, or 0; see note_pinned()
 * @conf: what its owner asserts; replaced as a whole, and read under RCU
 * @counters: claims about the address
 * @subject: its incidents
 * @heal: in an->heal_queue, by an->incident_lock
 * @list: in key.dev->pins, by an->lock
 * @rcu: freed after a grace period; by then it is in no list
 * @overridden: the latest MAC that was found in the neighbour cache and is not in
 *	the pin; by an->incident_lock
 */
struct arppin_pin {
	struct rhash_head node;
	struct arppin_pin_key key;
	bool holds;
	bool is_overridden;
	u32 sighted;
	struct arppin_pin_conf __rcu *conf;
	struct arppin_counters __percpu *counters;
	struct arppin_subject subject;
	struct list_head heal;
	union {
		struct list_head list;
		struct rcu_head rcu;
	};
	u8 overridden[ETH_ALEN] __aligned(2);
};

/* There may be many: what comes next takes half as much again. */
static_assert(sizeof(struct arppin_pin) <= 128);

/* Context: RCU read lock, or the pin's an->lock. */
static inline const struct arppin_pin_conf *
arppin_pin_conf(const struct arppin_pin *pin)
{
	return rcu_dereference_check(pin->conf,
				     lockdep_is_held(&pin->key.dev->an->lock));
}

/*
 * One table for all network namespaces: a key has its struct arppin_dev, and a
 * namespace without pins costs nothing.
 */
extern struct rhashtable arppin_pins;

/* What is looked for: IPv6 addresses cannot be pinned. */
struct arppin_pin_wanted {
	const struct arppin_dev *dev;
	__be32 ip4;
};

static inline u32 arppin_pin_wanted_hash(const void *data, u32 len, u32 seed)
{
	const struct arppin_pin_wanted *wanted = data;

	return arppin_hash(wanted->dev->salt, (__force u32)wanted->ip4, seed);
}

static inline u32 arppin_pin_hash(const void *data, u32 len, u32 seed)
{
	const struct arppin_pin *pin = data;

	return arppin_hash(pin->key.dev->salt,
			   (__force u32)pin->key.addr.ip4, seed);
}

static inline int arppin_pin_differs(struct rhashtable_compare_arg *arg,
				     const void *data)
{
	const struct arppin_pin_wanted *wanted = arg->key;
	const struct arppin_pin *pin = data;

	return pin->key.dev != wanted->dev || pin->key.addr.ip4 != wanted->ip4;
}

/* Known where it is used: else each of these functions would be a call. */
static const struct rhashtable_params arppin_pins_params = {
	.head_offset = offsetof(struct arppin_pin, node),
	.key_len = sizeof(struct arppin_pin_wanted),
	.hashfn = arppin_pin_wanted_hash,
	.obj_hashfn = arppin_pin_hash,
	.obj_cmpfn = arppin_pin_differs,
	.automatic_shrinking = true,
};

/**
 * arppin_pin_lookup - the pin of an address
 * @adev: the device
 * @addr: the address
 *
 * Context: RCU read lock, or an->lock.
 * Return: NULL if it has none.
 */
static inline struct arppin_pin *
arppin_pin_lookup(struct arppin_dev *adev, const struct arppin_addr *addr)
{
	const struct arppin_pin_wanted wanted = {
		.dev = adev,
		.ip4 = addr->ip4,
	};

	if (addr->family != AF_INET)
		return NULL;
	return rhashtable_lookup(&arppin_pins, &wanted, arppin_pins_params);
}

struct arppin_pin_conf *arppin_pin_conf_alloc(unsigned int count);
int arppin_pin_set(struct arppin_net *an, const char *name,
		   const struct arppin_addr *addr,
		   struct arppin_pin_conf *conf, bool replace,
		   struct genl_info *info);
void arppin_pin_del(struct arppin_pin *pin, struct genl_info *info);
bool arppin_pin_flush(struct arppin_net *an, struct arppin_dev *only,
		      unsigned int most, struct genl_info *info);
int arppin_pin_init(void);
void arppin_pin_exit(void);

#endif /* _ARPPIN_PIN_H */
