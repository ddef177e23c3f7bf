// SPDX-License-Identifier: GPL-2.0-only
/*
 * At which port of a bridge or bond an offender's frames arrive, found outside
 * the packets' way.
 *
 * A bridge's forwarding table tells, under RTNL. Which port of a bond a frame
 * came by, the ARP hook cannot see: for a moment after the start of an incident
 * a packet handler listens for the offender's next frame, as AF_PACKET would.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "dev.h"
#include "incident.h"
#include "main.h"
#include "port.h"

#define BATCH		16		/* incidents looked at, or listened for, at once */
#define LISTEN		(10 * HZ)	/* arpspoof sends every 2 s */

/* An incident whose port is wanted, and the port once it is known. */
struct wanted {
	u64 id;
	int ifindex;
	u8 source[ETH_ALEN] __aligned(2);
	int port;
};

/**
 * struct arppin_listener - hears by which port of a bond offenders' frames come
 * @type: the handler
 * @an: its network namespace
 * @until: jiffies when it is given up, later with each that it listens for
 * @count: members of @wanted; grows, read by the handler
 * @wanted: what it listens for; a port is written by the handler
 */
struct arppin_listener {
	struct packet_type type;
	struct arppin_net *an;
	unsigned long until;
	unsigned int count;
	struct wanted wanted[BATCH];
};

/**
 * arppin_port_wanted - an incident starts: find its port if it can have one
 * @an: the network namespace
 * @dev: the device at which the frame arrived
 *
 * Context: any.
 * Return: true if it will be looked for.
 */
bool arppin_port_wanted(struct arppin_net *an, const struct net_device *dev)
{
	if (!netif_is_bridge_master(dev) && !netif_is_lag_master(dev) &&
	    !is_vlan_dev(dev))
		return false;
	mod_delayed_work(arppin_wq, &an->port_work, 0);
	return true;
}

/*
 * bridge.ko must not be needed by who has no bridge: its functions are asked
 * for by name. RTNL.
 */
static struct net_device *find_bridge_port(const struct net_device *bridge,
					   const u8 *lladdr, u16 vid)
{
	typeof(br_fdb_find_port) *find_port = symbol_get(br_fdb_find_port);
	typeof(br_vlan_get_pvid) *get_pvid = symbol_get(br_vlan_get_pvid);
	struct net_device *port = NULL;

	if (find_port)
		port = find_port(bridge, lladdr, vid);
	if (find_port && !port && vid)	/* the bridge may not know of VLANs */
		port = find_port(bridge, lladdr, 0);
	else if (find_port && get_pvid && !port && !get_pvid(bridge, &vid))
		port = find_port(bridge, lladdr, vid);
	if (get_pvid)
		symbol_put(br_vlan_get_pvid);
	if (find_port)
		symbol_put(br_fdb_find_port);
	return port;
}

static void set_port(struct arppin_net *an, u64 id, const char *name)
{
	struct arppin_incident *incident;

	spin_lock_bh(&an->incident_lock);
	list_for_each_entry(incident, &an->incidents, list)
		if (incident->id == id)
			strscpy(incident->port, name, sizeof(incident->port));
	spin_unlock_bh(&an->incident_lock);
}

/* Softirq; every ARP frame of the machine while there is a listener. */
static int hear(struct sk_buff *skb, struct net_device *dev,
		struct packet_type *type, struct net_device *orig_dev)
{
	struct arppin_listener *listener;
	unsigned int count, i;

	listener = container_of(type, struct arppin_listener, type);
	if (dev == orig_dev || !net_eq(dev_net(dev), listener->an->net) ||
	    !net_eq(dev_net(orig_dev), listener->an->net) ||
	    !skb_mac_header_was_set(skb))
		goto out;
	/* Pairs with listen_for(): so many are filled. */
	count = smp_load_acquire(&listener->count);
	for (i = 0; i < count; i++) {
		struct wanted *wanted = &listener->wanted[i];

		if (READ_ONCE(wanted->port) || wanted->ifindex != dev->ifindex ||
		    !ether_addr_equal(wanted->source, eth_hdr(skb)->h_source))
			continue;
		WRITE_ONCE(wanted->port, orig_dev->ifindex);
		mod_delayed_work(arppin_wq, &listener->an->port_work, 0);
	}
out:
	consume_skb(skb);
	return NET_RX_SUCCESS;
}

