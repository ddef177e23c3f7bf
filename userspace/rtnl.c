// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "from_kernel.h"
#include "rtnl.h"

#define DUMP_TRIES 20
#define EVENTS_BUFFER (4 << 20)
#define ERRNO_MAX 4095	/* the kernel's MAX_ERRNO */

/* One item of a dump: 0 or a negative errno. */
typedef int (*on_message)(const struct nlmsghdr *nlh, void *data);

int rtnl_open(struct rtnl *rtnl)
{
	int one = 1;

	rtnl->sock = from_kernel_open(NETLINK_ROUTE);
	if (!rtnl->sock)
		return -errno;
	/* Dumps then filter by device in the kernel; older ones do without. */
	mnl_socket_setsockopt(rtnl->sock, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	return 0;
}

void rtnl_close(struct rtnl *rtnl)
{
	if (rtnl->sock)
		mnl_socket_close(rtnl->sock);
	rtnl->sock = NULL;
}

static struct nlmsghdr *request(struct rtnl *rtnl, void *buffer, __u16 type, __u16 flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++rtnl->seq;
	return nlh;
}

/*
 * Sends a request and reads all that answers it; what is left of an earlier
 * one that failed is skipped. *changed: a dump was overtaken by a change.
 */
static int transact(struct rtnl *rtnl, const struct nlmsghdr *nlh, on_message handle, void *data,
		    bool *changed)
{
	char buffer[32768] __attribute__((aligned(8)));
	int code = 0;

	if (mnl_socket_sendto(rtnl->sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		const struct nlmsghdr *answer = (const void *)buffer;
		ssize_t left = from_kernel(rtnl->sock, buffer, sizeof(buffer));
		int len = left;

		if (left < 0 && errno == EINTR)
			continue;
		if (left < 0)
			return -errno;
		for (; mnl_nlmsg_ok(answer, len); answer = mnl_nlmsg_next(answer, &len)) {
			if (answer->nlmsg_seq != nlh->nlmsg_seq)
				continue;
			if (answer->nlmsg_flags & NLM_F_DUMP_INTR)
				*changed = true;
			if (answer->nlmsg_type == NLMSG_ERROR || answer->nlmsg_type == NLMSG_DONE) {
				int end = 0;

				if (mnl_nlmsg_get_payload_len(answer) >= sizeof(end))
					memcpy(&end, mnl_nlmsg_get_payload(answer), sizeof(end));
				if (end < -ERRNO_MAX)
					end = -EBADMSG;
				return end ? end : code;
			}
			if (handle && !code)
				code = handle(answer, data);
		}
	}
}

/* An overtaken dump begins again, with *n, which `handle` counts, at 0. */
static int dump(struct rtnl *rtnl, struct nlmsghdr *nlh, on_message handle, void *data, size_t *n)
{
	for (int i = 0; i < DUMP_TRIES; i++) {
		bool changed = false;
		int code;

		*n = 0;
		nlh->nlmsg_seq = ++rtnl->seq;
		code = transact(rtnl, nlh, handle, data, &changed);
		if (code || !changed)
			return code;
	}
	return -EBUSY;
}

/* Room for one more item of `size` bytes; NULL: there is no memory. */
static void *grow(void *items, size_t n, size_t *room, size_t size)
{
	void *grown;

	if (n < *room)
		return items;
	grown = realloc(items, (*room ? 2 * *room : 64) * size);
	if (grown)
		*room = *room ? 2 * *room : 64;
	return grown;
}

/* What is not there, or too short, changes nothing. */
static void get_u32(const struct nlattr *attr, __u32 *value)
{
	if (mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
		*value = mnl_attr_get_u32(attr);
}

bool rtnl_get_link(const struct nlmsghdr *nlh, struct link *link)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if ((nlh->nlmsg_type != RTM_NEWLINK && nlh->nlmsg_type != RTM_DELLINK) ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*info) || info->ifi_family != AF_UNSPEC)
		return false;
	memset(link, 0, sizeof(*link));
	link->ifindex = info->ifi_index;
	link->flags = info->ifi_flags;
	link->type = info->ifi_type;
	mnl_attr_for_each(attr, nlh, sizeof(*info)) {
		if (mnl_attr_get_type(attr) == IFLA_IFNAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			snprintf(link->name, sizeof(link->name), "%s", mnl_attr_get_str(attr));
		else if (mnl_attr_get_type(attr) == IFLA_ADDRESS && link->type == ARPHRD_ETHER &&
			 mnl_attr_get_payload_len(attr) == MAC_LEN)
			memcpy(link->lladdr, mnl_attr_get_payload(attr), MAC_LEN);
	}
	return true;
}

bool rtnl_get_neigh(const struct nlmsghdr *nlh, struct neigh *neigh)
{
	const struct ndmsg *nd = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;

	if ((nlh->nlmsg_type != RTM_NEWNEIGH && nlh->nlmsg_type != RTM_DELNEIGH) ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*nd) || nd->ndm_family != AF_INET)
		return false;
	memset(neigh, 0, sizeof(*neigh));
	neigh->ifindex = nd->ndm_ifindex;
	neigh->state = nd->ndm_state;
	neigh->flags = nd->ndm_flags;
	mnl_attr_for_each(attr, nlh, sizeof(*nd)) {
		if (mnl_attr_get_type(attr) == NDA_DST && mnl_attr_get_payload_len(attr) == 4) {
			neigh->addr.family = AF_INET;
			memcpy(neigh->addr.bytes, mnl_attr_get_payload(attr), 4);
		} else if (mnl_attr_get_type(attr) == NDA_LLADDR &&
			   mnl_attr_get_payload_len(attr) == MAC_LEN) {
			memcpy(neigh->lladdr, mnl_attr_get_payload(attr), MAC_LEN);
			neigh->has_lladdr = true;
		} else if (mnl_attr_get_type(attr) == NDA_PROTOCOL &&
			   mnl_attr_validate(attr, MNL_TYPE_U8) >= 0) {
			neigh->protocol = mnl_attr_get_u8(attr);
		}
	}
	return neigh->addr.family == AF_INET;
}

static int keep_link(const struct nlmsghdr *nlh, void *data)
{
	struct links *links = data;
	struct link *items = grow(links->items, links->n, &links->room, sizeof(*items));

	if (!items)
		return -ENOMEM;
	links->items = items;
	links->n += rtnl_get_link(nlh, &items[links->n]);
	return 0;
}

int rtnl_links(struct rtnl *rtnl, struct links *links)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = request(rtnl, buffer, RTM_GETLINK, NLM_F_DUMP);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	return dump(rtnl, nlh, keep_link, links, &links->n);
}

