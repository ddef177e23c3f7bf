// SPDX-License-Identifier: GPL-2.0-only
/* What will be in force after the next boot: files, units, kernel command line. */
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "checks.h"

#define PUT_ASIDE "mv " CONFIG_FILE " " CONFIG_FILE ".broken && "

/* Of two sets, what one has and the other lacks. */
struct difference {
	size_t file;		/* only in the file */
	size_t force;		/* only in force */
	size_t both;		/* in both, but not the same */
};

static void count(struct difference *difference, int order, bool same)
{
	difference->file += order < 0;
	difference->force += order > 0;
	difference->both += !order && !same;
}

static bool guard_does(const struct guard *guard)
{
	return guard->unpinned != ARPPIN_UNPINNED_ACCEPT || guard->defend || guard->addresses;
}

/* Both are sorted alike. */
static struct difference compare(const struct config *config, const struct pin *in_pins,
				 size_t n_pins, const struct guard *in_guards, size_t n_guards)
{
	struct difference difference = {0};

	for (size_t i = 0, j = 0; i < config->n_pins || j < n_pins;) {
		const struct pin *pin = i < config->n_pins ? &config->pins[i].pin : NULL;
		int order = !pin ? 1 : j == n_pins ? -1 : compare_pins(pin, &in_pins[j]);

		count(&difference, order, order || same_pin(pin, &in_pins[j]));
		i += order <= 0;
		j += order >= 0;
	}
	for (size_t i = 0, j = 0; i < config->n_guards || j < n_guards;) {
		const struct guard *guard = i < config->n_guards ? &config->guards[i].guard : NULL;
		int order = !guard ? 1 : j == n_guards ? -1 : compare_guards(guard, &in_guards[j]);

		/* A guard that does nothing is as good as none. */
		if (order >= 0 || guard_does(guard))
			count(&difference, order, order || same_guard(guard, &in_guards[j]));
		i += order <= 0;
		j += order >= 0;
	}
	return difference;
}

static bool is_same(const struct difference *difference)
{
	return !difference->file && !difference->force && !difference->both;
}

void check_config(const struct facts *facts, struct result *result)
{
	static const char why[] = "the next boot restores the copy of the last good one";
	static const char why_nothing[] = "the next boot pins nothing";
	const struct config_file *file = &facts->config;
	char *fix = NULL;

	if (file->state == FILE_GOOD) {
		say_ok(result, CONFIG_FILE ": %zu pins, %zu guards", file->config.n_pins,
		       file->config.n_guards);
		return;
	}
	if (file->state == FILE_MISSING) {
		say_skipped(result, "there is no " CONFIG_FILE);
		return;
	}
	if (facts->known && facts->pins.n)
		fix = text_new(PUT_ASIDE ADVICE_SAVE);
	else if (facts->good.state == FILE_GOOD)
		fix = text_new(PUT_ASIDE "cp -p " GOOD_FILE " " CONFIG_FILE);
	say_failed(result, facts->good.state == FILE_GOOD ? why : why_nothing, fix,
		   file->state == FILE_BROKEN ? "%s (mend it; the fix puts the file aside)" :
						"%s (the fix puts it aside)",
		   file->error);
}

static void no_config(const struct facts *facts, struct result *result)
{
	char *fix;

	if (facts->known && facts->pins.n)
		fix = text_new(ADVICE_SAVE);
	else if (facts->good.state == FILE_GOOD && facts->good.config.n_pins)
		fix = text_new("cp -p " GOOD_FILE " " CONFIG_FILE);
	else
		fix = text_new("arppinctl setup --yes");
	say_failed(result, "after the next boot nothing is pinned, or what was once", fix,
		   "there is no " CONFIG_FILE);
}

/* Which side is right, only the administrator knows: both ways are told. */
static const char why_reload[] =
	"the fix puts the file in force; to forget what it has more: " ADVICE_SAVE;
static const char *const why_save[] = {
	"the fix keeps what is in force; to go back to the file: " ADVICE_RESTORE_BY_HAND,
	"the fix keeps what is in force; to go back to the file: " ADVICE_RESTORE_BY_UNIT,
};

void check_config_in_force(const struct facts *facts, struct result *result)
{
	struct difference difference;
	bool reload;

	if (facts->config.state == FILE_MISSING) {
		no_config(facts, result);
		return;
	}
	if (facts->config.state != FILE_GOOD) {
		say_skipped(result, CONFIG_FILE " is not good");
		return;
	}
	if (checks_skipped(facts, result))
		return;
	difference = compare(&facts->config.config, facts->pins.pins, facts->pins.n,
			     facts->guards.guards, facts->guards.n);
	if (is_same(&difference)) {
		say_ok(result, CONFIG_FILE " is what is in force");
		return;
	}
	/* The fix shall take no protection away: it takes the side that has more. */
	reload = !difference.force && !difference.both;
	say_failed(result, reload ? why_reload : why_save[advice_has_unit(facts)],
		   reload ? advice_restore(facts) : text_new(ADVICE_SAVE),
		   CONFIG_FILE ": %zu only in the file, %zu only in force, %zu different",
		   difference.file, difference.force, difference.both);
}

