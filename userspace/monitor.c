// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <errno.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "arppinctl.h"
#include "cursor.h"
#include "exec.h"
#include "from_kernel.h"
#include "journald.h"
#include "msg.h"
#include "names.h"
#include "print.h"

/* At the end, so many of the messages that have come already are told still. */
#define LAST_MESSAGES 10000

struct watch {
	struct ctl *ctl;
	struct monitoring how;
	struct place place;	/* of the latest event that was told, or told lost */
	bool behind;		/* the kernel had to leave messages out */
	int output_error;	/* errno */
	struct cursor cursor;
	struct journal journal;
	struct exec exec;
};

/* One line: an event, or without one what the tool itself has to tell. */
struct news {
	const struct event *event;
	const char *kind;
	__u64 first, last;	/* of lost events, 0: the news is of the module */
};

static void print_news(struct out *out, const struct news *news)
{
	if (news->event)
		print_event(out, news->event);
	else if (news->first)
		print_lost(out, news->first, news->last);
	else
		print_module(out, news->kind);
}

static char *news_text(const struct news *news, bool json, size_t *len)
{
	struct out out = { .json = json };
	char *text = NULL;

	out.file = open_memstream(&text, len);
	if (out.file) {
		print_news(&out, news);
		if (!fclose(out.file))
			return text;
	}
	free(text);
	wrong("out of memory: an event is left out");
	return NULL;
}

/* Not beyond what still waits for a command or for the journal. */
static void keep_place(struct watch *watch)
{
	const struct place *waiting[] = { exec_waiting(&watch->exec),
					  journal_waiting(&watch->journal) };
	struct place place = watch->place;

	if (!watch->how.cursor)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(waiting); i++) {
		if (!waiting[i])
			continue;
		if (waiting[i]->epoch != place.epoch)
			return;
		if (waiting[i]->seq <= place.seq)
			place.seq = waiting[i]->seq - 1;
	}
	cursor_write(&watch->cursor, &place);
}

static void flush_output(struct watch *watch)
{
	if (fflush(stdout) && !watch->output_error)
		watch->output_error = errno;
}

/* Before `place` is that of the news. */
static void tell(struct watch *watch, const struct news *news, const struct place *place)
{
	size_t len;
	char *text;

	if (watch->how.journal) {
		text = news_text(news, false, &len);
		if (text) {
			text[len - 1] = '\0';
			journal_tell(&watch->journal, news->kind, news->event, place, text);
		}
		free(text);
	} else {
		print_news(&watch->ctl->out, news);
		/* An event is not handed on before it is written. */
		if (watch->how.cursor)
			flush_output(watch);
	}
	if (watch->how.command) {
		text = news_text(news, true, &len);
		if (text)
			exec_event(&watch->exec, text, len, place);
	}
}

static void tell_module(struct watch *watch, const char *kind)
{
	const struct place next = { .epoch = watch->place.epoch, .seq = watch->place.seq + 1 };

	tell(watch, &(struct news){ .kind = kind }, &next);
}

static void tell_lost(struct watch *watch, __u64 last)
{
	const struct place first = { .epoch = watch->place.epoch, .seq = watch->place.seq + 1 };

	tell(watch, &(struct news){ .kind = "lost", .first = first.seq, .last = last }, &first);
	watch->place.seq = last;
	if (!watch->output_error)
		keep_place(watch);
}

static void tell_event(struct watch *watch, const struct event *event)
{
	const char *kind = names_word(&names_event, event->kind);
	const struct place place = { .epoch = watch->place.epoch, .seq = event->seq };

	if (event->seq <= watch->place.seq)
		return; /* it came by both ways */
	if (event->seq > watch->place.seq + 1)
		tell_lost(watch, event->seq - 1);
	tell(watch, &(struct news){ .kind = kind ? kind : "unknown", .event = event }, &place);
	watch->place.seq = event->seq;
	if (!watch->output_error)
		keep_place(watch);
}

struct kept {
	struct event *events;
	size_t n;
	size_t room;
};

static const char *keep_event(const struct nlmsghdr *nlh, void *data)
{
	struct kept *kept = data;

	if (kept->n == kept->room) {
		size_t room = kept->room ? 2 * kept->room : 64;
		struct event *grown = realloc(kept->events, room * sizeof(*grown));

		if (!grown)
			return "more than fits into memory";
		kept->events = grown;
		kept->room = room;
	}
	return msg_get_event(nlh, &kept->events[kept->n++]);
}

/*
 * Tells the events that the module has kept, and up to number `latest` those
 * that it has not. They are read all before the first is told: while somebody
 * is slow to take it, the module may have to forget the others.
 */
static bool replay(struct watch *watch, struct nl *nl, __u64 latest)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = nl_request(nl, buffer, ARPPIN_CMD_EVENT_GET);
	struct kept kept = {0};
	bool done;

	msg_put_event_seq(nlh, watch->place.seq);
	done = nl_dump(nl, nlh, keep_event, &kept, &kept.n);
	for (size_t i = 0; done && i < kept.n; i++)
		tell_event(watch, &kept.events[i]);
	if (done && latest > watch->place.seq)
		tell_lost(watch, latest);
	free(kept.events);
	return done;
}

