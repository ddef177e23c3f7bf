/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the parser say of wrong words: whatever is in them, one printable line. */
#ifndef PARSE_ERROR_H
#define PARSE_ERROR_H

#include "parse.h"

/* Always false, so that a parser can return it. */
bool fail(struct parse_error *error, unsigned int word, unsigned int offset, const char *format,
	  ...) __attribute__((format(printf, 4, 5)));

/* Wrong words are shown up to this length: they may be whole files. */
#define SHOWN 64

/* A wrong word as a message shows it. */
struct shown {
	char text[SHOWN * 4 + 4];
};

struct shown show_len(const char *word, size_t len);
struct shown show(const char *word);

#endif
