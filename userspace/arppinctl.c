// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arppinctl.h"

/* For everybody to read: asking the module itself would need CAP_NET_ADMIN. */
#define MODULE_VERSION_FILE "/sys/module/arppin/version"

#define PIN_USAGE "ADDR dev DEV lladdr MAC[,MAC...] [mode enforce|audit] [resident on|off]"
#define MONITOR_USAGE "[since SEQ | cursor FILE] [journal] [jobs N] [timeout SECONDS] " \
		      "[exec COMMAND [ARG...]]"

#define GUARD_USAGE "dev DEV [unpinned accept|audit|drop] [defend on|off] [addresses N|off]"

static int help(struct ctl *ctl, int n, char *const words[]);

static const struct command {
	const char *object;
	const char *command;	/* NULL: the object alone is the command */
	const char *usage;
	int (*run)(struct ctl *ctl, int n, char *const words[]);
	const char *summary;
} commands[] = {
	{ "pin", "add", PIN_USAGE, pin_add, "pin an address to one or more MAC addresses" },
	{ "pin", "replace", PIN_USAGE, pin_replace, "the same, in place of the pin that is there" },
	{ "pin", "del", "ADDR dev DEV", pin_del, "remove a pin" },
	{ "pin", "show", "[ADDR] [dev DEV]", pin_show, "list pins" },
	{ "pin", "flush", "[dev DEV]", pin_flush, "remove all pins" },
	{ "pin", "learn", "ADDR|default [dev DEV] [wait SECONDS]", pin_learn,
	  "ask the wire who has an address, and pin it if all agree" },
	{ "guard", "set", GUARD_USAGE, guard_set, "how a device treats addresses without a pin" },
	{ "guard", "show", "[dev DEV]", guard_show, "list guards" },
	{ "incident", "show", "[ID]", incident_show, "list incidents, live and ended ones" },
	{ "incident", "report", "ID [pcap FILE]", incident_report,
	  "describe one to those who can stop it" },
	{ "sighting", "show", "[dev DEV] [lladdr MAC]", sighting_show,
	  "list which addresses MAC addresses have used" },
	{ "monitor", NULL, MONITOR_USAGE, monitor, "tell events as they happen" },
	{ "stats", NULL, "[prometheus]", stats, "print counters and bounds" },
	{ "save", NULL, "", save, "print the pins and guards as lines for restore" },
	{ "restore", NULL, "FILE|- [else COPY | confirm SECONDS]", restore,
	  "make the pins and guards those of a file" },
	{ "confirm", NULL, "", confirm, "keep what a restore has put in force" },
	{ "lock", NULL, "", lock,
	  "until reboot, let pins and guards be added and strengthened only" },
	{ "standin", NULL, "FILE [else COPY]", standin,
	  "hold a file's pins while the module is missing" },
	{ "module", "reload", "", module_reload, "replace the module by the one on disk" },
	{ "explain", "pcap", "FILE|- [dev DEV]", explain_pcap,
	  "print the verdict for each ARP frame of a capture" },
	{ "selftest", NULL, "", selftest,
	  "prove on this host that a forged frame is dropped and told" },
	{ "setup", NULL, "[--yes] [wait SECONDS]", setup_host,
	  "pin the default gateways, now and after each boot" },
	{ "check", NULL, "", check, "is this host protected, now and after the next boot?" },
	{ "version", NULL, "", version, "print the versions of tool and module" },
	{ "help", NULL, "[OBJECT]", help, "print this" },
};

int wrong(const char *format, ...)
{
	char text[1024], line[2048];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	parse_escape(line, sizeof(line), text, strlen(text), true);
	fprintf(stderr, "arppinctl: %s\n", line);
	return EXIT_WRONG;
}

int refused(const struct ctl *ctl)
{
	fprintf(stderr, "arppinctl: %s\n", ctl->nl.error.text);
	return EXIT_REFUSED;
}

