/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_PORT_H
#define _ARPPIN_PORT_H

#include "net.h"

struct net_device;

bool arppin_port_wanted(struct arppin_net *an, const struct net_device *dev);
void arppin_ports_net_init(struct arppin_net *an);
void arppin_ports_net_exit(struct arppin_net *an);

#endif /* _ARPPIN_PORT_H */
