// SPDX-License-Identifier: GPL-2.0-only
/* The table of pins. */
#include <linux/overflow.h>

#include "compat.h"
#include "event.h"
#include "lock.h"
#include "log.h"
#include "neigh.h"
#include "pin.h"

struct rhashtable arppin_pins;

/* Context: sleeps. Return: NULL without memory; kfree() frees it. */
struct arppin_pin_conf *arppin_pin_conf_alloc(unsigned int count)
{
	struct arppin_pin_conf *conf;

	conf = kzalloc(struct_size(conf, lladdr, count), GFP_KERNEL_ACCOUNT);
	if (conf)
		conf->count = count;
	return conf;
}

static void pin_free(struct arppin_pin *pin)
{
	kfree(rcu_dereference_protected(pin->conf, true));
	free_percpu(pin->counters);
	kfree(pin);
}

static void pin_free_rcu(struct rcu_head *rcu)
{
	pin_free(container_of(rcu, struct arppin_pin, rcu));
}

static struct arppin_pin *pin_alloc(struct arppin_dev *adev,
				    const struct arppin_addr *addr)
{
	struct arppin_pin *pin = kzalloc(sizeof(*pin), GFP_KERNEL_ACCOUNT);

	if (!pin)
		return NULL;
	pin->counters = alloc_percpu_gfp(struct arppin_counters,
					 GFP_KERNEL_ACCOUNT);
	if (!pin->counters) {
		kfree(pin);
		return NULL;
	}
	arppin_counters_init(pin->counters);
	pin->key.dev = adev;
	pin->key.addr = *addr;
	pin->subject.max = ARPPIN_INCIDENTS_PIN_MAX;
	INIT_LIST_HEAD(&pin->heal);
	return pin;
}

static int pin_add(struct arppin_dev *adev, const struct arppin_addr *addr,
		   struct arppin_pin_conf *conf, struct genl_info *info)
{
	struct arppin_net *an = adev->an;
	struct arppin_pin *pin;
	int err;

	if (an->npins >= ARPPIN_PINS_MAX) {
		an->bound_hits++;
		NL_SET_ERR_MSG(info->extack,
			       "the bound of 65536 pins in a network namespace is reached");
		return -ENOSPC;
	}
	pin = pin_alloc(adev, addr);
	if (!pin)
		return -ENOMEM;
	RCU_INIT_POINTER(pin->conf, conf);
	err = rhashtable_insert_fast(&arppin_pins, &pin->node, arppin_pins_params);
	if (err) {
		RCU_INIT_POINTER(pin->conf, NULL);
		pin_free(pin);
		return err;
	}
	list_add_tail(&pin->list, &adev->pins);
	adev->npins++;
	an->npins++;
	an->generation++;
	arppin_event_pin(ARPPIN_EVENT_PIN_NEW, pin, info);
	arppin_log_pin(pin, "pinned to");
	arppin_neigh_settle(pin);
	return 0;
}

static bool conf_equal(const struct arppin_pin_conf *a,
		       const struct arppin_pin_conf *b)
{
	return a->mode == b->mode && a->resident == b->resident &&
	       a->count == b->count &&
	       !memcmp(a->lladdr, b->lladdr, a->count * sizeof(a->lladdr[0]));
}

static void pin_replace(struct arppin_pin *pin,
			struct arppin_pin_conf *conf, struct genl_info *info)
{
	struct arppin_net *an = pin->key.dev->an;
	struct arppin_pin_conf *old;

	old = rcu_dereference_protected(pin->conf, lockdep_is_held(&an->lock));
	if (conf_equal(old, conf)) {
		kfree(conf);
		return;
	}
	rcu_assign_pointer(pin->conf, conf);
	WRITE_ONCE(pin->sighted, 0);
	kfree_rcu_mightsleep(old);
	an->generation++;
	arppin_event_pin(ARPPIN_EVENT_PIN_CHANGE, pin, info);
	arppin_log_pin(pin, "now pinned to");
	arppin_neigh_settle(pin);
}

