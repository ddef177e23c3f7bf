/* SPDX-License-Identifier: GPL-2.0-only */
/* Facts -> findings: is this host protected, now and after the next reboot? */
#ifndef CHECKS_H
#define CHECKS_H

#include <stdbool.h>
#include <stddef.h>

struct facts;

enum check_state { CHECK_OK, CHECK_FAILED, CHECK_SKIPPED };

struct finding {
	const char *name;	/* of the check; one that failed may have several findings */
	enum check_state state;
	char *detail;
	const char *why;	/* it matters; NULL unless it failed */
	char *fix;		/* a command line for a shell; NULL: there is none */
};

struct findings {
	struct finding *items;
	size_t n;
};

void checks_run(const struct facts *facts, struct findings *findings);
bool checks_protected(const struct findings *findings);
void findings_free(struct findings *findings);

#endif
