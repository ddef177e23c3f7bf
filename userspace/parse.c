// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "names.h"
#include "parse_error.h"

enum {
	KEY_DEV		= 1 << 0,
	KEY_LLADDR	= 1 << 1,
	KEY_MODE	= 1 << 2,
	KEY_RESIDENT	= 1 << 3,
	KEY_UNPINNED	= 1 << 4,
	KEY_DEFEND	= 1 << 5,
	KEY_ADDRESSES	= 1 << 6,
	KEY_ONE_LLADDR	= 1 << 7,
	KEY_PCAP	= 1 << 8,
	KEY_WAIT	= 1 << 9,
};

/* All that keywords can say; `given` tells which of them did. */
struct request {
	struct pin pin;
	struct guard guard;
	struct sighting sighting;
	const char *file;
	unsigned int wait;
	unsigned int given;
	unsigned int resident_word;
};

static bool ipv4_usable(const char *word, const __u8 *bytes, struct parse_error *error)
{
	const char *what;

	if (!memcmp(bytes, "\0\0\0\0", 4))
		what = "the unspecified address";
	else if (!memcmp(bytes, "\xff\xff\xff\xff", 4))
		what = "the broadcast address";
	else if (bytes[0] == 127)
		what = "a loopback address";
	else if ((bytes[0] & 0xf0) == 0xe0)
		what = "a multicast address";
	else
		return true;
	return fail(error, 0, 0, "\"%s\" is %s: no neighbour has it", word, what);
}

static bool ipv6_usable(const char *word, const __u8 *bytes, struct parse_error *error)
{
	struct in6_addr addr;
	const char *what;

	memcpy(&addr, bytes, sizeof(addr));
	if (IN6_IS_ADDR_UNSPECIFIED(&addr))
		what = "the unspecified address";
	else if (IN6_IS_ADDR_LOOPBACK(&addr))
		what = "the loopback address";
	else if (IN6_IS_ADDR_MULTICAST(&addr))
		what = "a multicast address";
	else
		return true;
	return fail(error, 0, 0, "\"%s\" is %s: no neighbour has it", word, what);
}

