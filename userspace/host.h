/* SPDX-License-Identifier: GPL-2.0-only */
/* Who we are on the wire, in the network namespace of the process. */
#ifndef HOST_H
#define HOST_H

#include <limits.h>
#include <stddef.h>

#include "model.h"

struct host {
	char name[HOST_NAME_MAX + 1];
	bool has_lladdr;	/* false: the device is not there, or has none */
	__u8 lladdr[MAC_LEN];
	struct address *addrs;
	size_t n_addrs;
};

/* The host's name, and what a device has now; false: errno says why. */
bool host_read(const char *dev, struct host *host);
void host_free(struct host *host);

#endif
