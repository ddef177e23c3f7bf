// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmesg: one line per start and end of an incident, pin change, lock and cache
 * event.
 *
 * A device's name comes from outside: %*pE keeps it from forging a line.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/printk.h>
#include <linux/ratelimit.h>

#include "incident.h"
#include "log.h"
#include "sighting.h"

#define ADDR_LEN	16	/* the longest IPv4 address, no other can be pinned */
#define LLADDRS_LEN	(ARPPIN_LLADDRS_MAX * 3 * ETH_ALEN)

#define LINES(name) DEFINE_RATELIMIT_STATE(name, 5 * HZ, 20)

/*
 * Containers share a budget, so that they cannot silence the host's lines, and
 * a long restore must not silence an attack.
 */
static LINES(host_config);
static LINES(host_attack);
static LINES(container_config);
static LINES(container_attack);

/* What is left out is counted in a line that begins with our name as well. */
static bool may_say(const struct arppin_net *an, bool attack)
{
	struct ratelimit_state *lines;

	if (net_eq(an->net, &init_net))
		lines = attack ? &host_attack : &host_config;
	else
		lines = attack ? &container_attack : &container_config;
	return ___ratelimit(lines, KBUILD_MODNAME);
}

static const char *addr_text(const struct arppin_addr *addr, char *text)
{
	snprintf(text, ADDR_LEN, "%pI4", &addr->ip4);
	return text;
}

static const char *lladdrs_text(const struct arppin_pin *pin, char *text)
{
	const struct arppin_pin_conf *conf = arppin_pin_conf(pin);
	size_t len = 0;
	int i;

	for (i = 0; i < conf->count; i++)
		len += scnprintf(text + len, LLADDRS_LEN - len, "%s%pM",
				 i ? "," : "", conf->lladdr[i]);
	return text;
}

#define DEV_LEN		(4 * IFNAMSIZ)	/* all of it escaped */

static const char *dev_text(const struct arppin_dev *adev, char *text)
{
	snprintf(text, DEV_LEN, "%*pE", (int)strlen(adev->name), adev->name);
	return text;
}

/* " (net 4026532264)" at the end of another network namespace's lines. */
#define NET_LEN		24

static const char *net_text(const struct arppin_net *an, char *text)
{
	const struct net *net = an->net;

	text[0] = '\0';
	if (!net_eq(net, &init_net))
		snprintf(text, NET_LEN, " (net %u)", net->ns.inum);
	return text;
}

#define ALSO_LEN	160	/* "also ", and some addresses */
#define ALSO_MAX	3	/* addresses that are named */

/* " (frame from 02:..., also 192.0.2.66)": what else is known of the offender. */
static const char *offender_text(const struct arppin_incident *incident,
				 char *text)
{
	const struct arppin_sighting *found[ARPPIN_INCIDENT_SIGHTINGS_MAX];
	const u8 *source = incident->key.source;
	const char *sep = " (";
	unsigned int count, i;
	char addr[ADDR_LEN];
	size_t len = 0;

	text[0] = '\0';
	if (!arppin_lladdr_equal(incident->key.lladdr, source)) {
		len += scnprintf(text + len, ALSO_LEN - len, "%sframe from %pM",
				 sep, source);
		sep = ", ";
	}
	rcu_read_lock();
	count = arppin_incident_sightings(incident, found);
	for (i = 0; i < count && i < ALSO_MAX; i++) {
		len += scnprintf(text + len, ALSO_LEN - len, "%s%s%s", sep,
				 i ? "" : "also ",
				 addr_text(&found[i]->addr, addr));
		sep = ", ";
	}
	rcu_read_unlock();
	if (count > ALSO_MAX)
		len += scnprintf(text + len, ALSO_LEN - len, " and %u more",
				 count - ALSO_MAX);
	if (len)
		scnprintf(text + len, ALSO_LEN - len, ")");
	return text;
}

/* "dropped", or in the end how many were. */
#define DONE_LEN	96

static const char *done_text(const struct arppin_incident *incident,
			     const struct arppin_frames *frames, bool ended,
			     char *text)
{
	if (ended)	/* by jiffies: the clock may have been set since */
		snprintf(text, DONE_LEN,
			 "ended after %lu s, %llu dropped, %llu passed",
			 (jiffies - incident->started) / HZ, frames->dropped,
			 frames->passed);
	else
		snprintf(text, DONE_LEN, frames->dropped ? "dropped" : "passed");
	return text;
}

