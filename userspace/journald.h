/* SPDX-License-Identifier: GPL-2.0-only */
/* Hands events to systemd's journal by its native protocol. */
#ifndef JOURNALD_H
#define JOURNALD_H

#include "queue.h"

#define JOURNAL_SOCKET "/run/systemd/journal/socket"

struct journal {
	const char *path;	/* of journald's socket */
	int fd;
	struct queue queue;	/* while it takes none */
	bool failing;		/* and that was said */
	__u64 left_out;		/* events, since the queue had room: */
	struct place first_left_out;
	struct place last_left_out;
};

/* False, with a message. That journald is not there is none: it may come. */
bool journal_open(struct journal *journal, const char *path);

/*
 * `kind` is the word for it, `line` how it is printed, and `event` is NULL for
 * what the tool itself has to tell. Never waits: what finds the queue full is
 * left out, and that is told when there is room again.
 */
void journal_tell(struct journal *journal, const char *kind, const struct event *event,
		  const struct place *place, const char *line);

/* To be called when journal_wait_ms(), -1 for ever, is over. */
void journal_tend(struct journal *journal);
int journal_wait_ms(const struct journal *journal);

/* The first event that the journal has not got so far, or NULL. */
const struct place *journal_waiting(const struct journal *journal);

/* Waits for some seconds until the journal has all. */
void journal_close(struct journal *journal);

#endif
