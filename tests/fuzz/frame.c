// SPDX-License-Identifier: GPL-2.0-only
/*
 * An ARP packet -> claim -> verdict: the module's own code.
 *
 * Input: FLAG_*, 1 byte; the guard's policy (low half) and how many MACs the pin
 * has (high half), 1 byte; at which of these the packet's sender (low half) and the
 * frame's source (high half) stand, 1 byte; the first of the others, 6 bytes; the
 * source, 6 bytes; the packet from its hardware type on.
 *
 * Properties:
 * - there is a claim if and only if arp_process() would learn, or it is a probe;
 *   and it says what RFC 826 has at the places where it has it;
 * - whoever is not in the pin of an enforced address is dropped, and told;
 * - a packet that says what the pin says is never dropped, nor is our own, nor a
 *   probe, nor anything by a pin in audit mode; what is dropped is always told;
 * - a pin decides alone, whatever the guard; a stricter guard accepts no more;
 * - the same in, the same out; padding, the target's MAC and the order of the pin's
 *   MACs decide nothing, and nothing is read beyond the packet.
 */
#include "claim_arp.h"
#include "fuzz.h"
#include "verdict.h"

enum {
	FLAG_OWN	= 1 << 0,
	FLAG_OURS	= 1 << 1,
	FLAG_CROWDED	= 1 << 2,
	FLAG_PIN	= 1 << 3,
	FLAG_AUDIT	= 1 << 4,
	FLAG_NO_SOURCE	= 1 << 5,
	FLAG_TO_US	= 1 << 6,
};

union conf {
	struct arppin_pin_conf conf;
	u8 room[sizeof(struct arppin_pin_conf) + ARPPIN_LLADDRS_MAX * ARPPIN_LLADDR_LEN];
};

struct world {
	unsigned int flags;
	u8 unpinned;
	u8 source[ARPPIN_LLADDR_LEN];
	union conf pin;
};

/* What a packet is, by RFC 826, RFC 5227 and what arp_process() does with it. */
enum what { NOTHING, PROBE, CLAIM };

static enum what read_packet(const u8 *arp, size_t len)
{
	unsigned int hardware, operation;
	bool nobody;

	if (len < 28)
		return NOTHING;
	hardware = arp[0] * 256 + arp[1];
	operation = arp[6] * 256 + arp[7];
	nobody = !arp[14] && !arp[15] && !arp[16] && !arp[17];
	if ((hardware != 1 && hardware != 6) || arp[2] != 8 || arp[3] != 0 || arp[4] != 6 ||
	    arp[5] != 4)
		return NOTHING;
	if (operation == 1)
		return nobody ? PROBE : CLAIM;
	return operation == 2 && !nobody ? CLAIM : NOTHING;
}

static bool addr_is(const struct arppin_addr *addr, const u8 *bytes)
{
	static const u8 zeros[12];

	return addr->family == AF_INET && !memcmp(addr->bytes, bytes, 4) &&
	       !memcmp(addr->bytes + 4, zeros, sizeof(zeros));
}

static u8 variant_of(const u8 *arp, enum what what, bool to_us)
{
	bool same = !memcmp(arp + 14, arp + 24, 4);

	if (what == PROBE)
		return ARPPIN_VARIANT_PROBE;
	if (arp[7] == 2)
		return same ? ARPPIN_VARIANT_GRATUITOUS_REPLY : ARPPIN_VARIANT_REPLY;
	if (same)
		return ARPPIN_VARIANT_GRATUITOUS_REQUEST;
	return to_us ? ARPPIN_VARIANT_REQUEST_TO_US : ARPPIN_VARIANT_REQUEST_TO_OTHER;
}