/* One that finds no room or no memory goes without a port. RTNL. */
static void listen_for(struct arppin_net *an, const struct wanted *wanted)
{
	struct arppin_listener *listener = an->listener;

	if (!listener) {
		listener = kzalloc(sizeof(*listener), GFP_KERNEL);
		if (!listener)
			return;
		listener->an = an;
		listener->type.type = htons(ETH_P_ARP);
		listener->type.func = hear;
		dev_add_pack(&listener->type);
		WRITE_ONCE(an->listener, listener);
	}
	if (listener->count == BATCH)
		return;
	listener->until = jiffies + LISTEN;
	listener->wanted[listener->count] = *wanted;
	/* Pairs with hear(). */
	smp_store_release(&listener->count, listener->count + 1);
}

/* RTNL. */
static void stop_listening(struct arppin_net *an)
{
	dev_remove_pack(&an->listener->type);
	kfree(an->listener);
	WRITE_ONCE(an->listener, NULL);
}

/* RTNL. */
static void note_heard(struct arppin_net *an)
{
	struct arppin_listener *listener = an->listener;
	const struct net_device *port;
	unsigned int heard = 0, i;
	unsigned long time = jiffies;

	if (!listener)
		return;
	for (i = 0; i < listener->count; i++) {
		struct wanted *wanted = &listener->wanted[i];

		if (!READ_ONCE(wanted->port))
			continue;
		heard++;
		port = __dev_get_by_index(an->net, wanted->port);
		if (port)
			set_port(an, wanted->id, port->name);
	}
	if (heard == listener->count || time_after_eq(time, listener->until))
		stop_listening(an);
	else	/* hear() does not wait for that */
		queue_delayed_work(arppin_wq, &an->port_work,
				   listener->until - time);
}

/* RTNL. */
static void look_for(struct arppin_net *an, const struct wanted *wanted)
{
	struct net_device *dev = __dev_get_by_index(an->net, wanted->ifindex);
	const struct net_device *port;
	struct net_device *lower = dev;
	u16 vid = 0;

	if (!dev)
		return;
	if (is_vlan_dev(dev)) {
		lower = vlan_dev_real_dev(dev);
		vid = vlan_dev_vlan_id(dev);
	}
	/* A VLAN device may have been moved here from where its ports are. */
	if (!net_eq(dev_net(lower), an->net))
		return;
	if (netif_is_bridge_master(lower)) {
		port = find_bridge_port(lower, wanted->source, vid);
		if (port)
			set_port(an, wanted->id, port->name);
	} else if (netif_is_lag_master(lower)) {
		listen_for(an, wanted);
	}
}

/* Return: how many there are, BATCH at most. */
static unsigned int next_wanted(struct arppin_net *an,
				struct wanted wanted[BATCH])
{
	struct arppin_incident *incident;
	unsigned int count = 0;

	spin_lock_bh(&an->incident_lock);
	list_for_each_entry(incident, &an->incidents, list) {
		if (!incident->port_wanted)
			continue;
		incident->port_wanted = false;
		wanted[count] = (struct wanted){
			.id = incident->id,
			.ifindex = READ_ONCE(incident->dev->ifindex),
		};
		ether_addr_copy(wanted[count].source, incident->key.source);
		if (++count == BATCH)
			break;
	}
	spin_unlock_bh(&an->incident_lock);
	return count;
}

static void port_work(struct work_struct *work)
{
	struct arppin_net *an = container_of(to_delayed_work(work),
					     struct arppin_net, port_work);
	struct wanted wanted[BATCH];
	unsigned int count, i;

	rtnl_lock();
	do {
		count = next_wanted(an, wanted);
		for (i = 0; i < count; i++)
			look_for(an, &wanted[i]);
	} while (count == BATCH);
	note_heard(an);
	rtnl_unlock();
}

void arppin_ports_net_init(struct arppin_net *an)
{
	INIT_DELAYED_WORK(&an->port_work, port_work);
}

/* Context: no incident is live; sleeps. */
void arppin_ports_net_exit(struct arppin_net *an)
{
	cancel_delayed_work_sync(&an->port_work);
	if (READ_ONCE(an->listener)) {
		rtnl_lock();
		stop_listening(an);
		rtnl_unlock();
	}
	/* What has just been, or ended, listening may have queued it again. */
	cancel_delayed_work_sync(&an->port_work);
}
