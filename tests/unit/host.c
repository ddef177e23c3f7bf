// SPDX-License-Identifier: GPL-2.0-only
/* What a host says of a device: its MAC and its addresses, of both families. */
#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

#include "host.h"
#include "own.h"

#define SERVER_MAC { 2, 0, 0, 0, 0, 0x10 }
#define SERVER { 192, 0, 2, 10 }
#define SERVER_6 { 0x20, 1, 0x0d, 0xb8, [15] = 0x10 }

/* In place of the kernel: what is there, and how many reallocations it has memory for. */
static struct ifaddrs *there;
static int left = -1;

int __wrap_getifaddrs(struct ifaddrs **all)
{
	*all = there;
	return 0;
}

void __wrap_freeifaddrs(struct ifaddrs *all)
{
	assert_ptr_equal(all, there);
}

typeof(realloc) __real_realloc;

void *__wrap_realloc(void *memory, size_t size)
{
	return left >= 0 && !left-- ? NULL : __real_realloc(memory, size);
}

static struct sockaddr_ll packet = {
	.sll_family = AF_PACKET, .sll_hatype = 1, .sll_halen = MAC_LEN, .sll_addr = SERVER_MAC,
};

/* InfiniBand has 20 bytes, of which a sockaddr_ll holds 8. */
static struct sockaddr_ll infiniband = {
	.sll_family = AF_PACKET, .sll_hatype = 32, .sll_halen = 20, .sll_addr = { 0x80, 1 },
};

static struct sockaddr_in ip4 = { .sin_family = AF_INET };
static struct sockaddr_in6 ip6 = { .sin6_family = AF_INET6, .sin6_addr.s6_addr = SERVER_6 };

/* The device eth0, with a label, and another; a tunnel has no address at all. */
static struct ifaddrs items[] = {
	{ .ifa_name = "eth0", .ifa_addr = (struct sockaddr *)&packet },
	{ .ifa_name = "ib0", .ifa_addr = (struct sockaddr *)&infiniband },
	{ .ifa_name = "tun0" },
	{ .ifa_name = "eth0:1", .ifa_addr = (struct sockaddr *)&ip4 },
	{ .ifa_name = "ib0", .ifa_addr = (struct sockaddr *)&ip4 },
	{ .ifa_name = "eth0", .ifa_addr = (struct sockaddr *)&ip6 },
};

static int chain(void **state)
{
	(void)state;
	memcpy(&ip4.sin_addr, (__u8[])SERVER, 4);
	for (size_t i = 0; i + 1 < ARRAY_SIZE(items); i++)
		items[i].ifa_next = &items[i + 1];
	there = items;
	return 0;
}

static void addresses(void **state)
{
	const struct address first = { .family = AF_INET, .bytes = SERVER };
	const struct address second = { .family = AF_INET6, .bytes = SERVER_6 };
	const __u8 lladdr[MAC_LEN] = SERVER_MAC;
	struct host host;

	(void)state;
	assert_true(host_read("eth0", &host));
	assert_true(host.has_lladdr);
	assert_memory_equal(host.lladdr, lladdr, MAC_LEN);
	assert_int_equal(host.n_addrs, 2);
	assert_memory_equal(&host.addrs[0], &first, sizeof(first));
	assert_memory_equal(&host.addrs[1], &second, sizeof(second));
	host_free(&host);
}

/* What is not 6 bytes is no MAC, and not the first 6 of it. */
static void no_ethernet(void **state)
{
	const __u8 none[MAC_LEN] = {0};
	struct host host;
	struct own own;

	(void)state;
	assert_true(host_read("ib0", &host));
	assert_false(host.has_lladdr);
	assert_memory_equal(host.lladdr, none, MAC_LEN);
	assert_int_equal(host.n_addrs, 1);
	host_free(&host);
	assert_int_equal(own_read(&own, "ib0"), ENODEV);
	own_free(&own);
	assert_int_equal(own_read(&own, "eth0"), 0);
	assert_int_equal(own.n_lladdrs, 1);
	own_free(&own);
}

static void tunnel(void **state)
{
	const struct address addr = { .family = AF_INET, .bytes = SERVER };
	struct host host;
	struct own own;

	(void)state;
	assert_true(host_read("tun0", &host));
	assert_false(host.has_lladdr);
	assert_int_equal(host.n_addrs, 0);
	host_free(&host);
	/* Of all devices, the others' addresses are ours. */
	assert_int_equal(own_read(&own, "eth0"), 0);
	assert_int_equal(own.n_addrs, 2);
	assert_true(own_has_addr(&own, &addr));
	own_free(&own);
}

static void without_memory(void **state)
{
	struct host host;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		left = i;
		assert_false(host_read("eth0", &host));
		assert_int_equal(host.n_addrs, i);
		host_free(&host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses),
		cmocka_unit_test(no_ethernet),
		cmocka_unit_test(tunnel),
		cmocka_unit_test(without_memory),
	};

	return cmocka_run_group_tests(tests, chain, NULL);
}
