/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands that mend what a check found, for a root shell; each is to be freed. */
#ifndef ADVICE_H
#define ADVICE_H

#include <stdbool.h>

#include "facts.h"

/* Whole or not at all: a save that fails shall not leave an empty file. */
#define ADVICE_SAVE \
	"arppinctl save > " CONFIG_FILE ".new && mv " CONFIG_FILE ".new " CONFIG_FILE

/* Put the file in force, and make its copy, as booting does. */
#define ADVICE_RESTORE_BY_UNIT "systemctl reload-or-restart arppin.service"
#define ADVICE_RESTORE_BY_HAND \
	"mkdir -p -m 700 /var/lib/arppin && arppinctl restore " CONFIG_FILE " else " GOOD_FILE

/* A word as a shell has to be given it. */
char *advice_word(const char *word);

/* A command of this tool, and one of ip(8), for the right network namespace. */
char *advice_tool(const struct facts *facts, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
char *advice_ip(const struct facts *facts, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Would arppin.service do its work if it were started now? */
bool advice_has_unit(const struct facts *facts);

/* Put the file in force; load the module, and put the file in force if there is one. */
char *advice_restore(const struct facts *facts);
char *advice_load(const struct facts *facts);

#endif
