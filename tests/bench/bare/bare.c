// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a hook cannot be cheaper than: a hash lookup, a counter and a drop. The
 * pins are those of the benchmark, their device and all else is left out.
 */
#include <linux/etherdevice.h>
#include <linux/hashtable.h>
#include <linux/if_arp.h>
#include <linux/inet.h>
#include <linux/module.h>
#include <linux/netfilter_arp.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <net/net_namespace.h>

struct bare_pin {
	struct hlist_node node;
	__be32 addr;
};

static DEFINE_HASHTABLE(pins, 16);
static struct bare_pin *all_pins;
static DEFINE_PER_CPU(unsigned long, dropped);
static u8 lladdr[ETH_ALEN] __aligned(2);

static unsigned int count = 1;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "pins");
static char *first = "10.1.0.0";
module_param(first, charp, 0444);
MODULE_PARM_DESC(first, "address of the first, the others follow");
static char *mac = "02:00:00:00:00:01";
module_param(mac, charp, 0444);
MODULE_PARM_DESC(mac, "of all");

static unsigned int bare_in(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	const u8 *sender = (const u8 *)(arp_hdr(skb) + 1);
	__be32 addr = *(const __be32 *)(sender + ETH_ALEN);
	struct bare_pin *pin;

	hash_for_each_possible_rcu(pins, pin, node, (__force u32)addr) {
		if (pin->addr != addr)
			continue;
		if (ether_addr_equal(sender, lladdr))
			return NF_ACCEPT;
		this_cpu_inc(dropped);
		return NF_DROP;
	}
	return NF_ACCEPT;
}

static const struct nf_hook_ops bare_hook = {
	.hook = bare_in,
	.pf = NFPROTO_ARP,
	.hooknum = NF_ARP_IN,
	.priority = INT_MIN,
};

static int __net_init bare_net_init(struct net *net)
{
	return nf_register_net_hook(net, &bare_hook);
}

static void __net_exit bare_net_exit(struct net *net)
{
	nf_unregister_net_hook(net, &bare_hook);
}

static struct pernet_operations bare_net_ops = {
	.init = bare_net_init,
	.exit = bare_net_exit,
};

static int __init bare_init(void)
{
	unsigned int i;
	u32 addr;
	int err;

	if (sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &lladdr[0], &lladdr[1],
		   &lladdr[2], &lladdr[3], &lladdr[4], &lladdr[5]) != ETH_ALEN ||
	    !in4_pton(first, -1, (u8 *)&addr, '\0', NULL))
		return -EINVAL;
	all_pins = vzalloc(array_size(count, sizeof(*all_pins)));
	if (!all_pins)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		all_pins[i].addr = htonl(ntohl((__force __be32)addr) + i);
		hash_add_rcu(pins, &all_pins[i].node,
			     (__force u32)all_pins[i].addr);
	}
	err = register_pernet_subsys(&bare_net_ops);
	if (err)
		vfree(all_pins);
	return err;
}

static void __exit bare_exit(void)
{
	unregister_pernet_subsys(&bare_net_ops);
	vfree(all_pins);
}

module_init(bare_init);
module_exit(bare_exit);
MODULE_DESCRIPTION("arppin's benchmark: the least that a hook can cost");
MODULE_LICENSE("GPL");
