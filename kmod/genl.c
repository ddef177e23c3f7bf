// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic netlink family: requests and answers. uapi/arppin.h documents
 * it, arppin.yaml describes it to machines.
 *
 * genl's own lock serialises requests; an->lock keeps out devices' comings
 * and goings.
 */
#include <linux/etherdevice.h>
#include <linux/if.h>
#include <linux/in.h>
#include <linux/module.h>
#include <net/sock.h>

#include "compat.h"
#include "fill.h"
#include "genl.h"
#include "guard.h"
#include "incident.h"
#include "journal.h"
#include "main.h"
#include "pin.h"
#include "sighting.h"

static const struct nla_policy lladdrs_policy[ARPPIN_A_LLADDRS_MAX + 1] = {
	[ARPPIN_A_LLADDRS_LLADDR] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
};

#define POLICY_DEV	{ .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 }
#define POLICY_ADDR	NLA_POLICY_RANGE(NLA_BINARY, 4, 16)

static const struct nla_policy pin_new_policy[ARPPIN_A_PIN_MAX + 1] = {
	[ARPPIN_A_PIN_DEV] = POLICY_DEV,
	[ARPPIN_A_PIN_ADDR] = POLICY_ADDR,
	[ARPPIN_A_PIN_LLADDRS] = NLA_POLICY_NESTED(lladdrs_policy),
	[ARPPIN_A_PIN_MODE] = NLA_POLICY_RANGE(NLA_U32, ARPPIN_MODE_ENFORCE,
					       ARPPIN_MODE_AUDIT),
	[ARPPIN_A_PIN_RESIDENT] = NLA_POLICY_MAX(NLA_U8, 1),
	[ARPPIN_A_PIN_FLAGS] = NLA_POLICY_MASK(NLA_U32, ARPPIN_PIN_REPLACE),
};

/* Of PIN_DEL and PIN_GET; anything else is refused. */
static const struct nla_policy pin_id_policy[ARPPIN_A_PIN_ADDR + 1] = {
	[ARPPIN_A_PIN_DEV] = POLICY_DEV,
	[ARPPIN_A_PIN_ADDR] = POLICY_ADDR,
};

static const struct nla_policy pin_dev_policy[ARPPIN_A_PIN_DEV + 1] = {
	[ARPPIN_A_PIN_DEV] = POLICY_DEV,
};

static const struct nla_policy guard_set_policy[ARPPIN_A_GUARD_MAX + 1] = {
	[ARPPIN_A_GUARD_DEV] = POLICY_DEV,
	[ARPPIN_A_GUARD_UNPINNED] = NLA_POLICY_RANGE(NLA_U32,
						     ARPPIN_UNPINNED_ACCEPT,
						     ARPPIN_UNPINNED_DROP),
	[ARPPIN_A_GUARD_DEFEND] = NLA_POLICY_MAX(NLA_U8, 1),
	[ARPPIN_A_GUARD_ADDRESSES] =
		NLA_POLICY_MAX(NLA_U32, ARPPIN_SIGHTINGS_LLADDR_MAX),
};

static const struct nla_policy guard_id_policy[ARPPIN_A_GUARD_DEV + 1] = {
	[ARPPIN_A_GUARD_DEV] = POLICY_DEV,
};

static const struct nla_policy incident_id_policy[ARPPIN_A_INCIDENT_ID + 1] = {
	[ARPPIN_A_INCIDENT_ID] = { .type = NLA_U64 },
};

static const struct nla_policy sighting_policy[ARPPIN_A_SIGHTING_LLADDR + 1] = {
	[ARPPIN_A_SIGHTING_DEV] = POLICY_DEV,
	[ARPPIN_A_SIGHTING_LLADDR] = NLA_POLICY_EXACT_LEN(ETH_ALEN),
};

static const struct nla_policy event_since_policy[ARPPIN_A_EVENT_SEQ + 1] = {
	[ARPPIN_A_EVENT_KIND] = { .type = NLA_REJECT },
	[ARPPIN_A_EVENT_SEQ] = { .type = NLA_U64 },
};

/* An operation without a policy of its own would take any attribute on 5.10. */
static const struct nla_policy no_policy[] = {
	[1] = { .type = NLA_REJECT },
};

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

