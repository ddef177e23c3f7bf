// SPDX-License-Identifier: GPL-2.0-only
/* Captures, their bytes written out -> frames; and a frame -> a capture. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "pcap.h"

#define NS_PER_S 1000000000ULL

/* A file that is being written, in one of the byte orders. */
struct text {
	__u8 bytes[4096];
	size_t len;
	bool swapped;
};

static void put(struct text *text, const void *bytes, size_t len)
{
	assert_true(text->len + len <= sizeof(text->bytes));
	if (len)
		memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
}

static void put16(struct text *text, __u16 value)
{
	if (text->swapped)
		value = __builtin_bswap16(value);
	put(text, &value, sizeof(value));
}

static void put32(struct text *text, __u32 value)
{
	if (text->swapped)
		value = __builtin_bswap32(value);
	put(text, &value, sizeof(value));
}

static void put64(struct text *text, __u64 value)
{
	if (text->swapped)
		value = __builtin_bswap64(value);
	put(text, &value, sizeof(value));
}

static void put_words(struct text *text, const __u32 *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		put32(text, words[i]);
}

#define PUT(text, ...) \
	put_words(text, (const __u32[]){ __VA_ARGS__ }, sizeof((__u32[]){ __VA_ARGS__ }) / 4)

static void pcap_header(struct text *text, __u32 magic, __u32 linktype)
{
	put32(text, magic);
	put16(text, 2);
	put16(text, 4);
	PUT(text, 0, 0, 262144, linktype);
}

/* A block of pcapng around a body that is already there, from `start` on. */
static void block(struct text *text, __u32 type, size_t start)
{
	__u8 body[2048];
	size_t len = text->len - start;

	memcpy(body, text->bytes + start, len);
	text->len = start;
	put32(text, type);
	put32(text, len + 12);
	put(text, body, len);
	put32(text, len + 12);
}

static void section(struct text *text)
{
	size_t start = text->len;

	put32(text, 0x1a2b3c4d);
	put16(text, 1);
	put16(text, 0);
	put64(text, ~0ULL);
	block(text, 0x0a0d0d0a, start);
}

static void option(struct text *text, __u16 code, const void *value, __u16 len)
{
	put16(text, code);
	put16(text, len);
	put(text, value, len);
	put(text, "\0\0\0", -len & 3);
}

/* `resol` < 0: the option is not there. */
static void interface(struct text *text, __u16 linktype, __u32 snaplen, int resol)
{
	size_t start = text->len;
	__u8 value = resol;

	put16(text, linktype);
	put16(text, 0);
	put32(text, snaplen);
	option(text, 2, "eth0", 4);
	if (resol >= 0)
		option(text, 9, &value, 1);
	option(text, 0, NULL, 0);
	block(text, 1, start);
}

static void enhanced_packet(struct text *text, __u32 number, __u64 ticks, const char *frame,
			    __u32 wire_len)
{
	size_t start = text->len, len = strlen(frame);

	PUT(text, number, ticks >> 32, ticks, len, wire_len);
	put(text, frame, len);
	put(text, "\0\0\0", -len & 3);
	option(text, 1, "seen", 4);
	option(text, 0, NULL, 0);
	block(text, 6, start);
}

/* Read from the heap, at its exact size. */
struct reading {
	__u8 *copy;
	FILE *file;
	struct pcap *pcap;
};

static void start_reading(struct reading *reading, const void *bytes, size_t len)
{
	reading->copy = malloc(len + 1);
	memcpy(reading->copy, bytes, len);
	reading->file = len ? fmemopen(reading->copy, len, "r") : fopen("/dev/null", "r");
	assert_non_null(reading->file);
	reading->pcap = pcap_open(reading->file);
	assert_non_null(reading->pcap);
}

static void stop_reading(struct reading *reading)
{
	pcap_close(reading->pcap);
	fclose(reading->file);
	free(reading->copy);
}

static void expect_frame(struct reading *reading, __u64 number, __u64 time_ns, const char *bytes,
			 __u32 wire_len)
{
	struct pcap_frame frame;

	if (pcap_next(reading->pcap, &frame) != PCAP_FRAME)
		fail_msg("%s", pcap_error(reading->pcap));
	assert_int_equal(frame.number, number);
	assert_true(frame.has_time);
	assert_int_equal(frame.time_ns, time_ns);
	assert_int_equal(frame.captured, strlen(bytes));
	assert_memory_equal(frame.bytes, bytes, strlen(bytes));
	assert_int_equal(frame.wire_len, wire_len);
	assert_int_equal(frame.linktype, PCAP_LINKTYPE_ETHERNET);
}

