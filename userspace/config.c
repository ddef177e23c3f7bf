// SPDX-License-Identifier: GPL-2.0-only
/* save and restore */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arppinctl.h"
#include "change.h"
#include "config.h"
#include "confirm.h"
#include "hold.h"
#include "print.h"

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

bool config_load(const char *file, struct config *config, struct text *text)
{
	struct parse_error error;
	struct text read;
	bool good;

	if (!file_read(file, &read)) {
		wrong("cannot read \"%s\": %s", file, strerror(errno));
		return false;
	}
	good = parse_config(read.bytes, read.len, config, &error);
	if (!good)
		fprintf(stderr, "%s:%u:%u: %s\n", file, error.line, error.column, error.text);
	if (good && text)
		*text = read;
	else
		free(read.bytes);
	return good;
}

/* What stood in for pins that are in force now, or are not wanted any more. */
static void let_go(void)
{
	struct rtnl rtnl;
	size_t n = 0;
	int code = rtnl_open(&rtnl);

	if (!code)
		code = hold_let_go(&rtnl, NULL, &n);
	rtnl_close(&rtnl);
	if (n)
		fprintf(stderr,
			"arppinctl: %zu neighbour entries that stood in for pins are ordinary ones again\n",
			n);
	if (code)
		wrong("cannot look for neighbour entries that stood in for pins: %s",
		      strerror(-code));
}

int config_apply(struct ctl *ctl, const struct config *config, const char *file)
{
	struct change change;

	if (change_to(ctl, config, &change)) {
		let_go();
		return EXIT_DONE;
	}
	if (change.line)
		fprintf(stderr, "%s:%u: %s\n", file, change.line, change.error.text);
	else
		fprintf(stderr, "arppinctl: %s\n", change.error.text);
	if (change.stuck)
		fprintf(stderr, "arppinctl: %zu changes could not be undone\n", change.stuck);
	else
		fputs("arppinctl: nothing was changed\n", stderr);
	return EXIT_REFUSED;
}

static int apply_in_turn(struct ctl *ctl, const struct config *config, const char *file)
{
	int turn, status = confirm_turn(&turn);

	if (!status)
		status = config_apply(ctl, config, file);
	if (turn >= 0)
		close(turn);
	return status;
}

/* The file was no good, as has been said: what it was when it was good the last time is. */
static void restore_copy(struct ctl *ctl, const char *copy)
{
	struct config config;
	int status;

	if (!config_load(copy, &config, NULL)) {
		wrong("nor is there a last good copy of it: nothing was changed");
		return;
	}
	status = apply_in_turn(ctl, &config, copy);
	if (!status)
		fprintf(stderr,
			"arppinctl: its last good copy is in force instead: %zu pins and %zu guards of %s\n",
			config.n_pins, config.n_guards, copy);
	config_free(&config);
}

static int restore_else(struct ctl *ctl, const struct restoring *how)
{
	struct config config = {0};
	struct text text = {0};
	int status = config_load(how->file, &config, &text) ? EXIT_DONE : EXIT_WRONG;
	int connected = connect_kernel(ctl);

	if (connected) {
		status = status ? status : connected;
	} else if (status) {
		restore_copy(ctl, how->copy);
	} else {
		status = apply_in_turn(ctl, &config, how->file);
		if (status == EXIT_REFUSED)
			restore_copy(ctl, how->copy);
		if (!status && !config.n_pins)
			fprintf(stderr, "arppinctl: warning: %s is in force, and pins nothing\n",
				how->file);
		if (!status && !file_replace(how->copy, &text))
			status = wrong("%s is in force, but cannot be copied to %s: %s", how->file,
				       how->copy, strerror(errno));
	}
	config_free(&config);
	free(text.bytes);
	return status;
}

int restore(struct ctl *ctl, int n, char *const words[])
{
	struct parse_error error;
	struct restoring how;
	struct config config;
	int status;

	if (!parse_restore(n, words, &how, &error))
		return wrong("%s", error.text);
	if (how.copy)
		return restore_else(ctl, &how);
	if (!config_load(how.file, &config, NULL))
		return EXIT_WRONG;
	if (how.seconds) {
		status = confirm_restore(ctl, &config, &how);
	} else {
		status = connect_kernel(ctl);
		if (!status)
			status = apply_in_turn(ctl, &config, how.file);
	}
	config_free(&config);
	return status;
}
