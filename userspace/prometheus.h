/* SPDX-License-Identifier: GPL-2.0-only */
/* Prometheus' text format, as the node exporter reads it from files. */
#ifndef PROMETHEUS_H
#define PROMETHEUS_H

#include "arppinctl.h"

/* Live incidents, by kind. */
#define PROMETHEUS_KINDS (ARPPIN_INCIDENT_MANY_ADDRESSES + 1)

struct metrics {
	struct stats stats;
	struct pins pins;
	struct guards guards;
	__u64 live[PROMETHEUS_KINDS];
};

void prometheus_print(const struct metrics *metrics);

#endif
