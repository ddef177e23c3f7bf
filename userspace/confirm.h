/* SPDX-License-Identifier: GPL-2.0-only */
/* A restore that undoes itself unless it is confirmed in time. */
#ifndef CONFIRM_H
#define CONFIRM_H

#include "arppinctl.h"

/* Why another restore has to wait. */
#define CONFIRM_PENDING \
	"a restore waits for its confirmation: \"arppinctl confirm\" it, or wait until it is undone"

/*
 * Makes `config` what is in force, and leaves a process behind that waits for
 * the confirmation. Returns an exit status, with a sentence.
 */
int confirm_restore(struct ctl *ctl, const struct config *config, const struct restoring *how);

/* Does one wait in the process's network namespace? */
bool confirm_pending(void);

#endif
