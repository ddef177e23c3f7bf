/* SPDX-License-Identifier: GPL-2.0-only */
/* An incident for those who can stop it and have never heard of arppin. */
#ifndef REPORT_H
#define REPORT_H

#include "host.h"
#include "model.h"

struct out;

/* `now` is the time of the report. */
void print_report(struct out *out, const struct incident *incident, const struct host *host,
		  __u64 now);

#endif
