// SPDX-License-Identifier: GPL-2.0-only
/* What was heard -> may it be pinned? And whose virtual MAC is it? */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "question.h"
#include "virtual.h"

#define GATEWAY "\2\0\0\0\0\1"
#define OTHER "\2\0\0\0\0\2"
#define OURS "\2\0\0\0\0\x10"
#define ZERO "\0\0\0\0\0\0"
#define GROUP "\1\0\x5e\0\0\1"

static __u8 our_lladdrs[][MAC_LEN] = { { 2, 0, 0, 0, 0, 0x10 } };
static const struct own own = { .lladdrs = our_lladdrs, .n_lladdrs = 1 };

static void hear(struct question *question, const char *lladdr, const char *source)
{
	question_hear(question, (const __u8 *)lladdr, (const __u8 *)source);
}

static struct neigh entry(const char *lladdr)
{
	struct neigh neigh = { .has_lladdr = true, .state = NUD_STALE };

	memcpy(neigh.lladdr, lladdr, MAC_LEN);
	return neigh;
}

static struct pin pin(const char *lladdr, const char *second)
{
	struct pin made = { .n_lladdrs = second ? 2 : 1, .mode = ARPPIN_MODE_ENFORCE };

	memcpy(made.lladdrs[0], lladdr, MAC_LEN);
	if (second)
		memcpy(made.lladdrs[1], second, MAC_LEN);
	return made;
}

static enum reason judge(const struct question *question)
{
	struct question copy = *question;

	question_judge(&copy, &own);
	return copy.reason;
}

static void one_answer(void **state)
{
	struct question question = {0};

	(void)state;
	assert_int_equal(judge(&question), REASON_NO_ANSWER);
	hear(&question, GATEWAY, GATEWAY);
	hear(&question, GATEWAY, GATEWAY);
	assert_int_equal(judge(&question), REASON_AGREED);
	assert_int_equal(question.n_answers, 1);
	assert_int_equal(question.answers[0].count, 2);
	assert_memory_equal(question_lladdr(&question), GATEWAY, MAC_LEN);
	/* Who brings the claim does not change it. */
	hear(&question, GATEWAY, OTHER);
	assert_int_equal(question.n_answers, 2);
	assert_int_equal(judge(&question), REASON_AGREED);
}

static void two_answers(void **state)
{
	struct question question = {0};

	(void)state;
	for (int i = 0; i < 100; i++)
		hear(&question, GATEWAY, GATEWAY);
	hear(&question, OTHER, GATEWAY);
	assert_int_equal(judge(&question), REASON_CONFLICT);
}

static void impossible_answers(void **state)
{
	static const char *const lladdrs[] = { ZERO, GROUP, OURS, "\xff\xff\xff\xff\xff\xff" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lladdrs); i++) {
		struct question question = {0};

		hear(&question, lladdrs[i], OTHER);
		assert_int_equal(judge(&question), REASON_IMPOSSIBLE);
		hear(&question, GATEWAY, GATEWAY);
		assert_int_equal(judge(&question), REASON_CONFLICT);
	}
}

static void cache(void **state)
{
	struct question question = { .before = entry(GATEWAY), .after = entry(GATEWAY) };

	(void)state;
	assert_int_equal(judge(&question), REASON_NO_ANSWER);
	hear(&question, GATEWAY, GATEWAY);
	assert_int_equal(judge(&question), REASON_AGREED);
	question.before = entry(OTHER);
	assert_int_equal(judge(&question), REASON_CACHE_CONFLICT);
	question.before = entry(GATEWAY);
	question.after = entry(OTHER);
	assert_int_equal(judge(&question), REASON_CACHE_CONFLICT);
	question.after.has_lladdr = false;
	assert_int_equal(judge(&question), REASON_AGREED);
}

