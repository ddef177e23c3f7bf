// SPDX-License-Identifier: GPL-2.0-only
#include "arppinctl.h"
#include "msg.h"

/* In this order; what an older module does not tell is left out. */
static const struct {
	__u16 type;
	const char *key;
	const char *before;
} numbers[] = {
	{ ARPPIN_A_STATS_PINS, "pins", "\npins " },
	{ ARPPIN_A_STATS_PINS_MAX, "pins_max", "\npins_max " },
	{ ARPPIN_A_STATS_DEVS, "devs", "\ndevs " },
	{ ARPPIN_A_STATS_DEVS_MAX, "devs_max", "\ndevs_max " },
	{ ARPPIN_A_STATS_BOUND_HITS, "bound_hits", "\nbound_hits " },
	{ ARPPIN_A_STATS_IGNORED, "ignored", "\nignored " },
	{ ARPPIN_A_STATS_INCIDENTS, "incidents", "\nincidents " },
	{ ARPPIN_A_STATS_INCIDENTS_MAX, "incidents_max", "\nincidents_max " },
	{ ARPPIN_A_STATS_INCIDENTS_TOTAL, "incidents_total", "\nincidents_total " },
	{ ARPPIN_A_STATS_INCIDENTS_MERGED, "incidents_merged", "\nincidents_merged " },
	{ ARPPIN_A_STATS_INCIDENTS_LOST, "incidents_lost", "\nincidents_lost " },
	{ ARPPIN_A_STATS_INCIDENTS_ENDED, "incidents_ended", "\nincidents_ended " },
	{ ARPPIN_A_STATS_INCIDENTS_ENDED_MAX, "incidents_ended_max", "\nincidents_ended_max " },
	{ ARPPIN_A_STATS_INCIDENTS_FORGOTTEN, "incidents_forgotten", "\nincidents_forgotten " },
	{ ARPPIN_A_STATS_SIGHTINGS, "sightings", "\nsightings " },
	{ ARPPIN_A_STATS_SIGHTINGS_MAX, "sightings_max", "\nsightings_max " },
	{ ARPPIN_A_STATS_SIGHTINGS_REFUSED, "sightings_refused", "\nsightings_refused " },
	{ ARPPIN_A_STATS_EVENTS_EPOCH, "events_epoch", "\nevents_epoch " },
	{ ARPPIN_A_STATS_EVENTS, "events", "\nevents " },
	{ ARPPIN_A_STATS_EVENTS_FIRST, "events_first", "\nevents_first " },
	{ ARPPIN_A_STATS_EVENTS_MAX, "events_max", "\nevents_max " },
	{ ARPPIN_A_STATS_EVENTS_LOST, "events_lost", "\nevents_lost " },
	{ ARPPIN_A_STATS_CACHE_OVERRIDDEN, "cache_overridden", "\ncache_overridden " },
	{ ARPPIN_A_STATS_CACHE_HEALED, "cache_healed", "\ncache_healed " },
	{ ARPPIN_A_STATS_CACHE_RESTORED, "cache_restored", "\ncache_restored " },
};

static const char *get_stats(const struct nlmsghdr *nlh, void *data)
{
	return msg_get_stats(nlh, data);
}

static void print(struct out *out, const struct stats *stats)
{
	out_open_object(out, NULL);
	out_string(out, "version", "version ", stats->version);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		__u64 value = stats->numbers[numbers[i].type];

		if (!stats->there[numbers[i].type])
			continue;
		if (numbers[i].type == ARPPIN_A_STATS_EVENTS_EPOCH)
			out_time(out, numbers[i].key, "events_epoch_ns", numbers[i].before, value);
		else
			out_uint(out, numbers[i].key, numbers[i].before, value);
		if (numbers[i].type == ARPPIN_A_STATS_BOUND_HITS) {
			out_text(out, "\nclaims");
			out_counters(out, "claims", &stats->claims);
		}
	}
	out_text(out, "\n");
	out_close(out);
}

int stats(struct ctl *ctl, int n, char *const words[])
{
	char buffer[256] __attribute__((aligned(8)));
	struct parse_error error;
	struct nlmsghdr *nlh;
	struct stats answer;
	int status;

	if (!parse_nothing(n, words, &error))
		return wrong("%s", error.text);
	status = connect_kernel(ctl);
	if (status)
		return status;
	nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_STATS_GET);
	status = do_request(ctl, nlh, get_stats, &answer);
	if (!status)
		print(&ctl->out, &answer);
	return status;
}
