/* SPDX-License-Identifier: GPL-2.0-only */
/* Whole files of text, in and out. False: errno says why. */
#ifndef FILE_H
#define FILE_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *bytes;		/* for free() */
	size_t len;
};

/* "-" is the standard input. */
bool file_read(const char *name, struct text *text);

/*
 * Who reads the file, after a power failure too, has the old text or the new
 * one. Only its owner may. A missing folder is made, for its owner alone.
 */
bool file_replace(const char *name, const struct text *text);

#endif
