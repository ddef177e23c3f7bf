// SPDX-License-Identifier: GPL-2.0-only
/*
 * The formats: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-06.html
 * and https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-04.html
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pcap.h"

#define NS_PER_S 1000000000ULL
#define SECONDS_MAX (~0ULL / NS_PER_S - 1)

enum {
	MAGIC_US = 0xa1b2c3d4,
	MAGIC_NS = 0xa1b23c4d,
	MAGIC_ORDER = 0x1a2b3c4d,

	BLOCK_SECTION = 0x0a0d0d0a,	/* the same in both byte orders */
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 2,		/* obsolete */
	BLOCK_SIMPLE_PACKET = 3,
	BLOCK_ENHANCED_PACKET = 6,

	OPTION_END = 0,
	OPTION_TSRESOL = 9,
	OPTION_TSOFFSET = 14,

	/* Without its type and its two lengths. */
	BLOCK_OVERHEAD = 12,
	/* A frame and what else may be said of it. */
	BODY_MAX = PCAP_RECORD_MAX + (64 << 10),
};

/* The linktype of a pcap file shares its word with the length of the FCS. */
#define LINKTYPE_MASK 0x03ffffff

struct interface {
	__u32 linktype;
	__u32 snaplen;		/* 0: none */
	__u64 divisor;		/* a time is divided by it first, so that ... */
	__u64 per_second;	/* ... of these a u64 has room for as many times 10^9 */
	__u64 offset;		/* seconds, two's complement */
};

struct pcap {
	FILE *file;
	__u64 offset;		/* bytes read so far */
	__u64 record;		/* where the record that is being read begins */
	__u64 frames;
	enum { UNKNOWN, PCAP, PCAPNG, FAILED } format;
	bool swapped;
	unsigned int n_interfaces;
	struct interface interfaces[PCAP_INTERFACES_MAX];
	char error[160];
	__u8 body[BODY_MAX];
};

/* Always PCAP_WRONG, so that the caller can return it; nothing is read after it. */
static enum pcap_result __attribute__((format(printf, 2, 3)))
fail(struct pcap *pcap, const char *format, ...)
{
	va_list ap;
	int len;

	pcap->format = FAILED;
	len = snprintf(pcap->error, sizeof(pcap->error), "at byte %llu: ", pcap->record);
	va_start(ap, format);
	vsnprintf(pcap->error + len, sizeof(pcap->error) - len, format, ap);
	va_end(ap);
	return PCAP_WRONG;
}

const char *pcap_error(const struct pcap *pcap)
{
	return pcap->error;
}

static __u16 get16(const struct pcap *pcap, const __u8 *p)
{
	__u16 value;

	memcpy(&value, p, sizeof(value));
	return pcap->swapped ? __builtin_bswap16(value) : value;
}

static __u32 get32(const struct pcap *pcap, const __u8 *p)
{
	__u32 value;

	memcpy(&value, p, sizeof(value));
	return pcap->swapped ? __builtin_bswap32(value) : value;
}

static __u64 get64(const struct pcap *pcap, const __u8 *p)
{
	__u64 value;

	memcpy(&value, p, sizeof(value));
	return pcap->swapped ? __builtin_bswap64(value) : value;
}

/* PCAP_END: the file ends here. It is an error if it ends after some bytes. */
static enum pcap_result read_or_end(struct pcap *pcap, void *to, size_t len)
{
	size_t done = fread(to, 1, len, pcap->file);

	pcap->offset += done;
	if (done == len)
		return PCAP_FRAME;
	if (ferror(pcap->file))
		return fail(pcap, "cannot read: %s", strerror(errno));
	if (!done)
		return PCAP_END;
	return fail(pcap, "the file ends within what begins here");
}

static bool read_all(struct pcap *pcap, void *to, size_t len)
{
	enum pcap_result result = len ? read_or_end(pcap, to, len) : PCAP_FRAME;

	if (result == PCAP_END)
		fail(pcap, "the file ends within what begins here");
	return result == PCAP_FRAME;
}

