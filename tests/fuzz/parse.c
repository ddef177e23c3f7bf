// SPDX-License-Identifier: GPL-2.0-only
/*
 * What people write: configuration files, command lines, the monitor's cursor.
 *
 * Input: what it is, 1 byte: a file, a cursor, or the words after a command; then
 * its text, with a NUL between two words.
 *
 * Properties:
 * - what is wrong has a sentence, one printable line, and of a file the line and the
 *   column: the lines before it are right, those up to it wrong in the same way;
 * - what is right is within all bounds: addresses and MACs that a neighbour can have,
 *   devices that can exist, each pin and each guard once, and in order;
 * - printed as `save` does, it is printable, and read again the same.
 */
#include <ctype.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "out.h"
#include "parse.h"
#include "print.h"

#define WORDS_MAX 24

static void check_dev(const char *dev)
{
	size_t len = strnlen(dev, IFNAMSIZ);

	/* dev_valid_name() */
	property(len && len < IFNAMSIZ && strcmp(dev, ".") && strcmp(dev, ".."));
	for (size_t i = 0; i < len; i++)
		property(!strchr(" \t\n\v\f\r/:", dev[i]));
}

static void check_address(const struct address *addr)
{
	const __u8 *b = addr->bytes;
	static const __u8 zero[16], one[16] = { [15] = 1 };

	if (addr->family == AF_INET) {
		property(memcmp(b, zero, 4) && b[0] != 127 && (b[0] < 224 || b[0] >= 240));
		property(memcmp(b, "\xff\xff\xff\xff", 4));
		property(!memcmp(b + 4, zero, 12));
	} else {
		property(addr->family == AF_INET6);
		property(b[0] != 0xff && memcmp(b, zero, 16) && memcmp(b, one, 16));
	}
}

static void check_mac(const __u8 mac[MAC_LEN])
{
	property(!(mac[0] & 1) && memcmp(mac, "\0\0\0\0\0\0", MAC_LEN));
}

static void check_pin(const struct pin *pin)
{
	check_dev(pin->dev);
	check_address(&pin->addr);
	property(pin->mode == ARPPIN_MODE_ENFORCE || pin->mode == ARPPIN_MODE_AUDIT);
	property(!pin->resident || pin->mode == ARPPIN_MODE_ENFORCE);
	property(pin->n_lladdrs >= 1 && pin->n_lladdrs <= ARPPIN_LLADDRS_MAX);
	for (unsigned int i = 0; i < pin->n_lladdrs; i++) {
		check_mac(pin->lladdrs[i]);
		for (unsigned int k = 0; k < i; k++)
			property(memcmp(pin->lladdrs[i], pin->lladdrs[k], MAC_LEN));
	}
}

static void check_guard(const struct guard *guard)
{
	check_dev(guard->dev);
	property(guard->given && !(guard->given & ~GUARD_ALL));
	property(guard->unpinned >= ARPPIN_UNPINNED_ACCEPT &&
		 guard->unpinned <= ARPPIN_UNPINNED_DROP);
	property(guard->addresses <= ARPPIN_SIGHTINGS_LLADDR_MAX);
}

/* As save() does it; to be freed. */
static char *saved(const struct config *config, size_t *len)
{
	struct out out = {0};
	char *text = NULL;

	out.file = open_memstream(&text, len);
	for (size_t i = 0; i < config->n_pins; i++) {
		out_text(&out, "pin add ");
		print_pin_words(&out, &config->pins[i].pin);
		out_text(&out, "\n");
	}
	for (size_t i = 0; i < config->n_guards; i++) {
		out_text(&out, "guard set ");
		print_guard_words(&out, &config->guards[i].guard);
		out_text(&out, "\n");
	}
	fclose(out.file);
	return text;
}

