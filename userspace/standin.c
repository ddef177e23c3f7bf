// SPDX-License-Identifier: GPL-2.0-only
/*
 * While the module is missing: the pins of a file as permanent neighbour
 * entries, put back whenever something takes them away, until the module has the
 * pins.
 */
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "change.h"
#include "claim_arp.h"
#include "config.h"
#include "from_kernel.h"
#include "hold.h"
#include "notify.h"
#include "tables.h"

#define REVIEW_MS 300		/* a restore has many events */
#define AT_ONCE 64		/* frames, before it is somebody else's turn */

struct standin {
	struct ctl *ctl;	/* its socket tells that the module comes, and of its pins */
	const struct restoring *how;
	struct config config;	/* the pins that are not in force */
	__u8 (*lladdrs)[MAC_LEN]; /* of each: which the entry had last; zero: none yet */
	struct hold_count count;
	struct links links;	/* as they were when all was looked at */
	struct rtnl ask;
	struct rtnl events;
	int signals;
	int arp;		/* -1: none hears it */
	long long review_at;	/* ms; 0: no need to */
	bool all;		/* look at all again */
	bool failed_before;
};

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void review_soon(struct standin *standin)
{
	if (!standin->review_at)
		standin->review_at = now_ms() + REVIEW_MS;
}

static void complain(struct standin *standin, int code)
{
	if (code && !standin->failed_before)
		wrong("cannot hold all pins: %s", strerror(-code));
	standin->failed_before = code;
}

static int compare_to_pin(const void *key, const void *item)
{
	return compare_pins(key, &((const struct config_pin *)item)->pin);
}

/* The number of the pin that is not in force, or -1. */
static ssize_t find(const struct standin *standin, __u32 ifindex, const void *ip4)
{
	const struct link *link = link_by_index(&standin->links, ifindex);
	struct pin key = { .addr.family = AF_INET };
	const struct config_pin *found;

	if (!link || !standin->config.n_pins)
		return -1;
	memcpy(key.dev, link->name, IFNAMSIZ);
	memcpy(key.addr.bytes, ip4, 4);
	found = bsearch(&key, standin->config.pins, standin->config.n_pins, sizeof(*found),
			compare_to_pin);
	return found ? found - standin->config.pins : -1;
}

static void tell_status(const struct standin *standin)
{
	const struct hold_count *count = &standin->count;

	notify("STATUS=%zu of %zu pinned addresses held, %zu wait for their device; arppin %s",
	       count->held, count->pins, count->waiting,
	       standin->ctl->nl.family ? "is loaded and lacks them" : "is not loaded");
}

/* Of pins that the module has, or nobody any more, or of a device renamed since. */
static void let_go(struct standin *standin, const struct config *but)
{
	size_t n;
	int code = hold_let_go(&standin->ask, but, &n);

	if (code)
		wrong("cannot let go of neighbour entries: %s", strerror(-code));
	else if (n)
		fprintf(stderr, "arppinctl: %zu neighbour entries are ordinary ones again\n", n);
}

/* Every device and every entry. */
static void look_at_all(struct standin *standin)
{
	int code = rtnl_links(&standin->ask, &standin->links);

	standin->all = false;
	if (!code)
		code = hold_all(&standin->ask, &standin->config, &standin->count);
	complain(standin, code ? code : standin->count.code);
	let_go(standin, &standin->config);
	tell_status(standin);
}

/* The enforced ones of `config` that are not in `other`; what they take is config's. */
static void leave_missing(struct config *config, const struct config *other)
{
	size_t n = 0;

	for (size_t i = 0, j = 0; i < config->n_pins; i++) {
		const struct pin *pin = &config->pins[i].pin;

		while (j < other->n_pins && compare_pins(&other->pins[j].pin, pin) < 0)
			j++;
		if (pin->mode == ARPPIN_MODE_ENFORCE && pin->addr.family == AF_INET &&
		    (j == other->n_pins || compare_pins(&other->pins[j].pin, pin)))
			config->pins[n++] = config->pins[i];
	}
	config->n_pins = n;
}

static bool load(const struct restoring *how, struct config *config)
{
	if (config_load(how->file, config, NULL))
		return true;
	if (!how->copy || !config_load(how->copy, config, NULL))
		return false;
	fprintf(stderr, "arppinctl: %s stands in instead\n", how->copy);
	return true;
}

/* Asked on a socket of its own; without the module there is nothing. */
static void in_force(struct config *config)
{
	static struct ctl asking;

	memset(config, 0, sizeof(*config));
	if ((!nl_open(&asking.nl) && asking.nl.error.code != ENOENT) ||
	    (asking.nl.family && !config_in_force(&asking, config)))
		wrong("cannot ask for the pins in force: %s", asking.nl.error.text);
	nl_close(&asking.nl);
}

static bool remember(struct standin *standin, struct config *config)
{
	__u8 (*lladdrs)[MAC_LEN] = calloc(config->n_pins + 1, MAC_LEN);

	if (!lladdrs)
		return false;
	free(standin->lladdrs);
	config_free(&standin->config);
	standin->lladdrs = lladdrs;
	standin->config = *config;
	return true;
}

