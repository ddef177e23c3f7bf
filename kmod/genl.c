// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: requests and answers. uapi/arppin.h documents
 * it, arppin.yaml describes it to machines.
 *
 * genl's own lock serialises requests; an->lock keeps out devices' comings
 * and goings.
 */
#include <linux/etherdevice.h>
#include <linux/in.h>
#include <linux/module.h>

#include "compat.h"
#include "dump.h"
#include "fill.h"
#include "genl.h"
#include "guard.h"
#include "hook.h"
#include "incident.h"
#include "journal.h"
#include "lock.h"
#include "main.h"
#include "pin.h"
#include "policy.h"

/* GENL_REQ_ATTR_CHECK() has named the attribute where the kernel can. */
static int incomplete(struct genl_info *info)
{
	if (!info->extack->_msg)
		NL_SET_ERR_MSG(info->extack, "a required attribute is missing");
	return -EINVAL;
}

static int refuse(struct genl_info *info, const struct nlattr *attr,
		  const char *why, int err)
{
	info->extack->_msg = why;
	NL_SET_BAD_ATTR(info->extack, attr);
	return err;
}

static int get_addr(struct genl_info *info, struct arppin_addr *addr)
{
	const struct nlattr *attr = info->attrs[ARPPIN_A_PIN_ADDR];

	memset(addr, 0, sizeof(*addr));
	switch (nla_len(attr)) {
	case 4:
		addr->family = AF_INET;
		break;
	case 16:
		return refuse(info, attr,
			      "IPv6 cannot be pinned yet: Neighbour Discovery is not guarded",
			      -EAFNOSUPPORT);
	default:
		return refuse(info, attr, "an address has 4 or 16 bytes",
			      -EINVAL);
	}
	nla_memcpy(addr->bytes, attr, sizeof(addr->bytes));
	if (ipv4_is_zeronet(addr->ip4) || ipv4_is_loopback(addr->ip4) ||
	    ipv4_is_multicast(addr->ip4) || ipv4_is_lbcast(addr->ip4))
		return refuse(info, attr,
			      "not the address of a neighbour: it must be unicast",
			      -EINVAL);
	return 0;
}

static struct arppin_pin_conf *get_conf(struct genl_info *info)
{
	const struct nlattr *list = info->attrs[ARPPIN_A_PIN_LLADDRS];
	const struct nlattr *mode = info->attrs[ARPPIN_A_PIN_MODE];
	const struct nlattr *resident = info->attrs[ARPPIN_A_PIN_RESIDENT];
	struct arppin_pin_conf *conf;
	const struct nlattr *attr;
	unsigned int count = 0;
	const char *why;
	int rem;

	nla_for_each_nested(attr, list, rem)
		count++;
	attr = list;
	why = "a pin has 1 to 16 link-layer addresses";
	if (!count || count > ARPPIN_LLADDRS_MAX)
		goto bad;
	conf = arppin_pin_conf_alloc(count);
	if (!conf)
		return ERR_PTR(-ENOMEM);
	conf->mode = mode ? nla_get_u32(mode) : ARPPIN_MODE_ENFORCE;
	conf->resident = resident ? nla_get_u8(resident) :
			      conf->mode == ARPPIN_MODE_ENFORCE;
	attr = resident;
	why = "only an enforced pin can be resident";
	if (conf->resident && conf->mode != ARPPIN_MODE_ENFORCE)
		goto bad_conf;

	conf->count = 0;
	nla_for_each_nested(attr, list, rem) {
		const u8 *lladdr = nla_data(attr);

		why = "a link-layer address must be unicast and not zero";
		if (!is_valid_ether_addr(lladdr))
			goto bad_conf;
		why = "the same link-layer address twice";
		if (conf->count && arppin_pin_conf_has(conf, lladdr))
			goto bad_conf;
		memcpy(conf->lladdr[conf->count++], lladdr, ETH_ALEN);
	}
	return conf;

bad_conf:
	kfree(conf);
bad:
	return ERR_PTR(refuse(info, attr, why, -EINVAL));
}

