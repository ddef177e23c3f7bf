// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel says, and how it is shown: messages of the module, answers to
 * requests with their texts, news of families; devices, neighbours and routes.
 *
 * Input: which of these, 1 byte (see LLVMFuzzerTestOneInput()); the attributes of one
 * message, or the datagram that answers a request. In that, messages with number 0
 * get the number of the request.
 *
 * Properties:
 * - nothing is read beyond a message, no number from an attribute that is too short
 *   for it, no string from one without an end;
 * - whatever names and texts are in it: text is printable lines, of an event one;
 *   JSON is JSON, and names the very device; a field of the journal cannot become
 *   another; metrics are as Prometheus reads them; an error is one printable line.
 */
#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <json-c/json.h>
#include <linux/genetlink.h>
#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <sys/socket.h>

#include "arppinctl.h"
#include "from_kernel.h"
#include "fuzz.h"
#include "journald.h"
#include "msg.h"
#include "names.h"
#include "print.h"
#include "prometheus.h"
#include "report.h"
#include "tables.h"

#define FAMILY 30

/* --- the kernel's end of a socket, in place of libmnl's --- */

static struct {
	const uint8_t *bytes;		/* the answer to any request */
	size_t len;
	uint32_t seq;			/* of the latest request */
	enum { ANSWER, ACK, SILENCE } next;
	void *buffer;			/* in which nothing but the answer may be read */
	size_t size;
} kernel;

static void *socket_of(void)
{
	return &kernel;
}

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return socket_of();
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned int groups, pid_t pid)
{
	(void)nl;
	(void)groups;
	(void)pid;
	return 0;
}

int mnl_socket_setsockopt(const struct mnl_socket *nl, int type, void *buf, socklen_t len)
{
	(void)nl;
	(void)type;
	(void)buf;
	(void)len;
	return 0;
}

int mnl_socket_get_fd(const struct mnl_socket *nl)
{
	(void)nl;
	return -1;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *req, size_t size)
{
	const struct nlmsghdr *nlh = req;
	int len = size;

	(void)nl;
	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
		kernel.seq = nlh->nlmsg_seq;
	property(!len);
	kernel.next = ANSWER;
	return size;
}

static void unpoison(void)
{
	ASAN_UNPOISON_MEMORY_REGION(kernel.buffer, kernel.size);
	kernel.size = 0;
}

static size_t put_answer(void *to, size_t size)
{
	size_t len = kernel.len < size ? kernel.len : size;
	struct nlmsghdr *nlh = to;
	int left = len;

	if (len)
		memcpy(to, kernel.bytes, len);
	for (; mnl_nlmsg_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		if (!nlh->nlmsg_seq)
			nlh->nlmsg_seq = kernel.seq;
	return len;
}

static size_t put_ack(void *to)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(to);

	mnl_nlmsg_put_extra_header(nlh, sizeof(struct nlmsgerr));
	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_seq = kernel.seq;
	return nlh->nlmsg_len;
}

struct mnl_socket *from_kernel_open(int protocol)
{
	(void)protocol;
	return NULL;
}

ssize_t from_kernel(const struct mnl_socket *nl, void *buf, size_t size)
{
	size_t len;

	(void)nl;
	unpoison();
	switch (kernel.next++) {
	case ANSWER:
		len = put_answer(buf, size);
		break;
	case ACK:
		len = put_ack(buf);
		break;
	default:
		errno = EBADF;
		return -1;
	}
	kernel.buffer = buf;
	kernel.size = size;
	/* libmnl relies on it that the kernel pads messages, the last one, too. */
	len = MNL_ALIGN(len);
	ASAN_POISON_MEMORY_REGION((char *)buf + len, size - len);
	return len;
}

/* libmnl's takes a length of 2 GiB and more for a negative one, less than any. */
bool mnl_nlmsg_ok(const struct nlmsghdr *nlh, int len)
{
	return len >= (int)sizeof(*nlh) && nlh->nlmsg_len >= sizeof(*nlh) &&
	       nlh->nlmsg_len <= (unsigned int)len;
}

/* The same, but ASan sees what it reads. */
size_t mnl_nlmsg_get_payload_len(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_len - MNL_NLMSG_HDRLEN;
}