/*
 * Which pins of `config`, which is taken over, are still to be held: the module
 * may have some of them by now.
 */
static bool hold_missing(struct standin *standin, struct config *config)
{
	struct config there;

	/* If nobody answers all are held: that is safe. */
	in_force(&there);
	leave_missing(config, &there);
	config_free(&there);
	if (!remember(standin, config)) {
		config_free(config);
		wrong("out of memory");
		return false;
	}
	look_at_all(standin);
	return true;
}

/* The module has come, gone, or has other pins; the file may be another one, too. */
static void review(struct standin *standin)
{
	struct config config;

	standin->review_at = 0;
	if (!load(standin->how, &config)) {
		/* As long as nobody knows better. */
		config = standin->config;
		memset(&standin->config, 0, sizeof(standin->config));
	}
	hold_missing(standin, &config);
}

static void put(struct standin *standin, size_t i, __u32 ifindex, const __u8 lladdr[MAC_LEN])
{
	const struct pin *pin = &standin->config.pins[i].pin;
	int code = hold_put(&standin->ask, pin, ifindex, lladdr);

	/* A device that has gone is told, too. */
	if (code != -ENODEV)
		complain(standin, code);
}

static void neigh_changed(struct standin *standin, const struct neigh *neigh, bool gone)
{
	ssize_t i = find(standin, neigh->ifindex, neigh->addr.bytes);
	static const __u8 none[MAC_LEN];
	const struct pin *pin;
	const __u8 *lladdr;
	bool held;

	if (i < 0)
		return;
	pin = &standin->config.pins[i].pin;
	held = !gone && hold_is_held(neigh, pin);
	/* What we wrote is known already, and by now there may be a later claim. */
	if (neigh->has_lladdr && hold_has_lladdr(pin, neigh->lladdr) &&
	    (!held || !memcmp(standin->lladdrs[i], none, MAC_LEN)))
		memcpy(standin->lladdrs[i], neigh->lladdr, MAC_LEN);
	if (held)
		return;
	lladdr = standin->lladdrs[i];
	if (!memcmp(lladdr, none, MAC_LEN))
		lladdr = pin->lladdrs[0];
	put(standin, i, neigh->ifindex, lladdr);
}

static void link_changed(struct standin *standin, const struct link *link, bool gone)
{
	const struct link *known = link_by_index(&standin->links, link->ifindex);
	bool same = known && !strcmp(known->name, link->name) && known->type == link->type;

	if (gone ? !!known : !same)
		standin->all = true;
}

static void handle_event(struct standin *standin, const struct nlmsghdr *nlh)
{
	struct neigh neigh;
	struct link link;

	if (rtnl_get_neigh(nlh, &neigh))
		neigh_changed(standin, &neigh, nlh->nlmsg_type == RTM_DELNEIGH);
	else if (rtnl_get_link(nlh, &link))
		link_changed(standin, &link, nlh->nlmsg_type == RTM_DELLINK);
}

