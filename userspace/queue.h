/* SPDX-License-Identifier: GPL-2.0-only */
/* Events that wait until somebody takes them: so many, first in, first out. */
#ifndef QUEUE_H
#define QUEUE_H

#include "parse.h"

#define QUEUE_MAX 1024

struct waiting {
	char *text;
	size_t len;
	struct place place;
};

struct queue {
	struct waiting waiting[QUEUE_MAX];
	unsigned int first;
	unsigned int n;
};

/* False if it is full; otherwise the text is the queue's, which frees it. */
bool queue_put(struct queue *queue, char *text, size_t len, const struct place *place);

/* NULL if nothing waits. */
const struct waiting *queue_first(const struct queue *queue);
void queue_drop_first(struct queue *queue);

#endif
