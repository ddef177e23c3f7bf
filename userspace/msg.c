// SPDX-License-Identifier: GPL-2.0-only
#include <linux/genetlink.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "msg.h"

static void put_address(struct nlmsghdr *nlh, const struct address *addr)
{
	mnl_attr_put(nlh, ARPPIN_A_PIN_ADDR, address_len(addr), addr->bytes);
}

void msg_put_pin_key(struct nlmsghdr *nlh, const struct pin *pin)
{
	if (*pin->dev)
		mnl_attr_put_strz(nlh, ARPPIN_A_PIN_DEV, pin->dev);
	if (pin->addr.family != AF_UNSPEC)
		put_address(nlh, &pin->addr);
}

void msg_put_pin(struct nlmsghdr *nlh, const struct pin *pin)
{
	struct nlattr *nest;

	msg_put_pin_key(nlh, pin);
	nest = mnl_attr_nest_start(nlh, ARPPIN_A_PIN_LLADDRS);
	for (unsigned int i = 0; i < pin->n_lladdrs; i++)
		mnl_attr_put(nlh, ARPPIN_A_LLADDRS_LLADDR, MAC_LEN, pin->lladdrs[i]);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put_u32(nlh, ARPPIN_A_PIN_MODE, pin->mode);
	mnl_attr_put_u8(nlh, ARPPIN_A_PIN_RESIDENT, pin->resident);
}

void msg_put_pin_flags(struct nlmsghdr *nlh, __u32 flags)
{
	mnl_attr_put_u32(nlh, ARPPIN_A_PIN_FLAGS, flags);
}

void msg_put_guard_dev(struct nlmsghdr *nlh, const char *dev)
{
	if (*dev)
		mnl_attr_put_strz(nlh, ARPPIN_A_GUARD_DEV, dev);
}

void msg_put_guard(struct nlmsghdr *nlh, const struct guard *guard)
{
	msg_put_guard_dev(nlh, guard->dev);
	if (guard->given & GUARD_UNPINNED)
		mnl_attr_put_u32(nlh, ARPPIN_A_GUARD_UNPINNED, guard->unpinned);
	if (guard->given & GUARD_DEFEND)
		mnl_attr_put_u8(nlh, ARPPIN_A_GUARD_DEFEND, guard->defend);
	if (guard->given & GUARD_ADDRESSES)
		mnl_attr_put_u32(nlh, ARPPIN_A_GUARD_ADDRESSES, guard->addresses);
}

void msg_put_incident_id(struct nlmsghdr *nlh, __u64 id)
{
	mnl_attr_put_u64(nlh, ARPPIN_A_INCIDENT_ID, id);
}

void msg_put_sighting_key(struct nlmsghdr *nlh, const struct sighting *sighting)
{
	if (*sighting->dev)
		mnl_attr_put_strz(nlh, ARPPIN_A_SIGHTING_DEV, sighting->dev);
	if (memcmp(sighting->lladdr, "\0\0\0\0\0\0", MAC_LEN))
		mnl_attr_put(nlh, ARPPIN_A_SIGHTING_LLADDR, MAC_LEN, sighting->lladdr);
}

void msg_put_event_seq(struct nlmsghdr *nlh, __u64 seq)
{
	mnl_attr_put_u64(nlh, ARPPIN_A_EVENT_SEQ, seq);
}

/*
 * Attributes -> struct, through tables: where a value goes, how long it is and
 * whether a message without it is wrong.
 */
enum kind {
	BOOL, U32, U64, MAC, ADDRESS, DEV, MACS, COUNTERS, PIN, GUARD, INCIDENT, FRAME, SIGHTING,
};

struct field {
	__u16 type;
	enum kind kind;
	size_t offset;
	const char *missing;	/* the message, if the attribute must be there */
};

#define BIT(n) (1U << (n))

static const char *get(const void *attrs, size_t len, const struct field *fields, size_t n,
		       void *object, __u32 *seen);

static const struct field counter_fields[] = {
	{ ARPPIN_A_COUNTER_ACCEPTED, U64, offsetof(struct counters, accepted), "no ACCEPTED" },
	{ ARPPIN_A_COUNTER_DROPPED, U64, offsetof(struct counters, dropped), "no DROPPED" },
	{ ARPPIN_A_COUNTER_PASSED, U64, offsetof(struct counters, passed), "no PASSED" },
	{ ARPPIN_A_COUNTER_NOTICED, U64, offsetof(struct counters, noticed), "no NOTICED" },
};

