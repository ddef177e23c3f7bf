// SPDX-License-Identifier: GPL-2.0-only
/* `arppinctl selftest` where something fails: then nothing is shown to be protected. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "arena.h"
#include "arppinctl.h"
#include "from_kernel.h"
#include "msg.h"

#define KINDS 4

static struct ctl ctl;

/* The call that fails, and which one of them. */
static const char *failing;
static int nth;

/* The host: does it have pins, how often was it attacked, and what was said. */
static size_t n_pins;
static unsigned int frames, events;
static char complaint[256];

static bool fails(const char *name)
{
	return failing && !strcmp(failing, name) && !--nth;
}

int wrong(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(complaint, sizeof(complaint), format, ap);
	va_end(ap);
	return EXIT_WRONG;
}

int refused(const struct ctl *of)
{
	wrong("%s", of->nl.error.text);
	return EXIT_REFUSED;
}

int connect_kernel(struct ctl *to)
{
	(void)to;
	return EXIT_DONE;
}

bool nl_open(struct nl *nl)
{
	snprintf(nl->error.text, sizeof(nl->error.text), "it is gone");
	return !fails("nl_open");
}

void nl_close(struct nl *nl)
{
	(void)nl;
}

bool nl_join_events(struct nl *nl)
{
	snprintf(nl->error.text, sizeof(nl->error.text), "no group");
	return !fails("nl_join_events");
}

struct nlmsghdr *nl_request(struct nl *nl, void *buffer, __u8 cmd)
{
	(void)nl;
	assert_int_equal(cmd, ARPPIN_CMD_PIN_NEW);
	return buffer;
}

void msg_put_pin(struct nlmsghdr *nlh, const struct pin *pin)
{
	(void)nlh;
	assert_int_equal(pin->addr.bytes[3], n_pins + 1);
	n_pins++;
}

int do_request(struct ctl *to, struct nlmsghdr *nlh, nl_answer answer, void *data)
{
	(void)nlh;
	(void)data;
	assert_null(answer);
	return fails("do_request") ? refused(to) : EXIT_DONE;
}

bool pins_read(struct ctl *to, const struct pin *filter, struct pins *pins)
{
	(void)to;
	(void)filter;
	pins->pins = calloc(n_pins, sizeof(*pins->pins));
	pins->n = n_pins - fails("a pin");
	for (size_t i = 0; i < pins->n; i++) {
		pins->pins[i].counters.dropped = 5;
		pins->pins[i].counters.accepted = frames % KINDS;
	}
	return !fails("pins_read");
}

const char *arena_open(struct arena *arena, const __u8 lladdr[MAC_LEN],
		       const struct address *addr, unsigned int prefix)
{
	(void)lladdr;
	(void)addr;
	(void)prefix;
	arena->ifindex = 7;
	errno = EPERM;
	if (fails("CAP_SYS_ADMIN"))
		return "make a network namespace";
	errno = EMFILE;
	return fails("arena_open") ? "open a netlink socket" : NULL;
}

void arena_close(struct arena *arena)
{
	(void)arena;
}

int wire_send(int fd, const struct packet *packet)
{
	(void)fd;
	(void)packet;
	if (fails("wire_send"))
		return -ENETDOWN;
	frames++;
	return 0;
}

int rtnl_neigh_set(struct rtnl *rtnl, const struct neigh *neigh)
{
	(void)rtnl;
	assert_int_equal(neigh->ifindex, 7);
	return fails("rtnl_neigh_set") ? -ENOBUFS : 0;
}

int rtnl_neighs(struct rtnl *rtnl, __u32 ifindex, struct neighs *neighs)
{
	(void)rtnl;
	(void)ifindex;
	(void)neighs;
	return fails("rtnl_neighs") ? -ENOMEM : 0;
}

/* A pin keeps the right one. */
const struct neigh *neigh_find(const struct neighs *neighs, __u32 ifindex,
			       const struct address *addr)
{
	static struct neigh neigh = {
		.lladdr = { 2 }, .has_lladdr = true, .state = NUD_REACHABLE,
	};

	(void)neighs;
	(void)ifindex;
	(void)addr;
	neigh.lladdr[5] = n_pins ? 1 : 0x66;
	return &neigh;
}