/* What is claimed of whom: all between the address and what was done. */
static const char *said_of(u32 kind)
{
	switch (kind) {
	case ARPPIN_INCIDENT_PROBE:
		return "probed by";
	case ARPPIN_INCIDENT_FOREIGN_SOURCE:
		return "claimed by its pinned";
	case ARPPIN_INCIDENT_MANY_OFFENDERS:
		return "claimed or probed by many, among them";
	case ARPPIN_INCIDENT_OWN_ADDRESS:
		return "is ours, and claimed by";
	case ARPPIN_INCIDENT_MANY_ADDRESSES:
		return "is one address too many, claimed by";
	default:
		return "claimed by";
	}
}

/* Context: an->incident_lock, and RCU read lock or an->lock. */
void arppin_log_incident(const struct arppin_incident *incident,
			 const struct arppin_frames *frames, bool ended)
{
	const struct arppin_dev *adev = incident->dev;
	char dev[DEV_LEN], addr[ADDR_LEN], net[NET_LEN];
	char offender[ALSO_LEN], done[DONE_LEN];
	char lladdrs[LLADDRS_LEN] = "";
	const char *pinned = "";

	if (!may_say(adev->an, true))
		return;
	if (incident->pin && !arppin_incident_is_netwide(incident)) {
		pinned = ", pinned to ";
		lladdrs_text(incident->pin, lladdrs);
	} else if (incident->key.kind == ARPPIN_INCIDENT_UNPINNED) {
		pinned = ", not pinned";
	}
	pr_warn("%s: incident %llu: %s %s %pM%s%s%s: %s%s\n",
		dev_text(adev, dev), incident->id,
		addr_text(&incident->addr, addr),
		said_of(incident->key.kind), incident->key.lladdr,
		offender_text(incident, offender), pinned, lladdrs,
		done_text(incident, frames, ended, done), net_text(adev->an, net));
}

/* Context: an->lock. */
void arppin_log_pin(const struct arppin_pin *pin, const char *what)
{
	char dev[DEV_LEN], addr[ADDR_LEN], net[NET_LEN];
	char lladdrs[LLADDRS_LEN];
	const struct arppin_dev *adev = pin->key.dev;
	bool audit = arppin_pin_conf(pin)->mode == ARPPIN_MODE_AUDIT;

	if (may_say(adev->an, false))
		pr_info("%s: %s %s %s%s%s\n", dev_text(adev, dev),
			addr_text(&pin->key.addr, addr), what,
			lladdrs_text(pin, lladdrs), audit ? " (audit)" : "",
			net_text(adev->an, net));
}

/* Context: any. */
void arppin_log_dev(const struct arppin_dev *adev, const char *what)
{
	char dev[DEV_LEN], net[NET_LEN];

	if (may_say(adev->an, false))
		pr_info("%s: %s, pins: %u%s\n", dev_text(adev, dev), what,
			adev->npins, net_text(adev->an, net));
}

static const char * const unpinned_said[] = {
	[ARPPIN_UNPINNED_ACCEPT] = "accepted",
	[ARPPIN_UNPINNED_AUDIT] = "audited",
	[ARPPIN_UNPINNED_DROP] = "dropped",
};

/* Context: an->lock. */
void arppin_log_guard(const struct arppin_dev *adev)
{
	const struct arppin_guard *guard = &adev->guard;
	char dev[DEV_LEN], net[NET_LEN];
	char most[sizeof(", at most 255 addresses a MAC")] = "";

	if (!may_say(adev->an, false))
		return;
	if (guard->addresses)
		snprintf(most, sizeof(most), ", at most %u addresses a MAC",
			 guard->addresses);
	pr_info("%s: unpinned addresses are %s%s%s%s\n", dev_text(adev, dev),
		unpinned_said[guard->unpinned],
		guard->defend ? ", own ones defended" : "", most,
		net_text(adev->an, net));
}

/* Context: an->lock. */
void arppin_log_locked(const struct arppin_net *an)
{
	char text[NET_LEN];

	/* The host's comes once a boot: a long restore shall not silence it. */
	if (net_eq(an->net, &init_net))
		pr_notice("locked until reboot: pins and guards can be added and strengthened only, and the module stays\n");
	else if (may_say(an, false))
		pr_notice("locked: pins and guards can be added and strengthened only%s\n",
			  net_text(an, text));
}

/* Context: an->lock. */
void arppin_log_cache(const struct arppin_pin *pin, const u8 *lladdr,
		      const char *what)
{
	char dev[DEV_LEN], addr[ADDR_LEN], net[NET_LEN];
	char lladdrs[LLADDRS_LEN];
	const struct arppin_dev *adev = pin->key.dev;

	if (may_say(adev->an, true))
		pr_warn("%s: %s at %pM, pinned to %s: %s%s\n",
			dev_text(adev, dev), addr_text(&pin->key.addr, addr),
			lladdr, lladdrs_text(pin, lladdrs), what,
			net_text(adev->an, net));
}
