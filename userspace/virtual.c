// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>

#include "virtual.h"

/* The bits of `mask` say whose it is; those of `group` are the group's number. */
static const struct prefix {
	__u64 value;
	__u64 mask;
	__u64 group;
	const char *protocol;
	const char *name;
} prefixes[] = {
	/* OpenBSD's CARP took VRRP's (RFC 5798, section 7.3). */
	{ 0x00005e000100, 0xffffffffff00, 0xff, "vrrp", "VRRP or CARP" },
	{ 0x00000c07ac00, 0xffffffffff00, 0xff, "hsrp", "HSRP" },
	{ 0x00000c9ff000, 0xfffffffff000, 0xfff, "hsrp", "HSRP" },
	/* Behind the group is the number of the forwarder. */
	{ 0x0007b4000000, 0xfffffffc0000, 0x3ff00, "glbp", "GLBP" },
};

struct virtual virtual_of(const __u8 lladdr[MAC_LEN])
{
	__u64 value = 0;

	for (int i = 0; i < MAC_LEN; i++)
		value = value << 8 | lladdr[i];
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		const struct prefix *prefix = &prefixes[i];

		if ((value & prefix->mask) == prefix->value)
			return (struct virtual){
				.protocol = prefix->protocol,
				.name = prefix->name,
				.group = (value & prefix->group) / (prefix->group & -prefix->group),
			};
	}
	return (struct virtual){ .protocol = NULL };
}
