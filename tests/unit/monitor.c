// SPDX-License-Identifier: GPL-2.0-only
/* What a listener does who has missed something; the kernel is made up. */
#include <errno.h>
#include <linux/genetlink.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "arppinctl.h"
#include "cursor.h"
#include "exec.h"
#include "from_kernel.h"
#include "journald.h"
#include "msg.h"
#include "print.h"

#define FAMILY 30

/* What comes, one after the other, and how the module is from then on. */
struct step {
	int code;		/* errno, 0: an event */
	__u64 seq;		/* of the event, 0: it is wrong */
	__u64 epoch;		/* of the module, 0: it is not loaded */
	__u64 latest;		/* event that it has */
};

static const struct step *steps;
static size_t n_steps, at;
static int ready[2];		/* a byte for each step */
static struct step now;
static struct ctl *ctl;
static int open_code, dump_code, listen_code;
static char told[512], said[512];

int mnl_socket_get_fd(const struct mnl_socket *sock)
{
	(void)sock;
	return ready[0];
}

ssize_t from_kernel(const struct mnl_socket *sock, void *buf, size_t size)
{
	struct nlmsghdr *nlh = buf;
	struct genlmsghdr genl = { .cmd = ARPPIN_CMD_EVENT };
	char byte;

	(void)sock;
	(void)size;
	assert_int_equal(read(ready[0], &byte, 1), 1);
	now = steps[at++];
	errno = now.code;
	if (now.code)
		return -1;
	*nlh = (struct nlmsghdr){ .nlmsg_len = NLMSG_LENGTH(sizeof(genl)),
				  .nlmsg_type = FAMILY };
	memcpy(nlh + 1, &genl, sizeof(genl));
	return nlh->nlmsg_len;
}

/* Another one than that of ctl asks how the module is: it fails after the first step. */
bool nl_open(struct nl *nl)
{
	nl->error.code = now.epoch ? 0 : ENOENT;
	if (nl != &ctl->nl && at && open_code)
		nl->error.code = open_code;
	snprintf(nl->error.text, sizeof(nl->error.text), "not open");
	nl->family = nl->error.code ? 0 : FAMILY;
	return nl->family;
}

void nl_close(struct nl *nl)
{
	(void)nl;
}

bool nl_listen(struct nl *nl)
{
	nl->error.code = at ? listen_code : 0;
	return !nl->error.code;
}

bool nl_join_events(struct nl *nl)
{
	(void)nl;
	return true;
}

enum nl_family_news nl_family_news(struct nl *nl, const struct nlmsghdr *nlh)
{
	(void)nl;
	(void)nlh;
	return NL_FAMILY_OTHER;
}

struct nlmsghdr *nl_request(struct nl *nl, void *buffer, __u8 cmd)
{
	(void)nl;
	(void)cmd;
	return mnl_nlmsg_put_header(buffer);
}

bool nl_do(struct nl *nl, struct nlmsghdr *nlh, nl_answer answer, void *data)
{
	(void)nl;
	return !answer(nlh, data);
}

const char *msg_get_stats(const struct nlmsghdr *nlh, struct stats *stats)
{
	(void)nlh;
	memset(stats, 0, sizeof(*stats));
	stats->numbers[ARPPIN_A_STATS_EVENTS_EPOCH] = now.epoch;
	stats->numbers[ARPPIN_A_STATS_EVENTS] = now.latest;
	return NULL;
}

static __u64 asked_since, dumped;

void msg_put_event_seq(struct nlmsghdr *nlh, __u64 seq)
{
	(void)nlh;
	asked_since = seq;
}

/* All that the module has but the latest, which is lost. */
bool nl_dump(struct nl *nl, struct nlmsghdr *nlh, nl_answer answer, void *data, size_t *n)
{
	(void)n;
	snprintf(nl->error.text, sizeof(nl->error.text), "no dump");
	if (dump_code)
		return false;
	for (dumped = asked_since + 1; dumped < now.latest; dumped++)
		assert_null(answer(nlh, data));
	dumped = 0;
	return true;
}

const char *msg_get_event(const struct nlmsghdr *nlh, struct event *event)
{
	(void)nlh;
	*event = (struct event){ .seq = dumped ? dumped : now.seq ? now.seq : 99 };
	return event->seq == 99 ? "bad" : NULL;
}

void print_event(struct out *out, const struct event *event)
{
	(void)out;
	sprintf(told + strlen(told), "%llu ", event->seq);
}

void print_lost(struct out *out, __u64 first, __u64 last)
{
	(void)out;
	sprintf(told + strlen(told), "lost %llu-%llu ", first, last);
}

void print_module(struct out *out, const char *kind)
{
	(void)out;
	sprintf(told + strlen(told), "%s ", kind);
}

int connect_kernel(struct ctl *of)
{
	of->nl.family = FAMILY;
	return EXIT_DONE;
}

int refused(const struct ctl *of)
{
	(void)of;
	return EXIT_REFUSED;
}

int wrong(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(said, sizeof(said), format, ap);
	va_end(ap);
	return EXIT_WRONG;
}

/* Nobody else is told. */
bool cursor_read(struct cursor *cursor, const char *file)
{
	(void)cursor;
	(void)file;
	return true;
}

bool cursor_write(struct cursor *cursor, const struct place *place)
{
	(void)cursor;
	(void)place;
	return true;
}

bool journal_open(struct journal *journal, const char *path)
{
	(void)journal;
	(void)path;
	return true;
}

void journal_tell(struct journal *journal, const char *kind, const struct event *event,
		  const struct place *place, const char *line)
{
	(void)journal;
	(void)kind;
	(void)event;
	(void)place;
	(void)line;
}

