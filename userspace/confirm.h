/* SPDX-License-Identifier: GPL-2.0-only */
/* A restore that undoes itself unless it is confirmed in time. */
#ifndef CONFIRM_H
#define CONFIRM_H

#include "arppinctl.h"

/*
 * Makes `config` what is in force, and leaves a process behind that waits for
 * the confirmation. Returns an exit status, with a sentence.
 */
int confirm_restore(struct ctl *ctl, const struct config *config, const struct restoring *how);

/* Does one wait in the process's network namespace? */
bool confirm_pending(void);

/*
 * The turn of who changes what is in force, when no restore waits to be undone:
 * close() ends it if *turn is no negative errno, as where there is no place for a
 * lock. Returns an exit status, with a sentence if it is not ours.
 */
int confirm_turn(int *turn);

#endif
