// SPDX-License-Identifier: GPL-2.0-only
/* Guards: a device's policy for addresses without a pin. */
#include "compat.h"
#include "event.h"
#include "guard.h"
#include "log.h"

static const char * const said[] = {
	[ARPPIN_UNPINNED_ACCEPT] = "unpinned addresses are accepted",
	[ARPPIN_UNPINNED_AUDIT] = "unpinned addresses are audited",
	[ARPPIN_UNPINNED_DROP] = "unpinned addresses are dropped",
};

/**
 * arppin_guard_set - set a device's policy for unpinned addresses
 * @an: the network namespace
 * @name: the device's name; it need not exist
 * @unpinned: enum arppin_unpinned
 * @info: the request, for its extended ack and its sender's echo
 *
 * Context: an->lock; sleeps.
 * Return: ENOMEM, or what arppin_dev_get() refuses; then nothing has changed.
 */
int arppin_guard_set(struct arppin_net *an, const char *name, u8 unpinned,
		     struct genl_info *info)
{
	struct arppin_dev *adev = arppin_dev_get(an, name, info);

	if (IS_ERR(adev))
		return PTR_ERR(adev);
	if (adev->unpinned != unpinned) {
		WRITE_ONCE(adev->unpinned, unpinned);
		an->generation++;
		if (unpinned == ARPPIN_UNPINNED_ACCEPT)
			arppin_incidents_end(an, &adev->subject, false);
		arppin_event_guard(adev, info);
		arppin_log_dev(adev, said[unpinned]);
	}
	arppin_dev_put(adev);
	return 0;
}
