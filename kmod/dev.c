// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device names that have pins or a guard, and the devices they are bound to:
 * late binding by name, through creation, renaming, removal and moves between
 * network namespaces.
 */
#include <linux/if_arp.h>
#include <linux/jhash.h>
#include <linux/netdevice.h>
#include <linux/random.h>

#include "compat.h"
#include "dev.h"
#include "event.h"
#include "guard.h"
#include "hook.h"
#include "journal.h"
#include "log.h"
#include "neigh.h"
#include "sighting.h"

static struct hlist_head *name_bucket(struct arppin_net *an, const char *name)
{
	return &an->names[jhash(name, strlen(name), 0) % ARPPIN_DEV_BUCKETS];
}

/**
 * arppin_dev_find - the pins and guard of a device name
 * @an: the network namespace
 * @name: the name; the device need not exist
 *
 * Context: an->lock.
 * Return: NULL if there are none.
 */
struct arppin_dev *arppin_dev_find(struct arppin_net *an, const char *name)
{
	struct arppin_dev *adev;

	lockdep_assert_held(&an->lock);
	hlist_for_each_entry(adev, name_bucket(an, name), by_name)
		if (!strcmp(adev->name, name))
			return adev;
	return NULL;
}

/* ARP claims are read as Ethernet's, with MACs of 6 bytes. */
static bool is_ethernet(const struct net_device *dev)
{
	return dev->type == ARPHRD_ETHER && dev->addr_len == ETH_ALEN;
}

static void bind(struct arppin_dev *adev, const struct net_device *dev)
{
	struct arppin_net *an = adev->an;

	if (!is_ethernet(dev)) {
		arppin_log_dev(adev, "not an Ethernet device, not bound");
		return;
	}
	WRITE_ONCE(adev->ifindex, dev->ifindex);
	hlist_add_head_rcu(&adev->by_index,
			   arppin_dev_bucket(an, dev->ifindex));
	an->generation++;
}

static void announce_bound(struct arppin_dev *adev)
{
	arppin_event_bound(ARPPIN_EVENT_PIN_BOUND, adev);
	arppin_log_dev(adev, "bound");
	arppin_neigh_settle_later(adev);
}

static void unbind(struct arppin_dev *adev)
{
	struct arppin_pin *pin;

	/* A renamed device keeps its neighbour entries, but not our claim. */
	list_for_each_entry(pin, &adev->pins, list) {
		arppin_neigh_release(pin);
		cond_resched();
	}

	hlist_del_init_rcu(&adev->by_index);
	adev->was_bound = true;
	WRITE_ONCE(adev->ifindex, 0);
	adev->an->generation++;
	arppin_event_bound(ARPPIN_EVENT_PIN_UNBOUND, adev);
	if (check_net(adev->an->net))
		arppin_log_dev(adev, "gone, waiting for it");
}

/* Whether the name may be pinned or guarded, and where it is now. */
static int look_up(struct arppin_net *an, const char *name,
		   struct netlink_ext_ack *extack, struct arppin_dev *adev)
{
	const struct net_device *dev;
	int err = 0;

	if (!dev_valid_name(name)) {
		NL_SET_ERR_MSG(extack, "not a valid device name");
		return -EINVAL;
	}
	rcu_read_lock();
	dev = dev_get_by_name_rcu(an->net, name);
	/*
	 * An alternative name is no device's: see warn(). But it is no mistake
	 * either: udev gives one before it renames the device to that, and a
	 * boot that restores pins in this moment must not be without them.
	 */
	if (dev && strcmp(dev->name, name))
		dev = NULL;
	if (dev && !is_ethernet(dev)) {
		NL_SET_ERR_MSG(extack,
			       "not an Ethernet device with link-layer addresses of 6 bytes");
		err = -EOPNOTSUPP;
	} else if (dev && adev && !arppin_dev_bound(an, dev->ifindex)) {
		/* If it is bound it is being renamed: bind_event() follows. */
		bind(adev, dev);
	}
	rcu_read_unlock();
	return err;
}

/*
 * What waits for a device of a name that is an alternative one may wait for ever.
 * A bridge or bond takes over its ports' frames: no ARP is handled on a port,
 * and a pin there protects nothing until it is a port no more.
 */
static void warn(struct arppin_net *an, const char *name,
		 struct netlink_ext_ack *extack)
{
	const struct net_device *dev;

	rcu_read_lock();
	dev = dev_get_by_name_rcu(an->net, name);
	if (dev && strcmp(dev->name, name))
		NL_SET_ERR_MSG(extack,
			       "warning: an alternative name: pins and guards wait for a device whose own name it is");
	else if (dev && (netif_is_bridge_port(dev) || netif_is_lag_port(dev)))
		NL_SET_ERR_MSG(extack,
			       "warning: the device is a port of a bridge or bond, which handles its ARP: pin and guard there");
	rcu_read_unlock();
}

/**
 * arppin_dev_get - find the pins and guard of a device name, or make a place
 *	for them
 * @an: the network namespace
 * @name: the name; the device need not exist
 * @info: the request, for its extended ack, which may be a warning
 *
 * What was made and stays without pin and guard is removed by
 * arppin_dev_put().
 *
 * Context: an->lock; sleeps.
 * Return: an ERR_PTR if the device is not fit, a bound is reached (ENOSPC) or
 * there is no memory.
 */
struct arppin_dev *arppin_dev_get(struct arppin_net *an, const char *name,
				  struct genl_info *info)
{
	struct arppin_dev *adev = arppin_dev_find(an, name);
	int err;

	warn(an, name, info->extack);
	if (adev)
		return adev;
	err = look_up(an, name, info->extack, NULL);
	if (err)
		return ERR_PTR(err);
	if (an->ndevs >= ARPPIN_DEVS_MAX) {
		an->bound_hits++;
		NL_SET_ERR_MSG(info->extack,
			       "the bound of 4096 device names in a network namespace is reached");
		return ERR_PTR(-ENOSPC);
	}

