// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if_arp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "claim_arp.h"
#include "wire.h"

#define HEARING_BUFFER (1024 * 1024)

/*
 * In each of so many parts of the wait there is one request, and in up to three
 * more: who answers at times only cannot know when.
 */
#define PART_MS 500
#define PARTS_LEAST 5
#define PARTS_MORE 3

/* At the end nobody is asked: answers take a while. */
#define QUIET_MS 400

enum {
	OFFSET_SPA = ETH_HLEN + 14,
	FRAME_LEN = ETH_ZLEN,	/* more than ARP needs: the rest is padding */
};

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int bind_to(int fd, __u32 ifindex, unsigned int protocol)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(protocol),
		.sll_ifindex = ifindex,
	};

	return bind(fd, (struct sockaddr *)&to, sizeof(to)) ? -errno : 0;
}

int wire_open(__u32 ifindex)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), code;

	if (fd < 0)
		return -errno;
	code = bind_to(fd, ifindex, 0);
	if (!code)
		return fd;
	close(fd);
	return code;
}

static void put_address(__u8 *to, const struct address *addr)
{
	if (addr->family == AF_INET)
		memcpy(to, addr->bytes, 4);
}

int wire_send(int fd, const struct packet *packet)
{
	static const __u8 head[] = { 8, 6, 0, 1, 8, 0, MAC_LEN, 4, 0 };
	__u8 frame[FRAME_LEN] = {0};
	__u8 *at = frame;

	memcpy(at, packet->destination, MAC_LEN);
	at += MAC_LEN;
	memcpy(at, packet->source, MAC_LEN);
	at += MAC_LEN;
	memcpy(at, head, sizeof(head));
	at += sizeof(head);
	*at++ = packet->reply ? ARPOP_REPLY : ARPOP_REQUEST;
	memcpy(at, packet->source, MAC_LEN);
	at += MAC_LEN;
	put_address(at, &packet->sender);
	at += 4;
	memcpy(at, packet->target_lladdr, MAC_LEN);
	at += MAC_LEN;
	put_address(at, &packet->target);
	return send(fd, frame, sizeof(frame), 0) < 0 ? -errno : 0;
}

/* Claims of the address alone: others shall not fill the buffer. */
static int filter(int fd, const struct address *addr)
{
	__u32 number = (__u32)addr->bytes[0] << 24 | addr->bytes[1] << 16 |
		       addr->bytes[2] << 8 | addr->bytes[3];
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, OFFSET_SPA),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { .len = ARRAY_SIZE(steps), .filter = steps };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ? -errno : 0;
}

/* A socket that hears the claims of the question's address; or a negative errno. */
static int listen_to(const struct question *question)
{
	int fd = wire_open(question->ifindex), size = HEARING_BUFFER, code;

	if (fd < 0)
		return fd;
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	code = filter(fd, &question->addr);
	/* From here on the socket is given what the kernel's ARP is given. */
	if (!code)
		code = bind_to(fd, question->ifindex, ETH_P_ARP);
	if (!code)
		return fd;
	close(fd);
	return code;
}

static void ask(struct question *question, int fd)
{
	struct packet packet = { .sender = question->source, .target = question->addr };

	memset(packet.destination, 0xff, MAC_LEN);
	memcpy(packet.source, question->lladdr, MAC_LEN);
	question->error = -wire_send(fd, &packet);
	if (question->error == EAGAIN || question->error == ENOBUFS)
		question->error = 0; /* the device is busy: there are more requests */
}

