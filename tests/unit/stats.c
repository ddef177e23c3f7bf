// SPDX-License-Identifier: GPL-2.0-only
/* `arppinctl stats prometheus`: all is read before anything is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "arppinctl.h"
#include "msg.h"
#include "prometheus.h"

static struct ctl ctl;

/* The module's answers. */
static struct incident *incidents;
static size_t n_incidents, next;
static bool pins_fail, guards_fail, dump_fails;

/* What was printed. */
static unsigned int printed;
static __u64 live[PROMETHEUS_KINDS];

int wrong(const char *format, ...)
{
	(void)format;
	return EXIT_WRONG;
}

int refused(const struct ctl *of)
{
	(void)of;
	return EXIT_REFUSED;
}

int connect_kernel(struct ctl *to)
{
	(void)to;
	return EXIT_DONE;
}

struct nlmsghdr *nl_request(struct nl *nl, void *buffer, __u8 cmd)
{
	(void)nl;
	(void)cmd;
	return buffer;
}

const char *msg_get_stats(const struct nlmsghdr *nlh, struct stats *to)
{
	(void)nlh;
	memset(to, 0, sizeof(*to));
	return NULL;
}

const char *msg_get_incident(const struct nlmsghdr *nlh, struct incident *to)
{
	(void)nlh;
	*to = incidents[next];
	return incidents[next].id ? NULL : "no number";
}

int do_request(struct ctl *to, struct nlmsghdr *nlh, nl_answer answer, void *data)
{
	(void)to;
	assert_null(answer(nlh, data));
	return EXIT_DONE;
}

bool nl_dump(struct nl *nl, struct nlmsghdr *nlh, nl_answer answer, void *data, size_t *n)
{
	(void)nl;
	*n = 0;
	for (next = 0; next < n_incidents; next++)
		if (answer(nlh, data))
			return false;
	return !dump_fails;
}

bool pins_read(struct ctl *to, const struct pin *filter, struct pins *pins)
{
	(void)to;
	(void)filter;
	pins->pins = calloc(1, sizeof(*pins->pins));
	return !pins_fail;
}

bool guards_read(struct ctl *to, struct guards *guards)
{
	(void)to;
	guards->guards = calloc(1, sizeof(*guards->guards));
	return !guards_fail;
}

void prometheus_print(const struct metrics *metrics)
{
	printed++;
	memcpy(live, metrics->live, sizeof(live));
}

static int run(void)
{
	char *const words[] = { "prometheus" };

	printed = 0;
	return stats(&ctl, 1, words);
}

static void answers(struct incident *those, size_t n)
{
	incidents = those;
	n_incidents = n;
}

static void live_ones(void **state)
{
	struct incident those[] = {
		{ .id = 1, .kind = ARPPIN_INCIDENT_CONFLICT },
		{ .id = 2, .kind = ARPPIN_INCIDENT_CONFLICT, .end = 1 },
		{ .id = 3, .kind = ARPPIN_INCIDENT_UNPINNED },
		{ .id = 4, .kind = ARPPIN_INCIDENT_CONFLICT },
		{ .id = 5, .kind = PROMETHEUS_KINDS },	/* of a newer module */
	};

	(void)state;
	answers(those, ARRAY_SIZE(those));
	assert_int_equal(run(), EXIT_DONE);
	assert_int_equal(printed, 1);
	for (__u32 kind = 0; kind < PROMETHEUS_KINDS; kind++)
		assert_int_equal(live[kind], kind == ARPPIN_INCIDENT_CONFLICT ? 2 :
					     kind == ARPPIN_INCIDENT_UNPINNED);
}

/* More than there may be. */
static void too_many(void **state)
{
	size_t n = 2 * ARPPIN_INCIDENTS_MAX + 1;
	struct incident *those = calloc(n, sizeof(*those));

	(void)state;
	for (size_t i = 0; i < n; i++)
		those[i] = (struct incident){ .id = i + 1, .kind = ARPPIN_INCIDENT_PROBE };
	answers(those, n);
	assert_int_equal(run(), EXIT_DONE);
	assert_int_equal(live[ARPPIN_INCIDENT_PROBE], n - 1);
	free(those);
}

static void not_all(void **state)
{
	static bool *const fails[] = { &pins_fail, &guards_fail, &dump_fails };
	struct incident bad = {0};

	(void)state;
	answers(NULL, 0);
	for (size_t i = 0; i < ARRAY_SIZE(fails); i++) {
		*fails[i] = true;
		assert_int_equal(run(), EXIT_REFUSED);
		*fails[i] = false;
		assert_int_equal(printed, 0);
	}
	answers(&bad, 1);
	assert_int_equal(run(), EXIT_REFUSED);
	assert_int_equal(printed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(live_ones),
		cmocka_unit_test(too_many),
		cmocka_unit_test(not_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
