/* SPDX-License-Identifier: GPL-2.0-only */
/* Pins, guards, incidents, sightings and events as the tool knows them. */
#ifndef MODEL_H
#define MODEL_H

#include <linux/types.h>
#include <net/if.h>
#include <stdbool.h>

#include "arppin.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define MAC_LEN 6

struct address {
	int family;		/* AF_INET, AF_INET6; AF_UNSPEC: none given */
	__u8 bytes[16];
};

static inline unsigned int address_len(const struct address *addr)
{
	return addr->family == AF_INET ? 4 : 16;
}

struct counters {
	bool there;
	__u64 accepted;
	__u64 dropped;
	__u64 passed;
	__u64 noticed;
};

struct pin {
	struct address addr;
	char dev[IFNAMSIZ];	/* "": none given */
	__u32 ifindex;		/* 0: unbound */
	__u8 lladdrs[ARPPIN_LLADDRS_MAX][MAC_LEN];
	unsigned int n_lladdrs;
	__u32 mode;		/* enum arppin_mode */
	bool resident;
	struct counters counters;
};

/* What a change of a guard names: the rest of it stays as it is. */
enum {
	GUARD_UNPINNED	= 1 << 0,
	GUARD_DEFEND	= 1 << 1,
	GUARD_ADDRESSES	= 1 << 2,
	GUARD_ALL	= GUARD_UNPINNED | GUARD_DEFEND | GUARD_ADDRESSES,
};

struct guard {
	char dev[IFNAMSIZ];
	__u32 ifindex;
	unsigned int given;	/* GUARD_*; of a guard that was read, all */
	__u32 unpinned;		/* enum arppin_unpinned */
	bool defend;
	__u32 addresses;	/* 0: no limit */
	struct counters counters;
};

/* By device name and address alone. */
int compare_pins(const struct pin *a, const struct pin *b);
int compare_guards(const struct guard *a, const struct guard *b);

/* Of two with the same key: all else that a file says is the same. */
bool same_pin(const struct pin *a, const struct pin *b);
bool same_guard(const struct guard *a, const struct guard *b);

struct sighting {
	char dev[IFNAMSIZ];	/* "": none given */
	__u8 lladdr[MAC_LEN];	/* zero: none given */
	struct address addr;
	__u64 first;
	__u64 last;
};

struct incident {
	__u64 id;
	__u32 kind;		/* enum arppin_incident_kind */
	char dev[IFNAMSIZ];
	struct address addr;
	__u8 lladdr[MAC_LEN];
	__u8 source[MAC_LEN];
	__u32 variants;
	__u64 start;
	__u64 last;
	__u64 dropped;
	__u64 passed;
	__u64 since;
	char port[IFNAMSIZ];	/* "": unknown */
	__u8 frame[ARPPIN_FRAME_MAX];
	__u32 captured;		/* bytes in `frame` */
	__u32 frame_len;	/* bytes that the frame had, as many at least */
	__u32 n_sightings;	/* as many at least as are told */
	__u32 n_told;
	struct sighting sightings[ARPPIN_INCIDENT_SIGHTINGS_MAX];
	__u64 end;		/* 0: it is live */
	bool has_pin;
	bool has_guard;
	struct pin pin;
	struct guard guard;
};

struct stats {
	char version[64];
	struct counters claims;
	__u64 numbers[ARPPIN_A_STATS_MAX + 1];	/* by enum arppin_stats_attr */
	bool there[ARPPIN_A_STATS_MAX + 1];
};

struct event {
	__u32 kind;		/* enum arppin_event_kind */
	__u64 seq;
	__u64 time;
	bool has_pin;
	bool has_guard;
	bool has_incident;
	bool has_lladdr;
	struct pin pin;
	struct guard guard;
	struct incident incident;
	__u8 lladdr[MAC_LEN];
	char dev[IFNAMSIZ];	/* "": not in the event */
	__u32 ifindex;
	__u32 pins;
};

#endif
