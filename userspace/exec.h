/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs a command for each event, some at once, each for a limited time. */
#ifndef EXEC_H
#define EXEC_H

#include <sys/types.h>

#include "queue.h"

struct job {
	pid_t pid;		/* 0: a free place */
	enum { JOB_RUNS, JOB_TERMINATED, JOB_KILLED } state;
	__s64 deadline;		/* ms: when the state is over */
};

struct exec {
	char *const *command;
	unsigned int jobs_max;
	unsigned int timeout;	/* s */
	struct job jobs[PARSE_JOBS_MAX];
	unsigned int running;
	struct queue queue;
	__u64 left_out;		/* events, since the queue had room */
	__s64 again;		/* ms: when to try again, 0: nothing is to be tried */
	int children;		/* readable when one has ended */
};

/* False, with a message. */
bool exec_open(struct exec *exec, char *const *command, unsigned int jobs, unsigned int timeout);

/* `text` is freed. Never waits: what finds the queue full is left out, and that is told. */
void exec_event(struct exec *exec, char *text, size_t len, const struct place *place);

/* Does what is due: to be called when `children` is readable or exec_wait_ms() is over. */
void exec_tend(struct exec *exec);
int exec_wait_ms(const struct exec *exec);

/* The first event without a command so far, or NULL. */
const struct place *exec_waiting(const struct exec *exec);

/* Waits for the commands that run; those that wait, wait on. */
void exec_close(struct exec *exec);

#endif
