// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sends ARP frames: many, fast, and known to the last one. For a few frames of
 * odd shapes there is tests/vm/arp.py.
 */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define BATCH 64	/* frames in one system call */
#define FRAME_LEN 60	/* with the padding that a NIC would add */
#define RAW_MAX 128
#define SECOND 1000000000ULL

static const char usage[] =
	"usage: flood DEV [KEY=VALUE]...\n"
	"\n"
	"Sends ARP frames from a packet socket that bypasses the queueing discipline,\n"
	"and with it tcpdump on DEV itself. Prints how many were sent.\n"
	"\n"
	"	count=N		frames, default 1; 0: until killed\n"
	"	rate=N		frames a second, default 0: as fast as it can\n"
	"	op=request|reply	default: request, which takes over every cache\n"
	"	sha=MAC		sender, default 02:00:00:00:00:66\n"
	"	macs=N		so many senders in turn, counted up from sha\n"
	"	macs=random	06:00 and four random bytes: another sender in each frame\n"
	"	seed=N		of macs=random: others\n"
	"	spa=A[/LEN]	claimed, default 192.0.2.1; of a prefix: its addresses in turn\n"
	"	tpa=A		target, default 192.0.2.10\n"
	"	src=MAC dst=MAC	Ethernet, default: the sender, broadcast\n"
	"	frame=HEX	these bytes instead, Ethernet header first: no ARP, all alike\n"
	"	timed=yes	prints the time as well that sending took (CLOCK_MONOTONIC, ns)\n"
	"	log=FILE	of each frame a line: when it was sent (CLOCK_MONOTONIC, ns;\n"
	"			of a batch: before its first), sender, address\n";

struct frame {
	struct ether_header ether;
	struct ether_arp arp;
	uint8_t padding[FRAME_LEN - sizeof(struct ether_header) - sizeof(struct ether_arp)];
};

_Static_assert(sizeof(struct frame) == FRAME_LEN, "a frame has no holes");

struct flood {
	unsigned long long count, rate;
	struct frame frame;	/* what all frames have in common */
	bool has_src, timed;
	uint8_t raw[RAW_MAX];	/* is sent instead, if there is any */
	size_t raw_len;
	uint32_t sha;		/* the last four bytes of the first sender */
	uint32_t macs;		/* 0: random */
	uint32_t state;		/* of the random generator */
	uint32_t spa, addresses;
	FILE *log;
};

static void __attribute__((noreturn, format(printf, 1, 2))) die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("flood: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(EXIT_FAILURE);
}

static unsigned long long parse_number(const char *key, const char *text, unsigned long long max)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value > max)
		die("%s: %s is not a number from 0 to %llu", key, text, max);
	return value;
}

static void parse_mac(const char *key, const char *text, uint8_t *mac)
{
	int end = 0;

	if (sscanf(text, "%2hhx:%2hhx:%2hhx:%2hhx:%2hhx:%2hhx%n", &mac[0], &mac[1], &mac[2],
		   &mac[3], &mac[4], &mac[5], &end) != ETH_ALEN || text[end])
		die("%s: %s is not a MAC", key, text);
}

static uint32_t parse_address(const char *key, const char *text)
{
	struct in_addr addr;

	if (inet_pton(AF_INET, text, &addr) != 1)
		die("%s: %s is not an IPv4 address", key, text);
	return ntohl(addr.s_addr);
}

static void parse_prefix(const char *key, char *text, struct flood *flood)
{
	char *length = strchr(text, '/');

	flood->addresses = 1;
	if (length) {
		unsigned int bits;

		*length++ = '\0';
		bits = parse_number(key, length, 32);
		if (!bits)
			die("%s: a prefix has 1 to 32 bits", key);
		flood->addresses = 1U << (32 - bits);
	}
	flood->spa = parse_address(key, text);
}

static size_t parse_hex(const char *key, const char *text, uint8_t *bytes, size_t max)
{
	size_t n = strlen(text) / 2;

	if (strlen(text) % 2 || n < ETH_HLEN || n > max || text[strspn(text, "0123456789abcdef")])
		die("%s: %s is not %d to %zu bytes in hexadecimal", key, text, ETH_HLEN, max);
	for (size_t i = 0; i < n; i++) {
		if (sscanf(text + 2 * i, "%2hhx", &bytes[i]) != 1)
			break; /* never: these are digits */
	}
	return n;
}