static int pin_new(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *flags = info->attrs[ARPPIN_A_PIN_FLAGS];
	struct arppin_net *an = arppin_net(genl_info_net(info));
	struct arppin_pin_conf *conf;
	struct arppin_addr addr;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, ARPPIN_A_PIN_DEV) ||
	    GENL_REQ_ATTR_CHECK(info, ARPPIN_A_PIN_ADDR) ||
	    GENL_REQ_ATTR_CHECK(info, ARPPIN_A_PIN_LLADDRS))
		return incomplete(info);
	err = get_addr(info, &addr);
	if (err)
		return err;
	conf = get_conf(info);
	if (IS_ERR(conf))
		return PTR_ERR(conf);

	mutex_lock(&an->lock);
	err = arppin_pin_set(an, nla_data(info->attrs[ARPPIN_A_PIN_DEV]), &addr,
			     conf,
			     flags && nla_get_u32(flags) & ARPPIN_PIN_REPLACE,
			     info);
	mutex_unlock(&an->lock);
	if (err) {
		kfree(conf);
		NL_SET_BAD_ATTR(info->extack,
				info->attrs[err == -EEXIST || err == -EPERM ?
					    ARPPIN_A_PIN_ADDR :
					    ARPPIN_A_PIN_DEV]);
	}
	return err;
}

/* The pin that a request names. an->lock is held. */
static struct arppin_pin *get_pin(struct arppin_net *an, struct genl_info *info)
{
	struct arppin_pin *pin = NULL;
	struct arppin_addr addr;
	struct arppin_dev *adev;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, ARPPIN_A_PIN_DEV) ||
	    GENL_REQ_ATTR_CHECK(info, ARPPIN_A_PIN_ADDR))
		return ERR_PTR(incomplete(info));
	err = get_addr(info, &addr);
	if (err)
		return ERR_PTR(err);
	adev = arppin_dev_find(an, nla_data(info->attrs[ARPPIN_A_PIN_DEV]));
	if (adev) {
		rcu_read_lock();
		pin = arppin_pin_lookup(adev, &addr);
		rcu_read_unlock();
	}
	if (!pin)
		return ERR_PTR(refuse(info, info->attrs[ARPPIN_A_PIN_ADDR],
				      "the address is not pinned on this device",
				      -ENOENT));
	return pin;
}

static int pin_del(struct sk_buff *skb, struct genl_info *info)
{
	struct arppin_net *an = arppin_net(genl_info_net(info));
	struct arppin_dev *adev;
	struct arppin_pin *pin;
	int err = 0;

	mutex_lock(&an->lock);
	pin = get_pin(an, info);
	if (IS_ERR(pin)) {
		err = PTR_ERR(pin);
	} else {
		adev = pin->key.dev;
		err = arppin_lock_check(an, arppin_pin_weaker(arppin_pin_conf(pin),
							      NULL, NULL),
					info);
		if (err) {
			NL_SET_BAD_ATTR(info->extack,
					info->attrs[ARPPIN_A_PIN_ADDR]);
		} else {
			arppin_pin_del(pin, info);
			arppin_dev_put(adev);
		}
	}
	mutex_unlock(&an->lock);
	return err;
}

/* A device event, which holds RTNL, must not wait for 65,536 removals. */
#define FLUSH_BATCH	256

static int pin_flush(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *name = info->attrs[ARPPIN_A_PIN_DEV];
	struct arppin_net *an = arppin_net(genl_info_net(info));
	struct arppin_dev *adev = NULL;
	bool more = false;
	int err = 0;

	do {
		mutex_lock(&an->lock);
		if (name)
			adev = arppin_dev_find(an, nla_data(name));
		/* The first batch decides: no lock comes before the last. */
		if (!name ? an->npins : adev && adev->npins)
			err = arppin_lock_check(an, "locked: no pin can be removed",
						info);
		if (!err && (!name || adev))
			more = arppin_pin_flush(an, adev, FLUSH_BATCH, info);
		mutex_unlock(&an->lock);
		cond_resched();
	} while (!err && more && (!name || adev));
	return err;
}

/* An answer to a request for one object is one message of this size. */
static struct sk_buff *reply_new(struct genl_info *info, u8 cmd, void **hdr)
{
	struct sk_buff *reply = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (!reply)
		return NULL;
	*hdr = genlmsg_put_reply(reply, info, &arppin_genl_family, 0, cmd);
	if (!*hdr) {
		nlmsg_free(reply);
		return NULL;
	}
	return reply;
}

