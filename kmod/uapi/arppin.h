/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The generic netlink ABI of arppin. It only ever grows.
 *
 * Family "arppin", version 1, multicast group "events". Every request and the
 * group need CAP_NET_ADMIN in the user namespace that owns the network
 * namespace; each network namespace has its own pins, guards, incidents,
 * counters and listeners. Integers are in host byte order, addresses in
 * network byte order. Unknown attributes and unknown flag bits are refused.
 * NLM_F_CREATE, NLM_F_EXCL and NLM_F_REPLACE are not used (kernels from 6.1 on
 * refuse them for a new family): see ARPPIN_A_PIN_FLAGS.
 *
 * The same, machine readable: kmod/arppin.yaml.
 */
#ifndef _UAPI_ARPPIN_H
#define _UAPI_ARPPIN_H

#define ARPPIN_GENL_NAME	"arppin"
#define ARPPIN_GENL_VERSION	1
#define ARPPIN_GENL_GROUP	"events"

/* Bounds, each of one network namespace unless it says otherwise. */
#define ARPPIN_PINS_MAX		65536	/* pins */
#define ARPPIN_DEVS_MAX		4096	/* device names with pins or a guard */
#define ARPPIN_LLADDRS_MAX	16	/* MACs of one pin */
/* Of live incidents, beside one more that merges all offenders beyond. */
#define ARPPIN_INCIDENTS_MAX	1024
#define ARPPIN_INCIDENTS_PIN_MAX 16	/* of one pin */
#define ARPPIN_INCIDENTS_DEV_MAX 256	/* of one guarded device */
#define ARPPIN_INCIDENTS_ENDED_MAX 256	/* ended incidents that are kept */
#define ARPPIN_EVENTS_MAX	1024	/* events that are kept */
#define ARPPIN_SIGHTINGS_MAX	4096	/* sightings */
#define ARPPIN_SIGHTINGS_LLADDR_MAX 64	/* of one MAC on one device */
#define ARPPIN_INCIDENT_SIGHTINGS_MAX 8	/* that are told with an incident */
#define ARPPIN_FRAME_MAX	64	/* bytes of a frame that are kept */

/**
 * enum arppin_cmd - what a message asks for or tells
 * @ARPPIN_CMD_UNSPEC: never used
 * @ARPPIN_CMD_PIN_NEW: make a pin, or with ARPPIN_PIN_REPLACE swap the MACs,
 *	mode and residency of an existing one without an instant unprotected;
 *	enum arppin_pin_attr
 * @ARPPIN_CMD_PIN_DEL: remove the pin of one address; ENOENT if there is none
 * @ARPPIN_CMD_PIN_GET: one pin (DEV and ADDR given), or a dump of all
 *	(filtered by DEV, ADDR or both)
 * @ARPPIN_CMD_PIN_FLUSH: remove all pins, or all of one DEV
 * @ARPPIN_CMD_GUARD_SET: set the policy of a device: at least one of UNPINNED,
 *	DEFEND, ADDRESSES; the others stay what they are; enum arppin_guard_attr
 * @ARPPIN_CMD_GUARD_GET: the guard of one device, or a dump of all that differ
 *	from the default (filtered by DEV)
 * @ARPPIN_CMD_STATS_GET: counters and bounds; enum arppin_stats_attr
 * @ARPPIN_CMD_EVENT: multicast to the group "events", and to the sender of a
 *	change that set NLM_F_ECHO; enum arppin_event_attr
 * @ARPPIN_CMD_INCIDENT_GET: one incident (ID given), or a dump of all that are
 *	live and of the ARPPIN_INCIDENTS_ENDED_MAX that ended last, in the order
 *	of their end or, live, of their start; enum arppin_incident_attr
 * @ARPPIN_CMD_SIGHTING_GET: a dump of all sightings, in the order in which they
 *	were first made (filtered by DEV, LLADDR or both); enum
 *	arppin_sighting_attr
 * @ARPPIN_CMD_EVENT_GET: a dump of the kept events with a number above SEQ (0
 *	or absent: of all), in order: a gap is a loss. ERANGE if SEQ is above the
 *	latest number: it is of another life of the module; enum
 *	arppin_event_attr
 * @ARPPIN_CMD_LOCK: from now on, until the network namespace goes or the module
 *	is unloaded, its pins and guards can be added and strengthened; what would
 *	remove or weaken one is refused: EPERM. In the initial one the module
 *	cannot be unloaded any more. No attributes; again, it does nothing
 */
