/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who has this address? What was asked, what was heard, and what that means: no
 * socket and no output.
 */
#ifndef QUESTION_H
#define QUESTION_H

#include "model.h"
#include "own.h"
#include "rtnl.h"

#define QUESTION_ANSWERS 64

/* All the claims of one MAC from one Ethernet source. */
struct answer {
	__u8 lladdr[MAC_LEN];
	__u8 source[MAC_LEN];
	unsigned int count;
};

enum reason {
	REASON_AGREED = 1,	/* all say the same */
	REASON_ALREADY_PINNED,	/* and nothing contradicts the pin */
	REASON_PINNED_OTHERWISE,
	REASON_CONFLICT,	/* several MACs answered */
	REASON_CACHE_CONFLICT,
	REASON_IMPOSSIBLE,	/* a MAC that no neighbour can have, or one of ours */
	REASON_NO_ANSWER,
	REASON_LOST,		/* there was more than could be heard */
	REASON_DEVICE_GONE,
	REASON_DEVICE_DOWN,
	REASON_NO_CARRIER,
	REASON_NOT_ETHERNET,
	REASON_OWN_ADDRESS,
	REASON_FAILED,		/* see `error` */
};

struct question {
	struct address addr;
	char dev[IFNAMSIZ];
	__u32 ifindex;
	__u8 lladdr[MAC_LEN];	/* our own on the device */
	struct address source;	/* likewise; AF_UNSPEC: we ask as one without address */
	int error;		/* errno of asking or hearing */

	struct answer answers[QUESTION_ANSWERS];
	unsigned int n_answers;
	bool lost;		/* claims that are not among them */

	struct neigh before;	/* the neighbour entry; without lladdr: none that counts */
	struct neigh after;
	struct pin pin;		/* n_lladdrs 0: there is none */

	enum reason reason;
	bool pinned;		/* it has a pin, its own or the one that it got */
};

void question_hear(struct question *question, const __u8 lladdr[MAC_LEN],
		   const __u8 source[MAC_LEN]);

/* Sets the reason, unless there is one already. */
void question_judge(struct question *question, const struct own *own);

/* With REASON_AGREED, what all agree on. */
const __u8 *question_lladdr(const struct question *question);

/* The address has the pin that it should have, or may get it. */
bool question_is_settled(const struct question *question);

#endif