static bool skip(struct pcap *pcap, __u32 len)
{
	while (len) {
		__u32 some = len < sizeof(pcap->body) ? len : sizeof(pcap->body);

		if (!read_all(pcap, pcap->body, some))
			return false;
		len -= some;
	}
	return true;
}

/* The caller has set the time, if there is one. */
static enum pcap_result frame_is(struct pcap *pcap, struct pcap_frame *frame, __u32 linktype,
				 const __u8 *bytes, __u32 captured, __u32 wire_len)
{
	if (captured > wire_len)
		return fail(pcap, "%u bytes captured of a frame of %u", captured, wire_len);
	frame->number = ++pcap->frames;
	frame->linktype = linktype;
	frame->captured = captured;
	frame->wire_len = wire_len;
	frame->bytes = bytes;
	return PCAP_FRAME;
}

/* --- pcap --- */

/* What follows the magic number. */
static bool read_pcap_header(struct pcap *pcap, __u32 magic)
{
	struct interface *interface = &pcap->interfaces[0];
	__u8 rest[20];

	if (!read_all(pcap, rest, sizeof(rest)))
		return false;
	if (get16(pcap, rest) != 2) {
		fail(pcap, "version %u of the pcap format", get16(pcap, rest));
		return false;
	}
	interface->linktype = get32(pcap, rest + 16) & LINKTYPE_MASK;
	interface->per_second = magic == MAGIC_NS ? NS_PER_S : 1000000;
	pcap->format = PCAP;
	return true;
}

static enum pcap_result next_pcap(struct pcap *pcap, struct pcap_frame *frame)
{
	const struct interface *interface = &pcap->interfaces[0];
	enum pcap_result result;
	__u32 captured;
	__u8 head[16];

	result = read_or_end(pcap, head, sizeof(head));
	if (result != PCAP_FRAME)
		return result;
	captured = get32(pcap, head + 8);
	if (captured > PCAP_RECORD_MAX)
		return fail(pcap, "a frame of %u bytes, more than %u", captured, PCAP_RECORD_MAX);
	if (!read_all(pcap, pcap->body, captured))
		return PCAP_WRONG;
	frame->has_time = true;
	frame->time_ns = get32(pcap, head) * NS_PER_S +
			 get32(pcap, head + 4) * (NS_PER_S / interface->per_second);
	return frame_is(pcap, frame, interface->linktype, pcap->body, captured,
			get32(pcap, head + 12));
}

/* --- pcapng --- */

/* if_tsresol: a power of ten or, with the highest bit, of two. */
static bool set_resolution(struct interface *interface, __u8 value)
{
	unsigned int power = value & 0x7f;

	interface->divisor = 1;
	interface->per_second = 1;
	if (value & 0x80) {
		if (power > 63)
			return false;
		for (; power > 32; power--)
			interface->divisor *= 2;
		interface->per_second <<= power;
		return true;
	}
	if (power > 27)
		return false;
	for (; power > 9; power--)
		interface->divisor *= 10;
	for (; power; power--)
		interface->per_second *= 10;
	return true;
}

static bool read_options(struct pcap *pcap, struct interface *interface, const __u8 *p, __u32 len)
{
	while (len >= 4) {
		__u32 code = get16(pcap, p), size = get16(pcap, p + 2);
		__u32 padded = (size + 3) & ~3U;

		p += 4;
		len -= 4;
		if (code == OPTION_END)
			return true;
		if (padded > len) {
			fail(pcap, "an option that is longer than its block");
			return false;
		}
		if (code == OPTION_TSRESOL && (size != 1 || !set_resolution(interface, *p))) {
			fail(pcap, "an interface with a time resolution that nobody has");
			return false;
		}
		if (code == OPTION_TSOFFSET && size == 8)
			interface->offset = get64(pcap, p);
		p += padded;
		len -= padded;
	}
	return true;
}