static void too_many(void **state)
{
	struct question question = {0};
	char lladdr[MAC_LEN] = GATEWAY;

	(void)state;
	hear(&question, GATEWAY, GATEWAY);
	question.lost = true;
	assert_int_equal(judge(&question), REASON_LOST);
	for (int i = 1; i < QUESTION_ANSWERS; i++) {
		lladdr[1] = i;
		hear(&question, GATEWAY, lladdr);
	}
	question.lost = false;
	assert_int_equal(judge(&question), REASON_AGREED);
	hear(&question, GATEWAY, GATEWAY);
	assert_false(question.lost);
	hear(&question, OTHER, OTHER);
	assert_int_equal(question.n_answers, QUESTION_ANSWERS);
	assert_int_equal(judge(&question), REASON_LOST);
	/* A conflict stays one. */
	memcpy(question.answers[1].lladdr, OTHER, MAC_LEN);
	assert_int_equal(judge(&question), REASON_CONFLICT);
}

static void pinned(void **state)
{
	struct question question = { .pin = pin(GATEWAY, NULL) };

	(void)state;
	assert_int_equal(judge(&question), REASON_ALREADY_PINNED);
	hear(&question, GATEWAY, GATEWAY);
	assert_int_equal(judge(&question), REASON_ALREADY_PINNED);
	question.before = entry(OTHER);
	assert_int_equal(judge(&question), REASON_PINNED_OTHERWISE);
	question.before = entry(GATEWAY);
	question.after = entry(OTHER);
	assert_int_equal(judge(&question), REASON_PINNED_OTHERWISE);
	question.after = entry(GATEWAY);
	hear(&question, OTHER, OTHER);
	assert_int_equal(judge(&question), REASON_PINNED_OTHERWISE);
	question.pin = pin(GATEWAY, OTHER);
	assert_int_equal(judge(&question), REASON_ALREADY_PINNED);
	question.lost = true;
	assert_int_equal(judge(&question), REASON_LOST);
}

static void errors(void **state)
{
	struct question question = { .error = ENETDOWN };

	(void)state;
	hear(&question, GATEWAY, GATEWAY);
	assert_int_equal(judge(&question), REASON_DEVICE_DOWN);
	question.error = ENODEV;
	assert_int_equal(judge(&question), REASON_DEVICE_GONE);
	question.error = EPERM;
	assert_int_equal(judge(&question), REASON_FAILED);
	question.reason = REASON_NO_CARRIER;
	assert_int_equal(judge(&question), REASON_NO_CARRIER);
}

static void virtual_macs(void **state)
{
	static const struct {
		const char *lladdr;
		const char *protocol;
		unsigned int group;
	} rows[] = {
		{ "\0\0\x5e\0\1\x33", "vrrp", 51 },
		{ "\0\0\x5e\0\1\0", "vrrp", 0 },
		{ "\0\0\x5e\0\1\xff", "vrrp", 255 },
		{ "\0\0\x5e\0\3\1", NULL, 0 },
		{ "\0\0\x0c\x07\xac\x0a", "hsrp", 10 },
		{ "\0\0\x0c\x07\xad\x0a", NULL, 0 },
		{ "\0\0\x0c\x9f\xf0\x01", "hsrp", 1 },
		{ "\0\0\x0c\x9f\xff\xff", "hsrp", 4095 },
		{ "\0\0\x0c\x9f\xe0\x01", NULL, 0 },
		{ "\0\x07\xb4\0\x0a\1", "glbp", 10 },
		{ "\0\x07\xb4\3\xff\2", "glbp", 1023 },
		{ "\0\x07\xb4\4\0\1", NULL, 0 },
		{ GATEWAY, NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct virtual virtual = virtual_of((const __u8 *)rows[i].lladdr);

		if (!rows[i].protocol) {
			assert_null(virtual.protocol);
			continue;
		}
		assert_string_equal(virtual.protocol, rows[i].protocol);
		assert_int_equal(virtual.group, rows[i].group);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_answer),
		cmocka_unit_test(two_answers),
		cmocka_unit_test(impossible_answers),
		cmocka_unit_test(cache),
		cmocka_unit_test(too_many),
		cmocka_unit_test(pinned),
		cmocka_unit_test(errors),
		cmocka_unit_test(virtual_macs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
