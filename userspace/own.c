// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <ifaddrs.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdlib.h>
#include <string.h>

#include "own.h"

bool own_is_of(const struct ifaddrs *item, const char *dev)
{
	size_t len = strcspn(item->ifa_name, ":");

	return strlen(dev) == len && !memcmp(item->ifa_name, dev, len);
}

static bool is_ethernet(const struct sockaddr_ll *lladdr)
{
	return lladdr->sll_hatype == ARPHRD_ETHER && lladdr->sll_halen == MAC_LEN;
}

static void add(struct own *own, const struct ifaddrs *item, const char *dev)
{
	if (!item->ifa_addr)
		return;
	if (item->ifa_addr->sa_family == AF_PACKET) {
		const struct sockaddr_ll *lladdr = (const void *)item->ifa_addr;

		if (is_ethernet(lladdr))
			memcpy(own->lladdrs[own->n_lladdrs++], lladdr->sll_addr, MAC_LEN);
	} else if (item->ifa_addr->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)item->ifa_addr;
		struct own_addr *addr = &own->addrs[own->n_addrs++];

		addr->addr.family = AF_INET;
		memcpy(addr->addr.bytes, &in->sin_addr, sizeof(in->sin_addr));
		addr->on_dev = own_is_of(item, dev);
	}
}

static bool set_lladdr(struct own *own, const struct ifaddrs *item, const char *dev)
{
	for (; item; item = item->ifa_next) {
		const struct sockaddr_ll *lladdr = (const void *)item->ifa_addr;

		if (lladdr && lladdr->sll_family == AF_PACKET && is_ethernet(lladdr) &&
		    !strcmp(item->ifa_name, dev)) {
			memcpy(own->lladdr, lladdr->sll_addr, MAC_LEN);
			return true;
		}
	}
	return false;
}

int own_read(struct own *own, const char *dev)
{
	struct ifaddrs *all = NULL, *item;
	size_t n = 1;
	int code = 0;

	memset(own, 0, sizeof(*own));
	if (getifaddrs(&all))
		return errno;
	for (item = all; item; item = item->ifa_next)
		n++;
	own->lladdrs = calloc(n, sizeof(*own->lladdrs));
	own->addrs = calloc(n, sizeof(*own->addrs));
	if (!own->lladdrs || !own->addrs)
		code = ENOMEM;
	else if (!set_lladdr(own, all, dev))
		code = ENODEV;
	for (item = all; !code && item; item = item->ifa_next)
		add(own, item, dev);
	freeifaddrs(all);
	return code;
}

void own_free(struct own *own)
{
	free(own->lladdrs);
	free(own->addrs);
}

bool own_has_lladdr(const struct own *own, const __u8 lladdr[MAC_LEN])
{
	for (size_t i = 0; i < own->n_lladdrs; i++)
		if (!memcmp(own->lladdrs[i], lladdr, MAC_LEN))
			return true;
	return false;
}

static bool has_addr(const struct own *own, const struct address *addr, bool on_dev)
{
	for (size_t i = 0; i < own->n_addrs; i++)
		if ((own->addrs[i].on_dev || !on_dev) &&
		    !memcmp(own->addrs[i].addr.bytes, addr->bytes, address_len(addr)))
			return true;
	return false;
}

bool own_has_addr(const struct own *own, const struct address *addr)
{
	return has_addr(own, addr, false);
}

bool own_dev_has_addr(const struct own *own, const struct address *addr)
{
	return has_addr(own, addr, true);
}
