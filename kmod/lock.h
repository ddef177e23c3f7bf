/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_LOCK_H
#define _ARPPIN_LOCK_H

#include "net.h"

struct genl_info;

int arppin_lock(struct arppin_net *an, struct genl_info *info);
int arppin_lock_check(const struct arppin_net *an, const char *weaker,
		      struct genl_info *info);

#endif /* _ARPPIN_LOCK_H */
