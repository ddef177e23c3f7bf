// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "model.h"

int compare_pins(const struct pin *a, const struct pin *b)
{
	int order = strcmp(a->dev, b->dev);

	if (!order)
		order = (a->addr.family > b->addr.family) - (a->addr.family < b->addr.family);
	if (!order)
		order = memcmp(a->addr.bytes, b->addr.bytes, sizeof(a->addr.bytes));
	return order;
}

int compare_guards(const struct guard *a, const struct guard *b)
{
	return strcmp(a->dev, b->dev);
}

bool same_pin(const struct pin *a, const struct pin *b)
{
	return a->mode == b->mode && a->resident == b->resident &&
	       a->n_lladdrs == b->n_lladdrs &&
	       !memcmp(a->lladdrs, b->lladdrs, a->n_lladdrs * MAC_LEN);
}

bool same_guard(const struct guard *a, const struct guard *b)
{
	return a->unpinned == b->unpinned && a->defend == b->defend &&
	       a->addresses == b->addresses;
}