/* The address is the first word wherever it may stand. */
static bool parse_address(const char *word, struct address *addr, struct parse_error *error)
{
	memset(addr, 0, sizeof(*addr));
	if (inet_pton(AF_INET, word, addr->bytes) == 1) {
		addr->family = AF_INET;
		return ipv4_usable(word, addr->bytes, error);
	}
	if (inet_pton(AF_INET6, word, addr->bytes) == 1) {
		addr->family = AF_INET6;
		return ipv6_usable(word, addr->bytes, error);
	}
	return fail(error, 0, 0, "\"%s\" is not an IP address", show(word).text);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Undoes parse_escape(), so that a name that was printed can be given back. */
static bool unescape(const char *word, char *out, size_t size, size_t *len)
{
	for (*len = 0; *word; (*len)++) {
		if (*len == size)
			return true;
		if (*word != '\\') {
			out[*len] = *word++;
			continue;
		}
		if (word[1] != 'x' || hex_digit(word[2]) < 0 || hex_digit(word[3]) < 0)
			return false;
		out[*len] = hex_digit(word[2]) << 4 | hex_digit(word[3]);
		word += 4;
	}
	return true;
}

/* What the kernel's dev_valid_name() takes for whitespace, or never takes. */
static bool dev_char(unsigned char c)
{
	return c && c != ' ' && !(c >= '\t' && c <= '\r') && c != 0xa0 && c != '/' && c != ':';
}

static bool parse_dev(const char *word, struct request *request, struct parse_error *error)
{
	char *dev = request->pin.dev;
	char name[IFNAMSIZ];
	size_t len;

	if (!unescape(word, name, sizeof(name), &len))
		return fail(error, 0, 0, "dev: \"%s\" has a \"\\\" that does not begin \"\\xNN\"",
			    show(word).text);
	if (len >= IFNAMSIZ)
		return fail(error, 0, 0, "dev: \"%s\" is longer than a device name (%d bytes)",
			    show(word).text, IFNAMSIZ - 1);
	memcpy(dev, name, len);
	dev[len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (!dev_char(dev[i]))
			len = 0;
	if (!len || !strcmp(dev, ".") || !strcmp(dev, ".."))
		return fail(error, 0, 0, "dev: \"%s\" is not a device name", show(word).text);
	return true;
}

static bool parse_mac(const char *text, size_t len, __u8 mac[MAC_LEN])
{
	const char *end = text + len;
	char separator = 0;

	for (int i = 0; i < MAC_LEN; i++) {
		int value = 0, digits;

		if (i) {
			if (text == end || (*text != ':' && *text != '-'))
				return false;
			if (separator && *text != separator)
				return false;
			separator = *text++;
		}
		for (digits = 0; digits < 2 && text < end && hex_digit(*text) >= 0; digits++)
			value = value << 4 | hex_digit(*text++);
		if (!digits)
			return false;
		mac[i] = value;
	}
	return text == end;
}

/* What is wrong with the MAC address of a neighbour, or NULL. */
static const char *parse_lladdr(const char *text, size_t len, __u8 mac[MAC_LEN])
{
	if (!parse_mac(text, len, mac))
		return "is not a MAC address";
	if (!memcmp(mac, "\xff\xff\xff\xff\xff\xff", MAC_LEN))
		return "is the broadcast MAC address";
	if (mac[0] & 1)
		return "is a multicast MAC address";
	if (!memcmp(mac, "\0\0\0\0\0\0", MAC_LEN))
		return "is the zero MAC address";
	return NULL;
}

static bool lladdr_known(const struct pin *pin, const __u8 mac[MAC_LEN])
{
	for (unsigned int i = 0; i < pin->n_lladdrs; i++)
		if (!memcmp(pin->lladdrs[i], mac, MAC_LEN))
			return true;
	return false;
}

static bool parse_lladdrs(const char *word, struct request *request, struct parse_error *error)
{
	struct pin *pin = &request->pin;
	const char *item = word, *what;

	for (;;) {
		size_t len = strcspn(item, ",");
		__u8 mac[MAC_LEN];

		what = parse_lladdr(item, len, mac);
		if (!what && lladdr_known(pin, mac))
			what = "is given twice";
		else if (!what && pin->n_lladdrs == ARPPIN_LLADDRS_MAX)
			what = "is one too many: a pin has at most 16 MAC addresses";
		if (what)
			return fail(error, 0, item - word, "lladdr: \"%s\" %s",
				    show_len(item, len).text, what);

		memcpy(pin->lladdrs[pin->n_lladdrs++], mac, MAC_LEN);
		if (!item[len])
			return true;
		item += len + 1;
	}
}

static bool parse_one_lladdr(const char *word, struct request *request,
			     struct parse_error *error)
{
	const char *what = parse_lladdr(word, strlen(word), request->sighting.lladdr);

	if (what)
		return fail(error, 0, 0, "lladdr: \"%s\" %s", show(word).text, what);
	return true;
}

static bool parse_mode(const char *word, struct request *request, struct parse_error *error)
{
	request->pin.mode = names_value(&names_mode, word);
	if (!request->pin.mode)
		return fail(error, 0, 0, "mode: \"%s\" is neither enforce nor audit",
			    show(word).text);
	return true;
}

static bool parse_resident(const char *word, struct request *request, struct parse_error *error)
{
	request->pin.resident = !strcmp(word, "on");
	if (!request->pin.resident && strcmp(word, "off"))
		return fail(error, 0, 0, "resident: \"%s\" is neither on nor off",
			    show(word).text);
	return true;
}

static bool parse_unpinned(const char *word, struct request *request, struct parse_error *error)
{
	request->guard.unpinned = names_value(&names_unpinned, word);
	if (!request->guard.unpinned)
		return fail(error, 0, 0, "unpinned: \"%s\" is not accept, audit or drop",
			    show(word).text);
	return true;
}

static bool parse_defend(const char *word, struct request *request, struct parse_error *error)
{
	request->guard.defend = !strcmp(word, "on");
	if (!request->guard.defend && strcmp(word, "off"))
		return fail(error, 0, 0, "defend: \"%s\" is neither on nor off", show(word).text);
	return true;
}

/* A number without sign or leading zero, from 1 to `max`; 0 if it is none. */
static __u64 parse_number(const char *word, __u64 max)
{
	unsigned long long number;
	char *end;

	if (*word < '1' || *word > '9')
		return 0;
	errno = 0;
	number = strtoull(word, &end, 10);
	return *end || errno || number > max ? 0 : number;
}

static bool parse_addresses(const char *word, struct request *request, struct parse_error *error)
{
	request->guard.addresses = parse_number(word, ARPPIN_SIGHTINGS_LLADDR_MAX);
	if (!request->guard.addresses && strcmp(word, "off"))
		return fail(error, 0, 0,
			    "addresses: \"%s\" is neither off nor a number from 1 to %d",
			    show(word).text, ARPPIN_SIGHTINGS_LLADDR_MAX);
	return true;
}

static bool parse_pcap(const char *word, struct request *request, struct parse_error *error)
{
	if (!*word || !strcmp(word, "-"))
		return fail(error, 0, 0, "pcap: \"%s\" is not the name of a file", word);
	request->file = word;
	return true;
}

static bool parse_wait(const char *word, struct request *request, struct parse_error *error)
{
	request->wait = parse_number(word, PARSE_WAIT_MAX);
	return request->wait || fail(error, 0, 0, "wait: \"%s\" is not a number from 1 to %d",
				     show(word).text, PARSE_WAIT_MAX);
}

static const struct keyword {
	const char *word;
	const char *value;
	unsigned int key;
	bool (*parse)(const char *word, struct request *request, struct parse_error *error);
} keywords[] = {
	{ "dev", "DEV", KEY_DEV, parse_dev },
	{ "lladdr", "MAC[,MAC...]", KEY_LLADDR, parse_lladdrs },
	{ "mode", "enforce|audit", KEY_MODE, parse_mode },
	{ "resident", "on|off", KEY_RESIDENT, parse_resident },
	{ "unpinned", "accept|audit|drop", KEY_UNPINNED, parse_unpinned },
	{ "defend", "on|off", KEY_DEFEND, parse_defend },
	{ "addresses", "N|off", KEY_ADDRESSES, parse_addresses },
	{ "lladdr", "MAC", KEY_ONE_LLADDR, parse_one_lladdr },
	{ "pcap", "FILE", KEY_PCAP, parse_pcap },
	{ "wait", "SECONDS", KEY_WAIT, parse_wait },
};

static const struct keyword *find_keyword(const char *word, unsigned int allowed)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if ((keywords[i].key & allowed) && !strcmp(keywords[i].word, word))
			return &keywords[i];
	return NULL;
}

static bool fail_unknown(const char *word, int at, unsigned int allowed, struct parse_error *error)
{
	char list[64] = "";

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		if (!(keywords[i].key & allowed))
			continue;
		if (*list)
			strcat(list, ", ");
		strcat(list, keywords[i].word);
	}
	return fail(error, at, 0, "\"%s\" is not expected here (keywords: %s)",
		    show(word).text, list);
}

