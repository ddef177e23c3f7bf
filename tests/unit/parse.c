// SPDX-License-Identifier: GPL-2.0-only
/* Words -> struct, and what is said of each word that is wrong. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "parse.h"

#define MAC "02:00:00:00:00:01"

/*
 * A command line cut at its spaces. Each word is on the heap, at its exact
 * size: ASan sees each byte too far.
 */
struct words {
	int n;
	char *words[32];
};

static struct words cut(const char *line)
{
	struct words words = { 0 };

	while (*line) {
		size_t len = strcspn(line, " ");

		words.words[words.n++] = strndup(line, len);
		line += len + (line[len] == ' ');
	}
	return words;
}

static void cut_free(struct words *words)
{
	for (int i = 0; i < words->n; i++)
		free(words->words[i]);
}

static struct pin good_pin(const char *line)
{
	struct words words = cut(line);
	struct parse_error error = { 0 };
	struct pin pin;
	bool good = parse_pin(words.n, words.words, &pin, &error);

	if (!good)
		print_message("%s: %s\n", line, error.text);
	assert_true(good);
	cut_free(&words);
	return pin;
}

typedef bool (*parse_pin_words)(int n, char *const words[], struct pin *pin,
				struct parse_error *error);

static void bad(parse_pin_words parse, const char *line, unsigned int word, unsigned int offset,
		const char *text)
{
	struct words words = cut(line);
	struct parse_error error = { 0 };
	struct pin pin;

	assert_false(parse(words.n, words.words, &pin, &error));
	assert_string_equal(error.text, text);
	assert_int_equal(error.word, word);
	assert_int_equal(error.offset, offset);
	cut_free(&words);
}

static void assert_address(const struct address *addr, int family, const char *text)
{
	char got[INET6_ADDRSTRLEN];

	assert_int_equal(addr->family, family);
	assert_string_equal(inet_ntop(family, addr->bytes, got, sizeof(got)), text);
}

static void pin_words(void **state)
{
	struct pin pin = good_pin("192.0.2.1 dev eth0 lladdr " MAC);

	(void)state;
	assert_address(&pin.addr, AF_INET, "192.0.2.1");
	assert_string_equal(pin.dev, "eth0");
	assert_int_equal(pin.n_lladdrs, 1);
	assert_memory_equal(pin.lladdrs[0], "\2\0\0\0\0\1", 6);
	assert_int_equal(pin.mode, ARPPIN_MODE_ENFORCE);
	assert_true(pin.resident);

	pin = good_pin("192.0.2.1 resident off lladdr a-B-1-02-3-4,2:0:0:0:0:FF dev e");
	assert_int_equal(pin.n_lladdrs, 2);
	assert_memory_equal(pin.lladdrs[0], "\x0a\x0b\x01\x02\x03\x04", 6);
	assert_memory_equal(pin.lladdrs[1], "\2\0\0\0\0\xff", 6);
	assert_false(pin.resident);
	assert_string_equal(pin.dev, "e");
}

static void pin_defaults(void **state)
{
	struct pin pin = good_pin("192.0.2.1 dev eth0 lladdr " MAC " mode audit");

	(void)state;
	assert_int_equal(pin.mode, ARPPIN_MODE_AUDIT);
	assert_false(pin.resident);
	bad(parse_pin, "192.0.2.1 dev eth0 resident on lladdr " MAC " mode audit", 4, 0,
	    "resident: \"on\" does not go with mode audit, which changes nothing");
}

static void pin_ipv6(void **state)
{
	struct pin pin = good_pin("2001:db8::1 dev eth0 lladdr " MAC);

	(void)state;
	assert_address(&pin.addr, AF_INET6, "2001:db8::1");
}

static void wrong_addresses(void **state)
{
	(void)state;
	bad(parse_pin, "", 0, 0, "ADDR is missing");
	bad(parse_pin, "192.0.2.0/24", 0, 0, "\"192.0.2.0/24\" is not an IP address");
	bad(parse_pin, "0.0.0.0", 0, 0,
	    "\"0.0.0.0\" is the unspecified address: no neighbour has it");
	bad(parse_pin, "127.255.255.255", 0, 0,
	    "\"127.255.255.255\" is a loopback address: no neighbour has it");
	bad(parse_pin, "239.0.0.0", 0, 0,
	    "\"239.0.0.0\" is a multicast address: no neighbour has it");
	bad(parse_pin, "255.255.255.255", 0, 0,
	    "\"255.255.255.255\" is the broadcast address: no neighbour has it");
	bad(parse_pin, "::", 0, 0, "\"::\" is the unspecified address: no neighbour has it");
	bad(parse_pin, "::1", 0, 0, "\"::1\" is the loopback address: no neighbour has it");
	bad(parse_pin, "ff0e::1", 0, 0, "\"ff0e::1\" is a multicast address: no neighbour has it");
	/* The neighbours of what is refused. */
	good_pin("0.0.0.1 dev e lladdr " MAC);
	good_pin("126.255.255.255 dev e lladdr " MAC);
	good_pin("128.0.0.0 dev e lladdr " MAC);
	good_pin("223.255.255.255 dev e lladdr " MAC);
	good_pin("240.0.0.0 dev e lladdr " MAC);
}

