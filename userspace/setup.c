// SPDX-License-Identifier: GPL-2.0-only
/* setup: from installed to protected, or nothing changed. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "advice.h"
#include "change.h"
#include "file.h"
#include "lesson.h"
#include "msg.h"
#include "print.h"
#include "program.h"

#define CONFIG_FILE "/etc/arppin.conf"
#define SYSTEMD_RUNS "/run/systemd/system"
#define PROGRAM_SECONDS 90

struct setup {
	struct ctl *ctl;
	struct lesson lesson;
	bool has_file;
	struct text text;	/* of the file */
	struct stat stat;
	bool written;
	bool enabled;
};

static int nothing_changed(void)
{
	wrong("nothing was changed");
	return EXIT_UNSAFE;
}

/* False: `line` is the first that the program had to say, or why it did not run. */
static bool run(char *const words[], char *line, size_t size)
{
	int status = program_run(words, PROGRAM_SECONDS, line, size);

	if (status < 0)
		snprintf(line, size, "%s: %s", words[0], strerror(errno));
	else if (status && !*line)
		snprintf(line, size, "%s: exit status %d", words[0], status);
	line[strcspn(line, "\n")] = '\0';
	return !status;
}

static int modprobe(char *option)
{
	char *const words[] = { "modprobe", option ? option : "arppin",
				option ? "arppin" : NULL, NULL };
	char line[512];

	if (run(words, line, sizeof(line)))
		return EXIT_DONE;
	wrong("the module cannot be loaded: %s", line);
	return EXIT_REFUSED;
}

/* The module may be loaded later: until it is clear what to pin nothing changes. */
static int connect_if_loaded(struct ctl *ctl)
{
	if (nl_open(&ctl->nl))
		return EXIT_DONE;
	return ctl->nl.error.code == ENOENT ? modprobe("--dry-run") : refused(ctl);
}

static int compare_file(struct setup *setup, const struct config *there)
{
	struct parse_error error;
	struct config config;
	bool same;

	if (!file_read(CONFIG_FILE, &setup->text)) {
		if (errno == ENOENT)
			return EXIT_DONE;
		wrong("cannot read " CONFIG_FILE ": %s", strerror(errno));
		return nothing_changed();
	}
	if (stat(CONFIG_FILE, &setup->stat)) {
		wrong("cannot read " CONFIG_FILE ": %s", strerror(errno));
		return nothing_changed();
	}
	setup->has_file = true;
	if (!parse_config(setup->text.bytes, setup->text.len, &config, &error)) {
		fprintf(stderr, CONFIG_FILE ":%u:%u: %s\n", error.line, error.column, error.text);
		return nothing_changed();
	}
	same = config_same(&config, there);
	config_free(&config);
	if (same)
		return EXIT_DONE;
	wrong("%s differs from what is in force: see \"arppinctl restore %s\", \"arppinctl save\"",
	      CONFIG_FILE, CONFIG_FILE);
	return nothing_changed();
}

/* A gateway that is pinned is not asked for. */
static bool note_pinned(struct lesson *lesson, const struct config *there)
{
	bool open = false;

	for (size_t i = 0; i < lesson->n; i++) {
		struct question *question = &lesson->questions[i];

		for (size_t j = 0; j < there->n_pins; j++) {
			const struct pin *pin = &there->pins[j].pin;

			if (strcmp(pin->dev, question->dev) ||
			    memcmp(&pin->addr, &question->addr, sizeof(question->addr)))
				continue;
			question->pin = *pin;
			question->pinned = true;
			question->reason = REASON_ALREADY_PINNED;
		}
		open |= !question->pinned;
	}
	return open;
}

static int learn(struct setup *setup, const struct config *there, unsigned int seconds)
{
	struct lesson *lesson = &setup->lesson;
	int status = lesson_open(lesson);

	if (!status)
		status = lesson_add_gateways(lesson, "");
	if (status)
		return status;
	if (lesson->others)
		wrong("default routes without an IPv4 gateway that answers ARP are left out");
	if (!lesson->n) {
		wrong("there is no default gateway in the main table");
		return nothing_changed();
	}
	return note_pinned(lesson, there) ? lesson_ask(setup->ctl, lesson, seconds) : EXIT_DONE;
}

static int look(struct setup *setup, unsigned int seconds)
{
	struct ctl *ctl = setup->ctl;
	struct config there = {0};
	int status = connect_if_loaded(ctl);

	if (!status && ctl->nl.family && !config_in_force(ctl, &there))
		status = refused(ctl);
	if (!status)
		status = compare_file(setup, &there);
	if (!status)
		status = learn(setup, &there, seconds);
	config_free(&there);
	return status;
}

static bool all_settled(const struct lesson *lesson)
{
	for (size_t i = 0; i < lesson->n; i++)
		if (!question_is_settled(&lesson->questions[i]))
			return false;
	return true;
}

static void print_gateways(struct setup *setup)
{
	struct out *out = &setup->ctl->out;

	out_open_array(out, "gateways");
	for (size_t i = 0; i < setup->lesson.n; i++)
		lesson_print(out, NULL, &setup->lesson, &setup->lesson.questions[i]);
	if (out->json)
		out_close(out);
}

