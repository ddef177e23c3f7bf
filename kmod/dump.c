// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dumps: lists that are longer than a message, and how they go on when what is
 * listed changes meanwhile.
 */
#include <net/sock.h>

#include "compat.h"
#include "dump.h"
#include "fill.h"
#include "genl.h"
#include "guard.h"
#include "incident.h"
#include "journal.h"
#include "main.h"
#include "pin.h"
#include "policy.h"
#include "sighting.h"

/* One object's message: filled between begin() and end(). */
static void *begin(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid,
				cb->nlh->nlmsg_seq, &arppin_genl_family,
				NLM_F_MULTI, cmd);

	if (hdr)
		genl_dump_check_consistent(cb, hdr);
	return hdr;
}

/* Return: err, which says that there was no room. */
static int end(struct sk_buff *skb, void *hdr, int err)
{
	if (err)
		genlmsg_cancel(skb, hdr);
	else
		genlmsg_end(skb, hdr);
	return err;
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

static int put_pin(struct sk_buff *skb, struct netlink_callback *cb,
		   const struct arppin_pin *pin)
{
	void *hdr = begin(skb, cb, ARPPIN_CMD_PIN_GET);

	return hdr ? end(skb, hdr, arppin_fill_pin(skb, pin)) : -EMSGSIZE;
}

static int put_guard(struct sk_buff *skb, struct netlink_callback *cb,
		     const struct arppin_dev *adev)
{
	void *hdr = begin(skb, cb, ARPPIN_CMD_GUARD_GET);

	return hdr ? end(skb, hdr, arppin_fill_guard(skb, adev)) : -EMSGSIZE;
}

static int put_incident(struct sk_buff *skb, struct netlink_callback *cb,
			const struct arppin_incident *incident)
{
	struct arppin_frames frames = arppin_incident_count(incident);
	void *hdr = begin(skb, cb, ARPPIN_CMD_INCIDENT_GET);

	if (!hdr)
		return -EMSGSIZE;
	return end(skb, hdr,
		   arppin_fill_incident_whole(skb, incident, &frames, 0));
}

static int put_sighting(struct sk_buff *skb, struct netlink_callback *cb,
			const struct arppin_sighting *sighting)
{
	void *hdr = begin(skb, cb, ARPPIN_CMD_SIGHTING_GET);

	return hdr ? end(skb, hdr, arppin_fill_sighting(skb, sighting)) :
		     -EMSGSIZE;
}

static int put_record(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		      const struct arppin_record *record)
{
	void *hdr = begin(skb, cb, cmd);

	return hdr ? end(skb, hdr, arppin_record_put(skb, record)) : -EMSGSIZE;
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

static bool is_wanted_pin(const struct arppin_pin *pin,
			  const struct nlattr *name, const struct nlattr *addr)
{
	if (name && nla_strcmp(name, pin->key.dev->name))
		return false;
	return !addr ||
	       (nla_len(addr) == (pin->key.addr.family == AF_INET ? 4 : 16) &&
		!memcmp(nla_data(addr), pin->key.addr.bytes, nla_len(addr)));
}

int arppin_pin_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct arppin_net *an = arppin_net(sock_net(skb->sk));
	struct pin_cursor *cursor = (struct pin_cursor *)cb->ctx;
	struct nlattr *attrs[ARPPIN_A_PIN_ADDR + 1];
	struct arppin_pin *pin;
	int err;

	BUILD_BUG_ON(sizeof(*cursor) > sizeof(cb->ctx));
	err = genlmsg_parse(cb->nlh, &arppin_genl_family, attrs,
			    ARPPIN_A_PIN_ADDR, arppin_pin_id_policy, cb->extack);
	if (err)
		return err;

	mutex_lock(&an->lock);
	dump_note(cb, an->generation);
	pin = cursor_pin(an, cursor);
	for (; pin; pin = next_pin(an, pin), cursor->skip++) {
		if (is_wanted_pin(pin, attrs[ARPPIN_A_PIN_DEV],
				  attrs[ARPPIN_A_PIN_ADDR]) &&
		    put_pin(skb, cb, pin))
			break;
	}
	cursor->pin = pin;
	cursor->generation = an->generation;
	if (!pin)
		cursor->skip = U32_MAX;	/* whatever is added now: the end */
	mutex_unlock(&an->lock);
	return skb->len;
}

/* A few thousand at most: going on is a matter of skipping. */
int arppin_guard_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct arppin_net *an = arppin_net(sock_net(skb->sk));
	struct nlattr *attrs[ARPPIN_A_GUARD_DEV + 1];
	const struct nlattr *name;
	struct arppin_dev *adev;
	long skip = 0;
	int err;

	err = genlmsg_parse(cb->nlh, &arppin_genl_family, attrs,
			    ARPPIN_A_GUARD_DEV, arppin_guard_id_policy, cb->extack);
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
		if (put_guard(skb, cb, adev)) {
			skip--;
			break;
		}
	}
	cb->args[0] = list_entry_is_head(adev, &an->devs, list) ? LONG_MAX :
								  skip;
	mutex_unlock(&an->lock);
	return skb->len;
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

	list_for_each_entry(record, &an->ended, list) {
		if (record->number <= cursor->ended)
			continue;
		if (put_record(skb, cb, ARPPIN_CMD_INCIDENT_GET, record))
			return -EMSGSIZE;
		cursor->ended = record->number;
	}
	return 0;
}

