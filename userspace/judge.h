/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module does with a frame that arrives on a device, and why: decided
 * by the module's own code. judge.c is the only file that sees kmod/'s headers.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include "crowd.h"
#include "own.h"
#include "ingress.h"

enum judge_counter {
	JUDGE_ACCEPTED,
	JUDGE_DROPPED,
	JUDGE_PASSED,
	JUDGE_NOTICED,
	JUDGE_IGNORED,		/* no claim */
	JUDGE_UNDELIVERED,	/* it does not get to ARP */
	JUDGE_UNJUDGED,		/* too little of it was captured */
	JUDGE_NOT_ARP,
	JUDGE_COUNTERS
};

/* What decided. */
enum judge_rule {
	JUDGE_BY_INGRESS = 1,	/* see judgement.end */
	JUDGE_BY_NO_CLAIM,	/* see judgement.flaw */
	JUDGE_BY_OWN_FRAME,	/* it is ours, and came back */
	JUDGE_BY_PIN,
	JUDGE_BY_GUARD,		/* ARPPIN_A_GUARD_UNPINNED */
	JUDGE_BY_ADDRESSES,	/* ARPPIN_A_GUARD_ADDRESSES */
	JUDGE_BY_OWN_ADDRESS,	/* the claimed one is the device's */
	JUDGE_BY_PROBE,		/* nobody claims anything */
	JUDGE_BY_NO_PIN,
};

/* What is wrong with an ARP packet that claims nothing. */
enum judge_flaw {
	JUDGE_FLAW_HARDWARE,
	JUDGE_FLAW_PROTOCOL,
	JUDGE_FLAW_OPERATION,
	JUDGE_FLAW_SENDER,	/* a reply of 0.0.0.0 */
};

struct judgement {
	enum judge_counter counter;
	enum judge_rule rule;
	enum ingress_end end;
	__u8 source[MAC_LEN];	/* but for INGRESS_NOT_ARP and INGRESS_CUT */
	unsigned int vlan;	/* of INGRESS_OTHER_VLAN */
	enum judge_flaw flaw;	/* of JUDGE_BY_NO_CLAIM */
	unsigned int value;	/* that is wrong, but for JUDGE_FLAW_SENDER */

	/* Of a claim or probe. */
	bool claims;
	struct address addr;
	__u8 lladdr[MAC_LEN];
	__u32 variant;		/* enum arppin_variant */
	__u32 incident;		/* enum arppin_incident_kind, or 0 */
	const struct pin *pin;	/* of JUDGE_BY_PIN */
};

struct judge {
	const struct own *own;
	const struct guard *guard;
	const struct pin *pins;	/* of the device alone, sorted as by compare_pins() */
	size_t n_pins;
	struct crowd crowd;	/* what was claimed before; crowd_free() is due */
};

/* False: no memory. */
bool judge_frame(struct judge *judge, const __u8 *frame, size_t captured, size_t wire_len,
		 __u64 time_ns, struct judgement *judgement);

#endif
