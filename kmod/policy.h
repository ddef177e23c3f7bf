/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_POLICY_H
#define _ARPPIN_POLICY_H

#include <linux/if.h>
#include <linux/if_ether.h>
#include <net/netlink.h>

#include "uapi/arppin.h"

#define ARPPIN_NO_ATTR	1	/* the only one of a policy that takes none */

extern const struct nla_policy arppin_pin_new_policy[ARPPIN_A_PIN_MAX + 1];
extern const struct nla_policy arppin_pin_id_policy[ARPPIN_A_PIN_ADDR + 1];
extern const struct nla_policy arppin_pin_dev_policy[ARPPIN_A_PIN_DEV + 1];
extern const struct nla_policy arppin_guard_set_policy[ARPPIN_A_GUARD_MAX + 1];
extern const struct nla_policy arppin_guard_id_policy[ARPPIN_A_GUARD_DEV + 1];
extern const struct nla_policy
arppin_incident_id_policy[ARPPIN_A_INCIDENT_ID + 1];
extern const struct nla_policy
arppin_sighting_policy[ARPPIN_A_SIGHTING_LLADDR + 1];
extern const struct nla_policy
arppin_event_since_policy[ARPPIN_A_EVENT_SEQ + 1];
extern const struct nla_policy arppin_no_policy[ARPPIN_NO_ATTR + 1];

#endif /* _ARPPIN_POLICY_H */