static int dump_live(struct sk_buff *skb, struct netlink_callback *cb,
		     struct arppin_net *an, struct incident_cursor *cursor)
{
	const struct arppin_incident *incident;

	list_for_each_entry(incident, &an->incidents, list) {
		if (incident->id <= cursor->id)
			continue;
		if (put_incident(skb, cb, incident))
			return -EMSGSIZE;
		cursor->id = incident->id;
	}
	return 0;
}

int arppin_incident_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct incident_cursor *cursor = (struct incident_cursor *)cb->ctx;
	struct arppin_net *an = arppin_net(sock_net(skb->sk));
	struct nlattr *attrs[2];
	int err;

	BUILD_BUG_ON(sizeof(*cursor) > sizeof(cb->ctx));
	err = genlmsg_parse(cb->nlh, &arppin_genl_family, attrs, 1, arppin_no_policy,
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
					      sighting->lladdr);
}

int arppin_sighting_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct sighting_cursor *cursor = (struct sighting_cursor *)cb->ctx;
	struct arppin_net *an = arppin_net(sock_net(skb->sk));
	struct nlattr *attrs[ARPPIN_A_SIGHTING_LLADDR + 1];
	const struct arppin_sighting *sighting;
	int err;

	err = genlmsg_parse(cb->nlh, &arppin_genl_family, attrs,
			    ARPPIN_A_SIGHTING_LLADDR, arppin_sighting_policy,
			    cb->extack);
	if (err)
		return err;
	spin_lock_bh(&an->sighting_lock);
	dump_note(cb, an->sightings_forgotten + 1);
	list_for_each_entry(sighting, &an->sightings, list) {
		if (sighting->number <= cursor->number)
			continue;
		if (is_wanted_sighting(sighting, attrs[ARPPIN_A_SIGHTING_DEV],
				       attrs[ARPPIN_A_SIGHTING_LLADDR]) &&
		    put_sighting(skb, cb, sighting))
			break;
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

int arppin_event_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct event_cursor *cursor = (struct event_cursor *)cb->ctx;
	struct arppin_net *an = arppin_net(sock_net(skb->sk));
	struct nlattr *attrs[ARPPIN_A_EVENT_SEQ + 1];
	const struct arppin_record *record;
	int err;

	err = genlmsg_parse(cb->nlh, &arppin_genl_family, attrs,
			    ARPPIN_A_EVENT_SEQ, arppin_event_since_policy, cb->extack);
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
		if (put_record(skb, cb, ARPPIN_CMD_EVENT_GET, record))
			break;
		cursor->seq = record->number;
	}
out:
	spin_unlock_bh(&an->event_lock);
	return err ?: skb->len;
}
