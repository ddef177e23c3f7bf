// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kmod/hook.c is in the kernel: it gives the pure files claim.h,
 * claim_arp.h and verdict.h what they ask for.
 */
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "claim_arp.h"
#include "verdict.h"

static struct address address_of(const struct arppin_addr *addr)
{
	struct address address = { .family = addr->family };

	memcpy(address.bytes, addr->bytes, sizeof(address.bytes));
	return address;
}

/* All pins are the device's. */
static int compare(const void *key, const void *item)
{
	const struct address *addr = key;
	const struct pin *pin = item;
	int order = (addr->family > pin->addr.family) - (addr->family < pin->addr.family);

	return order ? order : memcmp(addr->bytes, pin->addr.bytes, sizeof(addr->bytes));
}

static const struct pin *find_pin(const struct judge *judge, const struct address *addr)
{
	if (!judge->n_pins)
		return NULL;
	return bsearch(addr, judge->pins, judge->n_pins, sizeof(*judge->pins), compare);
}

/* See is_own() in kmod/hook.c. */
static bool is_own(const struct judge *judge, const struct arppin_claim *claim,
		   const struct address *addr)
{
	return !memcmp(claim->lladdr, judge->own->lladdr, MAC_LEN) &&
	       !memcmp(claim->source, judge->own->lladdr, MAC_LEN) &&
	       (claim->variant == ARPPIN_VARIANT_PROBE || own_has_addr(judge->own, addr));
}

/* See is_foreign() in kmod/hook.c. */
static bool is_foreign(const struct judge *judge, const __u8 lladdr[MAC_LEN])
{
	return !arppin_lladdr_number(lladdr) || !own_has_lladdr(judge->own, lladdr);
}

static unsigned int get_be16(const __u8 *p)
{
	return p[0] << 8 | p[1];
}

/* Why arppin_claim_arp() says no; ingress() has looked at the lengths before. */
static void find_flaw(const __u8 *arp, struct judgement *judgement)
{
	unsigned int hardware = get_be16(arp);
	unsigned int protocol = get_be16(arp + 2);
	unsigned int operation = get_be16(arp + 6);

	if (hardware != 1 && hardware != 6) {
		judgement->flaw = JUDGE_FLAW_HARDWARE;
		judgement->value = hardware;
	} else if (protocol != 0x0800) {
		judgement->flaw = JUDGE_FLAW_PROTOCOL;
		judgement->value = protocol;
	} else if (operation != 1 && operation != 2) {
		judgement->flaw = JUDGE_FLAW_OPERATION;
		judgement->value = operation;
	} else {
		judgement->flaw = JUDGE_FLAW_SENDER;
	}
}

static enum judge_counter counter(struct arppin_verdict verdict)
{
	if (verdict.drop)
		return JUDGE_DROPPED;
	switch (verdict.incident) {
	case 0:
		return JUDGE_ACCEPTED;
	case ARPPIN_INCIDENT_PROBE:
	case ARPPIN_INCIDENT_FOREIGN_SOURCE:
	case ARPPIN_INCIDENT_OWN_ADDRESS:
		return JUDGE_NOTICED;
	default:
		return JUDGE_PASSED;
	}
}

static enum judge_rule rule(const struct arppin_claim *claim, struct arppin_verdict verdict,
			    bool pinned)
{
	if (claim->own)
		return JUDGE_BY_OWN_FRAME;
	if (pinned)
		return JUDGE_BY_PIN;
	switch (verdict.incident) {
	case 0:
		return claim->variant == ARPPIN_VARIANT_PROBE ? JUDGE_BY_PROBE : JUDGE_BY_NO_PIN;
	case ARPPIN_INCIDENT_MANY_ADDRESSES:
		return JUDGE_BY_ADDRESSES;
	case ARPPIN_INCIDENT_OWN_ADDRESS:
		return verdict.drop ? JUDGE_BY_GUARD : JUDGE_BY_OWN_ADDRESS;
	default:
		return JUDGE_BY_GUARD;
	}
}