/* --- libmnl's getters, which believe that the attribute is long enough --- */

static void get_exactly(const struct nlattr *attr, void *to, size_t len)
{
	property(mnl_attr_get_payload_len(attr) >= len);
	memcpy(to, mnl_attr_get_payload(attr), len);
}

uint8_t mnl_attr_get_u8(const struct nlattr *attr)
{
	uint8_t value;

	get_exactly(attr, &value, sizeof(value));
	return value;
}

uint16_t mnl_attr_get_u16(const struct nlattr *attr)
{
	uint16_t value;

	get_exactly(attr, &value, sizeof(value));
	return value;
}

uint32_t mnl_attr_get_u32(const struct nlattr *attr)
{
	uint32_t value;

	get_exactly(attr, &value, sizeof(value));
	return value;
}

const char *mnl_attr_get_str(const struct nlattr *attr)
{
	const char *text = mnl_attr_get_payload(attr);

	property(memchr(text, 0, mnl_attr_get_payload_len(attr)));
	return text;
}

/* --- what the tool's other files would do --- */

static struct pin the_pin;
static struct guard the_guard;

int wrong(const char *format, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	return EXIT_WRONG;
}

int refused(const struct ctl *ctl)
{
	property(is_sentence(ctl->nl.error.text));
	return EXIT_REFUSED;
}

int connect_kernel(struct ctl *ctl)
{
	(void)ctl;
	return EXIT_DONE;
}

int do_request(struct ctl *ctl, struct nlmsghdr *nlh, nl_answer answer, void *data)
{
	if (!nl_do(&ctl->nl, nlh, answer, data))
		return refused(ctl);
	property(is_printable(ctl->nl.warning, strlen(ctl->nl.warning), false));
	return EXIT_DONE;
}

bool pins_read(struct ctl *ctl, const struct pin *filter, struct pins *pins)
{
	(void)ctl;
	(void)filter;
	pins->pins = exact_copy(&the_pin, sizeof(the_pin));
	pins->n = 1;
	return true;
}

bool guards_read(struct ctl *ctl, struct guards *guards)
{
	(void)ctl;
	guards->guards = exact_copy(&the_guard, sizeof(the_guard));
	guards->n = 1;
	return true;
}

/* --- what is printed --- */

static struct json_object *parse_json(const char *text)
{
	enum json_tokener_error error;
	struct json_object *json = json_tokener_parse_verbose(text, &error);

	property(json && error == json_tokener_success);
	return json;
}

static void check_text(const char *text, size_t len)
{
	property(is_printable(text, len, true) && strlen(text) == len);
	property(len && text[len - 1] == '\n');
}

/* Prints with PRINTER, which prints to `out`; the text is to be freed. */
#define printed(as_json, printer) ({			\
	struct out out = { .json = (as_json) };		\
	char *text_ = NULL;				\
	size_t len_;					\
							\
	out.file = open_memstream(&text_, &len_);	\
	printer;					\
	fclose(out.file);				\
	check_text(text_, len_);			\
	text_;						\
})

/* Both ways. */
#define check_printed(printer) do {			\
	for (int json = 0; json < 2; json++) {		\
		char *both = printed(json, printer);	\
							\
		if (json)				\
			json_object_put(parse_json(both)); \
		free(both);				\
	}						\
} while (0)

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c - 'a' + 10;
}

/* Is it how a name is written? */
static bool is_escaped(const char *text, const char *name)
{
	for (; *text && *name; name++) {
		if (*text == '\\') {
			property(text[1] == 'x' && isxdigit((unsigned char)text[2]) &&
				 isxdigit((unsigned char)text[3]));
			if ((char)(hex(text[2]) << 4 | hex(text[3])) != *name)
				return false;
			text += 4;
		} else if (*text++ != *name) {
			return false;
		}
	}
	return !*text && !*name;
}

static const char *dev_of(const struct event *event)
{
	if (event->has_incident)
		return event->incident.dev;
	if (event->has_pin)
		return event->pin.dev;
	return event->has_guard ? event->guard.dev : event->dev;
}

static const char *kind_of(const struct event *event)
{
	const char *word = names_word(&names_event, event->kind);

	return word ? word : "unknown";
}