/* words[from] onwards. */
static bool parse_keywords(int n, char *const words[], int from, unsigned int allowed,
			   unsigned int required, struct request *request,
			   struct parse_error *error)
{
	for (int i = from; i < n; i += 2) {
		const struct keyword *keyword = find_keyword(words[i], allowed);

		if (!keyword)
			return fail_unknown(words[i], i, allowed, error);
		if (request->given & keyword->key)
			return fail(error, i, 0, "\"%s\" is given twice", keyword->word);
		if (i + 1 == n)
			return fail(error, n, 0, "\"%s\" needs a value: %s", keyword->word,
				    keyword->value);
		if (!keyword->parse(words[i + 1], request, error)) {
			error->word = i + 1;
			return false;
		}
		request->given |= keyword->key;
		if (keyword->key == KEY_RESIDENT)
			request->resident_word = i + 1;
	}
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (keywords[i].key & required & ~request->given)
			return fail(error, n, 0, "\"%s %s\" is missing", keywords[i].word,
				    keywords[i].value);
	return true;
}

bool parse_pin(int n, char *const words[], struct pin *pin, struct parse_error *error)
{
	const unsigned int required = KEY_DEV | KEY_LLADDR;
	struct request request = {0};

	if (n < 1)
		return fail(error, 0, 0, "ADDR is missing");
	if (!parse_address(words[0], &request.pin.addr, error) ||
	    !parse_keywords(n, words, 1, required | KEY_MODE | KEY_RESIDENT, required,
			    &request, error))
		return false;

	/* The kernel's defaults, so that pins can be compared. */
	if (!request.pin.mode)
		request.pin.mode = ARPPIN_MODE_ENFORCE;
	if (!(request.given & KEY_RESIDENT))
		request.pin.resident = request.pin.mode == ARPPIN_MODE_ENFORCE;
	if (request.pin.resident && request.pin.mode == ARPPIN_MODE_AUDIT)
		return fail(error, request.resident_word, 0,
			    "resident: \"on\" does not go with mode audit, which changes nothing");
	*pin = request.pin;
	return true;
}