	adev = kzalloc(sizeof(*adev), GFP_KERNEL_ACCOUNT);
	if (!adev)
		return ERR_PTR(-ENOMEM);
	adev->counters = alloc_percpu_gfp(struct arppin_counters,
					  GFP_KERNEL_ACCOUNT);
	if (!adev->counters) {
		err = -ENOMEM;
		goto err_counters;
	}
	arppin_counters_init(adev->counters);
	err = arppin_journal_alloc(an);
	if (err)
		goto err_hook;
	if (!an->ndevs) {
		err = arppin_hook_register(an);
		if (err) {
			NL_SET_ERR_MSG(info->extack,
				       "the ARP hook cannot be registered");
			goto err_hook;
		}
	}
	adev->an = an;
	adev->salt = get_random_u64() | 1;
	strscpy(adev->name, name, sizeof(adev->name));
	adev->guard = arppin_no_guard;
	adev->subject.max = ARPPIN_INCIDENTS_DEV_MAX;
	INIT_LIST_HEAD(&adev->pins);
	INIT_HLIST_NODE(&adev->by_index);
	hlist_add_head(&adev->by_name, name_bucket(an, name));
	list_add_tail(&adev->list, &an->devs);
	an->ndevs++;
	an->generation++;

	/* Found and bound in one RCU section: the notifier cannot miss it. */
	err = look_up(an, name, info->extack, adev);
	if (err) {
		arppin_dev_put(adev);
		return ERR_PTR(err);
	}
	return adev;

err_hook:
	free_percpu(adev->counters);
err_counters:
	kfree(adev);
	return ERR_PTR(err);
}

static void dev_free(struct rcu_head *rcu)
{
	struct arppin_dev *adev = container_of(rcu, struct arppin_dev, rcu);

	free_percpu(adev->counters);
	kfree(adev);
}

/**
 * arppin_dev_put - forget a device name that has neither pin nor guard
 * @adev: its place; still in use with a pin or a guard
 *
 * Context: an->lock; sleeps.
 */
void arppin_dev_put(struct arppin_dev *adev)
{
	struct arppin_net *an = adev->an;

	lockdep_assert_held(&an->lock);
	if (adev->npins || !arppin_guard_is_default(&adev->guard))
		return;
	arppin_incidents_end(an, &adev->subject, true);
	arppin_sightings_forget(adev);
	hlist_del_init_rcu(&adev->by_index);
	hlist_del(&adev->by_name);
	list_del(&adev->list);
	an->ndevs--;
	an->generation++;
	if (!an->ndevs)
		arppin_hook_unregister(an);
	call_rcu(&adev->rcu, dev_free);
}

static void rebind(struct arppin_net *an, const struct net_device *dev)
{
	struct arppin_dev *adev;

	adev = arppin_dev_bound(an, dev->ifindex);
	if (adev && (strcmp(adev->name, dev->name) || !is_ethernet(dev)))
		unbind(adev);
	adev = arppin_dev_find(an, dev->name);
	if (adev && !adev->ifindex) {
		/*
		 * A reader that stands on it must not be led into another chain.
		 * Not waited for in unbind(): a namespace may go with thousands.
		 */
		if (adev->was_bound && is_ethernet(dev)) {
			synchronize_net();
			adev->was_bound = false;
		}
		bind(adev, dev);
		if (adev->ifindex)
			announce_bound(adev);
	}
}

/* Set before the notifier is unregistered: that replays the end of all. */
static bool stopping;

static int bind_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	const struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct arppin_net *an = arppin_net(dev_net(dev));
	struct arppin_dev *adev;

	if (READ_ONCE(stopping))
		return NOTIFY_DONE;
	mutex_lock(&an->lock);
	switch (event) {
	case NETDEV_REGISTER:
	case NETDEV_CHANGENAME:
	case NETDEV_POST_TYPE_CHANGE:
		rebind(an, dev);
		break;
	case NETDEV_UNREGISTER:
		adev = arppin_dev_bound(an, dev->ifindex);
		if (adev)
			unbind(adev);
		break;
	}
	mutex_unlock(&an->lock);
	return NOTIFY_DONE;
}

/*
 * First in line: whoever fails, as IPv6 does without memory, ends it, and the
 * kernel goes on with a device that it moves to another network namespace.
 */
static struct notifier_block bind_notifier = {
	.notifier_call = bind_event,
	.priority = INT_MAX,
};

/*
 * After the kernel's own, which empty the neighbour cache and make a device fit
 * for IPv4 at these events.
 */
static int settle_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	const struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct arppin_net *an = arppin_net(dev_net(dev));
	struct arppin_dev *adev;

	if (READ_ONCE(stopping))
		return NOTIFY_DONE;
	switch (event) {
	case NETDEV_UP:
	case NETDEV_CHANGE:
	case NETDEV_CHANGEMTU:
		mutex_lock(&an->lock);
		adev = arppin_dev_bound(an, dev->ifindex);
		if (adev)
			arppin_neigh_settle_later(adev);
		mutex_unlock(&an->lock);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block settle_notifier = {
	.notifier_call = settle_event,
};

int arppin_dev_init(void)
{
	int err = register_netdevice_notifier(&bind_notifier);

	if (err)
		return err;
	err = register_netdevice_notifier(&settle_notifier);
	if (err)
		arppin_dev_exit();
	return err;
}

void arppin_dev_exit(void)
{
	WRITE_ONCE(stopping, true);
	unregister_netdevice_notifier(&settle_notifier);
	unregister_netdevice_notifier(&bind_notifier);
}
