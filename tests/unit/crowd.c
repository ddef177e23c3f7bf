// SPDX-License-Identifier: GPL-2.0-only
/* How many addresses a MAC has claimed, as kmod/sighting.c remembers it. */
#include <search.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "crowd.h"

#define MINUTE_NS 60000000000ULL
#define HOUR_NS (60 * MINUTE_NS)

static const __u8 one[MAC_LEN] = { 2, 0, 0, 0, 0, 1 }, other[MAC_LEN] = { 2, 0, 0, 0, 0, 2 };
static struct crowd crowd;

/* So many of the calls that want memory are answered; then one is not. */
static int left = -1;

static bool fails(void)
{
	return left >= 0 && !left--;
}

typeof(calloc) __real_calloc;

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

typeof(realloc) __real_realloc;

void *__wrap_realloc(void *memory, size_t size)
{
	return fails() ? NULL : __real_realloc(memory, size);
}

typeof(tsearch) __real_tsearch;

void *__wrap_tsearch(const void *key, void **root, __compar_fn_t compare)
{
	return fails() ? NULL : __real_tsearch(key, root, compare);
}

static struct address number(unsigned int i)
{
	return (struct address){ .family = AF_INET, .bytes = { 192, 0, i >> 8, i } };
}

static void claims(const __u8 lladdr[MAC_LEN], unsigned int i, __u64 time_ns)
{
	struct address addr = number(i);

	assert_true(crowd_add(&crowd, lladdr, &addr, time_ns));
}

static bool is_crowded(const __u8 lladdr[MAC_LEN], unsigned int i, __u64 time_ns,
		       unsigned int limit)
{
	struct address addr = number(i);

	return crowd_is_crowded(&crowd, lladdr, &addr, time_ns, limit, true);
}

static int empty(void **state)
{
	(void)state;
	crowd_free(&crowd);
	crowd.lladdrs = NULL;
	return 0;
}

static void test_limit(void **state)
{
	(void)state;
	assert_false(is_crowded(one, 1, 0, 1));
	claims(one, 1, 0);
	claims(one, 2, 0);
	assert_false(is_crowded(one, 3, 0, 3));
	assert_true(is_crowded(one, 3, 0, 2));
	assert_false(is_crowded(one, 2, 0, 2)); /* is not new */
	assert_false(is_crowded(one, 3, 0, 0)); /* no limit */
	assert_false(is_crowded(other, 3, 0, 2));
}

static void test_hour(void **state)
{
	(void)state;
	claims(one, 1, 0);
	claims(one, 2, MINUTE_NS);
	assert_true(is_crowded(one, 3, HOUR_NS - 1, 2));
	assert_false(is_crowded(one, 3, HOUR_NS, 2));
	claims(one, 1, HOUR_NS); /* again */
	assert_true(is_crowded(one, 3, HOUR_NS, 2));
	assert_true(is_crowded(one, 3, 0, 2)); /* of another capture, a bit earlier */
}

/* Who has as many as are remembered has room for another when one is an hour old. */
static void test_full(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARPPIN_SIGHTINGS_LLADDR_MAX; i++)
		claims(one, i, i == 5 ? 0 : MINUTE_NS);
	claims(one, 1000, MINUTE_NS);
	assert_true(is_crowded(one, 1000, MINUTE_NS, 1)); /* is not remembered */
	claims(one, 1000, HOUR_NS);
	assert_false(is_crowded(one, 1000, HOUR_NS, 1));
	assert_true(is_crowded(one, 5, HOUR_NS, 1)); /* instead of this one */
	assert_false(is_crowded(one, 6, HOUR_NS, 1));
	assert_true(is_crowded(one, 1001, HOUR_NS, ARPPIN_SIGHTINGS_LLADDR_MAX));
}

/* It is said so, and nothing is remembered. */
static void test_without_memory(void **state)
{
	struct address first = number(1);

	(void)state;
	for (int i = 0; i < 3; i++) {
		left = i;
		assert_false(crowd_add(&crowd, one, &first, 0));
		assert_int_equal(left, -1);
		assert_false(is_crowded(one, 2, 0, 1));
	}
	claims(one, 1, 0);
	assert_true(is_crowded(one, 2, 0, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_limit, empty),
		cmocka_unit_test_teardown(test_hour, empty),
		cmocka_unit_test_teardown(test_full, empty),
		cmocka_unit_test_teardown(test_without_memory, empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