/* The datagram, field by field. */
static void check_entry(const char *entry, size_t len, const struct event *event,
			const char *message)
{
	const char *end = entry + len;
	unsigned int messages = 0, devs = 0, kinds = 0;

	while (entry < end) {
		size_t name = strcspn(entry, "=\n"), size;
		const char *value = entry + name + 1;
		uint64_t prefix;

		property(name && strspn(entry, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == name);
		property(value < end);
		if (value[-1] == '=') {
			size = strcspn(value, "\n");
		} else {
			property(end - value >= (long)sizeof(prefix));
			memcpy(&prefix, value, sizeof(prefix));
			value += sizeof(prefix);
			size = le64toh(prefix);
		}
		property(size < (size_t)(end - value) && value[size] == '\n');
		if (name == 7 && !memcmp(entry, "MESSAGE", name)) {
			messages++;
			property(size == strlen(message) && !memcmp(value, message, size));
		} else if (name == 10 && !memcmp(entry, "ARPPIN_DEV", name)) {
			devs++;
			property(size == strlen(dev_of(event)));
			property(!memcmp(value, dev_of(event), size));
		} else if (name == 12 && !memcmp(entry, "ARPPIN_EVENT", name)) {
			kinds++;
			property(size == strlen(kind_of(event)));
		}
		entry = value + size + 1;
	}
	property(messages == 1 && kinds == 1 && devs <= 1);
}

static void check_journal(const struct event *event, const char *line)
{
	static struct journal journal;
	struct place place = { .epoch = 1, .seq = event->seq };
	const struct waiting *entry;

	/* Nobody takes it, and so it waits. */
	journal.path = "";
	journal.fd = -1;
	journal.failing = true;
	journal_tell(&journal, kind_of(event), event, &place, line);
	entry = queue_first(&journal.queue);
	property(entry && journal.queue.n == 1);
	check_entry(entry->text, entry->len, event, line);
	queue_drop_first(&journal.queue);
}

static void check_name(const char name[IFNAMSIZ])
{
	property(strnlen(name, IFNAMSIZ) < IFNAMSIZ);
}

static void check_event(const struct event *event)
{
	struct json_object *json, *dev;
	char *text;

	check_name(event->dev);
	check_name(event->pin.dev);
	check_name(event->guard.dev);
	check_name(event->incident.dev);
	check_name(event->incident.port);
	text = printed(true, print_event(&out, event));
	property(strchr(text, '\n') == text + strlen(text) - 1);
	json = parse_json(text);
	if (*dev_of(event)) {
		property(json_object_object_get_ex(json, "dev", &dev));
		property(is_escaped(json_object_get_string(dev), dev_of(event)));
	}
	json_object_put(json);
	free(text);

	text = printed(false, print_event(&out, event));
	property(strchr(text, '\n') == text + strlen(text) - 1);
	text[strlen(text) - 1] = '\0';
	check_journal(event, text);
	free(text);
}

static void check_incident(const struct incident *incident)
{
	static struct address addr = { .family = AF_INET, .bytes = { 192, 0, 2, 10 } };
	static const struct host host = {
		.name = "\033[2Ja host\n\"", .has_lladdr = true, .addrs = &addr, .n_addrs = 1,
	};

	check_name(incident->dev);
	check_name(incident->port);
	check_printed(print_incident(&out, NULL, incident));
	check_printed(print_report(&out, incident, &host, 1));
}

/* name{label="value",...} number, or a comment. */
static void check_metric(const char *line)
{
	const char *at = line + strspn(line, "abcdefghijklmnopqrstuvwxyz_");

	if (*line == '#') {
		property(!strncmp(line, "# HELP ", 7) || !strncmp(line, "# TYPE ", 7));
		return;
	}
	property(at > line);
	if (*at == '{') {
		do {
			at++;
			at += strspn(at, "abcdefghijklmnopqrstuvwxyz_");
			property(at[0] == '=' && at[1] == '"');
			for (at += 2; *at && *at != '"'; at++)
				if (*at == '\\' && *++at)
					property(strchr("\\\"n", *at));
			property(*at++ == '"');
		} while (*at == ',');
		property(*at++ == '}');
	}
	property(*at++ == ' ');
	property(*at && at[strspn(at, "0123456789.")] == '\0');
}

static void check_metrics(char *text)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		check_metric(line);
}

