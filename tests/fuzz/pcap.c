// SPDX-License-Identifier: GPL-2.0-only
/*
 * A capture, pcap or pcapng, as `arppinctl explain` reads and judges it.
 *
 * Input: the file.
 *
 * Properties:
 * - each frame is a part of the file, numbered from 1, and no longer than it was on
 *   the wire; of a pcap file they are those that another reader, written here, finds;
 * - the end is the end, and after an error nothing follows; the error is one printable
 *   line that names a byte of the file;
 * - a forged claim that ARP would get is dropped under an enforced pin, and nothing
 *   else is; the judge reads no byte beyond a frame;
 * - `explain` counts each frame once, its text is printable lines, and its JSON is JSON.
 */
#include <json-c/json.h>
#include <stdarg.h>
#include <sys/socket.h>

#include "arppinctl.h"
#include "fuzz.h"
#include "judge.h"
#include "pcap.h"

#define GATEWAY_MAC { 2, 0, 0, 0, 0, 1 }
#define SERVER_MAC { 2, 0, 0, 0, 0, 0x10 }
#define GATEWAY { 192, 0, 2, 1 }
#define SERVER { 192, 0, 2, 10 }

static const __u8 gateway_mac[] = GATEWAY_MAC, server_mac[] = SERVER_MAC;
static const __u8 gateway[] = GATEWAY, server[] = SERVER;

static const struct pin the_pin = {
	.dev = "eth0", .addr = { .family = AF_INET, .bytes = GATEWAY },
	.lladdrs = { GATEWAY_MAC }, .n_lladdrs = 1, .mode = ARPPIN_MODE_ENFORCE,
};

static const struct guard the_guard = {
	.dev = "eth0", .unpinned = ARPPIN_UNPINNED_AUDIT, .addresses = 2,
};

static const char *said;	/* the sentence that explain ended with */
static char sentence[1024];

/* --- the host that explain asks about: always the same --- */

int connect_kernel(struct ctl *ctl)
{
	(void)ctl;
	return EXIT_DONE;
}

int refused(const struct ctl *ctl)
{
	(void)ctl;
	return EXIT_REFUSED;
}

bool pins_read(struct ctl *ctl, const struct pin *filter, struct pins *pins)
{
	(void)ctl;
	(void)filter;
	pins->n = 1;
	pins->pins = exact_copy(&the_pin, sizeof(the_pin));
	return true;
}

bool guards_read(struct ctl *ctl, struct guards *guards)
{
	(void)ctl;
	guards->n = 1;
	guards->guards = exact_copy(&the_guard, sizeof(the_guard));
	return true;
}

int own_read(struct own *own, const char *dev)
{
	const struct own_addr addr = {
		.addr = { .family = AF_INET, .bytes = SERVER }, .on_dev = true,
	};

	property(!strcmp(dev, "eth0"));
	memcpy(own->lladdr, server_mac, MAC_LEN);
	own->lladdrs = exact_copy(server_mac, MAC_LEN);
	own->n_lladdrs = 1;
	own->addrs = exact_copy(&addr, sizeof(addr));
	own->n_addrs = 1;
	return 0;
}

void own_free(struct own *own)
{
	free(own->lladdrs);
	free(own->addrs);
}

bool own_has_lladdr(const struct own *own, const __u8 lladdr[MAC_LEN])
{
	return !memcmp(own->lladdr, lladdr, MAC_LEN);
}

bool own_has_addr(const struct own *own, const struct address *addr)
{
	(void)own;
	return !memcmp(server, addr->bytes, 4);
}

bool own_dev_has_addr(const struct own *own, const struct address *addr)
{
	return own_has_addr(own, addr);
}

int wrong(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(sentence, sizeof(sentence), format, ap);
	va_end(ap);
	said = sentence;
	return EXIT_WRONG;
}

/* --- the reader --- */

static uint32_t number(const uint8_t *p, bool big)
{
	return big ? (uint32_t)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3] :
		     (uint32_t)p[3] << 24 | p[2] << 16 | p[1] << 8 | p[0];
}

/* Whether a pcap file begins with 0xa1b2c3d4 or 0xa1b23c4d, and in which order. */
static bool is_classic(const uint8_t *file, size_t size, bool *big, uint64_t *unit)
{
	for (int i = 0; size >= 24 && i < 4; i++) {
		*big = i & 1;
		*unit = i & 2 ? 1 : 1000;
		if (number(file, *big) == (i & 2 ? 0xa1b23c4d : 0xa1b2c3d4))
			return file[*big ? 5 : 4] == 2 && !file[*big ? 4 : 5];
	}
	return false;
}

/* The frame of a pcap file that begins at byte *at, by its record's header. */
static void check_classic(const uint8_t *file, size_t size, bool big, uint64_t unit, size_t *at,
			  const struct pcap_frame *frame)
{
	const uint8_t *head = file + *at;

	property(size - *at >= 16);
	property(frame->has_time);
	property(frame->time_ns == number(head, big) * 1000000000ULL +
				   number(head + 4, big) * unit);
	property(frame->captured == number(head + 8, big));
	property(frame->wire_len == number(head + 12, big));
	property(frame->linktype == (number(file + 20, big) & 0x3ffffff));
	*at += 16;
	property(size - *at >= frame->captured);
	property(!memcmp(frame->bytes, file + *at, frame->captured));
	*at += frame->captured;
}

static bool is_within(const uint8_t *file, size_t size, const struct pcap_frame *frame)
{
	for (size_t at = 0; at + frame->captured <= size; at++)
		if (!memcmp(file + at, frame->bytes, frame->captured))
			return true;
	return false;
}