static const struct field pin_fields[] = {
	{ ARPPIN_A_PIN_DEV, DEV, offsetof(struct pin, dev), "a pin without DEV" },
	{ ARPPIN_A_PIN_IFINDEX, U32, offsetof(struct pin, ifindex), NULL },
	{ ARPPIN_A_PIN_ADDR, ADDRESS, offsetof(struct pin, addr), "a pin without ADDR" },
	{ ARPPIN_A_PIN_LLADDRS, MACS, 0, "a pin without LLADDRS" },
	{ ARPPIN_A_PIN_MODE, U32, offsetof(struct pin, mode), "a pin without MODE" },
	{ ARPPIN_A_PIN_RESIDENT, BOOL, offsetof(struct pin, resident), "a pin without RESIDENT" },
	{ ARPPIN_A_PIN_STATS, COUNTERS, offsetof(struct pin, counters), NULL },
};

static const struct field guard_fields[] = {
	{ ARPPIN_A_GUARD_DEV, DEV, offsetof(struct guard, dev), "a guard without DEV" },
	{ ARPPIN_A_GUARD_IFINDEX, U32, offsetof(struct guard, ifindex), NULL },
	{ ARPPIN_A_GUARD_UNPINNED, U32, offsetof(struct guard, unpinned),
	  "a guard without UNPINNED" },
	{ ARPPIN_A_GUARD_DEFEND, BOOL, offsetof(struct guard, defend), NULL },
	{ ARPPIN_A_GUARD_ADDRESSES, U32, offsetof(struct guard, addresses), NULL },
	{ ARPPIN_A_GUARD_STATS, COUNTERS, offsetof(struct guard, counters), NULL },
};

static const struct field sighting_fields[] = {
	{ ARPPIN_A_SIGHTING_DEV, DEV, offsetof(struct sighting, dev), NULL },
	{ ARPPIN_A_SIGHTING_LLADDR, MAC, offsetof(struct sighting, lladdr),
	  "a sighting without LLADDR" },
	{ ARPPIN_A_SIGHTING_ADDR, ADDRESS, offsetof(struct sighting, addr),
	  "a sighting without ADDR" },
	{ ARPPIN_A_SIGHTING_FIRST, U64, offsetof(struct sighting, first),
	  "a sighting without FIRST" },
	{ ARPPIN_A_SIGHTING_LAST, U64, offsetof(struct sighting, last),
	  "a sighting without LAST" },
};

static const struct field incident_fields[] = {
	{ ARPPIN_A_INCIDENT_ID, U64, offsetof(struct incident, id), "an incident without ID" },
	{ ARPPIN_A_INCIDENT_KIND, U32, offsetof(struct incident, kind),
	  "an incident without KIND" },
	{ ARPPIN_A_INCIDENT_DEV, DEV, offsetof(struct incident, dev), "an incident without DEV" },
	{ ARPPIN_A_INCIDENT_ADDR, ADDRESS, offsetof(struct incident, addr),
	  "an incident without ADDR" },
	{ ARPPIN_A_INCIDENT_LLADDR, MAC, offsetof(struct incident, lladdr),
	  "an incident without LLADDR" },
	{ ARPPIN_A_INCIDENT_SOURCE, MAC, offsetof(struct incident, source),
	  "an incident without SOURCE" },
	{ ARPPIN_A_INCIDENT_VARIANTS, U32, offsetof(struct incident, variants),
	  "an incident without VARIANTS" },
	{ ARPPIN_A_INCIDENT_START, U64, offsetof(struct incident, start),
	  "an incident without START" },
	{ ARPPIN_A_INCIDENT_LAST, U64, offsetof(struct incident, last),
	  "an incident without LAST" },
	{ ARPPIN_A_INCIDENT_DROPPED, U64, offsetof(struct incident, dropped),
	  "an incident without DROPPED" },
	{ ARPPIN_A_INCIDENT_PASSED, U64, offsetof(struct incident, passed),
	  "an incident without PASSED" },
	{ ARPPIN_A_INCIDENT_SINCE, U64, offsetof(struct incident, since),
	  "an incident without SINCE" },
	{ ARPPIN_A_INCIDENT_PORT, DEV, offsetof(struct incident, port), NULL },
	{ ARPPIN_A_INCIDENT_FRAME, FRAME, 0, NULL },
	{ ARPPIN_A_INCIDENT_FRAME_LEN, U32, offsetof(struct incident, frame_len), NULL },
	{ ARPPIN_A_INCIDENT_SIGHTINGS, U32, offsetof(struct incident, n_sightings), NULL },
	{ ARPPIN_A_INCIDENT_SIGHTING, SIGHTING, 0, NULL },
	{ ARPPIN_A_INCIDENT_END, U64, offsetof(struct incident, end), NULL },
	{ ARPPIN_A_INCIDENT_PIN, PIN, offsetof(struct incident, pin), NULL },
	{ ARPPIN_A_INCIDENT_GUARD, GUARD, offsetof(struct incident, guard), NULL },
};

