// SPDX-License-Identifier: GPL-2.0-only
/* save and restore */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arppinctl.h"
#include "msg.h"
#include "print.h"

#define FILE_MAX (64U << 20)	/* 65536 pins with 16 MACs each are about 23 MiB */

int save(struct ctl *ctl, int n, char *const words[])
{
	struct guards guards = {0};
	struct parse_error error;
	struct pin all = {0};
	struct pins pins = {0};
	int status;

	if (!parse_nothing(n, words, &error))
		return wrong("%s", error.text);
	if (ctl->out.json)
		return wrong("\"-j\": what restore reads is lines, not JSON");
	status = connect_kernel(ctl);
	if (status)
		return status;
	if (pins_read(ctl, &all, &pins) && guards_read(ctl, &guards)) {
		for (size_t i = 0; i < pins.n; i++) {
			out_text(&ctl->out, "pin add ");
			print_pin_words(&ctl->out, &pins.pins[i]);
			out_text(&ctl->out, "\n");
		}
		for (size_t i = 0; i < guards.n; i++) {
			out_text(&ctl->out, "guard set ");
			print_guard_words(&ctl->out, &guards.guards[i]);
			out_text(&ctl->out, "\n");
		}
	} else {
		status = refused(ctl);
	}
	free(pins.pins);
	free(guards.guards);
	return status;
}

/* One step from the state that is to the state that shall be, and its way back. */
struct step {
	enum { PUT_PIN, DEL_PIN, SET_GUARD } kind;
	const struct pin *pin;		/* PUT_PIN, DEL_PIN */
	const struct pin *old;		/* what it replaces; NULL: nothing */
	const char *dev;		/* SET_GUARD; IFNAMSIZ bytes */
	const struct guard *guard;	/* of any device: the policy counts */
	const struct guard *old_guard;
	unsigned int line;		/* 0: no line of the file is the reason */
	bool undone;			/* it changed nothing */
};

struct plan {
	struct step *steps;
	size_t n;
	size_t gate;			/* steps from here on wait for all before to be done */
	size_t failed;			/* steps that were refused */
	const struct step *first;	/* of them */
	struct nl_error error;		/* its error */
};

/* That of a device without a guard. */
static const struct guard no_guard = { .unpinned = ARPPIN_UNPINNED_ACCEPT };

/* Both lists are sorted alike, so one walk along both of them finds all. */
static void plan_pins(struct plan *plan, const struct config *config, const struct pins *pins,
		      bool leaving)
{
	size_t i = 0, j = 0;

	while (i < config->n_pins || j < pins->n) {
		const struct config_pin *new = &config->pins[i];
		const struct pin *old = &pins->pins[j];
		int order;

		if (i == config->n_pins)
			order = 1;
		else if (j == pins->n)
			order = -1;
		else
			order = compare_pins(&new->pin, old);
		i += order <= 0;
		j += order >= 0;
		if (leaving && order > 0)
			plan->steps[plan->n++] = (struct step){
				.kind = DEL_PIN, .pin = old, .old = old,
			};
		if (!leaving && (order < 0 || (!order && !same_pin(&new->pin, old))))
			plan->steps[plan->n++] = (struct step){
				.kind = PUT_PIN, .pin = &new->pin, .old = order ? NULL : old,
				.line = new->line,
			};
	}
}

