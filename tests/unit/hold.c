// SPDX-License-Identifier: GPL-2.0-only
/* Which entries hold the pins, and which are let go of. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "hold.h"

#define IP(last) { .family = AF_INET, .bytes = { 192, 0, 2, last } }
#define MACS(...) .lladdrs = { __VA_ARGS__ }, .n_lladdrs = 1, .mode = ARPPIN_MODE_ENFORCE
#define MAC(last) { 2, 0, 0, 0, 0, last }
#define PROTOCOL 169

static struct link devices[] = {
	{ .ifindex = 7, .name = "eth0", .type = ARPHRD_ETHER },
	{ .ifindex = 8, .name = "eth1", .type = ARPHRD_ETHER },
	{ .ifindex = 9, .name = "tun0", .type = ARPHRD_NONE },
};

static struct neigh entries[8], set[8];
static size_t n_entries, n_set;
static int refusal;	/* of each entry that is set */

/* In place of the kernel. */
int rtnl_links(struct rtnl *rtnl, struct links *links)
{
	(void)rtnl;
	links->items = malloc(sizeof(devices));
	memcpy(links->items, devices, sizeof(devices));
	links->n = ARRAY_SIZE(devices);
	return 0;
}

int rtnl_neighs(struct rtnl *rtnl, __u32 ifindex, struct neighs *neighs)
{
	(void)rtnl;
	assert_int_equal(ifindex, 0);
	neighs->items = malloc(sizeof(entries));
	memcpy(neighs->items, entries, sizeof(entries));
	neighs->n = n_entries;
	return 0;
}

int rtnl_neigh_set(struct rtnl *rtnl, const struct neigh *neigh)
{
	(void)rtnl;
	set[n_set++] = *neigh;
	return refusal;
}

static struct config_pin pins[] = {
	{ .pin = { .addr = IP(1), .dev = "eth0", MACS(MAC(1)) } },
	{ .pin = { .addr = IP(2), .dev = "eth0", MACS(MAC(2)) } },
	{ .pin = { .addr = IP(3), .dev = "eth0", MACS(MAC(3)) } },
	{ .pin = { .addr = IP(1), .dev = "eth1", MACS(MAC(4)) } },
	{ .pin = { .addr = IP(1), .dev = "tun0", MACS(MAC(5)) } },
	{ .pin = { .addr = IP(1), .dev = "wlan0", MACS(MAC(6)) } },
};

static const struct config config = { .pins = pins, .n_pins = ARRAY_SIZE(pins) };

static void put_entry(__u32 ifindex, __u8 last, __u8 protocol)
{
	entries[n_entries++] = (struct neigh){
		.ifindex = ifindex,
		.addr = IP(last),
		.lladdr = MAC(last),
		.has_lladdr = true,
		.state = NUD_PERMANENT,
		.protocol = protocol,
	};
}

static int begin(void **state)
{
	(void)state;
	n_entries = 0;
	n_set = 0;
	refusal = 0;
	return 0;
}

static void all(void **state)
{
	struct hold_count count;
	struct rtnl rtnl = {0};

	(void)state;
	put_entry(7, 2, PROTOCOL);
	assert_int_equal(hold_all(&rtnl, &config, &count), 0);
	assert_int_equal(count.pins, 6);
	assert_int_equal(count.held, 4);
	assert_int_equal(count.waiting, 2); /* tun0, wlan0 */
	assert_int_equal(count.code, 0);
	assert_int_equal(n_set, 3); /* that of 192.0.2.2 is there */
	assert_int_equal(set[1].addr.bytes[3], 3);
	assert_int_equal(set[1].lladdr[5], 3);
	assert_int_equal(set[1].state, NUD_PERMANENT);
	assert_int_equal(set[1].protocol, PROTOCOL);
	assert_int_equal(set[2].ifindex, 8);
}

/* It was there when we looked: its pins wait for it like those of the others. */
static void gone_since(void **state)
{
	struct hold_count count;
	struct rtnl rtnl = {0};

	(void)state;
	refusal = -ENODEV;
	assert_int_equal(hold_all(&rtnl, &config, &count), 0);
	assert_int_equal(count.held, 0);
	assert_int_equal(count.waiting, 6);
	assert_int_equal(count.code, 0);
	refusal = -ENOBUFS;
	n_set = 0;
	assert_int_equal(hold_all(&rtnl, &config, &count), 0);
	assert_int_equal(count.held, 0);
	assert_int_equal(count.waiting, 2);
	assert_int_equal(count.code, -ENOBUFS);
}

static void let_go(void **state)
{
	struct rtnl rtnl = {0};
	size_t n;

	(void)state;
	put_entry(7, 1, PROTOCOL);
	put_entry(7, 3, PROTOCOL);
	put_entry(7, 4, PROTOCOL);	/* no pin */
	put_entry(8, 2, PROTOCOL);	/* none on this device */
	put_entry(10, 1, PROTOCOL);	/* a device that came since */
	put_entry(7, 5, RTPROT_STATIC);	/* somebody else's */
	assert_int_equal(hold_let_go(&rtnl, &config, &n), 0);
	assert_int_equal(n, 3);
	assert_int_equal(n_set, 3);
	assert_int_equal(set[0].addr.bytes[3], 4);
	assert_int_equal(set[0].state, NUD_STALE);
	assert_int_equal(set[0].protocol, RTPROT_KERNEL);
	assert_int_equal(set[1].ifindex, 8);
	assert_int_equal(set[2].ifindex, 10);

	/* Without pins, all that are ours; what has gone by itself is no error. */
	n_set = 0;
	refusal = -ENODEV;
	assert_int_equal(hold_let_go(&rtnl, NULL, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(n_set, 5);
	refusal = -EPERM;
	n_set = 0;
	assert_int_equal(hold_let_go(&rtnl, NULL, &n), -EPERM);
	assert_int_equal(n_set, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all, begin),
		cmocka_unit_test_setup(gone_since, begin),
		cmocka_unit_test_setup(let_go, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
