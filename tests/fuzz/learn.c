// SPDX-License-Identifier: GPL-2.0-only
/*
 * What `pin learn` hears on the wire, and what it makes of it.
 *
 * Input: FLAG_*, 1 byte; the MACs of the neighbour entry before and after, and our
 * own, 18 bytes; then for each frame how it came (PACKET_*), 1 byte, how long it is,
 * 1 byte, and its bytes. Frames that are not about the address that was asked for
 * are kept away, as the socket's filter does it.
 *
 * Properties: an address is given a pin if and only if somebody answered, all
 * who did named the same MAC, a neighbour can have that, the neighbour cache never
 * said otherwise, and nobody was left unheard. Who answered is told, each once.
 */
#include <errno.h>
#include <stdarg.h>
#include <sys/socket.h>

#include "fuzz.h"

/* hear() is fed by us. */
#define recvfrom fuzz_recvfrom
static ssize_t fuzz_recvfrom(int fd, void *to, size_t size, int flags, struct sockaddr *from,
			     socklen_t *len);
#include "wire.c"

enum {
	FLAG_BEFORE	= 1 << 0,
	FLAG_AFTER	= 1 << 1,
	FLAG_PIN	= 1 << 2,
};

#define HEARD_MAX 4096

static const __u8 asked[] = { 192, 0, 2, 1 };
static struct input input;

/* What was heard, read anew. */
static struct {
	__u8 macs[HEARD_MAX][2 * MAC_LEN];	/* sender, source */
	size_t n;
} heard;

static void hear_too(const __u8 *frame, size_t len, unsigned int type)
{
	static const __u8 ip4[] = { 8, 0, 6, 4 };
	const __u8 *arp = frame + 14;

	if (len < 42 || type == PACKET_OTHERHOST || heard.n == HEARD_MAX)
		return;
	if (arp[0] || (arp[1] != 1 && arp[1] != 6) || memcmp(arp + 2, ip4, sizeof(ip4)) ||
	    arp[6] || (arp[7] != 1 && arp[7] != 2))
		return;
	memcpy(heard.macs[heard.n], arp + 8, MAC_LEN);
	memcpy(heard.macs[heard.n++] + MAC_LEN, frame + 6, MAC_LEN);
}

static ssize_t fuzz_recvfrom(int fd, void *to, size_t size, int flags, struct sockaddr *from,
			     socklen_t *from_len)
{
	struct sockaddr_ll *lladdr = (struct sockaddr_ll *)from;

	(void)fd;
	(void)flags;
	property(*from_len >= sizeof(*lladdr));
	while (input.left >= 2) {
		unsigned int type = take_byte(&input) & 7;
		__u8 frame[256];
		size_t len = take_byte(&input);

		if (len > input.left)
			len = input.left;
		take(&input, frame, len);
		if (len < 32 || memcmp(frame + 28, asked, sizeof(asked)))
			continue;
		hear_too(frame, len, type);
		lladdr->sll_pkttype = type;
		memcpy(to, frame, len < size ? len : size);
		return len < size ? len : size;
	}
	errno = EAGAIN;
	return -1;
}

static bool is_zero(const __u8 mac[MAC_LEN])
{
	return !memcmp(mac, "\0\0\0\0\0\0", MAC_LEN);
}

/* What `pin learn` may pin, or NULL. */
static const __u8 *agreed(const struct question *question, const __u8 own[MAC_LEN])
{
	const __u8 *mac = heard.macs[0];

	if (!heard.n || (mac[0] & 1) || is_zero(mac) || !memcmp(mac, own, MAC_LEN))
		return NULL;
	for (size_t i = 1; i < heard.n; i++)
		if (memcmp(heard.macs[i], mac, MAC_LEN))
			return NULL;
	if (question->before.has_lladdr && memcmp(question->before.lladdr, mac, MAC_LEN))
		return NULL;
	if (question->after.has_lladdr && memcmp(question->after.lladdr, mac, MAC_LEN))
		return NULL;
	return mac;
}

static size_t count_answers(void)
{
	size_t n = 0;

	for (size_t i = 0; i < heard.n; i++) {
		bool known = false;

		for (size_t k = 0; k < i; k++)
			known |= !memcmp(heard.macs[i], heard.macs[k], 2 * MAC_LEN);
		n += !known;
	}
	return n;
}

static bool pin_contradicted(const struct question *question)
{
	const __u8 *pinned = question->pin.lladdrs[0];

	for (size_t i = 0; i < heard.n; i++)
		if (memcmp(heard.macs[i], pinned, MAC_LEN))
			return true;
	return (question->before.has_lladdr && memcmp(question->before.lladdr, pinned, MAC_LEN)) ||
	       (question->after.has_lladdr && memcmp(question->after.lladdr, pinned, MAC_LEN));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct question question;
	size_t answers, counted = 0;
	const __u8 *mac;
	__u8 own_mac[1][MAC_LEN];
	struct own own = { .lladdrs = own_mac, .n_lladdrs = 1 };
	unsigned int flags;

	memset(&question, 0, sizeof(question));
	heard.n = 0;
	input = (struct input){ data, size };
	flags = take_byte(&input);
	question.before.has_lladdr = flags & FLAG_BEFORE;
	question.after.has_lladdr = flags & FLAG_AFTER;
	take(&input, question.before.lladdr, MAC_LEN);
	take(&input, question.after.lladdr, MAC_LEN);
	take(&input, own_mac[0], MAC_LEN);
	if (flags & FLAG_PIN) {
		question.pin.n_lladdrs = 1;
		memcpy(question.pin.lladdrs[0], question.before.lladdr, MAC_LEN);
	}
	question.addr.family = AF_INET;
	memcpy(question.addr.bytes, asked, sizeof(asked));

	hear(&question, -1);
	question_judge(&question, &own);

	answers = count_answers();
	mac = agreed(&question, own_mac[0]);
	property(!question.error);
	property(question.lost == (answers > QUESTION_ANSWERS));
	property(question.n_answers == (question.lost ? QUESTION_ANSWERS : answers));
	for (unsigned int i = 0; i < question.n_answers; i++)
		counted += question.answers[i].count;
	property(question.lost ? counted < heard.n : counted == heard.n);

	if (flags & FLAG_PIN) {
		property((question.reason == REASON_ALREADY_PINNED) ==
			 (!pin_contradicted(&question) && !question.lost));
		property(question.reason != REASON_AGREED);
	} else {
		property((question.reason == REASON_AGREED) == (mac && !question.lost));
		property(!mac || !memcmp(question_lladdr(&question), mac, MAC_LEN));
	}
	property(question_is_settled(&question) == (question.reason == REASON_AGREED ||
						    question.reason == REASON_ALREADY_PINNED));
	return 0;
}
