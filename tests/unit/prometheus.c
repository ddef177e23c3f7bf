// SPDX-License-Identifier: GPL-2.0-only
/* The metrics: what promtool says of them, and labels that try to break out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "prometheus.h"

static char text[65536];

/* What is printed, into `text`. */
static void print(const struct metrics *metrics)
{
	FILE *file = tmpfile();
	int output = dup(STDOUT_FILENO);
	size_t len;

	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	prometheus_print(metrics);
	fflush(stdout);
	dup2(output, STDOUT_FILENO);
	close(output);
	rewind(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	fclose(file);
}

static void accepted(const char *metrics)
{
	FILE *tool = popen("promtool check metrics >&2", "w");

	assert_non_null(tool);
	fputs(metrics, tool);
	assert_int_equal(pclose(tool), 0);
}

static struct metrics full(struct pin pins[2], struct guard *guard)
{
	struct metrics metrics = {
		.pins = { .pins = pins, .n = 2 },
		.guards = { .guards = guard, .n = 1 },
		.stats = { .version = "1.0" },
	};

	for (unsigned int i = 0; i <= ARPPIN_A_STATS_MAX; i++) {
		metrics.stats.there[i] = true;
		metrics.stats.numbers[i] = UINT64_MAX - i;
	}
	metrics.stats.numbers[ARPPIN_A_STATS_EVENTS_EPOCH] = 1795438800000000042;
	metrics.live[ARPPIN_INCIDENT_CONFLICT] = 3;
	for (unsigned int i = 0; i < 2; i++)
		pins[i] = (struct pin){ .addr = { AF_INET, { 192, 0, 2, i + 1 } },
					.dev = "eth0", .ifindex = i, .mode = ARPPIN_MODE_AUDIT,
					.counters = { true, 1, 2, 3, 4 } };
	*guard = (struct guard){ .dev = "a\"} 1\\\n", .counters = { true, 5, 6, 7, 8 } };
	return metrics;
}

static void metrics_all(void **state)
{
	struct pin pins[2];
	struct guard guard;
	struct metrics metrics = full(pins, &guard);

	(void)state;
	print(&metrics);
	accepted(text);
	assert_non_null(strstr(text, "\narppin_module_info{version=\"1.0\"} 1\n"));
	assert_non_null(strstr(text, "\narppin_start_time_seconds 1795438800.000000042\n"));
	assert_non_null(strstr(text, "\narppin_incidents_live{kind=\"conflict\"} 3\n"));
	assert_non_null(strstr(text, "\narppin_incidents_live{kind=\"many-addresses\"} 0\n"));
	assert_non_null(strstr(text, "\narppin_pin_bound{dev=\"eth0\",addr=\"192.0.2.1\","
				     "mode=\"audit\"} 0\n"));
	assert_non_null(strstr(text, "\narppin_pin_claims_total{dev=\"eth0\",addr=\"192.0.2.2\","
				     "verdict=\"passed\"} 3\n"));
	assert_non_null(strstr(text, "\narppin_guard_claims_total{dev=\"a\\\"}\\\\x201\\\\x5c"
				     "\\\\x0a\",verdict=\"noticed\"} 8\n"));
}

/* An older module does not tell all of them, and there may be nothing pinned. */
static void metrics_few(void **state)
{
	static const struct metrics none = { .stats = { .version = "0.1" } };

	(void)state;
	print(&none);
	accepted(text);
	assert_null(strstr(text, "arppin_pins "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(metrics_all),
		cmocka_unit_test(metrics_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