static void wrong_keywords(void **state)
{
	(void)state;
	bad(parse_pin, "192.0.2.1", 1, 0, "\"dev DEV\" is missing");
	bad(parse_pin, "192.0.2.1 dev eth0", 3, 0, "\"lladdr MAC[,MAC...]\" is missing");
	bad(parse_pin, "192.0.2.1 dev", 2, 0, "\"dev\" needs a value: DEV");
	bad(parse_pin, "192.0.2.1 dev a dev a", 3, 0, "\"dev\" is given twice");
	bad(parse_pin, "192.0.2.1 dev a what", 3, 0,
	    "\"what\" is not expected here (keywords: dev, lladdr, mode, resident)");
	bad(parse_pin, "192.0.2.1 unpinned drop", 1, 0,
	    "\"unpinned\" is not expected here (keywords: dev, lladdr, mode, resident)");
	bad(parse_pin, "192.0.2.1 mode none", 2, 0, "mode: \"none\" is neither enforce nor audit");
	bad(parse_pin, "192.0.2.1 resident 1", 2, 0, "resident: \"1\" is neither on nor off");
	bad(parse_pin_key, "192.0.2.1 dev a lladdr " MAC, 3, 0,
	    "\"lladdr\" is not expected here (keywords: dev)");
	bad(parse_pin_key, "192.0.2.1", 1, 0, "\"dev DEV\" is missing");
}

static void wrong_macs(void **state)
{
	static const char *const macs[] = {
		"02", "02:00:00:00:00", "02:00:00:00:00:", "02:00:00:00:00:01:", ":",
		"02:00:00:00:00:01:02", "02:00:00:00:00:0g", "002:00:00:00:00:01",
		"02:00:00:00:00:001", "02::00:00:00:01", "02-00:00:00:00:01",
		"02:00:00:00:00-01", "020000000001", "0200.0000.0001", "+2:00:00:00:00:01",
		"-2:00:00:00:00:01", "0x2:0:0:0:0:1", "ffffffffffffffffffffffffffff",
	};
	char line[128], text[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(macs); i++) {
		snprintf(line, sizeof(line), "192.0.2.1 lladdr %s", macs[i]);
		snprintf(text, sizeof(text), "lladdr: \"%s\" is not a MAC address", macs[i]);
		bad(parse_pin, line, 2, 0, text);
		snprintf(line, sizeof(line), "192.0.2.1 lladdr " MAC ",%s", macs[i]);
		bad(parse_pin, line, 2, strlen(MAC) + 1, text);
	}
	bad(parse_pin, "192.0.2.1 lladdr ,", 2, 0, "lladdr: \"\" is not a MAC address");
	bad(parse_pin, "192.0.2.1 lladdr " MAC ",", 2, strlen(MAC) + 1,
	    "lladdr: \"\" is not a MAC address");
	bad(parse_pin, "192.0.2.1 lladdr 0:0:0:0:0:0", 2, 0,
	    "lladdr: \"0:0:0:0:0:0\" is the zero MAC address");
	bad(parse_pin, "192.0.2.1 lladdr FF:ff:ff:ff:ff:ff", 2, 0,
	    "lladdr: \"FF:ff:ff:ff:ff:ff\" is the broadcast MAC address");
	bad(parse_pin, "192.0.2.1 lladdr 3:0:0:0:0:0", 2, 0,
	    "lladdr: \"3:0:0:0:0:0\" is a multicast MAC address");
	bad(parse_pin, "192.0.2.1 lladdr " MAC ",2-0-0-0-0-1", 2, strlen(MAC) + 1,
	    "lladdr: \"2-0-0-0-0-1\" is given twice");
}