static int reply_send(struct sk_buff *reply, void *hdr, int err,
		      struct genl_info *info)
{
	if (err) {
		nlmsg_free(reply);
		return err;
	}
	genlmsg_end(reply, hdr);
	return genlmsg_reply(reply, info);
}

static int pin_get(struct sk_buff *skb, struct genl_info *info)
{
	struct arppin_net *an = arppin_net(genl_info_net(info));
	struct arppin_pin *pin;
	struct sk_buff *reply;
	void *hdr;
	int err;

	reply = reply_new(info, ARPPIN_CMD_PIN_GET, &hdr);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&an->lock);
	pin = get_pin(an, info);
	err = IS_ERR(pin) ? PTR_ERR(pin) : arppin_fill_pin(reply, pin);
	mutex_unlock(&an->lock);
	return reply_send(reply, hdr, err, info);
}

static int guard_set(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *addresses = info->attrs[ARPPIN_A_GUARD_ADDRESSES];
	const struct nlattr *unpinned = info->attrs[ARPPIN_A_GUARD_UNPINNED];
	const struct nlattr *defend = info->attrs[ARPPIN_A_GUARD_DEFEND];
	struct arppin_net *an = arppin_net(genl_info_net(info));
	struct arppin_guard guard = arppin_no_guard;
	struct arppin_dev *adev;
	const char *name;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, ARPPIN_A_GUARD_DEV) ||
	    (!unpinned && !defend && !addresses))
		return incomplete(info);
	name = nla_data(info->attrs[ARPPIN_A_GUARD_DEV]);
	mutex_lock(&an->lock);
	adev = arppin_dev_find(an, name);
	if (adev)
		guard = adev->guard;
	if (unpinned)
		guard.unpinned = nla_get_u32(unpinned);
	if (defend)
		guard.defend = nla_get_u8(defend);
	if (addresses)
		guard.addresses = nla_get_u32(addresses);
	err = arppin_guard_set(an, name, &guard, info);
	mutex_unlock(&an->lock);
	if (err)
		NL_SET_BAD_ATTR(info->extack, info->attrs[ARPPIN_A_GUARD_DEV]);
	return err;
}

static int guard_get(struct sk_buff *skb, struct genl_info *info)
{
	struct arppin_net *an = arppin_net(genl_info_net(info));
	struct arppin_dev *adev;
	struct sk_buff *reply;
	void *hdr;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, ARPPIN_A_GUARD_DEV))
		return incomplete(info);
	reply = reply_new(info, ARPPIN_CMD_GUARD_GET, &hdr);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&an->lock);
	adev = arppin_dev_find(an, nla_data(info->attrs[ARPPIN_A_GUARD_DEV]));
	if (adev && !arppin_guard_is_default(&adev->guard))
		err = arppin_fill_guard(reply, adev);
	else
		err = refuse(info, info->attrs[ARPPIN_A_GUARD_DEV],
			     "the device has no guard: unpinned addresses are accepted",
			     -ENOENT);
	mutex_unlock(&an->lock);
	return reply_send(reply, hdr, err, info);
}

/* The incident with this number, live or ended. */
static int fill_incident_by_id(struct sk_buff *skb, struct arppin_net *an,
			       u64 id)
{
	const struct arppin_incident *incident;
	const struct arppin_record *record;
	struct arppin_frames frames;
	int err = -ENOENT;

	lockdep_assert_held(&an->lock);
	spin_lock_bh(&an->incident_lock);
	list_for_each_entry(incident, &an->incidents, list) {
		if (incident->id == id) {
			frames = arppin_incident_count(incident);
			err = arppin_fill_incident_whole(skb, incident,
							 &frames, 0);
			goto out;
		}
	}
	list_for_each_entry(record, &an->ended, list) {
		if (record->id == id) {
			err = arppin_record_put(skb, record);
			goto out;
		}
	}
out:
	spin_unlock_bh(&an->incident_lock);
	return err;
}