static bool add_interface(struct pcap *pcap, __u32 len)
{
	struct interface *interface = &pcap->interfaces[pcap->n_interfaces];

	if (len < 8) {
		fail(pcap, "an interface block that is too short");
		return false;
	}
	if (pcap->n_interfaces == PCAP_INTERFACES_MAX) {
		fail(pcap, "more than %d interfaces", PCAP_INTERFACES_MAX);
		return false;
	}
	memset(interface, 0, sizeof(*interface));
	interface->linktype = get16(pcap, pcap->body);
	interface->snaplen = get32(pcap, pcap->body + 4);
	set_resolution(interface, 6);
	if (!read_options(pcap, interface, pcap->body + 8, len - 8))
		return false;
	pcap->n_interfaces++;
	return true;
}

/* NULL, with an error, if the section has not described it. */
static const struct interface *find_interface(struct pcap *pcap, __u32 number)
{
	if (number < pcap->n_interfaces)
		return &pcap->interfaces[number];
	fail(pcap, "a frame of interface %u, of which nothing is said", number);
	return NULL;
}

static bool set_time(struct pcap *pcap, struct pcap_frame *frame,
		     const struct interface *interface, const __u8 *p)
{
	__u64 ticks = (__u64)get32(pcap, p) << 32 | get32(pcap, p + 4);
	__u64 seconds, part;

	ticks /= interface->divisor;
	seconds = ticks / interface->per_second + interface->offset;
	part = ticks % interface->per_second;
	if (seconds > SECONDS_MAX) {
		fail(pcap, "a frame of a time before 1970 or after 2500");
		return false;
	}
	frame->has_time = true;
	frame->time_ns = seconds * NS_PER_S + part * NS_PER_S / interface->per_second;
	return true;
}

/* An enhanced packet and its obsolete elder differ in how long the number is. */
static enum pcap_result read_packet(struct pcap *pcap, struct pcap_frame *frame, __u32 len,
				    bool obsolete)
{
	const __u8 *body = pcap->body;
	const struct interface *interface;
	__u32 captured;

	if (len < 20)
		return fail(pcap, "a packet block that is too short");
	interface = find_interface(pcap, obsolete ? get16(pcap, body) : get32(pcap, body));
	if (!interface || !set_time(pcap, frame, interface, body + 4))
		return PCAP_WRONG;
	captured = get32(pcap, body + 12);
	if (captured > PCAP_RECORD_MAX)
		return fail(pcap, "a frame of %u bytes, more than %u", captured, PCAP_RECORD_MAX);
	if (captured > len - 20)
		return fail(pcap, "a frame of %u bytes in a block with room for %u", captured,
			    len - 20);
	return frame_is(pcap, frame, interface->linktype, body + 20, captured,
			get32(pcap, body + 16));
}

static enum pcap_result read_simple_packet(struct pcap *pcap, struct pcap_frame *frame, __u32 len)
{
	const struct interface *interface = find_interface(pcap, 0);
	__u32 wire_len, captured;

	if (!interface)
		return PCAP_WRONG;
	if (len < 4)
		return fail(pcap, "a packet block that is too short");
	wire_len = get32(pcap, pcap->body);
	captured = wire_len;
	if (interface->snaplen && captured > interface->snaplen)
		captured = interface->snaplen;
	if (captured > PCAP_RECORD_MAX)
		return fail(pcap, "a frame of %u bytes, more than %u", captured, PCAP_RECORD_MAX);
	if (captured > len - 4)
		return fail(pcap, "a frame of %u bytes in a block with room for %u", captured,
			    len - 4);
	frame->has_time = false;
	frame->time_ns = 0;
	return frame_is(pcap, frame, interface->linktype, pcap->body + 4, captured, wire_len);
}