static void many_macs(void **state)
{
	static const char begin[] = "192.0.2.1 dev e lladdr ";
	char line[1024];
	struct pin pin;
	size_t len;

	(void)state;
	snprintf(line, sizeof(line), "%s2:0:0:0:0:0", begin);
	for (int i = 1; i < 16; i++) {
		len = strlen(line);
		snprintf(line + len, sizeof(line) - len, ",2:0:0:0:0:%x", i);
	}
	pin = good_pin(line);
	assert_int_equal(pin.n_lladdrs, 16);
	assert_memory_equal(pin.lladdrs[15], "\2\0\0\0\0\x0f", 6);
	len = strlen(line);
	snprintf(line + len, sizeof(line) - len, ",2:0:0:0:0:ff");
	bad(parse_pin, line, 4, len + 1 - strlen(begin),
	    "lladdr: \"2:0:0:0:0:ff\" is one too many: a pin has at most 16 MAC addresses");
}

static void device_names(void **state)
{
	static const char *const wrong[] = {
		".", "..", "a/b", "a:b", "a\tb", "a\vb", "\\x00", "a\\x20b", "a\\x2fb", "a\xa0",
	};
	struct parse_error error = { 0 };
	struct pin pin;

	(void)state;
	pin = good_pin("192.0.2.1 dev 123456789012345 lladdr " MAC);
	assert_string_equal(pin.dev, "123456789012345");
	pin = good_pin("192.0.2.1 dev ... lladdr " MAC);
	assert_string_equal(pin.dev, "...");
	pin = good_pin("192.0.2.1 dev \\x1b\\x5C\\x23a lladdr " MAC);
	assert_string_equal(pin.dev, "\x1b\\#a");
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct words words = cut("192.0.2.1 dev");

		words.words[words.n++] = strdup(wrong[i]);
		assert_false(parse_pin(words.n, words.words, &pin, &error));
		cut_free(&words);
		assert_non_null(strstr(error.text, "is not a device name"));
		assert_int_equal(error.word, 2);
	}
	bad(parse_pin, "192.0.2.1 dev 1234567890123456", 2, 0,
	    "dev: \"1234567890123456\" is longer than a device name (15 bytes)");
	bad(parse_pin, "192.0.2.1 dev 12345678901234567", 2, 0,
	    "dev: \"12345678901234567\" is longer than a device name (15 bytes)");
	bad(parse_pin, "192.0.2.1 dev a\\b", 2, 0,
	    "dev: \"a\\b\" has a \"\\\" that does not begin \"\\xNN\"");
	bad(parse_pin, "192.0.2.1 dev a\\x4", 2, 0,
	    "dev: \"a\\x4\" has a \"\\\" that does not begin \"\\xNN\"");
}

static void filters(void **state)
{
	struct words words = cut("192.0.2.1 dev eth0");
	struct parse_error error;
	struct pin pin;
	char dev[IFNAMSIZ];

	(void)state;
	assert_true(parse_pin_filter(3, words.words, &pin, &error));
	assert_address(&pin.addr, AF_INET, "192.0.2.1");
	assert_string_equal(pin.dev, "eth0");
	assert_true(parse_pin_filter(2, words.words + 1, &pin, &error));
	assert_int_equal(pin.addr.family, AF_UNSPEC);
	assert_string_equal(pin.dev, "eth0");
	assert_true(parse_pin_filter(0, words.words, &pin, &error));
	assert_int_equal(pin.addr.family, AF_UNSPEC);
	assert_string_equal(pin.dev, "");
	assert_true(parse_pin_key(3, words.words, &pin, &error));
	assert_true(parse_dev_filter(2, words.words + 1, dev, &error));
	assert_string_equal(dev, "eth0");
	assert_true(parse_dev_filter(0, words.words, dev, &error));
	assert_string_equal(dev, "");
	assert_false(parse_dev_filter(1, words.words, dev, &error));
	assert_true(parse_nothing(0, words.words, &error));
	assert_false(parse_nothing(1, words.words, &error));
	assert_string_equal(error.text, "\"192.0.2.1\" is not expected here");
	cut_free(&words);
	bad(parse_pin_filter, "dev eth0 192.0.2.1", 2, 0,
	    "\"192.0.2.1\" is not expected here (keywords: dev)");
}

static struct guard good_guard(const char *line)
{
	struct words words = cut(line);
	struct parse_error error = { 0 };
	struct guard guard;

	assert_true(parse_guard(words.n, words.words, &guard, &error));
	cut_free(&words);
	return guard;
}

static void bad_guard(const char *line, unsigned int word, const char *text)
{
	struct words words = cut(line);
	struct parse_error error = { 0 };
	struct guard guard;

	assert_false(parse_guard(words.n, words.words, &guard, &error));
	assert_string_equal(error.text, text);
	assert_int_equal(error.word, word);
	cut_free(&words);
}

