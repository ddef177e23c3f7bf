// SPDX-License-Identifier: GPL-2.0-only
/* What attributes a request may have, and what values. */
#include "policy.h"

static const struct nla_policy lladdrs_policy[ARPPIN_A_LLADDRS_MAX + 1] = {
	[ARPPIN_A_LLADDRS_LLADDR] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
};

#define POLICY_DEV	{ .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 }
#define POLICY_ADDR	NLA_POLICY_RANGE(NLA_BINARY, 4, 16)

const struct nla_policy arppin_pin_new_policy[ARPPIN_A_PIN_MAX + 1] = {
	[ARPPIN_A_PIN_DEV] = POLICY_DEV,
	[ARPPIN_A_PIN_ADDR] = POLICY_ADDR,
	[ARPPIN_A_PIN_LLADDRS] = NLA_POLICY_NESTED(lladdrs_policy),
	[ARPPIN_A_PIN_MODE] = NLA_POLICY_RANGE(NLA_U32, ARPPIN_MODE_ENFORCE,
					       ARPPIN_MODE_AUDIT),
	[ARPPIN_A_PIN_RESIDENT] = NLA_POLICY_MAX(NLA_U8, 1),
	[ARPPIN_A_PIN_FLAGS] = NLA_POLICY_MASK(NLA_U32, ARPPIN_PIN_REPLACE),
};

/* Of PIN_DEL and PIN_GET; anything else is refused. */
const struct nla_policy arppin_pin_id_policy[ARPPIN_A_PIN_ADDR + 1] = {
	[ARPPIN_A_PIN_DEV] = POLICY_DEV,
	[ARPPIN_A_PIN_ADDR] = POLICY_ADDR,
};

const struct nla_policy arppin_pin_dev_policy[ARPPIN_A_PIN_DEV + 1] = {
	[ARPPIN_A_PIN_DEV] = POLICY_DEV,
};

const struct nla_policy arppin_guard_set_policy[ARPPIN_A_GUARD_MAX + 1] = {
	[ARPPIN_A_GUARD_DEV] = POLICY_DEV,
	[ARPPIN_A_GUARD_UNPINNED] = NLA_POLICY_RANGE(NLA_U32,
						     ARPPIN_UNPINNED_ACCEPT,
						     ARPPIN_UNPINNED_DROP),
	[ARPPIN_A_GUARD_DEFEND] = NLA_POLICY_MAX(NLA_U8, 1),
	[ARPPIN_A_GUARD_ADDRESSES] =
		NLA_POLICY_MAX(NLA_U32, ARPPIN_SIGHTINGS_LLADDR_MAX),
};

const struct nla_policy arppin_guard_id_policy[ARPPIN_A_GUARD_DEV + 1] = {
	[ARPPIN_A_GUARD_DEV] = POLICY_DEV,
};

const struct nla_policy arppin_incident_id_policy[ARPPIN_A_INCIDENT_ID + 1] = {
	[ARPPIN_A_INCIDENT_ID] = { .type = NLA_U64 },
};

const struct nla_policy arppin_sighting_policy[ARPPIN_A_SIGHTING_LLADDR + 1] = {
	[ARPPIN_A_SIGHTING_DEV] = POLICY_DEV,
	[ARPPIN_A_SIGHTING_LLADDR] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
};

const struct nla_policy arppin_event_since_policy[ARPPIN_A_EVENT_SEQ + 1] = {
	[ARPPIN_A_EVENT_KIND] = { .type = NLA_REJECT },
	[ARPPIN_A_EVENT_SEQ] = { .type = NLA_U64 },
};

/* An operation without a policy of its own would take any attribute on 5.10. */
const struct nla_policy arppin_no_policy[ARPPIN_NO_ATTR + 1] = {
	[ARPPIN_NO_ATTR] = { .type = NLA_REJECT },
};
