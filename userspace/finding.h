/* SPDX-License-Identifier: GPL-2.0-only */
/* What checks find, and how they say it. */
#ifndef FINDING_H
#define FINDING_H

#include <stdbool.h>
#include <stddef.h>

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

void findings_free(struct findings *findings);

/* What one check says: one finding that is good, or one for each failure. */
struct result {
	const char *name;
	struct findings *findings;
	size_t failures;	/* the last of many are counted, and not kept */
};

void say_ok(struct result *result, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void say_skipped(struct result *result, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* `fix` is given away, and NULL if no command helps. */
void say_failed(struct result *result, const char *why, char *fix, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Tells of those that were not kept. */
void findings_end(struct result *result);

/* To be freed; there is always memory. */
char *text_new(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the program if there is none. */
void *must(void *memory);

#endif