static void guards(void **state)
{
	struct words words = cut("unpinned drop dev eth0");
	struct parse_error error;
	struct guard guard;

	(void)state;
	assert_true(parse_guard(4, words.words, &guard, &error));
	assert_string_equal(guard.dev, "eth0");
	assert_int_equal(guard.unpinned, ARPPIN_UNPINNED_DROP);
	assert_int_equal(guard.given, GUARD_UNPINNED);
	assert_false(parse_guard(2, words.words, &guard, &error));
	assert_string_equal(error.text, "\"dev DEV\" is missing");
	cut_free(&words);
	bad_guard("dev eth0", 2, "\"unpinned\", \"defend\" or \"addresses\" is missing");
	bad_guard("dev eth0 defend", 3, "\"defend\" needs a value: on|off");
	bad_guard("dev eth0 defend 1", 3, "defend: \"1\" is neither on nor off");
	bad_guard("dev eth0 mode audit", 2, "\"mode\" is not expected here "
		  "(keywords: dev, unpinned, defend, addresses)");
}

/* What is not said is the default, and not given. */
static void guard_parts(void **state)
{
	struct guard guard = good_guard("dev eth0 defend on");

	(void)state;
	assert_int_equal(guard.given, GUARD_DEFEND);
	assert_int_equal(guard.unpinned, ARPPIN_UNPINNED_ACCEPT);
	assert_true(guard.defend);
	assert_int_equal(guard.addresses, 0);
	guard = good_guard("defend off addresses 64 dev eth0 unpinned audit");
	assert_int_equal(guard.given, GUARD_ALL);
	assert_int_equal(guard.unpinned, ARPPIN_UNPINNED_AUDIT);
	assert_false(guard.defend);
	assert_int_equal(guard.addresses, 64);
	assert_int_equal(good_guard("dev eth0 addresses 1").addresses, 1);
	guard = good_guard("dev eth0 addresses off");
	assert_int_equal(guard.given, GUARD_ADDRESSES);
	assert_int_equal(guard.addresses, 0);
}

static void wrong_numbers(void **state)
{
	static const char *const wrong[] = {
		"0", "65", "01", "+1", "-1", "1x", "0x10", "on", "99999999999999999999", "1.5",
	};
	char line[64], text[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		snprintf(line, sizeof(line), "dev eth0 addresses %s", wrong[i]);
		snprintf(text, sizeof(text),
			 "addresses: \"%s\" is neither off nor a number from 1 to 64", wrong[i]);
		bad_guard(line, 3, text);
	}
}

static void sighting_filters(void **state)
{
	struct words words = cut("lladdr 2-0-0-0-0-1 dev eth0");
	struct sighting sighting;
	struct parse_error error;

	(void)state;
	assert_true(parse_sighting_filter(0, words.words, &sighting, &error));
	assert_string_equal(sighting.dev, "");
	assert_memory_equal(sighting.lladdr, "\0\0\0\0\0\0", 6);
	assert_true(parse_sighting_filter(4, words.words, &sighting, &error));
	assert_string_equal(sighting.dev, "eth0");
	assert_memory_equal(sighting.lladdr, "\2\0\0\0\0\1", 6);
	cut_free(&words);

	words = cut("lladdr " MAC "," MAC);
	assert_false(parse_sighting_filter(2, words.words, &sighting, &error));
	assert_string_equal(error.text, "lladdr: \"" MAC "," MAC "\" is not a MAC address");
	assert_int_equal(error.word, 1);
	cut_free(&words);
	words = cut("lladdr 0:0:0:0:0:0 addr");
	assert_false(parse_sighting_filter(2, words.words, &sighting, &error));
	assert_string_equal(error.text, "lladdr: \"0:0:0:0:0:0\" is the zero MAC address");
	assert_false(parse_sighting_filter(1, words.words + 2, &sighting, &error));
	assert_string_equal(error.text,
			    "\"addr\" is not expected here (keywords: dev, lladdr)");
	cut_free(&words);
}

static void bad_learning(const char *line, unsigned int word, const char *text)
{
	struct words words = cut(line);
	struct parse_error error = { 0 };
	struct learning learning;

	assert_false(parse_learning(words.n, words.words, &learning, &error));
	assert_string_equal(error.text, text);
	assert_int_equal(error.word, word);
	cut_free(&words);
}

