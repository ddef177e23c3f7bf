// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "finding.h"

#define TOLD_MAX 8	/* failures of one check that are told one by one */

void *must(void *memory)
{
	if (memory)
		return memory;
	fputs("arppinctl: out of memory\n", stderr);
	exit(2);
}

static __attribute__((format(printf, 1, 0)))
char *vtext(const char *format, va_list ap)
{
	char *text;

	return must(vasprintf(&text, format, ap) < 0 ? NULL : text);
}

char *text_new(const char *format, ...)
{
	va_list ap;
	char *done;

	va_start(ap, format);
	done = vtext(format, ap);
	va_end(ap);
	return done;
}

/* `detail` and `fix` are given away. */
static void add(struct result *result, enum check_state state, char *detail, const char *why,
		char *fix)
{
	struct findings *all = result->findings;

	all->items = must(realloc(all->items, (all->n + 1) * sizeof(*all->items)));
	all->items[all->n++] = (struct finding){
		.name = result->name,
		.state = state,
		.detail = detail,
		.why = why,
		.fix = fix,
	};
}

void say_ok(struct result *result, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(result, CHECK_OK, vtext(format, ap), NULL, NULL);
	va_end(ap);
}

void say_skipped(struct result *result, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	add(result, CHECK_SKIPPED, vtext(format, ap), NULL, NULL);
	va_end(ap);
}

void say_failed(struct result *result, const char *why, char *fix, const char *format, ...)
{
	va_list ap;

	if (result->failures++ >= TOLD_MAX) {
		free(fix);
		return;
	}
	va_start(ap, format);
	add(result, CHECK_FAILED, vtext(format, ap), why, fix);
	va_end(ap);
}

void findings_end(struct result *result)
{
	if (result->failures > TOLD_MAX)
		add(result, CHECK_FAILED,
		    text_new("%zu more like these", result->failures - TOLD_MAX),
		    "they are told when these are mended", NULL);
}

void findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		free(findings->items[i].detail);
		free(findings->items[i].fix);
	}
	free(findings->items);
}
