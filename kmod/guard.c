// SPDX-License-Identifier: GPL-2.0-only
/* Guards: a device's policy for addresses without a pin. */
#include <linux/hash.h>
#include <linux/if_arp.h>
#include <linux/jiffies.h>
#include <net/arp.h>

#include "compat.h"
#include "event.h"
#include "guard.h"
#include "lock.h"
#include "log.h"

const struct arppin_guard arppin_no_guard = {
	.unpinned = ARPPIN_UNPINNED_ACCEPT,
};

bool arppin_guard_is_default(const struct arppin_guard *guard)
{
	return guard->unpinned == ARPPIN_UNPINNED_ACCEPT && !guard->defend &&
	       !guard->addresses;
}

/**
 * arppin_guard_set - set a device's policy
 * @an: the network namespace
 * @name: the device's name; it need not exist
 * @guard: the policy
 * @info: the request, for its extended ack and its sender's echo
 *
 * Context: an->lock; sleeps.
 * Return: EPERM if it is locked, ENOMEM, or what arppin_dev_get() refuses; then
 * nothing has changed.
 */
int arppin_guard_set(struct arppin_net *an, const char *name,
		     const struct arppin_guard *guard, struct genl_info *info)
{
	struct arppin_dev *adev = arppin_dev_get(an, name, info);
	struct arppin_guard was;
	int err;

	if (IS_ERR(adev))
		return PTR_ERR(adev);
	was = adev->guard;
	err = arppin_lock_check(an, arppin_guard_weaker(&was, guard), info);
	if (err)
		goto out;
	if (was.unpinned != guard->unpinned || was.defend != guard->defend ||
	    was.addresses != guard->addresses) {
		WRITE_ONCE(adev->guard.unpinned, guard->unpinned);
		WRITE_ONCE(adev->guard.defend, guard->defend);
		WRITE_ONCE(adev->guard.addresses, guard->addresses);
		an->generation++;
		if (was.unpinned != guard->unpinned &&
		    guard->unpinned == ARPPIN_UNPINNED_ACCEPT)
			arppin_incidents_end(an, &adev->subject, false);
		arppin_event_guard(adev, info);
		arppin_log_guard(adev);
	}
out:
	arppin_dev_put(adev);
	return err;
}

/**
 * arppin_guard_defend - announce an address that somebody else claims
 * @adev: the device
 * @dev: the same
 * @ip4: the address, which it has
 *
 * Once in ARPPIN_DEFEND_INTERVAL for an address (RFC 5227, section 2.4 (c)): else two
 * hosts that both defend it would never stop.
 *
 * Context: softirq.
 */
void arppin_guard_defend(struct arppin_dev *adev, struct net_device *dev,
			 __be32 ip4)
{
	unsigned long *place, last, time = jiffies;

	BUILD_BUG_ON_NOT_POWER_OF_2(ARPPIN_DEFENDED);
	place = &adev->defended[hash_32((__force u32)ip4,
					ilog2(ARPPIN_DEFENDED))];
	last = READ_ONCE(*place);
	if (time - last < ARPPIN_DEFEND_INTERVAL ||
	    cmpxchg(place, last, time) != last)
		return;
	arp_send(ARPOP_REQUEST, ETH_P_ARP, ip4, dev, ip4, NULL, dev->dev_addr,
		 NULL);
}
