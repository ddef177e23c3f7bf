// SPDX-License-Identifier: GPL-2.0-only
/* What is in force in a network namespace. */
#include <arpa/inet.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "checks.h"
#include "tables.h"

#define LISTED_MAX 8	/* pins in one line */

struct addr_text {
	char text[INET6_ADDRSTRLEN];
};

static struct addr_text addr_text(const struct address *addr)
{
	struct addr_text done = { "?" };

	inet_ntop(addr->family, addr->bytes, done.text, sizeof(done.text));
	return done;
}

struct mac_text {
	char text[18];
};

static struct mac_text mac_text(const __u8 mac[MAC_LEN])
{
	struct mac_text done;

	snprintf(done.text, sizeof(done.text), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
		 mac[2], mac[3], mac[4], mac[5]);
	return done;
}

static bool pin_has(const struct pin *pin, const __u8 lladdr[MAC_LEN])
{
	for (unsigned int i = 0; i < pin->n_lladdrs; i++)
		if (!memcmp(pin->lladdrs[i], lladdr, MAC_LEN))
			return true;
	return false;
}

void check_hook(const struct facts *facts, struct result *result)
{
	if (checks_skipped(facts, result))
		return;
	if (!facts->pins.n && !facts->guards.n)
		say_skipped(result, "without a pin or a guard there is none");
	else if (!facts->stats.there[ARPPIN_A_STATS_HOOK])
		say_skipped(result, "the module is too old to tell");
	else if (!facts->stats.numbers[ARPPIN_A_STATS_HOOK])
		say_failed(result, "ARP frames do not pass through arppin",
			   text_new("arppinctl module reload"),
			   "the ARP hook is not registered in this network namespace");
	else
		say_ok(result, "ARP frames pass through arppin in this network namespace");
}

