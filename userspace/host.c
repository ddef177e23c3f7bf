// SPDX-License-Identifier: GPL-2.0-only
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host.h"
#include "own.h"

static void add_lladdr(struct host *host, const struct sockaddr *sa)
{
	struct sockaddr_ll ll;

	memcpy(&ll, sa, sizeof(ll));
	if (ll.sll_halen != MAC_LEN)
		return;
	memcpy(host->lladdr, ll.sll_addr, MAC_LEN);
	host->has_lladdr = true;
}

static bool add_address(struct host *host, const struct sockaddr *sa)
{
	struct address *addr, *grown;

	grown = realloc(host->addrs, (host->n_addrs + 1) * sizeof(*grown));
	if (!grown)
		return false;
	host->addrs = grown;
	addr = &grown[host->n_addrs++];
	memset(addr, 0, sizeof(*addr));
	addr->family = sa->sa_family;
	if (sa->sa_family == AF_INET)
		memcpy(addr->bytes, &((const struct sockaddr_in *)sa)->sin_addr, 4);
	else
		memcpy(addr->bytes, &((const struct sockaddr_in6 *)sa)->sin6_addr, 16);
	return true;
}

bool host_read(const char *dev, struct host *host)
{
	struct ifaddrs *all, *item;
	bool good = true;

	memset(host, 0, sizeof(*host));
	if (gethostname(host->name, sizeof(host->name) - 1) || getifaddrs(&all))
		return false;
	for (item = all; item && good; item = item->ifa_next) {
		if (!item->ifa_addr || !own_is_of(item, dev))
			continue;
		if (item->ifa_addr->sa_family == AF_PACKET)
			add_lladdr(host, item->ifa_addr);
		else if (item->ifa_addr->sa_family == AF_INET ||
			 item->ifa_addr->sa_family == AF_INET6)
			good = add_address(host, item->ifa_addr);
	}
	freeifaddrs(all);
	return good;
}

void host_free(struct host *host)
{
	free(host->addrs);
	host->addrs = NULL;
}