enum arppin_cmd {
	ARPPIN_CMD_UNSPEC,
	ARPPIN_CMD_PIN_NEW,
	ARPPIN_CMD_PIN_DEL,
	ARPPIN_CMD_PIN_GET,
	ARPPIN_CMD_PIN_FLUSH,
	ARPPIN_CMD_GUARD_SET,
	ARPPIN_CMD_GUARD_GET,
	ARPPIN_CMD_STATS_GET,
	ARPPIN_CMD_EVENT,
	ARPPIN_CMD_INCIDENT_GET,
	ARPPIN_CMD_SIGHTING_GET,
	ARPPIN_CMD_EVENT_GET,
	ARPPIN_CMD_LOCK,

	/* private: */
	__ARPPIN_CMD_MAX,
	ARPPIN_CMD_MAX = __ARPPIN_CMD_MAX - 1
};

/**
 * enum arppin_mode - what a pin does with a conflicting claim
 * @ARPPIN_MODE_ENFORCE: drop it and tell (the default)
 * @ARPPIN_MODE_AUDIT: let it pass and tell
 */
enum arppin_mode {
	ARPPIN_MODE_ENFORCE = 1,
	ARPPIN_MODE_AUDIT,
};

/**
 * enum arppin_unpinned - a guard: what a device does with a claim about an
 *	address that has no pin
 * @ARPPIN_UNPINNED_ACCEPT: let it pass (the default)
 * @ARPPIN_UNPINNED_AUDIT: let it pass and tell
 * @ARPPIN_UNPINNED_DROP: drop it and tell: the host then talks to pinned
 *	neighbours alone
 */
enum arppin_unpinned {
	ARPPIN_UNPINNED_ACCEPT = 1,
	ARPPIN_UNPINNED_AUDIT,
	ARPPIN_UNPINNED_DROP,
};

/**
 * enum arppin_variant - the shape of the packet that made a claim
 * @ARPPIN_VARIANT_REPLY: ARP reply
 * @ARPPIN_VARIANT_REQUEST_TO_US: ARP request for an address of this host
 * @ARPPIN_VARIANT_REQUEST_TO_OTHER: ARP request for another host's address
 * @ARPPIN_VARIANT_GRATUITOUS_REQUEST: ARP request, sender and target address
 *	equal: an announcement (RFC 5227, section 2.3)
 * @ARPPIN_VARIANT_GRATUITOUS_REPLY: ARP reply, sender and target address equal
 * @ARPPIN_VARIANT_PROBE: ARP request with sender address 0.0.0.0 (RFC 5227,
 *	section 2.1.1): it asks about the target address and claims nothing
 *
 * ARPPIN_A_INCIDENT_VARIANTS has bit (1 << variant) for each variant seen.
 */
enum arppin_variant {
	ARPPIN_VARIANT_REPLY = 1,
	ARPPIN_VARIANT_REQUEST_TO_US,
	ARPPIN_VARIANT_REQUEST_TO_OTHER,
	ARPPIN_VARIANT_GRATUITOUS_REQUEST,
	ARPPIN_VARIANT_GRATUITOUS_REPLY,
	ARPPIN_VARIANT_PROBE,
};