bool parse_pin_key(int n, char *const words[], struct pin *pin, struct parse_error *error)
{
	struct request request = {0};

	if (n < 1)
		return fail(error, 0, 0, "ADDR is missing");
	if (!parse_address(words[0], &request.pin.addr, error) ||
	    !parse_keywords(n, words, 1, KEY_DEV, KEY_DEV, &request, error))
		return false;
	*pin = request.pin;
	return true;
}

bool parse_pin_filter(int n, char *const words[], struct pin *pin, struct parse_error *error)
{
	struct request request = {0};
	int from = 0;

	if (n && strcmp(words[0], "dev")) {
		if (!parse_address(words[0], &request.pin.addr, error))
			return false;
		from = 1;
	}
	if (!parse_keywords(n, words, from, KEY_DEV, 0, &request, error))
		return false;
	*pin = request.pin;
	return true;
}

bool parse_dev_filter(int n, char *const words[], char dev[IFNAMSIZ], struct parse_error *error)
{
	struct request request = {0};

	if (!parse_keywords(n, words, 0, KEY_DEV, 0, &request, error))
		return false;
	memcpy(dev, request.pin.dev, IFNAMSIZ);
	return true;
}

bool parse_learning(int n, char *const words[], struct learning *learning,
		    struct parse_error *error)
{
	struct request request = { .wait = PARSE_WAIT };

	if (n < 1)
		return fail(error, 0, 0, "ADDR or \"default\" is missing");
	if (strcmp(words[0], "default") && !parse_address(words[0], &request.pin.addr, error))
		return false;
	if (request.pin.addr.family == AF_INET6)
		return fail(error, 0, 0, "\"%s\" is an IPv6 address: only IPv4 is learned",
			    words[0]);
	if (!parse_keywords(n, words, 1, KEY_DEV | KEY_WAIT, 0, &request, error))
		return false;
	learning->addr = request.pin.addr;
	memcpy(learning->dev, request.pin.dev, IFNAMSIZ);
	learning->wait = request.wait;
	return true;
}

bool parse_setup(int n, char *const words[], bool *yes, unsigned int *wait,
		 struct parse_error *error)
{
	struct request request = { .wait = PARSE_WAIT };

	*yes = n && !strcmp(words[0], "--yes");
	if (!parse_keywords(n, words, *yes, KEY_WAIT, 0, &request, error))
		return false;
	*wait = request.wait;
	return true;
}

bool parse_guard(int n, char *const words[], struct guard *guard, struct parse_error *error)
{
	static const struct {
		unsigned int key;
		unsigned int given;
	} all[] = {
		{ KEY_UNPINNED, GUARD_UNPINNED },
		{ KEY_DEFEND, GUARD_DEFEND },
		{ KEY_ADDRESSES, GUARD_ADDRESSES },
	};
	struct request request = { .guard.unpinned = ARPPIN_UNPINNED_ACCEPT };

	if (!parse_keywords(n, words, 0, KEY_DEV | KEY_UNPINNED | KEY_DEFEND | KEY_ADDRESSES,
			    KEY_DEV, &request, error))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (request.given & all[i].key)
			request.guard.given |= all[i].given;
	if (!request.guard.given)
		return fail(error, n, 0, "\"unpinned\", \"defend\" or \"addresses\" is missing");
	*guard = request.guard;
	memcpy(guard->dev, request.pin.dev, IFNAMSIZ);
	return true;
}

bool parse_sighting_filter(int n, char *const words[], struct sighting *sighting,
			   struct parse_error *error)
{
	struct request request = {0};

	if (!parse_keywords(n, words, 0, KEY_DEV | KEY_ONE_LLADDR, 0, &request, error))
		return false;
	*sighting = request.sighting;
	memcpy(sighting->dev, request.pin.dev, IFNAMSIZ);
	return true;
}

static bool parse_id(const char *word, __u64 *id, struct parse_error *error)
{
	*id = parse_number(word, UINT64_MAX);
	return *id || fail(error, 0, 0, "\"%s\" is not the number of an incident",
			   show(word).text);
}

bool parse_incident_filter(int n, char *const words[], __u64 *id, struct parse_error *error)
{
	*id = 0;
	if (!n)
		return true;
	if (!parse_id(words[0], id, error))
		return false;
	if (parse_nothing(n - 1, words + 1, error))
		return true;
	error->word++;
	return false;
}