static const struct field event_fields[] = {
	{ ARPPIN_A_EVENT_KIND, U32, offsetof(struct event, kind), "an event without KIND" },
	{ ARPPIN_A_EVENT_SEQ, U64, offsetof(struct event, seq), "an event without SEQ" },
	{ ARPPIN_A_EVENT_TIME, U64, offsetof(struct event, time), "an event without TIME" },
	{ ARPPIN_A_EVENT_PIN, PIN, offsetof(struct event, pin), NULL },
	{ ARPPIN_A_EVENT_GUARD, GUARD, offsetof(struct event, guard), NULL },
	{ ARPPIN_A_EVENT_INCIDENT, INCIDENT, offsetof(struct event, incident), NULL },
	{ ARPPIN_A_EVENT_LLADDR, MAC, offsetof(struct event, lladdr), NULL },
	{ ARPPIN_A_EVENT_DEV, DEV, offsetof(struct event, dev), NULL },
	{ ARPPIN_A_EVENT_IFINDEX, U32, offsetof(struct event, ifindex), NULL },
	{ ARPPIN_A_EVENT_PINS, U32, offsetof(struct event, pins), NULL },
};

static const char *get_string(const struct nlattr *attr, char *out, size_t size)
{
	const char *text = mnl_attr_get_payload(attr);
	size_t room = mnl_attr_get_payload_len(attr);
	size_t len = strnlen(text, room);

	if (len == room || len >= size)
		return "a string that has no end or is too long";
	memcpy(out, text, len + 1);
	return NULL;
}

static const char *get_address(const struct nlattr *attr, struct address *addr)
{
	size_t len = mnl_attr_get_payload_len(attr);

	if (len != 4 && len != 16)
		return "an address of a length that no address has";
	addr->family = len == 4 ? AF_INET : AF_INET6;
	memcpy(addr->bytes, mnl_attr_get_payload(attr), len);
	return NULL;
}

static const char *get_macs(const struct nlattr *nest, struct pin *pin)
{
	const struct nlattr *attr;

	pin->n_lladdrs = 0;
	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) != ARPPIN_A_LLADDRS_LLADDR)
			continue;
		if (mnl_attr_get_payload_len(attr) != MAC_LEN)
			return "a MAC address that is not 6 bytes long";
		if (pin->n_lladdrs == ARPPIN_LLADDRS_MAX)
			return "more than 16 MAC addresses in a pin";
		memcpy(pin->lladdrs[pin->n_lladdrs++], mnl_attr_get_payload(attr), MAC_LEN);
	}
	return pin->n_lladdrs ? NULL : "a pin without MAC addresses";
}

static const char *get_number(const struct nlattr *attr, size_t len, void *out)
{
	if (mnl_attr_get_payload_len(attr) != len)
		return "a number of the wrong length";
	memcpy(out, mnl_attr_get_payload(attr), len);
	return NULL;
}

static const char *get_bool(const struct nlattr *attr, bool *out)
{
	__u8 value = 0;
	const char *wrong = get_number(attr, sizeof(value), &value);

	*out = value;
	return wrong;
}

static const char *get_counters(const struct nlattr *nest, struct counters *counters)
{
	__u32 seen;

	counters->there = true;
	return get(mnl_attr_get_payload(nest), mnl_attr_get_payload_len(nest), counter_fields,
		   ARRAY_SIZE(counter_fields), counters, &seen);
}

static const char *get_pin(const void *attrs, size_t len, struct pin *pin)
{
	__u32 seen;

	return get(attrs, len, pin_fields, ARRAY_SIZE(pin_fields), pin, &seen);
}

static const char *get_guard(const void *attrs, size_t len, struct guard *guard)
{
	__u32 seen;

	guard->given = GUARD_ALL;
	return get(attrs, len, guard_fields, ARRAY_SIZE(guard_fields), guard, &seen);
}

static const char *get_sighting(const void *attrs, size_t len, struct sighting *sighting)
{
	__u32 seen;

	return get(attrs, len, sighting_fields, ARRAY_SIZE(sighting_fields), sighting, &seen);
}

static const char *get_frame(const struct nlattr *attr, struct incident *incident)
{
	size_t len = mnl_attr_get_payload_len(attr);

	if (len > sizeof(incident->frame))
		return "a frame of more than 64 bytes";
	memcpy(incident->frame, mnl_attr_get_payload(attr), len);
	incident->captured = len;
	return NULL;
}

