/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_HOOK_H
#define _ARPPIN_HOOK_H

#include "net.h"

int arppin_hook_register(struct arppin_net *an);
void arppin_hook_unregister(struct arppin_net *an);
bool arppin_hook_registered(const struct arppin_net *an);
unsigned int arppin_hook_namespaces(void);

#endif /* _ARPPIN_HOOK_H */