int __wrap_nanosleep(const struct timespec *time, struct timespec *rest)
{
	(void)time;
	(void)rest;
	return 0;
}

int __wrap_mnl_socket_get_fd(const struct mnl_socket *sock)
{
	(void)sock;
	return -1;
}

int __wrap_poll(struct pollfd *fds, nfds_t n, int ms)
{
	(void)fds;
	(void)n;
	(void)ms;
	return events < KINDS;
}

/* One of each. */
ssize_t from_kernel(const struct mnl_socket *sock, void *buf, size_t size)
{
	struct nlmsghdr *nlh = buf;

	(void)sock;
	(void)size;
	errno = ENOBUFS;
	if (fails("from_kernel"))
		return -1;
	memset(nlh, 0, 64);
	nlh->nlmsg_len = 20;
	*(__u8 *)(nlh + 1) = ARPPIN_CMD_EVENT;
	return nlh->nlmsg_len;
}

const char *msg_get_event(const struct nlmsghdr *nlh, struct event *event)
{
	(void)nlh;
	*event = (struct event){
		.kind = ARPPIN_EVENT_INCIDENT_START,
		.has_incident = true,
		.incident = {
			.kind = ARPPIN_INCIDENT_CONFLICT,
			.addr.bytes = { 192, 0, 2, ++events },
			.lladdr = { 2, 0, 0, 0, 0, 0x66 },
		},
	};
	return NULL;
}

/* Its exit status; what it prints is in `said`. */
static int run(const char *name, int which, char *said, size_t size)
{
	int status;

	failing = name;
	nth = which;
	n_pins = 0;
	frames = 0;
	events = 0;
	*complaint = '\0';
	memset(said, 0, size);
	memset(&ctl, 0, sizeof(ctl));
	ctl.out.file = fmemopen(said, size, "w");
	assert_non_null(ctl.out.file);
	status = selftest(&ctl, 0, NULL);
	fclose(ctl.out.file);
	return status;
}

static void good(void **state)
{
	char said[4096];

	(void)state;
	assert_int_equal(run(NULL, 0, said, sizeof(said)), EXIT_DONE);
	assert_string_equal(complaint, "");
	assert_non_null(strstr(said, "\npassed: "));
	assert_int_equal(frames, KINDS + 5 * KINDS + 1);
}

static void each_step(void **state)
{
	static const struct {
		const char *failing;
		int nth;
		const char *complaint;
		bool begun;		/* then the end is told, too */
	} rows[] = {
		{ "CAP_SYS_ADMIN", 1,
		  "cannot make a network namespace: this needs CAP_SYS_ADMIN", false },
		{ "arena_open", 1, "cannot open a netlink socket: Too many open files", false },
		{ "nl_open", 1, "it is gone", false },
		{ "nl_open", 2, "it is gone", false },
		{ "nl_join_events", 1, "no group", false },
		{ "rtnl_neigh_set", 4, "cannot write to the neighbour cache: No buffer space available",
		  false },
		{ "wire_send", 1, "cannot send a frame: Network is down", false },
		{ "rtnl_neighs", 1, "cannot read the neighbour cache: Cannot allocate memory", false },
		{ "do_request", 2, "it is gone", true },
		{ "from_kernel", 1, "cannot receive events: No buffer space available", true },
		{ "pins_read", 1, "it is gone", true },
		{ "a pin", 1, "cannot find the pins: No such file or directory", true },
		{ "rtnl_neighs", 2, "cannot read the neighbour cache: Cannot allocate memory", true },
		{ "wire_send", 25, "cannot send a frame: Network is down", true },
		{ "a pin", 3, "cannot find the pins: No such file or directory", true },
	};
	char said[4096];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(run(rows[i].failing, rows[i].nth, said, sizeof(said)),
				 EXIT_REFUSED);
		assert_string_equal(complaint, rows[i].complaint);
		assert_int_equal(!!*said, rows[i].begun);
		assert_null(strstr(said, "passed: "));
		assert_int_equal(!!strstr(said, "\nfailed: "), rows[i].begun);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* What was told once is not waited for again: the good one is the last. */
		cmocka_unit_test(each_step),
		cmocka_unit_test(good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
