// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "names.h"
#include "out.h"
#include "print.h"

void print_pin_words(struct out *out, const struct pin *pin)
{
	out_address(out, "addr", "", &pin->addr);
	out_string(out, "family", NULL, pin->addr.family == AF_INET ? "ipv4" : "ipv6");
	out_string(out, "dev", " dev ", pin->dev);
	out_macs(out, "lladdr", " lladdr ", pin);
	out_name(out, "mode", " mode ", &names_mode, pin->mode);
	out_text(out, pin->resident ? " resident on" : " resident off");
	out_bool(out, "resident", pin->resident);
}

void print_pin(struct out *out, const char *key, const struct pin *pin)
{
	out_open_object(out, key);
	print_pin_words(out, pin);
	out_text(out, "\n    ");
	out_ifindex(out, pin->ifindex);
	out_counters(out, "counters", &pin->counters);
	out_text(out, "\n");
	out_close(out);
}

/* What may be left unsaid is. */
static void print_policy(struct out *out, const struct guard *guard)
{
	out_name(out, "unpinned", " unpinned ", &names_unpinned, guard->unpinned);
	if (guard->defend)
		out_text(out, " defend on");
	out_bool(out, "defend", guard->defend);
	if (guard->addresses)
		out_uint(out, "addresses", " addresses ", guard->addresses);
	else
		out_null(out, "addresses");
}

void print_guard_words(struct out *out, const struct guard *guard)
{
	out_string(out, "dev", "dev ", guard->dev);
	print_policy(out, guard);
}

void print_guard(struct out *out, const char *key, const struct guard *guard)
{
	out_open_object(out, key);
	print_guard_words(out, guard);
	out_text(out, "\n    ");
	out_ifindex(out, guard->ifindex);
	out_counters(out, "counters", &guard->counters);
	out_text(out, "\n");
	out_close(out);
}

static void print_variants(struct out *out, const char *before, __u32 variants)
{
	out_open_array(out, "variants");
	for (unsigned int i = 0; i < 32; i++) {
		if (!(variants & (1U << i)))
			continue;
		out_name(out, NULL, before, &names_variant, i);
		before = ",";
	}
	if (out->json)
		out_close(out);
}

/* `dev` is NULL where an incident has said it. */
static void json_sighting(struct out *out, const struct sighting *sighting, const char *dev)
{
	out_open_object(out, NULL);
	out_address(out, "addr", NULL, &sighting->addr);
	if (dev)
		out_string(out, "dev", NULL, dev);
	out_mac(out, "lladdr", NULL, sighting->lladdr);
	out_time(out, "first", "first_ns", NULL, sighting->first);
	out_time(out, "last", "last_ns", NULL, sighting->last);
	out_close(out);
}

static void json_sightings(struct out *out, const struct incident *incident)
{
	out_uint(out, "sightings_total", NULL, incident->n_sightings);
	out_open_array(out, "sightings");
	for (unsigned int i = 0; i < incident->n_told; i++)
		json_sighting(out, &incident->sightings[i], NULL);
	out_close(out);
}

static void json_end(struct out *out, __u64 end)
{
	out_bool(out, "live", !end);
	if (end) {
		out_time(out, "end", "end_ns", NULL, end);
	} else {
		out_null(out, "end");
		out_null(out, "end_ns");
	}
}

/* What is in events as well. */
static void json_incident(struct out *out, const struct incident *incident)
{
	out_uint(out, "id", NULL, incident->id);
	out_name(out, "kind", NULL, &names_incident, incident->kind);
	out_string(out, "dev", NULL, incident->dev);
	out_address(out, "addr", NULL, &incident->addr);
	out_mac(out, "lladdr", NULL, incident->lladdr);
	out_mac(out, "source", NULL, incident->source);
	print_variants(out, NULL, incident->variants);
	out_time(out, "start", "start_ns", NULL, incident->start);
	out_time(out, "last", "last_ns", NULL, incident->last);
	out_uint(out, "dropped", NULL, incident->dropped);
	out_uint(out, "passed", NULL, incident->passed);
	out_uint(out, "since_last", NULL, incident->since);
	if (*incident->port)
		out_string(out, "port", NULL, incident->port);
	else
		out_null(out, "port");
	json_sightings(out, incident);
	out_hex(out, "frame", incident->frame, incident->captured);
	out_uint(out, "frame_len", NULL, incident->frame_len);
}

/* The device and the address of an event are in one of its parts. */
static void json_subject(struct out *out, const struct event *event)
{
	const char *dev = event->dev;

	if (event->has_incident)
		dev = event->incident.dev;
	else if (event->has_pin)
		dev = event->pin.dev;
	else if (event->has_guard)
		dev = event->guard.dev;
	if (*dev)
		out_string(out, "dev", NULL, dev);
	if (event->has_incident)
		out_address(out, "addr", NULL, &event->incident.addr);
	else if (event->has_pin)
		out_address(out, "addr", NULL, &event->pin.addr);
}

