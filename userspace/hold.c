// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>

#include "hold.h"
#include "tables.h"

/* Nobody's in the kernel's or iproute2's list; `ip neigh` shows "proto 169". */
#define HOLD_PROTOCOL 169

bool hold_is_ours(const struct neigh *neigh)
{
	return neigh->state & NUD_PERMANENT && neigh->protocol == HOLD_PROTOCOL;
}

bool hold_has_lladdr(const struct pin *pin, const __u8 lladdr[MAC_LEN])
{
	for (unsigned int i = 0; i < pin->n_lladdrs; i++)
		if (!memcmp(pin->lladdrs[i], lladdr, MAC_LEN))
			return true;
	return false;
}

bool hold_is_held(const struct neigh *neigh, const struct pin *pin)
{
	return neigh->state & NUD_PERMANENT && neigh->has_lladdr &&
	       hold_has_lladdr(pin, neigh->lladdr);
}

int hold_put(struct rtnl *rtnl, const struct pin *pin, __u32 ifindex, const __u8 lladdr[MAC_LEN])
{
	struct neigh neigh = {
		.ifindex = ifindex,
		.addr = pin->addr,
		.has_lladdr = true,
		.state = NUD_PERMANENT,
		.protocol = HOLD_PROTOCOL,
	};

	memcpy(neigh.lladdr, lladdr, MAC_LEN);
	return rtnl_neigh_set(rtnl, &neigh);
}

/* What there is, in order. Both are for free(), also after an error. */
static int look(struct rtnl *rtnl, struct links *links, struct neighs *neighs)
{
	int code = rtnl_links(rtnl, links);

	if (!code)
		code = rtnl_neighs(rtnl, 0, neighs);
	if (!code)
		neighs_sort(neighs);
	return code;
}

static bool can_hold(const struct pin *pin)
{
	return pin->mode == ARPPIN_MODE_ENFORCE && pin->addr.family == AF_INET;
}

static int hold_one(struct rtnl *rtnl, const struct pin *pin, __u32 ifindex,
		    const struct neighs *neighs)
{
	const struct neigh *neigh = neigh_find_sorted(neighs, ifindex, &pin->addr);
	const __u8 *lladdr = pin->lladdrs[0];

	if (neigh && hold_is_held(neigh, pin))
		return 0;
	if (neigh && neigh->state & NEIGH_VALID && neigh->has_lladdr &&
	    hold_has_lladdr(pin, neigh->lladdr))
		lladdr = neigh->lladdr;
	return hold_put(rtnl, pin, ifindex, lladdr);
}

int hold_all(struct rtnl *rtnl, const struct config *config, struct hold_count *count)
{
	struct neighs neighs = {0};
	const struct link *link = NULL;
	const char *name = NULL;
	struct links links = {0};
	int code = look(rtnl, &links, &neighs);

	memset(count, 0, sizeof(*count));
	for (size_t i = 0; !code && i < config->n_pins; i++) {
		const struct pin *pin = &config->pins[i].pin;
		int failed;

		if (!can_hold(pin))
			continue;
		count->pins++;
		/* The pins of a device follow each other. */
		if (!name || strcmp(name, pin->dev)) {
			name = pin->dev;
			link = link_by_name(&links, name);
		}
		if (!link || link->type != ARPHRD_ETHER) {
			count->waiting++;
			continue;
		}
		failed = hold_one(rtnl, pin, link->ifindex, &neighs);
		if (!failed)
			count->held++;
		else if (failed == -ENODEV)
			count->waiting++;	/* it has just gone */
		else
			count->code = failed;
	}
	free(links.items);
	free(neighs.items);
	return code;
}

static bool has_pin(const struct config *config, const struct links *links,
		    const struct neigh *neigh)
{
	const struct link *link = link_by_index(links, neigh->ifindex);
	struct config_pin key = { .pin.addr = neigh->addr };
	size_t low = 0, high = config ? config->n_pins : 0;

	if (!link)
		return false;
	memcpy(key.pin.dev, link->name, IFNAMSIZ);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = compare_pins(&key.pin, &config->pins[middle].pin);

		if (!order)
			return can_hold(&config->pins[middle].pin);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

int hold_let_go(struct rtnl *rtnl, const struct config *but, size_t *n)
{
	struct neighs neighs = {0};
	struct links links = {0};
	int code = look(rtnl, &links, &neighs);

	*n = 0;
	for (size_t i = 0; !code && i < neighs.n; i++) {
		struct neigh neigh = neighs.items[i];
		int failed;

		if (!hold_is_ours(&neigh) || has_pin(but, &links, &neigh))
			continue;
		neigh.state = NUD_STALE;
		neigh.flags = 0;
		neigh.protocol = RTPROT_KERNEL; /* it cannot be taken away, only changed */
		failed = rtnl_neigh_set(rtnl, &neigh);
		/* One that has gone meanwhile would be made by that: it is ordinary, too. */
		*n += !failed;
		if (failed && failed != -ENODEV)
			code = failed;
	}
	free(links.items);
	free(neighs.items);
	return code;
}
