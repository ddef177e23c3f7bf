// SPDX-License-Identifier: GPL-2.0-only
/*
 * selftest: forged frames against this very kernel and module, in a network
 * that nobody else is in.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arena.h"
#include "arppinctl.h"
#include "from_kernel.h"
#include "msg.h"
#include "tables.h"

#define FRAMES 5		/* of each kind */
#define PAUSE_NS 100000000
#define TRIES 100		/* 10 s */

static const __u8 host_lladdr[MAC_LEN] = { 2, 0, 0, 0, 0, 0x10 };
static const __u8 right_lladdr[MAC_LEN] = { 2, 0, 0, 0, 0, 1 };
static const __u8 forged_lladdr[MAC_LEN] = { 2, 0, 0, 0, 0, 0x66 };
static const __u8 broadcast[MAC_LEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

/* Of TEST-NET-1 (RFC 5737). */
static const struct address host_addr = { .family = AF_INET, .bytes = { 192, 0, 2, 10 } };
static const struct address other_addr = { .family = AF_INET, .bytes = { 192, 0, 2, 77 } };

enum target { TO_HOST, TO_OTHER, TO_ALL };

/* Each is about an address of its own: none hides what another does. */
static struct kind {
	const char *name;
	bool reply;
	enum target target;
	struct address addr;
	bool moved;		/* without a pin, the entry */
	bool right;		/* with a pin, the entry */
	__u64 dropped;
	bool told;
} kinds[] = {
	{ .name = "reply", .reply = true, .target = TO_HOST },
	{ .name = "request-to-us", .target = TO_HOST },
	{ .name = "request-to-other", .target = TO_OTHER },
	{ .name = "gratuitous-request", .target = TO_ALL },
};

struct test {
	struct ctl *ctl;
	struct arena arena;
	struct nl events;
	bool passed;
};

static void pause_a_bit(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	nanosleep(&pause, NULL);
}

static int failed(const char *what, int code)
{
	wrong("cannot %s: %s", what, strerror(code));
	return EXIT_REFUSED;
}

static int send_claim(struct test *test, const struct kind *kind, const __u8 lladdr[MAC_LEN])
{
	struct packet packet = { .reply = kind->reply, .sender = kind->addr };
	int code;

	memcpy(packet.destination, kind->reply ? host_lladdr : broadcast, MAC_LEN);
	memcpy(packet.source, lladdr, MAC_LEN);
	if (kind->reply)
		memcpy(packet.target_lladdr, host_lladdr, MAC_LEN);
	packet.target = kind->target == TO_HOST ? host_addr :
			kind->target == TO_OTHER ? other_addr : kind->addr;
	code = wire_send(test->arena.wire, &packet);
	return code ? failed("send a frame", -code) : EXIT_DONE;
}

/* Of each kind one. */
static int send_forged(struct test *test)
{
	int status = EXIT_DONE;

	for (size_t i = 0; !status && i < ARRAY_SIZE(kinds); i++)
		status = send_claim(test, &kinds[i], forged_lladdr);
	return status;
}

/* How many entries have the MAC; of each kind, *has. */
static int count_entries(struct test *test, const __u8 lladdr[MAC_LEN],
			 bool has[ARRAY_SIZE(kinds)], size_t *n)
{
	struct neighs neighs = {0};
	int code = rtnl_neighs(&test->arena.rtnl, test->arena.ifindex, &neighs);

	*n = 0;
	for (size_t i = 0; !code && i < ARRAY_SIZE(kinds); i++) {
		const struct neigh *neigh = neigh_find(&neighs, test->arena.ifindex,
						       &kinds[i].addr);

		has[i] = neigh && neigh->has_lladdr && neigh->state & NEIGH_VALID &&
			 !memcmp(neigh->lladdr, lladdr, MAC_LEN);
		*n += has[i];
	}
	free(neighs.items);
	return code ? failed("read the neighbour cache", -code) : EXIT_DONE;
}

static int put_entries(struct test *test)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct neigh neigh = {
			.ifindex = test->arena.ifindex,
			.addr = kinds[i].addr,
			.has_lladdr = true,
			.state = NUD_REACHABLE,
		};
		int code;

		memcpy(neigh.lladdr, right_lladdr, MAC_LEN);
		code = rtnl_neigh_set(&test->arena.rtnl, &neigh);
		if (code)
			return failed("write to the neighbour cache", -code);
	}
	return EXIT_DONE;
}

