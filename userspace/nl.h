/* SPDX-License-Identifier: GPL-2.0-only */
/* Generic netlink through libmnl. Errors are sentences in nl->error. */
#ifndef NL_H
#define NL_H

#include <libmnl/libmnl.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#define NL_BUFFER_SIZE 32768	/* the most that the kernel puts into one dump message */
#define NL_BATCH 64		/* so few that their refusals fit any receive buffer */

#define EXT_ACK_SIZE 400

struct nl_error {
	int code;		/* errno */
	char text[512];		/* printable, one line */
};

struct nl {
	struct mnl_socket *sock;
	__u16 family;
	__u32 group;
	__u32 seq;
	struct nl_error error;
	char warning[EXT_ACK_SIZE]; /* with the latest request that was done, or "" */
	char buffer[NL_BUFFER_SIZE] __attribute__((aligned(8)));
};

/* A message that answers; returns what is wrong with it, or NULL. */
typedef const char *(*nl_answer)(const struct nlmsghdr *nlh, void *data);

/* Makes request `i` of a batch in `buffer`, of at most NL_BUFFER_SIZE / NL_BATCH bytes. */
typedef struct nlmsghdr *(*nl_fill)(struct nl *nl, void *buffer, size_t i, void *data);

/* Request `i` was refused. Returns true if no further batch shall be sent. */
typedef bool (*nl_refused)(const struct nl_error *error, size_t i, void *data);

/* In the network namespace of the process. nl_close() is due in any case. */
bool nl_open(struct nl *nl);
void nl_close(struct nl *nl);

/*
 * Joins the group of events, if there is one, and that of nlctrl which tells
 * that families come and go, with a large receive buffer.
 */
bool nl_listen(struct nl *nl);
bool nl_join_events(struct nl *nl);

enum nl_family_news { NL_FAMILY_OTHER, NL_FAMILY_CAME, NL_FAMILY_WENT };

/*
 * Is the message nlctrl's news of our family? If it came, it has new numbers
 * from here on and its group wants to be joined again.
 */
enum nl_family_news nl_family_news(struct nl *nl, const struct nlmsghdr *nlh);

struct nlmsghdr *nl_request(struct nl *nl, void *buffer, __u8 cmd);
bool nl_do(struct nl *nl, struct nlmsghdr *nlh, nl_answer answer, void *data);

/*
 * A dump that was overtaken by a change begins again, and then *n is set to 0:
 * `answer` counts there what it has kept.
 */
bool nl_dump(struct nl *nl, struct nlmsghdr *nlh, nl_answer answer, void *data, size_t *n);

/*
 * Sends requests *sent to n - 1. *sent then counts those that went out: of them
 * all but the refused ones were done. False: the connection failed.
 */
bool nl_batch(struct nl *nl, size_t n, nl_fill fill, nl_refused refused, void *data,
	      size_t *sent);

#endif