/* A section says its byte order, which its own length has as well. */
static bool begin_section(struct pcap *pcap)
{
	__u8 magic[4];

	if (!read_all(pcap, magic, sizeof(magic)))
		return false;
	pcap->swapped = false;
	pcap->swapped = get32(pcap, magic) != MAGIC_ORDER;
	if (get32(pcap, magic) != MAGIC_ORDER) {
		fail(pcap, "a section without a byte order");
		return false;
	}
	pcap->n_interfaces = 0;
	pcap->format = PCAPNG;
	return true;
}

static bool check_section(struct pcap *pcap, __u32 len)
{
	if (len < 12)
		fail(pcap, "a section block that is too short");
	else if (get16(pcap, pcap->body) != 1)
		fail(pcap, "version %u of the pcapng format", get16(pcap, pcap->body));
	else
		return true;
	return false;
}

static bool is_known(__u32 type)
{
	return type == BLOCK_SECTION || type == BLOCK_INTERFACE || type == BLOCK_PACKET ||
	       type == BLOCK_SIMPLE_PACKET || type == BLOCK_ENHANCED_PACKET;
}

/* Reads the rest of a block, `len` bytes of which go into pcap->body if it is known. */
static bool read_body(struct pcap *pcap, __u32 type, __u32 total, __u32 len)
{
	__u8 again[4];

	if (!is_known(type)) {
		if (!skip(pcap, len))
			return false;
	} else if (len > sizeof(pcap->body)) {
		fail(pcap, "a block of %u bytes", total);
		return false;
	} else if (!read_all(pcap, pcap->body, len)) {
		return false;
	}
	if (!read_all(pcap, again, sizeof(again)))
		return false;
	if (get32(pcap, again) == total)
		return true;
	fail(pcap, "a block of %u bytes that says %u at its end", total, get32(pcap, again));
	return false;
}

/* One block; `head` is its type and length. *found: it has a frame. */
static enum pcap_result read_block(struct pcap *pcap, struct pcap_frame *frame,
				   const __u8 head[8], bool *found)
{
	__u32 type = get32(pcap, head), total, len;

	if (type == BLOCK_SECTION && !begin_section(pcap))
		return PCAP_WRONG;
	total = get32(pcap, head + 4);
	len = type == BLOCK_SECTION ? BLOCK_OVERHEAD + 4 : BLOCK_OVERHEAD;
	if (total < len || total % 4)
		return fail(pcap, "a block of %u bytes", total);
	len = total - len;
	if (!read_body(pcap, type, total, len))
		return PCAP_WRONG;

	*found = true;
	switch (type) {
	case BLOCK_ENHANCED_PACKET:
		return read_packet(pcap, frame, len, false);
	case BLOCK_PACKET:
		return read_packet(pcap, frame, len, true);
	case BLOCK_SIMPLE_PACKET:
		return read_simple_packet(pcap, frame, len);
	}
	*found = false;
	if (type == BLOCK_SECTION && !check_section(pcap, len))
		return PCAP_WRONG;
	if (type == BLOCK_INTERFACE && !add_interface(pcap, len))
		return PCAP_WRONG;
	return PCAP_FRAME;
}

static enum pcap_result next_pcapng(struct pcap *pcap, struct pcap_frame *frame)
{
	enum pcap_result result;
	bool found = false;
	__u8 head[8];

	do {
		pcap->record = pcap->offset;
		result = read_or_end(pcap, head, sizeof(head));
		if (result == PCAP_FRAME)
			result = read_block(pcap, frame, head, &found);
	} while (result == PCAP_FRAME && !found);
	return result;
}

/* --- both --- */

/* Finds out the format by its first bytes, and reads what is said of the whole file. */
static enum pcap_result begin(struct pcap *pcap, struct pcap_frame *frame)
{
	enum pcap_result result;
	bool found = false;
	__u8 head[8];
	__u32 magic;