static bool read_events(struct standin *standin)
{
	char buffer[32768] __attribute__((aligned(8)));
	const struct nlmsghdr *nlh = (const void *)buffer;
	ssize_t left = from_kernel(standin->events.sock, buffer, sizeof(buffer));
	int len = left;

	if (left < 0 && errno == ENOBUFS)
		standin->all = true;	/* what was lost may have been anything */
	else if (left < 0 && errno != EINTR)
		return false;
	for (; left > 0 && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		handle_event(standin, nlh);
	return true;
}

/* Whatever it is, the pins in force may be others now. */
static bool read_module(struct standin *standin)
{
	struct nl *nl = &standin->ctl->nl;
	const struct nlmsghdr *nlh = (void *)nl->buffer;
	ssize_t left = from_kernel(nl->sock, nl->buffer, sizeof(nl->buffer));
	int len = left;

	if (left < 0 && errno != ENOBUFS && errno != EINTR)
		return false;
	review_soon(standin);
	for (; left > 0 && mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		switch (nl_family_news(nl, nlh)) {
		case NL_FAMILY_CAME:
			nl_join_events(nl); /* or it has gone again, which is told next */
			break;
		case NL_FAMILY_WENT:
			nl->family = 0;
			break;
		case NL_FAMILY_OTHER:
			break;
		}
	}
	return true;
}

/*
 * Of several routers that share an address, the one that says it has it now: a
 * permanent entry does not follow by itself.
 */
static void hear_claim(struct standin *standin, const struct sockaddr_ll *from, const __u8 *arp,
		       size_t len)
{
	struct arppin_claim claim;
	const struct pin *pin;
	ssize_t i;

	/* As of arp_rcv(): also those of a VLAN that has no device here are others'. */
	if (from->sll_pkttype == PACKET_OTHERHOST || from->sll_pkttype == PACKET_OUTGOING)
		return;
	if (!arppin_claim_arp(&claim, arp, len, arp + ARPPIN_ARP_SHA) ||
	    claim.variant == ARPPIN_VARIANT_PROBE)
		return;
	i = find(standin, from->sll_ifindex, claim.addr.bytes);
	if (i < 0)
		return;
	pin = &standin->config.pins[i].pin;
	if (pin->n_lladdrs > 1 && hold_has_lladdr(pin, claim.lladdr) &&
	    memcmp(standin->lladdrs[i], claim.lladdr, MAC_LEN)) {
		memcpy(standin->lladdrs[i], claim.lladdr, MAC_LEN);
		put(standin, i, from->sll_ifindex, claim.lladdr);
	}
}

static void read_arp(struct standin *standin)
{
	for (int i = 0; i < AT_ONCE; i++) {
		struct sockaddr_ll from;
		socklen_t size = sizeof(from);
		__u8 arp[64];
		ssize_t len = recvfrom(standin->arp, arp, sizeof(arp), 0, (struct sockaddr *)&from,
				       &size);

		if (len < 0)
			return;
		hear_claim(standin, &from, arp, len);
	}
}

static int wait_ms(const struct standin *standin)
{
	long long left;

	if (!standin->review_at)
		return -1;
	left = standin->review_at - now_ms();
	return left > 0 ? left : 0;
}

static int loop(struct standin *standin)
{
	enum { SIGNALS, EVENTS, MODULE, ARP, N_FDS };
	struct pollfd fds[N_FDS] = {
		[SIGNALS] = { .fd = standin->signals, .events = POLLIN },
		[EVENTS] = { .fd = mnl_socket_get_fd(standin->events.sock), .events = POLLIN },
		[MODULE] = { .fd = mnl_socket_get_fd(standin->ctl->nl.sock), .events = POLLIN },
		[ARP] = { .fd = standin->arp, .events = POLLIN },
	};
	bool good = true;

	while (standin->config.n_pins) {
		if (poll(fds, N_FDS, standin->all ? 0 : wait_ms(standin)) < 0 && errno != EINTR)
			good = false;
		if (fds[SIGNALS].revents) {
			fputs("arppinctl: stopped: pins are not stood in for any more\n", stderr);
			return EXIT_DONE;
		}
		if (good && fds[EVENTS].revents)
			good = read_events(standin);
		if (good && fds[MODULE].revents)
			good = read_module(standin);
		if (!good) {
			wrong("cannot hear of changes: %s", strerror(errno));
			return EXIT_REFUSED;
		}
		if (fds[ARP].revents)
			read_arp(standin);
		if (standin->review_at && !wait_ms(standin))
			review(standin);
		else if (standin->all && !fds[EVENTS].revents)
			look_at_all(standin);
	}
	fputs("arppinctl: no pin is left to stand in for\n", stderr);
	return EXIT_DONE;
}

/* Without it no failover is followed, but what is held stays held. */
static void open_arp(struct standin *standin)
{
	standin->arp = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			      htons(ETH_P_ARP));
	if (standin->arp < 0)
		wrong("cannot hear ARP: %s: entries will not follow a gateway that fails over",
		      strerror(errno));
}

static bool open_all(struct standin *standin)
{
	struct nl *nl = &standin->ctl->nl;
	sigset_t set;
	int code;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	standin->signals = signalfd(-1, &set, SFD_CLOEXEC);
	if (standin->signals < 0) {
		wrong("cannot wait for signals: %s", strerror(errno));
		return false;
	}
	if ((!nl_open(nl) && nl->error.code != ENOENT) || !nl_listen(nl)) {
		refused(standin->ctl);
		return false;
	}
	code = rtnl_open(&standin->ask);
	if (!code)
		code = rtnl_open(&standin->events);
	if (!code)
		code = rtnl_listen(&standin->events);
	if (code) {
		wrong("cannot listen to rtnetlink: %s", strerror(-code));
		return false;
	}
	open_arp(standin);
	return true;
}

static int stand_in(struct standin *standin, struct config *config)
{
	int status;

	if (!open_all(standin)) {
		config_free(config);
		return EXIT_REFUSED;
	}
	if (config->n_guards)
		fputs("arppinctl: guards cannot be stood in for: they wait for arppin\n", stderr);
	if (!hold_missing(standin, config))
		return EXIT_REFUSED;
	/* From here on devices may come up: each that is there has its entries. */
	notify("READY=1");
	fprintf(stderr, "arppinctl: standing in for %zu pins\n", standin->config.n_pins);
	status = loop(standin);
	notify("STOPPING=1");
	if (!status)
		let_go(standin, NULL);
	return status;
}

int standin(struct ctl *ctl, int n, char *const words[])
{
	static struct standin standin;
	struct parse_error error;
	struct restoring how;
	struct config config;
	int status;

	if (!parse_standin(n, words, &how, &error))
		return wrong("%s", error.text);
	if (!load(&how, &config))
		return EXIT_WRONG;
	standin = (struct standin){ .ctl = ctl, .how = &how, .arp = -1 };
	status = enter_netns(ctl);
	if (!status)
		status = stand_in(&standin, &config);
	rtnl_close(&standin.ask);
	rtnl_close(&standin.events);
	config_free(&standin.config);
	free(standin.links.items);
	free(standin.lladdrs);
	return status;
}
