/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_GUARD_H
#define _ARPPIN_GUARD_H

#include "dev.h"

extern const struct arppin_guard arppin_no_guard;

bool arppin_guard_is_default(const struct arppin_guard *guard);
int arppin_guard_set(struct arppin_net *an, const char *name,
		     const struct arppin_guard *guard, struct genl_info *info);
void arppin_guard_defend(struct arppin_dev *adev, struct net_device *dev,
			 __be32 ip4);

#endif /* _ARPPIN_GUARD_H */