/**
 * enum arppin_incident_kind - why an incident is told
 * @ARPPIN_INCIDENT_CONFLICT: a pinned address claimed by an unpinned MAC;
 *	dropped or passed by the pin's mode
 * @ARPPIN_INCIDENT_PROBE: a stranger asks whether the pinned address is free
 *	and may be about to use it; always passed
 * @ARPPIN_INCIDENT_FOREIGN_SOURCE: the pinned MAC claims its address, but the
 *	Ethernet frame came from a MAC that is not in the pin (port stealing);
 *	always passed: the claim itself is true
 * @ARPPIN_INCIDENT_UNPINNED: an unpinned address claimed on a guarded device;
 *	dropped or passed by the guard
 * @ARPPIN_INCIDENT_MANY_OFFENDERS: all offenders beyond the bound of live
 *	incidents, merged; DEV, ADDR, LLADDR and SOURCE are those of the first
 *	of them. Beyond ARPPIN_INCIDENTS_MAX they are those of the whole network
 *	namespace, and the event has neither PIN nor GUARD
 * @ARPPIN_INCIDENT_OWN_ADDRESS: somebody else claims an address that the device
 *	has (RFC 5227, section 2.4); told, and dropped only by a guard that drops
 *	unpinned addresses. A probe is none, and neither is a claim by the MAC of
 *	one of our own devices. An incident for each address
 * @ARPPIN_INCIDENT_MANY_ADDRESSES: a MAC claims one more address than
 *	ARPPIN_A_GUARD_ADDRESSES allows; dropped
 */
enum arppin_incident_kind {
	ARPPIN_INCIDENT_CONFLICT = 1,
	ARPPIN_INCIDENT_PROBE,
	ARPPIN_INCIDENT_FOREIGN_SOURCE,
	ARPPIN_INCIDENT_UNPINNED,
	ARPPIN_INCIDENT_MANY_OFFENDERS,
	ARPPIN_INCIDENT_OWN_ADDRESS,
	ARPPIN_INCIDENT_MANY_ADDRESSES,
};

/**
 * enum arppin_event_kind - what happened
 * @ARPPIN_EVENT_INCIDENT_START: first frame of an offender; told at once;
 *	INCIDENT, and PIN or GUARD (but see ARPPIN_INCIDENT_MANY_OFFENDERS)
 * @ARPPIN_EVENT_INCIDENT_UPDATE: it goes on; told after 1 s and then at
 *	doubling intervals of up to 5 min, if there were frames; as START
 * @ARPPIN_EVENT_INCIDENT_END: 60 s of quiet, or its pin or guard has gone;
 *	as START
 * @ARPPIN_EVENT_PIN_NEW: PIN
 * @ARPPIN_EVENT_PIN_CHANGE: a pin was replaced; PIN as it is now
 * @ARPPIN_EVENT_PIN_DEL: PIN as it was
 * @ARPPIN_EVENT_PIN_BOUND: a device with pins or a guard has appeared; DEV,
 *	IFINDEX, PINS
 * @ARPPIN_EVENT_PIN_UNBOUND: the device has gone, been renamed, moved to
 *	another network namespace, or become something else than Ethernet; its
 *	pins wait for it; DEV, PINS
 * @ARPPIN_EVENT_CACHE_HEALED: the neighbour cache had LLADDR for the pinned
 *	address, and has the pin's MAC now, or asks which of several it is;
 *	PIN, LLADDR
 * @ARPPIN_EVENT_CACHE_OVERRIDDEN: somebody wrote LLADDR, which is not in the
 *	pin, into the neighbour cache; healed next; PIN, LLADDR
 * @ARPPIN_EVENT_GUARD_CHANGE: GUARD as it is now
 * @ARPPIN_EVENT_LOCKED: pins and guards can no longer be removed or weakened:
 *	ARPPIN_CMD_LOCK
 */
enum arppin_event_kind {
	ARPPIN_EVENT_INCIDENT_START = 1,
	ARPPIN_EVENT_INCIDENT_UPDATE,
	ARPPIN_EVENT_INCIDENT_END,
	ARPPIN_EVENT_PIN_NEW,
	ARPPIN_EVENT_PIN_CHANGE,
	ARPPIN_EVENT_PIN_DEL,
	ARPPIN_EVENT_PIN_BOUND,
	ARPPIN_EVENT_PIN_UNBOUND,
	ARPPIN_EVENT_CACHE_HEALED,
	ARPPIN_EVENT_CACHE_OVERRIDDEN,
	ARPPIN_EVENT_GUARD_CHANGE,
	ARPPIN_EVENT_LOCKED,
};

