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
#include <linux/inetdevice.h>
#include <linux/netdevice.h>
#include <net/arp.h>
#include <net/neighbour.h>
#include <net/netevent.h>
#include <net/route.h>

#include "event.h"
#include "log.h"
#include "main.h"
#include "neigh.h"

#define RETRY	(HZ / 10)	/* the neighbour table was full */

#define BATCH	256		/* pins queued without a pause */

/* Return: false if it is queued already, or gone: then there is no new work. */
static bool queue(struct arppin_pin *pin)
{
	struct arppin_net *an = pin->key.dev->an;

	lockdep_assert_held(&an->incident_lock);
	if (pin->subject.gone || !list_empty(&pin->heal))
		return false;
	list_add_tail(&pin->heal, &an->heal_queue);
	return true;
}

static void settle_soon(struct arppin_pin *pin)
{
	if (queue(pin))
		mod_delayed_work(arppin_wq, &pin->key.dev->an->heal_work, 0);
}

/* What is wrong does not wait behind those that find the table full. */
static void settle_first(struct arppin_pin *pin)
{
	struct arppin_net *an = pin->key.dev->an;

	lockdep_assert_held(&an->incident_lock);
	if (pin->subject.gone)
		return;
	list_move(&pin->heal, &an->heal_queue);
	mod_delayed_work(arppin_wq, &an->heal_work, 0);
}

/**
 * arppin_neigh_settle_later - look at the entries of all pins of a device
 * @adev: the device
 *
 * There may be many, and whose namespace it is can have that done again and again.
 *
 * Context: an->lock; sleeps.
 */
void arppin_neigh_settle_later(struct arppin_dev *adev)
{
	struct arppin_net *an = adev->an;
	unsigned int count = 0;
	struct arppin_pin *pin;
	bool queued = false;

	lockdep_assert_held(&an->lock);
	spin_lock_bh(&an->incident_lock);
	list_for_each_entry(pin, &adev->pins, list) {
		queued |= queue(pin);
		if (++count % BATCH)
			continue;
		spin_unlock_bh(&an->incident_lock);
		cond_resched();
		spin_lock_bh(&an->incident_lock);
	}
	if (queued)
		mod_delayed_work(arppin_wq, &an->heal_work, 0);
	spin_unlock_bh(&an->incident_lock);
}

/*
 * The kernel resolves it without ARP: a broadcast address, say. NUD_NOARP alone
 * does not say so: anybody can write it (`ip neigh replace ... nud noarp`).
 */
static bool is_without_arp(const struct neighbour *n)
{
	return READ_ONCE(n->nud_state) & NUD_NOARP &&
	       (n->type == RTN_BROADCAST || n->type == RTN_MULTICAST ||
		n->dev->flags & (IFF_NOARP | IFF_POINTOPOINT));
}

static bool is_wrong(const struct neighbour *n,
		     const struct arppin_pin_conf *conf, const u8 *lladdr)
{
	return READ_ONCE(n->nud_state) & NUD_VALID && !is_without_arp(n) &&
	       !arppin_pin_conf_has(conf, lladdr);
}

