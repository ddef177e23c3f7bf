// SPDX-License-Identifier: GPL-2.0-only
/* The module's life, and that of each network namespace. */
#include <linux/module.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "event.h"
#include "genl.h"
#include "guard.h"
#include "hook.h"
#include "incident.h"
#include "journal.h"
#include "main.h"
#include "neigh.h"
#include "net.h"
#include "port.h"
#include "sighting.h"

struct workqueue_struct *arppin_wq;

static unsigned int net_id __read_mostly;

/* Context: RCU read lock, or the namespace is held otherwise. */
struct arppin_net *arppin_net(const struct net *net)
{
	return net_generic(net, net_id);
}

static int __net_init net_init(struct net *net)
{
	struct arppin_net *an = arppin_net(net);
	int i;

	an->net = net;
	mutex_init(&an->lock);
	spin_lock_init(&an->event_lock);
	INIT_LIST_HEAD(&an->devs);
	for (i = 0; i < ARPPIN_DEV_BUCKETS; i++) {
		INIT_HLIST_HEAD(&an->names[i]);
		INIT_HLIST_HEAD(&an->bound[i]);
	}
	arppin_incidents_net_init(an);
	arppin_neigh_net_init(an);
	arppin_ports_net_init(an);
	arppin_sightings_net_init(an);
	an->epoch = ktime_get_real_ns();
	an->counters = alloc_percpu_gfp(struct arppin_net_counters,
					GFP_KERNEL_ACCOUNT);
	if (!an->counters)
		return -ENOMEM;
	arppin_counters_init(&an->counters->claims);
	return 0;
}

/* A grace period follows: then no packet is in the hook. */
static void __net_exit net_pre_exit(struct net *net)
{
	struct arppin_net *an = arppin_net(net);

	mutex_lock(&an->lock);
	arppin_hook_unregister(an);
	mutex_unlock(&an->lock);
}

static void __net_exit net_exit(struct net *net)
{
	struct arppin_net *an = arppin_net(net);
	struct arppin_dev *adev;

	mutex_lock(&an->lock);
	list_for_each_entry(adev, &an->devs, list)
		adev->guard = arppin_no_guard;
	arppin_pin_flush(an, NULL, UINT_MAX, NULL);
	mutex_unlock(&an->lock);

	/* No subject is left that could queue them again. */
	cancel_delayed_work_sync(&an->heal_work);
	cancel_delayed_work_sync(&an->sighting_work);
	arppin_ports_net_exit(an);
	arppin_incidents_net_exit(an);
	arppin_journal_free(an);
	free_percpu(an->counters);
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.pre_exit = net_pre_exit,
	.exit = net_exit,
	.id = &net_id,
	.size = sizeof(struct arppin_net),
};

static int __init arppin_init(void)
{
	int err;

	arppin_wq = alloc_workqueue("arppin", WQ_UNBOUND, 0);
	if (!arppin_wq)
		return -ENOMEM;
	err = arppin_pin_init();
	if (err)
		goto err_pin;
	err = arppin_incidents_init();
	if (err)
		goto err_incidents;
	err = arppin_sightings_init();
	if (err)
		goto err_sightings;
	err = register_pernet_subsys(&net_ops);
	if (err)
		goto err_net;
	err = arppin_neigh_init();
	if (err)
		goto err_neigh;
	err = arppin_dev_init();
	if (err)
		goto err_dev;
	err = genl_register_family(&arppin_genl_family);
	if (err)
		goto err_genl;
	return 0;

err_genl:
	arppin_dev_exit();
err_dev:
	arppin_neigh_exit();
err_neigh:
	unregister_pernet_subsys(&net_ops);
err_net:
	arppin_sightings_exit();
err_sightings:
	arppin_incidents_exit();
err_incidents:
	arppin_pin_exit();
err_pin:
	destroy_workqueue(arppin_wq);
	return err;
}

static void __exit arppin_exit(void)
{
	arppin_events_stop();
	genl_unregister_family(&arppin_genl_family);
	arppin_dev_exit();
	arppin_neigh_exit();
	unregister_pernet_subsys(&net_ops);
	rcu_barrier();	/* pins, incidents, devices are freed by callbacks of ours */
	arppin_sightings_exit();
	arppin_incidents_exit();
	arppin_pin_exit();
	destroy_workqueue(arppin_wq);
}

module_init(arppin_init);
module_exit(arppin_exit);

MODULE_DESCRIPTION("Pins neighbours' MAC addresses against ARP spoofing");
MODULE_AUTHOR("The arppin authors");
MODULE_LICENSE("GPL");
MODULE_VERSION(ARPPIN_VERSION);
