/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Structs <-> attributes. Attributes that this tool does not know are skipped;
 * those that it needs must be there, at their length.
 */
#ifndef MSG_H
#define MSG_H

#include <libmnl/libmnl.h>

#include "model.h"

/* Whatever the struct says that a request may say: filters leave things out. */
void msg_put_pin(struct nlmsghdr *nlh, const struct pin *pin);
void msg_put_pin_flags(struct nlmsghdr *nlh, __u32 flags);
void msg_put_pin_key(struct nlmsghdr *nlh, const struct pin *pin);
void msg_put_guard(struct nlmsghdr *nlh, const struct guard *guard);
void msg_put_guard_dev(struct nlmsghdr *nlh, const char *dev);
void msg_put_incident_id(struct nlmsghdr *nlh, __u64 id);
void msg_put_sighting_key(struct nlmsghdr *nlh, const struct sighting *sighting);
void msg_put_event_seq(struct nlmsghdr *nlh, __u64 seq);

/* NULL, or what is wrong with the message. */
const char *msg_get_pin(const struct nlmsghdr *nlh, struct pin *pin);
const char *msg_get_guard(const struct nlmsghdr *nlh, struct guard *guard);
const char *msg_get_incident(const struct nlmsghdr *nlh, struct incident *incident);
const char *msg_get_sighting(const struct nlmsghdr *nlh, struct sighting *sighting);
const char *msg_get_stats(const struct nlmsghdr *nlh, struct stats *stats);

/* Of both ARPPIN_CMD_EVENT and the answer to ARPPIN_CMD_EVENT_GET. */
const char *msg_get_event(const struct nlmsghdr *nlh, struct event *event);

/* What the attribute that begins at `offset` of a request is on the command line. */
const char *msg_attr_word(const struct nlmsghdr *nlh, __u32 offset);

#endif
