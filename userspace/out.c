// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "names.h"
#include "out.h"
#include "parse.h"

#define NS_PER_S 1000000000ULL

static void __attribute__((noreturn)) out_of_memory(void)
{
	fputs("arppinctl: out of memory\n", stderr);
	exit(2);
}

static FILE *file(const struct out *out)
{
	return out->file ? out->file : stdout;
}

static struct json_object *must(struct json_object *object)
{
	if (!object)
		out_of_memory();
	return object;
}

static void add(struct out *out, const char *key, struct json_object *value)
{
	struct json_object *open = out->open[out->depth - 1];
	int failed;

	if (json_object_is_type(open, json_type_array))
		failed = json_object_array_add(open, value);
	else
		failed = json_object_object_add(open, key, value);
	if (failed)
		out_of_memory();
}

static void push(struct out *out, const char *key, struct json_object *object)
{
	if (out->depth)
		add(out, key, object);
	out->open[out->depth++] = object;
}

void out_open_object(struct out *out, const char *key)
{
	if (out->json)
		push(out, key, must(json_object_new_object()));
}

void out_open_array(struct out *out, const char *key)
{
	if (out->json)
		push(out, key, must(json_object_new_array()));
}

/*
 * What json-c has no memory for it leaves out, and says so in errno only. So may malloc()
 * that found other memory at last, but not again: the room for the text is there then.
 */
static const char *json_text(struct json_object *object, int flags)
{
	const char *text;

	for (int tries = 0; tries < 2; tries++) {
		errno = 0;
		text = json_object_to_json_string_ext(object, flags);
		if (text && errno != ENOMEM)
			return text;
	}
	out_of_memory();
}

void out_close(struct out *out)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;

	if (!out->json || --out->depth)
		return;
	flags |= out->pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED :
			       JSON_C_TO_STRING_PLAIN;
	fprintf(file(out), "%s\n", json_text(out->open[0], flags));
	json_object_put(out->open[0]);
}

static void escaped(struct out *out, const char *key, const char *before, const char *value,
		    bool spaces)
{
	char text[2048];

	parse_escape(text, sizeof(text), value, strlen(value), spaces);
	if (out->json)
		add(out, key, must(json_object_new_string(text)));
	else if (before)
		fprintf(file(out), "%s%s", before, text);
}

void out_string(struct out *out, const char *key, const char *before, const char *value)
{
	escaped(out, key, before, value, false);
}

void out_sentence(struct out *out, const char *key, const char *before, const char *value)
{
	escaped(out, key, before, value, true);
}

void out_uint(struct out *out, const char *key, const char *before, __u64 value)
{
	if (out->json)
		add(out, key, must(json_object_new_uint64(value)));
	else if (before)
		fprintf(file(out), "%s%llu", before, value);
}

void out_bool(struct out *out, const char *key, bool value)
{
	if (out->json)
		add(out, key, must(json_object_new_boolean(value)));
}

void out_null(struct out *out, const char *key)
{
	if (out->json)
		add(out, key, NULL);
}

void out_text(struct out *out, const char *text)
{
	if (!out->json)
		fputs(text, file(out));
}

bool out_finish(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return true;
	fprintf(stderr, "arppinctl: cannot write: %s\n", strerror(errno));
	return false;
}

void out_address(struct out *out, const char *key, const char *before, const struct address *addr)
{
	char text[INET6_ADDRSTRLEN];

	inet_ntop(addr->family, addr->bytes, text, sizeof(text));
	out_string(out, key, before, text);
}

static const char *mac_text(char text[18], const __u8 mac[MAC_LEN])
{
	snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
	return text;
}

void out_mac(struct out *out, const char *key, const char *before, const __u8 mac[MAC_LEN])
{
	char text[18];

	out_string(out, key, before, mac_text(text, mac));
}

void out_macs(struct out *out, const char *key, const char *before, const struct pin *pin)
{
	out_open_array(out, key);
	for (unsigned int i = 0; i < pin->n_lladdrs; i++)
		out_mac(out, NULL, i ? "," : before, pin->lladdrs[i]);
	if (out->json)
		out_close(out);
}

void out_ifindex(struct out *out, __u32 ifindex)
{
	if (ifindex) {
		out_uint(out, "ifindex", "bound ifindex ", ifindex);
	} else {
		out_null(out, "ifindex");
		out_text(out, "unbound");
	}
	out_bool(out, "bound", ifindex);
}

void out_counters(struct out *out, const char *key, const struct counters *counters)
{
	if (!counters->there)
		return;
	out_open_object(out, key);
	out_uint(out, "accepted", " accepted ", counters->accepted);
	out_uint(out, "dropped", " dropped ", counters->dropped);
	out_uint(out, "passed", " passed ", counters->passed);
	out_uint(out, "noticed", " noticed ", counters->noticed);
	out_close(out);
}

void out_time(struct out *out, const char *key, const char *key_ns, const char *before, __u64 ns)
{
	unsigned int fraction = ns % NS_PER_S;
	time_t seconds = ns / NS_PER_S;
	char date[32], zone[8], text[64];
	struct tm tm;

	if (out->json) {
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
		snprintf(text, sizeof(text), "%s.%09uZ", date, fraction);
		add(out, key, must(json_object_new_string(text)));
		add(out, key_ns, must(json_object_new_uint64(ns)));
	} else if (before) {
		localtime_r(&seconds, &tm);
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm);
		strftime(zone, sizeof(zone), "%z", &tm);
		fprintf(file(out), "%s%s.%03u%s", before, date, fraction / 1000000, zone);
	}
}

void out_time_zones(struct out *out, const char *before, __u64 ns)
{
	unsigned int fraction = ns % NS_PER_S;
	time_t seconds = ns / NS_PER_S;
	char date[32];
	struct tm tm;

	out_time(out, NULL, NULL, before, ns);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", gmtime_r(&seconds, &tm));
	fprintf(file(out), " (%s.%03u UTC)", date, fraction / 1000000);
}

__u64 out_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

void out_hex(struct out *out, const char *key, const __u8 *bytes, size_t n)
{
	char text[2 * ARPPIN_FRAME_MAX + 1] = "";

	for (size_t i = 0; i < n && i < ARPPIN_FRAME_MAX; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
	if (n)
		out_string(out, key, NULL, text);
	else
		out_null(out, key);
}

void out_name(struct out *out, const char *key, const char *before, const struct names *names,
	      __u32 value)
{
	const char *word = names_word(names, value);
	char number[32];

	snprintf(number, sizeof(number), "unknown-%u", value);
	out_string(out, key, before, word ? word : number);
}
