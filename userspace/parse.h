/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Words -> struct. No socket, no exit, no output and no state of its own: the
 * words may come from anybody, and so a fuzzer may call all of this.
 */
#ifndef PARSE_H
#define PARSE_H

#include <stddef.h>

#include "model.h"

/* The parser knows no file by name: its caller puts FILE before LINE:COLUMN. */
struct parse_error {
	unsigned int word;	/* the wrong one; the number of words: one is missing */
	unsigned int offset;	/* bytes into that word */
	unsigned int line;	/* from 1; only parse_config() sets these two */
	unsigned int column;
	char text[320];		/* names the word; one line, printable */
};

/* What follows "pin add" and "pin replace". */
bool parse_pin(int n, char *const words[], struct pin *pin, struct parse_error *error);

/* ADDR dev DEV */
bool parse_pin_key(int n, char *const words[], struct pin *pin, struct parse_error *error);

/* [ADDR] [dev DEV] */
bool parse_pin_filter(int n, char *const words[], struct pin *pin, struct parse_error *error);

/* [dev DEV]; "" without one */
bool parse_dev_filter(int n, char *const words[], char dev[IFNAMSIZ], struct parse_error *error);

#define PARSE_WAIT 3
#define PARSE_WAIT_MAX 60

/* What follows "pin learn". */
struct learning {
	struct address addr;	/* AF_UNSPEC: all default gateways */
	char dev[IFNAMSIZ];	/* "": none given */
	unsigned int wait;	/* s */
};

/* { ADDR | default } [dev DEV] [wait SECONDS]; IPv4 alone */
bool parse_learning(int n, char *const words[], struct learning *learning,
		    struct parse_error *error);

/* [--yes] [wait SECONDS] */
bool parse_setup(int n, char *const words[], bool *yes, unsigned int *wait,
		 struct parse_error *error);

/* What follows "guard set": guard->given is what of it was said, the rest is the default. */
bool parse_guard(int n, char *const words[], struct guard *guard, struct parse_error *error);

/* [dev DEV] [lladdr MAC] */
bool parse_sighting_filter(int n, char *const words[], struct sighting *sighting,
			   struct parse_error *error);

/* [ID]; 0 without one */
bool parse_incident_filter(int n, char *const words[], __u64 *id, struct parse_error *error);

/* ID [pcap FILE]; NULL without a file */
bool parse_report(int n, char *const words[], __u64 *id, const char **file,
		  struct parse_error *error);

/* A number of an event, and the life of the module that it belongs to. */
struct place {
	__u64 epoch;
	__u64 seq;
};

#define PARSE_JOBS_MAX 64
#define PARSE_TIMEOUT_MAX 86400

/* What follows "monitor". */
struct monitoring {
	bool replay;		/* kept events above `since` */
	__u64 since;
	const char *cursor;	/* a file, NULL: none */
	bool journal;
	unsigned int jobs;
	unsigned int timeout;	/* s */
	char *const *command;	/* ends with NULL as the words do; NULL: none */
};

/*
 * [since SEQ | cursor FILE] [journal] [jobs N] [timeout S] [exec COMMAND [ARG...]];
 * words[n] is NULL.
 */
bool parse_monitoring(int n, char *const words[], struct monitoring *monitoring,
		      struct parse_error *error);

/* EPOCH SEQ, and a newline. */
bool parse_place(const char *text, struct place *place);

/* [prometheus] */
bool parse_stats(int n, char *const words[], bool *prometheus, struct parse_error *error);

#define PARSE_CONFIRM_MAX 3600

/* What follows "restore" and "standin". */
struct restoring {
	const char *file;
	const char *copy;	/* NULL: none */
	unsigned int seconds;	/* to confirm it in; 0: it need not be */
};

/* FILE [else COPY | confirm SECONDS] */
bool parse_restore(int n, char *const words[], struct restoring *restoring,
		   struct parse_error *error);

/* FILE [else COPY] */
bool parse_standin(int n, char *const words[], struct restoring *restoring,
		   struct parse_error *error);

/* For a command without arguments. */
bool parse_nothing(int n, char *const words[], struct parse_error *error);

struct config_pin {
	struct pin pin;
	unsigned int line;
};

struct config_guard {
	struct guard guard;
	unsigned int line;
};

/* A configuration: sorted as by compare_pins() and compare_guards(). */
struct config {
	struct config_pin *pins;
	size_t n_pins;
	struct config_guard *guards;
	size_t n_guards;
};

/* The error is that of the first line that is wrong. */
bool parse_config(const char *text, size_t len, struct config *config, struct parse_error *error);
void config_free(struct config *config);

/* Writes text so that it is one word, or with `spaces` one line, and printable: "\xNN". */
void parse_escape(char *out, size_t size, const char *text, size_t len, bool spaces);

#endif
