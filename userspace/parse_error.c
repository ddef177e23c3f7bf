// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "parse_error.h"

bool fail(struct parse_error *error, unsigned int word, unsigned int offset, const char *format,
	  ...)
{
	va_list ap;

	error->word = word;
	error->offset = offset;
	va_start(ap, format);
	vsnprintf(error->text, sizeof(error->text), format, ap);
	va_end(ap);
	return false;
}

struct shown show_len(const char *word, size_t len)
{
	struct shown shown = { "" };

	parse_escape(shown.text, sizeof(shown.text) - 3, word, len < SHOWN ? len : SHOWN, true);
	if (len > SHOWN)
		strcat(shown.text, "...");
	return shown;
}

struct shown show(const char *word)
{
	return show_len(word, strlen(word));
}

void parse_escape(char *out, size_t size, const char *text, size_t len, bool spaces)
{
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = text[i];
		bool plain = c > ' ' && c < 0x7f && c != '\\' && c != '#';

		if (spaces)
			plain = c >= ' ' && c < 0x7f;
		if (used + (plain ? 1 : 4) >= size)
			break;
		if (plain)
			out[used++] = c;
		else
			used += sprintf(out + used, "\\x%02x", c);
	}
	out[used] = '\0';
}