static void expect_end(struct reading *reading)
{
	struct pcap_frame frame;

	assert_int_equal(pcap_next(reading->pcap, &frame), PCAP_END);
	stop_reading(reading);
}

/* The first thing that is not a frame is this error, and so is all that follows. */
static void expect_error(const void *bytes, size_t len, const char *error)
{
	struct reading reading;
	struct pcap_frame frame;

	start_reading(&reading, bytes, len);
	while (pcap_next(reading.pcap, &frame) == PCAP_FRAME)
		;
	assert_string_equal(pcap_error(reading.pcap), error);
	assert_int_equal(pcap_next(reading.pcap, &frame), PCAP_WRONG);
	stop_reading(&reading);
}

static void classic(void **state)
{
	struct reading reading;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct text text = { .swapped = i & 1 };
		bool ns = i & 2;

		pcap_header(&text, ns ? 0xa1b23c4d : 0xa1b2c3d4, 1);
		PUT(&text, 1700000000, 123456, 5, 60);
		put(&text, "first", 5);
		PUT(&text, 0xffffffff, 999999, 0, 0);
		start_reading(&reading, text.bytes, text.len);
		expect_frame(&reading, 1, 1700000000 * NS_PER_S + (ns ? 123456 : 123456000),
			     "first", 60);
		expect_frame(&reading, 2, 0xffffffff * NS_PER_S + (ns ? 999999 : 999999000), "", 0);
		expect_end(&reading);
	}
}

/* The upper bits of the link type tell of an FCS. */
static void linktype(void **state)
{
	struct text text = {0};
	struct reading reading;
	struct pcap_frame frame;

	(void)state;
	pcap_header(&text, 0xa1b2c3d4, 0x24000000 | 113);
	PUT(&text, 1, 0, 0, 0);
	start_reading(&reading, text.bytes, text.len);
	assert_int_equal(pcap_next(reading.pcap, &frame), PCAP_FRAME);
	assert_int_equal(frame.linktype, 113);
	expect_end(&reading);
}

static void no_frames(void **state)
{
	struct text text = {0};
	struct reading reading;

	(void)state;
	pcap_header(&text, 0xa1b2c3d4, 1);
	start_reading(&reading, text.bytes, text.len);
	expect_end(&reading);
	text.len = 0;
	section(&text);
	start_reading(&reading, text.bytes, text.len);
	expect_end(&reading);
}

/* Two sections of different byte order, interfaces of different resolutions. */
static void next_generation(void **state)
{
	struct text text = {0};
	struct reading reading;
	size_t start;

	(void)state;
	section(&text);
	interface(&text, 1, 0, -1);
	interface(&text, 1, 0, 9);
	interface(&text, 1, 0, 0x80 | 10);
	interface(&text, 1, 0, 12);
	interface(&text, 1, 0, 0x80 | 63);
	interface(&text, 1, 0, 0);
	enhanced_packet(&text, 0, 1700000000123456ULL, "one", 60);
	start = text.len;
	put(&text, "unknown blocks are skipped..", 28);
	block(&text, 0x80000bad, start);
	enhanced_packet(&text, 1, 1700000000123456789ULL, "four", 4);
	enhanced_packet(&text, 2, (1700000000ULL << 10) + 512, "fifth", 5);
	enhanced_packet(&text, 3, 1700000000123456ULL, "x", 1);
	enhanced_packet(&text, 4, 3ULL << 61, "x", 1);
	enhanced_packet(&text, 5, 1700000000, "x", 1);
	text.swapped = true;
	section(&text);
	interface(&text, 1, 0, 6);
	enhanced_packet(&text, 0, 1700000001000000ULL, "swapped", 7);

	start_reading(&reading, text.bytes, text.len);
	expect_frame(&reading, 1, 1700000000123456000ULL, "one", 60);
	expect_frame(&reading, 2, 1700000000123456789ULL, "four", 4);
	expect_frame(&reading, 3, 1700000000500000000ULL, "fifth", 5);
	expect_frame(&reading, 4, 1700000000123ULL, "x", 1);
	expect_frame(&reading, 5, 750000000, "x", 1);
	expect_frame(&reading, 6, 1700000000000000000ULL, "x", 1);
	expect_frame(&reading, 7, 1700000001000000000ULL, "swapped", 7);
	expect_end(&reading);
}

