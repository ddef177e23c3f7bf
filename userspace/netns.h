/* SPDX-License-Identifier: GPL-2.0-only */
/* The network namespaces of this system, as far as there is a way to them. */
#ifndef NETNS_H
#define NETNS_H

#include <stddef.h>
#include <sys/types.h>

struct netns {
	int fd;
	ino_t ino;
	char name[64];		/* how it was found */
};

struct netnses {
	struct netns *items;
	size_t n;
	size_t room;
};

/*
 * Each once, the process's own first: those of processes and threads, and those
 * that are mounted somewhere. 0 or a negative errno; netns_free() in any case.
 */
int netns_find(struct netnses *all);
void netns_free(struct netnses *all);

int netns_enter(const struct netns *netns);

#endif