static bool ask(void)
{
	char answer[16] = "";

	fflush(stdout);
	fputs("Pin this, write it to " CONFIG_FILE " and enable arppin at boot? [y/N] ", stderr);
	return fgets(answer, sizeof(answer), stdin) &&
	       (!strcasecmp(answer, "y\n") || !strcasecmp(answer, "yes\n"));
}

/* Of the questions before number `n`. */
static void unpin(struct setup *setup, size_t n)
{
	char buffer[256] __attribute__((aligned(8)));

	for (size_t i = 0; i < n; i++) {
		struct question *question = &setup->lesson.questions[i];
		struct nl *nl = &setup->ctl->nl;
		struct pin pin = { .addr = question->addr };
		struct nlmsghdr *nlh;

		if (!question->pinned || question->reason != REASON_AGREED)
			continue;
		memcpy(pin.dev, question->dev, IFNAMSIZ);
		nlh = nl_request(nl, buffer, ARPPIN_CMD_PIN_DEL);
		msg_put_pin_key(nlh, &pin);
		question->pinned = do_request(setup->ctl, nlh, NULL, NULL);
	}
}

static int pin_all(struct setup *setup)
{
	struct lesson *lesson = &setup->lesson;

	for (size_t i = 0; i < lesson->n; i++) {
		int status;

		if (lesson->questions[i].reason != REASON_AGREED)
			continue;
		status = lesson_pin(setup->ctl, &lesson->questions[i]);
		if (status) {
			unpin(setup, i);
			return status;
		}
	}
	return EXIT_DONE;
}

/* By whom and when. */
static void put_origin(FILE *file)
{
	const char *user = getenv("SUDO_USER");
	const struct passwd *passwd = user ? NULL : getpwuid(getuid());
	time_t now = time(NULL);
	char date[32], name[128];
	struct tm tm;

	user = user ? user : passwd ? passwd->pw_name : "root";
	parse_escape(name, sizeof(name), user, strlen(user), false);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", gmtime_r(&now, &tm));
	fprintf(file, "# by arppinctl setup, %s UTC, user %s\n", date, name);
}

static bool is_new(const struct setup *setup, const struct pin *pin)
{
	for (size_t i = 0; i < setup->lesson.n; i++) {
		const struct question *question = &setup->lesson.questions[i];

		if (question->reason == REASON_AGREED && !strcmp(question->dev, pin->dev) &&
		    !memcmp(&question->addr, &pin->addr, sizeof(pin->addr)))
			return true;
	}
	return false;
}

/* What is there stays as its owner wrote it, and what is new goes behind. */
static void put_config(const struct setup *setup, FILE *file, const struct pins *pins,
		       const struct guards *guards)
{
	const struct text *text = &setup->text;
	struct out out = { .file = file };

	if (setup->has_file && text->len) {
		fwrite(text->bytes, 1, text->len, file);
		if (text->bytes[text->len - 1] != '\n')
			fputc('\n', file);
	}
	put_origin(file);
	for (size_t i = 0; i < pins->n; i++) {
		if (setup->has_file && !is_new(setup, &pins->pins[i]))
			continue;
		fputs("pin add ", file);
		print_pin_words(&out, &pins->pins[i]);
		fputc('\n', file);
	}
	for (size_t i = 0; !setup->has_file && i < guards->n; i++) {
		fputs("guard set ", file);
		print_guard_words(&out, &guards->guards[i]);
		fputc('\n', file);
	}
}

static bool replace_file(struct setup *setup, const struct pins *pins, const struct guards *guards)
{
	struct text text = {0};
	FILE *file = open_memstream(&text.bytes, &text.len);
	bool done;

	if (!file)
		return false;
	put_config(setup, file, pins, guards);
	done = !fclose(file) && file_replace(CONFIG_FILE, &text);
	free(text.bytes);
	if (done && setup->has_file &&
	    (chown(CONFIG_FILE, setup->stat.st_uid, setup->stat.st_gid) ||
	     chmod(CONFIG_FILE, setup->stat.st_mode & 07777)))
		wrong("cannot give " CONFIG_FILE " its owner and mode again: %s", strerror(errno));
	return done;
}

static int write_file(struct setup *setup)
{
	const struct pin all = {0};
	struct guards guards = {0};
	struct pins pins = {0};
	bool any = !setup->has_file;
	int status = EXIT_DONE;

	for (size_t i = 0; i < setup->lesson.n; i++)
		any |= setup->lesson.questions[i].reason == REASON_AGREED;
	if (!any)
		return EXIT_DONE;
	if (!pins_read(setup->ctl, &all, &pins) || !guards_read(setup->ctl, &guards)) {
		status = refused(setup->ctl);
	} else if (!replace_file(setup, &pins, &guards)) {
		wrong("cannot write " CONFIG_FILE ": %s", strerror(errno));
		status = EXIT_REFUSED;
	}
	setup->written = !status;
	free(pins.pins);
	free(guards.guards);
	return status;
}

