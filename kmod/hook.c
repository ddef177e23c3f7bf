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

#include "claim_arp.h"
#include "compat.h"
#include "guard.h"
#include "hook.h"
#include "pin.h"
#include "sighting.h"
#include "verdict.h"

/* What is called only now and then is not inlined, see arp_in(). */

static noinline bool is_ours(const struct net_device *dev, __be32 ip4)
{
	return inet_addr_type_dev_table(dev_net(dev), dev, ip4) == RTN_LOCAL;
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
static noinline bool is_foreign(const struct arppin_dev *adev,
				const u8 *lladdr)
{
	return is_zero_ether_addr(lladdr) ||
	       !dev_getbyhwaddr_rcu(adev->an->net, ARPHRD_ETHER, lladdr);
}

/*
 * A frame of ours that a switch, bond or bridge sends back: it has our MAC
 * twice, and an address of ours or (a probe) none. With somebody else's
 * address it is an attack: the address would be blackholed.
 */
static bool is_own(const struct net_device *dev,
		   const struct arppin_claim *claim)
{
	return arppin_lladdr_equal(claim->lladdr, dev->dev_addr) &&
	       arppin_lladdr_equal(claim->source, dev->dev_addr) &&
	       (claim->variant == ARPPIN_VARIANT_PROBE ||
		is_ours(dev, claim->addr.ip4));
}

/* arp_rcv() has checked lengths and made it linear. */
static bool read_claim(struct arppin_claim *claim, const struct sk_buff *skb)
{
	const u8 *arp = skb_network_header(skb);

	return arppin_claim_arp(claim, arp, skb_tail_pointer(skb) - arp,
				likely(skb_mac_header_was_set(skb)) ?
				eth_hdr(skb)->h_source : arp + ARPPIN_ARP_SHA);
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

static unsigned int nf_verdict(enum arppin_counter which)
{
	return which == ARPPIN_DROPPED ? NF_DROP : NF_ACCEPT;
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

static void first_of_incident(const struct net_device *dev,
			      struct arppin_dev *adev, struct arppin_pin *pin,
			      struct arppin_claim *claim, u8 kind,
			      enum arppin_counter which,
			      const struct sk_buff *skb)
{
	if (claim->variant == ARPPIN_VARIANT_REQUEST_TO_OTHER &&
	    is_ours(dev, claim->target.ip4))
		arppin_claim_to_us(claim);
	arppin_incident_open(adev, pin, claim, kind, which, skb);
}

/* What a request is for takes a FIB lookup, more than all the rest. */
static noinline void note_request(const struct net_device *dev,
				  struct arppin_incident *incident,
				  __be32 target)
{
	arppin_incident_note(incident, is_ours(dev, target) ?
				       ARPPIN_VARIANT_REQUEST_TO_US :
				       ARPPIN_VARIANT_REQUEST_TO_OTHER);
	arppin_incident_ask(incident, target);
}

/*
 * Not one of those known best: an older one, or the first. What cannot be, or what
 * another device of ours says on the same segment, is nothing to note.
 */
static noinline bool other_sighting(struct arppin_dev *adev,
				    const struct sk_buff *skb)
{
	struct arppin_sighting *sighting;
	struct arppin_claim claim;

	if (!read_claim(&claim, skb) || !arppin_claim_is_plausible(&claim))
		return false;
	sighting = arppin_sighting_find(adev, &claim);
	if (sighting) {
		arppin_sighting_know(sighting);
		arppin_sighting_seen(sighting);
		return true;
	}
	/* In this order: who made up many shall not have each of them looked for. */
	if (arppin_sighting_has_room(adev, &claim) &&
	    is_foreign(adev, claim.lladdr))
		arppin_sighting_add(adev, &claim);
	return false;
}

/*
 * Nobody contradicts the claim: note who uses the address. Only before the first
 * sighting it is asked whether the addresses can be anybody's.
 * Return: it was known.
 */
static bool note_sighting(struct arppin_dev *adev,
			  const struct arppin_claim *claim,
			  const struct sk_buff *skb)
{
	struct arppin_sighting *sighting;

	if (!arppin_claim_is_by_itself(claim))
		return false;
	sighting = arppin_sighting_known(adev, claim);
	if (!sighting)
		return other_sighting(adev, skb);
	arppin_sighting_seen(sighting);
	return true;
}

/*
 * The claim is that of the pin, and no news if it has the only MAC and was noted in
 * this moment.
 */
static void note_pinned(struct arppin_dev *adev, struct arppin_pin *pin,
			const struct arppin_pin_conf *conf,
			const struct arppin_claim *claim,
			const struct sk_buff *skb)
{
	u32 moment = jiffies | 1; /* 0 is never */

	if (READ_ONCE(pin->sighted) == moment)
		return;
	if (note_sighting(adev, claim, skb) && conf->count == 1)
		WRITE_ONCE(pin->sighted, moment);
}

static void add_to_incident(const struct net_device *dev,
			    struct arppin_incident *incident,
			    const struct arppin_claim *claim,
			    enum arppin_counter which)
{
	arppin_incident_add(incident, which);
	if (claim->variant != ARPPIN_VARIANT_REQUEST_TO_OTHER)
		arppin_incident_note(incident, claim->variant);
	else if (!arppin_incident_asked(incident, claim->target.ip4))
		note_request(dev, incident, claim->target.ip4);
}

/* Not the latest one of its subject: an older one, or the first frame. */
static noinline unsigned int
other_incident(const struct net_device *dev, struct arppin_dev *adev,
	       struct arppin_pin *pin, u8 kind, enum arppin_counter which,
	       const struct sk_buff *skb)
{
	struct arppin_subject *subject = pin ? &pin->subject : &adev->subject;
	struct arppin_incident *incident;
	struct arppin_claim claim;

	if (!read_claim(&claim, skb))
		return nf_verdict(which);
	incident = arppin_incident_look_up(adev->an, subject, &claim, kind);
	if (incident) {
		arppin_incident_merge(adev->an, incident);
		add_to_incident(dev, incident, &claim, which);
	} else {
		first_of_incident(dev, adev, pin, &claim, kind, which, skb);
	}
	return nf_verdict(which);
}

static unsigned int note_incident(const struct net_device *dev,
				  struct arppin_dev *adev,
				  struct arppin_pin *pin,
				  const struct arppin_claim *claim, u8 kind,
				  enum arppin_counter which,
				  const struct sk_buff *skb)
{
	struct arppin_subject *subject = pin ? &pin->subject : &adev->subject;
	struct arppin_incident *incident;

	incident = arppin_incident_recent(subject, claim, kind);
	if (!incident)
		return other_incident(dev, adev, pin, kind, which, skb);
	add_to_incident(dev, incident, claim, which);
	return nf_verdict(which);
}

static void count(struct arppin_dev *adev, struct arppin_pin *pin,
		  enum arppin_counter which)
{
	arppin_count(&adev->an->counters->claims, which);
	arppin_count(pin->counters, which);
}

/* Inlined twice: where a frame is dropped, @which is a constant and costs nothing. */
static unsigned int tell(const struct net_device *dev, struct arppin_dev *adev,
			 struct arppin_pin *pin,
			 const struct arppin_claim *claim, u8 kind,
			 enum arppin_counter which, const struct sk_buff *skb)
{
	count(adev, pin, which);
	return note_incident(dev, adev, pin, claim, kind, which, skb);
}

static unsigned int pinned(const struct net_device *dev,
			   struct arppin_dev *adev, struct arppin_pin *pin,
			   const struct arppin_claim *claim,
			   const struct sk_buff *skb)
{
	const struct arppin_pin_conf *conf = arppin_pin_conf(pin);
	struct arppin_verdict verdict;

	verdict = arppin_verdict_pinned(claim, conf);
	if (verdict.drop)
		return tell(dev, adev, pin, claim, verdict.incident,
			    ARPPIN_DROPPED, skb);
	if (verdict.incident)
		return tell(dev, adev, pin, claim, verdict.incident,
			    counter(verdict), skb);
	count(adev, pin, ARPPIN_ACCEPTED);
	note_pinned(adev, pin, conf, claim, skb);
	return NF_ACCEPT;
}

/* The device has a guard, or the address is the device's own. */
static noinline unsigned int guarded(struct net_device *dev,
				     struct arppin_dev *adev,
				     const struct sk_buff *skb)
{
	u8 addresses = READ_ONCE(adev->guard.addresses);
	u8 policy = READ_ONCE(adev->guard.unpinned);
	struct arppin_verdict verdict;
	enum arppin_counter which;
	struct arppin_claim claim;

	if (!read_claim(&claim, skb))
		return NF_ACCEPT;
	claim.own = is_own(dev, &claim);
	claim.ours = has_addr(dev, claim.addr.ip4) &&
		     (arppin_incident_find(&adev->subject, &claim,
					   ARPPIN_INCIDENT_OWN_ADDRESS) ||
		      is_foreign(adev, claim.lladdr));
	claim.crowded = addresses && is_crowded(adev, &claim, addresses);
	verdict = arppin_verdict_unpinned(&claim, policy);
	which = counter(verdict);
	arppin_count(&adev->an->counters->claims, which);
	if (policy != ARPPIN_UNPINNED_ACCEPT || addresses || verdict.incident)
		arppin_count(adev->counters, which);
	if (!verdict.incident || verdict.incident == ARPPIN_INCIDENT_UNPINNED)
		note_sighting(adev, &claim, skb);
	if (verdict.incident)
		note_incident(dev, adev, NULL, &claim, verdict.incident, which,
			      skb);
	if (verdict.incident == ARPPIN_INCIDENT_OWN_ADDRESS &&
	    READ_ONCE(adev->guard.defend))
		arppin_guard_defend(adev, dev, claim.addr.ip4);
	return nf_verdict(which);
}

static unsigned int unpinned(struct net_device *dev, struct arppin_dev *adev,
			     const struct arppin_claim *claim,
			     const struct sk_buff *skb)
{
	/* Else arppin_verdict_unpinned() has nothing to say but to accept. */
	if (READ_ONCE(adev->guard.unpinned) != ARPPIN_UNPINNED_ACCEPT ||
	    READ_ONCE(adev->guard.addresses) ||
	    has_addr(dev, claim->addr.ip4))
		return guarded(dev, adev, skb);
	arppin_count(&adev->an->counters->claims, ARPPIN_ACCEPTED);
	note_sighting(adev, claim, skb);
	return NF_ACCEPT;
}

static unsigned int judge(struct net_device *dev, struct arppin_dev *adev,
			  const struct arppin_claim *claim,
			  const struct sk_buff *skb)
{
	struct arppin_pin *pin = arppin_pin_lookup(adev, &claim->addr);

	return pin ? pinned(dev, adev, pin, claim, skb) :
		     unpinned(dev, adev, claim, skb);
}

/* A frame of ours, or of somebody who says that he is us, or an unusual one. */
static noinline unsigned int judge_rare(struct net_device *dev,
					struct arppin_dev *adev,
					const struct sk_buff *skb)
{
	struct arppin_claim claim;

	if (!read_claim(&claim, skb)) {
		arppin_count_net(adev->an->counters, ARPPIN_IGNORED);
		return NF_ACCEPT;
	}
	claim.own = is_own(dev, &claim);
	return judge(dev, adev, &claim, skb);
}

/*
 * All that is done for each packet is inlined here, and what is not is called
 * last and reads the claim again instead of getting its address: so it is in
 * registers, few of which are saved around a call, and the function needs no stack
 * protector.
 *
 * Context: softirq, RCU read lock.
 */
static __flatten unsigned int arp_in(void *priv, struct sk_buff *skb,
				     const struct nf_hook_state *state)
{
	struct net_device *dev = state->in;
	struct arppin_net *an = priv;
	struct arppin_claim claim = {}; /* else INIT_STACK_ALL_ZERO does it in memory */
	struct arppin_dev *adev;
	const u8 *arp;

	adev = arppin_dev_bound(an, dev->ifindex);
	if (!adev)
		return NF_ACCEPT;
	/* Where the source stands is known then. Not behind a tag that is kept. */
	if (unlikely(skb->mac_header + ETH_HLEN != skb->network_header))
		return judge_rare(dev, adev, skb);
	arp = skb_network_header(skb);
	if (!arppin_claim_arp(&claim, arp, skb_tail_pointer(skb) - arp,
			      arp - ETH_HLEN + ETH_ALEN)) {
		arppin_count_net(an->counters, ARPPIN_IGNORED);
		return NF_ACCEPT;
	}
	if (unlikely(arppin_lladdr_equal(claim.lladdr, dev->dev_addr)))
		return judge_rare(dev, adev, skb);
	return judge(dev, adev, &claim, skb);
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
