/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions about addresses, and all that this host knows of who answers. */
#ifndef LESSON_H
#define LESSON_H

#include "arppinctl.h"
#include "question.h"

struct lesson {
	struct question *questions;
	size_t n;
	bool others;		/* default routes without an IPv4 gateway to ask were left out */

	/* As it is after the questions were asked. */
	struct neighs neighs;
	struct sightings sightings;

	struct own own;		/* the MACs count: `on_dev` is of any question's device */
	struct links links;
	struct rtnl rtnl;
};

/* Each returns an exit status, after a message. lesson_free() is due in any case. */
int lesson_open(struct lesson *lesson);
int lesson_add(struct lesson *lesson, __u32 ifindex, const struct address *addr);

/*
 * The default gateways of the main table; `dev` is "" for those of all devices that
 * have neighbours.
 */
int lesson_add_gateways(struct lesson *lesson, const char *dev);

/*
 * Asks for `seconds`, and gives each question its reason. Without a connection
 * to the module (ctl->nl.family is 0) nothing is pinned and nobody was seen.
 */
int lesson_ask(struct ctl *ctl, struct lesson *lesson, unsigned int seconds);

void lesson_free(struct lesson *lesson);

/* A word for JSON, and a sentence with the address and device in front. */
const char *lesson_reason(const struct question *question);
void lesson_sentence(char *text, size_t size, const struct question *question);

/* With all that is known of each MAC. `key` as in out.h. */
void lesson_print(struct out *out, const char *key, const struct lesson *lesson,
		  const struct question *question);

/* Pins what all agree on; EXIT_DONE, or EXIT_REFUSED after a message. */
int lesson_pin(struct ctl *ctl, struct question *question);

#endif