static void time_offset(void **state)
{
	const __u64 offset = 1700000000;
	struct text text = {0};
	struct reading reading;
	size_t start;

	(void)state;
	section(&text);
	start = text.len;
	PUT(&text, 1, 0);
	option(&text, 14, &offset, 8);
	block(&text, 1, start);
	enhanced_packet(&text, 0, 2000001, "x", 1);
	start_reading(&reading, text.bytes, text.len);
	expect_frame(&reading, 1, 1700000002000001000ULL, "x", 1);
	expect_end(&reading);
}

static void obsolete_packet(void **state)
{
	struct text text = {0};
	struct reading reading;
	size_t start;

	(void)state;
	section(&text);
	interface(&text, 1, 0, 9);
	start = text.len;
	put16(&text, 0);
	put16(&text, 3); /* drops: they are nobody's number */
	PUT(&text, 0, 77, 3, 90);
	put(&text, "old", 4);
	block(&text, 2, start);
	start_reading(&reading, text.bytes, text.len);
	expect_frame(&reading, 1, 77, "old", 90);
	expect_end(&reading);
}

/* It has no time, and is as long as the interface lets it be. */
static void simple_packet(void **state)
{
	struct text text = {0};
	struct reading reading;
	struct pcap_frame frame;
	size_t start;

	(void)state;
	section(&text);
	interface(&text, 1, 3, 9);
	start = text.len;
	put32(&text, 60);
	put(&text, "abc", 4);
	block(&text, 3, start);
	start_reading(&reading, text.bytes, text.len);
	assert_int_equal(pcap_next(reading.pcap, &frame), PCAP_FRAME);
	assert_false(frame.has_time);
	assert_int_equal(frame.captured, 3);
	assert_int_equal(frame.wire_len, 60);
	assert_memory_equal(frame.bytes, "abc", 3);
	expect_end(&reading);
}

/* Cut at any byte: an error, or an end where one frame or block ends. */
static void cut(const struct text *text)
{
	for (size_t len = 0; len < text->len; len++) {
		struct reading reading;
		struct pcap_frame frame;
		enum pcap_result result;

		start_reading(&reading, text->bytes, len);
		while ((result = pcap_next(reading.pcap, &frame)) == PCAP_FRAME)
			;
		if (result == PCAP_WRONG)
			assert_string_not_equal(pcap_error(reading.pcap), "");
		else
			assert_int_equal(len % 4, 0);
		stop_reading(&reading);
	}
}

/* Each bit turned around: nothing that a sanitizer would see, and always an end. */
static void damage(const struct text *text)
{
	for (size_t bit = 0; bit < text->len * 8; bit++) {
		struct text damaged = *text;
		struct reading reading;
		struct pcap_frame frame;
		unsigned int sum = 0;

		damaged.bytes[bit / 8] ^= 1 << bit % 8;
		start_reading(&reading, damaged.bytes, damaged.len);
		while (pcap_next(reading.pcap, &frame) == PCAP_FRAME) {
			assert_true(frame.captured <= PCAP_RECORD_MAX);
			assert_true(frame.captured <= frame.wire_len);
			for (__u32 i = 0; i < frame.captured; i++)
				sum += frame.bytes[i];
		}
		assert_true(sum < UINT32_MAX);
		stop_reading(&reading);
	}
}

static void cut_and_damaged(void **state)
{
	struct text text = {0};

	(void)state;
	pcap_header(&text, 0xa1b2c3d4, 1);
	PUT(&text, 1, 2, 4, 4);
	put(&text, "abcd", 4);
	PUT(&text, 1, 2, 8, 60);
	put(&text, "abcdefgh", 8);
	cut(&text);
	damage(&text);

	text.len = 0;
	section(&text);
	interface(&text, 1, 65535, 9);
	enhanced_packet(&text, 0, 12345, "abc", 60);
	enhanced_packet(&text, 0, 12345, "abcde", 5);
	cut(&text);
	damage(&text);
}

