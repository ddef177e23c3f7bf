// SPDX-License-Identifier: GPL-2.0-only
/*
 * netfilter: skb -> claim -> verdict -> NF_*. The only place that says NF_*.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/inetdevice.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter_ipv4.h>
#include <net/route.h>

#include "claim.h"
#include "guard.h"
#include "hook.h"
#include "pin.h"
#include "sighting.h"
#include "verdict.h"

static bool is_ours(struct net *net, const struct net_device *dev, __be32 ip4)
{
	return inet_addr_type_dev_table(net, dev, ip4) == RTN_LOCAL;
}

/*
 * The device itself has the address (RFC 5227 is about an interface's): not
 * the loopback device, whose addresses a load balancer may claim by right.
 */
static bool has_addr(const struct net_device *dev, __be32 ip4)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);
	const struct in_ifaddr *ifa;

	if (!in_dev)
		return false;
	in_dev_for_each_ifa_rcu(ifa, in_dev)
		if (ifa->ifa_local == ip4)
			return true;
	return false;
}

/*
 * Somebody else claims it: the MAC is not that of any device of ours. All zeros
 * are nobody's, also where a device has no other yet (gretap0).
 */
static bool is_taken(struct net *net, const struct net_device *dev,
		     const struct arppin_claim *claim)
{
	return has_addr(dev, claim->addr.ip4) &&
	       (is_zero_ether_addr(claim->lladdr) ||
		!dev_getbyhwaddr_rcu(net, ARPHRD_ETHER, claim->lladdr));
}

/*
 * A frame of ours that a switch, bond or bridge sends back: it has our MAC
 * twice, and an address of ours or (a probe) none. With somebody else's
 * address it is an attack: the address would be blackholed.
 */
static bool is_own(struct net *net, const struct net_device *dev,
		   const struct arppin_claim *claim)
{
	return ether_addr_equal(claim->lladdr, dev->dev_addr) &&
	       ether_addr_equal(claim->source, dev->dev_addr) &&
	       (claim->variant == ARPPIN_VARIANT_PROBE ||
		is_ours(net, dev, claim->addr.ip4));
}

/*
 * The address would be one too many for the MAC. What is claimed in a frame of
 * somebody else is no sighting, and so would never be too many.
 */
static bool is_crowded(struct arppin_dev *adev,
		       const struct arppin_claim *claim, u8 addresses)
{
	return !arppin_sighting_find(adev, claim) &&
	       (!arppin_claim_is_plausible(claim) ||
		arppin_sightings_recent(adev, claim->lladdr) >= addresses);
}

static enum arppin_counter counter(struct arppin_verdict verdict)
{
	if (verdict.drop)
		return ARPPIN_DROPPED;
	switch (verdict.incident) {
	case 0:
		return ARPPIN_ACCEPTED;
	case ARPPIN_INCIDENT_PROBE:
	case ARPPIN_INCIDENT_FOREIGN_SOURCE:
	case ARPPIN_INCIDENT_OWN_ADDRESS:
		return ARPPIN_NOTICED;
	default:
		return ARPPIN_PASSED;
	}
}

static void count_ignored(struct arppin_net *an)
{
	struct arppin_net_counters *mine = this_cpu_ptr(an->counters);

	u64_stats_update_begin(&mine->claims.syncp);
	u64_stats_inc(&mine->ignored);
	u64_stats_update_end(&mine->claims.syncp);
}

/*
 * Nobody contradicts the claim: note who uses the address. What another device
 * of ours says on the same segment is nothing to note.
 */
static void note_sighting(struct net *net, struct arppin_dev *adev,
			  const struct arppin_claim *claim, u8 incident)
{
	struct arppin_sighting *sighting;

	if ((incident && incident != ARPPIN_INCIDENT_UNPINNED) ||
	    !arppin_claim_is_plausible(claim))
		return;
	sighting = arppin_sighting_find(adev, claim);
	if (sighting)
		arppin_sighting_seen(sighting);
	else if (!dev_getbyhwaddr_rcu(net, ARPHRD_ETHER, claim->lladdr))
		arppin_sighting_add(adev, claim);
}