/* ARPPIN_A_PIN_FLAGS */
#define ARPPIN_PIN_REPLACE	0x1	/* an existing pin is replaced; without
					 * the flag it is refused: EEXIST
					 */

/**
 * enum arppin_pin_attr - attributes of a pin
 * @ARPPIN_A_PIN_UNSPEC: never used
 * @ARPPIN_A_PIN_PAD: alignment
 * @ARPPIN_A_PIN_DEV: string, a device name (it need not exist yet; while it is
 *	an alternative name only, none has it)
 * @ARPPIN_A_PIN_IFINDEX: u32, output: the device it is bound to; absent while
 *	there is none
 * @ARPPIN_A_PIN_ADDR: binary, 4 (IPv4) or 16 (IPv6) bytes, a unicast address;
 *	IPv6 is refused (EAFNOSUPPORT) until Neighbour Discovery is guarded
 * @ARPPIN_A_PIN_LLADDRS: nest, 1 to ARPPIN_LLADDRS_MAX times
 *	ARPPIN_A_LLADDRS_LLADDR, no two alike
 * @ARPPIN_A_PIN_MODE: u32, enum arppin_mode, default enforce
 * @ARPPIN_A_PIN_RESIDENT: u8, 0 or 1: keep the address resolvable whatever
 *	happens to the neighbour cache; default 1 with enforce and 0 with
 *	audit, where 1 is refused
 * @ARPPIN_A_PIN_FLAGS: u32, input of PIN_NEW: ARPPIN_PIN_*
 * @ARPPIN_A_PIN_STATS: nest, output: enum arppin_counter_attr
 */
enum arppin_pin_attr {
	ARPPIN_A_PIN_UNSPEC,
	ARPPIN_A_PIN_PAD,
	ARPPIN_A_PIN_DEV,
	ARPPIN_A_PIN_IFINDEX,
	ARPPIN_A_PIN_ADDR,
	ARPPIN_A_PIN_LLADDRS,
	ARPPIN_A_PIN_MODE,
	ARPPIN_A_PIN_RESIDENT,
	ARPPIN_A_PIN_FLAGS,
	ARPPIN_A_PIN_STATS,

	/* private: */
	__ARPPIN_A_PIN_MAX,
	ARPPIN_A_PIN_MAX = __ARPPIN_A_PIN_MAX - 1
};

/**
 * enum arppin_lladdrs_attr - a list of link-layer addresses
 * @ARPPIN_A_LLADDRS_UNSPEC: never used
 * @ARPPIN_A_LLADDRS_LLADDR: binary, 6 bytes, a unicast MAC that is not zero;
 *	any number of times
 */
enum arppin_lladdrs_attr {
	ARPPIN_A_LLADDRS_UNSPEC,
	ARPPIN_A_LLADDRS_LLADDR,

	/* private: */
	__ARPPIN_A_LLADDRS_MAX,
	ARPPIN_A_LLADDRS_MAX = __ARPPIN_A_LLADDRS_MAX - 1
};

/**
 * enum arppin_counter_attr - what was done with the claims about one pinned
 *	address, or about the unpinned addresses of one guarded device, or
 *	about all addresses; no count is ever lost
 * @ARPPIN_A_COUNTER_UNSPEC: never used
 * @ARPPIN_A_COUNTER_PAD: alignment
 * @ARPPIN_A_COUNTER_ACCEPTED: u64, claims that were right
 * @ARPPIN_A_COUNTER_DROPPED: u64, claims dropped
 * @ARPPIN_A_COUNTER_PASSED: u64, claims that only audit let pass
 * @ARPPIN_A_COUNTER_NOTICED: u64, frames told and let pass by any mode and
 *	guard: probes by strangers, foreign Ethernet sources, claims of our own
 *	address on a device that does not drop unpinned ones
 */
enum arppin_counter_attr {
	ARPPIN_A_COUNTER_UNSPEC,
	ARPPIN_A_COUNTER_PAD,
	ARPPIN_A_COUNTER_ACCEPTED,
	ARPPIN_A_COUNTER_DROPPED,
	ARPPIN_A_COUNTER_PASSED,
	ARPPIN_A_COUNTER_NOTICED,