/* --- the judge --- */

/* An ARP claim or probe that comes untagged, to us or to all, whole, and from `source`. */
static bool gets_to_arp(const __u8 *frame, size_t len)
{
	static const __u8 types[] = { 8, 6 }, ip4[] = { 8, 0, 6, 4 };
	const __u8 *arp = frame + 14;

	return len >= 42 && !memcmp(frame + 12, types, 2) &&
	       ((frame[0] & 1) || !memcmp(frame, server_mac, MAC_LEN)) &&
	       !arp[0] && (arp[1] == 1 || arp[1] == 6) && !memcmp(arp + 2, ip4, 4) &&
	       !arp[6] && (arp[7] == 1 || arp[7] == 2);
}

static void check_judgement(const __u8 *frame, size_t len, const struct judgement *judgement)
{
	bool dropped = judgement->counter == JUDGE_DROPPED;

	property(judgement->claims || (!dropped && !judgement->incident && !judgement->pin));
	property(judgement->rule != JUDGE_BY_PIN || judgement->pin);
	if (len < 14)
		property(judgement->counter == JUDGE_NOT_ARP ||
			 judgement->counter == JUDGE_UNJUDGED ||
			 judgement->counter == JUDGE_UNDELIVERED);
	if (gets_to_arp(frame, len)) {
		const __u8 *sha = frame + 22, *spa = frame + 28;

		property(judgement->counter != JUDGE_NOT_ARP &&
			 judgement->counter != JUDGE_UNJUDGED &&
			 judgement->counter != JUDGE_UNDELIVERED);
		if (!memcmp(spa, gateway, 4))
			property(dropped == !!memcmp(sha, gateway_mac, MAC_LEN));
	}
	if (!dropped)
		return;
	property(judgement->incident == ARPPIN_INCIDENT_MANY_ADDRESSES ||
		 (judgement->rule == JUDGE_BY_PIN &&
		  !memcmp(judgement->addr.bytes, gateway, 4) &&
		  memcmp(judgement->lladdr, gateway_mac, MAC_LEN)));
}

static void judge_one(struct judge *judge, const struct pcap_frame *frame)
{
	__u8 *copy = exact_copy(frame->bytes, frame->captured);
	struct judgement judgement;

	property(judge_frame(judge, copy, frame->captured, frame->wire_len, frame->time_ns,
			     &judgement));
	check_judgement(copy, frame->captured, &judgement);
	free(copy);
}

/* Returns how many frames there are before the end, or before an error. */
static __u64 read_file(const uint8_t *file, size_t size, bool *good)
{
	FILE *stream = fmemopen((void *)file, size, "r");
	struct pcap *pcap = pcap_open(stream);
	struct own own = {0};
	struct judge judge = { .own = &own, .guard = &the_guard, .pins = &the_pin, .n_pins = 1 };
	enum pcap_result result;
	struct pcap_frame frame;
	bool classic, big;
	__u64 n = 0;
	uint64_t unit;
	size_t at = 24;

	own_read(&own, "eth0");
	classic = is_classic(file, size, &big, &unit);
	while ((result = pcap_next(pcap, &frame)) == PCAP_FRAME) {
		property(frame.number == ++n);
		property(frame.captured <= frame.wire_len);
		property(frame.captured <= PCAP_RECORD_MAX);
		property(is_within(file, size, &frame));
		if (classic)
			check_classic(file, size, big, unit, &at, &frame);
		judge_one(&judge, &frame);
	}
	property(pcap_next(pcap, &frame) == result);
	*good = result == PCAP_END;
	if (*good) {
		property(!classic || at == size);
	} else {
		unsigned long long byte;

		property(is_sentence(pcap_error(pcap)));
		property(sscanf(pcap_error(pcap), "at byte %llu: ", &byte) == 1 && byte <= size);
	}
	crowd_free(&judge.crowd);
	own_free(&own);
	pcap_close(pcap);
	fclose(stream);
	return n;
}

/* --- explain --- */

static __u64 explained(const uint8_t *file, size_t size, bool json, int *status)
{
	char *const words[] = { (char *)"-", (char *)"dev", (char *)"eth0", NULL };
	struct json_object *document, *summary, *frames;
	struct ctl ctl = { .out.json = json };
	FILE *real = stdin;
	char *text = NULL;
	__u64 n = 0;
	size_t len;

	said = NULL;
	stdin = fmemopen((void *)file, size, "r");
	ctl.out.file = open_memstream(&text, &len);
	*status = explain_pcap(&ctl, 3, words);
	fclose(ctl.out.file);
	fclose(stdin);
	stdin = real;

	property(*status == EXIT_DONE || *status == EXIT_WRONG);
	property(!*status == !said);
	property(!said || is_sentence(said));
	property(is_printable(text, len, true));
	if (json && len) {
		document = json_tokener_parse(text);
		property(json_object_object_get_ex(document, "summary", &summary));
		property(json_object_object_get_ex(summary, "frames", &frames));
		n = json_object_get_int64(frames);
		json_object_put(document);
	}
	free(text);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int text_status, json_status;
	bool good;
	__u64 n;

	if (!size)
		return 0;
	n = read_file(data, size, &good);
	property(explained(data, size, false, &text_status) == 0);
	property(explained(data, size, true, &json_status) <= n);
	property(text_status == json_status);
	property(good || text_status == EXIT_WRONG);
	return 0;
}
