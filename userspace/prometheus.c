// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "names.h"
#include "prometheus.h"

#define NS_PER_S 1000000000ULL

/* Those of enum arppin_stats_attr that are a metric without labels. */
static const struct {
	__u16 type;
	const char *name;
	const char *kind;
	const char *help;
} numbers[] = {
	{ ARPPIN_A_STATS_HOOK, "hook", "gauge", "1 if ARP frames pass through arppin." },
	{ ARPPIN_A_STATS_LOCKED, "locked", "gauge",
	  "1 if pins and guards can be added and strengthened only." },
	{ ARPPIN_A_STATS_PINS, "pins", "gauge", "Pins." },
	{ ARPPIN_A_STATS_PINS_MAX, "pins_limit", "gauge", "How many pins there may be." },
	{ ARPPIN_A_STATS_DEVS, "devices", "gauge", "Device names with pins or a guard." },
	{ ARPPIN_A_STATS_DEVS_MAX, "devices_limit", "gauge",
	  "How many device names with pins or a guard there may be." },
	{ ARPPIN_A_STATS_BOUND_HITS, "requests_over_limit_total", "counter",
	  "Requests refused because of the limits of pins and devices." },
	{ ARPPIN_A_STATS_IGNORED, "ignored_frames_total", "counter",
	  "ARP frames that make no claim." },
	{ ARPPIN_A_STATS_INCIDENTS_MAX, "incidents_live_limit", "gauge",
	  "How many live incidents there may be, beside the merged ones." },
	{ ARPPIN_A_STATS_INCIDENTS_TOTAL, "incidents_total", "counter", "Incidents so far." },
	{ ARPPIN_A_STATS_INCIDENTS_MERGED, "incident_frames_merged_total", "counter",
	  "Frames counted with many offenders because a limit of incidents was reached." },
	{ ARPPIN_A_STATS_INCIDENTS_LOST, "incident_frames_lost_total", "counter",
	  "Frames that found no memory for an incident." },
	{ ARPPIN_A_STATS_INCIDENTS_ENDED, "incidents_ended", "gauge",
	  "Ended incidents that are kept." },
	{ ARPPIN_A_STATS_INCIDENTS_ENDED_MAX, "incidents_ended_limit", "gauge",
	  "How many ended incidents are kept." },
	{ ARPPIN_A_STATS_INCIDENTS_FORGOTTEN, "incidents_forgotten_total", "counter",
	  "Ended incidents that are not kept any more." },
	{ ARPPIN_A_STATS_EVENTS, "events_total", "counter", "Events so far." },
	{ ARPPIN_A_STATS_EVENTS_LOST, "events_lost_total", "counter",
	  "Events for which there was no memory." },
	{ ARPPIN_A_STATS_EVENTS_MAX, "events_kept_limit", "gauge", "How many events are kept." },
	{ ARPPIN_A_STATS_CACHE_OVERRIDDEN, "cache_overridden_total", "counter",
	  "Wrong MAC addresses found in the neighbour cache for a pinned address." },
	{ ARPPIN_A_STATS_CACHE_HEALED, "cache_healed_total", "counter",
	  "Neighbour entries put right." },
	{ ARPPIN_A_STATS_CACHE_RESTORED, "cache_restored_total", "counter",
	  "Resident neighbour entries put back." },
	{ ARPPIN_A_STATS_SIGHTINGS, "sightings", "gauge", "Sightings." },
	{ ARPPIN_A_STATS_SIGHTINGS_MAX, "sightings_limit", "gauge",
	  "How many sightings there may be." },
	{ ARPPIN_A_STATS_SIGHTINGS_REFUSED, "sightings_refused_total", "counter",
	  "Claims that would have been a new sighting, had there been room." },
};

static void head(const char *name, const char *kind, const char *help)
{
	printf("# HELP arppin_%s %s\n# TYPE arppin_%s %s\n", name, help, name, kind);
}

struct labels {
	char text[1024];	/* without the braces */
	size_t len;
};

