// SPDX-License-Identifier: GPL-2.0-only
/* From what is in force to what shall be, with a module that refuses some of it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "change.h"
#include "locked.h"

#define IP(last) { .family = AF_INET, .bytes = { 192, 0, 2, last } }
#define PIN(last, dev_, mode_) {						\
	.addr = IP(last), .dev = dev_, .mode = mode_, .n_lladdrs = 1,		\
	.lladdrs = { { 2, 0, 0, 0, 0, 1 } },					\
}

static struct ctl ctl;
static struct pin pins[4];
static struct guard guards[2];
static size_t n_pins, n_guards;
static bool is_locked;

/* Requests as they came; number refused_at is refused, broken_at breaks the connection. */
static __u8 sent_cmds[16];
static size_t n_sent, refused_at, broken_at;
static int refused_code;

bool pins_read(struct ctl *of, const struct pin *filter, struct pins *read)
{
	(void)of;
	(void)filter;
	read->pins = malloc(sizeof(pins));
	memcpy(read->pins, pins, sizeof(pins));
	read->n = n_pins;
	return true;
}

bool guards_read(struct ctl *of, struct guards *read)
{
	(void)of;
	read->guards = malloc(sizeof(guards));
	memcpy(read->guards, guards, sizeof(guards));
	read->n = n_guards;
	return true;
}

bool locked_read(struct ctl *of, bool *locked)
{
	(void)of;
	*locked = is_locked;
	return true;
}

const char *locked_pin(const struct pin *old, const struct pin *new, const struct guard *guard)
{
	(void)old;
	return new && guard->unpinned == ARPPIN_UNPINNED_DROP ? "weaker" : NULL;
}

const char *locked_guard(const struct guard *old, const struct guard *new)
{
	(void)old;
	(void)new;
	return NULL;
}

struct nlmsghdr *nl_request(struct nl *nl, void *buffer, __u8 cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);

	(void)nl;
	sent_cmds[++n_sent] = cmd;
	return nlh;
}

bool nl_batch(struct nl *nl, size_t n, nl_fill fill, nl_refused on_refusal, void *data,
	      size_t *sent)
{
	char buffer[NL_BUFFER_SIZE / NL_BATCH] __attribute__((aligned(8)));

	while (*sent < n) {
		size_t i = (*sent)++;

		fill(nl, buffer, i, data);
		if (n_sent == broken_at) {
			nl->error = (struct nl_error){ .code = EPIPE, .text = "broken" };
			--*sent;
			return false;
		}
		if (n_sent == refused_at) {
			nl->error = (struct nl_error){ .code = refused_code, .text = "refused" };
			if (on_refusal(&nl->error, i, data))
				break;
		}
	}
	return true;
}

static int begin(void **state)
{
	(void)state;
	n_pins = 0;
	n_guards = 0;
	n_sent = 0;
	refused_at = 0;
	broken_at = 0;
	is_locked = false;
	memset(sent_cmds, 0, sizeof(sent_cmds));
	return 0;
}

/* Whoever deleted the pin, it is gone. */
static void gone_already(void **state)
{
	const struct config none = {0};
	struct change change;

	(void)state;
	pins[n_pins++] = (struct pin)PIN(1, "eth0", ARPPIN_MODE_ENFORCE);
	pins[n_pins++] = (struct pin)PIN(2, "eth0", ARPPIN_MODE_ENFORCE);
	refused_at = 1;
	refused_code = ENOENT;
	assert_true(change_to(&ctl, &none, &change));
	assert_int_equal(n_sent, 2);
	begin(state);
	n_pins = 2;
	refused_at = 1;
	refused_code = EBUSY;
	assert_false(change_to(&ctl, &none, &change));
	assert_string_equal(change.error.text, "refused");
}

/* One pin goes in, one is refused, and the way back is cut off or not. */
static void way_back(void **state)
{
	struct config_pin new[] = {
		{ .pin = PIN(1, "eth0", ARPPIN_MODE_ENFORCE), .line = 1 },
		{ .pin = PIN(2, "eth0", ARPPIN_MODE_ENFORCE), .line = 2 },
		{ .pin = PIN(3, "eth0", ARPPIN_MODE_ENFORCE), .line = 3 },
	};
	const struct config config = { .pins = new, .n_pins = ARRAY_SIZE(new) };
	struct change change;

	(void)state;
	refused_at = 3;
	refused_code = ENOBUFS;
	assert_false(change_to(&ctl, &config, &change));
	assert_int_equal(change.line, 3);
	assert_int_equal(change.stuck, 0);
	assert_int_equal(n_sent, 5);
	assert_int_equal(sent_cmds[4], ARPPIN_CMD_PIN_DEL);
	assert_int_equal(sent_cmds[5], ARPPIN_CMD_PIN_DEL);

	begin(state);
	refused_at = 3;
	broken_at = 5;
	assert_false(change_to(&ctl, &config, &change));
	assert_string_equal(change.error.text, "refused");
	assert_int_equal(change.line, 3);
	assert_int_equal(n_sent, 5);
	assert_int_equal(change.stuck, 1);
}

/* Only a guard of its own device makes a pin that audits weaker than none. */
static void locked(void **state)
{
	struct config_pin new[] = { { .pin = PIN(1, "eth0", ARPPIN_MODE_AUDIT), .line = 1 } };
	const struct config config = { .pins = new, .n_pins = 1 };
	struct change change;

	(void)state;
	is_locked = true;
	assert_true(change_to(&ctl, &config, &change));
	guards[n_guards++] = (struct guard){ .dev = "eth1", .unpinned = ARPPIN_UNPINNED_DROP };
	assert_true(change_to(&ctl, &config, &change));
	guards[0].dev[3] = '0';
	n_sent = 0;
	assert_false(change_to(&ctl, &config, &change));
	assert_int_equal(n_sent, 0);
	assert_int_equal(change.error.code, EPERM);
	assert_string_equal(change.error.text, "192.0.2.1 dev eth0: weaker");
}

static void same(void **state)
{
	struct config a, b;

	(void)state;
	pins[n_pins++] = (struct pin)PIN(1, "eth0", ARPPIN_MODE_ENFORCE);
	guards[n_guards++] = (struct guard){ .dev = "eth0", .unpinned = ARPPIN_UNPINNED_DROP };
	assert_true(config_in_force(&ctl, &a));
	pins[0].ifindex = 7;
	pins[0].counters.dropped = 7;
	guards[0].counters.dropped = 7;
	assert_true(config_in_force(&ctl, &b));
	assert_true(config_same(&a, &b));
	b.pins[0].pin.mode = ARPPIN_MODE_AUDIT;
	assert_false(config_same(&a, &b));
	b.pins[0].pin.mode = ARPPIN_MODE_ENFORCE;
	b.pins[0].pin.addr.bytes[3] = 2;
	assert_false(config_same(&a, &b));
	b.pins[0].pin.addr.bytes[3] = 1;
	b.guards[0].guard.unpinned = ARPPIN_UNPINNED_AUDIT;
	assert_false(config_same(&a, &b));
	b.guards[0].guard.unpinned = ARPPIN_UNPINNED_DROP;
	b.guards[0].guard.dev[3] = '1';
	assert_false(config_same(&a, &b));
	b.guards[0].guard.dev[3] = '0';
	assert_true(config_same(&a, &b));
	b.n_guards = 0;
	assert_false(config_same(&a, &b));
	config_free(&a);
	config_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(gone_already, begin),
		cmocka_unit_test_setup(way_back, begin),
		cmocka_unit_test_setup(locked, begin),
		cmocka_unit_test_setup(same, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
