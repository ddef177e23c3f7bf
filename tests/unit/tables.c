// SPDX-License-Identifier: GPL-2.0-only
/* What is found in tables of devices and neighbours, and what is not. */
#include <net/if.h>
#include <net/if_arp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "tables.h"

#define ADDR(last) { .family = AF_INET, .bytes = { 192, 0, 2, last } }

static void devices(void **state)
{
	struct link items[] = {
		{ .ifindex = 7, .name = "eth0", .type = ARPHRD_ETHER },
		{ .ifindex = 9, .name = "eth1", .type = ARPHRD_ETHER, .flags = IFF_NOARP },
		{ .ifindex = 1, .name = "lo", .type = ARPHRD_LOOPBACK, .flags = IFF_LOOPBACK },
	};
	const struct links links = { .items = items, .n = 3 };

	(void)state;
	assert_ptr_equal(link_by_index(&links, 9), &items[1]);
	assert_null(link_by_index(&links, 8));
	assert_ptr_equal(link_by_name(&links, "lo"), &items[2]);
	assert_null(link_by_name(&links, "eth"));
	assert_true(link_has_arp(&items[0]));
	assert_false(link_has_arp(&items[1]));
	assert_false(link_has_arp(&items[2]));
}

/* The same addresses at several devices, as a host in several segments has them. */
static void neighbours(void **state)
{
	struct neigh items[] = {
		{ .ifindex = 9, .addr = ADDR(1) }, { .ifindex = 7, .addr = ADDR(3) },
		{ .ifindex = 7, .addr = ADDR(1) }, { .ifindex = 9, .addr = ADDR(3) },
		{ .ifindex = 8, .addr = ADDR(2) },
	};
	struct neighs neighs = { .items = items, .n = 5 };
	const struct neigh *found;

	(void)state;
	found = neigh_find(&neighs, 7, &(struct address)ADDR(1));
	assert_ptr_equal(found, &items[2]);
	assert_null(neigh_find(&neighs, 8, &(struct address)ADDR(1)));
	neighs_sort(&neighs);
	for (__u32 ifindex = 6; ifindex <= 10; ifindex++)
		for (__u8 last = 0; last <= 4; last++) {
			const struct address addr = ADDR(last);

			found = neigh_find_sorted(&neighs, ifindex, &addr);
			assert_int_equal(!!found, ifindex == 8 ? last == 2 :
					 (ifindex == 7 || ifindex == 9) && (last == 1 || last == 3));
			if (found) {
				assert_int_equal(found->ifindex, ifindex);
				assert_int_equal(found->addr.bytes[3], last);
			}
		}
}

static void nothing(void **state)
{
	struct neighs none = {0};

	(void)state;
	neighs_sort(&none);
	assert_null(neigh_find_sorted(&none, 7, &(struct address)ADDR(1)));
	assert_null(neigh_find(&none, 7, &(struct address)ADDR(1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices),
		cmocka_unit_test(neighbours),
		cmocka_unit_test(nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