/* Exempt from garbage collection, by us or by its maker. */
static bool is_exempt(const struct neighbour *n)
{
	return n->flags & NTF_EXT_LEARNED ||
	       READ_ONCE(n->nud_state) & NUD_PERMANENT;
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
 * Write an entry against everybody's will. Without lladdr a valid entry keeps
 * the one that it has.
 */
static int write_entry(struct neighbour *n, const u8 *lladdr, u8 state,
		       bool resident)
{
	return neigh_update(n, lladdr, state,
			    NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN |
			    (resident ? NEIGH_UPDATE_F_EXT_LEARNED : 0), 0);
}

/*
 * Write the pin's only MAC. Of several nobody knows which one it is now: let
 * the kernel ask by broadcast, only theirs are heard.
 */
static int write_pinned(struct neighbour *n, const struct arppin_pin_conf *conf)
{
	int err;

	if (conf->count == 1)
		return write_entry(n, conf->lladdr[0], NUD_STALE,
				   conf->resident);
	err = write_entry(n, NULL, NUD_FAILED, conf->resident);
	if (!err)
		neigh_event_send(n, NULL);
	return err;
}

/*
 * Turn NTF_EXT_LEARNED on or off. NTF_MANAGED goes with it: the kernel takes both from
 * one who writes as F_ADMIN, and what is pinned needs no keeping fresh.
 */
static int set_exempt(struct neighbour *n, bool exempt)
{
	u8 state = READ_ONCE(n->nud_state);

	if (state & NUD_PERMANENT)
		return write_entry(n, NULL, NUD_PERMANENT, exempt);
	if (state & NUD_VALID)
		return write_entry(n, NULL, NUD_STALE, exempt);
	return write_entry(n, NULL, NUD_FAILED, exempt);
}

static void settle_entry(struct arppin_pin *pin, struct neighbour *n,
			 struct net_device *dev)
{
	const struct arppin_pin_conf *conf = arppin_pin_conf(pin);
	struct arppin_net *an = pin->key.dev->an;
	u8 lladdr[MAX_ADDR_LEN] __aligned(2);

	/* The watch hears of a dead one, and comes for its successor. */
	if (n->dead || is_without_arp(n))
		return;
	neigh_ha_snapshot(lladdr, n, dev);
	if (is_wrong(n, conf, lladdr)) {
		if (write_pinned(n, conf))
			return;
		pin->holds = conf->resident;
		an->cache_healed++;
		arppin_event_cache(ARPPIN_EVENT_CACHE_HEALED, pin, lladdr);
		arppin_log_cache(pin, lladdr, "put right in the neighbour cache");
	} else if (!conf->resident) {
		if (pin->holds && n->flags & NTF_EXT_LEARNED)
			set_exempt(n, false);
		pin->holds = false;
	} else if (READ_ONCE(n->nud_state) & NUD_VALID) {
		if (!is_exempt(n) && !set_exempt(n, true))
			pin->holds = true;
	} else if (conf->count == 1 ||
		   (!is_exempt(n) && !(n->nud_state & NUD_INCOMPLETE))) {
		/*
		 * One MAC: asking cannot teach anything else. Several: once
		 * exempt, the kernel asks whenever the entry is used, and one
		 * for which it is asking will be settled with the answer.
		 */
		if (write_pinned(n, conf))
			return;
		an->cache_restored += pin->holds;
		pin->holds = true;
	}
}

static void tell_overridden(struct arppin_pin *pin)
{
	struct arppin_net *an = pin->key.dev->an;
	u8 lladdr[ETH_ALEN] __aligned(2);
	bool is_overridden;

	spin_lock_bh(&an->incident_lock);
	is_overridden = pin->is_overridden;
	ether_addr_copy(lladdr, pin->overridden);
	pin->is_overridden = false;
	spin_unlock_bh(&an->incident_lock);
	/* The pin may have been given that MAC since. */
	if (!is_overridden || arppin_pin_conf_has(arppin_pin_conf(pin), lladdr))
		return;
	arppin_event_cache(ARPPIN_EVENT_CACHE_OVERRIDDEN, pin, lladdr);
	arppin_log_cache(pin, lladdr, "overridden in the neighbour cache");
}

/*
 * The kernel would send to all what is for this address, with an entry that says
 * so for good: in a network namespace that has no address yet, for any.
 */
static bool is_broadcast(const struct arppin_pin *pin,
			 const struct net_device *dev)
{
	return inet_addr_type_dev_table(dev_net(dev), dev, pin->key.addr.ip4) ==
	       RTN_BROADCAST;
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
	if (!n && conf->resident && !is_broadcast(pin, dev)) {
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

/* The neighbour table is full: try again when the collector has been there. */
static void settle_again(struct arppin_pin *pin)
{
	struct arppin_net *an = pin->key.dev->an;

	spin_lock_bh(&an->incident_lock);
	if (list_empty(&pin->heal))
		list_add_tail(&pin->heal, &an->heal_queue);
	spin_unlock_bh(&an->incident_lock);
	queue_delayed_work(arppin_wq, &an->heal_work, RETRY);
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
	if (settle(pin) == -ENOBUFS)
		settle_again(pin);
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
		if (n->flags & NTF_EXT_LEARNED)
			set_exempt(n, false);
		neigh_release(n);
	}
	dev_put(dev);
}

static struct arppin_pin *next_to_settle(struct arppin_net *an)
{
	struct arppin_pin *pin;

	spin_lock_bh(&an->incident_lock);
	pin = list_first_entry_or_null(&an->heal_queue, struct arppin_pin,
				       heal);
	if (pin)
		list_del_init(&pin->heal);
	spin_unlock_bh(&an->incident_lock);
	return pin;
}

static void heal_work(struct work_struct *work)
{
	struct arppin_net *an = container_of(to_delayed_work(work),
					     struct arppin_net, heal_work);
	struct arppin_pin *pin;
	int err = 0;

	do {
		mutex_lock(&an->lock);
		pin = next_to_settle(an);
		if (pin)
			err = settle(pin);
		/* The rest would meet the same full table: they wait, too. */
		if (err == -ENOBUFS)
			settle_again(pin);
		mutex_unlock(&an->lock);
		cond_resched();
	} while (pin && err != -ENOBUFS);
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

	if (event != NETEVENT_NEIGH_UPDATE || n->tbl != &arp_tbl)
		return NOTIFY_DONE;
	an = arppin_net(dev_net(n->dev));
	/* A dying namespace has lost its hook: what happens there is no alarm. */
	if (!check_net(an->net))
		return NOTIFY_DONE;
	addr = arppin_addr_ip4(*(__be32 *)n->primary_key);

	rcu_read_lock();
	adev = arppin_dev_bound(an, n->dev->ifindex);
	pin = adev ? arppin_pin_lookup(adev, &addr) : NULL;
	if (!pin)
		goto out;
	conf = arppin_pin_conf(pin);
	if (conf->mode != ARPPIN_MODE_ENFORCE)
		goto out;

	neigh_ha_snapshot(lladdr, n, n->dev);
	spin_lock_bh(&an->incident_lock);
	if (!n->dead && is_wrong(n, conf, lladdr)) {
		/* Its state may change before it is healed: count it once. */
		if (!pin->is_overridden ||
		    !ether_addr_equal(pin->overridden, lladdr))
			an->cache_overridden++;
		pin->is_overridden = true;
		ether_addr_copy(pin->overridden, lladdr);
		settle_first(pin);
	} else if (conf->resident && (n->dead || !is_exempt(n) ||
				      !(READ_ONCE(n->nud_state) & NUD_VALID))) {
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

/* The device has got an address: see is_broadcast(). */
static int inetaddr_event(struct notifier_block *nb, unsigned long event,
			  void *ptr)
{
	const struct in_ifaddr *ifa = ptr;
	const struct net_device *dev = ifa->ifa_dev->dev;
	struct arppin_net *an = arppin_net(dev_net(dev));
	struct arppin_dev *adev;

	if (event != NETDEV_UP)
		return NOTIFY_DONE;
	mutex_lock(&an->lock);
	adev = arppin_dev_bound(an, dev->ifindex);
	if (adev)
		arppin_neigh_settle_later(adev);
	mutex_unlock(&an->lock);
	return NOTIFY_DONE;
}

static struct notifier_block inetaddr_notifier = {
	.notifier_call = inetaddr_event,
};

void arppin_neigh_net_init(struct arppin_net *an)
{
	INIT_LIST_HEAD(&an->heal_queue);
	INIT_DELAYED_WORK(&an->heal_work, heal_work);
}

int arppin_neigh_init(void)
{
	int err = register_netevent_notifier(&netevent_notifier);

	if (err)
		return err;
	err = register_inetaddr_notifier(&inetaddr_notifier);
	if (err)
		unregister_netevent_notifier(&netevent_notifier);
	return err;
}

void arppin_neigh_exit(void)
{
	unregister_inetaddr_notifier(&inetaddr_notifier);
	unregister_netevent_notifier(&netevent_notifier);
}