static const struct pin *find_pin(const struct facts *facts, const struct address *addr,
				  const char *dev)
{
	struct pin key = { .addr = *addr };

	snprintf(key.dev, sizeof(key.dev), "%s", dev);
	for (size_t low = 0, high = facts->pins.n; low < high;) {
		size_t middle = low + (high - low) / 2;
		int order = compare_pins(&key, &facts->pins.pins[middle]);

		if (!order)
			return &facts->pins.pins[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static void enforce_again(const struct facts *facts, const struct pin *pin, struct result *result)
{
	char macs[18 * ARPPIN_LLADDRS_MAX + 1] = "", *dev = advice_word(pin->dev);
	struct addr_text addr = addr_text(&pin->addr);

	for (unsigned int i = 0; i < pin->n_lladdrs; i++)
		sprintf(macs + strlen(macs), "%s%s", i ? "," : "", mac_text(pin->lladdrs[i]).text);
	say_failed(result, "mode audit tells of an attack and lets it be",
		   advice_tool(facts, "pin replace %s dev %s lladdr %s mode enforce", addr.text,
			       dev, macs),
		   "the default gateway %s dev %s is pinned in mode audit", addr.text, pin->dev);
	free(dev);
}

void check_gateways(const struct facts *facts, struct result *result)
{
	size_t good = 0, without = 0;

	if (checks_skipped(facts, result))
		return;
	for (size_t i = 0; i < facts->gateways.n; i++) {
		const struct gateway *gateway = &facts->gateways.items[i];
		const struct link *link = link_by_index(&facts->links, gateway->ifindex);
		struct addr_text addr = addr_text(&gateway->addr);
		const struct pin *pin;
		char *dev;

		if (!link || !link_has_arp(link)) {
			without++;
			continue;
		}
		pin = find_pin(facts, &gateway->addr, link->name);
		good += pin && pin->mode == ARPPIN_MODE_ENFORCE;
		if (pin && pin->mode != ARPPIN_MODE_ENFORCE)
			enforce_again(facts, pin, result);
		if (pin)
			continue;
		dev = advice_word(link->name);
		say_failed(result, "who claims it gets all that goes out to the world",
			   advice_tool(facts, "pin learn %s dev %s", addr.text, dev),
			   "the default gateway %s dev %s is not pinned", addr.text, link->name);
		free(dev);
	}
	if (result->failures)
		return;
	if (good)
		say_ok(result, "each default gateway is pinned (%zu)", good);
	else
		say_skipped(result, without ? "no default gateway is reached by ARP" :
					      "there is no default gateway");
}

void check_ipv6(const struct facts *facts, struct result *result)
{
	if (checks_skipped(facts, result))
		return;
	if (facts->ipv6_gateway)
		say_skipped(result,
			    "a neighbour can take the default gateway of IPv6 over: it cannot be pinned yet");
	else
		say_ok(result, "there is no default gateway of IPv6, which is not guarded yet");
}

/* The first few of the audit pins, as " ADDR dev DEV, ...". */
static void list_audit(const struct facts *facts, size_t n_audit, char *list, size_t size)
{
	size_t told = 0, len = 0;

	for (size_t i = 0; i < facts->pins.n && told < LISTED_MAX && len < size; i++) {
		const struct pin *pin = &facts->pins.pins[i];

		if (pin->mode == ARPPIN_MODE_ENFORCE)
			continue;
		len += snprintf(list + len, size - len, "%s%s dev %s", told ? ", " : "",
				addr_text(&pin->addr).text, pin->dev);
		told++;
	}
	if (n_audit > told && len < size)
		snprintf(list + len, size - len, " and %zu more", n_audit - told);
}

void check_pins(const struct facts *facts, struct result *result)
{
	char list[LISTED_MAX * (INET6_ADDRSTRLEN + IFNAMSIZ + 8) + 32] = "";
	size_t n_audit = 0;

	if (checks_skipped(facts, result))
		return;
	for (size_t i = 0; i < facts->pins.n; i++)
		n_audit += facts->pins.pins[i].mode != ARPPIN_MODE_ENFORCE;
	if (n_audit == facts->pins.n) {
		say_failed(result, "what is not pinned in mode enforce is not protected",
			   facts->gateways.n ? advice_tool(facts, "pin learn default") : NULL,
			   n_audit ? "no pin is in mode enforce" : "nothing is pinned");
		return;
	}
	list_audit(facts, n_audit, list, sizeof(list));
	say_ok(result, "%zu in mode enforce%s%s", facts->pins.n - n_audit,
	       n_audit ? "; in mode audit, which only tells: " : "", list);
}

void check_pins_bound(const struct facts *facts, struct result *result)
{
	const char *last = "";

	if (checks_skipped(facts, result))
		return;
	for (size_t i = 0; i < facts->pins.n; i++) { /* sorted by device */
		const struct pin *pin = &facts->pins.pins[i];
		char *dev;

		if (pin->ifindex || !strcmp(pin->dev, last))
			continue;
		last = pin->dev;
		dev = advice_word(pin->dev);
		say_failed(result, "its pins wait for it; if it never comes, remove them",
			   advice_tool(facts, "pin flush dev %s", dev), "no device %s", pin->dev);
		free(dev);
	}
	for (size_t i = 0; i < facts->guards.n; i++) {
		char *dev;

		if (facts->guards.guards[i].ifindex)
			continue;
		dev = advice_word(facts->guards.guards[i].dev);
		say_failed(result, "its guard waits for it; if it never comes, remove it",
			   advice_tool(facts,
				       "guard set dev %s unpinned accept defend off addresses off",
				       dev),
			   "no device %s", facts->guards.guards[i].dev);
		free(dev);
	}
	if (!result->failures && facts->pins.n + facts->guards.n)
		say_ok(result, "the device of each pin and guard is there");
	else if (!result->failures)
		say_skipped(result, "nothing is pinned");
}

static void cache_entry(const struct facts *facts, const struct pin *pin, struct result *result)
{
	const struct neigh *neigh = neigh_find_sorted(&facts->neighs, pin->ifindex, &pin->addr);
	const struct link *link = link_by_index(&facts->links, pin->ifindex);
	bool wrong_lladdr = neigh && neigh->has_lladdr && neigh->state & NEIGH_VALID &&
			    !pin_has(pin, neigh->lladdr);
	struct addr_text addr = addr_text(&pin->addr);
	char *dev, *fix;

	/* A device that is down has no entries. */
	if (!link || !(link->flags & IFF_UP) || !link_has_arp(link))
		return;
	if (!wrong_lladdr && (neigh || !pin->resident))
		return;
	dev = advice_word(pin->dev);
	fix = advice_ip(facts, "neigh replace %s lladdr %s dev %s nud stale", addr.text,
			mac_text(pin->lladdrs[0]).text, dev);
	if (wrong_lladdr)
		say_failed(result, "what is sent there goes to somebody else", fix,
			   "%s dev %s is at %s, which is not in its pin", addr.text, pin->dev,
			   mac_text(neigh->lladdr).text);
	else
		say_failed(result, "with a full neighbour table it cannot be reached", fix,
			   "%s dev %s has no entry, though its pin is resident", addr.text,
			   pin->dev);
	free(dev);
}

void check_cache(const struct facts *facts, struct result *result)
{
	if (checks_skipped(facts, result))
		return;
	for (size_t i = 0; i < facts->pins.n; i++)
		if (facts->pins.pins[i].ifindex)
			cache_entry(facts, &facts->pins.pins[i], result);
	if (!result->failures && facts->pins.n)
		say_ok(result, "no pinned address is at another MAC address");
	else if (!result->failures)
		say_skipped(result, "nothing is pinned");
}

void check_confirm(const struct facts *facts, struct result *result)
{
	if (facts->confirm_pending)
		say_failed(result, "it will be undone by itself", advice_tool(facts, "confirm"),
			   "a restore waits for its confirmation");
	else
		say_ok(result, "no restore waits for its confirmation");
}
