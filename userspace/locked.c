// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <unistd.h>

#include "arppinctl.h"
#include "confirm.h"
#include "locked.h"
#include "msg.h"
#include "weaker.h"

union conf {
	struct arppin_pin_conf conf;
	__u8 room[sizeof(struct arppin_pin_conf) + ARPPIN_LLADDRS_MAX * ARPPIN_LLADDR_LEN];
};

static const struct arppin_pin_conf *conf_of(const struct pin *pin, union conf *conf)
{
	if (!pin)
		return NULL;
	conf->conf = (struct arppin_pin_conf){
		.mode = pin->mode,
		.resident = pin->resident,
		.count = pin->n_lladdrs,
	};
	memcpy(conf->room + sizeof(conf->conf), pin->lladdrs, pin->n_lladdrs * MAC_LEN);
	return &conf->conf;
}

static struct arppin_guard policy_of(const struct guard *guard)
{
	return (struct arppin_guard){
		.unpinned = guard->unpinned,
		.defend = guard->defend,
		.addresses = guard->addresses,
	};
}

const char *locked_pin(const struct pin *old, const struct pin *new, const struct guard *guard)
{
	struct arppin_guard policy = policy_of(guard);
	union conf before, after;

	return arppin_pin_weaker(conf_of(old, &before), conf_of(new, &after), &policy);
}

const char *locked_guard(const struct guard *old, const struct guard *new)
{
	struct arppin_guard before = policy_of(old), after = policy_of(new);

	return arppin_guard_weaker(&before, &after);
}

static const char *get_stats(const struct nlmsghdr *nlh, void *data)
{
	return msg_get_stats(nlh, data);
}

bool locked_read(struct ctl *ctl, bool *locked)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_STATS_GET);
	struct stats stats;

	if (!nl_do(&ctl->nl, nlh, get_stats, &stats))
		return false;
	/* An older module knows no lock. */
	*locked = stats.numbers[ARPPIN_A_STATS_LOCKED];
	return true;
}

static void tell(struct ctl *ctl)
{
	out_open_object(&ctl->out, NULL);
	out_bool(&ctl->out, "locked", true);
	out_text(&ctl->out, "locked: pins and guards can be added and strengthened only\n");
	out_close(&ctl->out);
}

/* A restore under way is not to be cut in half, nor one kept from being undone. */
static int lock_in_turn(struct ctl *ctl)
{
	char buffer[256] __attribute__((aligned(8)));
	int turn, status = confirm_turn(&turn);

	if (!status)
		status = do_request(ctl, nl_request(&ctl->nl, buffer, ARPPIN_CMD_LOCK), NULL,
				    NULL);
	if (turn >= 0)
		close(turn);
	return status;
}

int lock(struct ctl *ctl, int n, char *const words[])
{
	struct parse_error error;
	int status;

	if (!parse_nothing(n, words, &error))
		return wrong("%s", error.text);
	status = connect_kernel(ctl);
	if (!status)
		status = lock_in_turn(ctl);
	if (!status)
		tell(ctl);
	return status;
}