static void learnings(void **state)
{
	struct words words = cut("192.0.2.1 wait 60 dev eth0");
	struct words all = cut("default");
	struct parse_error error;
	struct learning learning;

	(void)state;
	assert_true(parse_learning(5, words.words, &learning, &error));
	assert_address(&learning.addr, AF_INET, "192.0.2.1");
	assert_string_equal(learning.dev, "eth0");
	assert_int_equal(learning.wait, 60);
	assert_true(parse_learning(1, words.words, &learning, &error));
	assert_string_equal(learning.dev, "");
	assert_int_equal(learning.wait, PARSE_WAIT);
	assert_true(parse_learning(1, all.words, &learning, &error));
	assert_int_equal(learning.addr.family, AF_UNSPEC);
	cut_free(&words);
	cut_free(&all);

	bad_learning("", 0, "ADDR or \"default\" is missing");
	bad_learning("all", 0, "\"all\" is not an IP address");
	bad_learning("2001:db8::1", 0, "\"2001:db8::1\" is an IPv6 address: only IPv4 is learned");
	bad_learning("default wait 0", 2, "wait: \"0\" is not a number from 1 to 60");
	bad_learning("default wait 61", 2, "wait: \"61\" is not a number from 1 to 60");
	bad_learning("default wait", 2, "\"wait\" needs a value: SECONDS");
	bad_learning("192.0.2.1 eth0", 1, "\"eth0\" is not expected here (keywords: dev, wait)");
}

static void setups(void **state)
{
	struct words words = cut("--yes wait 7");
	struct parse_error error;
	unsigned int wait;
	bool yes;

	(void)state;
	assert_true(parse_setup(3, words.words, &yes, &wait, &error));
	assert_true(yes);
	assert_int_equal(wait, 7);
	assert_true(parse_setup(0, words.words, &yes, &wait, &error));
	assert_false(yes);
	assert_int_equal(wait, PARSE_WAIT);
	assert_true(parse_setup(2, words.words + 1, &yes, &wait, &error));
	assert_false(yes);
	assert_false(parse_setup(1, words.words + 2, &yes, &wait, &error));
	assert_string_equal(error.text, "\"7\" is not expected here (keywords: wait)");
	cut_free(&words);
}

static void bad_report(const char *line, unsigned int word, const char *text)
{
	struct words words = cut(line);
	struct parse_error error = { 0 };
	const char *file;
	__u64 id;

	assert_false(parse_report(words.n, words.words, &id, &file, &error));
	assert_string_equal(error.text, text);
	assert_int_equal(error.word, word);
	cut_free(&words);
}

static void reports(void **state)
{
	struct words words = cut("18446744073709551615 pcap -x");
	struct parse_error error;
	const char *file;
	__u64 id;

	(void)state;
	assert_true(parse_report(1, words.words, &id, &file, &error));
	assert_true(id == UINT64_MAX);
	assert_null(file);
	assert_true(parse_report(3, words.words, &id, &file, &error));
	assert_string_equal(file, "-x");
	assert_true(parse_incident_filter(1, words.words, &id, &error));
	assert_true(id == UINT64_MAX);
	assert_true(parse_incident_filter(0, words.words, &id, &error));
	assert_true(id == 0);
	assert_false(parse_incident_filter(2, words.words, &id, &error));
	assert_string_equal(error.text, "\"pcap\" is not expected here");
	assert_int_equal(error.word, 1);
	cut_free(&words);

	bad_report("", 0, "ID is missing (\"incident show\" lists them)");
	bad_report("0", 0, "\"0\" is not the number of an incident");
	bad_report("18446744073709551616", 0,
		   "\"18446744073709551616\" is not the number of an incident");
	bad_report("pcap x", 0, "\"pcap\" is not the number of an incident");
	bad_report("7 x", 1, "\"x\" is not expected here (keywords: pcap)");
	bad_report("7 pcap", 2, "\"pcap\" needs a value: FILE");
	bad_report("7 pcap -", 2, "pcap: \"-\" is not the name of a file");
	bad_report("7 pcap x pcap y", 3, "\"pcap\" is given twice");
}

/* The text is not a string: nothing ends it. */
static bool config(const char *text, size_t len, struct config *made, struct parse_error *error)
{
	char *copy = malloc(len + !len);
	bool good;

	memcpy(copy, text, len);
	good = parse_config(copy, len, made, error);
	free(copy);
	return good;
}

#define CONFIG(text, made, error) config(text, sizeof(text) - 1, made, error)

