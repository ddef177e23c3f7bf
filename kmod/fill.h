/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_FILL_H
#define _ARPPIN_FILL_H

#include <net/netlink.h>

#include "pin.h"
#include "sighting.h"

#define ARPPIN_FILL_COUNTERS	(nla_total_size(0) + ARPPIN_COUNTERS *	\
				 nla_total_size_64bit(sizeof(u64)))

/* What one pin needs at most, in a nest; a guard is smaller. */
#define ARPPIN_FILL_PIN		(nla_total_size(0) +			\
				 nla_total_size(IFNAMSIZ) +		\
				 nla_total_size(sizeof(u32)) +		\
				 nla_total_size(16) +			\
				 nla_total_size(0) +			\
				 ARPPIN_LLADDRS_MAX *			\
				 nla_total_size(ETH_ALEN) +		\
				 nla_total_size(sizeof(u32)) +		\
				 nla_total_size(sizeof(u8)) +		\
				 ARPPIN_FILL_COUNTERS)

#define ARPPIN_FILL_SIGHTING	(nla_total_size(0) +			\
				 nla_total_size(IFNAMSIZ) +		\
				 nla_total_size(ETH_ALEN) +		\
				 nla_total_size(16) +			\
				 2 * nla_total_size_64bit(sizeof(u64)))

/* What one incident needs at most, in a nest, beside its pin or guard. */
#define ARPPIN_FILL_INCIDENT	(nla_total_size(0) +			\
				 7 * nla_total_size_64bit(sizeof(u64)) + \
				 4 * nla_total_size(sizeof(u32)) +	\
				 2 * nla_total_size(IFNAMSIZ) +		\
				 nla_total_size(16) +			\
				 2 * nla_total_size(ETH_ALEN) +		\
				 nla_total_size(ARPPIN_FRAME_MAX) +	\
				 ARPPIN_INCIDENT_SIGHTINGS_MAX *	\
				 ARPPIN_FILL_SIGHTING)

int arppin_fill_addr(struct sk_buff *skb, int attr,
		     const struct arppin_addr *addr);
int arppin_fill_counters(struct sk_buff *skb, int attr,
			 struct arppin_counters __percpu *counters);
int arppin_fill_pin(struct sk_buff *skb, const struct arppin_pin *pin);
int arppin_fill_guard(struct sk_buff *skb, const struct arppin_dev *adev);
int arppin_fill_sighting(struct sk_buff *skb,
			 const struct arppin_sighting *sighting);
int arppin_fill_incident(struct sk_buff *skb,
			 const struct arppin_incident *incident,
			 const struct arppin_frames *frames);
int arppin_fill_incident_whole(struct sk_buff *skb,
			       const struct arppin_incident *incident,
			       const struct arppin_frames *frames, u64 end);

#endif /* _ARPPIN_FILL_H */