static void lies(void **state)
{
	struct text text = {0};
	size_t start, head;

	(void)state;
	expect_error("", 0, "at byte 0: the file is empty");
	expect_error("GIF89a", 6, "at byte 0: this is neither pcap nor pcapng");

	pcap_header(&text, 0xa1b2c3d4, 1);
	PUT(&text, 1, 2, 262145, 262145);
	expect_error(text.bytes, text.len, "at byte 24: a frame of 262145 bytes, more than 262144");
	text.len = 24;
	PUT(&text, 1, 2, 0xffffffff, 0xffffffff);
	expect_error(text.bytes, text.len,
		     "at byte 24: a frame of 4294967295 bytes, more than 262144");
	text.len = 24;
	PUT(&text, 1, 2, 5, 60);
	put(&text, "abc", 3);
	expect_error(text.bytes, text.len, "at byte 24: the file ends within what begins here");
	text.len = 24;
	PUT(&text, 1, 2, 3, 2);
	put(&text, "abc", 3);
	expect_error(text.bytes, text.len, "at byte 24: 3 bytes captured of a frame of 2");
	text.len = 4;
	PUT(&text, 7, 0, 0, 0, 1);
	expect_error(text.bytes, text.len, "at byte 0: version 7 of the pcap format");

	text.len = 0;
	section(&text);
	start = text.len;
	enhanced_packet(&text, 0, 0, "abc", 3);
	expect_error(text.bytes, text.len,
		     "at byte 28: a frame of interface 0, of which nothing is said");
	text.len = start;
	interface(&text, 1, 0, 28);
	expect_error(text.bytes, text.len,
		     "at byte 28: an interface with a time resolution that nobody has");
	text.len = start;
	interface(&text, 1, 0, 0);
	head = text.len;
	enhanced_packet(&text, 0, ~0ULL, "abc", 3);
	expect_error(text.bytes, text.len,
		     "at byte 68: a frame of a time before 1970 or after 2500");
	text.len = head;
	start = text.len;
	PUT(&text, 0, 0, 0, 5, 60, 0x61626364);
	block(&text, 6, start);
	expect_error(text.bytes, text.len,
		     "at byte 68: a frame of 5 bytes in a block with room for 4");
	text.len = head;
	PUT(&text, 6, 32, 0, 0, 0, 0, 0, 36);
	expect_error(text.bytes, text.len,
		     "at byte 68: a block of 32 bytes that says 36 at its end");
	text.len = head;
	PUT(&text, 6, 33);
	expect_error(text.bytes, text.len, "at byte 68: a block of 33 bytes");
	text.len = head;
	PUT(&text, 6, 8);
	expect_error(text.bytes, text.len, "at byte 68: a block of 8 bytes");
	text.len = head;
	PUT(&text, 6, 0xfffffffc);
	expect_error(text.bytes, text.len, "at byte 68: a block of 4294967292 bytes");
	text.len = head;
	PUT(&text, 0x0a0d0d0a, 28, 0);
	expect_error(text.bytes, text.len, "at byte 68: a section without a byte order");
	/* Unknown blocks may be long, but not longer than the file. */
	text.len = head;
	PUT(&text, 0xbad, 0xfffffffc);
	expect_error(text.bytes, text.len, "at byte 68: the file ends within what begins here");
	text.len = head;
	start = text.len;
	PUT(&text, 1, 0);
	put16(&text, 2);
	put16(&text, 100);
	block(&text, 1, start);
	expect_error(text.bytes, text.len,
		     "at byte 68: an option that is longer than its block");
}

