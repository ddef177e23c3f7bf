// SPDX-License-Identifier: GPL-2.0-only
/*
 * dmesg: one line per first frame of an offender, pin change and cache event.
 *
 * A device's name comes from outside: %*pE keeps it from forging a line.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/printk.h>
#include <linux/ratelimit.h>

#include "incident.h"
#include "log.h"

#define ADDR_LEN	40	/* the longest IPv6 address */
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
	if (addr->family == AF_INET)
		snprintf(text, ADDR_LEN, "%pI4", &addr->ip4);
	else
		snprintf(text, ADDR_LEN, "%pI6c", addr->bytes);
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

static const char *net_text(const struct arppin_dev *adev, char *text)
{
	const struct net *net = adev->an->net;

	text[0] = '\0';
	if (!net_eq(net, &init_net))
		snprintf(text, NET_LEN, " (net %u)", net->ns.inum);
	return text;
}

/* Context: an->incident_lock, RCU. */
void arppin_log_incident(const struct arppin_incident *incident)
{
	const char *done = atomic64_read(&incident->dropped) ? "dropped" :
							       "passed";
	char dev[DEV_LEN], addr[ADDR_LEN], net[NET_LEN];
	char lladdrs[LLADDRS_LEN] = "";
	const struct arppin_dev *adev = incident->dev;
	const u8 *lladdr = incident->key.lladdr;
	const u8 *source = incident->key.source;

	if (!may_say(adev->an, true))
		return;
	dev_text(adev, dev);
	addr_text(&incident->addr, addr);
	net_text(adev, net);
	if (incident->pin)
		lladdrs_text(incident->pin, lladdrs);
	switch (incident->key.kind) {
	case ARPPIN_INCIDENT_CONFLICT:
		if (arppin_lladdr_equal(lladdr, source))
			pr_warn("%s: %s claimed by %pM, pinned to %s: %s%s\n",
				dev, addr, lladdr, lladdrs,
				done, net);
		else
			pr_warn("%s: %s claimed by %pM (frame from %pM), pinned to %s: %s%s\n",
				dev, addr, lladdr, source,
				lladdrs, done, net);
		break;
	case ARPPIN_INCIDENT_PROBE:
		pr_warn("%s: %s probed by %pM, pinned to %s: %s%s\n",
			dev, addr, lladdr, lladdrs, done,
			net);
		break;
	case ARPPIN_INCIDENT_FOREIGN_SOURCE:
		pr_warn("%s: %s claimed by its pinned %pM in a frame from %pM: %s%s\n",
			dev, addr, lladdr, source, done,
			net);
		break;
	case ARPPIN_INCIDENT_UNPINNED:
		pr_warn("%s: %s claimed by %pM, not pinned: %s%s\n",
			dev, addr, lladdr, done, net);
		break;
	case ARPPIN_INCIDENT_MANY_OFFENDERS:
		pr_warn("%s: %s claimed by many offenders, %pM among them: %s%s\n",
			dev, addr, lladdr, done, net);
		break;
	}
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
			net_text(adev, net));
}

/* Context: any. */
void arppin_log_dev(const struct arppin_dev *adev, const char *what)
{
	char dev[DEV_LEN], net[NET_LEN];

	if (may_say(adev->an, false))
		pr_info("%s: %s, pins: %u%s\n", dev_text(adev, dev), what,
			adev->npins, net_text(adev, net));
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
			net_text(adev, net));
}