static void config_good(void **state)
{
	struct parse_error error;
	struct config made;

	(void)state;
	assert_true(CONFIG("", &made, &error));
	assert_int_equal(made.n_pins + made.n_guards, 0);
	config_free(&made);
	assert_true(CONFIG("\n# pin\n \t\r\n\n#", &made, &error));
	assert_int_equal(made.n_pins + made.n_guards, 0);
	config_free(&made);

	assert_true(CONFIG("guard set dev b unpinned drop # why\r\n"
			   "\tpin \t add 192.0.2.2 dev b lladdr " MAC "\n"
			   "pin add 192.0.2.1 dev b lladdr " MAC " mode audit\n"
			   "guard set dev a unpinned accept\n"
			   "pin add 192.0.2.2 dev a lladdr " MAC, &made, &error));
	/* By device, then by address. */
	assert_int_equal(made.n_pins, 3);
	assert_int_equal(made.pins[0].line, 5);
	assert_int_equal(made.pins[1].line, 3);
	assert_int_equal(made.pins[1].pin.mode, ARPPIN_MODE_AUDIT);
	assert_int_equal(made.pins[2].line, 2);
	assert_int_equal(made.n_guards, 2);
	assert_string_equal(made.guards[0].guard.dev, "a");
	assert_int_equal(made.guards[1].line, 1);
	config_free(&made);
}

#define BAD_CONFIG(text, line, column, said) \
	bad_config(text, sizeof(text) - 1, line, column, said)

static void bad_config(const char *text, size_t len, unsigned int line, unsigned int column,
		       const char *said)
{
	struct parse_error error;
	struct config made;

	assert_false(config(text, len, &made, &error));
	assert_string_equal(error.text, said);
	assert_int_equal(error.line, line);
	assert_int_equal(error.column, column);
	assert_null(made.pins);
	assert_null(made.guards);
}

/* More than the module takes. */
static void config_guards(void **state)
{
	char *text = malloc((ARPPIN_DEVS_MAX + 1) * 64), *end = text;
	struct parse_error error;
	struct config made;
	size_t fits = 0;

	(void)state;
	for (int i = 0; i <= ARPPIN_DEVS_MAX; i++) {
		fits = end - text;
		end += sprintf(end, "guard set dev v%d unpinned drop\n", i);
	}
	assert_true(config(text, fits, &made, &error));
	assert_int_equal(made.n_guards, ARPPIN_DEVS_MAX);
	config_free(&made);
	assert_false(config(text, end - text, &made, &error));
	assert_int_equal(error.line, ARPPIN_DEVS_MAX + 1);
	assert_string_equal(error.text, "more than 4096 guards");
	free(text);
}

static void config_bad(void **state)
{
	(void)state;
	BAD_CONFIG("\n pin", 2, 5, "\"add\" is missing after \"pin\"");
	BAD_CONFIG("guard set dev a", 1, 16,
		   "\"unpinned\", \"defend\" or \"addresses\" is missing");
	BAD_CONFIG("guard set dev a addresses 65", 1, 27,
		   "addresses: \"65\" is neither off nor a number from 1 to 64");
	BAD_CONFIG("guard set dev a defend on\nguard set dev a addresses 8", 2, 1,
		   "\"dev a\" has a guard already, on line 1");
	BAD_CONFIG("guard", 1, 6, "\"set\" is missing after \"guard\"");
	BAD_CONFIG("pins add", 1, 1, "\"pins\" is neither \"pin add\" nor \"guard set\"");
	BAD_CONFIG("pin set", 1, 5, "\"pin set\" is neither \"pin add\" nor \"guard set\"");
	BAD_CONFIG("pin add", 1, 8, "ADDR is missing");
	BAD_CONFIG("\tpin add  x # y", 1, 11, "\"x\" is not an IP address");
	BAD_CONFIG("pin add 192.0.2.1 dev a lladdr " MAC ",x", 1, 50,
		   "lladdr: \"x\" is not a MAC address");
	BAD_CONFIG("pin add 192.0.2.1 dev a # lladdr", 1, 24,
		   "\"lladdr MAC[,MAC...]\" is missing");
	BAD_CONFIG("pin\0add", 1, 4, "a NUL byte");
	BAD_CONFIG("#\n#\0", 2, 2, "a NUL byte");
	BAD_CONFIG("# \x1b", 1, 3, "a control character");
	BAD_CONFIG("#\r\r\n", 1, 2, "a control character");
	BAD_CONFIG("#\x7f", 1, 2, "a control character");
	BAD_CONFIG("pin add 192.0.2.1 dev a lladdr " MAC "\n\n"
		   "pin add 192.0.2.1 lladdr 2:0:0:0:0:2 dev a\n", 3, 1,
		   "\"192.0.2.1 dev a\" is pinned already, on line 1");
	BAD_CONFIG("guard set dev a\\x1b unpinned drop\nguard set dev a\\x1b unpinned audit", 2, 1,
		   "\"dev a\\x1b\" has a guard already, on line 1");
	/* What comes first is told. */
	BAD_CONFIG("guard set dev a unpinned drop\nguard set dev a unpinned drop\nx", 2, 1,
		   "\"dev a\" has a guard already, on line 1");
	BAD_CONFIG("guard set dev a unpinned drop\nx\nguard set dev a unpinned drop", 2, 1,
		   "\"x\" is neither \"pin add\" nor \"guard set\"");
	/* As many words as there may be, and more. */
	BAD_CONFIG("pin add 192.0.2.1 a a a a a a a a a a a a a a a a a a a a a", 1, 19,
		   "\"a\" is not expected here (keywords: dev, lladdr, mode, resident)");
}

