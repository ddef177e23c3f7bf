/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pure files (claim_*.c, verdict.c) need, so that they compile in
 * userspace as well: there unit tests, fuzzers and `arppinctl explain` run the
 * very code that judges packets in the kernel.
 */
#ifndef _ARPPIN_TYPES_H
#define _ARPPIN_TYPES_H

#ifdef __KERNEL__
#include <linux/types.h>
#include <linux/string.h>
#include <linux/socket.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
#endif

#include "uapi/arppin.h"

#define ARPPIN_LLADDR_LEN	6

/**
 * struct arppin_addr - a network-layer address
 * @family: AF_INET or AF_INET6
 * @bytes: network byte order; IPv4 in the first four, the others zero, so
 *	that the struct as a whole is a hash key
 * @ip4: the first four
 */
struct arppin_addr {
	u32 family;
	union {
		u8 bytes[16];
		__be32 ip4;
	};
};

static inline struct arppin_addr arppin_addr_ip4(__be32 ip4)
{
	struct arppin_addr addr = { .family = AF_INET };

	addr.ip4 = ip4;
	return addr;
}

static inline bool arppin_addr_equal(const struct arppin_addr *a,
				     const struct arppin_addr *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static inline bool arppin_lladdr_equal(const u8 *a, const u8 *b)
{
	return !memcmp(a, b, ARPPIN_LLADDR_LEN);
}

#endif /* _ARPPIN_TYPES_H */