static void check_claim(const struct arppin_claim *claim, const struct world *world,
			const u8 *arp, enum what what)
{
	const u8 *addr = what == PROBE ? arp + 24 : arp + 14;
	static const u8 zero[ARPPIN_LLADDR_LEN];
	bool plausible;

	property(addr_is(&claim->addr, addr));
	property(addr_is(&claim->target, arp + 24));
	property(claim->lladdr == arp + 8);
	property(claim->source == (world->flags & FLAG_NO_SOURCE ? arp + 8 : world->source));
	property(claim->variant == variant_of(arp, what, world->flags & FLAG_TO_US));
	property(claim->own == !!(world->flags & FLAG_OWN));

	plausible = what == CLAIM && !claim->own && !(arp[8] & 1) &&
		    memcmp(arp + 8, zero, sizeof(zero)) &&
		    !memcmp(arp + 8, claim->source, ARPPIN_LLADDR_LEN) &&
		    addr[0] && addr[0] != 127 && addr[0] < 224;
	property(arppin_claim_is_plausible(claim) == plausible);
}

static bool make_claim(struct arppin_claim *claim, const struct world *world, const u8 *arp,
		       size_t len)
{
	if (!arppin_claim_arp(claim, arp, len,
			      world->flags & FLAG_NO_SOURCE ? arp + 8 : world->source))
		return false;
	property(!claim->own && !claim->ours && !claim->crowded);
	claim->own = world->flags & FLAG_OWN;
	claim->ours = world->flags & FLAG_OURS;
	claim->crowded = world->flags & FLAG_CROWDED;
	if (world->flags & FLAG_TO_US)
		arppin_claim_to_us(claim);
	return true;
}

/* Of an address with a pin, or with `unpinned` of one without. */
static struct arppin_verdict decide(const struct world *world, const struct arppin_claim *claim,
				    u8 unpinned)
{
	return arppin_verdict(claim, world->flags & FLAG_PIN ? &world->pin.conf : NULL, unpinned);
}

static bool same(struct arppin_verdict a, struct arppin_verdict b)
{
	return a.drop == b.drop && a.incident == b.incident;
}

static bool is_pinned(const struct world *world, const u8 *mac)
{
	bool found = false;

	for (int i = 0; i < world->pin.conf.count; i++)
		found |= !memcmp(world->pin.conf.lladdr[i], mac, ARPPIN_LLADDR_LEN);
	return found;
}

static void check_pinned(const struct world *world, struct arppin_verdict verdict,
			 const struct arppin_claim *claim, enum what what)
{
	bool says_the_pin = is_pinned(world, claim->lladdr);
	bool sent_by_the_pin = is_pinned(world, claim->source);
	bool enforced = world->pin.conf.mode == ARPPIN_MODE_ENFORCE;

	property(!verdict.drop || enforced);
	property(!verdict.drop || !says_the_pin);
	for (u8 unpinned = ARPPIN_UNPINNED_ACCEPT; unpinned <= ARPPIN_UNPINNED_DROP; unpinned++)
		property(same(decide(world, claim, unpinned), verdict));
	if (world->flags & FLAG_OWN)
		return;
	if (what == PROBE) {
		property(verdict.incident == (says_the_pin ? 0 : ARPPIN_INCIDENT_PROBE));
	} else if (!says_the_pin) {
		property(verdict.drop == enforced);
		property(verdict.incident == ARPPIN_INCIDENT_CONFLICT);
	} else {
		property(verdict.incident ==
			 (sent_by_the_pin ? 0 : ARPPIN_INCIDENT_FOREIGN_SOURCE));
	}
}