static void plan_guards(struct plan *plan, const struct config *config,
			const struct guards *guards)
{
	size_t i = 0, j = 0;

	while (i < config->n_guards || j < guards->n) {
		struct step step = {
			.kind = SET_GUARD,
			.guard = &no_guard,
			.old_guard = &no_guard,
		};
		int order;

		if (i == config->n_guards)
			order = 1;
		else if (j == guards->n)
			order = -1;
		else
			order = compare_guards(&config->guards[i].guard, &guards->guards[j]);
		if (order >= 0) {
			step.dev = guards->guards[j].dev;
			step.old_guard = &guards->guards[j++];
		}
		if (order <= 0) {
			step.dev = config->guards[i].guard.dev;
			step.line = config->guards[i].line;
			step.guard = &config->guards[i++].guard;
		}
		if (!same_guard(step.guard, step.old_guard))
			plan->steps[plan->n++] = step;
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * New pins go in before old ones go out. If there is no room for both at a
 * time the old ones have to go first.
 */
static bool crowded(const struct config *config, const struct pins *pins,
		    const struct guards *guards, const char **names)
{
	size_t n = 0, devs = 0, together = config->n_pins;

	for (size_t i = 0, j = 0; j < pins->n; j++) {
		while (i < config->n_pins &&
		       compare_pins(&config->pins[i].pin, &pins->pins[j]) < 0)
			i++;
		if (i == config->n_pins || compare_pins(&config->pins[i].pin, &pins->pins[j]))
			together++;
	}
	for (size_t i = 0; i < config->n_pins; i++)
		names[n++] = config->pins[i].pin.dev;
	for (size_t i = 0; i < config->n_guards; i++)
		names[n++] = config->guards[i].guard.dev;
	for (size_t i = 0; i < pins->n; i++)
		names[n++] = pins->pins[i].dev;
	for (size_t i = 0; i < guards->n; i++)
		names[n++] = guards->guards[i].dev;
	if (n)
		qsort(names, n, sizeof(*names), compare_names);
	for (size_t i = 0; i < n; i++)
		devs += !i || strcmp(names[i - 1], names[i]);
	return together > ARPPIN_PINS_MAX || devs > ARPPIN_DEVS_MAX;
}

static bool make_plan(struct plan *plan, const struct config *config, const struct pins *pins,
		      const struct guards *guards)
{
	size_t most = config->n_pins + config->n_guards + pins->n + guards->n + 1;
	const char **names = malloc(most * sizeof(*names));
	bool first;

	plan->steps = malloc(most * sizeof(*plan->steps));
	if (!names || !plan->steps) {
		free(names);
		return false;
	}
	first = crowded(config, pins, guards, names);
	if (first)
		plan_pins(plan, config, pins, true);
	plan_pins(plan, config, pins, false);
	/* Stricter guards after the pins that they would cut off. */
	plan_guards(plan, config, guards);
	plan->gate = plan->n;
	if (!first)
		plan_pins(plan, config, pins, true);
	free(names);
	return true;
}

static struct nlmsghdr *fill_step(struct nl *nl, void *buffer, size_t i, void *data)
{
	const struct plan *plan = data;
	const struct step *step = &plan->steps[i];
	struct nlmsghdr *nlh;
	struct guard guard;

	switch (step->kind) {
	case PUT_PIN:
		nlh = nl_request(nl, buffer, ARPPIN_CMD_PIN_NEW);
		msg_put_pin(nlh, step->pin);
		msg_put_pin_flags(nlh, ARPPIN_PIN_REPLACE);
		return nlh;
	case DEL_PIN:
		nlh = nl_request(nl, buffer, ARPPIN_CMD_PIN_DEL);
		msg_put_pin_key(nlh, step->pin);
		return nlh;
	default:
		nlh = nl_request(nl, buffer, ARPPIN_CMD_GUARD_SET);
		guard = *step->guard;
		guard.given = GUARD_ALL;
		memcpy(guard.dev, step->dev, IFNAMSIZ);
		msg_put_guard(nlh, &guard);
		return nlh;
	}
}

static bool step_refused(const struct nl_error *error, size_t i, void *data)
{
	struct plan *plan = data;
	struct step *step = &plan->steps[i];

	step->undone = true;
	if (step->kind == DEL_PIN && error->code == ENOENT)
		return false; /* somebody else was faster */
	if (!plan->failed++) {
		plan->first = step;
		plan->error = *error;
	}
	return true;
}

/* The way back over the first `n` steps; returns how many of them failed. */
static size_t undo(struct ctl *ctl, const struct plan *plan, size_t n)
{
	struct plan back = {0};
	size_t sent = 0;

	back.steps = malloc((n + 1) * sizeof(*back.steps));
	if (!back.steps)
		return n;
	while (n--) {
		struct step *step = &back.steps[back.n];

		if (plan->steps[n].undone)
			continue;
		*step = plan->steps[n];
		step->kind = step->kind == SET_GUARD ? SET_GUARD : step->old ? PUT_PIN : DEL_PIN;
		step->pin = step->old ? step->old : step->pin;
		step->guard = step->old_guard;
		back.n++;
	}
	while (sent < back.n)
		if (!nl_batch(&ctl->nl, back.n, fill_step, step_refused, &back, &sent)) {
			back.failed += back.n - sent;
			break;
		}
	free(back.steps);
	return back.failed;
}

static int apply(struct ctl *ctl, struct plan *plan, const char *file)
{
	size_t sent = 0, failed;

	/* No pin goes out while one that shall come in may still be refused. */
	if (nl_batch(&ctl->nl, plan->gate, fill_step, step_refused, plan, &sent) &&
	    !plan->failed &&
	    nl_batch(&ctl->nl, plan->n, fill_step, step_refused, plan, &sent) && !plan->failed)
		return EXIT_DONE;
	if (!plan->failed)
		plan->error = ctl->nl.error;
	if (plan->failed && plan->first->line)
		fprintf(stderr, "%s:%u: %s\n", file, plan->first->line, plan->error.text);
	else
		fprintf(stderr, "arppinctl: %s\n", plan->error.text);
	failed = undo(ctl, plan, sent);
	if (failed)
		fprintf(stderr, "arppinctl: %zu changes could not be undone\n", failed);
	else
		fputs("arppinctl: nothing was changed\n", stderr);
	return EXIT_REFUSED;
}

/* NULL: errno says why. */
static char *read_file(const char *name, size_t *len)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "re") : stdin;
	size_t room = 1 << 16;
	char *text, *grown;
	int code = 0;

	if (!file)
		return NULL;
	text = malloc(room);
	for (*len = 0; text; ) {
		*len += fread(text + *len, 1, room - *len, file);
		if (*len < room)
			break;
		if (room >= FILE_MAX) {
			code = EFBIG;
			break;
		}
		room *= 2;
		grown = realloc(text, room);
		if (!grown)
			code = ENOMEM;
		if (code)
			break;
		text = grown;
	}
	if (text && ferror(file))
		code = errno ? errno : EIO;
	if (file != stdin)
		fclose(file);
	if (!code && text)
		return text;
	free(text);
	errno = code ? code : ENOMEM;
	return NULL;
}

