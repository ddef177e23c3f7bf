// SPDX-License-Identifier: GPL-2.0-only
/*
 * The journal: the latest events as they were told, in a ring by their numbers,
 * for listeners that missed some.
 */
#include <linux/mm.h>
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "journal.h"

/**
 * arppin_record - keep what was told
 * @number: its number
 * @attrs: netlink attributes
 * @len: their bytes
 *
 * Context: any.
 * Return: NULL without memory. For kfree().
 */
struct arppin_record *arppin_record(u64 number, const void *attrs, u32 len)
{
	struct arppin_record *record;

	record = kmalloc(sizeof(*record) + len, GFP_ATOMIC | __GFP_NOWARN);
	if (!record)
		return NULL;
	record->number = number;
	record->len = len;
	memcpy(record->attrs, attrs, len);
	return record;
}

/* Tell it again. Return: -EMSGSIZE if there is no room. */
int arppin_record_put(struct sk_buff *skb, const struct arppin_record *record)
{
	if (skb_tailroom(skb) < record->len)
		return -EMSGSIZE;
	skb_put_data(skb, record->attrs, record->len);
	return 0;
}

/**
 * arppin_journal_alloc - make the ring, unless it is there
 * @an: the network namespace
 *
 * Context: an->lock; sleeps.
 * Return: -ENOMEM.
 */
int arppin_journal_alloc(struct arppin_net *an)
{
	/* The answer says so, to whom it concerns: it may be a container's limit. */
	if (!an->journal)
		an->journal = kvcalloc(ARPPIN_EVENTS_MAX, sizeof(*an->journal),
				       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	return an->journal ? 0 : -ENOMEM;
}

/* Context: nothing is told any more; sleeps. */
void arppin_journal_free(struct arppin_net *an)
{
	int i;

	for (i = 0; an->journal && i < ARPPIN_EVENTS_MAX; i++)
		kfree(an->journal[i]);
	kvfree(an->journal);
}

static struct arppin_record **slot(struct arppin_net *an, u64 number)
{
	BUILD_BUG_ON_NOT_POWER_OF_2(ARPPIN_EVENTS_MAX);
	return &an->journal[number & (ARPPIN_EVENTS_MAX - 1)];
}

/**
 * arppin_journal_keep - keep an event, in the place of the oldest one
 * @an: its network namespace
 * @number: its number
 * @attrs: its netlink attributes, NULL if there was no memory for them
 * @len: their bytes
 *
 * An event for which there is no memory is lost, and counted.
 *
 * Context: an->event_lock.
 */
void arppin_journal_keep(struct arppin_net *an, u64 number, const void *attrs,
			 u32 len)
{
	struct arppin_record **place = slot(an, number);

	lockdep_assert_held(&an->event_lock);
	kfree(*place);
	*place = attrs ? arppin_record(number, attrs, len) : NULL;
	if (!*place)
		an->events_lost++;
}

/**
 * arppin_journal_next - the first event above a number
 * @an: the network namespace
 * @number: the number
 *
 * Context: an->event_lock.
 * Return: NULL if there is none.
 */
const struct arppin_record *arppin_journal_next(struct arppin_net *an,
						u64 number)
{
	u64 latest = an->event_seq;

	lockdep_assert_held(&an->event_lock);
	if (!an->journal)
		return NULL;
	if (latest > ARPPIN_EVENTS_MAX)
		number = max_t(u64, number, latest - ARPPIN_EVENTS_MAX);
	while (++number <= latest)
		if (*slot(an, number))
			return *slot(an, number);
	return NULL;
}
