/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_DUMP_H
#define _ARPPIN_DUMP_H

#include <linux/netlink.h>

int arppin_pin_dump(struct sk_buff *skb, struct netlink_callback *cb);
int arppin_guard_dump(struct sk_buff *skb, struct netlink_callback *cb);
int arppin_incident_dump(struct sk_buff *skb, struct netlink_callback *cb);
int arppin_sighting_dump(struct sk_buff *skb, struct netlink_callback *cb);
int arppin_event_dump(struct sk_buff *skb, struct netlink_callback *cb);

#endif /* _ARPPIN_DUMP_H */