	result = read_or_end(pcap, head, 4);
	if (result == PCAP_END)
		return fail(pcap, "the file is empty");
	if (result == PCAP_WRONG)
		return result;
	magic = get32(pcap, head);
	if (magic == BLOCK_SECTION) {
		if (!read_all(pcap, head + 4, 4))
			return PCAP_WRONG;
		return read_block(pcap, frame, head, &found);
	}
	if (magic != MAGIC_US && magic != MAGIC_NS) {
		pcap->swapped = true;
		magic = get32(pcap, head);
	}
	if (magic != MAGIC_US && magic != MAGIC_NS)
		return fail(pcap, "this is neither pcap nor pcapng");
	return read_pcap_header(pcap, magic) ? PCAP_FRAME : PCAP_WRONG;
}

struct pcap *pcap_open(FILE *file)
{
	struct pcap *pcap = calloc(1, sizeof(*pcap));

	if (pcap)
		pcap->file = file;
	return pcap;
}

void pcap_close(struct pcap *pcap)
{
	free(pcap);
}

enum pcap_result pcap_next(struct pcap *pcap, struct pcap_frame *frame)
{
	pcap->record = pcap->offset;
	if (pcap->format == UNKNOWN && begin(pcap, frame) != PCAP_FRAME)
		return PCAP_WRONG;
	pcap->record = pcap->offset;
	switch (pcap->format) {
	case PCAP:
		return next_pcap(pcap, frame);
	case PCAPNG:
		return next_pcapng(pcap, frame);
	default:
		return PCAP_WRONG;
	}
}

/* --- writing --- */

static bool write_frame(FILE *file, __u64 time_ns, const __u8 *frame, __u32 captured,
			__u32 wire_len)
{
	const __u16 version[] = { 2, 4 };
	const __u32 rest[] = { 0, 0, PCAP_RECORD_MAX, PCAP_LINKTYPE_ETHERNET };
	const __u32 magic = MAGIC_NS;
	const __u32 record[] = { time_ns / NS_PER_S, time_ns % NS_PER_S, captured, wire_len };

	return fwrite(&magic, sizeof(magic), 1, file) &&
	       fwrite(version, sizeof(version), 1, file) && fwrite(rest, sizeof(rest), 1, file) &&
	       fwrite(record, sizeof(record), 1, file) &&
	       fwrite(frame, 1, captured, file) == captured && !fflush(file);
}

/* mkstemp() gives a file to its owner alone; this one is as any new file. */
static bool open_for_others(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	return !fchmod(fd, 0666 & ~mask);
}

/* Returns 0 or an errno; the descriptor is closed in any case. */
static int fill(int fd, __u64 time_ns, const __u8 *frame, __u32 captured, __u32 wire_len)
{
	FILE *file = fdopen(fd, "w");
	int code = 0;

	if (!file) {
		code = errno;
		close(fd);
		return code;
	}
	/* On the disk before the name is: not even a crash leaves half a file. */
	if (!write_frame(file, time_ns, frame, captured, wire_len) || !open_for_others(fd) ||
	    fsync(fd))
		code = errno;
	if (fclose(file) && !code)
		code = errno;
	return code;
}

/* Is it there, and something else than a file? A device would be gone after a rename. */
static bool is_special(const char *path)
{
	struct stat there;

	return !stat(path, &there) && !S_ISREG(there.st_mode);
}

int pcap_save(const char *path, __u64 time_ns, const __u8 *frame, __u32 captured,
	      __u32 wire_len)
{
	char temporary[PATH_MAX];
	int code = 0, fd;

	if (is_special(path))
		code = EEXIST;
	else if ((size_t)snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >=
		 sizeof(temporary))
		code = ENAMETOOLONG;
	if (code)
		return code;
	fd = mkstemp(temporary);
	if (fd < 0)
		return errno;
	code = fill(fd, time_ns, frame, captured, wire_len);
	if (!code && rename(temporary, path))
		code = errno;
	if (code)
		unlink(temporary);
	return code;
}
