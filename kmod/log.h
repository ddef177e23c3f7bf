/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_LOG_H
#define _ARPPIN_LOG_H

#include "pin.h"

void arppin_log_incident(const struct arppin_incident *incident,
			 const struct arppin_frames *frames, bool ended);
void arppin_log_guard(const struct arppin_dev *adev);
void arppin_log_locked(const struct arppin_net *an);
void arppin_log_pin(const struct arppin_pin *pin, const char *what);
void arppin_log_dev(const struct arppin_dev *adev, const char *what);
void arppin_log_cache(const struct arppin_pin *pin, const u8 *lladdr,
		      const char *what);

#endif /* _ARPPIN_LOG_H */
