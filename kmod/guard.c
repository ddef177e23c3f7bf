// SPDX-License-Identifier: GPL-2.0-only
/* Guards: a device's policy for addresses without a pin. */
#include <linux/atomic.h>
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

/*
 * Takes a place for the address, and of several CPUs one does. Without a free place
 * nobody: who claims many of our addresses shall not have us flood the segment.
 */
static bool may_announce(struct arppin_dev *adev, __be32 ip4)
{
	u32 ip = (__force u32)ip4, now = jiffies;
	atomic64_t *place = NULL;
	u64 was, old = 0;
	int i;

	for (i = 0; i < ARPPIN_DEFENDED; i++) {
		bool is_old;

		was = atomic64_read(&adev->defended[i]);
		/* Another CPU may have written a tick that is not over here. */
		is_old = !was ||
			 now + HZ - (u32)was >= ARPPIN_DEFEND_INTERVAL + HZ;
		if (was >> 32 == ip && !is_old)
			return false;
		if (is_old && (!place || was >> 32 == ip)) {
			place = &adev->defended[i];
			old = was;
		}
	}
	return place &&
	       atomic64_cmpxchg(place, old, (u64)ip << 32 | now) == old;
}

/**
 * arppin_guard_defend - announce an address that somebody else claims
 * @adev: the device
 * @dev: the same
 * @ip4: the address, which it has
 *
 * Once in ARPPIN_DEFEND_INTERVAL for an address (RFC 5227, section 2.4 (c)): else two
 * hosts that both defend it would never stop. And for ARPPIN_DEFENDED addresses at
 * most in that time.
 *
 * Context: softirq.
 */
void arppin_guard_defend(struct arppin_dev *adev, struct net_device *dev,
			 __be32 ip4)
{
	if (may_announce(adev, ip4))
		arp_send(ARPOP_REQUEST, ETH_P_ARP, ip4, dev, ip4, NULL,
			 dev->dev_addr, NULL);
}
