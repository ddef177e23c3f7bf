// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "arppin.h"
#include "names.h"

#define NAMES(array) { .words = (array), .n = sizeof(array) / sizeof((array)[0]) }

static const char *const modes[] = {
	[ARPPIN_MODE_ENFORCE] = "enforce",
	[ARPPIN_MODE_AUDIT] = "audit",
};

const struct names names_mode = NAMES(modes);

static const char *const policies[] = {
	[ARPPIN_UNPINNED_ACCEPT] = "accept",
	[ARPPIN_UNPINNED_AUDIT] = "audit",
	[ARPPIN_UNPINNED_DROP] = "drop",
};

const struct names names_unpinned = NAMES(policies);

static const char *const variants[] = {
	[ARPPIN_VARIANT_REPLY] = "reply",
	[ARPPIN_VARIANT_REQUEST_TO_US] = "request-to-us",
	[ARPPIN_VARIANT_REQUEST_TO_OTHER] = "request-to-other",
	[ARPPIN_VARIANT_GRATUITOUS_REQUEST] = "gratuitous-request",
	[ARPPIN_VARIANT_GRATUITOUS_REPLY] = "gratuitous-reply",
	[ARPPIN_VARIANT_PROBE] = "probe",
};

const struct names names_variant = NAMES(variants);

static const char *const incidents[] = {
	[ARPPIN_INCIDENT_CONFLICT] = "conflict",
	[ARPPIN_INCIDENT_PROBE] = "probe",
	[ARPPIN_INCIDENT_FOREIGN_SOURCE] = "foreign-source",
	[ARPPIN_INCIDENT_UNPINNED] = "unpinned",
	[ARPPIN_INCIDENT_MANY_OFFENDERS] = "many-offenders",
	[ARPPIN_INCIDENT_OWN_ADDRESS] = "own-address",
	[ARPPIN_INCIDENT_MANY_ADDRESSES] = "many-addresses",
};

const struct names names_incident = NAMES(incidents);

static const char *const events[] = {
	[ARPPIN_EVENT_INCIDENT_START] = "incident-start",
	[ARPPIN_EVENT_INCIDENT_UPDATE] = "incident-update",
	[ARPPIN_EVENT_INCIDENT_END] = "incident-end",
	[ARPPIN_EVENT_PIN_NEW] = "pin-new",
	[ARPPIN_EVENT_PIN_CHANGE] = "pin-change",
	[ARPPIN_EVENT_PIN_DEL] = "pin-del",
	[ARPPIN_EVENT_PIN_BOUND] = "pin-bound",
	[ARPPIN_EVENT_PIN_UNBOUND] = "pin-unbound",
	[ARPPIN_EVENT_CACHE_HEALED] = "cache-healed",
	[ARPPIN_EVENT_CACHE_OVERRIDDEN] = "cache-overridden",
	[ARPPIN_EVENT_GUARD_CHANGE] = "guard-change",
	[ARPPIN_EVENT_LOCKED] = "locked",
};

const struct names names_event = NAMES(events);

const char *names_word(const struct names *names, __u32 value)
{
	return value < names->n ? names->words[value] : NULL;
}

__u32 names_value(const struct names *names, const char *word)
{
	for (unsigned int i = 1; i < names->n; i++)
		if (!strcmp(names->words[i], word))
			return i;
	return 0;
}