	/* private: */
	__ARPPIN_A_COUNTER_MAX,
	ARPPIN_A_COUNTER_MAX = __ARPPIN_A_COUNTER_MAX - 1
};

/**
 * enum arppin_guard_attr - attributes of a guard
 * @ARPPIN_A_GUARD_UNSPEC: never used
 * @ARPPIN_A_GUARD_PAD: alignment
 * @ARPPIN_A_GUARD_DEV: string, a device name, as ARPPIN_A_PIN_DEV
 * @ARPPIN_A_GUARD_IFINDEX: u32, output, as ARPPIN_A_PIN_IFINDEX
 * @ARPPIN_A_GUARD_UNPINNED: u32, enum arppin_unpinned
 * @ARPPIN_A_GUARD_STATS: nest, output: enum arppin_counter_attr
 * @ARPPIN_A_GUARD_DEFEND: u8, 0 (the default) or 1: answer a claim of an address
 *	that the device has with an announcement, at most once in 10 s for an
 *	address (RFC 5227, section 2.4 (c)), and for 16 addresses in that time
 * @ARPPIN_A_GUARD_ADDRESSES: u32, 0 (no limit, the default) to
 *	ARPPIN_SIGHTINGS_LLADDR_MAX: a MAC that has claimed so many addresses on
 *	the device in the last hour is not believed a further unpinned one, nor
 *	is a new one believed that is claimed in a frame of another MAC
 */
enum arppin_guard_attr {
	ARPPIN_A_GUARD_UNSPEC,
	ARPPIN_A_GUARD_PAD,
	ARPPIN_A_GUARD_DEV,
	ARPPIN_A_GUARD_IFINDEX,
	ARPPIN_A_GUARD_UNPINNED,
	ARPPIN_A_GUARD_STATS,
	ARPPIN_A_GUARD_DEFEND,
	ARPPIN_A_GUARD_ADDRESSES,

	/* private: */
	__ARPPIN_A_GUARD_MAX,
	ARPPIN_A_GUARD_MAX = __ARPPIN_A_GUARD_MAX - 1
};

/**
 * enum arppin_incident_attr - attributes of an incident: all the frames of one
 *	offender (LLADDR and SOURCE) against one pin or guarded device
 * @ARPPIN_A_INCIDENT_UNSPEC: never used
 * @ARPPIN_A_INCIDENT_PAD: alignment
 * @ARPPIN_A_INCIDENT_ID: u64, counts up from 1
 * @ARPPIN_A_INCIDENT_KIND: u32, enum arppin_incident_kind
 * @ARPPIN_A_INCIDENT_DEV: string, device name
 * @ARPPIN_A_INCIDENT_ADDR: binary, 4 or 16 bytes, the address claimed or
 *	probed (of a guarded device: by the first frame)
 * @ARPPIN_A_INCIDENT_LLADDR: binary, 6 bytes, the claimed (ARP sender) MAC
 * @ARPPIN_A_INCIDENT_SOURCE: binary, 6 bytes, the Ethernet source MAC
 * @ARPPIN_A_INCIDENT_VARIANTS: u32, bit (1 << enum arppin_variant) for each
 *	variant seen
 * @ARPPIN_A_INCIDENT_START: u64, ns since 1970-01-01 UTC, the first frame
 * @ARPPIN_A_INCIDENT_LAST: u64, ns since 1970-01-01 UTC, the latest frame, to
 *	the kernel's timer tick
 * @ARPPIN_A_INCIDENT_DROPPED: u64, frames dropped since START
 * @ARPPIN_A_INCIDENT_PASSED: u64, frames let pass since START
 * @ARPPIN_A_INCIDENT_SINCE: u64, frames since the event before this one
 * @ARPPIN_A_INCIDENT_PORT: string, the port of a bridge or bond at which the
 *	offender's frames arrive; absent while unknown
 * @ARPPIN_A_INCIDENT_FRAME: binary, up to ARPPIN_FRAME_MAX bytes, the beginning
 *	of the first frame, from its Ethernet header on, without VLAN tags; empty
 *	if its header was another
 * @ARPPIN_A_INCIDENT_FRAME_LEN: u32, the bytes that the first frame had; 0 if
 *	FRAME is empty
 * @ARPPIN_A_INCIDENT_SIGHTINGS: u32, how many other addresses LLADDR and SOURCE
 *	are known to have used on the device
 * @ARPPIN_A_INCIDENT_SIGHTING: nest, enum arppin_sighting_attr, once for each of
 *	these, but no more than ARPPIN_INCIDENT_SIGHTINGS_MAX times
 * @ARPPIN_A_INCIDENT_END: u64, ns since 1970-01-01 UTC, when it was told to have
 *	ended; absent while it is live
 * @ARPPIN_A_INCIDENT_PIN: nest, enum arppin_pin_attr, in the answer to
 *	INCIDENT_GET: its pin, as it was when the incident ended
 * @ARPPIN_A_INCIDENT_GUARD: nest, enum arppin_guard_attr, likewise: its guard
 */
