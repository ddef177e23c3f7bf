/* SPDX-License-Identifier: GPL-2.0-only */
/* The MACs and IPv4 addresses of this host, in the network namespace we are in. */
#ifndef OWN_H
#define OWN_H

#include "model.h"

struct ifaddrs;

struct own_addr {
	struct address addr;
	bool on_dev;
};

struct own {
	__u8 lladdr[MAC_LEN];	/* the MAC of one device, `dev` */
	__u8 (*lladdrs)[MAC_LEN]; /* of all devices */
	size_t n_lladdrs;
	struct own_addr *addrs; /* of all devices */
	size_t n_addrs;
};

/* 0, or an errno: ENODEV if there is no Ethernet device `dev`. own_free() is due. */
int own_read(struct own *own, const char *dev);
void own_free(struct own *own);

/* A name may have a label behind it, "eth0:1"; no device has a colon in its name. */
bool own_is_of(const struct ifaddrs *item, const char *dev);

bool own_has_lladdr(const struct own *own, const __u8 lladdr[MAC_LEN]);
bool own_has_addr(const struct own *own, const struct address *addr);
bool own_dev_has_addr(const struct own *own, const struct address *addr);

#endif