/* As `ip -n` finds it, or by its path. */
int enter_netns(struct ctl *ctl)
{
	const char *name = ctl->netns;
	char path[PATH_MAX];
	int fd;

	if (!name)
		return EXIT_DONE;
	snprintf(path, sizeof(path), "%s%s", *name == '/' ? "" : "/run/netns/", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return wrong("-n: \"%s\" is not a network namespace: %s: %s", name, path,
			     strerror(errno));
	if (setns(fd, CLONE_NEWNET)) {
		int code = errno;

		close(fd);
		if (code == EINVAL)
			return wrong("-n: \"%s\" is not a network namespace", name);
		wrong("-n: cannot enter \"%s\": %s", name, strerror(code));
		return EXIT_REFUSED;
	}
	close(fd);
	return EXIT_DONE;
}

int connect_kernel(struct ctl *ctl)
{
	int status = enter_netns(ctl);

	if (!status && !nl_open(&ctl->nl))
		status = refused(ctl);
	return status;
}

int do_request(struct ctl *ctl, struct nlmsghdr *nlh, nl_answer answer, void *data)
{
	if (!nl_do(&ctl->nl, nlh, answer, data))
		return refused(ctl);
	if (*ctl->nl.warning)
		fprintf(stderr, "arppinctl: %s\n", ctl->nl.warning);
	return EXIT_DONE;
}

int version(struct ctl *ctl, int n, char *const words[])
{
	struct out *out = &ctl->out;
	struct parse_error error;
	char text[64] = "";
	FILE *file;

	if (!parse_nothing(n, words, &error))
		return wrong("%s", error.text);
	file = fopen(MODULE_VERSION_FILE, "re");
	if (!file && errno != ENOENT)
		return wrong("cannot read %s: %s", MODULE_VERSION_FILE, strerror(errno));
	if (file) {
		if (fgets(text, sizeof(text), file))
			text[strcspn(text, "\n")] = '\0';
		fclose(file);
	}
	out_open_object(out, NULL);
	out_string(out, "tool", "arppinctl ", ARPPIN_VERSION);
	if (*text) {
		out_string(out, "module", ", module ", text);
	} else {
		out_null(out, "module");
		out_text(out, ", no module loaded");
	}
	out_text(out, "\n");
	out_close(out);
	return EXIT_DONE;
}

static void print_usage(const struct command *command)
{
	printf("%s%s%s%s%s", command->object, command->command ? " " : "",
	       command->command ? command->command : "", *command->usage ? " " : "",
	       command->usage);
}

/* Of one object, or with NULL of all. */
static int print_help(const char *object)
{
	if (!object)
		puts("usage: arppinctl [OPTION...] OBJECT [COMMAND [ARGUMENT...]]\n");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (object && strcmp(commands[i].object, object))
			continue;
		fputs("  arppinctl ", stdout);
		print_usage(&commands[i]);
		printf("\n        %s\n", commands[i].summary);
	}
	if (!object)
		puts("\nOptions:\n"
		     "  -j, --json       print JSON\n"
		     "  -p, --pretty     indent it\n"
		     "  -n, --netns NS   work in network namespace NS (a name of \"ip netns\", or a path)\n"
		     "  -V, --version    print the versions of tool and module\n"
		     "  -h, --help       print this\n"
		     "\n"
		     "Words may be shortened while they are unambiguous. More: man arppinctl");
	return EXIT_DONE;
}

/* The commands of an object, or the objects, that begin so: a list for a message. */
static const char *list_words(const char *object, const char *begin, char *list, size_t size)
{
	const char *last = "";

	*list = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const char *word = object ? commands[i].command : commands[i].object;

		if (object && strcmp(commands[i].object, object))
			continue;
		if (!strcmp(word, last) || strncmp(word, begin, strlen(begin)))
			continue;
		if (*list)
			strncat(list, ", ", size - strlen(list) - 1);
		strncat(list, word, size - strlen(list) - 1);
		last = word;
	}
	return list;
}

