// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "queue.h"

bool queue_put(struct queue *queue, char *text, size_t len, const struct place *place)
{
	struct waiting *last = &queue->waiting[(queue->first + queue->n) % QUEUE_MAX];

	if (queue->n == QUEUE_MAX)
		return false;
	*last = (struct waiting){ .text = text, .len = len, .place = *place };
	queue->n++;
	return true;
}

const struct waiting *queue_first(const struct queue *queue)
{
	return queue->n ? &queue->waiting[queue->first] : NULL;
}

void queue_drop_first(struct queue *queue)
{
	free(queue->waiting[queue->first].text);
	queue->first = (queue->first + 1) % QUEUE_MAX;
	queue->n--;
}