static int replace_all(struct ctl *ctl, const struct config *config, const char *file)
{
	struct guards guards = {0};
	struct pin all = {0};
	struct pins pins = {0};
	struct plan plan = {0};
	sigset_t set;
	int status;

	if (!pins_read(ctl, &all, &pins) || !guards_read(ctl, &guards)) {
		status = refused(ctl);
	} else if (!make_plan(&plan, config, &pins, &guards)) {
		fputs("arppinctl: out of memory\n", stderr);
		status = EXIT_REFUSED;
	} else {
		/* An impatient user shall not leave half of it behind. */
		sigfillset(&set);
		sigprocmask(SIG_BLOCK, &set, NULL);
		status = apply(ctl, &plan, file);
		sigprocmask(SIG_UNBLOCK, &set, NULL);
	}
	free(plan.steps);
	free(pins.pins);
	free(guards.guards);
	return status;
}

int restore(struct ctl *ctl, int n, char *const words[])
{
	struct parse_error error;
	struct config config;
	size_t len;
	char *text;
	bool good;
	int status;

	if (!n)
		return wrong("FILE is missing (- is the standard input)");
	if (!parse_nothing(n - 1, words + 1, &error))
		return wrong("%s", error.text);
	text = read_file(words[0], &len);
	if (!text)
		return wrong("cannot read \"%s\": %s", words[0], strerror(errno));
	good = parse_config(text, len, &config, &error);
	free(text);
	if (!good) {
		fprintf(stderr, "%s:%u:%u: %s\n", words[0], error.line, error.column, error.text);
		return EXIT_WRONG;
	}
	status = connect_kernel(ctl);
	if (!status)
		status = replace_all(ctl, &config, words[0]);
	config_free(&config);
	return status;
}