struct neigh_dump {
	struct neighs *neighs;
	__u32 ifindex;
};

static int keep_neigh(const struct nlmsghdr *nlh, void *data)
{
	const struct neigh_dump *wanted = data;
	struct neighs *neighs = wanted->neighs;
	struct neigh *items = grow(neighs->items, neighs->n, &neighs->room, sizeof(*items));

	if (!items)
		return -ENOMEM;
	neighs->items = items;
	if (rtnl_get_neigh(nlh, &items[neighs->n]) &&
	    (!wanted->ifindex || wanted->ifindex == items[neighs->n].ifindex))
		neighs->n++;
	return 0;
}

int rtnl_neighs(struct rtnl *rtnl, __u32 ifindex, struct neighs *neighs)
{
	struct neigh_dump wanted = { .neighs = neighs, .ifindex = ifindex };
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = request(rtnl, buffer, RTM_GETNEIGH, NLM_F_DUMP);
	struct ndmsg *nd = mnl_nlmsg_put_extra_header(nlh, sizeof(*nd));

	nd->ndm_family = AF_INET;
	if (ifindex)
		mnl_attr_put_u32(nlh, NDA_IFINDEX, ifindex);
	return dump(rtnl, nlh, keep_neigh, &wanted, &neighs->n);
}

static bool get_address(const struct nlattr *attr, struct address *addr)
{
	if (!attr || mnl_attr_get_payload_len(attr) != 4)
		return false;
	memset(addr, 0, sizeof(*addr));
	addr->family = AF_INET;
	memcpy(addr->bytes, mnl_attr_get_payload(attr), 4);
	return true;
}

