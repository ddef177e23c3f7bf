/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_WEAKER_H
#define _ARPPIN_WEAKER_H

/*
 * What a lock refuses: a pin or guard that is weaker than what it replaces.
 * Depends on nothing but its arguments, and so tells a tool beforehand as well.
 */

#include "verdict.h"

/**
 * struct arppin_guard - a device's policy
 * @unpinned: enum arppin_unpinned
 * @defend: see ARPPIN_A_GUARD_DEFEND
 * @addresses: see ARPPIN_A_GUARD_ADDRESSES
 */
struct arppin_guard {
	u8 unpinned;
	bool defend;
	u8 addresses;
};

/**
 * arppin_pin_weaker - is a pin weaker than what it replaces?
 * @old: the pin that is there, or NULL if the address has none
 * @new: the pin in its place, or NULL if it is removed
 * @guard: the device's policy, which is what @new replaces without @old
 *
 * An enforced pin of one more address is never taken for weaker: it says who
 * alone may have the address, though its guard may have let nobody have it, or
 * have defended it as our own.
 *
 * Return: NULL if not, else what is weaker.
 */
static inline const char *
arppin_pin_weaker(const struct arppin_pin_conf *old,
		  const struct arppin_pin_conf *new,
		  const struct arppin_guard *guard)
{
	unsigned int i;

	if (!new)
		return old ? "locked: no pin can be removed" : NULL;
	if (!old) {
		if (new->mode == ARPPIN_MODE_ENFORCE)
			return NULL;
		if (guard->unpinned == ARPPIN_UNPINNED_DROP)
			return "locked: a new audit pin would let pass what the guard drops";
		if (guard->addresses)
			return "locked: a new audit pin would lift the guard's limit of addresses";
		if (guard->unpinned == ARPPIN_UNPINNED_AUDIT)
			return "locked: a new audit pin would hide what the guard tells";
		if (guard->defend)
			return "locked: a new audit pin would lift the guard's defence";
		return NULL;
	}
	if (old->mode == ARPPIN_MODE_ENFORCE &&
	    new->mode != ARPPIN_MODE_ENFORCE)
		return "locked: an enforced pin cannot become one that only audits";
	if (old->resident && !new->resident)
		return "locked: a resident pin must stay resident";
	for (i = 0; i < new->count; i++)
		if (!arppin_pin_conf_has(old, new->lladdr[i]))
			return "locked: no link-layer address can be added to a pin";
	return NULL;
}

/**
 * arppin_guard_weaker - is a device's policy weaker than the one before?
 * @old: the one before
 * @new: the one in its place
 *
 * Return: NULL if not, else what is weaker.
 */
static inline const char *
arppin_guard_weaker(const struct arppin_guard *old,
		    const struct arppin_guard *new)
{
	if (new->unpinned < old->unpinned)
		return "locked: unpinned addresses cannot be treated more kindly";
	if (old->defend && !new->defend)
		return "locked: the defence of own addresses cannot be turned off";
	if (old->addresses &&
	    (!new->addresses || new->addresses > old->addresses))
		return "locked: the limit of addresses cannot be raised or removed";
	return NULL;
}

#endif /* _ARPPIN_WEAKER_H */