static const char *get_told(const void *attrs, size_t len, struct incident *incident)
{
	if (incident->n_told == ARPPIN_INCIDENT_SIGHTINGS_MAX)
		return "more than 8 sightings in an incident";
	return get_sighting(attrs, len, &incident->sightings[incident->n_told++]);
}

static const char *get_incident(const void *attrs, size_t len, struct incident *incident)
{
	const char *wrong;
	__u32 seen;

	wrong = get(attrs, len, incident_fields, ARRAY_SIZE(incident_fields), incident, &seen);
	incident->has_pin = seen & BIT(ARPPIN_A_INCIDENT_PIN);
	incident->has_guard = seen & BIT(ARPPIN_A_INCIDENT_GUARD);
	if (wrong)
		return wrong;
	if (incident->frame_len < incident->captured)
		return "a frame of fewer bytes than are there";
	if (incident->n_sightings < incident->n_told)
		return "fewer sightings than are there";
	return NULL;
}

/* `object` is the struct that the attribute's table is about. */
static const char *get_field(const struct nlattr *attr, const struct field *field, void *object)
{
	const void *payload = mnl_attr_get_payload(attr);
	size_t len = mnl_attr_get_payload_len(attr);
	void *out = (char *)object + field->offset;

	switch (field->kind) {
	case BOOL:
		return get_bool(attr, out);
	case U32:
		return get_number(attr, sizeof(__u32), out);
	case U64:
		return get_number(attr, sizeof(__u64), out);
	case MAC:
		return get_number(attr, MAC_LEN, out);
	case ADDRESS:
		return get_address(attr, out);
	case DEV:
		return get_string(attr, out, IFNAMSIZ);
	case MACS:
		return get_macs(attr, object);
	case COUNTERS:
		return get_counters(attr, out);
	case PIN:
		return get_pin(payload, len, out);
	case GUARD:
		return get_guard(payload, len, out);
	case INCIDENT:
		return get_incident(payload, len, out);
	case FRAME:
		return get_frame(attr, object);
	case SIGHTING:
		break;
	}
	return get_told(payload, len, object);
}

/* Sets bit (1 << type) of `seen` for each attribute of the table. */
static const char *get(const void *attrs, size_t len, const struct field *fields, size_t n,
		       void *object, __u32 *seen)
{
	const struct nlattr *attr;
	const char *wrong;

	*seen = 0;
	mnl_attr_for_each_payload(attrs, len) {
		for (size_t i = 0; i < n; i++) {
			if (fields[i].type != mnl_attr_get_type(attr))
				continue;
			wrong = get_field(attr, &fields[i], object);
			if (wrong)
				return wrong;
			*seen |= BIT(fields[i].type);
		}
	}
	for (size_t i = 0; i < n; i++)
		if (fields[i].missing && !(*seen & BIT(fields[i].type)))
			return fields[i].missing;
	return NULL;
}

/* A message of the family: the header of generic netlink, then attributes. */
static const char *attributes(const struct nlmsghdr *nlh, const void **attrs, size_t *len)
{
	*len = mnl_nlmsg_get_payload_len(nlh);
	if (*len < GENL_HDRLEN)
		return "a message that is too short";
	*attrs = mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN);
	*len -= GENL_HDRLEN;
	return NULL;
}

const char *msg_get_pin(const struct nlmsghdr *nlh, struct pin *pin)
{
	const void *attrs;
	size_t len;
	const char *wrong = attributes(nlh, &attrs, &len);

	memset(pin, 0, sizeof(*pin));
	return wrong ? wrong : get_pin(attrs, len, pin);
}

const char *msg_get_guard(const struct nlmsghdr *nlh, struct guard *guard)
{
	const void *attrs;
	size_t len;
	const char *wrong = attributes(nlh, &attrs, &len);

	memset(guard, 0, sizeof(*guard));
	return wrong ? wrong : get_guard(attrs, len, guard);
}

const char *msg_get_incident(const struct nlmsghdr *nlh, struct incident *incident)
{
	const void *attrs;
	size_t len;
	const char *wrong = attributes(nlh, &attrs, &len);

	memset(incident, 0, sizeof(*incident));
	return wrong ? wrong : get_incident(attrs, len, incident);
}

const char *msg_get_sighting(const struct nlmsghdr *nlh, struct sighting *sighting)
{
	const void *attrs;
	size_t len;
	const char *wrong = attributes(nlh, &attrs, &len);

	memset(sighting, 0, sizeof(*sighting));
	if (!wrong)
		wrong = get_sighting(attrs, len, sighting);
	/* One that is told with an incident has the device of that. */
	return wrong || *sighting->dev ? wrong : "a sighting without DEV";
}