static uint16_t parse_op(const char *key, const char *text)
{
	if (!strcmp(text, "request"))
		return ARPOP_REQUEST;
	if (!strcmp(text, "reply"))
		return ARPOP_REPLY;
	die("%s: %s is neither request nor reply", key, text);
}

static void parse_option(struct flood *flood, char *word)
{
	struct frame *frame = &flood->frame;
	char *value = strchr(word, '=');

	if (!value)
		die("what is %s?\n%s", word, usage);
	*value++ = '\0';
	if (!strcmp(word, "count")) {
		flood->count = parse_number(word, value, UINT64_MAX);
	} else if (!strcmp(word, "rate")) {
		flood->rate = parse_number(word, value, SECOND);
	} else if (!strcmp(word, "op")) {
		frame->arp.arp_op = htons(parse_op(word, value));
	} else if (!strcmp(word, "sha")) {
		parse_mac(word, value, frame->arp.arp_sha);
	} else if (!strcmp(word, "macs")) {
		bool random = !strcmp(value, "random");

		flood->macs = random ? 0 : parse_number(word, value, UINT32_MAX);
		if (!random && !flood->macs)
			die("macs: there is no frame without a sender");
	} else if (!strcmp(word, "seed")) {
		flood->state = parse_number(word, value, UINT32_MAX);
	} else if (!strcmp(word, "spa")) {
		parse_prefix(word, value, flood);
	} else if (!strcmp(word, "tpa")) {
		uint32_t addr = htonl(parse_address(word, value));

		memcpy(frame->arp.arp_tpa, &addr, sizeof(addr));
	} else if (!strcmp(word, "src")) {
		parse_mac(word, value, frame->ether.ether_shost);
		flood->has_src = true;
	} else if (!strcmp(word, "dst")) {
		parse_mac(word, value, frame->ether.ether_dhost);
	} else if (!strcmp(word, "frame")) {
		flood->raw_len = parse_hex(word, value, flood->raw, sizeof(flood->raw));
	} else if (!strcmp(word, "timed")) {
		flood->timed = !strcmp(value, "yes");
	} else if (!strcmp(word, "log")) {
		flood->log = fopen(value, "we");
		if (!flood->log)
			die("%s: %m", value);
	} else {
		die("what is %s?\n%s", word, usage);
	}
}

static void parse(struct flood *flood, int n, char *words[])
{
	struct frame *frame = &flood->frame;
	uint32_t last;

	frame->ether.ether_type = htons(ETHERTYPE_ARP);
	memset(frame->ether.ether_dhost, 0xff, ETH_ALEN);
	frame->arp.arp_hrd = htons(ARPHRD_ETHER);
	frame->arp.arp_pro = htons(ETHERTYPE_IP);
	frame->arp.arp_hln = ETH_ALEN;
	frame->arp.arp_pln = 4;
	frame->arp.arp_op = htons(ARPOP_REQUEST);
	memcpy(frame->arp.arp_sha, "\x02\x00\x00\x00\x00\x66", ETH_ALEN);
	memcpy(frame->arp.arp_tpa, "\xc0\x00\x02\x0a", 4);
	for (int i = 0; i < n; i++)
		parse_option(flood, words[i]);
	memcpy(&last, frame->arp.arp_sha + 2, sizeof(last));
	flood->sha = ntohl(last);
	if (!flood->macs)
		memcpy(frame->arp.arp_sha, "\x06\x00", 2);
}

/* Frame number i; to be called once for each, in order. */
static void build(struct flood *flood, unsigned long long i, struct frame *frame)
{
	uint32_t sha = flood->sha + (flood->macs ? i % flood->macs : 0);
	uint32_t spa = htonl(flood->spa + i % flood->addresses);

	if (!flood->macs) { /* a generator of full period: no sender comes twice */
		flood->state = flood->state * 1664525 + 1013904223;
		sha = flood->state;
	}
	sha = htonl(sha);
	*frame = flood->frame;
	memcpy(frame->arp.arp_sha + 2, &sha, sizeof(sha));
	memcpy(frame->arp.arp_spa, &spa, sizeof(spa));
	if (!flood->has_src)
		memcpy(frame->ether.ether_shost, frame->arp.arp_sha, ETH_ALEN);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * SECOND + time.tv_nsec;
}

