// SPDX-License-Identifier: GPL-2.0-only
/*
 * The neighbour cache: heal a pinned address's entry, keep it resident, and
 * watch what others do to it.
 *
 * A resident entry is an externally learned one (NTF_EXT_LEARNED): like a
 * permanent one it is exempt from garbage collection and from the table's
 * bounds, but the kernel goes on to verify it, and it follows an announcement
 * of the pin's second MAC by itself. What the kernel removes (link down, own
 * MAC changed, `ip neigh del`) is put back when the watch hears of it.
 */
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <net/arp.h>
#include <net/neighbour.h>
#include <net/netevent.h>

#include "event.h"
#include "log.h"
#include "main.h"
#include "neigh.h"

#define RETRY	(HZ / 10)	/* the neighbour table was full */

static void settle_soon(struct arppin_pin *pin)
{
	struct arppin_net *an = pin->key.dev->an;

	lockdep_assert_held(&an->incident_lock);
	if (pin->subject.gone || !list_empty(&pin->heal))
		return;
	list_add_tail(&pin->heal, &an->heal_queue);
	mod_delayed_work(arppin_wq, &an->heal_work, 0);
}

/**
 * arppin_neigh_settle_later - look at the entries of all pins of a device
 * @adev: the device
 *
 * Context: an->lock.
 */
void arppin_neigh_settle_later(struct arppin_dev *adev)
{
	struct arppin_net *an = adev->an;
	struct arppin_pin *pin;

	lockdep_assert_held(&an->lock);
	spin_lock_bh(&an->incident_lock);
	list_for_each_entry(pin, &adev->pins, list)
		settle_soon(pin);
	spin_unlock_bh(&an->incident_lock);
}

/* The device that can have neighbours now, with a reference, or NULL. */
static struct net_device *get_dev(const struct arppin_pin *pin)
{
	const struct arppin_dev *adev = pin->key.dev;
	struct net_device *dev;

	dev = dev_get_by_index(adev->an->net, adev->ifindex);
	if (dev && (dev->flags & (IFF_UP | IFF_NOARP)) != IFF_UP) {
		dev_put(dev);
		dev = NULL;
	}
	return dev;
}

/*
 * Write an entry against everybody's will. With lladdr NULL nothing is known:
 * the kernel asks by broadcast, and only a pinned MAC's answer gets through.
 */
static void write_entry(struct neighbour *n, const u8 *lladdr, u8 state,
			bool resident)
{
	neigh_update(n, lladdr, state,
		     NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN |
		     (resident ? NEIGH_UPDATE_F_EXT_LEARNED : 0), 0);
	if (!lladdr)
		neigh_event_send(n, NULL);
}

/* Write the pin's only MAC, or ask which one of several it is now. */
static void write_pinned(struct neighbour *n,
			 const struct arppin_pin_conf *conf)
{
	if (conf->count == 1)
		write_entry(n, conf->lladdr[0], NUD_STALE, conf->resident);
	else
		write_entry(n, NULL, NUD_FAILED, conf->resident);
}

/* Turn NTF_EXT_LEARNED on or off, and leave the rest as it is. */
static void set_resident(struct neighbour *n, const u8 *lladdr, bool resident)
{
	u8 state = READ_ONCE(n->nud_state);

	if (!(state & NUD_VALID))
		neigh_update(n, NULL, NUD_FAILED, NEIGH_UPDATE_F_ADMIN |
			     (resident ? NEIGH_UPDATE_F_EXT_LEARNED : 0), 0);
	else
		write_entry(n, lladdr,
			    state & (NUD_PERMANENT | NUD_REACHABLE) ?
			    state : NUD_STALE, resident);
}

static void settle_entry(struct arppin_pin *pin, struct neighbour *n,
			 struct net_device *dev)
{
	const struct arppin_pin_conf *conf = arppin_pin_conf(pin);
	struct arppin_net *an = pin->key.dev->an;
	bool ours = n->flags & NTF_EXT_LEARNED;
	u8 state = READ_ONCE(n->nud_state);
	u8 lladdr[MAX_ADDR_LEN] __aligned(2);

	/* The kernel resolves it without ARP, broadcast addresses for one. */
	if (state & NUD_NOARP)
		return;
	neigh_ha_snapshot(lladdr, n, dev);
	if (state & NUD_VALID && !arppin_pin_conf_has(conf, lladdr)) {
		write_pinned(n, conf);
		an->cache_healed++;
		arppin_event_cache(ARPPIN_EVENT_CACHE_HEALED, pin, lladdr);
		arppin_log_cache(pin, lladdr, "put right in the neighbour cache");
	} else if (!conf->resident) {
		if (pin->holds && ours)
			set_resident(n, lladdr, false);
	} else if (state & NUD_PERMANENT) {
		return;
	} else if (state & NUD_VALID) {
		if (!ours)
			set_resident(n, lladdr, true);
	} else if (conf->count == 1 || !ours) {
		/*
		 * One MAC: asking cannot teach anything else. Several: once
		 * held, the kernel asks whenever the entry is used.
		 */
		write_pinned(n, conf);
		an->cache_restored++;
	}
	pin->holds = conf->resident;
}

static void tell_overridden(struct arppin_pin *pin)
{
	struct arppin_net *an = pin->key.dev->an;
	u8 lladdr[ETH_ALEN] __aligned(2);

	spin_lock_bh(&an->incident_lock);
	memcpy(lladdr, pin->overridden, sizeof(lladdr));
	eth_zero_addr(pin->overridden);
	spin_unlock_bh(&an->incident_lock);
	if (is_zero_ether_addr(lladdr))
		return;
	arppin_event_cache(ARPPIN_EVENT_CACHE_OVERRIDDEN, pin, lladdr);
	arppin_log_cache(pin, lladdr, "overridden in the neighbour cache");
}