/* Two files: the copy is compared as if it were in force. */
static bool same_config(const struct config *a, const struct config *b)
{
	struct guard *guards = must(calloc(b->n_guards + 1, sizeof(*guards)));
	struct pin *copies = must(calloc(b->n_pins + 1, sizeof(*copies)));
	struct difference difference;
	size_t n_guards = 0;

	for (size_t i = 0; i < b->n_pins; i++)
		copies[i] = b->pins[i].pin;
	for (size_t i = 0; i < b->n_guards; i++)
		if (guard_does(&b->guards[i].guard))
			guards[n_guards++] = b->guards[i].guard;
	difference = compare(a, copies, b->n_pins, guards, n_guards);
	free(copies);
	free(guards);
	return is_same(&difference);
}

void check_last_good(const struct facts *facts, struct result *result)
{
	static const char why[] = "it is what a boot restores if the file is broken";
	const struct config_file *good = &facts->good;

	if (facts->config.state != FILE_GOOD)
		say_skipped(result, "there is no good " CONFIG_FILE " to compare it with");
	else if (good->state != FILE_GOOD)
		say_failed(result, why, advice_restore(facts), "%s",
			   good->state == FILE_MISSING ? "there is no " GOOD_FILE : good->error);
	else if (!same_config(&facts->config.config, &good->config))
		say_failed(result, why, advice_restore(facts),
			   GOOD_FILE " is not the same as " CONFIG_FILE);
	else
		say_ok(result, GOOD_FILE " is the same");
}

static void unit(const struct facts *facts, struct result *result, unsigned int i)
{
	static const char *const why[UNITS] = {
		[UNIT_RESTORE] = "it restores the pins before the network is up",
		[UNIT_STANDIN] = "it holds the pins of a kernel that has no module",
		[UNIT_MONITOR] = "it tells of an attack; who does not want it masks it",
	};
	const struct unit *unit = &facts->units[i];
	const char *name = unit_names[i];
	bool enabled = !strcmp(unit->file, "enabled");
	const char *now = i == UNIT_MONITOR ? "--now " : "";

	if (!facts->systemd)
		say_failed(result, why[i], NULL,
			   "there is no systemd: what does its work is not known");
	else if (*facts->systemd_error)
		say_failed(result, why[i], NULL, "%s", facts->systemd_error);
	else if (!strcmp(unit->load, "masked") && i == UNIT_MONITOR)
		say_skipped(result, "%s is masked", name);
	else if (!strcmp(unit->load, "masked"))
		say_failed(result, why[i],
			   text_new("systemctl unmask %s && systemctl enable %s", name, name),
			   "%s is masked", name);
	else if (strcmp(unit->load, "loaded"))
		say_failed(result, why[i], NULL, "%s is not installed (%s)", name,
			   *unit->load ? unit->load : "unknown");
	else if (!enabled)
		say_failed(result, why[i], text_new("systemctl enable %s%s", now, name), "%s is %s",
			   name, *unit->file ? unit->file : "not enabled");
	else if (!strcmp(unit->active, "failed") ||
		 (i == UNIT_MONITOR && strcmp(unit->active, "active")))
		say_failed(result, why[i], text_new("systemctl restart %s", name), "%s is %s", name,
			   unit->active);
	else
		say_ok(result, "%s is enabled and %s", name, unit->active);
}

void check_unit_restore(const struct facts *facts, struct result *result)
{
	unit(facts, result, UNIT_RESTORE);
}

void check_unit_standin(const struct facts *facts, struct result *result)
{
	unit(facts, result, UNIT_STANDIN);
}

void check_unit_monitor(const struct facts *facts, struct result *result)
{
	unit(facts, result, UNIT_MONITOR);
}

void check_boot_now(const struct facts *facts, struct result *result)
{
	if (facts->off_now)
		say_failed(result, "the units do nothing during this boot", text_new("reboot"),
			   "\"noarppin\" is on the kernel command line");
	else
		say_ok(result, "no \"noarppin\" on the kernel command line");
}

void check_boot_next(const struct facts *facts, struct result *result)
{
	const struct loader *loader = &facts->loader;
	char *update = text_new("%s%s", facts->debian ? "update-grub" : "grub-mkconfig -o ",
				facts->debian ? "" : loader->generated);
	static const char why[] = "the units will do nothing after the next boot";

	if (*loader->sources)
		say_failed(result, why,
			   text_new("sed -i 's/noarppin//g' %s%s%s", loader->sources,
				    *loader->generated ? " && " : "",
				    *loader->generated ? update : ""),
			   "\"noarppin\" is in %s", loader->sources);
	else if (loader->in_generated)
		say_failed(result, why, text_new("%s", update), "\"noarppin\" is in %s",
			   loader->generated);
	else if (!loader->readable)
		say_skipped(result, "no boot loader's file could be read");
	else
		say_ok(result, "no \"noarppin\" in the boot loader's files");
	free(update);
}