static void to_stdout(FILE **real, size_t *len, char **text)
{
	*real = stdout;
	stdout = open_memstream(text, len);
}

static void from_stdout(FILE *real)
{
	fclose(stdout);
	stdout = real;
}

static void fuzz_metrics(struct pin *pin, struct guard *guard, const struct stats *stats)
{
	struct metrics metrics = { .stats = *stats };
	char *text = NULL;
	FILE *real;
	size_t len;

	metrics.pins = (struct pins){ .pins = pin, .n = !!pin };
	metrics.guards = (struct guards){ .guards = guard, .n = !!guard };
	to_stdout(&real, &len, &text);
	prometheus_print(&metrics);
	from_stdout(real);
	check_text(text, len);
	check_metrics(text);
	free(text);
}

static void fuzz_message(char which, struct input *input)
{
	static const struct stats no_stats;
	size_t len = sizeof(struct nlmsghdr) + GENL_HDRLEN + input->left;
	struct nlmsghdr *nlh = calloc(1, MNL_ALIGN(len));
	struct sighting sighting;
	struct incident incident;
	struct event event;
	struct guard guard;
	struct pin pin;

	nlh->nlmsg_len = len;
	take(input, (char *)nlh + len - input->left, input->left);
	switch (which) {
	case 'e':
		if (!msg_get_event(nlh, &event))
			check_event(&event);
		break;
	case 'p':
		if (msg_get_pin(nlh, &pin))
			break;
		check_name(pin.dev);
		check_printed(print_pin(&out, NULL, &pin));
		fuzz_metrics(&pin, NULL, &no_stats);
		break;
	case 'g':
		if (msg_get_guard(nlh, &guard))
			break;
		check_name(guard.dev);
		check_printed(print_guard(&out, NULL, &guard));
		fuzz_metrics(NULL, &guard, &no_stats);
		break;
	case 'i':
		if (!msg_get_incident(nlh, &incident))
			check_incident(&incident);
		break;
	case 's':
		if (!msg_get_sighting(nlh, &sighting))
			check_printed(print_sighting(&out, &sighting));
		break;
	}
	free(nlh);
}

/* --- answers --- */

static const char *get_stats(const struct nlmsghdr *nlh, void *data)
{
	return msg_get_stats(nlh, data);
}

static void fuzz_stats(struct ctl *ctl, bool prometheus, bool json)
{
	char *const words[] = { (char *)"prometheus", NULL };
	char *text = NULL;
	FILE *real;
	size_t len;
	int status;

	ctl->out.json = json;
	to_stdout(&real, &len, &text);
	status = stats(ctl, prometheus, words);
	from_stdout(real);
	property(status == EXIT_DONE || (status == EXIT_REFUSED && !len));
	if (len)
		check_text(text, len);
	if (len && prometheus)
		check_metrics(text);
	else if (len && json)
		json_object_put(parse_json(text));
	free(text);
}

struct kept {
	size_t n;
};

static const char *keep(const struct nlmsghdr *nlh, void *data)
{
	struct kept *kept = data;
	struct pin pin;

	kept->n++;
	return msg_get_pin(nlh, &pin);
}

static void fuzz_dump(struct ctl *ctl)
{
	char buffer[256] __attribute__((aligned(8)));
	struct kept kept = {0};

	if (!nl_dump(&ctl->nl, nl_request(&ctl->nl, buffer, ARPPIN_CMD_PIN_GET), keep, &kept,
		     &kept.n))
		property(is_sentence(ctl->nl.error.text) && ctl->nl.error.code);
}

#define BATCH 3

static struct nlmsghdr *fill(struct nl *nl, void *buffer, size_t i, void *data)
{
	const struct pin pin = { .dev = "eth0", .addr.family = AF_INET };
	struct nlmsghdr *nlh = nl_request(nl, buffer, ARPPIN_CMD_PIN_NEW);

	(void)data;
	property(i < BATCH);
	msg_put_pin_key(nlh, &pin);
	return nlh;
}

