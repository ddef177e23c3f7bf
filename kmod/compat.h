/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between kernel versions, found by feature, not by version
 * number: distributions backport. No other file knows of them.
 */
#ifndef _ARPPIN_COMPAT_H
#define _ARPPIN_COMPAT_H

#include <linux/compiler.h>
#include <linux/rcupdate.h>
#include <net/genetlink.h>

/* 5.10: genl_bind() tests a group's flags for this bit, under another name. */
#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN GENL_UNS_ADMIN_PERM
#endif

/* 6.1 and later also tell userspace which attribute is missing. */
#ifndef GENL_REQ_ATTR_CHECK
#define GENL_REQ_ATTR_CHECK(info, attr) (!(info)->attrs[attr])
#endif

/* Until 6.3 under another name, unless a stable kernel has both. */
#ifndef kfree_rcu_mightsleep
#define kfree_rcu_mightsleep(ptr) kvfree_rcu(ptr)
#endif

/* Since 6.1, and in its stable kernels. */
#ifndef __flatten
#define __flatten __attribute__((flatten))
#endif

#endif /* _ARPPIN_COMPAT_H */