enum arppin_incident_attr {
	ARPPIN_A_INCIDENT_UNSPEC,
	ARPPIN_A_INCIDENT_PAD,
	ARPPIN_A_INCIDENT_ID,
	ARPPIN_A_INCIDENT_KIND,
	ARPPIN_A_INCIDENT_DEV,
	ARPPIN_A_INCIDENT_ADDR,
	ARPPIN_A_INCIDENT_LLADDR,
	ARPPIN_A_INCIDENT_SOURCE,
	ARPPIN_A_INCIDENT_VARIANTS,
	ARPPIN_A_INCIDENT_START,
	ARPPIN_A_INCIDENT_LAST,
	ARPPIN_A_INCIDENT_DROPPED,
	ARPPIN_A_INCIDENT_PASSED,
	ARPPIN_A_INCIDENT_SINCE,
	ARPPIN_A_INCIDENT_PORT,
	ARPPIN_A_INCIDENT_FRAME,
	ARPPIN_A_INCIDENT_FRAME_LEN,
	ARPPIN_A_INCIDENT_SIGHTINGS,
	ARPPIN_A_INCIDENT_SIGHTING,
	ARPPIN_A_INCIDENT_END,
	ARPPIN_A_INCIDENT_PIN,
	ARPPIN_A_INCIDENT_GUARD,

	/* private: */
	__ARPPIN_A_INCIDENT_MAX,
	ARPPIN_A_INCIDENT_MAX = __ARPPIN_A_INCIDENT_MAX - 1
};

/**
 * enum arppin_sighting_attr - a MAC has been seen to use an address: it claimed
 *	it, in a frame of its own, against nobody's pin. Sightings are for naming
 *	offenders; no claim is believed because of them
 * @ARPPIN_A_SIGHTING_UNSPEC: never used
 * @ARPPIN_A_SIGHTING_PAD: alignment
 * @ARPPIN_A_SIGHTING_DEV: string, device name
 * @ARPPIN_A_SIGHTING_LLADDR: binary, 6 bytes, the MAC
 * @ARPPIN_A_SIGHTING_ADDR: binary, 4 or 16 bytes, the address
 * @ARPPIN_A_SIGHTING_FIRST: u64, ns since 1970-01-01 UTC, the first claim
 * @ARPPIN_A_SIGHTING_LAST: u64, ns since 1970-01-01 UTC, the latest claim, to
 *	the second
 */
enum arppin_sighting_attr {
	ARPPIN_A_SIGHTING_UNSPEC,
	ARPPIN_A_SIGHTING_PAD,
	ARPPIN_A_SIGHTING_DEV,
	ARPPIN_A_SIGHTING_LLADDR,
	ARPPIN_A_SIGHTING_ADDR,
	ARPPIN_A_SIGHTING_FIRST,
	ARPPIN_A_SIGHTING_LAST,

	/* private: */
	__ARPPIN_A_SIGHTING_MAX,
	ARPPIN_A_SIGHTING_MAX = __ARPPIN_A_SIGHTING_MAX - 1
};