static int incident_get(struct sk_buff *skb, struct genl_info *info)
{
	struct arppin_net *an = arppin_net(genl_info_net(info));
	struct sk_buff *reply;
	void *hdr;
	int err;

	if (GENL_REQ_ATTR_CHECK(info, ARPPIN_A_INCIDENT_ID))
		return incomplete(info);
	reply = reply_new(info, ARPPIN_CMD_INCIDENT_GET, &hdr);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&an->lock);
	err = fill_incident_by_id(reply, an,
				  nla_get_u64(info->attrs[ARPPIN_A_INCIDENT_ID]));
	mutex_unlock(&an->lock);
	if (err == -ENOENT)
		refuse(info, info->attrs[ARPPIN_A_INCIDENT_ID],
		       "there is no such incident, or it is not kept any more",
		       err);
	return reply_send(reply, hdr, err, info);
}

static int put_stat(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, ARPPIN_A_STATS_PAD);
}

/* The sum over all CPUs of one of the counters that are no claims'. */
static u64 sum_of(struct arppin_net *an, enum arppin_net_counter which)
{
	u64 sum = 0, one;
	unsigned int start;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct arppin_net_counters *theirs = per_cpu_ptr(an->counters,
								 cpu);

		do {
			start = u64_stats_fetch_begin(&theirs->claims.syncp);
			one = u64_stats_read(&theirs->count[which]);
		} while (u64_stats_fetch_retry(&theirs->claims.syncp, start));
		sum += one;
	}
	return sum;
}

/* an->lock, an->incident_lock and an->event_lock. */
static int fill_stats(struct sk_buff *skb, struct arppin_net *an)
{
	const struct arppin_record *first = arppin_journal_next(an, 0);

	if (nla_put_string(skb, ARPPIN_A_STATS_VERSION, ARPPIN_VERSION) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_PINS, an->npins) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_PINS_MAX, ARPPIN_PINS_MAX) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_DEVS, an->ndevs) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_DEVS_MAX, ARPPIN_DEVS_MAX) ||
	    put_stat(skb, ARPPIN_A_STATS_BOUND_HITS, an->bound_hits) ||
	    arppin_fill_counters(skb, ARPPIN_A_STATS_CLAIMS,
				 &an->counters->claims) ||
	    put_stat(skb, ARPPIN_A_STATS_IGNORED,
		     sum_of(an, ARPPIN_IGNORED)) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_INCIDENTS, an->incidents_live) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_INCIDENTS_MAX,
			ARPPIN_INCIDENTS_MAX) ||
	    put_stat(skb, ARPPIN_A_STATS_INCIDENTS_TOTAL,
		     an->incidents_total) ||
	    put_stat(skb, ARPPIN_A_STATS_INCIDENTS_MERGED,
		     sum_of(an, ARPPIN_MERGED)) ||
	    put_stat(skb, ARPPIN_A_STATS_INCIDENTS_LOST,
		     atomic64_read(&an->incidents_lost)) ||
	    put_stat(skb, ARPPIN_A_STATS_EVENTS, an->event_seq) ||
	    put_stat(skb, ARPPIN_A_STATS_EVENTS_LOST, an->events_lost) ||
	    put_stat(skb, ARPPIN_A_STATS_CACHE_OVERRIDDEN,
		     an->cache_overridden) ||
	    put_stat(skb, ARPPIN_A_STATS_CACHE_HEALED, an->cache_healed) ||
	    put_stat(skb, ARPPIN_A_STATS_CACHE_RESTORED, an->cache_restored) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_INCIDENTS_ENDED, an->ended_count) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_INCIDENTS_ENDED_MAX,
			ARPPIN_INCIDENTS_ENDED_MAX) ||
	    put_stat(skb, ARPPIN_A_STATS_INCIDENTS_FORGOTTEN,
		     an->ended_total - an->ended_count) ||
	    put_stat(skb, ARPPIN_A_STATS_EVENTS_FIRST, first ?
							first->number : 0) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_EVENTS_MAX, ARPPIN_EVENTS_MAX) ||
	    put_stat(skb, ARPPIN_A_STATS_EVENTS_EPOCH, an->epoch) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_SIGHTINGS,
			READ_ONCE(an->sightings_count)) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_SIGHTINGS_MAX,
			ARPPIN_SIGHTINGS_MAX) ||
	    put_stat(skb, ARPPIN_A_STATS_SIGHTINGS_REFUSED,
		     sum_of(an, ARPPIN_UNSIGHTED)) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_HOOK, arppin_hook_registered(an)) ||
	    (net_eq(an->net, &init_net) &&
	     nla_put_u32(skb, ARPPIN_A_STATS_NAMESPACES,
			 arppin_hook_namespaces())) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_LOCKED, an->locked))
		return -EMSGSIZE;
	return 0;
}