static struct arppin_verdict decide(const struct arppin_claim *claim, const struct pin *pin,
				    __u32 unpinned)
{
	union {
		struct arppin_pin_conf conf;
		__u8 room[sizeof(struct arppin_pin_conf) + ARPPIN_LLADDRS_MAX * ARPPIN_LLADDR_LEN];
	} u = { .room = { 0 } };

	if (!pin)
		return arppin_verdict(claim, NULL, unpinned);
	u.conf.mode = pin->mode;
	u.conf.resident = pin->resident;
	u.conf.count = pin->n_lladdrs;
	memcpy(u.conf.lladdr, pin->lladdrs, pin->n_lladdrs * sizeof(pin->lladdrs[0]));
	return arppin_verdict(claim, &u.conf, unpinned);
}

/* See note_sighting() and other_sighting() in kmod/hook.c. */
static bool is_sighting(const struct judge *judge, const struct arppin_claim *claim,
			struct arppin_verdict verdict)
{
	return (!verdict.incident || verdict.incident == ARPPIN_INCIDENT_UNPINNED) &&
	       arppin_claim_is_plausible(claim) && is_foreign(judge, claim->lladdr);
}

static bool judge_claim(struct judge *judge, struct arppin_claim *claim, __u64 time_ns,
			struct judgement *judgement)
{
	const struct address addr = address_of(&claim->addr), target = address_of(&claim->target);
	const struct guard *guard = judge->guard;
	const struct pin *pin = find_pin(judge, &addr);
	struct arppin_verdict verdict;

	claim->own = is_own(judge, claim, &addr);
	claim->ours = own_dev_has_addr(judge->own, &addr) && is_foreign(judge, claim->lladdr);
	claim->crowded = crowd_is_crowded(&judge->crowd, claim->lladdr, &addr, time_ns,
					  guard->addresses, arppin_claim_is_plausible(claim));
	verdict = decide(claim, pin, guard->unpinned);
	if (guard->addresses && is_sighting(judge, claim, verdict) &&
	    !crowd_add(&judge->crowd, claim->lladdr, &addr, time_ns))
		return false;
	if (own_has_addr(judge->own, &target))
		arppin_claim_to_us(claim);

	judgement->counter = counter(verdict);
	judgement->rule = rule(claim, verdict, pin);
	judgement->claims = true;
	judgement->addr = addr;
	memcpy(judgement->lladdr, claim->lladdr, MAC_LEN);
	judgement->variant = claim->variant;
	judgement->incident = verdict.incident;
	if (judgement->rule == JUDGE_BY_PIN)
		judgement->pin = pin;
	return true;
}

static enum judge_counter ingress_counter(enum ingress_end end)
{
	switch (end) {
	case INGRESS_NOT_ARP:
		return JUDGE_NOT_ARP;
	case INGRESS_CUT:
		return JUDGE_UNJUDGED;
	default:
		return JUDGE_UNDELIVERED;
	}
}

bool judge_frame(struct judge *judge, const __u8 *frame, size_t captured, size_t wire_len,
		 __u64 time_ns, struct judgement *judgement)
{
	const struct ingress in = ingress(frame, captured, wire_len, judge->own->lladdr);
	struct arppin_claim claim;

	memset(judgement, 0, sizeof(*judgement));
	memcpy(judgement->source, in.source, MAC_LEN);
	judgement->end = in.end;
	judgement->vlan = in.vlan;
	if (in.end != INGRESS_ARP) {
		judgement->rule = JUDGE_BY_INGRESS;
		judgement->counter = ingress_counter(in.end);
		return true;
	}
	if (!arppin_claim_arp(&claim, in.arp, in.arp_len, in.source)) {
		judgement->rule = JUDGE_BY_NO_CLAIM;
		judgement->counter = JUDGE_IGNORED;
		find_flaw(in.arp, judgement);
		return true;
	}
	return judge_claim(judge, &claim, time_ns, judgement);
}