bool parse_report(int n, char *const words[], __u64 *id, const char **file,
		  struct parse_error *error)
{
	struct request request = {0};

	if (!n)
		return fail(error, 0, 0, "ID is missing (\"incident show\" lists them)");
	if (!parse_id(words[0], id, error) ||
	    !parse_keywords(n, words, 1, KEY_PCAP, 0, &request, error))
		return false;
	*file = request.file;
	return true;
}

/* Digits alone, unlike strtoull(). Returns what follows them, NULL if that is no number. */
static const char *parse_digits(const char *text, __u64 *value)
{
	const char *digit = text;

	for (*value = 0; *digit >= '0' && *digit <= '9'; digit++)
		if (__builtin_mul_overflow(*value, 10, value) ||
		    __builtin_add_overflow(*value, *digit - '0', value))
			return NULL;
	return digit == text ? NULL : digit;
}

static bool parse_between(const char *word, const char *keyword, __u64 least, __u64 most,
			  __u64 *value, struct parse_error *error)
{
	const char *end = parse_digits(word, value);

	if (!end || *end)
		return fail(error, 0, 0, "%s: \"%s\" is not a number", keyword, show(word).text);
	if (*value < least || *value > most)
		return fail(error, 0, 0, "%s: \"%s\" is not from %llu to %llu", keyword,
			    show(word).text, least, most);
	return true;
}

bool parse_place(const char *text, struct place *place)
{
	text = parse_digits(text, &place->epoch);
	if (text && *text == ' ')
		text = parse_digits(text + 1, &place->seq);
	else
		return false;
	return text && !strcmp(text, "\n");
}

enum {
	MONITOR_SINCE	= 1 << 0,
	MONITOR_CURSOR	= 1 << 1,
	MONITOR_JOURNAL	= 1 << 2,
	MONITOR_JOBS	= 1 << 3,
	MONITOR_TIMEOUT	= 1 << 4,
	MONITOR_EXEC	= 1 << 5,
};

static const struct {
	const char *word;
	const char *value;	/* NULL: has none */
	unsigned int key;
} monitor_words[] = {
	{ "since", "SEQ", MONITOR_SINCE },
	{ "cursor", "FILE", MONITOR_CURSOR },
	{ "journal", NULL, MONITOR_JOURNAL },
	{ "jobs", "N", MONITOR_JOBS },
	{ "timeout", "SECONDS", MONITOR_TIMEOUT },
	{ "exec", "COMMAND", MONITOR_EXEC },
};

static bool monitor_value(unsigned int key, char *const *word, struct monitoring *monitoring,
			  struct parse_error *error)
{
	__u64 number;

	switch (key) {
	case MONITOR_SINCE:
		monitoring->replay = true;
		return parse_between(*word, "since", 0, ~0ULL, &monitoring->since, error);
	case MONITOR_JOBS:
		if (!parse_between(*word, "jobs", 1, PARSE_JOBS_MAX, &number, error))
			return false;
		monitoring->jobs = number;
		return true;
	case MONITOR_TIMEOUT:
		if (!parse_between(*word, "timeout", 1, PARSE_TIMEOUT_MAX, &number, error))
			return false;
		monitoring->timeout = number;
		return true;
	case MONITOR_CURSOR:
		if (!**word)
			return fail(error, 0, 0, "cursor: \"\" is not a file");
		monitoring->cursor = *word;
		return true;
	default:
		if (!**word)
			return fail(error, 0, 0, "exec: \"\" is not a command");
		monitoring->command = word;
		return true;
	}
}

/* Words that do not go together. */
static bool monitor_agrees(unsigned int given, int n, struct parse_error *error)
{
	if ((given & MONITOR_SINCE) && (given & MONITOR_CURSOR))
		return fail(error, n, 0, "\"since\" does not go with \"cursor\", which says that");
	if ((given & MONITOR_JOBS) && !(given & MONITOR_EXEC))
		return fail(error, n, 0, "\"jobs\" does not go without \"exec COMMAND\"");
	if ((given & MONITOR_TIMEOUT) && !(given & MONITOR_EXEC))
		return fail(error, n, 0, "\"timeout\" does not go without \"exec COMMAND\"");
	return true;
}

