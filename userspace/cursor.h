/* SPDX-License-Identifier: GPL-2.0-only */
/* The file that remembers which event was handed on last. */
#ifndef CURSOR_H
#define CURSOR_H

#include "parse.h"

struct cursor {
	const char *file;
	struct place place;	/* what is in the file; epoch 0: nothing */
	bool failed;		/* and that was said */
};

/* A file that is not there, or empty, is a good start. False, with a message: it is wrong. */
bool cursor_read(struct cursor *cursor, const char *file);

/* False, with a message that is not repeated. */
bool cursor_write(struct cursor *cursor, const struct place *place);

#endif
