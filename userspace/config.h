/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of pins and guards. */
#ifndef CONFIG_H
#define CONFIG_H

#include "arppinctl.h"
#include "file.h"

/*
 * Reads and parses; false, with a sentence, if it cannot be read or is wrong.
 * config_free() and free(text->bytes) are due after success; `text` may be NULL.
 */
bool config_load(const char *file, struct config *config, struct text *text);

/*
 * Makes `config` what is in force and lets go of what stood in for it. An exit
 * status, with a sentence if it is not EXIT_DONE; nothing has changed then.
 * Under run_lock(), if there is one.
 */
int config_apply(struct ctl *ctl, const struct config *config, const char *file);

#endif