static struct arppin_pin_conf_rcu *get_conf(struct genl_info *info)
{
	const struct nlattr *list = info->attrs[ARPPIN_A_PIN_LLADDRS];
	const struct nlattr *mode = info->attrs[ARPPIN_A_PIN_MODE];
	const struct nlattr *resident = info->attrs[ARPPIN_A_PIN_RESIDENT];
	struct arppin_pin_conf_rcu *conf;
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
	conf->conf.mode = mode ? nla_get_u32(mode) : ARPPIN_MODE_ENFORCE;
	conf->conf.resident = resident ? nla_get_u8(resident) :
			      conf->conf.mode == ARPPIN_MODE_ENFORCE;
	attr = resident;
	why = "only an enforced pin can be resident";
	if (conf->conf.resident && conf->conf.mode != ARPPIN_MODE_ENFORCE)
		goto bad_conf;

	conf->conf.count = 0;
	nla_for_each_nested(attr, list, rem) {
		const u8 *lladdr = nla_data(attr);

		why = "a link-layer address must be unicast and not zero";
		if (!is_valid_ether_addr(lladdr))
			goto bad_conf;
		why = "the same link-layer address twice";
		if (arppin_pin_conf_has(&conf->conf, lladdr))
			goto bad_conf;
		memcpy(conf->conf.lladdr[conf->conf.count++], lladdr, ETH_ALEN);
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
	struct arppin_pin_conf_rcu *conf;
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
		NL_SET_BAD_ATTR(info->extack, info->attrs[err == -EEXIST ?
				ARPPIN_A_PIN_ADDR : ARPPIN_A_PIN_DEV]);
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
		arppin_pin_del(pin, info);
		arppin_dev_put(adev);
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

	do {
		mutex_lock(&an->lock);
		if (name)
			adev = arppin_dev_find(an, nla_data(name));
		if (!name || adev)
			more = arppin_pin_flush(an, adev, FLUSH_BATCH, info);
		mutex_unlock(&an->lock);
		cond_resched();
	} while (more && (!name || adev));
	return 0;
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

/*
 * Where a dump of pins goes on: after @skip objects, which is @pin unless
 * something has changed since. Then userspace is told (NLM_F_DUMP_INTR).
 */
struct pin_cursor {
	u64 generation;
	struct arppin_pin *pin;
	u32 skip;
};

/* Zero would switch the check off. */
static void dump_note(struct netlink_callback *cb, u64 generation)
{
	cb->seq = (unsigned int)generation ?: 1;
}

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		    struct arppin_net *an, u8 cmd,
		    const struct arppin_pin *pin, const struct arppin_dev *adev)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &arppin_genl_family,
				NLM_F_MULTI, cmd);

	if (!hdr)
		return -EMSGSIZE;
	genl_dump_check_consistent(cb, hdr);
	if (pin ? arppin_fill_pin(skb, pin) :
		  arppin_fill_guard(skb, adev)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static struct arppin_pin *first_pin(struct arppin_net *an,
				    struct arppin_dev *adev)
{
	list_for_each_entry_continue(adev, &an->devs, list)
		if (!list_empty(&adev->pins))
			return list_first_entry(&adev->pins, struct arppin_pin,
						list);
	return NULL;
}

static struct arppin_pin *next_pin(struct arppin_net *an,
				   struct arppin_pin *pin)
{
	if (list_is_last(&pin->list, &pin->key.dev->pins))
		return first_pin(an, pin->key.dev);
	return list_next_entry(pin, list);
}

static struct arppin_pin *cursor_pin(struct arppin_net *an,
				     const struct pin_cursor *cursor)
{
	struct arppin_pin *pin;
	u32 i;

	if (cursor->pin && cursor->generation == an->generation)
		return cursor->pin;
	pin = first_pin(an, list_entry(&an->devs, struct arppin_dev, list));
	for (i = 0; pin && i < cursor->skip; i++)
		pin = next_pin(an, pin);
	return pin;
}

static bool is_wanted(const struct arppin_pin *pin,
		      const struct nlattr *name, const struct nlattr *addr)
{
	if (name && nla_strcmp(name, pin->key.dev->name))
		return false;
	return !addr ||
	       (nla_len(addr) == (pin->key.addr.family == AF_INET ? 4 : 16) &&
		!memcmp(nla_data(addr), pin->key.addr.bytes, nla_len(addr)));
}

static int pin_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct arppin_net *an = arppin_net(sock_net(skb->sk));
	struct pin_cursor *cursor = (struct pin_cursor *)cb->ctx;
	struct nlattr *attrs[ARPPIN_A_PIN_ADDR + 1];
	struct arppin_pin *pin;
	int err;

	BUILD_BUG_ON(sizeof(*cursor) > sizeof(cb->ctx));
	err = genlmsg_parse(cb->nlh, &arppin_genl_family, attrs,
			    ARPPIN_A_PIN_ADDR, pin_id_policy, cb->extack);
	if (err)
		return err;

	mutex_lock(&an->lock);
	dump_note(cb, an->generation);
	pin = cursor_pin(an, cursor);
	for (; pin; pin = next_pin(an, pin), cursor->skip++) {
		if (is_wanted(pin, attrs[ARPPIN_A_PIN_DEV],
			      attrs[ARPPIN_A_PIN_ADDR]) &&
		    dump_one(skb, cb, an, ARPPIN_CMD_PIN_GET, pin, NULL))
			break;
	}
	cursor->pin = pin;
	cursor->generation = an->generation;
	if (!pin)
		cursor->skip = U32_MAX;	/* whatever is added now: the end */
	mutex_unlock(&an->lock);
	return skb->len;
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

/* A few thousand at most: going on is a matter of skipping. */
static int guard_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct arppin_net *an = arppin_net(sock_net(skb->sk));
	struct nlattr *attrs[ARPPIN_A_GUARD_DEV + 1];
	const struct nlattr *name;
	struct arppin_dev *adev;
	long skip = 0;
	int err;

	err = genlmsg_parse(cb->nlh, &arppin_genl_family, attrs,
			    ARPPIN_A_GUARD_DEV, guard_id_policy, cb->extack);
	if (err)
		return err;
	name = attrs[ARPPIN_A_GUARD_DEV];

	mutex_lock(&an->lock);
	dump_note(cb, an->generation);
	list_for_each_entry(adev, &an->devs, list) {
		if (skip++ < cb->args[0] ||
		    arppin_guard_is_default(&adev->guard) ||
		    (name && nla_strcmp(name, adev->name)))
			continue;
		if (dump_one(skb, cb, an, ARPPIN_CMD_GUARD_GET, NULL, adev)) {
			skip--;
			break;
		}
	}
	cb->args[0] = list_entry_is_head(adev, &an->devs, list) ? LONG_MAX :
								  skip;
	mutex_unlock(&an->lock);
	return skb->len;
}