static int settle(struct arppin_pin *pin)
{
	const struct arppin_pin_conf *conf = arppin_pin_conf(pin);
	struct net_device *dev;
	struct neighbour *n;
	int err = 0;

	tell_overridden(pin);
	if (conf->mode != ARPPIN_MODE_ENFORCE) {
		arppin_neigh_release(pin);
		return 0;
	}
	dev = get_dev(pin);
	if (!dev)
		return 0;
	n = neigh_lookup(&arp_tbl, &pin->key.addr.ip4, dev);
	if (!n && conf->resident) {
		n = neigh_create(&arp_tbl, &pin->key.addr.ip4, dev);
		if (IS_ERR(n)) {
			err = PTR_ERR(n);
			n = NULL;
		}
	}
	if (n) {
		settle_entry(pin, n, dev);
		neigh_release(n);
	}
	dev_put(dev);
	return err;
}

/**
 * arppin_neigh_settle - make the neighbour cache agree with a pin
 * @pin: the pin
 *
 * Tells and heals an entry with a MAC that is not in the pin, and makes,
 * keeps or lets go a resident entry, as the pin says.
 *
 * Context: an->lock; sleeps.
 */
void arppin_neigh_settle(struct arppin_pin *pin)
{
	struct arppin_net *an = pin->key.dev->an;

	lockdep_assert_held(&an->lock);
	if (settle(pin) == -ENOBUFS) {
		spin_lock_bh(&an->incident_lock);
		if (list_empty(&pin->heal))
			list_add_tail(&pin->heal, &an->heal_queue);
		queue_delayed_work(arppin_wq, &an->heal_work, RETRY);
		spin_unlock_bh(&an->incident_lock);
	}
}

/**
 * arppin_neigh_release - let go of a pin's neighbour entry
 * @pin: the pin
 *
 * The entry stays as an ordinary one.
 *
 * Context: an->lock; sleeps.
 */
void arppin_neigh_release(struct arppin_pin *pin)
{
	u8 lladdr[MAX_ADDR_LEN] __aligned(2);
	struct net_device *dev;
	struct neighbour *n;

	lockdep_assert_held(&pin->key.dev->an->lock);
	if (!pin->holds)
		return;
	pin->holds = false;
	dev = get_dev(pin);
	if (!dev)
		return;
	n = neigh_lookup(&arp_tbl, &pin->key.addr.ip4, dev);
	if (n) {
		neigh_ha_snapshot(lladdr, n, dev);
		if (n->flags & NTF_EXT_LEARNED)
			set_resident(n, lladdr, false);
		neigh_release(n);
	}
	dev_put(dev);
}

static void heal_work(struct work_struct *work)
{
	struct arppin_net *an = container_of(to_delayed_work(work),
					     struct arppin_net, heal_work);
	struct arppin_pin *pin;
	LIST_HEAD(queue);

	/* What settle() puts back waits for the next run. */
	spin_lock_bh(&an->incident_lock);
	list_splice_init(&an->heal_queue, &queue);
	spin_unlock_bh(&an->incident_lock);
	do {
		mutex_lock(&an->lock);
		spin_lock_bh(&an->incident_lock);
		pin = list_first_entry_or_null(&queue, struct arppin_pin, heal);
		if (pin)
			list_del_init(&pin->heal);
		spin_unlock_bh(&an->incident_lock);
		if (pin)
			arppin_neigh_settle(pin);
		mutex_unlock(&an->lock);
		cond_resched();
	} while (pin);
}

/*
 * Any change of a neighbour entry, from whatever path. Atomic, perhaps under
 * the table's lock: only look and queue.
 */
static int netevent(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct arppin_pin_conf *conf;
	struct neighbour *n = ptr;
	u8 lladdr[MAX_ADDR_LEN] __aligned(2);
	struct arppin_addr addr;
	struct arppin_dev *adev;
	struct arppin_net *an;
	struct arppin_pin *pin;
	u8 state;

	if (event != NETEVENT_NEIGH_UPDATE || n->tbl != &arp_tbl)
		return NOTIFY_DONE;
	an = arppin_net(dev_net(n->dev));
	addr = arppin_addr_ip4(*(__be32 *)n->primary_key);

	rcu_read_lock();
	adev = arppin_dev_bound(an, n->dev->ifindex);
	pin = adev ? arppin_pin_lookup(adev, &addr) : NULL;
	if (!pin)
		goto out;
	conf = arppin_pin_conf(pin);
	if (conf->mode != ARPPIN_MODE_ENFORCE)
		goto out;

	state = READ_ONCE(n->nud_state);
	neigh_ha_snapshot(lladdr, n, n->dev);
	spin_lock_bh(&an->incident_lock);
	if (n->dead || !(state & NUD_VALID)) {
		if (conf->resident)
			settle_soon(pin);
	} else if (!(state & NUD_NOARP) && !arppin_pin_conf_has(conf, lladdr)) {
		an->cache_overridden++;
		ether_addr_copy(pin->overridden, lladdr);
		settle_soon(pin);
	}
	spin_unlock_bh(&an->incident_lock);
out:
	rcu_read_unlock();
	return NOTIFY_DONE;
}

static struct notifier_block netevent_notifier = {
	.notifier_call = netevent,
};

void arppin_neigh_net_init(struct arppin_net *an)
{
	INIT_LIST_HEAD(&an->heal_queue);
	INIT_DELAYED_WORK(&an->heal_work, heal_work);
}

int arppin_neigh_init(void)
{
	return register_netevent_notifier(&netevent_notifier);
}

void arppin_neigh_exit(void)
{
	unregister_netevent_notifier(&netevent_notifier);
}