static void sleep_until(uint64_t when)
{
	struct timespec time = { .tv_sec = when / SECOND, .tv_nsec = when % SECOND };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
		;
}

static void log_frames(FILE *log, uint64_t when, const struct frame *frames, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		const uint8_t *sha = frames[i].arp.arp_sha, *spa = frames[i].arp.arp_spa;

		fprintf(log, "%llu %02x:%02x:%02x:%02x:%02x:%02x %u.%u.%u.%u\n",
			(unsigned long long)when, sha[0], sha[1], sha[2], sha[3], sha[4], sha[5],
			spa[0], spa[1], spa[2], spa[3]);
	}
}

static void send_all(int sock, struct mmsghdr *messages, unsigned int n)
{
	while (n) {
		int sent = sendmmsg(sock, messages, n, 0);

		/* The device's queue is full: it has sent none of the rest. */
		if (sent < 0 && (errno == ENOBUFS || errno == EAGAIN || errno == EINTR))
			continue;
		if (sent < 0)
			die("cannot send: %m");
		messages += sent;
		n -= sent;
	}
}

/* One batch a millisecond at most, so that a sleep is no shorter than its error. */
static unsigned int batch_size(const struct flood *flood)
{
	unsigned long long size = flood->rate ? flood->rate / 1000 : BATCH;

	return size < 1 ? 1 : size > BATCH ? BATCH : size;
}

static unsigned long long send_frames(struct flood *flood, int sock)
{
	static struct frame frames[BATCH];
	static struct iovec iovecs[BATCH];
	static struct mmsghdr messages[BATCH];
	unsigned int size = batch_size(flood);
	unsigned long long sent = 0;
	uint64_t start = now();

	for (unsigned int i = 0; i < BATCH; i++) {
		iovecs[i] = (struct iovec){ .iov_base = &frames[i], .iov_len = FRAME_LEN };
		if (flood->raw_len)
			iovecs[i] = (struct iovec){ flood->raw, flood->raw_len };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &iovecs[i], .msg_iovlen = 1 };
	}
	while (!flood->count || sent < flood->count) {
		unsigned int n = size;

		if (flood->count && flood->count - sent < n)
			n = flood->count - sent;
		for (unsigned int i = 0; i < n; i++)
			build(flood, sent + i, &frames[i]);
		if (flood->rate)
			sleep_until(start + sent / flood->rate * SECOND +
				    sent % flood->rate * SECOND / flood->rate);
		if (flood->log)
			log_frames(flood->log, now(), frames, n);
		send_all(sock, messages, n);
		sent += n;
	}
	return sent;
}

static int open_socket(const char *dev)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(dev) };
	int bypass = 1;
	int sock;

	if (!to.sll_ifindex)
		die("%s: %m", dev);
	sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sock < 0 || bind(sock, (struct sockaddr *)&to, sizeof(to)) ||
	    setsockopt(sock, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof(bypass)))
		die("cannot open a packet socket on %s: %m", dev);
	return sock;
}

int main(int argc, char *argv[])
{
	struct flood flood = { .count = 1, .macs = 1, .state = 1 };
	unsigned long long sent;
	uint64_t start;
	int sock;

	if (argc < 2 || strchr(argv[1], '=')) {
		fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	flood.spa = parse_address("spa", "192.0.2.1");
	flood.addresses = 1;
	parse(&flood, argc - 2, argv + 2);
	sock = open_socket(argv[1]);
	start = now();
	sent = send_frames(&flood, sock);
	if (flood.timed)
		printf("%llu %llu\n", sent, (unsigned long long)(now() - start));
	else
		printf("%llu\n", sent);
	if (flood.log && fclose(flood.log))
		die("cannot write the log: %m");
	return EXIT_SUCCESS;
}