static const char *get_stats(const struct nlmsghdr *nlh, void *data)
{
	return msg_get_stats(nlh, data);
}

/*
 * The module as it is now, asked on another socket than events come on:
 * numbers of events are those of one life of it, which begins anew when it is
 * loaded again.
 */
struct module {
	struct nl nl;
	bool loaded;
	__u64 epoch;
	__u64 latest;		/* number of an event */
};

/* False: there is no answer. module_close() is due in any case. */
static bool module_open(struct module *module)
{
	char buffer[256] __attribute__((aligned(8)));
	struct stats stats;
	struct nl *nl = &module->nl;

	module->loaded = nl_open(nl) &&
			 nl_do(nl, nl_request(nl, buffer, ARPPIN_CMD_STATS_GET), get_stats, &stats);
	if (!module->loaded)
		return nl->error.code == ENOENT;
	module->epoch = stats.numbers[ARPPIN_A_STATS_EVENTS_EPOCH];
	module->latest = stats.numbers[ARPPIN_A_STATS_EVENTS];
	return true;
}

static void module_close(struct module *module)
{
	nl_close(&module->nl);
}

static void begin_life(struct watch *watch, const struct module *module)
{
	watch->place = (struct place){ .epoch = module->epoch };
}

static void complain(const struct module *module)
{
	fprintf(stderr, "arppinctl: cannot ask for the events that are missing: %s\n",
		module->nl.error.text);
}

/* There is a gap before an event that has come: the module may have kept what is missing. */
static void fill_gap(struct watch *watch)
{
	static struct module module;

	/* If it is in another life, the news of that are still to be read. */
	if (!module_open(&module))
		complain(&module);
	else if (module.loaded && module.epoch == watch->place.epoch &&
		 !replay(watch, &module.nl, 0))
		complain(&module);
	module_close(&module);
}

static void handle_event(struct watch *watch, const struct nlmsghdr *nlh)
{
	static struct event event;
	const char *bad;

	bad = msg_get_event(nlh, &event);
	if (bad) {
		wrong("an event of the module is wrong: %s", bad);
		return;
	}
	if (event.seq > watch->place.seq + 1)
		fill_gap(watch);
	tell_event(watch, &event);
}

static void went(struct watch *watch)
{
	tell_module(watch, "module-unloaded");
	watch->ctl->nl.family = 0;
}

/* What happened before we listened is in the ring. */
static void came(struct watch *watch)
{
	static struct module module;

	tell_module(watch, "module-loaded");
	if (!module_open(&module)) {
		complain(&module);
	} else if (module.loaded) {
		if (module.epoch != watch->place.epoch)
			begin_life(watch, &module);
		if (!replay(watch, &module.nl, module.latest))
			complain(&module);
	}
	module_close(&module);
}

static void handle_message(struct watch *watch, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct nl *nl = &watch->ctl->nl;

	switch (nl_family_news(nl, nlh)) {
	case NL_FAMILY_WENT:
		went(watch);
		return;
	case NL_FAMILY_CAME:
		/* That it has gone again is among the next messages then. */
		if (!nl_join_events(nl) && nl->error.code != ENOENT)
			refused(watch->ctl);
		came(watch);
		return;
	case NL_FAMILY_OTHER:
		break;
	}
	if (nl->family && nlh->nlmsg_type == nl->family &&
	    mnl_nlmsg_get_payload_len(nlh) >= GENL_HDRLEN && genl->cmd == ARPPIN_CMD_EVENT)
		handle_event(watch, nlh);
}

/* The module went, came or both, and the news of it were lost. */
static bool listen_anew(struct watch *watch)
{
	struct ctl *ctl = watch->ctl;

	if (ctl->nl.family)
		went(watch);
	nl_close(&ctl->nl); /* with all it has of the module's earlier life */
	if ((!nl_open(&ctl->nl) && ctl->nl.error.code != ENOENT) || !nl_listen(&ctl->nl)) {
		refused(ctl);
		return false;
	}
	if (ctl->nl.family)
		came(watch);
	return true;
}

/* All that came before messages were left out has been read. */
static bool catch_up(struct watch *watch)
{
	static struct module module;
	bool same;

	watch->behind = false;
	if (!module_open(&module)) {
		complain(&module);
		module_close(&module);
		return true;
	}
	same = module.loaded == !!watch->ctl->nl.family &&
	       (!module.loaded || module.epoch == watch->place.epoch);
	if (same && module.loaded && !replay(watch, &module.nl, module.latest))
		complain(&module);
	module_close(&module);
	return same || listen_anew(watch);
}