/* Pins and file, or neither. */
static int change(struct setup *setup)
{
	struct ctl *ctl = setup->ctl;
	sigset_t set, old;
	int status = EXIT_DONE;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, &old);
	if (!ctl->nl.family) {
		status = modprobe(NULL);
		nl_close(&ctl->nl);
		if (!status && !nl_open(&ctl->nl))
			status = refused(ctl);
	}
	if (!status)
		status = pin_all(setup);
	if (!status) {
		status = write_file(setup);
		if (status)
			unpin(setup, setup->lesson.n);
	}
	sigprocmask(SIG_SETMASK, &old, NULL);
	return status;
}

/* What is in force and in the file is to come back at boot. */
static int enable_units(struct setup *setup)
{
	static char *const enable[] = { "systemctl", "enable", "arppin.service",
					"arppin-standin.service", "arppin-monitor.service", NULL };
	/* It reads the file, and keeps a copy of it, also where it runs already. */
	static char *const reload[] = { "systemctl", "reload-or-restart", "arppin.service", NULL };
	static char *const start[] = { "systemctl", "start", "arppin-standin.service",
				       "arppin-monitor.service", NULL };
	char line[512];

	if (access(SYSTEMD_RUNS, F_OK)) {
		wrong("systemd does not run here: let \"modprobe arppin\" and \"arppinctl restore "
		      CONFIG_FILE "\" run at each boot, before the network is up");
		return EXIT_UNSAFE;
	}
	if (!run(enable, line, sizeof(line)) || !run(reload, line, sizeof(line)) ||
	    !run(start, line, sizeof(line))) {
		wrong("all is pinned, and in " CONFIG_FILE ", but will not be at the next boot: %s",
		      line);
		return EXIT_UNSAFE;
	}
	setup->enabled = true;
	return EXIT_DONE;
}

static void print_done(struct setup *setup)
{
	struct out *out = &setup->ctl->out;

	if (out->json) {
		print_gateways(setup);
		return;
	}
	for (size_t i = 0; i < setup->lesson.n; i++) {
		const struct question *question = &setup->lesson.questions[i];

		if (question->pinned && question->reason == REASON_AGREED) {
			out_address(out, NULL, "pinned ", &question->addr);
			out_string(out, NULL, " dev ", question->dev);
			out_text(out, "\n");
		}
	}
	if (setup->written)
		out_text(out, "written " CONFIG_FILE "\n");
}

static void print_next(struct setup *setup)
{
	struct out *out = &setup->ctl->out;
	const struct question *question = &setup->lesson.questions[0];

	if (!setup->enabled || out->json)
		return;
	out_text(out, "protected now and after each boot; next:\n"
		 "    arppinctl check              is all of it well?\n"
		 "    journalctl -t arppin         what has happened; alerts: man arppinctl, \"monitor\"\n");
	out_string(out, NULL, "    arppinctl guard set dev ", question->dev);
	out_text(out, " unpinned audit    hear of all others who claim anything\n"
		 "before a router is replaced, or fails over to another MAC address, add that:\n");
	out_address(out, NULL, "    arppinctl pin replace ", &question->addr);
	out_string(out, NULL, " dev ", question->dev);
	out_text(out, " lladdr OLD,NEW\n    " ADVICE_SAVE "\n");
}

static int learn_and_change(struct setup *setup, bool yes, unsigned int seconds)
{
	struct out *out = &setup->ctl->out;
	int status = look(setup, seconds);

	if (status)
		return status;
	if (!all_settled(&setup->lesson)) {
		out_open_object(out, NULL);
		print_gateways(setup);
		status = nothing_changed();
	} else {
		if (!out->json)
			print_gateways(setup);
		if (!yes && !ask())
			return wrong("nothing was changed");
		status = change(setup);
		if (!status)
			status = enable_units(setup);
		out_open_object(out, NULL);
		print_done(setup);
		print_next(setup);
	}
	out_string(out, "config", NULL, CONFIG_FILE);
	out_bool(out, "written", setup->written);
	out_bool(out, "enabled", setup->enabled);
	out_close(out);
	return status;
}

int setup_host(struct ctl *ctl, int n, char *const words[])
{
	struct setup setup = { .ctl = ctl };
	struct parse_error error;
	unsigned int seconds;
	bool yes;
	int status;

	if (!parse_setup(n, words, &yes, &seconds, &error))
		return wrong("%s", error.text);
	if (ctl->netns)
		return wrong("\"-n\": what is set up is what the whole machine boots with");
	if (geteuid()) {
		wrong("this needs root");
		return EXIT_REFUSED;
	}
	if (!yes && ctl->out.json)
		return wrong("\"-j\": nobody is asked then: say \"setup --yes\"");
	if (!yes && !isatty(STDIN_FILENO))
		return wrong("there is no terminal to ask at: \"setup --yes\" does not ask");
	status = learn_and_change(&setup, yes, seconds);
	lesson_free(&setup.lesson);
	free(setup.text.bytes);
	return status;
}