static void check_saved(const struct config *config)
{
	struct parse_error error;
	struct config again;
	char *text, *twice;
	size_t len, len2;

	text = saved(config, &len);
	property(is_printable(text, len, true));
	property(parse_config(text, len, &again, &error));
	property(again.n_pins == config->n_pins && again.n_guards == config->n_guards);
	for (size_t i = 0; i < again.n_pins; i++) {
		property(!compare_pins(&again.pins[i].pin, &config->pins[i].pin));
		property(same_pin(&again.pins[i].pin, &config->pins[i].pin));
	}
	for (size_t i = 0; i < again.n_guards; i++) {
		property(!compare_guards(&again.guards[i].guard, &config->guards[i].guard));
		property(same_guard(&again.guards[i].guard, &config->guards[i].guard));
	}
	twice = saved(&again, &len2);
	property(len == len2 && !memcmp(text, twice, len));
	config_free(&again);
	free(text);
	free(twice);
}

static unsigned int count_lines(const char *text, size_t len)
{
	unsigned int lines = 0;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	return lines + (len && text[len - 1] != '\n');
}

static void check_config(const struct config *config, unsigned int lines)
{
	for (size_t i = 0; i < config->n_pins; i++) {
		check_pin(&config->pins[i].pin);
		property(config->pins[i].line >= 1 && config->pins[i].line <= lines);
		property(!i || compare_pins(&config->pins[i - 1].pin, &config->pins[i].pin) < 0);
	}
	for (size_t i = 0; i < config->n_guards; i++) {
		check_guard(&config->guards[i].guard);
		property(config->guards[i].line >= 1 && config->guards[i].line <= lines);
		property(!i || compare_guards(&config->guards[i - 1].guard,
					      &config->guards[i].guard) < 0);
	}
	property(config->n_pins + config->n_guards <= lines);
}

/* The text before line `n`, from 1 on. */
static size_t before_line(const char *text, size_t len, unsigned int n)
{
	size_t i = 0;

	for (; n > 1 && i < len; i++)
		n -= text[i] == '\n';
	return i;
}

static void check_error(const char *text, size_t len, const struct parse_error *error)
{
	size_t before = before_line(text, len, error->line);
	size_t up_to = before_line(text, len, error->line + 1);
	struct parse_error earlier;
	struct config config;

	property(error->line >= 1 && error->line <= count_lines(text, len));
	property(error->column >= 1 && error->column <= up_to - before + 1);
	property(is_sentence(error->text));
	property(parse_config(text, before, &config, &earlier));
	config_free(&config);
	property(!parse_config(text, up_to, &config, &earlier));
	property(earlier.line == error->line && earlier.column == error->column);
	property(!strcmp(earlier.text, error->text));
}

static void fuzz_config(const char *bytes, size_t len)
{
	char *text = exact_copy(bytes, len);
	struct parse_error error;
	struct config config;

	if (parse_config(text, len, &config, &error)) {
		check_config(&config, count_lines(text, len));
		check_saved(&config);
	} else {
		property(!config.pins && !config.guards && !config.n_pins && !config.n_guards);
		check_error(text, len, &error);
	}
	config_free(&config);
	free(text);
}

static void fuzz_cursor(const char *bytes, size_t len)
{
	char *text = calloc(1, len + 1);
	struct place place, again;
	char printed[64];

	memcpy(text, bytes, len);
	if (parse_place(text, &place)) {
		property(strspn(text, "0123456789 ") == strlen(text) - 1);
		/* What cursor_write() writes. */
		snprintf(printed, sizeof(printed), "%llu %llu\n", place.epoch, place.seq);
		property(parse_place(printed, &again));
		property(place.epoch == again.epoch && place.seq == again.seq);
	}
	free(text);
}

static void check_wait(unsigned int wait)
{
	property(wait >= 1 && wait <= PARSE_WAIT_MAX);
}

/* Command number `which`; false with an error. */
static bool parse_command(unsigned int which, int n, char *const words[],
			  struct parse_error *error)
{
	struct monitoring monitoring;
	struct restoring restoring;
	struct sighting sighting;
	struct learning learning;
	const char *file = NULL;
	struct guard guard;
	unsigned int wait;
	struct pin pin;
	bool flag;
	__u64 id;