/**
 * enum arppin_stats_attr - the answer to STATS_GET, of one network namespace
 * @ARPPIN_A_STATS_UNSPEC: never used
 * @ARPPIN_A_STATS_PAD: alignment
 * @ARPPIN_A_STATS_VERSION: string, the module's version
 * @ARPPIN_A_STATS_PINS: u32, pins
 * @ARPPIN_A_STATS_PINS_MAX: u32, ARPPIN_PINS_MAX
 * @ARPPIN_A_STATS_DEVS: u32, device names with pins or a guard
 * @ARPPIN_A_STATS_DEVS_MAX: u32, ARPPIN_DEVS_MAX
 * @ARPPIN_A_STATS_BOUND_HITS: u64, requests refused because of PINS_MAX or
 *	DEVS_MAX
 * @ARPPIN_A_STATS_CLAIMS: nest, enum arppin_counter_attr, over all devices
 *	with pins or a guard
 * @ARPPIN_A_STATS_IGNORED: u64, ARP frames on those devices that make no claim
 *	(RFC 826: other hardware or protocol type, unknown operation, sender
 *	address zero): passed to the kernel, which ignores them as well
 * @ARPPIN_A_STATS_INCIDENTS: u32, live incidents
 * @ARPPIN_A_STATS_INCIDENTS_MAX: u32, ARPPIN_INCIDENTS_MAX
 * @ARPPIN_A_STATS_INCIDENTS_TOTAL: u64, incidents so far
 * @ARPPIN_A_STATS_INCIDENTS_MERGED: u64, frames counted in a "many offenders"
 *	incident because a bound was reached
 * @ARPPIN_A_STATS_INCIDENTS_LOST: u64, frames that found no memory for an
 *	incident (they were dropped or passed and counted all the same)
 * @ARPPIN_A_STATS_EVENTS: u64, number of the latest event
 * @ARPPIN_A_STATS_EVENTS_LOST: u64, events for which there was no memory; what
 *	a listener has missed it sees as a gap in ARPPIN_A_EVENT_SEQ, and asks
 *	for with ARPPIN_CMD_EVENT_GET
 * @ARPPIN_A_STATS_CACHE_OVERRIDDEN: u64, wrong MACs found in the neighbour
 *	cache for a pinned address, whoever wrote them
 * @ARPPIN_A_STATS_CACHE_HEALED: u64, neighbour entries put right
 * @ARPPIN_A_STATS_CACHE_RESTORED: u64, resident entries put back after the
 *	kernel had removed them or given up on them
 * @ARPPIN_A_STATS_INCIDENTS_ENDED: u32, ended incidents that are kept
 * @ARPPIN_A_STATS_INCIDENTS_ENDED_MAX: u32, ARPPIN_INCIDENTS_ENDED_MAX
 * @ARPPIN_A_STATS_INCIDENTS_FORGOTTEN: u64, ended incidents that are not kept
 *	any more
 * @ARPPIN_A_STATS_EVENTS_FIRST: u64, number of the oldest event that is kept, 0
 *	if there is none
 * @ARPPIN_A_STATS_EVENTS_MAX: u32, ARPPIN_EVENTS_MAX
 * @ARPPIN_A_STATS_EVENTS_EPOCH: u64, ns since 1970-01-01 UTC, when the numbers
 *	of events began at 1: it names the life of the module that they belong to
 * @ARPPIN_A_STATS_SIGHTINGS: u32, sightings
 * @ARPPIN_A_STATS_SIGHTINGS_MAX: u32, ARPPIN_SIGHTINGS_MAX
 * @ARPPIN_A_STATS_SIGHTINGS_REFUSED: u64, claims that would have been a new
 *	sighting, had its bound or the memory allowed
 * @ARPPIN_A_STATS_HOOK: u32, 1 if ARP frames pass through arppin here, as they
 *	do as soon as there is a pin or a guard, else 0
 * @ARPPIN_A_STATS_NAMESPACES: u32, network namespaces for which that is true;
 *	told in the initial one alone
 * @ARPPIN_A_STATS_LOCKED: u32, 1 after ARPPIN_CMD_LOCK, else 0
 */
