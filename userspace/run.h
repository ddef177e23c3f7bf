/* SPDX-License-Identifier: GPL-2.0-only */
/* /run/arppin: what one arppinctl leaves there for another, until the next boot. */
#ifndef RUN_H
#define RUN_H

#include <stddef.h>

/* /run/arppin/NAME.NUMBER, where NUMBER is of the process's network namespace. */
int run_path(char *path, size_t size, const char *name);

/* Makes the folder, for its owner alone; 0 or a negative errno. */
int run_make(void);

/*
 * One at a time changes whole sets of pins, in whatever network namespace:
 * waits its turn for a minute. Returns what close() gives back, or a negative
 * errno: EAGAIN if it was not its turn, others if there is no such place.
 */
int run_lock(void);

#endif