static bool is_refused(const struct nl_error *error, size_t i, void *data)
{
	(void)data;
	property(i < BATCH && is_sentence(error->text));
	return false;
}

static void fuzz_batch(struct ctl *ctl)
{
	size_t sent = 0;

	if (nl_batch(&ctl->nl, BATCH, fill, is_refused, NULL, &sent))
		property(sent == BATCH);
	else
		property(is_sentence(ctl->nl.error.text));
}

static void fuzz_news(struct ctl *ctl)
{
	struct nlmsghdr *nlh = calloc(1, MNL_ALIGN(kernel.len) + 1);
	__u16 before = ctl->nl.family;

	memcpy(nlh, kernel.bytes, kernel.len);
	if (mnl_nlmsg_ok(nlh, kernel.len) && nl_family_news(&ctl->nl, nlh) != NL_FAMILY_CAME)
		property(ctl->nl.family == before);
	free(nlh);
}

static void fuzz_open(struct ctl *ctl)
{
	if (!nl_open(&ctl->nl))
		property(is_sentence(ctl->nl.error.text));
	else
		property(ctl->nl.family);
	nl_close(&ctl->nl);
}

static void check_ip4(const struct address *addr)
{
	property(addr->family == AF_INET);
}

static void fuzz_routes(char which)
{
	const struct address to = { .family = AF_INET, .bytes = { 192, 0, 2, 1 } };
	struct gateways gateways = {0};
	struct neighs neighs = {0};
	struct links links = {0};
	struct rtnl rtnl = {0};
	struct way way;

	rtnl_open(&rtnl);
	switch (which) {
	case 'L':
		if (rtnl_links(&rtnl, &links))
			break;
		for (size_t i = 0; i < links.n; i++)
			check_name(links.items[i].name);
		break;
	case 'N':
		if (rtnl_neighs(&rtnl, 0, &neighs))
			break;
		neighs_sort(&neighs);
		for (size_t i = 0; i < neighs.n; i++) {
			check_ip4(&neighs.items[i].addr);
			property(neigh_find_sorted(&neighs, neighs.items[i].ifindex,
						   &neighs.items[i].addr));
		}
		break;
	case 'G':
		if (rtnl_gateways(&rtnl, &gateways))
			break;
		for (size_t i = 0; i < gateways.n; i++) {
			check_ip4(&gateways.items[i].addr);
			property(gateways.items[i].ifindex);
		}
		break;
	case 'W':
		if (!rtnl_way(&rtnl, &to, 0, &way))
			property(way.source.family == AF_UNSPEC || way.source.family == AF_INET);
		break;
	}
	free(gateways.items);
	free(neighs.items);
	free(links.items);
	rtnl_close(&rtnl);
}

static void fuzz_request(char which)
{
	static struct ctl ctl;
	char buffer[256] __attribute__((aligned(8)));
	struct stats answer;

	memset(&ctl, 0, sizeof(ctl));
	ctl.nl.sock = socket_of();
	ctl.nl.family = FAMILY;
	switch (which) {
	case 'S':
		fuzz_stats(&ctl, false, false);
		fuzz_stats(&ctl, false, true);
		fuzz_stats(&ctl, true, false);
		break;
	case 'R': /* one request, and its refusal or its warning */
		do_request(&ctl, nl_request(&ctl.nl, buffer, ARPPIN_CMD_STATS_GET), get_stats,
			   &answer);
		break;
	case 'D':
		fuzz_dump(&ctl);
		break;
	case 'B':
		fuzz_batch(&ctl);
		break;
	case 'F':
		fuzz_news(&ctl);
		break;
	case 'O':
		fuzz_open(&ctl);
		break;
	default:
		fuzz_routes(which);
	}
	unpoison();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	char which = take_byte(&input);

	/* Pins and guards of the metrics: names of all the bytes that a name may have. */
	the_pin = (struct pin){ .dev = "\"\\\033{}=,\377\n", .addr.family = AF_INET };
	the_guard = (struct guard){ .dev = "\"} 1\n", .unpinned = ARPPIN_UNPINNED_DROP };
	kernel.bytes = input.at;
	kernel.len = input.left;
	if (islower((unsigned char)which))
		fuzz_message(which, &input);
	else
		fuzz_request(which);
	return 0;
}