static int keep_gateway(struct gateways *gateways, __u32 ifindex, const struct nlattr *attr)
{
	struct gateway gateway = { .ifindex = ifindex };
	struct gateway *items;

	if (!ifindex || !get_address(attr, &gateway.addr)) {
		gateways->others = true;
		return 0;
	}
	for (size_t i = 0; i < gateways->n; i++)
		if (gateways->items[i].ifindex == ifindex &&
		    !memcmp(gateways->items[i].addr.bytes, gateway.addr.bytes, 4))
			return 0;
	items = grow(gateways->items, gateways->n, &gateways->room, sizeof(*items));
	if (!items)
		return -ENOMEM;
	gateways->items = items;
	items[gateways->n++] = gateway;
	return 0;
}

/* The next hops of a multipath route. */
static int keep_nexthops(struct gateways *gateways, const struct nlattr *multipath)
{
	const struct rtnexthop *hop = mnl_attr_get_payload(multipath);
	int len = mnl_attr_get_payload_len(multipath), code = 0;

	/* RTNH_OK() reads a length that need not be there. */
	for (; !code && len >= (int)sizeof(*hop) && RTNH_OK(hop, len);
	     len -= RTNH_ALIGN(hop->rtnh_len), hop = RTNH_NEXT(hop)) {
		const struct nlattr *attr, *via = NULL;
		const void *attrs = RTNH_DATA(hop);

		mnl_attr_for_each_payload(attrs, hop->rtnh_len - sizeof(*hop)) {
			if (mnl_attr_get_type(attr) == RTA_GATEWAY)
				via = attr;
		}
		code = keep_gateway(gateways, hop->rtnh_ifindex, via);
	}
	return code;
}

static int keep_route(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *via = NULL, *multipath = NULL;
	__u32 ifindex = 0, table;

	if (nlh->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(nlh) < sizeof(*route))
		return 0;
	table = route->rtm_table;
	mnl_attr_for_each(attr, nlh, sizeof(*route)) {
		if (mnl_attr_get_type(attr) == RTA_TABLE)
			get_u32(attr, &table);
		else if (mnl_attr_get_type(attr) == RTA_OIF)
			get_u32(attr, &ifindex);
		else if (mnl_attr_get_type(attr) == RTA_GATEWAY)
			via = attr;
		else if (mnl_attr_get_type(attr) == RTA_MULTIPATH)
			multipath = attr;
	}
	if (route->rtm_family != AF_INET || route->rtm_dst_len || table != RT_TABLE_MAIN ||
	    route->rtm_type != RTN_UNICAST)
		return 0;
	return multipath ? keep_nexthops(data, multipath) : keep_gateway(data, ifindex, via);
}

int rtnl_gateways(struct rtnl *rtnl, struct gateways *gateways)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = request(rtnl, buffer, RTM_GETROUTE, NLM_F_DUMP);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(nlh, sizeof(*route));

	route->rtm_family = AF_INET;
	gateways->others = false;
	return dump(rtnl, nlh, keep_route, gateways, &gateways->n);
}

static int keep_way(const struct nlmsghdr *nlh, void *data)
{
	const struct rtmsg *route = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	struct way *way = data;

	if (nlh->nlmsg_type != RTM_NEWROUTE || mnl_nlmsg_get_payload_len(nlh) < sizeof(*route))
		return 0;
	way->type = route->rtm_type;
	mnl_attr_for_each(attr, nlh, sizeof(*route)) {
		switch (mnl_attr_get_type(attr)) {
		case RTA_OIF:
			get_u32(attr, &way->ifindex);
			break;
		case RTA_PREFSRC:
			get_address(attr, &way->source);
			break;
		case RTA_GATEWAY:
		case RTA_VIA:
			way->is_via = true;
			break;
		}
	}
	return 0;
}

int rtnl_way(struct rtnl *rtnl, const struct address *addr, __u32 ifindex, struct way *way)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = request(rtnl, buffer, RTM_GETROUTE, NLM_F_ACK);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(nlh, sizeof(*route));
	bool changed;

	memset(way, 0, sizeof(*way));
	route->rtm_family = AF_INET;
	route->rtm_dst_len = 32;
	mnl_attr_put(nlh, RTA_DST, 4, addr->bytes);
	if (ifindex)
		mnl_attr_put_u32(nlh, RTA_OIF, ifindex);
	return transact(rtnl, nlh, keep_way, way, &changed);
}

