/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's own tables over rtnetlink, in the network namespace of the
 * process: devices, neighbour entries, default gateways and routes of IPv4.
 * Functions return 0 or a negative errno.
 */
#ifndef RTNL_H
#define RTNL_H

#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "model.h"

struct rtnl {
	struct mnl_socket *sock;
	__u32 seq;
};

int rtnl_open(struct rtnl *rtnl);
void rtnl_close(struct rtnl *rtnl);

struct link {
	__u32 ifindex;
	char name[IFNAMSIZ];
	__u8 lladdr[MAC_LEN];	/* zero: it is not Ethernet */
	__u32 flags;		/* IFF_UP, IFF_RUNNING... of <net/if.h> */
	__u16 type;		/* ARPHRD_* of <net/if_arp.h> */
};

struct neigh {
	__u32 ifindex;
	struct address addr;
	__u8 lladdr[MAC_LEN];
	bool has_lladdr;
	__u16 state;		/* NUD_* */
	__u8 flags;		/* NTF_* */
	__u8 protocol;		/* who made it, RTPROT_*; 0: nobody said so */
};

/* States in which the kernel sends to the entry's lladdr. */
#define NEIGH_VALID (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE | NUD_PROBE | NUD_STALE | NUD_DELAY)

struct gateway {
	__u32 ifindex;
	struct address addr;
};

struct links {
	struct link *items;
	size_t n;
	size_t room;
};

struct neighs {
	struct neigh *items;
	size_t n;
	size_t room;
};

struct gateways {
	struct gateway *items;
	size_t n;
	size_t room;
	bool others;		/* there are default routes without an IPv4 gateway */
};

/* The way to a destination. */
struct way {
	unsigned char type;	/* RTN_* of <linux/rtnetlink.h> */
	__u32 ifindex;
	bool is_via;		/* behind a gateway, whatever its family */
	struct address source;	/* AF_UNSPEC: none */
};

/* Each replaces what was there; the caller frees `items`, also after an error. */
int rtnl_links(struct rtnl *rtnl, struct links *links);

/* ifindex 0: of all devices. */
int rtnl_neighs(struct rtnl *rtnl, __u32 ifindex, struct neighs *neighs);

/*
 * The next hops of the main table's default routes, each once. Of those that are
 * no IPv4 gateway (`via inet6`, or on the link) it is told alone that there are some.
 */
int rtnl_gateways(struct rtnl *rtnl, struct gateways *gateways);

/* Where the kernel would send what is for `addr`; by ifindex, if that is not 0. */
int rtnl_way(struct rtnl *rtnl, const struct address *addr, __u32 ifindex, struct way *way);

/*
 * Makes or overwrites the entry of neigh->addr: lladdr, state and flags. Its
 * protocol stays what it was if that is 0 here.
 */
int rtnl_neigh_set(struct rtnl *rtnl, const struct neigh *neigh);
int rtnl_neigh_del(struct rtnl *rtnl, const struct neigh *neigh);

/* From here on `sock` gets the changes of devices and of neighbour entries. */
int rtnl_listen(struct rtnl *rtnl);

/*
 * A pair of virtual Ethernet devices, both down: `name` here, and `peer` in the
 * network namespace of the file descriptor.
 */
int rtnl_veth_add(struct rtnl *rtnl, const char *name, const __u8 lladdr[MAC_LEN],
		  const char *peer, int peer_netns);
int rtnl_link_up(struct rtnl *rtnl, __u32 ifindex);
int rtnl_addr_add(struct rtnl *rtnl, __u32 ifindex, const struct address *addr,
		  unsigned int prefix);

/* The notifications' payloads. False: not of this kind, or of another family. */
bool rtnl_get_link(const struct nlmsghdr *nlh, struct link *link);
bool rtnl_get_neigh(const struct nlmsghdr *nlh, struct neigh *neigh);

#endif
