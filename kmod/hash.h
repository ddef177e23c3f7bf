/* SPDX-License-Identifier: GPL-2.0-only */
/* How the tables that each packet is looked up in are hashed. */
#ifndef _ARPPIN_HASH_H
#define _ARPPIN_HASH_H

#include <linux/hash.h>

#include "types.h"

/**
 * arppin_hash - a hash that takes next to nothing
 * @salt: random, odd, and nobody else's to know
 * @key: what is hashed
 * @seed: of the rhashtable
 *
 * Multiply-shift hashing (Dietzfelbinger and others, 1997): who chooses keys
 * without knowing @salt can make two of them collide hardly more often than by
 * chance, and @seed makes another factor of it when a table is hashed anew. The
 * second multiplication is for keys in a row, which one alone may put in a row
 * as well.
 *
 * Return: the hash.
 */
static inline u32 arppin_hash(u64 salt, u64 key, u32 seed)
{
	u64 product = ((salt ^ seed) | 1) * key;

	/* Not hash_64(), which is another function on 32 bits. */
	return (product ^ product >> 32) * GOLDEN_RATIO_64 >> 32;
}

#endif /* _ARPPIN_HASH_H */