static bool monitor_unknown(const char *word, int at, struct parse_error *error)
{
	char list[64] = "";

	for (size_t i = 0; i < ARRAY_SIZE(monitor_words); i++) {
		if (*list)
			strcat(list, ", ");
		strcat(list, monitor_words[i].word);
	}
	return fail(error, at, 0, "\"%s\" is not expected here (keywords: %s)",
		    show(word).text, list);
}

bool parse_monitoring(int n, char *const words[], struct monitoring *monitoring,
		      struct parse_error *error)
{
	unsigned int given = 0;

	*monitoring = (struct monitoring){ .jobs = 4, .timeout = 30 };
	for (int i = 0; i < n && !(given & MONITOR_EXEC); i++) {
		size_t k = 0;

		while (k < ARRAY_SIZE(monitor_words) && strcmp(monitor_words[k].word, words[i]))
			k++;
		if (k == ARRAY_SIZE(monitor_words))
			return monitor_unknown(words[i], i, error);
		if (given & monitor_words[k].key)
			return fail(error, i, 0, "\"%s\" is given twice", words[i]);
		given |= monitor_words[k].key;
		if (!monitor_words[k].value) {
			monitoring->journal = true;
			continue;
		}
		if (++i == n)
			return fail(error, n, 0, "\"%s\" needs a value: %s", monitor_words[k].word,
				    monitor_words[k].value);
		if (!monitor_value(monitor_words[k].key, &words[i], monitoring, error)) {
			error->word = i;
			return false;
		}
	}
	return monitor_agrees(given, n, error);
}

bool parse_stats(int n, char *const words[], bool *prometheus, struct parse_error *error)
{
	*prometheus = n && !strcmp(words[0], "prometheus");
	if (*prometheus)
		return parse_nothing(n - 1, words + 1, error);
	if (n)
		return fail(error, 0, 0, "\"%s\" is not expected here (keywords: prometheus)",
			    show(words[0]).text);
	return true;
}

static bool parse_copy(char *const words[], int n, struct restoring *restoring,
		       struct parse_error *error)
{
	if (n < 3)
		return fail(error, n, 0, "\"else\" needs a value: COPY");
	restoring->copy = words[2];
	if (!*restoring->copy || !strcmp(restoring->copy, "-"))
		return fail(error, 2, 0, "else: \"%s\" is not the name of a file",
			    restoring->copy);
	if (!strcmp(restoring->copy, restoring->file))
		return fail(error, 2, 0, "else: \"%s\" is FILE itself",
			    show(restoring->copy).text);
	return true;
}

static bool parse_seconds(char *const words[], int n, struct restoring *restoring,
			  struct parse_error *error)
{
	__u64 seconds;

	if (n < 3)
		return fail(error, n, 0, "\"confirm\" needs a value: SECONDS");
	if (!parse_between(words[2], "confirm", 1, PARSE_CONFIRM_MAX, &seconds, error)) {
		error->word = 2;
		return false;
	}
	restoring->seconds = seconds;
	return true;
}

static bool parse_file(int n, char *const words[], bool confirm, struct restoring *restoring,
		       struct parse_error *error)
{
	*restoring = (struct restoring){0};
	if (!n)
		return fail(error, 0, 0, "FILE is missing%s",
			    confirm ? " (- is the standard input)" : "");
	restoring->file = words[0];
	if (n == 1)
		return true;
	if (strcmp(words[1], "else") && (!confirm || strcmp(words[1], "confirm")))
		return fail(error, 1, 0, "\"%s\" is not expected here (keywords: else%s)",
			    show(words[1]).text, confirm ? ", confirm" : "");
	if (!(*words[1] == 'e' ? parse_copy : parse_seconds)(words, n, restoring, error))
		return false;
	if (n > 3)
		return fail(error, 3, 0, "\"%s\" is not expected here", show(words[3]).text);
	return true;
}

bool parse_restore(int n, char *const words[], struct restoring *restoring,
		   struct parse_error *error)
{
	return parse_file(n, words, true, restoring, error);
}

bool parse_standin(int n, char *const words[], struct restoring *restoring,
		   struct parse_error *error)
{
	if (!parse_file(n, words, false, restoring, error))
		return false;
	/* It is read again and again. */
	if (!strcmp(restoring->file, "-"))
		return fail(error, 0, 0, "\"-\" is not the name of a file");
	return true;
}

bool parse_nothing(int n, char *const words[], struct parse_error *error)
{
	if (n)
		return fail(error, 0, 0, "\"%s\" is not expected here", show(words[0]).text);
	return true;
}
