// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "arppinctl.h"
#include "msg.h"
#include "prometheus.h"

/* In this order; what an older module does not tell is left out. */
static const struct {
	__u16 type;
	const char *key;
	const char *before;
} numbers[] = {
	{ ARPPIN_A_STATS_HOOK, "hook", "\nhook " },
	{ ARPPIN_A_STATS_NAMESPACES, "namespaces", "\nnamespaces " },
	{ ARPPIN_A_STATS_LOCKED, "locked", "\nlocked " },
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

static int ask(struct ctl *ctl, struct stats *stats)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_STATS_GET);

	return do_request(ctl, nlh, get_stats, stats);
}

/* The kinds of live incidents, as many as there may be and more. */
struct live {
	__u32 kinds[2 * ARPPIN_INCIDENTS_MAX];
	size_t n;
};

static const char *keep_live(const struct nlmsghdr *nlh, void *data)
{
	static struct incident incident;
	struct live *live = data;
	const char *bad = msg_get_incident(nlh, &incident);

	if (!bad && !incident.end && live->n < ARRAY_SIZE(live->kinds))
		live->kinds[live->n++] = incident.kind;
	return bad;
}

static bool count_live(struct ctl *ctl, __u64 count[PROMETHEUS_KINDS])
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_INCIDENT_GET);
	static struct live live;

	if (!nl_dump(&ctl->nl, nlh, keep_live, &live, &live.n))
		return false;
	for (size_t i = 0; i < live.n; i++)
		if (live.kinds[i] < PROMETHEUS_KINDS)
			count[live.kinds[i]]++;
	return true;
}

/* All is read before anything is printed. */
static int stats_prometheus(struct ctl *ctl)
{
	static const struct pin all;
	struct metrics metrics = {0};
	int status = ask(ctl, &metrics.stats);

	if (!status && (!pins_read(ctl, &all, &metrics.pins) ||
			!guards_read(ctl, &metrics.guards) || !count_live(ctl, metrics.live)))
		status = refused(ctl);
	if (!status)
		prometheus_print(&metrics);
	free(metrics.pins.pins);
	free(metrics.guards.guards);
	return status;
}

int stats(struct ctl *ctl, int n, char *const words[])
{
	struct parse_error error;
	struct stats answer;
	bool prometheus;
	int status;

	if (!parse_stats(n, words, &prometheus, &error))
		return wrong("%s", error.text);
	if (prometheus && ctl->out.json)
		return wrong("\"-j\": what Prometheus reads is lines, not JSON");
	status = connect_kernel(ctl);
	if (status)
		return status;
	if (prometheus)
		return stats_prometheus(ctl);
	status = ask(ctl, &answer);
	if (!status)
		print(&ctl->out, &answer);
	return status;
}
