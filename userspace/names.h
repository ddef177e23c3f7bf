/* SPDX-License-Identifier: GPL-2.0-only */
/* The words for the numbers of kmod/uapi/arppin.h. */
#ifndef NAMES_H
#define NAMES_H

#include <linux/types.h>

struct names {
	const char *const *words;
	unsigned int n;
};

extern const struct names names_mode;
extern const struct names names_unpinned;
extern const struct names names_variant;
extern const struct names names_incident;
extern const struct names names_event;

/* The word for a value; NULL when this tool is older than the value. */
const char *names_word(const struct names *names, __u32 value);

/* The value of a word, 0 if it is none: no enum of the ABI uses 0. */
__u32 names_value(const struct names *names, const char *word);

#endif