/* All frames that have come. */
static void hear(struct question *question, int fd)
{
	__u8 frame[ETH_HLEN + ARPPIN_ARP_LEN];
	struct arppin_claim claim;

	for (;;) {
		struct sockaddr_ll from;
		socklen_t size = sizeof(from);
		ssize_t len = recvfrom(fd, frame, sizeof(frame), 0, (struct sockaddr *)&from,
				       &size);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0) {
			if (errno != EAGAIN)
				question->error = errno;
			return;
		}
		/* Of another VLAN, or not for us: ARP does not believe these either. */
		if (len < (ssize_t)sizeof(frame) || from.sll_pkttype == PACKET_OTHERHOST)
			continue;
		if (arppin_claim_arp(&claim, frame + ETH_HLEN, len - ETH_HLEN, frame + ETH_ALEN) &&
		    claim.variant != ARPPIN_VARIANT_PROBE)
			question_hear(question, claim.lladdr, claim.source);
	}
}

static void count_lost(struct question *question, int fd)
{
	struct tpacket_stats stats = {0};
	socklen_t size = sizeof(stats);

	if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) || stats.tp_drops)
		question->lost = true;
}

/* 0 to n - 1, all alike; -1: errno. */
static long long random_below(long long n)
{
	__u64 number;

	if (getrandom(&number, sizeof(number), 0) != sizeof(number))
		return -1;
	return number % n;
}

/* One moment in each part of the wait, in ms from its beginning. */
static int plan_moments(long long wait, long long **moments, size_t *n)
{
	long long most = wait / PART_MS > PARTS_LEAST ? wait / PART_MS : PARTS_LEAST;
	long long more = random_below(PARTS_MORE + 1);

	if (more < 0)
		return -errno;
	*n = most + more;
	*moments = calloc(*n, sizeof(**moments));
	if (!*moments)
		return -ENOMEM;
	for (size_t i = 0; i < *n; i++) {
		long long begin = (wait - QUIET_MS) * (long long)i / (long long)*n;
		long long end = (wait - QUIET_MS) * (long long)(i + 1) / (long long)*n;
		long long offset = random_below(end - begin);

		if (offset < 0)
			return -errno;
		(*moments)[i] = begin + offset;
	}
	return 0;
}

static int ask_and_hear(struct question *questions, struct pollfd *fds, size_t n, long long wait)
{
	long long *moments = NULL, begin;
	size_t n_moments = 0, asked = 0;
	int code = plan_moments(wait, &moments, &n_moments);

	begin = now_ms();
	while (!code) {
		long long passed = now_ms() - begin, next;

		if (asked < n_moments && passed >= moments[asked]) {
			for (size_t i = 0; i < n; i++)
				if (fds[i].fd >= 0 && !questions[i].error)
					ask(&questions[i], fds[i].fd);
			asked++;
			continue;
		}
		if (passed >= wait)
			break;
		next = asked < n_moments ? moments[asked] : wait;
		if (poll(fds, n, next - passed) < 0 && errno != EINTR)
			code = -errno;
		for (size_t i = 0; i < n; i++) {
			if (fds[i].fd < 0 || !fds[i].revents)
				continue;
			hear(&questions[i], fds[i].fd);
			if (questions[i].error) {
				close(fds[i].fd);
				fds[i].fd = -1;
			}
		}
	}
	free(moments);
	return code;
}

int wire_ask(struct question *questions, size_t n, unsigned int seconds)
{
	struct pollfd *fds = calloc(n, sizeof(*fds));
	int code;

	if (!fds)
		return -ENOMEM;
	/* All ears are open before the first word. */
	for (size_t i = 0; i < n; i++) {
		fds[i].fd = -1;
		fds[i].events = POLLIN;
		if (questions[i].reason)
			continue;
		fds[i].fd = listen_to(&questions[i]);
		if (fds[i].fd < 0)
			questions[i].error = -fds[i].fd;
	}
	code = ask_and_hear(questions, fds, n, seconds * 1000LL);
	for (size_t i = 0; i < n; i++) {
		if (fds[i].fd < 0)
			continue;
		hear(&questions[i], fds[i].fd); /* what came with the last moment */
		count_lost(&questions[i], fds[i].fd);
		close(fds[i].fd);
	}
	free(fds);
	return code;
}