/* The incident with this number, live or ended. */
static int fill_incident_by_id(struct sk_buff *skb, struct arppin_net *an,
			       u64 id)
{
	const struct arppin_incident *incident;
	const struct arppin_record *record;
	int err = -ENOENT;

	lockdep_assert_held(&an->lock);
	spin_lock_bh(&an->incident_lock);
	list_for_each_entry(incident, &an->incidents, list) {
		if (incident->id == id) {
			err = arppin_fill_incident_whole(skb, incident, 0);
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

static void *dump_hdr(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	return genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &arppin_genl_family, NLM_F_MULTI, cmd);
}

/* Where a dump goes on: after so many ended incidents, and after a live one. */
struct incident_cursor {
	u64 ended;
	u64 id;
};

static int dump_ended(struct sk_buff *skb, struct netlink_callback *cb,
		      struct arppin_net *an, struct incident_cursor *cursor)
{
	const struct arppin_record *record;
	void *hdr;

	list_for_each_entry(record, &an->ended, list) {
		if (record->number <= cursor->ended)
			continue;
		hdr = dump_hdr(skb, cb, ARPPIN_CMD_INCIDENT_GET);
		if (!hdr)
			return -EMSGSIZE;
		genl_dump_check_consistent(cb, hdr);
		if (arppin_record_put(skb, record)) {
			genlmsg_cancel(skb, hdr);
			return -EMSGSIZE;
		}
		genlmsg_end(skb, hdr);
		cursor->ended = record->number;
	}
	return 0;
}

static int dump_live(struct sk_buff *skb, struct netlink_callback *cb,
		     struct arppin_net *an, struct incident_cursor *cursor)
{
	const struct arppin_incident *incident;
	void *hdr;

	list_for_each_entry(incident, &an->incidents, list) {
		if (incident->id <= cursor->id)
			continue;
		hdr = dump_hdr(skb, cb, ARPPIN_CMD_INCIDENT_GET);
		if (!hdr)
			return -EMSGSIZE;
		genl_dump_check_consistent(cb, hdr);
		if (arppin_fill_incident_whole(skb, incident, 0)) {
			genlmsg_cancel(skb, hdr);
			return -EMSGSIZE;
		}
		genlmsg_end(skb, hdr);
		cursor->id = incident->id;
	}
	return 0;
}

static int incident_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct incident_cursor *cursor = (struct incident_cursor *)cb->ctx;
	struct arppin_net *an = arppin_net(sock_net(skb->sk));
	struct nlattr *attrs[2];
	int err;

	BUILD_BUG_ON(sizeof(*cursor) > sizeof(cb->ctx));
	err = genlmsg_parse(cb->nlh, &arppin_genl_family, attrs, 1, no_policy,
			    cb->extack);
	if (err)
		return err;
	mutex_lock(&an->lock);
	spin_lock_bh(&an->incident_lock);
	/* One that ends between two messages would be in neither part. */
	dump_note(cb, an->ended_total + 1);
	if (!dump_ended(skb, cb, an, cursor))
		dump_live(skb, cb, an, cursor);
	spin_unlock_bh(&an->incident_lock);
	mutex_unlock(&an->lock);
	return skb->len;
}

/* After the sighting with this number. */
struct sighting_cursor {
	u64 number;
};

static bool is_wanted_sighting(const struct arppin_sighting *sighting,
			       const struct nlattr *name,
			       const struct nlattr *lladdr)
{
	if (name && nla_strcmp(name, sighting->key.dev->name))
		return false;
	return !lladdr || arppin_lladdr_equal(nla_data(lladdr),
					      sighting->key.lladdr);
}

static int sighting_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sighting_cursor *cursor = (struct sighting_cursor *)cb->ctx;
	struct arppin_net *an = arppin_net(sock_net(skb->sk));
	struct nlattr *attrs[ARPPIN_A_SIGHTING_LLADDR + 1];
	const struct arppin_sighting *sighting;
	void *hdr;
	int err;

	err = genlmsg_parse(cb->nlh, &arppin_genl_family, attrs,
			    ARPPIN_A_SIGHTING_LLADDR, sighting_policy,
			    cb->extack);
	if (err)
		return err;
	spin_lock_bh(&an->sighting_lock);
	dump_note(cb, an->sightings_forgotten + 1);
	list_for_each_entry(sighting, &an->sightings, list) {
		if (sighting->number <= cursor->number)
			continue;
		if (is_wanted_sighting(sighting, attrs[ARPPIN_A_SIGHTING_DEV],
				       attrs[ARPPIN_A_SIGHTING_LLADDR])) {
			hdr = dump_hdr(skb, cb, ARPPIN_CMD_SIGHTING_GET);
			if (!hdr)
				break;
			genl_dump_check_consistent(cb, hdr);
			if (arppin_fill_sighting(skb, sighting)) {
				genlmsg_cancel(skb, hdr);
				break;
			}
			genlmsg_end(skb, hdr);
		}
		cursor->number = sighting->number;
	}
	spin_unlock_bh(&an->sighting_lock);
	return skb->len;
}