/**
 * arppin_pin_set - pin an address
 * @an: the network namespace
 * @name: the device's name; it need not exist
 * @addr: the address
 * @conf: where it may be; taken over on success
 * @replace: replace an existing pin instead of refusing
 * @info: the request, for its extended ack and its sender's echo
 *
 * Context: an->lock; sleeps.
 * Return: EEXIST without @replace, EPERM if it is locked, ENOSPC beyond a
 * bound, ENOMEM, or what arppin_dev_get() refuses; then nothing has changed.
 */
int arppin_pin_set(struct arppin_net *an, const char *name,
		   const struct arppin_addr *addr,
		   struct arppin_pin_conf *conf, bool replace,
		   struct genl_info *info)
{
	struct arppin_dev *adev = arppin_dev_get(an, name, info);
	struct arppin_pin *pin;
	int err;

	if (IS_ERR(adev))
		return PTR_ERR(adev);
	rcu_read_lock();
	pin = arppin_pin_lookup(adev, addr);
	rcu_read_unlock();	/* it stays: an->lock is held */
	if (pin && !replace) {
		NL_SET_ERR_MSG(info->extack,
			       "the address is pinned already: replace it");
		return -EEXIST;
	}
	err = arppin_lock_check(an, arppin_pin_weaker(pin ? arppin_pin_conf(pin) :
							    NULL,
						      conf, &adev->guard),
				info);
	if (!err && pin)
		pin_replace(pin, conf, info);
	else if (!err)
		err = pin_add(adev, addr, conf, info);
	if (err)
		arppin_dev_put(adev);
	return err;
}

/**
 * arppin_pin_del - remove a pin
 * @pin: the pin
 * @info: the request, or NULL if the network namespace or the module goes:
 *	then nobody is told
 *
 * The device name stays until arppin_dev_put().
 *
 * Context: an->lock; sleeps.
 */
void arppin_pin_del(struct arppin_pin *pin, struct genl_info *info)
{
	struct arppin_dev *adev = pin->key.dev;
	struct arppin_net *an = adev->an;

	lockdep_assert_held(&an->lock);
	rhashtable_remove_fast(&arppin_pins, &pin->node, arppin_pins_params);
	list_del(&pin->list);
	adev->npins--;
	an->npins--;
	an->generation++;
	arppin_incidents_end(an, &pin->subject, true);
	arppin_neigh_release(pin);
	spin_lock_bh(&an->incident_lock);
	list_del_init(&pin->heal);	/* and never again: subject.gone */
	spin_unlock_bh(&an->incident_lock);
	if (info) {
		arppin_event_pin(ARPPIN_EVENT_PIN_DEL, pin, info);
		arppin_log_pin(pin, "no longer pinned to");
	}
	call_rcu(&pin->rcu, pin_free_rcu);
}

/**
 * arppin_pin_flush - remove all pins
 * @an: the network namespace
 * @only: of this device alone, or NULL
 * @most: remove no more than these
 * @info: as of arppin_pin_del()
 *
 * Context: an->lock; sleeps.
 * Return: true if some are left because of @most; then @only is still there.
 */
bool arppin_pin_flush(struct arppin_net *an, struct arppin_dev *only,
		      unsigned int most, struct genl_info *info)
{
	struct arppin_dev *adev, *next_dev;
	struct arppin_pin *pin, *next;

	list_for_each_entry_safe(adev, next_dev, &an->devs, list) {
		if (only && adev != only)
			continue;
		list_for_each_entry_safe(pin, next, &adev->pins, list) {
			if (!most--)
				return true;
			arppin_pin_del(pin, info);
			cond_resched();
		}
		arppin_dev_put(adev);
		cond_resched();
	}
	return false;
}

int arppin_pin_init(void)
{
	return rhashtable_init(&arppin_pins, &arppin_pins_params);
}

void arppin_pin_exit(void)
{
	rhashtable_destroy(&arppin_pins);
}
