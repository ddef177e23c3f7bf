/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the pure files (claim*.h, verdict.h) need, so that they compile in
 * userspace as well: there unit tests, fuzzers and `arppinctl explain` run the
 * very code that judges packets in the kernel. They are headers because calls
 * from one file to another would cost more than what is done for a packet.
 */
#ifndef _ARPPIN_TYPES_H
#define _ARPPIN_TYPES_H

#ifdef __KERNEL__
#include <linux/in.h>
#include <linux/types.h>
#include <linux/string.h>
#include <linux/socket.h>
#else
#include <arpa/inet.h>
#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/types.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#define cpu_to_be64(number)	htobe64(number)
#define unlikely(condition)	(condition)
#endif

#include "uapi/arppin.h"

#define ARPPIN_LLADDR_LEN	6

/**
 * struct arppin_addr - a network-layer address
 * @family: AF_INET or AF_INET6
 * @bytes: network byte order; IPv4 in the first four, the others zero
 * @words: the same
 * @ip4: the first four
 */
struct arppin_addr {
	u32 family;
	union {
		u8 bytes[16];
		__be32 words[4];
		__be32 ip4;
	};
};

static inline struct arppin_addr arppin_addr_ip4(__be32 ip4)
{
	struct arppin_addr addr;

	/* Each by itself, which leaves a compiler free to have no struct. */
	addr.family = AF_INET;
	addr.words[0] = ip4;
	addr.words[1] = 0;
	addr.words[2] = 0;
	addr.words[3] = 0;
	return addr;
}

static inline bool arppin_addr_equal(const struct arppin_addr *a,
				     const struct arppin_addr *b)
{
	return a->words[0] == b->words[0] && a->family == b->family &&
	       (a->family == AF_INET ||
		(a->words[1] == b->words[1] && a->words[2] == b->words[2] &&
		 a->words[3] == b->words[3]));
}

static inline u32 arppin_lladdr_first(const u8 *lladdr)
{
	u32 first;

	memcpy(&first, lladdr, sizeof(first));
	return first;
}

static inline u16 arppin_lladdr_last(const u8 *lladdr)
{
	u16 last;

	memcpy(&last, lladdr + sizeof(u32), sizeof(last));
	return last;
}

/* All of a MAC, as a key. */
static inline u64 arppin_lladdr_number(const u8 *lladdr)
{
	return (u64)arppin_lladdr_last(lladdr) << 32 |
	       arppin_lladdr_first(lladdr);
}

/* Not memcmp(), which may be a call. */
static inline bool arppin_lladdr_equal(const u8 *a, const u8 *b)
{
	return arppin_lladdr_first(a) == arppin_lladdr_first(b) &&
	       arppin_lladdr_last(a) == arppin_lladdr_last(b);
}

#endif /* _ARPPIN_TYPES_H */
