// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arppinctl.h"
#include "change.h"
#include "locked.h"
#include "msg.h"

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
		const struct config_pin *new = i < config->n_pins ? &config->pins[i] : NULL;
		const struct pin *old = j < pins->n ? &pins->pins[j] : NULL;
		int order;

		if (!new)
			order = 1;
		else if (!old)
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

static const struct guard *guard_of(const struct guards *guards, const char *dev)
{
	for (size_t i = 0; i < guards->n; i++)
		if (!strcmp(guards->guards[i].dev, dev))
			return &guards->guards[i];
	return &no_guard;
}

static const char *weaker(const struct step *step, const struct guards *guards)
{
	switch (step->kind) {
	case SET_GUARD:
		return locked_guard(step->old_guard, step->guard);
	case DEL_PIN:
		return locked_pin(step->old, NULL, &no_guard);
	default:
		/* Of new pins, a guard matters to those that only audit. */
		return locked_pin(step->old, step->pin,
				  step->old || step->pin->mode == ARPPIN_MODE_ENFORCE ?
				  &no_guard : guard_of(guards, step->pin->dev));
	}
}

static void tell_step(struct nl_error *error, const struct step *step, const char *why)
{
	const char *dev = step->kind == SET_GUARD ? step->dev : step->pin->dev;
	char addr[INET6_ADDRSTRLEN] = "guard";
	char name[4 * IFNAMSIZ];

	if (step->kind != SET_GUARD)
		inet_ntop(step->pin->addr.family, step->pin->addr.bytes, addr, sizeof(addr));
	parse_escape(name, sizeof(name), dev, strlen(dev), true);
	snprintf(error->text, sizeof(error->text), "%s dev %s: %s", addr, name, why);
}

/*
 * What a lock refuses is not begun: under it, there is no way back. The module
 * would refuse it as well, but one by one.
 */
static bool allowed(struct ctl *ctl, const struct plan *plan, const struct guards *guards,
		    struct change *change)
{
	bool locked;

	if (!locked_read(ctl, &locked)) {
		change->error = ctl->nl.error;
		return false;
	}
	for (size_t i = 0; locked && i < plan->n; i++) {
		const struct step *step = &plan->steps[i];
		const char *why = weaker(step, guards);

		if (!why)
			continue;
		change->line = step->line;
		change->error.code = EPERM;
		tell_step(&change->error, step, why);
		return false;
	}
	return true;
}

static bool apply(struct ctl *ctl, struct plan *plan, struct change *change)
{
	size_t sent = 0;

	/* No pin goes out while one that shall come in may still be refused. */
	if (nl_batch(&ctl->nl, plan->gate, fill_step, step_refused, plan, &sent) &&
	    !plan->failed &&
	    nl_batch(&ctl->nl, plan->n, fill_step, step_refused, plan, &sent) && !plan->failed)
		return true;
	change->error = plan->failed ? plan->error : ctl->nl.error;
	change->line = plan->failed ? plan->first->line : 0;
	change->stuck = undo(ctl, plan, sent);
	return false;
}

static bool out_of_memory(struct nl_error *error)
{
	error->code = ENOMEM;
	snprintf(error->text, sizeof(error->text), "out of memory");
	return false;
}

bool change_to(struct ctl *ctl, const struct config *config, struct change *change)
{
	struct guards guards = {0};
	struct pin all = {0};
	struct pins pins = {0};
	struct plan plan = {0};
	sigset_t set, old;
	bool done = false;

	memset(change, 0, sizeof(*change));
	if (!pins_read(ctl, &all, &pins) || !guards_read(ctl, &guards)) {
		change->error = ctl->nl.error;
	} else if (!make_plan(&plan, config, &pins, &guards)) {
		out_of_memory(&change->error);
	} else if (allowed(ctl, &plan, &guards, change)) {
		/* An impatient user shall not leave half of it behind. */
		sigfillset(&set);
		sigprocmask(SIG_BLOCK, &set, &old);
		done = apply(ctl, &plan, change);
		sigprocmask(SIG_SETMASK, &old, NULL);
	}
	free(plan.steps);
	free(pins.pins);
	free(guards.guards);
	return done;
}

/* Both are sorted as a struct config is. */
static bool keep(struct config *config, const struct pins *pins, const struct guards *guards)
{
	config->pins = malloc((pins->n + 1) * sizeof(*config->pins));
	config->guards = malloc((guards->n + 1) * sizeof(*config->guards));
	if (!config->pins || !config->guards) {
		config_free(config);
		return false;
	}
	for (; config->n_pins < pins->n; config->n_pins++)
		config->pins[config->n_pins] = (struct config_pin){
			.pin = pins->pins[config->n_pins],
		};
	for (; config->n_guards < guards->n; config->n_guards++)
		config->guards[config->n_guards] = (struct config_guard){
			.guard = guards->guards[config->n_guards],
		};
	return true;
}

bool config_in_force(struct ctl *ctl, struct config *config)
{
	struct guards guards = {0};
	struct pin all = {0};
	struct pins pins = {0};
	bool done;

	memset(config, 0, sizeof(*config));
	done = pins_read(ctl, &all, &pins) && guards_read(ctl, &guards);
	if (done && !keep(config, &pins, &guards))
		done = out_of_memory(&ctl->nl.error);
	free(pins.pins);
	free(guards.guards);
	return done;
}

bool config_same(const struct config *a, const struct config *b)
{
	if (a->n_pins != b->n_pins || a->n_guards != b->n_guards)
		return false;
	for (size_t i = 0; i < a->n_pins; i++)
		if (compare_pins(&a->pins[i].pin, &b->pins[i].pin) ||
		    !same_pin(&a->pins[i].pin, &b->pins[i].pin))
			return false;
	for (size_t i = 0; i < a->n_guards; i++)
		if (compare_guards(&a->guards[i].guard, &b->guards[i].guard) ||
		    !same_guard(&a->guards[i].guard, &b->guards[i].guard))
			return false;
	return true;
}