static struct nlmsghdr *neigh_request(struct rtnl *rtnl, void *buffer, __u16 type, __u16 flags,
				      const struct neigh *neigh)
{
	struct nlmsghdr *nlh = request(rtnl, buffer, type, NLM_F_ACK | flags);
	struct ndmsg *nd = mnl_nlmsg_put_extra_header(nlh, sizeof(*nd));

	nd->ndm_family = neigh->addr.family;
	nd->ndm_ifindex = neigh->ifindex;
	mnl_attr_put(nlh, NDA_DST, address_len(&neigh->addr), neigh->addr.bytes);
	return nlh;
}

int rtnl_neigh_set(struct rtnl *rtnl, const struct neigh *neigh)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = neigh_request(rtnl, buffer, RTM_NEWNEIGH,
					     NLM_F_CREATE | NLM_F_REPLACE, neigh);
	struct ndmsg *nd = mnl_nlmsg_get_payload(nlh);
	bool changed;

	nd->ndm_state = neigh->state;
	nd->ndm_flags = neigh->flags;
	if (neigh->has_lladdr)
		mnl_attr_put(nlh, NDA_LLADDR, MAC_LEN, neigh->lladdr);
	if (neigh->protocol)
		mnl_attr_put_u8(nlh, NDA_PROTOCOL, neigh->protocol);
	return transact(rtnl, nlh, NULL, NULL, &changed);
}

int rtnl_veth_add(struct rtnl *rtnl, const char *name, const __u8 lladdr[MAC_LEN],
		  const char *peer, int peer_netns)
{
	char buffer[512] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = request(rtnl, buffer, RTM_NEWLINK,
				       NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
	struct nlattr *link_info, *data, *peer_info;
	bool changed;

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, name);
	mnl_attr_put(nlh, IFLA_ADDRESS, MAC_LEN, lladdr);
	link_info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer_info = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(nlh, IFLA_IFNAME, peer);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, peer_netns);
	mnl_attr_nest_end(nlh, peer_info);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, link_info);
	return transact(rtnl, nlh, NULL, NULL, &changed);
}

int rtnl_link_up(struct rtnl *rtnl, __u32 ifindex)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = request(rtnl, buffer, RTM_NEWLINK, NLM_F_ACK);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	bool changed;

	info->ifi_index = ifindex;
	info->ifi_flags = IFF_UP;
	info->ifi_change = IFF_UP;
	return transact(rtnl, nlh, NULL, NULL, &changed);
}

int rtnl_addr_add(struct rtnl *rtnl, __u32 ifindex, const struct address *addr,
		  unsigned int prefix)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = request(rtnl, buffer, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE);
	struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	bool changed;

	info->ifa_family = addr->family;
	info->ifa_prefixlen = prefix;
	info->ifa_index = ifindex;
	mnl_attr_put(nlh, IFA_LOCAL, address_len(addr), addr->bytes);
	mnl_attr_put(nlh, IFA_ADDRESS, address_len(addr), addr->bytes);
	return transact(rtnl, nlh, NULL, NULL, &changed);
}

int rtnl_neigh_del(struct rtnl *rtnl, const struct neigh *neigh)
{
	char buffer[256] __attribute__((aligned(8)));
	bool changed;

	return transact(rtnl, neigh_request(rtnl, buffer, RTM_DELNEIGH, 0, neigh), NULL, NULL,
			&changed);
}

int rtnl_listen(struct rtnl *rtnl)
{
	const int groups[] = { RTNLGRP_LINK, RTNLGRP_NEIGH };
	int fd = mnl_socket_get_fd(rtnl->sock), size = EVENTS_BUFFER;

	/* Without the privilege it is as large as the system allows. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		int group = groups[i];

		if (mnl_socket_setsockopt(rtnl->sock, NETLINK_ADD_MEMBERSHIP, &group,
					  sizeof(group)))
			return -errno;
	}
	return 0;
}