const char *msg_get_event(const struct nlmsghdr *nlh, struct event *event)
{
	const void *attrs;
	size_t len;
	const char *wrong = attributes(nlh, &attrs, &len);
	__u32 seen;

	memset(event, 0, sizeof(*event));
	if (wrong)
		return wrong;
	wrong = get(attrs, len, event_fields, ARRAY_SIZE(event_fields), event, &seen);
	event->has_pin = seen & BIT(ARPPIN_A_EVENT_PIN);
	event->has_guard = seen & BIT(ARPPIN_A_EVENT_GUARD);
	event->has_incident = seen & BIT(ARPPIN_A_EVENT_INCIDENT);
	event->has_lladdr = seen & BIT(ARPPIN_A_EVENT_LLADDR);
	return wrong;
}

const char *msg_get_stats(const struct nlmsghdr *nlh, struct stats *stats)
{
	const struct nlattr *attr;
	const char *wrong = NULL;
	size_t len;
	__u32 small = 0;

	memset(stats, 0, sizeof(*stats));
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		__u16 type = mnl_attr_get_type(attr);

		len = mnl_attr_get_payload_len(attr);
		if (type == ARPPIN_A_STATS_VERSION) {
			wrong = get_string(attr, stats->version, sizeof(stats->version));
		} else if (type == ARPPIN_A_STATS_CLAIMS) {
			wrong = get_counters(attr, &stats->claims);
		} else if (type <= ARPPIN_A_STATS_PAD || type > ARPPIN_A_STATS_MAX) {
			continue;
		} else if (len == sizeof(small)) {
			wrong = get_number(attr, sizeof(small), &small);
			stats->numbers[type] = small;
		} else {
			wrong = get_number(attr, sizeof(__u64), &stats->numbers[type]);
		}
		if (wrong)
			return wrong;
		stats->there[type] = true;
	}
	return NULL;
}

static const char *const pin_words[] = {
	[ARPPIN_A_PIN_DEV] = "dev",
	[ARPPIN_A_PIN_ADDR] = "address",
	[ARPPIN_A_PIN_LLADDRS] = "lladdr",
	[ARPPIN_A_PIN_MODE] = "mode",
	[ARPPIN_A_PIN_RESIDENT] = "resident",
};

static const char *const guard_words[] = {
	[ARPPIN_A_GUARD_DEV] = "dev",
	[ARPPIN_A_GUARD_UNPINNED] = "unpinned",
	[ARPPIN_A_GUARD_DEFEND] = "defend",
	[ARPPIN_A_GUARD_ADDRESSES] = "addresses",
};

static const char *const incident_words[] = {
	[ARPPIN_A_INCIDENT_ID] = "incident",
};

static const char *const sighting_words[] = {
	[ARPPIN_A_SIGHTING_DEV] = "dev",
	[ARPPIN_A_SIGHTING_LLADDR] = "lladdr",
};

static const char *const event_words[] = {
	[ARPPIN_A_EVENT_SEQ] = "since",
};

#define WORDS(array) { .words = (array), .n = sizeof(array) / sizeof((array)[0]) }

/* By command. */
static const struct {
	const char *const *words;
	size_t n;
} attr_words[ARPPIN_CMD_MAX + 1] = {
	[ARPPIN_CMD_PIN_NEW] = WORDS(pin_words),
	[ARPPIN_CMD_PIN_DEL] = WORDS(pin_words),
	[ARPPIN_CMD_PIN_GET] = WORDS(pin_words),
	[ARPPIN_CMD_PIN_FLUSH] = WORDS(pin_words),
	[ARPPIN_CMD_GUARD_SET] = WORDS(guard_words),
	[ARPPIN_CMD_GUARD_GET] = WORDS(guard_words),
	[ARPPIN_CMD_INCIDENT_GET] = WORDS(incident_words),
	[ARPPIN_CMD_SIGHTING_GET] = WORDS(sighting_words),
	[ARPPIN_CMD_EVENT_GET] = WORDS(event_words),
};

const char *msg_attr_word(const struct nlmsghdr *nlh, __u32 offset)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const char *const *words = attr_words[genl->cmd].words;
	size_t n = attr_words[genl->cmd].n;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		__u32 start = (const char *)attr - (const char *)nlh;
		__u16 type = mnl_attr_get_type(attr);

		/* It may be an attribute inside this one. */
		if (offset >= start && offset < start + mnl_attr_get_len(attr) && type < n)
			return words[type];
	}
	return NULL;
}