static void json_event(struct out *out, const struct event *event)
{
	json_subject(out, event);
	if (event->ifindex)
		out_uint(out, "ifindex", NULL, event->ifindex);
	if (event->kind == ARPPIN_EVENT_PIN_BOUND || event->kind == ARPPIN_EVENT_PIN_UNBOUND)
		out_uint(out, "pins", NULL, event->pins);
	if (event->has_lladdr)
		out_mac(out, "lladdr", NULL, event->lladdr);
	if (event->has_incident) {
		out_open_object(out, "incident");
		json_incident(out, &event->incident);
		out_close(out);
	}
	if (event->has_pin)
		print_pin(out, "pin", &event->pin);
	if (event->has_guard)
		print_guard(out, "guard", &event->guard);
}

static void text_verdict(struct out *out, const struct incident *incident)
{
	if (incident->dropped && incident->passed)
		out_text(out, ": dropped and passed");
	else if (incident->dropped)
		out_text(out, ": dropped");
	else
		out_text(out, ": passed");
}

static void text_frames(struct out *out, const char *before, __u64 frames)
{
	out_uint(out, NULL, before, frames);
	out_text(out, frames == 1 ? " frame" : " frames");
}

/* Other addresses that `mac` has used, and `more` that are not told. */
static void text_also(struct out *out, const struct incident *incident, const __u8 mac[MAC_LEN],
		      __u32 more)
{
	const char *before = " (also ";
	bool any = more;

	for (unsigned int i = 0; i < incident->n_told; i++) {
		const struct sighting *sighting = &incident->sightings[i];

		if (memcmp(sighting->lladdr, mac, MAC_LEN))
			continue;
		out_address(out, NULL, before, &sighting->addr);
		before = ", ";
		any = true;
	}
	if (more) {
		out_uint(out, NULL, before, more);
		out_text(out, " more");
	}
	if (any)
		out_text(out, ")");
}

static void text_offender(struct out *out, const struct incident *incident)
{
	bool foreign = memcmp(incident->lladdr, incident->source, MAC_LEN);
	__u32 more = incident->n_sightings - incident->n_told;

	out_mac(out, NULL, " ", incident->lladdr);
	text_also(out, incident, incident->lladdr, foreign ? 0 : more);
	if (foreign) {
		out_mac(out, NULL, " in a frame from ", incident->source);
		text_also(out, incident, incident->source, more);
	}
}

/* What the claim contradicts; either may be NULL. */
static void text_contradicted(struct out *out, const struct incident *incident,
			      const struct pin *pin, const struct guard *guard)
{
	switch (incident->kind) {
	case ARPPIN_INCIDENT_OWN_ADDRESS:
		out_text(out, ", an address of this host");
		return;
	case ARPPIN_INCIDENT_MANY_ADDRESSES:
		if (guard && guard->addresses)
			out_uint(out, NULL, ", more than ", guard->addresses);
		else
			out_text(out, ", too many");
		out_text(out, " addresses");
		return;
	case ARPPIN_INCIDENT_UNPINNED:
		out_text(out, ", unpinned");
		return;
	default:
		if (pin)
			out_macs(out, NULL, ", pinned to ", pin);
	}
}

/* eth0: 192.0.2.1 claimed by MAC (also 192.0.2.66), pinned to MAC: dropped */
static void text_claim(struct out *out, const struct incident *incident, const struct pin *pin,
		       const struct guard *guard)
{
	out_string(out, NULL, " ", incident->dev);
	out_address(out, NULL, ": ", &incident->addr);
	switch (incident->kind) {
	case ARPPIN_INCIDENT_PROBE:
		out_text(out, " probed by");
		break;
	case ARPPIN_INCIDENT_MANY_OFFENDERS:
		out_text(out, " claimed by many, at first");
		break;
	default:
		out_text(out, " claimed by");
	}
	text_offender(out, incident);
	text_contradicted(out, incident, pin, guard);
	text_verdict(out, incident);
}

/* eth0: 192.0.2.1 claimed ...: dropped (reply; port swp3; incident 7; 1 frame) */
static void text_incident_event(struct out *out, const struct event *event)
{
	const struct incident *incident = &event->incident;
	__u64 frames = incident->dropped + incident->passed;

	text_claim(out, incident, event->has_pin ? &event->pin : NULL,
		   event->has_guard ? &event->guard : NULL);
	print_variants(out, " (", incident->variants);
	out_text(out, incident->variants ? "; " : " (");
	if (*incident->port) {
		out_string(out, NULL, "port ", incident->port);
		out_text(out, "; ");
	}
	out_uint(out, NULL, "incident ", incident->id);
	if (event->kind == ARPPIN_EVENT_INCIDENT_END) {
		text_frames(out, "; over after ", frames);
	} else {
		text_frames(out, "; ", incident->since);
		if (frames != incident->since)
			out_uint(out, NULL, ", in all ", frames);
	}
	out_text(out, ")");
}