/* Blocks whose body, or what is said of it, is shorter than it must be. */
static void short_blocks(void **state)
{
	struct text text = {0};
	size_t begin, start, head;

	(void)state;
	PUT(&text, 0x1a2b3c4d, 1, 0);
	block(&text, 0x0a0d0d0a, 0);
	expect_error(text.bytes, text.len, "at byte 0: a section block that is too short");

	text.len = 0;
	section(&text);
	begin = text.len;
	PUT(&text, 1);
	block(&text, 1, begin);
	expect_error(text.bytes, text.len, "at byte 28: an interface block that is too short");
	text.len = begin;
	interface(&text, 1, 0, 0x80 | 64);
	expect_error(text.bytes, text.len,
		     "at byte 28: an interface with a time resolution that nobody has");

	text.len = begin;
	interface(&text, 1, 0, 0);
	head = text.len;
	start = head;
	PUT(&text, 0, 0, 0, 0);
	block(&text, 6, start);
	expect_error(text.bytes, text.len, "at byte 68: a packet block that is too short");
	text.len = head;
	PUT(&text, 0, 0, 0, 262145, 262145);
	block(&text, 6, start);
	expect_error(text.bytes, text.len, "at byte 68: a frame of 262145 bytes, more than 262144");

	text.len = head;
	block(&text, 3, start);
	expect_error(text.bytes, text.len, "at byte 68: a packet block that is too short");
	text.len = head;
	PUT(&text, 262145);
	block(&text, 3, start);
	expect_error(text.bytes, text.len, "at byte 68: a frame of 262145 bytes, more than 262144");
	text.len = head;
	PUT(&text, 5, 0x61626364);
	block(&text, 3, start);
	expect_error(text.bytes, text.len,
		     "at byte 68: a frame of 5 bytes in a block with room for 4");
}

static void many_interfaces(void **state)
{
	struct reading reading;
	struct pcap_frame frame;
	struct text text = {0};
	__u8 *bytes;
	size_t head, len;

	(void)state;
	section(&text);
	head = text.len;
	interface(&text, 1, 0, -1);
	len = text.len - head;
	bytes = malloc(head + len * (PCAP_INTERFACES_MAX + 1));
	memcpy(bytes, text.bytes, head);
	for (int i = 0; i <= PCAP_INTERFACES_MAX; i++)
		memcpy(bytes + head + len * i, text.bytes + head, len);
	start_reading(&reading, bytes, head + len * (PCAP_INTERFACES_MAX + 1));
	assert_int_equal(pcap_next(reading.pcap, &frame), PCAP_WRONG);
	assert_non_null(strstr(pcap_error(reading.pcap), ": more than 1024 interfaces"));
	stop_reading(&reading);
	free(bytes);
}

/* --- writing --- */

static void saved(void **state)
{
	char folder[] = "/tmp/pcap.XXXXXX", path[64], command[96], longest[PATH_MAX];
	struct reading reading = {0};
	struct stat status;
	mode_t mask = umask(022);

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/it.pcap", folder);
	for (int i = 0; i < 2; i++) { /* the second time over the first */
		const char *frame = i ? "second" : "the first";

		assert_int_equal(pcap_save(path, 1700000000123456789ULL, (const __u8 *)frame,
					   strlen(frame), 60), 0);
		reading.file = fopen(path, "r");
		assert_non_null(reading.file);
		reading.pcap = pcap_open(reading.file);
		expect_frame(&reading, 1, 1700000000123456789ULL, frame, 60);
		expect_end(&reading);
		reading.copy = NULL;
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_mode, S_IFREG | 0644);
	}
	umask(mask);
	assert_int_equal(pcap_save(folder, 0, (const __u8 *)"x", 1, 1), EEXIST);
	assert_int_equal(pcap_save("/dev/null", 0, (const __u8 *)"x", 1, 1), EEXIST);
	snprintf(command, sizeof(command), "[ \"$(ls -A %s)\" = it.pcap ]", folder);
	assert_int_equal(system(command), 0);
	unlink(path);
	snprintf(path, sizeof(path), "%s/none/it.pcap", folder);
	assert_int_equal(pcap_save(path, 0, (const __u8 *)"x", 1, 1), ENOENT);
	rmdir(folder);
	/* A path by itself, but not with what is put behind it meanwhile. */
	memset(longest, '/', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	memcpy(longest + sizeof(longest) - 5, "none", 4);
	assert_int_equal(pcap_save(longest, 0, (const __u8 *)"x", 1, 1), ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classic),
		cmocka_unit_test(linktype),
		cmocka_unit_test(no_frames),
		cmocka_unit_test(next_generation),
		cmocka_unit_test(time_offset),
		cmocka_unit_test(obsolete_packet),
		cmocka_unit_test(simple_packet),
		cmocka_unit_test(cut_and_damaged),
		cmocka_unit_test(lies),
		cmocka_unit_test(short_blocks),
		cmocka_unit_test(many_interfaces),
		cmocka_unit_test(saved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
