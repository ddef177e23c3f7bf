// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <errno.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "arppinctl.h"
#include "msg.h"
#include "print.h"

/* So long a silence ends an overrun of the receive buffer. */
#define QUIET_MS 200

/* At the end, so many of the events that have come already are told still. */
#define LAST_EVENTS 10000

struct watch {
	struct out *out;
	__u64 last;		/* number of the latest event that was told, or told lost */
	bool overrun;		/* the kernel had to leave events out */
	__u64 target;		/* in an overrun: the number of its latest event, 0 if unknown */
};

static void handle_event(struct watch *watch, const struct nlmsghdr *nlh)
{
	const char *bad;
	struct event event;

	bad = msg_get_event(nlh, &event);
	if (bad) {
		wrong("an event of the module is wrong: %s", bad);
		return;
	}
	/* A number that goes back is another module, whose events are all here. */
	if (event.seq > watch->last + 1)
		print_lost(watch->out, watch->last + 1, event.seq - 1);
	watch->last = event.seq;
	print_event(watch->out, &event);
}

static void went(struct ctl *ctl, struct watch *watch)
{
	print_module(watch->out, "module-unloaded");
	ctl->nl.family = 0;
	watch->overrun = false;
}

static bool came(struct ctl *ctl, struct watch *watch)
{
	watch->last = 0;
	watch->overrun = false;
	if (!nl_join_events(&ctl->nl)) {
		refused(ctl);
		return false;
	}
	print_module(watch->out, "module-loaded");
	return true;
}

static bool handle_message(struct ctl *ctl, struct watch *watch, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	switch (nl_family_news(&ctl->nl, nlh)) {
	case NL_FAMILY_WENT:
		went(ctl, watch);
		return true;
	case NL_FAMILY_CAME:
		return came(ctl, watch);
	case NL_FAMILY_OTHER:
		break;
	}
	if (nlh->nlmsg_type == ctl->nl.family && mnl_nlmsg_get_payload_len(nlh) >= GENL_HDRLEN &&
	    genl->cmd == ARPPIN_CMD_EVENT)
		handle_event(watch, nlh);
	return true;
}

static const char *get_stats(const struct nlmsghdr *nlh, void *data)
{
	return msg_get_stats(nlh, data);
}

/* The number of the latest event; asked on another socket than events come on. */
static bool latest_event(struct nl *nl, __u64 *seq)
{
	char buffer[256] __attribute__((aligned(8)));
	struct stats answer;
	bool done;

	done = nl_open(nl) && nl_do(nl, nl_request(nl, buffer, ARPPIN_CMD_STATS_GET), get_stats,
				    &answer);
	nl_close(nl);
	if (done)
		*seq = answer.numbers[ARPPIN_A_STATS_EVENTS];
	return done;
}

/*
 * Nothing has come for a while after an overrun: what is missing at its end
 * would be told no sooner than with the next event. So ask for the number of
 * the latest one, let pass what is still on its way, and tell the rest.
 */
static bool settle(struct ctl *ctl, struct watch *watch)
{
	static struct nl nl;

	if (!watch->target) {
		bool loaded = latest_event(&nl, &watch->target);

		/* That the module went or came may be among what is missing. */
		if (ctl->nl.family && (loaded ? nl.family != ctl->nl.family :
						nl.error.code == ENOENT))
			went(ctl, watch);
		if (loaded && nl.family != ctl->nl.family) {
			ctl->nl.family = nl.family;
			ctl->nl.group = nl.group;
			return came(ctl, watch);
		}
		if (watch->target > watch->last)
			return true;
	}
	if (watch->target > watch->last) {
		print_lost(watch->out, watch->last + 1, watch->target);
		watch->last = watch->target;
	}
	watch->overrun = false;
	return true;
}

/* One datagram. */
static bool read_events(struct ctl *ctl, struct watch *watch)
{
	const struct nlmsghdr *nlh = (void *)ctl->nl.buffer;
	ssize_t left = mnl_socket_recvfrom(ctl->nl.sock, ctl->nl.buffer, sizeof(ctl->nl.buffer));
	int len = left;

	if (left < 0 && errno == ENOBUFS) {
		watch->overrun = true;
		watch->target = 0;
		return true;
	}
	if (left < 0 && errno != EINTR) {
		wrong("cannot receive events: %s", strerror(errno));
		return false;
	}
	for (; left > 0 && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		if (!handle_message(ctl, watch, nlh))
			return false;
	return true;
}

static int loop(struct ctl *ctl, struct watch *watch, int signals)
{
	enum { SIGNALS, OUTPUT, EVENTS, N_FDS };
	struct pollfd fds[N_FDS] = {
		[SIGNALS] = { .fd = signals, .events = POLLIN },
		[OUTPUT] = { .fd = STDOUT_FILENO }, /* tells that its reader has gone */
		[EVENTS] = { .fd = mnl_socket_get_fd(ctl->nl.sock), .events = POLLIN },
	};
	unsigned int left = LAST_EVENTS;

	for (;;) {
		int ready = poll(fds, N_FDS, watch->overrun ? QUIET_MS : -1);

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready < 0) {
			wrong("cannot wait for events: %s", strerror(errno));
			return EXIT_REFUSED;
		}
		if (fds[OUTPUT].revents)
			return EXIT_DONE;
		/* The signal is never read, and so stays there. */
		if (fds[SIGNALS].revents && (!fds[EVENTS].revents || !left--))
			return EXIT_DONE;
		if (!ready && !settle(ctl, watch))
			return EXIT_REFUSED;
		if (ready && !read_events(ctl, watch))
			return EXIT_REFUSED;
		if (fflush(stdout)) {
			if (errno == EPIPE)
				_exit(EXIT_DONE);
			return EXIT_WRONG; /* main() finds the words */
		}
	}
}

int monitor(struct ctl *ctl, int n, char *const words[])
{
	struct watch watch = { .out = &ctl->out };
	static struct nl other;
	struct parse_error error;
	sigset_t set;
	int signals, status;

	if (!parse_nothing(n, words, &error))
		return wrong("%s", error.text);
	ctl->out.pretty = false; /* an object a line is what its readers rely on */
	status = connect_kernel(ctl);
	if (status)
		return status;
	if (!nl_listen(&ctl->nl))
		return refused(ctl);
	if (!latest_event(&other, &watch.last)) {
		ctl->nl.error = other.error;
		return refused(ctl);
	}

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (signals < 0) {
		wrong("cannot wait for signals: %s", strerror(errno));
		return EXIT_REFUSED;
	}
	fputs("arppinctl: listening\n", stderr);
	status = loop(ctl, &watch, signals);
	close(signals);
	return status;
}
