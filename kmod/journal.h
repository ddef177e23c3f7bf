/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _ARPPIN_JOURNAL_H
#define _ARPPIN_JOURNAL_H

#include "net.h"

/**
 * struct arppin_record - what was told, to be told again
 * @number: of the event, or of the end of the incident
 * @list: ended incidents
 * @id: the incident's
 * @len: bytes of @attrs
 * @attrs: netlink attributes
 */
struct arppin_record {
	u64 number;
	struct list_head list;
	u64 id;
	u32 len;
	u8 attrs[] __aligned(4);
};

struct arppin_record *arppin_record(u64 number, const void *attrs, u32 len);
int arppin_record_put(struct sk_buff *skb, const struct arppin_record *record);

int arppin_journal_alloc(struct arppin_net *an);
void arppin_journal_free(struct arppin_net *an);
void arppin_journal_keep(struct arppin_net *an, u64 number, const void *attrs,
			 u32 len);
const struct arppin_record *arppin_journal_next(struct arppin_net *an,
						u64 number);

#endif /* _ARPPIN_JOURNAL_H */
