/* SPDX-License-Identifier: GPL-2.0-only */
/* What a locked module would refuse, known before it is asked. */
#ifndef LOCKED_H
#define LOCKED_H

#include "arppinctl.h"

/* Are pins and guards locked here? False if it is not known: ctl->nl.error. */
bool locked_read(struct ctl *ctl, bool *locked);

/*
 * NULL, or what is weaker. `old` is NULL for a new pin, `new` for one that is
 * removed; `guard` is the device's.
 */
const char *locked_pin(const struct pin *old, const struct pin *new, const struct guard *guard);
const char *locked_guard(const struct guard *old, const struct guard *new);

#endif