/* Softirq, RCU read lock. arp_rcv() has checked lengths and made it linear. */
static unsigned int arp_in(void *priv, struct sk_buff *skb,
			   const struct nf_hook_state *state)
{
	struct net_device *dev = state->in;
	struct arppin_net *an = priv;
	const struct arppin_pin_conf *conf = NULL;
	struct arppin_verdict verdict;
	struct arppin_claim claim;
	struct arppin_dev *adev;
	struct arppin_pin *pin;
	u8 unpinned, addresses;

	adev = arppin_dev_bound(an, dev->ifindex);
	if (!adev)
		return NF_ACCEPT;
	if (!arppin_claim_arp(&claim, skb_network_header(skb),
			      skb_headlen(skb) - skb_network_offset(skb),
			      skb_mac_header_was_set(skb) ?
			      eth_hdr(skb)->h_source : NULL)) {
		count_ignored(an);
		return NF_ACCEPT;
	}
	claim.own = is_own(state->net, dev, &claim);

	pin = arppin_pin_lookup(adev, &claim.addr);
	unpinned = READ_ONCE(adev->guard.unpinned);
	addresses = READ_ONCE(adev->guard.addresses);
	if (pin) {
		conf = arppin_pin_conf(pin);
	} else {
		claim.ours = is_taken(state->net, dev, &claim);
		claim.crowded = addresses &&
				is_crowded(adev, &claim, addresses);
	}
	verdict = arppin_verdict(&claim, conf, unpinned);

	arppin_count(&an->counters->claims, counter(verdict));
	if (pin)
		arppin_count(pin->counters, counter(verdict));
	else if (unpinned != ARPPIN_UNPINNED_ACCEPT || addresses ||
		 verdict.incident)
		arppin_count(adev->counters, counter(verdict));
	note_sighting(state->net, adev, &claim, verdict.incident);

	if (verdict.incident) {
		if (claim.variant == ARPPIN_VARIANT_REQUEST_TO_OTHER &&
		    is_ours(state->net, dev, claim.target.ip4))
			arppin_claim_to_us(&claim);
		arppin_incident_frame(adev, pin, &claim, verdict, skb);
	}
	if (verdict.incident == ARPPIN_INCIDENT_OWN_ADDRESS &&
	    READ_ONCE(adev->guard.defend))
		arppin_guard_defend(adev, dev, claim.addr.ip4);
	return verdict.drop ? NF_DROP : NF_ACCEPT;
}

/* Before anything that could rewrite the frame (arpt_mangle, nft). */
static const struct nf_hook_ops arp_in_ops = {
	.hook = arp_in,
	.pf = NFPROTO_ARP,
	.hooknum = NF_ARP_IN,
	.priority = NF_IP_PRI_FIRST,
};

static atomic_t namespaces;

/* Context: an->lock; sleeps. */
int arppin_hook_register(struct arppin_net *an)
{
	int err;

	an->hook = arp_in_ops;
	an->hook.priv = an;
	err = nf_register_net_hook(an->net, &an->hook);
	if (err)
		an->hook.priv = NULL;
	else
		atomic_inc(&namespaces);
	return err;
}

/*
 * Packets may be in the hook until a grace period later.
 * Context: an->lock; sleeps.
 */
void arppin_hook_unregister(struct arppin_net *an)
{
	if (!an->hook.priv)
		return;
	nf_unregister_net_hook(an->net, &an->hook);
	an->hook.priv = NULL;
	atomic_dec(&namespaces);
}

/* Context: an->lock. */
bool arppin_hook_registered(const struct arppin_net *an)
{
	return an->hook.priv;
}

/* In how many network namespaces it is registered now. */
unsigned int arppin_hook_namespaces(void)
{
	return atomic_read(&namespaces);
}
