/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_COUNTERS_H
#define _ARPPIN_COUNTERS_H

#include <linux/percpu.h>
#include <linux/u64_stats_sync.h>

enum arppin_counter {
	ARPPIN_ACCEPTED,
	ARPPIN_DROPPED,
	ARPPIN_PASSED,
	ARPPIN_NOTICED,
	ARPPIN_COUNTERS,
};

/* Written by the receive path alone (softirq), each CPU its own. */
struct arppin_counters {
	u64_stats_t count[ARPPIN_COUNTERS];
	struct u64_stats_sync syncp;
};

/* What a network namespace counts beside claims. */
enum arppin_net_counter {
	ARPPIN_IGNORED,		/* packets that claim nothing */
	ARPPIN_UNSIGHTED,	/* see ARPPIN_A_STATS_SIGHTINGS_REFUSED */
	ARPPIN_MERGED,		/* see ARPPIN_A_STATS_INCIDENTS_MERGED */
	ARPPIN_NET_COUNTERS,
};

/* Of a network namespace; claims.syncp covers all. */
struct arppin_net_counters {
	struct arppin_counters claims;
	u64_stats_t count[ARPPIN_NET_COUNTERS];
};

static inline void arppin_count(struct arppin_counters __percpu *counters,
				enum arppin_counter which)
{
	struct arppin_counters *mine = this_cpu_ptr(counters);

	u64_stats_update_begin(&mine->syncp);
	u64_stats_inc(&mine->count[which]);
	u64_stats_update_end(&mine->syncp);
}

static inline void arppin_counters_init(struct arppin_counters __percpu *counters)
{
	int cpu;

	for_each_possible_cpu(cpu)
		u64_stats_init(&per_cpu_ptr(counters, cpu)->syncp);
}

static inline void
arppin_count_net(struct arppin_net_counters __percpu *counters,
		 enum arppin_net_counter which)
{
	struct arppin_net_counters *mine = this_cpu_ptr(counters);

	u64_stats_update_begin(&mine->claims.syncp);
	u64_stats_inc(&mine->count[which]);
	u64_stats_update_end(&mine->claims.syncp);
}

/* The sum over all CPUs; any context. */
static inline void arppin_counters_sum(struct arppin_counters __percpu *counters,
				       u64 sum[ARPPIN_COUNTERS])
{
	unsigned int start;
	int cpu, i;

	memset(sum, 0, sizeof(*sum) * ARPPIN_COUNTERS);
	for_each_possible_cpu(cpu) {
		struct arppin_counters *theirs = per_cpu_ptr(counters, cpu);
		u64 count[ARPPIN_COUNTERS];

		do {
			start = u64_stats_fetch_begin(&theirs->syncp);
			for (i = 0; i < ARPPIN_COUNTERS; i++)
				count[i] = u64_stats_read(&theirs->count[i]);
		} while (u64_stats_fetch_retry(&theirs->syncp, start));
		for (i = 0; i < ARPPIN_COUNTERS; i++)
			sum[i] += count[i];
	}
}

#endif /* _ARPPIN_COUNTERS_H */
