/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One call prints a value both ways: as text it is `before` and the value, as
 * JSON a member `key` of the object that is open, or of the array if `key` is
 * NULL. Without `before` a value is told in JSON alone. Everything that ends
 * up in text is one printable word, a sentence one line: see parse_escape().
 */
#ifndef OUT_H
#define OUT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "model.h"

struct json_object;

struct out {
	FILE *file;		/* NULL: the standard output */
	bool json;
	bool pretty;
	struct json_object *open[8];
	unsigned int depth;
};

/* `key` is NULL in an array and for the outermost one. */
void out_open_object(struct out *out, const char *key);
void out_open_array(struct out *out, const char *key);

/* Closes the innermost; the outermost is then printed, with a newline. */
void out_close(struct out *out);

void out_string(struct out *out, const char *key, const char *before, const char *value);
void out_sentence(struct out *out, const char *key, const char *before, const char *value);
void out_uint(struct out *out, const char *key, const char *before, __u64 value);
void out_bool(struct out *out, const char *key, bool value);
void out_null(struct out *out, const char *key);

void out_text(struct out *out, const char *text);

/* Flushes; false, with a message, if not everything could be written. */
bool out_finish(void);

/* What the objects have in common. */
void out_address(struct out *out, const char *key, const char *before, const struct address *addr);
void out_mac(struct out *out, const char *key, const char *before, const __u8 mac[MAC_LEN]);
void out_ifindex(struct out *out, __u32 ifindex);
void out_counters(struct out *out, const char *key, const struct counters *counters);

/* JSON: ISO 8601 UTC as `key`, and the number as `key_ns`. Text: local time. */
void out_time(struct out *out, const char *key, const char *key_ns, const char *before, __u64 ns);

/* Text alone: local time with its zone, and the same in UTC. */
void out_time_zones(struct out *out, const char *before, __u64 ns);

__u64 out_now(void);

/* In JSON a string of hexadecimal digits, and null without bytes. Not in text. */
void out_hex(struct out *out, const char *key, const __u8 *bytes, size_t n);

/* `macs` in JSON an array, in text with commas. */
void out_macs(struct out *out, const char *key, const char *before, const struct pin *pin);

/* The words of names.h; a value without one is "unknown-NUMBER". */
struct names;
void out_name(struct out *out, const char *key, const char *before, const struct names *names,
	      __u32 value);

#endif
