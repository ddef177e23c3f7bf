// SPDX-License-Identifier: GPL-2.0-only
/* Programs that say more than fits, or end too late, or not at all. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "program.h"

static void statuses(void **state)
{
	char *const three[] = { "sh", "-c", "echo out; echo err >&2; exit 3", NULL };
	char *const killed[] = { "sh", "-c", "kill -9 $$", NULL };
	char *const nowhere[] = { "nosuch-program", NULL };
	char output[16];

	(void)state;
	assert_int_equal(program_run(three, 30, output, sizeof(output)), 3);
	assert_string_equal(output, "out\nerr\n");
	assert_int_equal(program_run(killed, 30, output, sizeof(output)), 128 + SIGKILL);
	assert_string_equal(output, "");
	assert_int_equal(program_run(nowhere, 30, output, sizeof(output)), -1);
	assert_int_equal(errno, ENOENT);
}

/* More than a pipe holds as well: it is read to its end. */
static void much(void **state)
{
	char *const much[] = { "seq", "1", "100000", NULL };
	char output[8];

	(void)state;
	assert_int_equal(program_run(much, 30, output, sizeof(output)), 0);
	assert_string_equal(output, "1\n2\n3\n4");
	assert_int_equal(program_run(much, 30, NULL, 0), 0);
}

static void too_long(void **state)
{
	char *const silent[] = { "sh", "-c", "exec >&- 2>&-; sleep 100", NULL };
	char *const open[] = { "sh", "-c", "echo first; sleep 100 & sleep 100", NULL };
	char output[16];

	(void)state;
	assert_int_equal(program_run(open, 1, output, sizeof(output)), -1);
	assert_int_equal(errno, ETIMEDOUT);
	assert_string_equal(output, "first\n");
	assert_int_equal(program_run(silent, 1, output, sizeof(output)), -1);
	assert_int_equal(errno, ETIMEDOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses),
		cmocka_unit_test(much),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