/*
 * The attacks without arppin: where they do not work, it proves nothing that
 * they do not work with it. For a second the kernel believes no second MAC.
 */
static int attack_unpinned(struct test *test)
{
	bool has[ARRAY_SIZE(kinds)];
	size_t n = 0;
	int status = put_entries(test);

	for (int i = 0; !status && n < ARRAY_SIZE(kinds) && i < TRIES; i++) {
		status = send_forged(test);
		pause_a_bit();
		if (!status)
			status = count_entries(test, forged_lladdr, has, &n);
	}
	for (size_t i = 0; !status && i < ARRAY_SIZE(kinds); i++)
		kinds[i].moved = has[i];
	return status;
}

static int pin_all(struct test *test)
{
	char buffer[1024] __attribute__((aligned(8)));
	int status = EXIT_DONE;

	for (size_t i = 0; !status && i < ARRAY_SIZE(kinds); i++) {
		struct pin pin = {
			.addr = kinds[i].addr,
			.dev = ARENA_DEV,
			.n_lladdrs = 1,
			.mode = ARPPIN_MODE_ENFORCE,
			.resident = true,
		};
		struct nlmsghdr *nlh = nl_request(&test->ctl->nl, buffer, ARPPIN_CMD_PIN_NEW);

		memcpy(pin.lladdrs[0], right_lladdr, MAC_LEN);
		msg_put_pin(nlh, &pin);
		status = do_request(test->ctl, nlh, NULL, NULL);
	}
	return status;
}

/* pins[i] is that of kinds[i]: both are sorted by address. */
static int read_pins(struct test *test, struct pin pins[ARRAY_SIZE(kinds)])
{
	const struct pin all = {0};
	struct pins read = {0};
	int status = EXIT_DONE;

	if (!pins_read(test->ctl, &all, &read))
		status = refused(test->ctl);
	else if (read.n == ARRAY_SIZE(kinds))
		memcpy(pins, read.pins, sizeof(*pins) * read.n);
	else
		status = failed("find the pins", ENOENT);
	free(read.pins);
	return status;
}

static void note_told(const struct event *event)
{
	const struct incident *incident = &event->incident;

	if (event->kind != ARPPIN_EVENT_INCIDENT_START || !event->has_incident ||
	    incident->kind != ARPPIN_INCIDENT_CONFLICT ||
	    memcmp(incident->lladdr, forged_lladdr, MAC_LEN))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!memcmp(incident->addr.bytes, kinds[i].addr.bytes, 4))
			kinds[i].told = true;
}

static bool all_told(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!kinds[i].told)
			return false;
	return true;
}

/* Events, until all have come that shall or none comes for a second. */
static int read_events(struct test *test)
{
	static struct event event;
	struct nl *nl = &test->events;
	struct pollfd readable = { .fd = mnl_socket_get_fd(nl->sock), .events = POLLIN };

	while (!all_told() && poll(&readable, 1, 1000) > 0) {
		const struct nlmsghdr *nlh = (void *)nl->buffer;
		ssize_t left = from_kernel(nl->sock, nl->buffer, sizeof(nl->buffer));
		int len = left;

		if (left < 0)
			return failed("receive events", errno);
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
			const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

			if (nlh->nlmsg_type == nl->family && genl->cmd == ARPPIN_CMD_EVENT &&
			    !msg_get_event(nlh, &event))
				note_told(&event);
		}
	}
	return EXIT_DONE;
}

/* Pinned, and attacked again. */
static int attack_pinned(struct test *test)
{
	struct pin pins[ARRAY_SIZE(kinds)] = {0};
	bool has[ARRAY_SIZE(kinds)];
	size_t n;
	int status = pin_all(test);

	for (int i = 0; !status && i < FRAMES; i++) {
		status = send_forged(test);
		pause_a_bit();
	}
	if (!status)
		status = read_events(test);
	if (!status)
		status = read_pins(test, pins);
	if (!status)
		status = count_entries(test, right_lladdr, has, &n);
	for (size_t i = 0; !status && i < ARRAY_SIZE(kinds); i++) {
		kinds[i].right = has[i];
		kinds[i].dropped = pins[i].counters.dropped;
	}
	return status;
}

