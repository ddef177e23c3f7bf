/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_GENL_H
#define _ARPPIN_GENL_H

#include <net/genetlink.h>

extern struct genl_family arppin_genl_family;

#endif /* _ARPPIN_GENL_H */