/* One datagram. */
static bool read_messages(struct watch *watch)
{
	struct nl *nl = &watch->ctl->nl;
	const struct nlmsghdr *nlh = (void *)nl->buffer;
	ssize_t left = from_kernel(nl->sock, nl->buffer, sizeof(nl->buffer));
	int len = left;

	if (left < 0 && errno == ENOBUFS) {
		watch->behind = true;
		return true;
	}
	if (left < 0 && errno != EINTR) {
		wrong("cannot receive events: %s", strerror(errno));
		return false;
	}
	for (; left > 0 && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		handle_message(watch, nlh);
	return true;
}

static int sooner(int a, int b)
{
	return a >= 0 && (b < 0 || a < b) ? a : b;
}

static int wait_ms(const struct watch *watch)
{
	int ms = watch->behind ? 0 : -1;

	return sooner(ms, sooner(journal_wait_ms(&watch->journal), exec_wait_ms(&watch->exec)));
}

static int loop(struct watch *watch, int signals)
{
	enum { SIGNALS, OUTPUT, EVENTS, CHILDREN, N_FDS };
	struct pollfd fds[N_FDS] = {
		[SIGNALS] = { .fd = signals, .events = POLLIN },
		/* Tells that its reader has gone. */
		[OUTPUT] = { .fd = watch->how.journal ? -1 : STDOUT_FILENO },
		[EVENTS] = { .events = POLLIN },
		[CHILDREN] = { .fd = watch->how.command ? watch->exec.children : -1,
			       .events = POLLIN },
	};
	unsigned int left = LAST_MESSAGES;

	for (;;) {
		fds[EVENTS].fd = mnl_socket_get_fd(watch->ctl->nl.sock);
		if (poll(fds, N_FDS, wait_ms(watch)) < 0) {
			if (errno == EINTR)
				continue;
			wrong("cannot wait for events: %s", strerror(errno));
			return EXIT_REFUSED;
		}
		if (fds[OUTPUT].revents || watch->output_error == EPIPE)
			return EXIT_DONE;
		if (watch->output_error)
			return EXIT_WRONG; /* main() finds the words */
		/* The signal is never read, and so stays there. */
		if (fds[SIGNALS].revents && ((!fds[EVENTS].revents && !watch->behind) || !left--))
			return EXIT_DONE;
		if (fds[EVENTS].revents && !read_messages(watch))
			return EXIT_REFUSED;
		if (!fds[EVENTS].revents && watch->behind && !catch_up(watch))
			return EXIT_REFUSED;
		if (watch->how.command)
			exec_tend(&watch->exec);
		if (watch->how.journal)
			journal_tend(&watch->journal);
		flush_output(watch);
		if (!watch->output_error)
			keep_place(watch);
	}
}

/* True if there are events to be replayed: otherwise it begins with the next one. */
static bool begin(struct watch *watch, const struct module *module)
{
	begin_life(watch, module);
	if (watch->how.replay)
		watch->place.seq = watch->how.since;
	else if (!watch->how.cursor)
		watch->place.seq = module->latest;
	else if (watch->cursor.place.epoch == module->epoch)
		watch->place.seq = watch->cursor.place.seq;
	return watch->how.replay || watch->how.cursor;
}

/* Everything that can be wrong is found before the first event is told. */
static int start(struct watch *watch)
{
	static struct module module;
	struct ctl *ctl = watch->ctl;
	bool replays, asked;
	int status;

	status = connect_kernel(ctl);
	if (status)
		return status;
	if (!nl_listen(&ctl->nl))
		return refused(ctl);
	asked = module_open(&module) && module.loaded;
	if (asked) {
		replays = begin(watch, &module);
		if (watch->how.cursor && !cursor_write(&watch->cursor, &watch->place))
			status = EXIT_WRONG;
		else
			asked = !replays || replay(watch, &module.nl, module.latest);
	}
	if (!asked) {
		ctl->nl.error = module.nl.error;
		status = refused(ctl);
	}
	module_close(&module);
	return status;
}

static bool open_all(struct watch *watch)
{
	const struct monitoring *how = &watch->how;

	return (!how->cursor || cursor_read(&watch->cursor, how->cursor)) &&
	       (!how->journal || journal_open(&watch->journal, JOURNAL_SOCKET)) &&
	       (!how->command || exec_open(&watch->exec, how->command, how->jobs, how->timeout));
}

static void close_all(struct watch *watch)
{
	if (watch->how.journal)
		journal_close(&watch->journal);
	if (watch->how.command)
		exec_close(&watch->exec);
	if (!watch->output_error && watch->place.epoch)
		keep_place(watch);
}

static int watch_until_signal(struct watch *watch)
{
	sigset_t set;
	int signals, status;

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
	status = start(watch);
	if (!status) {
		fputs("arppinctl: listening\n", stderr);
		status = loop(watch, signals);
	}
	close(signals);
	return status;
}

int monitor(struct ctl *ctl, int n, char *const words[])
{
	static struct watch watch;
	struct parse_error error;
	int status;

	watch.ctl = ctl;
	if (!parse_monitoring(n, words, &watch.how, &error))
		return wrong("%s", error.text);
	ctl->out.pretty = false; /* an object a line is what its readers rely on */
	if (!open_all(&watch))
		return EXIT_WRONG;
	status = watch_until_signal(&watch);
	close_all(&watch);
	if (watch.output_error == EPIPE)
		_exit(status);
	return status;
}