	switch (which) {
	case 0:
		if (!parse_pin(n, words, &pin, error))
			return false;
		check_pin(&pin);
		return true;
	case 1:
		if (!parse_pin_key(n, words, &pin, error))
			return false;
		check_dev(pin.dev);
		check_address(&pin.addr);
		return true;
	case 2:
		if (!parse_pin_filter(n, words, &pin, error))
			return false;
		if (*pin.dev)
			check_dev(pin.dev);
		if (pin.addr.family != AF_UNSPEC)
			check_address(&pin.addr);
		return true;
	case 3:
		if (!parse_dev_filter(n, words, pin.dev, error))
			return false;
		if (*pin.dev)
			check_dev(pin.dev);
		return true;
	case 4:
		if (!parse_learning(n, words, &learning, error))
			return false;
		check_wait(learning.wait);
		property(learning.addr.family != AF_INET6);
		return true;
	case 5:
		if (!parse_setup(n, words, &flag, &wait, error))
			return false;
		check_wait(wait);
		return true;
	case 6:
		if (!parse_guard(n, words, &guard, error))
			return false;
		check_guard(&guard);
		return true;
	case 7:
		if (!parse_sighting_filter(n, words, &sighting, error))
			return false;
		if (memcmp(sighting.lladdr, "\0\0\0\0\0\0", MAC_LEN))
			check_mac(sighting.lladdr);
		return true;
	case 8:
		return parse_incident_filter(n, words, &id, error);
	case 9:
		if (!parse_report(n, words, &id, &file, error))
			return false;
		property(id && (!file || *file));
		return true;
	case 10:
		if (!parse_monitoring(n, words, &monitoring, error))
			return false;
		property(monitoring.jobs >= 1 && monitoring.jobs <= PARSE_JOBS_MAX);
		property(monitoring.timeout >= 1 && monitoring.timeout <= PARSE_TIMEOUT_MAX);
		property(!monitoring.command || **monitoring.command);
		property(!monitoring.cursor || (*monitoring.cursor && !monitoring.replay));
		return true;
	case 11:
		return parse_stats(n, words, &flag, error);
	case 12:
		if (!parse_restore(n, words, &restoring, error))
			return false;
		property(restoring.file && restoring.seconds <= PARSE_CONFIRM_MAX);
		property(!restoring.copy || !restoring.seconds);
		property(!restoring.copy || strcmp(restoring.copy, restoring.file));
		return true;
	case 13:
		if (!parse_standin(n, words, &restoring, error))
			return false;
		property(restoring.file && !restoring.seconds && strcmp(restoring.file, "-"));
		return true;
	default:
		return parse_nothing(n, words, error);
	}
}

static void fuzz_words(unsigned int which, const char *bytes, size_t len)
{
	struct parse_error error = { .text = "" };
	char *words[WORDS_MAX + 1] = { NULL };
	int n = 0;

	while (len && n < WORDS_MAX) {
		size_t word = strnlen(bytes, len), whole = word < len ? word + 1 : word;

		words[n] = calloc(1, word + 1);
		memcpy(words[n++], bytes, word);
		bytes += whole;
		len -= whole;
	}
	if (!parse_command(which, n, words, &error)) {
		property(is_sentence(error.text));
		property(error.word <= (unsigned int)n);
		property(error.word == (unsigned int)n ||
			 error.offset <= strlen(words[error.word]));
	}
	while (n--)
		free(words[n]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 1;

	if (!size)
		return 0;
	if (isupper(data[0]) && data[0] > 'B')
		fuzz_words(data[0] - 'C', text, size - 1);
	else if (data[0] == 'B')
		fuzz_cursor(text, size - 1);
	else
		fuzz_config(text, size - 1);
	return 0;
}
