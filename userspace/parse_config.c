// SPDX-License-Identifier: GPL-2.0-only
/* The lines of a configuration file -> pins and guards. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "parse_error.h"

static int compare_config_pins(const void *p, const void *q)
{
	const struct config_pin *a = p, *b = q;
	int order = compare_pins(&a->pin, &b->pin);

	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static int compare_config_guards(const void *p, const void *q)
{
	const struct config_guard *a = p, *b = q;
	int order = compare_guards(&a->guard, &b->guard);

	return order ? order : (a->line > b->line) - (a->line < b->line);
}

/* Room for one more of `n` items; the array doubles, so n is a hint enough. */
static void *grown(void *array, size_t n, size_t size)
{
	if (n && (n & (n - 1)))
		return array;
	return realloc(array, (n ? 2 * n : 1) * size);
}

static bool add_pin(struct config *config, const struct pin *pin, unsigned int line,
		    struct parse_error *error)
{
	struct config_pin *pins;

	if (config->n_pins == ARPPIN_PINS_MAX)
		return fail(error, 0, 0, "more than %d pins", ARPPIN_PINS_MAX);
	pins = grown(config->pins, config->n_pins, sizeof(*pins));
	if (!pins)
		return fail(error, 0, 0, "out of memory");
	config->pins = pins;
	pins[config->n_pins++] = (struct config_pin){ .pin = *pin, .line = line };
	return true;
}

static bool add_guard(struct config *config, const struct guard *guard, unsigned int line,
		      struct parse_error *error)
{
	struct config_guard *guards;

	if (config->n_guards == ARPPIN_DEVS_MAX)
		return fail(error, 0, 0, "more than %d guards", ARPPIN_DEVS_MAX);
	guards = grown(config->guards, config->n_guards, sizeof(*guards));
	if (!guards)
		return fail(error, 0, 0, "out of memory");
	config->guards = guards;
	guards[config->n_guards++] = (struct config_guard){ .guard = *guard, .line = line };
	return true;
}

static bool parse_words(int n, char *const words[], struct config *config, unsigned int line,
			struct parse_error *error)
{
	bool is_pin = !strcmp(words[0], "pin");
	struct guard guard;
	struct pin pin;

	if (!is_pin && strcmp(words[0], "guard"))
		return fail(error, 0, 0, "\"%s\" is neither \"pin add\" nor \"guard set\"",
			    show(words[0]).text);
	if (n < 2)
		return fail(error, 1, 0, "\"%s\" is missing after \"%s\"",
			    is_pin ? "add" : "set", words[0]);
	if (strcmp(words[1], is_pin ? "add" : "set"))
		return fail(error, 1, 0, "\"%s %s\" is neither \"pin add\" nor \"guard set\"",
			    words[0], show(words[1]).text);
	if (is_pin ? parse_pin(n - 2, words + 2, &pin, error) :
		     parse_guard(n - 2, words + 2, &guard, error))
		return is_pin ? add_pin(config, &pin, line, error) :
				add_guard(config, &guard, line, error);
	error->word += 2;
	return false;
}

static bool fail_at(struct parse_error *error, unsigned int column, const char *text)
{
	error->column = column;
	return fail(error, 0, 0, "%s", text);
}

/* Everything of a line but its end; makes words of it in place. */
static bool parse_line(char *line, size_t len, struct config *config, unsigned int number,
		       struct parse_error *error)
{
	/* A valid line has 11 words at most: one cut after 16 is wrong all the same. */
	char *words[16];
	unsigned int n = 0;
	char *word, *rest;

	for (size_t i = 0; i < len; i++) {
		if (!line[i])
			return fail_at(error, i + 1, "a NUL byte");
		if (((unsigned char)line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f)
			return fail_at(error, i + 1, "a control character");
	}
	for (rest = line; n < ARRAY_SIZE(words); n++) {
		rest += strspn(rest, " \t");
		if (!*rest || *rest == '#')
			break;
		word = rest;
		rest += strcspn(rest, " \t");
		if (*rest)
			*rest++ = '\0';
		words[n] = word;
	}
	if (!n || parse_words(n, words, config, number, error))
		return true;
	if (error->word < n)
		error->column = words[error->word] - line + error->offset + 1;
	else
		error->column = words[n - 1] + strlen(words[n - 1]) - line + 1;
	return false;
}

/*
 * Sorts, and finds the first line that repeats an earlier one. It may well be
 * before the line of an error found so far: only lines up to there were read.
 */
static bool sort_config(struct config *config, struct parse_error *error)
{
	unsigned int line = 0, earlier = 0;
	const struct guard *guard = NULL;
	const struct pin *pin = NULL;
	char addr[INET6_ADDRSTRLEN];
	char dev[IFNAMSIZ * 4];

	if (config->n_pins)
		qsort(config->pins, config->n_pins, sizeof(*config->pins), compare_config_pins);
	if (config->n_guards)
		qsort(config->guards, config->n_guards, sizeof(*config->guards),
		      compare_config_guards);

	for (size_t i = 1; i < config->n_pins; i++) {
		const struct config_pin *a = &config->pins[i - 1], *b = &config->pins[i];

		if (!compare_pins(&a->pin, &b->pin) && (!line || b->line < line)) {
			line = b->line;
			earlier = a->line;
			pin = &b->pin;
		}
	}
	for (size_t i = 1; i < config->n_guards; i++) {
		const struct config_guard *a = &config->guards[i - 1], *b = &config->guards[i];

		if (!compare_guards(&a->guard, &b->guard) && (!line || b->line < line)) {
			line = b->line;
			earlier = a->line;
			guard = &b->guard;
		}
	}
	if (!line)
		return true;

	error->line = line;
	error->column = 1;
	if (guard) {
		parse_escape(dev, sizeof(dev), guard->dev, strlen(guard->dev), false);
		return fail(error, 0, 0, "\"dev %s\" has a guard already, on line %u", dev,
			    earlier);
	}
	parse_escape(dev, sizeof(dev), pin->dev, strlen(pin->dev), false);
	inet_ntop(pin->addr.family, pin->addr.bytes, addr, sizeof(addr));
	return fail(error, 0, 0, "\"%s dev %s\" is pinned already, on line %u", addr, dev, earlier);
}

bool parse_config(const char *text, size_t len, struct config *config, struct parse_error *error)
{
	unsigned int number = 0;
	bool good = true;

	memset(config, 0, sizeof(*config));
	memset(error, 0, sizeof(*error));
	for (const char *end = text + len; good && text < end; ) {
		const char *newline = memchr(text, '\n', end - text);
		size_t line_len = (newline ? newline : end) - text;
		char *line = malloc(line_len + 1);

		number++;
		if (line) {
			memcpy(line, text, line_len);
			text += line_len + 1;
			if (line_len && line[line_len - 1] == '\r')
				line_len--;
			line[line_len] = '\0';
			good = parse_line(line, line_len, config, number, error);
		} else {
			good = fail_at(error, 1, "out of memory");
		}
		free(line);
		if (!good)
			error->line = number;
		if (!newline)
			break;
	}
	if (sort_config(config, error) && good)
		return true;
	config_free(config);
	return false;
}

void config_free(struct config *config)
{
	free(config->pins);
	free(config->guards);
	memset(config, 0, sizeof(*config));
}