/* After the event with this number. */
struct event_cursor {
	u64 seq;
	bool begun;
};

static int event_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct event_cursor *cursor = (struct event_cursor *)cb->ctx;
	struct arppin_net *an = arppin_net(sock_net(skb->sk));
	struct nlattr *attrs[ARPPIN_A_EVENT_SEQ + 1];
	const struct arppin_record *record;
	void *hdr;
	int err;

	err = genlmsg_parse(cb->nlh, &arppin_genl_family, attrs,
			    ARPPIN_A_EVENT_SEQ, event_since_policy, cb->extack);
	if (err)
		return err;
	if (!cursor->begun && attrs[ARPPIN_A_EVENT_SEQ])
		cursor->seq = nla_get_u64(attrs[ARPPIN_A_EVENT_SEQ]);
	spin_lock_bh(&an->event_lock);
	if (!cursor->begun && cursor->seq > an->event_seq) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attrs[ARPPIN_A_EVENT_SEQ],
				    "no event has this number yet: the module was loaded again since");
		err = -ERANGE;
		goto out;
	}
	cursor->begun = true;
	while ((record = arppin_journal_next(an, cursor->seq))) {
		hdr = dump_hdr(skb, cb, ARPPIN_CMD_EVENT_GET);
		if (!hdr)
			break;
		if (arppin_record_put(skb, record)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
		cursor->seq = record->number;
	}
out:
	spin_unlock_bh(&an->event_lock);
	return err ?: skb->len;
}

