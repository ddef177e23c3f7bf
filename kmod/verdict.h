/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_VERDICT_H
#define _ARPPIN_VERDICT_H

#include "claim.h"

/**
 * struct arppin_pin_conf - what a pin's owner asserts
 * @mode: enum arppin_mode
 * @resident: keep the address in the neighbour cache
 * @count: number of @lladdr, 1 to ARPPIN_LLADDRS_MAX
 * @lladdr: where the address may be
 */
struct arppin_pin_conf {
	u8 mode;
	bool resident;
	u8 count;
	u8 lladdr[][ARPPIN_LLADDR_LEN];
};

/**
 * struct arppin_verdict - the decision over a claim
 * @drop: it must not reach the neighbour cache
 * @incident: enum arppin_incident_kind that the frame belongs to, 0 for none
 */
struct arppin_verdict {
	bool drop;
	u8 incident;
};

bool arppin_pin_conf_has(const struct arppin_pin_conf *conf, const u8 *lladdr);
struct arppin_verdict arppin_verdict(const struct arppin_claim *claim,
				     const struct arppin_pin_conf *pin,
				     u8 unpinned);

#endif /* _ARPPIN_VERDICT_H */