/*
 * The one object, or the one command of an object, that `word` is or begins;
 * NULL, with a message, if there is none or there are several.
 */
static const struct command *find(const char *word, const char *object)
{
	const struct command *found = NULL;
	const char *found_word = NULL;
	bool ambiguous = false;
	char list[256];

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		const char *full = object ? commands[i].command : commands[i].object;

		if (object && strcmp(commands[i].object, object))
			continue;
		if (!strcmp(full, word))
			return &commands[i];
		if (!*word || strncmp(full, word, strlen(word)))
			continue;
		if (found && strcmp(found_word, full))
			ambiguous = true;
		if (!found) {
			found = &commands[i];
			found_word = full;
		}
	}
	if (found && !ambiguous)
		return found;
	wrong("%s%s\"%.64s\" is %s (%s)", object ? object : "", object ? ": " : "", word,
	      ambiguous ? "ambiguous" : object ? "not a command" : "not an object",
	      list_words(object, ambiguous ? word : "", list, sizeof(list)));
	return NULL;
}

static bool is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h");
}

static int help(struct ctl *ctl, int n, char *const words[])
{
	const struct command *command;
	struct parse_error error;

	(void)ctl;
	if (!n)
		return print_help(NULL);
	if (!parse_nothing(n - 1, words + 1, &error))
		return wrong("%s", error.text);
	command = find(words[0], NULL);
	return command ? print_help(command->object) : EXIT_WRONG;
}

static int dispatch(struct ctl *ctl, int n, char *const words[])
{
	const struct command *command;
	char list[256];
	int used = 1;

	if (!n)
		return wrong("an object is missing (%s)",
			     list_words(NULL, "", list, sizeof(list)));
	command = find(words[0], NULL);
	if (!command)
		return EXIT_WRONG;
	if (command->command) {
		if (n < 2)
			return wrong("%s: a command is missing (%s)", command->object,
				     list_words(command->object, "", list, sizeof(list)));
		if (is_help(words[1]) || !strcmp(words[1], "help"))
			return print_help(command->object);
		command = find(words[1], command->object);
		if (!command)
			return EXIT_WRONG;
		used = 2;
	}
	if (n > used && is_help(words[used])) {
		fputs("usage: arppinctl ", stdout);
		print_usage(command);
		printf("\n        %s\n", command->summary);
		return EXIT_DONE;
	}
	return command->run(ctl, n - used, words + used);
}

static bool netns_name_valid(const char *name)
{
	if (*name == '/')
		return strlen(name) < PATH_MAX;
	return *name && strlen(name) <= NAME_MAX && !strchr(name, '/') && strcmp(name, ".") &&
	       strcmp(name, "..");
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "pretty", no_argument, NULL, 'p' },
		{ "netns", required_argument, NULL, 'n' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	static struct ctl ctl;
	int option, status;
	bool versions = false;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+:jpn:Vh", options, NULL)) >= 0) {
		switch (option) {
		case 'j':
			ctl.out.json = true;
			break;
		case 'p':
			ctl.out.pretty = true;
			break;
		case 'n':
			ctl.netns = optarg;
			if (!netns_name_valid(optarg))
				return wrong("-n: \"%s\" is not the name of a network namespace",
					     optarg);
			break;
		case 'V':
			versions = true;
			break;
		case 'h':
			return print_help(NULL);
		case ':':
			return wrong("\"%s\" needs a value: NETNS", argv[optind - 1]);
		default:
			if (strncmp(argv[optind - 1], "--", 2))
				return wrong("\"-%c\" is not an option", optopt);
			return wrong("\"%s\" is not an option", argv[optind - 1]);
		}
	}
	if (versions)
		status = version(&ctl, argc - optind, argv + optind);
	else
		status = dispatch(&ctl, argc - optind, argv + optind);
	nl_close(&ctl.nl);
	if (!out_finish() && !status)
		status = EXIT_WRONG;
	return status;
}