/* One line. */
static void tell(struct test *test, const char *name, const char *of, bool good,
		 const char *detail)
{
	struct out *out = &test->ctl->out;
	char text[64];

	snprintf(text, sizeof(text), "%s%s%s", name, *of ? "-" : "", of);
	out_open_object(out, NULL);
	out_string(out, "name", NULL, text);
	out_string(out, "state", "", good ? "ok" : "failed");
	if (out->json) {
		out_sentence(out, "detail", NULL, detail);
	} else {
		out_text(out, good ? "      " : "  ");
		out_string(out, NULL, "", *of ? of : name);
		out_text(out, ": ");
		out_text(out, detail);
		out_text(out, "\n");
	}
	out_close(out);
	test->passed = test->passed && good;
}

static void tell_unpinned(struct test *test)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		tell(test, "control", kinds[i].name, kinds[i].moved, kinds[i].moved ?
		     "without a pin, a forged one moves the neighbour entry" :
		     "without a pin, a forged one moves nothing: with one it would prove nothing");
}

static void tell_pinned(struct test *test)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const struct kind *kind = &kinds[i];
		char text[128];

		snprintf(text, sizeof(text), "%llu of %d forged ones dropped, %s, entry %s",
			 kind->dropped, FRAMES, kind->told ? "told" : "not told",
			 kind->right ? "right" : "wrong");
		tell(test, "pinned", kind->name,
		     kind->dropped == FRAMES && kind->told && kind->right, text);
	}
}

/* What the gateway itself says goes on to be believed. */
static int hear_gateway(struct test *test)
{
	struct pin before[ARRAY_SIZE(kinds)] = {0}, after[ARRAY_SIZE(kinds)] = {0};
	bool has[ARRAY_SIZE(kinds)], good;
	size_t n = 0;
	int status = read_pins(test, before);

	if (!status)
		status = send_claim(test, &kinds[0], right_lladdr);
	pause_a_bit();
	if (!status)
		status = read_pins(test, after);
	if (!status)
		status = count_entries(test, right_lladdr, has, &n);
	if (status)
		return status;
	good = n == ARRAY_SIZE(kinds) &&
	       after[0].counters.accepted == before[0].counters.accepted + 1 &&
	       after[0].counters.dropped == before[0].counters.dropped;
	tell(test, "gateway", "", good, good ? "a reply with the pinned MAC is accepted" :
	     "a reply with the pinned MAC is not accepted");
	return EXIT_DONE;
}

static int fight(struct test *test)
{
	struct out *out = &test->ctl->out;
	int status = attack_unpinned(test);

	if (status)
		return status;
	out_open_object(out, NULL);
	out_open_array(out, "checks");
	tell_unpinned(test);
	status = attack_pinned(test);
	if (!status) {
		tell_pinned(test);
		status = hear_gateway(test);
	}
	out_close(out);
	test->passed = test->passed && !status;
	out_bool(out, "passed", test->passed);
	out_text(out, test->passed ? "passed: forged frames are dropped and told on this host\n" :
		 "failed: it is not shown that this host is protected\n");
	out_close(out);
	return status ? status : test->passed ? EXIT_DONE : EXIT_UNSAFE;
}

static int enter(struct test *test)
{
	const char *what = arena_open(&test->arena, host_lladdr, &host_addr, 24);

	if (what && errno == EPERM) {
		wrong("cannot %s: this needs CAP_SYS_ADMIN", what);
		return EXIT_REFUSED;
	}
	if (what)
		return failed(what, errno);
	if (!nl_open(&test->ctl->nl))
		return refused(test->ctl);
	if (!nl_open(&test->events) || !nl_join_events(&test->events)) {
		wrong("%s", test->events.error.text);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

int selftest(struct ctl *ctl, int n, char *const words[])
{
	static struct test test;
	struct parse_error error;
	int status;

	if (!parse_nothing(n, words, &error))
		return wrong("%s", error.text);
	if (ctl->netns)
		return wrong("\"-n\": the test has a network namespace of its own");
	/* That the module is missing shall be said before anything is made. */
	status = connect_kernel(ctl);
	nl_close(&ctl->nl);
	if (status)
		return status;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		kinds[i].addr = (struct address){
			.family = AF_INET, .bytes = { 192, 0, 2, i + 1 },
		};
	test.ctl = ctl;
	test.passed = true;
	test.arena.wire = -1;
	status = enter(&test);
	if (!status)
		status = fight(&test);
	nl_close(&test.events);
	arena_close(&test.arena);
	return status;
}
