/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_EVENT_H
#define _ARPPIN_EVENT_H

#include "pin.h"

struct genl_info;

void arppin_events_stop(void);

void arppin_event_pin(enum arppin_event_kind kind, const struct arppin_pin *pin,
		      struct genl_info *info);
void arppin_event_guard(const struct arppin_dev *adev, struct genl_info *info);
void arppin_event_locked(struct arppin_net *an, struct genl_info *info);
void arppin_event_bound(enum arppin_event_kind kind,
			const struct arppin_dev *adev);
void arppin_event_cache(enum arppin_event_kind kind,
			const struct arppin_pin *pin, const u8 *lladdr);
void arppin_event_incident(enum arppin_event_kind kind,
			   const struct arppin_incident *incident,
			   const struct arppin_frames *frames);

#endif /* _ARPPIN_EVENT_H */