static void escapes(void **state)
{
	static const char text[] = "a b\\#\x1b\x80\x7f";
	char out[64];

	(void)state;
	parse_escape(out, sizeof(out), text, sizeof(text) - 1, false);
	assert_string_equal(out, "a\\x20b\\x5c\\x23\\x1b\\x80\\x7f");
	parse_escape(out, sizeof(out), text, sizeof(text) - 1, true);
	assert_string_equal(out, "a b\\#\\x1b\\x80\\x7f");
	/* Cut, but never within what stands for one byte. */
	parse_escape(out, 5, "ab\n", 3, true);
	assert_string_equal(out, "ab");
	parse_escape(out, 7, "ab\n", 3, true);
	assert_string_equal(out, "ab\\x0a");
	parse_escape(out, 1, "ab", 2, true);
	assert_string_equal(out, "");
}

static void monitor_good(void **state)
{
	struct monitoring monitoring;
	struct parse_error error;
	struct words words = cut("cursor f journal timeout 9 jobs 64 exec echo since jobs");

	(void)state;
	assert_true(parse_monitoring(0, words.words, &monitoring, &error));
	assert_false(monitoring.replay || monitoring.cursor || monitoring.journal ||
		     monitoring.command);
	assert_true(parse_monitoring(words.n, words.words, &monitoring, &error));
	assert_string_equal(monitoring.cursor, "f");
	assert_true(monitoring.journal);
	assert_int_equal(monitoring.timeout, 9);
	assert_int_equal(monitoring.jobs, 64);
	/* Whatever follows is the command's. */
	assert_ptr_equal(monitoring.command, words.words + 8);
	assert_string_equal(monitoring.command[2], "jobs");
	cut_free(&words);

	words = cut("since 18446744073709551615");
	assert_true(parse_monitoring(words.n, words.words, &monitoring, &error));
	assert_true(monitoring.replay && monitoring.since == UINT64_MAX);
	assert_int_equal(monitoring.jobs, 4);
	assert_int_equal(monitoring.timeout, 30);
	cut_free(&words);
}

static void restores(void **state)
{
	struct words words = cut("f else c");
	struct parse_error error;
	struct restoring how;

	(void)state;
	assert_true(parse_restore(words.n, words.words, &how, &error));
	assert_string_equal(how.file, "f");
	assert_string_equal(how.copy, "c");
	assert_int_equal(how.seconds, 0);
	assert_true(parse_standin(words.n, words.words, &how, &error));
	assert_string_equal(how.copy, "c");
	cut_free(&words);

	words = cut("- confirm 3600");
	assert_true(parse_restore(words.n, words.words, &how, &error));
	assert_string_equal(how.file, "-");
	assert_null(how.copy);
	assert_int_equal(how.seconds, 3600);
	cut_free(&words);
}