/* Escaped twice: to be printable as everywhere, and as the format wants it. */
static void add_label(struct labels *labels, const char *name, const char *value)
{
	size_t room = sizeof(labels->text);
	char text[4 * 64];

	parse_escape(text, sizeof(text), value, strlen(value), false);
	labels->len += snprintf(labels->text + labels->len, room - labels->len, "%s%s=\"",
				labels->len ? "," : "", name);
	for (const char *c = text; *c; c++)
		labels->len += snprintf(labels->text + labels->len, room - labels->len, "%s%c",
					*c == '\\' || *c == '"' ? "\\" : "", *c);
	labels->len += snprintf(labels->text + labels->len, room - labels->len, "\"");
}

static void print_value(const char *name, const struct labels *labels, __u64 value)
{
	printf("arppin_%s{%s} %llu\n", name, labels->text, value);
}

/* One set of counters: a line for each. */
static void print_claims(const char *name, const struct labels *labels,
			 const struct counters *counters)
{
	const struct {
		const char *verdict;
		__u64 value;
	} claims[] = {
		{ "accepted", counters->accepted },
		{ "dropped", counters->dropped },
		{ "passed", counters->passed },
		{ "noticed", counters->noticed },
	};

	for (size_t i = 0; i < ARRAY_SIZE(claims); i++) {
		struct labels all = *labels;

		add_label(&all, "verdict", claims[i].verdict);
		print_value(name, &all, claims[i].value);
	}
}

static void print_numbers(const struct stats *stats)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		if (!stats->there[numbers[i].type])
			continue;
		head(numbers[i].name, numbers[i].kind, numbers[i].help);
		printf("arppin_%s %llu\n", numbers[i].name, stats->numbers[numbers[i].type]);
	}
}

static void print_module(const struct stats *stats)
{
	__u64 epoch = stats->numbers[ARPPIN_A_STATS_EVENTS_EPOCH];
	struct labels labels = {0};

	head("module_info", "gauge", "The version of the module; always 1.");
	add_label(&labels, "version", stats->version);
	print_value("module_info", &labels, 1);
	head("start_time_seconds", "gauge", "When the counting began, in seconds since 1970.");
	printf("arppin_start_time_seconds %llu.%09llu\n", epoch / NS_PER_S, epoch % NS_PER_S);
	head("claims_total", "counter", "Claims on all devices with pins or a guard.");
	print_claims("claims_total", &(struct labels){0}, &stats->claims);
}

static struct labels pin_labels(const struct pin *pin)
{
	struct labels labels = {0};
	char addr[INET6_ADDRSTRLEN] = "";

	inet_ntop(pin->addr.family, pin->addr.bytes, addr, sizeof(addr));
	add_label(&labels, "dev", pin->dev);
	add_label(&labels, "addr", addr);
	return labels;
}

static void print_pins(const struct pins *pins)
{
	head("pin_claims_total", "counter", "Claims about a pinned address.");
	for (size_t i = 0; i < pins->n; i++) {
		struct labels labels = pin_labels(&pins->pins[i]);

		print_claims("pin_claims_total", &labels, &pins->pins[i].counters);
	}
	head("pin_bound", "gauge", "Whether the device of a pin is there: 1 or 0.");
	for (size_t i = 0; i < pins->n; i++) {
		struct labels labels = pin_labels(&pins->pins[i]);
		const char *mode = names_word(&names_mode, pins->pins[i].mode);

		if (mode)
			add_label(&labels, "mode", mode);
		print_value("pin_bound", &labels, !!pins->pins[i].ifindex);
	}
}

static void print_guards(const struct guards *guards)
{
	head("guard_claims_total", "counter", "Claims about unpinned addresses on a device.");
	for (size_t i = 0; i < guards->n; i++) {
		struct labels labels = {0};

		add_label(&labels, "dev", guards->guards[i].dev);
		print_claims("guard_claims_total", &labels, &guards->guards[i].counters);
	}
}

static void print_live(const __u64 live[PROMETHEUS_KINDS])
{
	head("incidents_live", "gauge", "Incidents that go on, by kind.");
	for (__u32 kind = 1; kind < PROMETHEUS_KINDS; kind++) {
		struct labels labels = {0};

		add_label(&labels, "kind", names_word(&names_incident, kind));
		print_value("incidents_live", &labels, live[kind]);
	}
}

void prometheus_print(const struct metrics *metrics)
{
	print_module(&metrics->stats);
	print_numbers(&metrics->stats);
	print_live(metrics->live);
	print_pins(&metrics->pins);
	print_guards(&metrics->guards);
}