void journal_tend(struct journal *journal)
{
	(void)journal;
}

int journal_wait_ms(const struct journal *journal)
{
	(void)journal;
	return -1;
}

const struct place *journal_waiting(const struct journal *journal)
{
	(void)journal;
	return NULL;
}

void journal_close(struct journal *journal)
{
	(void)journal;
}

bool exec_open(struct exec *exec, char *const *command, unsigned int jobs, unsigned int timeout)
{
	(void)exec;
	(void)command;
	(void)jobs;
	(void)timeout;
	return true;
}

void exec_event(struct exec *exec, char *text, size_t len, const struct place *place)
{
	(void)exec;
	(void)len;
	(void)place;
	free(text);
}

void exec_tend(struct exec *exec)
{
	(void)exec;
}

int exec_wait_ms(const struct exec *exec)
{
	(void)exec;
	return -1;
}

const struct place *exec_waiting(const struct exec *exec)
{
	(void)exec;
	return NULL;
}

void exec_close(struct exec *exec)
{
	(void)exec;
}

static int begin(void **state)
{
	(void)state;
	open_code = 0;
	dump_code = 0;
	listen_code = 0;
	return 0;
}

/*
 * It listens to module 1, whose latest event is number 5, until all steps were read,
 * and so was the signal to end that has come already.
 */
static void listens(const struct step *script, size_t n, int expected, const char *words,
		    const char *complaint)
{
	FILE *real_stderr = stderr;
	sigset_t set;
	int status, sig;
	char *text;
	size_t len;

	steps = script;
	n_steps = n;
	at = 0;
	now = (struct step){ .epoch = 1, .latest = 5 };
	*told = '\0';
	*said = '\0';
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(write(ready[1], "........", n), n);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGTERM);
	ctl = calloc(1, sizeof(*ctl));
	stderr = open_memstream(&text, &len);
	status = monitor(ctl, 0, NULL);
	fclose(stderr);
	stderr = real_stderr;
	sigwait(&set, &sig);
	free(ctl);
	close(ready[0]);
	close(ready[1]);
	assert_string_equal(told, words);
	assert_int_equal(status, expected);
	assert_int_equal(strncmp(text, "arppinctl: listening\n", 21), 0);
	assert_string_equal(text + 21, complaint);
	assert_int_equal(at, n_steps);
	free(text);
}

#define LISTENS(expected, words, complaint, ...)				\
	listens((const struct step[]){ __VA_ARGS__ },				\
		sizeof((const struct step[]){ __VA_ARGS__ }) / sizeof(struct step), \
		expected, words, complaint)

#define CANNOT(why) "arppinctl: cannot ask for the events that are missing: " why "\n"

/* The module may have what did not come; what it is asked does not wait for the rest. */
static void gap(void **state)
{
	(void)state;
	LISTENS(EXIT_DONE, "6 7 8 9 ", "", { 0, 6, 1, 6 }, { 0, 9, 1, 9 });
	dump_code = EIO;
	LISTENS(EXIT_DONE, "lost 6-8 9 ", CANNOT("no dump"), { 0, 9, 1, 9 });
	open_code = EMFILE;
	LISTENS(EXIT_DONE, "lost 6-8 9 ", CANNOT("not open"), { 0, 9, 1, 9 });
	/* It has another life by now, or none. */
	open_code = 0;
	dump_code = 0;
	LISTENS(EXIT_DONE, "lost 6-8 9 ", "", { 0, 9, 2, 9 });
	LISTENS(EXIT_DONE, "lost 6-8 9 ", "", { 0, 9, 0, 0 });
}

static void left_out(void **state)
{
	(void)state;
	LISTENS(EXIT_DONE, "6 7 lost 8-8 ", "", { ENOBUFS, 0, 1, 8 });
	dump_code = EIO;
	LISTENS(EXIT_DONE, "", CANNOT("no dump"), { ENOBUFS, 0, 1, 8 });
	dump_code = 0;
	open_code = EMFILE;
	LISTENS(EXIT_DONE, "", CANNOT("not open"), { ENOBUFS, 0, 1, 8 });
}

/* And with it that the module went, or came again. */
static void another_life(void **state)
{
	(void)state;
	LISTENS(EXIT_DONE, "module-unloaded module-loaded 1 lost 2-2 ", "",
		{ ENOBUFS, 0, 2, 2 });
	LISTENS(EXIT_DONE, "module-unloaded ", "", { ENOBUFS, 0, 0, 0 });
	dump_code = EIO;
	LISTENS(EXIT_DONE, "module-unloaded module-loaded ", CANNOT("no dump"),
		{ ENOBUFS, 0, 2, 2 });
	listen_code = EPERM;
	LISTENS(EXIT_REFUSED, "module-unloaded ", "", { ENOBUFS, 0, 2, 2 });
}

static void wrong_events(void **state)
{
	(void)state;
	LISTENS(EXIT_DONE, "6 ", "", { 0, 0, 1, 6 }, { 0, 6, 1, 6 });
	assert_string_equal(said, "an event of the module is wrong: bad");
	LISTENS(EXIT_DONE, "6 ", "", { EINTR, 0, 1, 5 }, { 0, 6, 1, 6 });
	LISTENS(EXIT_REFUSED, "", "", { EBADF, 0, 1, 5 });
	assert_string_equal(said, "cannot receive events: Bad file descriptor");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(gap, begin),
		cmocka_unit_test_setup(left_out, begin),
		cmocka_unit_test_setup(another_life, begin),
		cmocka_unit_test_setup(wrong_events, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
