/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_NEIGH_H
#define _ARPPIN_NEIGH_H

#include "pin.h"

void arppin_neigh_settle(struct arppin_pin *pin);
void arppin_neigh_settle_later(struct arppin_dev *adev);
void arppin_neigh_release(struct arppin_pin *pin);
void arppin_neigh_net_init(struct arppin_net *an);
int arppin_neigh_init(void);
void arppin_neigh_exit(void);

#endif /* _ARPPIN_NEIGH_H */