enum arppin_stats_attr {
	ARPPIN_A_STATS_UNSPEC,
	ARPPIN_A_STATS_PAD,
	ARPPIN_A_STATS_VERSION,
	ARPPIN_A_STATS_PINS,
	ARPPIN_A_STATS_PINS_MAX,
	ARPPIN_A_STATS_DEVS,
	ARPPIN_A_STATS_DEVS_MAX,
	ARPPIN_A_STATS_BOUND_HITS,
	ARPPIN_A_STATS_CLAIMS,
	ARPPIN_A_STATS_IGNORED,
	ARPPIN_A_STATS_INCIDENTS,
	ARPPIN_A_STATS_INCIDENTS_MAX,
	ARPPIN_A_STATS_INCIDENTS_TOTAL,
	ARPPIN_A_STATS_INCIDENTS_MERGED,
	ARPPIN_A_STATS_INCIDENTS_LOST,
	ARPPIN_A_STATS_EVENTS,
	ARPPIN_A_STATS_EVENTS_LOST,
	ARPPIN_A_STATS_CACHE_OVERRIDDEN,
	ARPPIN_A_STATS_CACHE_HEALED,
	ARPPIN_A_STATS_CACHE_RESTORED,
	ARPPIN_A_STATS_INCIDENTS_ENDED,
	ARPPIN_A_STATS_INCIDENTS_ENDED_MAX,
	ARPPIN_A_STATS_INCIDENTS_FORGOTTEN,
	ARPPIN_A_STATS_EVENTS_FIRST,
	ARPPIN_A_STATS_EVENTS_MAX,
	ARPPIN_A_STATS_EVENTS_EPOCH,
	ARPPIN_A_STATS_SIGHTINGS,
	ARPPIN_A_STATS_SIGHTINGS_MAX,
	ARPPIN_A_STATS_SIGHTINGS_REFUSED,
	ARPPIN_A_STATS_HOOK,
	ARPPIN_A_STATS_NAMESPACES,
	ARPPIN_A_STATS_LOCKED,

	/* private: */
	__ARPPIN_A_STATS_MAX,
	ARPPIN_A_STATS_MAX = __ARPPIN_A_STATS_MAX - 1
};

/**
 * enum arppin_event_attr - one event
 * @ARPPIN_A_EVENT_UNSPEC: never used
 * @ARPPIN_A_EVENT_PAD: alignment
 * @ARPPIN_A_EVENT_KIND: u32, enum arppin_event_kind; says which of the others
 *	are there
 * @ARPPIN_A_EVENT_SEQ: u64, counts up by one from 1 in each network namespace:
 *	a gap is a loss
 * @ARPPIN_A_EVENT_TIME: u64, ns since 1970-01-01 UTC
 * @ARPPIN_A_EVENT_PIN: nest, enum arppin_pin_attr
 * @ARPPIN_A_EVENT_GUARD: nest, enum arppin_guard_attr
 * @ARPPIN_A_EVENT_INCIDENT: nest, enum arppin_incident_attr
 * @ARPPIN_A_EVENT_LLADDR: binary, 6 bytes, the MAC found in the neighbour cache
 * @ARPPIN_A_EVENT_DEV: string, device name
 * @ARPPIN_A_EVENT_IFINDEX: u32
 * @ARPPIN_A_EVENT_PINS: u32, how many pins the device has
 */
enum arppin_event_attr {
	ARPPIN_A_EVENT_UNSPEC,
	ARPPIN_A_EVENT_PAD,
	ARPPIN_A_EVENT_KIND,
	ARPPIN_A_EVENT_SEQ,
	ARPPIN_A_EVENT_TIME,
	ARPPIN_A_EVENT_PIN,
	ARPPIN_A_EVENT_GUARD,
	ARPPIN_A_EVENT_INCIDENT,
	ARPPIN_A_EVENT_LLADDR,
	ARPPIN_A_EVENT_DEV,
	ARPPIN_A_EVENT_IFINDEX,
	ARPPIN_A_EVENT_PINS,

	/* private: */
	__ARPPIN_A_EVENT_MAX,
	ARPPIN_A_EVENT_MAX = __ARPPIN_A_EVENT_MAX - 1
};

#endif /* _UAPI_ARPPIN_H */
