/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_GENL_H
#define _ARPPIN_GENL_H

#include <net/genetlink.h>

#include "pin.h"

extern struct genl_family arppin_genl_family;

int arppin_genl_fill_pin(struct sk_buff *skb, const struct arppin_pin *pin);
int arppin_genl_fill_guard(struct sk_buff *skb, const struct arppin_dev *adev);
int arppin_genl_put_addr(struct sk_buff *skb, int attr,
			 const struct arppin_addr *addr);

#endif /* _ARPPIN_GENL_H */