static void restore_bad(void **state)
{
	static const struct {
		const char *line;
		unsigned int word;
		const char *text;
	} lines[] = {
		{ "", 0, "FILE is missing (- is the standard input)" },
		{ "f g", 1, "\"g\" is not expected here (keywords: else, confirm)" },
		{ "f e\x1b[2J", 1, "\"e\\x1b[2J\" is not expected here (keywords: else, confirm)" },
		{ "f else", 2, "\"else\" needs a value: COPY" },
		{ "f else ", 2, "\"else\" needs a value: COPY" },
		{ "f else -", 2, "else: \"-\" is not the name of a file" },
		{ "f else f", 2, "else: \"f\" is FILE itself" },
		{ "f else c confirm 1", 3, "\"confirm\" is not expected here" },
		{ "f confirm", 2, "\"confirm\" needs a value: SECONDS" },
		{ "f confirm x", 2, "confirm: \"x\" is not a number" },
		{ "f confirm 0", 2, "confirm: \"0\" is not from 1 to 3600" },
		{ "f confirm 3601", 2, "confirm: \"3601\" is not from 1 to 3600" },
		{ "f confirm 1 else c", 3, "\"else\" is not expected here" },
	};
	struct parse_error error;
	struct restoring how;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct words words = cut(lines[i].line);

		assert_false(parse_restore(words.n, words.words, &how, &error));
		assert_string_equal(error.text, lines[i].text);
		assert_int_equal(error.word, lines[i].word);
		cut_free(&words);
	}
	assert_false(parse_standin(3, (char *[]){ "f", "confirm", "1" }, &how, &error));
	assert_string_equal(error.text, "\"confirm\" is not expected here (keywords: else)");
	assert_false(parse_standin(1, (char *[]){ "-" }, &how, &error));
	assert_string_equal(error.text, "\"-\" is not the name of a file");
	assert_false(parse_standin(0, NULL, &how, &error));
	assert_string_equal(error.text, "FILE is missing");
}

static void monitor_bad(void **state)
{
	static const struct {
		const char *line;
		unsigned int word;
		const char *text;
	} lines[] = {
		{ "since", 1, "\"since\" needs a value: SEQ" },
		{ "since -1", 1, "since: \"-1\" is not a number" },
		{ "since 1x", 1, "since: \"1x\" is not a number" },
		{ "since  1", 1, "since: \"\" is not a number" },
		{ "since 18446744073709551616", 1,
		  "since: \"18446744073709551616\" is not a number" },
		{ "since 1 since 2", 2, "\"since\" is given twice" },
		{ "journal journal", 1, "\"journal\" is given twice" },
		{ "since 1 cursor f", 4, "\"since\" does not go with \"cursor\", which says that" },
		{ "cursor  exec", 1, "cursor: \"\" is not a file" },
		{ "jobs 0 exec a", 1, "jobs: \"0\" is not from 1 to 64" },
		{ "jobs 65 exec a", 1, "jobs: \"65\" is not from 1 to 64" },
		{ "timeout 86401 exec a", 1, "timeout: \"86401\" is not from 1 to 86400" },
		{ "jobs 1", 2, "\"jobs\" does not go without \"exec COMMAND\"" },
		{ "timeout 1", 2, "\"timeout\" does not go without \"exec COMMAND\"" },
		{ "exec", 1, "\"exec\" needs a value: COMMAND" },
		{ "exec  a", 1, "exec: \"\" is not a command" },
		{ "e\x1b[2J", 0, "\"e\\x1b[2J\" is not expected here (keywords: since, cursor, "
		  "journal, jobs, timeout, exec)" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		struct words words = cut(lines[i].line);
		struct monitoring monitoring;
		struct parse_error error;

		assert_false(parse_monitoring(words.n, words.words, &monitoring, &error));
		assert_string_equal(error.text, lines[i].text);
		assert_int_equal(error.word, lines[i].word);
		cut_free(&words);
	}
}

static void places(void **state)
{
	static const char *const wrong[] = {
		"", "\n", "1", "1 2", "1 2\n3", "1 2 3\n", " 1 2\n", "1  2\n", "1 x\n", "-1 2\n",
		"1 18446744073709551616\n", "1\t2\n",
	};
	struct place place;

	(void)state;
	assert_true(parse_place("1795438800999999999 18446744073709551615\n", &place));
	assert_true(place.epoch == 1795438800999999999 && place.seq == UINT64_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(parse_place(wrong[i], &place));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pin_words),
		cmocka_unit_test(pin_defaults),
		cmocka_unit_test(pin_ipv6),
		cmocka_unit_test(wrong_addresses),
		cmocka_unit_test(wrong_keywords),
		cmocka_unit_test(wrong_macs),
		cmocka_unit_test(many_macs),
		cmocka_unit_test(device_names),
		cmocka_unit_test(filters),
		cmocka_unit_test(guards),
		cmocka_unit_test(guard_parts),
		cmocka_unit_test(wrong_numbers),
		cmocka_unit_test(sighting_filters),
		cmocka_unit_test(learnings),
		cmocka_unit_test(setups),
		cmocka_unit_test(reports),
		cmocka_unit_test(config_good),
		cmocka_unit_test(config_guards),
		cmocka_unit_test(config_bad),
		cmocka_unit_test(escapes),
		cmocka_unit_test(monitor_good),
		cmocka_unit_test(monitor_bad),
		cmocka_unit_test(restores),
		cmocka_unit_test(restore_bad),
		cmocka_unit_test(places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
