/* SPDX-License-Identifier: GPL-2.0-only */
/* From the pins and guards that are in force to others: wholly, or not at all. */
#ifndef CHANGE_H
#define CHANGE_H

#include "arppinctl.h"

/* Why there was none. */
struct change {
	struct nl_error error;
	unsigned int line;	/* of the configuration; 0: no line of it is the reason */
	size_t stuck;		/* steps that could not be undone */
};

bool change_to(struct ctl *ctl, const struct config *config, struct change *change);

/* What is in force, for config_free() in any case; an error is in ctl->nl.error. */
bool config_in_force(struct ctl *ctl, struct config *config);

/* In force or of a file: lines, counters and bindings do not matter. */
bool config_same(const struct config *a, const struct config *b);

#endif
