// SPDX-License-Identifier: GPL-2.0-only
/* What a lock refuses: each way in which a pin or guard is weaker than another. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "weaker.h"

static const struct arppin_guard open_guard = { .unpinned = ARPPIN_UNPINNED_ACCEPT };

/* With the MACs whose last bytes are given. On the heap, at its exact size. */
static struct arppin_pin_conf *pin(u8 mode, bool resident, const char *lasts)
{
	unsigned int count = strlen(lasts), i;
	struct arppin_pin_conf *conf = calloc(1, sizeof(*conf) + count * 6);

	conf->mode = mode;
	conf->resident = resident;
	conf->count = count;
	for (i = 0; i < count; i++) {
		conf->lladdr[i][0] = 2;
		conf->lladdr[i][5] = lasts[i];
	}
	return conf;
}

/* Takes both. */
static bool weaker(struct arppin_pin_conf *old, struct arppin_pin_conf *new,
		   const struct arppin_guard *guard)
{
	bool is = arppin_pin_weaker(old, new, guard);

	free(old);
	free(new);
	return is;
}

#define ENFORCE(resident, lasts) pin(ARPPIN_MODE_ENFORCE, resident, lasts)
#define AUDIT(lasts) pin(ARPPIN_MODE_AUDIT, false, lasts)
#define WEAKER(old, new) assert_true(weaker(old, new, &open_guard))
#define NOT_WEAKER(old, new) assert_false(weaker(old, new, &open_guard))

static void replaced(void **state)
{
	(void)state;
	NOT_WEAKER(ENFORCE(true, "a"), ENFORCE(true, "a"));
	NOT_WEAKER(AUDIT("a"), AUDIT("a"));
	NOT_WEAKER(AUDIT("a"), ENFORCE(false, "a"));
	NOT_WEAKER(AUDIT("a"), ENFORCE(true, "a"));
	NOT_WEAKER(ENFORCE(false, "a"), ENFORCE(true, "a"));
	WEAKER(ENFORCE(false, "a"), AUDIT("a"));
	WEAKER(ENFORCE(true, "a"), AUDIT("a"));
	WEAKER(ENFORCE(true, "a"), ENFORCE(false, "a"));
}

static void lladdrs(void **state)
{
	(void)state;
	NOT_WEAKER(ENFORCE(true, "abc"), ENFORCE(true, "cab"));
	NOT_WEAKER(ENFORCE(true, "abc"), ENFORCE(true, "ca"));
	NOT_WEAKER(ENFORCE(true, "abc"), ENFORCE(true, "b"));
	WEAKER(ENFORCE(true, "b"), ENFORCE(true, "ab"));
	WEAKER(ENFORCE(true, "ab"), ENFORCE(true, "ac"));
	WEAKER(ENFORCE(true, "ab"), ENFORCE(true, "c"));
	WEAKER(AUDIT("a"), AUDIT("ab"));
	WEAKER(AUDIT("a"), ENFORCE(true, "b"));
}

static void removed(void **state)
{
	(void)state;
	WEAKER(ENFORCE(true, "a"), NULL);
	WEAKER(AUDIT("a"), NULL);
	NOT_WEAKER(NULL, NULL);
}

static void added(void **state)
{
	const struct arppin_guard audits = { .unpinned = ARPPIN_UNPINNED_AUDIT };
	const struct arppin_guard defends = {
		.unpinned = ARPPIN_UNPINNED_ACCEPT,
		.defend = true,
	};
	const struct arppin_guard drops = { .unpinned = ARPPIN_UNPINNED_DROP };
	const struct arppin_guard limits = { .unpinned = ARPPIN_UNPINNED_ACCEPT,
					     .addresses = 8 };

	(void)state;
	NOT_WEAKER(NULL, ENFORCE(true, "a"));
	NOT_WEAKER(NULL, AUDIT("a"));
	assert_true(weaker(NULL, AUDIT("a"), &audits));
	assert_true(weaker(NULL, AUDIT("a"), &defends));
	assert_false(weaker(NULL, ENFORCE(false, "ab"), &drops));
	assert_true(weaker(NULL, AUDIT("a"), &drops));
	assert_false(weaker(NULL, ENFORCE(true, "a"), &limits));
	assert_true(weaker(NULL, AUDIT("a"), &limits));
	/* One that is there has gone before the guard already. */
	assert_false(weaker(AUDIT("ab"), AUDIT("a"), &drops));
}

/* Of all pairs of guards, those in which nothing is weaker. */
static void guards(void **state)
{
	static const u8 limits[] = { 0, 64, 8, 1 };	/* each stronger than the one before */
	const unsigned int all = 3 * 2 * 4;
	unsigned int from, to;

	(void)state;
	for (from = 0; from < all; from++) {
		for (to = 0; to < all; to++) {
			const struct arppin_guard old = {
				.unpinned = ARPPIN_UNPINNED_ACCEPT + from % 3,
				.defend = from / 3 % 2,
				.addresses = limits[from / 6],
			}, new = {
				.unpinned = ARPPIN_UNPINNED_ACCEPT + to % 3,
				.defend = to / 3 % 2,
				.addresses = limits[to / 6],
			};
			bool is = to % 3 < from % 3 || to / 3 % 2 < from / 3 % 2 ||
				  to / 6 < from / 6;

			assert_int_equal(!!arppin_guard_weaker(&old, &new), is);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaced),
		cmocka_unit_test(lladdrs),
		cmocka_unit_test(removed),
		cmocka_unit_test(added),
		cmocka_unit_test(guards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
