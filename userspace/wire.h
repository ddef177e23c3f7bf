/* SPDX-License-Identifier: GPL-2.0-only */
/* ARP on the wire, sent and heard past the kernel's own. 0 or a negative errno. */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "question.h"

/* One ARP packet in its frame. */
struct packet {
	__u8 destination[MAC_LEN];
	__u8 source[MAC_LEN];	/* of the frame, and of the sender */
	bool reply;
	struct address sender;	/* AF_UNSPEC: 0.0.0.0 */
	struct address target;
	__u8 target_lladdr[MAC_LEN];
};

/* A socket that sends on the device and hears nothing. */
int wire_open(__u32 ifindex);

int wire_send(int fd, const struct packet *packet);

/*
 * Asks all questions that have no reason yet, at the same time, with broadcast
 * requests at moments that nobody can foresee, and notes every claim of their
 * addresses for `seconds`. An error: nobody was asked at all.
 */
int wire_ask(struct question *questions, size_t n, unsigned int seconds);

#endif
