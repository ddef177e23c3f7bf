/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_MAIN_H
#define _ARPPIN_MAIN_H

#include <linux/workqueue.h>

/* From Kbuild, which has it from dkms.conf. */
#ifndef ARPPIN_VERSION
#error ARPPIN_VERSION is not defined
#endif

/* Unbound: its works are neither short nor bound to a CPU's packets. */
extern struct workqueue_struct *arppin_wq;

#endif /* _ARPPIN_MAIN_H */