static int put_stat(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, ARPPIN_A_STATS_PAD);
}

/* The sum over all CPUs of one of the counters that are no claims'. */
static u64 sum_of(struct arppin_net *an, size_t offset)
{
	u64 sum = 0, one;
	unsigned int start;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct arppin_net_counters *theirs = per_cpu_ptr(an->counters,
								 cpu);

		do {
			start = u64_stats_fetch_begin(&theirs->claims.syncp);
			one = u64_stats_read((void *)theirs + offset);
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
		     sum_of(an, offsetof(struct arppin_net_counters,
					 ignored))) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_INCIDENTS, an->incidents_live) ||
	    nla_put_u32(skb, ARPPIN_A_STATS_INCIDENTS_MAX,
			ARPPIN_INCIDENTS_MAX) ||
	    put_stat(skb, ARPPIN_A_STATS_INCIDENTS_TOTAL,
		     an->incidents_total) ||
	    put_stat(skb, ARPPIN_A_STATS_INCIDENTS_MERGED,
		     atomic64_read(&an->incidents_merged)) ||
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
		     sum_of(an, offsetof(struct arppin_net_counters,
					 unsighted))))
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

/*
 * GENL_UNS_ADMIN_PERM: CAP_NET_ADMIN in the user namespace of the socket's
 * network namespace.
 */
static const struct genl_ops ops[] = {
	{
		.cmd = ARPPIN_CMD_PIN_NEW,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pin_new_policy,
		.maxattr = ARRAY_SIZE(pin_new_policy) - 1,
		.doit = pin_new,
	},
	{
		.cmd = ARPPIN_CMD_PIN_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pin_id_policy,
		.maxattr = ARRAY_SIZE(pin_id_policy) - 1,
		.doit = pin_del,
	},
	{
		.cmd = ARPPIN_CMD_PIN_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pin_id_policy,
		.maxattr = ARRAY_SIZE(pin_id_policy) - 1,
		.doit = pin_get,
		.dumpit = pin_dump,
	},
	{
		.cmd = ARPPIN_CMD_PIN_FLUSH,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = pin_dev_policy,
		.maxattr = ARRAY_SIZE(pin_dev_policy) - 1,
		.doit = pin_flush,
	},
	{
		.cmd = ARPPIN_CMD_GUARD_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = guard_set_policy,
		.maxattr = ARRAY_SIZE(guard_set_policy) - 1,
		.doit = guard_set,
	},
	{
		.cmd = ARPPIN_CMD_GUARD_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = guard_id_policy,
		.maxattr = ARRAY_SIZE(guard_id_policy) - 1,
		.doit = guard_get,
		.dumpit = guard_dump,
	},
	{
		.cmd = ARPPIN_CMD_STATS_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = no_policy,
		.maxattr = ARRAY_SIZE(no_policy) - 1,
		.doit = stats_get,
	},
	{
		.cmd = ARPPIN_CMD_INCIDENT_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = incident_id_policy,
		.maxattr = ARRAY_SIZE(incident_id_policy) - 1,
		.doit = incident_get,
		.dumpit = incident_dump,
	},
	{
		.cmd = ARPPIN_CMD_SIGHTING_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = sighting_policy,
		.maxattr = ARRAY_SIZE(sighting_policy) - 1,
		.dumpit = sighting_dump,
	},
	{
		.cmd = ARPPIN_CMD_EVENT_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.policy = event_since_policy,
		.maxattr = ARRAY_SIZE(event_since_policy) - 1,
		.dumpit = event_dump,
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