static void check_unpinned(const struct world *world, struct arppin_verdict verdict,
			   const struct arppin_claim *claim, enum what what)
{
	/* What is told of each policy: nothing special, ours, crowded, both. */
	static const struct arppin_verdict table[][4] = {
		[ARPPIN_UNPINNED_ACCEPT] = {
			{ false, 0 }, { false, ARPPIN_INCIDENT_OWN_ADDRESS },
			{ true, ARPPIN_INCIDENT_MANY_ADDRESSES },
			{ false, ARPPIN_INCIDENT_OWN_ADDRESS },
		},
		[ARPPIN_UNPINNED_AUDIT] = {
			{ false, ARPPIN_INCIDENT_UNPINNED }, { false, ARPPIN_INCIDENT_OWN_ADDRESS },
			{ true, ARPPIN_INCIDENT_MANY_ADDRESSES },
			{ false, ARPPIN_INCIDENT_OWN_ADDRESS },
		},
		[ARPPIN_UNPINNED_DROP] = {
			{ true, ARPPIN_INCIDENT_UNPINNED }, { true, ARPPIN_INCIDENT_OWN_ADDRESS },
			{ true, ARPPIN_INCIDENT_UNPINNED }, { true, ARPPIN_INCIDENT_OWN_ADDRESS },
		},
	};
	unsigned int column = !!(world->flags & FLAG_OURS) + 2 * !!(world->flags & FLAG_CROWDED);

	for (u8 unpinned = ARPPIN_UNPINNED_ACCEPT; unpinned < world->unpinned; unpinned++)
		property(verdict.drop >= decide(world, claim, unpinned).drop);
	if (what == CLAIM && !(world->flags & FLAG_OWN))
		property(same(verdict, table[world->unpinned][column]));
}

/* The same world, but for what must not matter. */
static void check_same(const struct world *world, struct arppin_verdict verdict, const u8 *arp)
{
	struct arppin_claim claim;
	struct world turned = *world;
	unsigned int n = world->pin.conf.count;
	u8 *other = exact_copy(arp, 28);

	memset(other + 18, 0x5a, ARPPIN_LLADDR_LEN);
	for (unsigned int i = 0; i < n; i++)
		memcpy(turned.pin.conf.lladdr[i], world->pin.conf.lladdr[n - 1 - i],
		       ARPPIN_LLADDR_LEN);
	turned.pin.conf.resident = !turned.pin.conf.resident;
	property(make_claim(&claim, &turned, other, 28));
	property(same(decide(&turned, &claim, turned.unpinned), verdict));
	free(other);
}

static void take_world(struct input *input, struct world *world)
{
	struct arppin_pin_conf *conf = &world->pin.conf;
	u8 numbers, places, first[ARPPIN_LLADDR_LEN];

	memset(world, 0, sizeof(*world));
	world->flags = take_byte(input);
	numbers = take_byte(input);
	places = take_byte(input);
	take(input, first, sizeof(first));
	take(input, world->source, sizeof(world->source));
	world->unpinned = ARPPIN_UNPINNED_ACCEPT + (numbers & 0xf) % 3;
	conf->mode = world->flags & FLAG_AUDIT ? ARPPIN_MODE_AUDIT : ARPPIN_MODE_ENFORCE;
	conf->resident = numbers & 8;
	conf->count = 1 + (numbers >> 4);
	for (int i = 0; i < conf->count; i++) {
		const u8 *mac = first;

		if (i == (places & 0xf) && input->left >= 14)
			mac = input->at + 8;
		else if (i == places >> 4)
			mac = world->source;
		memcpy(conf->lladdr[i], mac, ARPPIN_LLADDR_LEN);
		first[5]++;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct arppin_verdict verdict;
	struct arppin_claim claim;
	struct world world;
	enum what what;
	u8 *arp;

	take_world(&input, &world);
	arp = exact_copy(input.at, input.left);
	what = read_packet(arp, input.left);
	property(make_claim(&claim, &world, arp, input.left) == (what != NOTHING));
	if (what != NOTHING) {
		check_claim(&claim, &world, arp, what);
		verdict = decide(&world, &claim, world.unpinned);
		property(same(decide(&world, &claim, world.unpinned), verdict));
		property(!verdict.drop || verdict.incident);
		property(!verdict.drop || (what == CLAIM && !(world.flags & FLAG_OWN)));
		if (world.flags & FLAG_PIN)
			check_pinned(&world, verdict, &claim, what);
		else
			check_unpinned(&world, verdict, &claim, what);
		check_same(&world, verdict, arp);
	}
	property(!input.left || !memcmp(arp, input.at, input.left));
	free(arp);
	return 0;
}
