// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "finding.h"

char *advice_word(const char *word)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:,+@%-";
	char *quoted, *at;

	if (*word && !word[strspn(word, plain)])
		return must(strdup(word));
	quoted = must(malloc(4 * strlen(word) + 3));
	at = quoted;
	*at++ = '\'';
	for (; *word; word++) {
		if (*word == '\'')
			at = stpcpy(at, "'\\''");
		else
			*at++ = *word;
	}
	*at++ = '\'';
	*at = '\0';
	return quoted;
}

char *advice_tool(const struct facts *facts, const char *format, ...)
{
	char *rest, *command, *netns;
	va_list ap;

	va_start(ap, format);
	rest = must(vasprintf(&rest, format, ap) < 0 ? NULL : rest);
	va_end(ap);
	netns = facts->netns ? advice_word(facts->netns) : NULL;
	command = text_new("arppinctl%s%s %s", netns ? " -n " : "", netns ? netns : "", rest);
	free(netns);
	free(rest);
	return command;
}

/* ip takes no path for a namespace. */
char *advice_ip(const struct facts *facts, const char *format, ...)
{
	char *rest, *command, *netns;
	va_list ap;

	va_start(ap, format);
	rest = must(vasprintf(&rest, format, ap) < 0 ? NULL : rest);
	va_end(ap);
	netns = facts->netns ? advice_word(facts->netns) : NULL;
	if (!netns)
		command = text_new("ip %s", rest);
	else if (*facts->netns == '/')
		command = text_new("nsenter --net=%s ip %s", netns, rest);
	else
		command = text_new("ip -n %s %s", netns, rest);
	free(netns);
	free(rest);
	return command;
}

bool advice_has_unit(const struct facts *facts)
{
	return facts->systemd && !facts->off_now &&
	       !strcmp(facts->units[UNIT_RESTORE].load, "loaded");
}

char *advice_restore(const struct facts *facts)
{
	return advice_has_unit(facts) ? text_new(ADVICE_RESTORE_BY_UNIT) :
					text_new(ADVICE_RESTORE_BY_HAND);
}

char *advice_load(const struct facts *facts)
{
	if (facts->elsewhere)
		return text_new("modprobe arppin");
	if (facts->config.state == FILE_MISSING && facts->good.state == FILE_MISSING)
		return text_new("modprobe arppin");
	if (advice_has_unit(facts))
		return text_new("systemctl restart arppin.service");
	return text_new("modprobe arppin && " ADVICE_RESTORE_BY_HAND);
}
