/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_GUARD_H
#define _ARPPIN_GUARD_H

#include "dev.h"

int arppin_guard_set(struct arppin_net *an, const char *name, u8 unpinned,
		     struct genl_info *info);

#endif /* _ARPPIN_GUARD_H */