static int stats_get(struct sk_buff *skb, struct genl_info *info)
{
	struct arppin_net *an = arppin_net(genl_info_net(info));
	struct sk_buff *reply;
	void *hdr;
	int err;

	reply = reply_new(info, ARPPIN_CMD_STATS_GET, &hdr);
	if (!reply)
		return -ENOMEM;
	mutex_lock(&an->lock);
	spin_lock_bh(&an->incident_lock);
	spin_lock(&an->event_lock);
	err = fill_stats(reply, an);
	spin_unlock(&an->event_lock);
	spin_unlock_bh(&an->incident_lock);
	mutex_unlock(&an->lock);
	return reply_send(reply, hdr, err, info);
}

static int lock(struct sk_buff *skb, struct genl_info *info)
{
	struct arppin_net *an = arppin_net(genl_info_net(info));
	int err;

	mutex_lock(&an->lock);
	err = arppin_lock(an, info);
	mutex_unlock(&an->lock);
	return err;
}

/*
 * GENL_UNS_ADMIN_PERM: CAP_NET_ADMIN in the user namespace of the socket's
 * network namespace.
 */
static const struct genl_ops ops[] = {
	{
		.cmd = ARPPIN_CMD_PIN_NEW,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = arppin_pin_new_policy,
		.maxattr = ARRAY_SIZE(arppin_pin_new_policy) - 1,
		.doit = pin_new,
	},
	{
		.cmd = ARPPIN_CMD_PIN_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = arppin_pin_id_policy,
		.maxattr = ARRAY_SIZE(arppin_pin_id_policy) - 1,
		.doit = pin_del,
	},
	{
		.cmd = ARPPIN_CMD_PIN_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = arppin_pin_id_policy,
		.maxattr = ARRAY_SIZE(arppin_pin_id_policy) - 1,
		.doit = pin_get,
		.dumpit = arppin_pin_dump,
	},
	{
		.cmd = ARPPIN_CMD_PIN_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = arppin_pin_dev_policy,
		.maxattr = ARRAY_SIZE(arppin_pin_dev_policy) - 1,
		.doit = pin_flush,
	},
	{
		.cmd = ARPPIN_CMD_GUARD_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = arppin_guard_set_policy,
		.maxattr = ARRAY_SIZE(arppin_guard_set_policy) - 1,
		.doit = guard_set,
	},
	{
		.cmd = ARPPIN_CMD_GUARD_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = arppin_guard_id_policy,
		.maxattr = ARRAY_SIZE(arppin_guard_id_policy) - 1,
		.doit = guard_get,
		.dumpit = arppin_guard_dump,
	},
	{
		.cmd = ARPPIN_CMD_STATS_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = arppin_no_policy,
		.maxattr = ARRAY_SIZE(arppin_no_policy) - 1,
		.doit = stats_get,
	},
	{
		.cmd = ARPPIN_CMD_INCIDENT_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = arppin_incident_id_policy,
		.maxattr = ARRAY_SIZE(arppin_incident_id_policy) - 1,
		.doit = incident_get,
		.dumpit = arppin_incident_dump,
	},
	{
		.cmd = ARPPIN_CMD_SIGHTING_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = arppin_sighting_policy,
		.maxattr = ARRAY_SIZE(arppin_sighting_policy) - 1,
		.dumpit = arppin_sighting_dump,
	},
	{
		.cmd = ARPPIN_CMD_EVENT_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = arppin_event_since_policy,
		.maxattr = ARRAY_SIZE(arppin_event_since_policy) - 1,
		.dumpit = arppin_event_dump,
	},
	{
		.cmd = ARPPIN_CMD_LOCK,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = arppin_no_policy,
		.maxattr = ARRAY_SIZE(arppin_no_policy) - 1,
		.doit = lock,
	},
};

static const struct genl_multicast_group groups[] = {
	{
		.name = ARPPIN_GENL_GROUP,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

struct genl_family arppin_genl_family __ro_after_init = {
	.name = ARPPIN_GENL_NAME,
	.version = ARPPIN_GENL_VERSION,
	.module = THIS_MODULE,
	.netnsok = true,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};
