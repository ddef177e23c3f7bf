// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lock: from then on a network namespace's pins and guards can be added and
 * strengthened, not removed or weakened.
 */
#include <linux/module.h>
#include <net/genetlink.h>

#include "event.h"
#include "journal.h"
#include "lock.h"
#include "log.h"

/**
 * arppin_lock - lock the pins and guards of a network namespace
 * @an: the network namespace
 * @info: the request, for its extended ack and its sender's echo
 *
 * The initial one's lock keeps the module loaded until reboot as well. Another
 * one's must not: it goes with its namespace, and who made that may be a
 * container's root.
 *
 * Context: an->lock; sleeps.
 * Return: 0 also if it is locked already; ENOMEM, or EBUSY if the module is
 * being unloaded: then nothing has changed.
 */
int arppin_lock(struct arppin_net *an, struct genl_info *info)
{
	int err;

	lockdep_assert_held(&an->lock);
	if (an->locked)
		return 0;
	err = arppin_journal_alloc(an);
	if (err)
		return err;
	if (net_eq(an->net, &init_net) && !try_module_get(THIS_MODULE)) {
		NL_SET_ERR_MSG(info->extack, "the module is being unloaded");
		return -EBUSY;
	}
	an->locked = true;
	arppin_event_locked(an, info);
	arppin_log_locked(an);
	return 0;
}

/**
 * arppin_lock_check - may this change be made?
 * @an: the network namespace
 * @weaker: what it makes weaker, or NULL if nothing
 * @info: the request, for its extended ack
 *
 * Context: an->lock.
 * Return: EPERM if not.
 */
int arppin_lock_check(const struct arppin_net *an, const char *weaker,
		      struct genl_info *info)
{
	lockdep_assert_held(&an->lock);
	if (!an->locked || !weaker)
		return 0;
	info->extack->_msg = weaker;
	return -EPERM;
}