static void text_incident(struct out *out, const struct incident *incident)
{
	out_uint(out, NULL, "", incident->id);
	out_name(out, NULL, " ", &names_incident, incident->kind);
	text_claim(out, incident, incident->has_pin ? &incident->pin : NULL,
		   incident->has_guard ? &incident->guard : NULL);
	print_variants(out, " (", incident->variants);
	if (incident->variants)
		out_text(out, ")");
	if (incident->end)
		out_time(out, NULL, NULL, "\n    ended ", incident->end);
	else
		out_text(out, "\n    live");
	out_time(out, NULL, NULL, " start ", incident->start);
	out_time(out, NULL, NULL, " last ", incident->last);
	out_uint(out, NULL, " dropped ", incident->dropped);
	out_uint(out, NULL, " passed ", incident->passed);
	if (*incident->port)
		out_string(out, NULL, " port ", incident->port);
	for (unsigned int i = 0; i < incident->n_told; i++) {
		const struct sighting *sighting = &incident->sightings[i];

		out_mac(out, NULL, "\n    ", sighting->lladdr);
		out_address(out, NULL, " also seen as ", &sighting->addr);
		out_time(out, NULL, NULL, " (since ", sighting->first);
		out_time(out, NULL, NULL, ", last ", sighting->last);
		out_text(out, ")");
	}
	out_text(out, "\n");
}

void print_incident(struct out *out, const char *key, const struct incident *incident)
{
	if (!out->json) {
		text_incident(out, incident);
		return;
	}
	out_open_object(out, key);
	json_incident(out, incident);
	json_end(out, incident->end);
	if (incident->has_pin)
		print_pin(out, "pin", &incident->pin);
	if (incident->has_guard)
		print_guard(out, "guard", &incident->guard);
	out_close(out);
}

void print_sighting(struct out *out, const struct sighting *sighting)
{
	if (out->json) {
		json_sighting(out, sighting, sighting->dev);
		return;
	}
	out_address(out, NULL, "", &sighting->addr);
	out_string(out, NULL, " dev ", sighting->dev);
	out_mac(out, NULL, " lladdr ", sighting->lladdr);
	out_time(out, NULL, NULL, " first ", sighting->first);
	out_time(out, NULL, NULL, " last ", sighting->last);
	out_text(out, "\n");
}

static void text_cache(struct out *out, const struct event *event)
{
	bool healed = event->kind == ARPPIN_EVENT_CACHE_HEALED;

	out_string(out, NULL, " ", event->pin.dev);
	out_address(out, NULL, ": ", &event->pin.addr);
	out_mac(out, NULL, healed ? " was at " : " put at ", event->lladdr);
	out_macs(out, NULL, healed ? " in the neighbour cache, healed to " :
				     " in the neighbour cache, pinned to ", &event->pin);
}

static void text_pin(struct out *out, const struct pin *pin)
{
	out_string(out, NULL, " ", pin->dev);
	out_text(out, ": ");
	print_pin_words(out, pin);
}

static void text_event(struct out *out, const struct event *event)
{
	if (event->has_incident) {
		text_incident_event(out, event);
	} else if (event->has_pin && event->has_lladdr) {
		text_cache(out, event);
	} else if (event->has_pin) {
		text_pin(out, &event->pin);
	} else if (event->has_guard) {
		out_string(out, NULL, " ", event->guard.dev);
		out_text(out, ":");
		print_policy(out, &event->guard);
	} else if (*event->dev) {
		out_string(out, NULL, " ", event->dev);
		if (event->ifindex)
			out_uint(out, NULL, ": ifindex ", event->ifindex);
		out_uint(out, NULL, event->ifindex ? ", pins " : ": pins ", event->pins);
	}
}

/* `seq` is 0 for what the tool itself has to tell. */
static void open_line(struct out *out, const char *kind, __u64 seq, __u64 time)
{
	out_open_object(out, NULL);
	out_string(out, "event", NULL, kind);
	if (seq)
		out_uint(out, "seq", NULL, seq);
	out_time(out, "time", "time_ns", "", time);
	if (out->json)
		return;
	if (seq)
		out_uint(out, NULL, " ", seq);
	else
		out_text(out, " -");
	out_string(out, NULL, " ", kind);
}

static void close_line(struct out *out)
{
	out_text(out, "\n");
	out_close(out);
}

void print_event(struct out *out, const struct event *event)
{
	const char *word = names_word(&names_event, event->kind);
	char unknown[32];

	snprintf(unknown, sizeof(unknown), "unknown-%u", event->kind);
	open_line(out, word ? word : unknown, event->seq, event->time);
	if (out->json)
		json_event(out, event);
	else
		text_event(out, event);
	close_line(out);
}

void print_lost(struct out *out, __u64 first, __u64 last)
{
	__u64 missing = last - first + 1;

	open_line(out, "lost", 0, out_now());
	out_uint(out, "missing", " ", missing);
	out_text(out, missing == 1 ? " event missing" : " events missing");
	out_uint(out, "first", " (seq ", first);
	out_uint(out, "last", " to ", last);
	out_text(out, ")");
	close_line(out);
}

void print_module(struct out *out, const char *kind)
{
	open_line(out, kind, 0, out_now());
	close_line(out);
}
