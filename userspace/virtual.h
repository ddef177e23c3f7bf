/* SPDX-License-Identifier: GPL-2.0-only */
/* MAC addresses that protocols of router redundancy give to a group of routers. */
#ifndef VIRTUAL_H
#define VIRTUAL_H

#include "model.h"

struct virtual {
	const char *protocol;	/* a word; NULL: it is none of theirs */
	const char *name;	/* for people */
	unsigned int group;
};

struct virtual virtual_of(const __u8 lladdr[MAC_LEN]);

#endif
