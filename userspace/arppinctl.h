/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the objects share. */
#ifndef ARPPINCTL_H
#define ARPPINCTL_H

#include "nl.h"
#include "out.h"
#include "parse.h"

#ifndef ARPPIN_VERSION
#define ARPPIN_VERSION "unknown"
#endif

enum {
	EXIT_DONE = 0,
	EXIT_WRONG = 1,		/* the command line or a file; nothing was changed */
	EXIT_REFUSED = 2,	/* by the kernel */
	EXIT_UNSAFE = 3,	/* by us: it could cut off the server, or leave it open */
};

struct ctl {
	struct out out;
	const char *netns;	/* NULL: the one we are in */
	struct nl nl;
};

/* The functions of the command table return an exit status. */
int pin_add(struct ctl *ctl, int n, char *const words[]);
int pin_replace(struct ctl *ctl, int n, char *const words[]);
int pin_del(struct ctl *ctl, int n, char *const words[]);
int pin_show(struct ctl *ctl, int n, char *const words[]);
int pin_flush(struct ctl *ctl, int n, char *const words[]);
int pin_learn(struct ctl *ctl, int n, char *const words[]);
int guard_set(struct ctl *ctl, int n, char *const words[]);
int guard_show(struct ctl *ctl, int n, char *const words[]);
int incident_show(struct ctl *ctl, int n, char *const words[]);
int incident_report(struct ctl *ctl, int n, char *const words[]);
int sighting_show(struct ctl *ctl, int n, char *const words[]);
int monitor(struct ctl *ctl, int n, char *const words[]);
int stats(struct ctl *ctl, int n, char *const words[]);
int save(struct ctl *ctl, int n, char *const words[]);
int restore(struct ctl *ctl, int n, char *const words[]);
int confirm(struct ctl *ctl, int n, char *const words[]);
int lock(struct ctl *ctl, int n, char *const words[]);
int standin(struct ctl *ctl, int n, char *const words[]);
int module_reload(struct ctl *ctl, int n, char *const words[]);
int explain_pcap(struct ctl *ctl, int n, char *const words[]);
int selftest(struct ctl *ctl, int n, char *const words[]);
int setup_host(struct ctl *ctl, int n, char *const words[]);
int check(struct ctl *ctl, int n, char *const words[]);
int version(struct ctl *ctl, int n, char *const words[]);

/* Each prints one sentence and returns the exit status that goes with it. */
int wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));
int refused(const struct ctl *ctl);

/* The network namespace that -n names, if it does; EXIT_DONE or a status. */
int enter_netns(struct ctl *ctl);

/* Enters it and connects; EXIT_DONE or a status. */
int connect_kernel(struct ctl *ctl);

/* One request and its answer, once the words were right. */
int do_request(struct ctl *ctl, struct nlmsghdr *nlh, nl_answer answer, void *data);

struct pins {
	struct pin *pins;
	size_t n;
	size_t room;
};

struct guards {
	struct guard *guards;
	size_t n;
	size_t room;
};

struct sightings {
	struct sighting *sightings;
	size_t n;
	size_t room;
};

/* Reads those that match, pins and guards sorted; an error is in ctl->nl.error. */
bool pins_read(struct ctl *ctl, const struct pin *filter, struct pins *pins);
bool guards_read(struct ctl *ctl, struct guards *guards);
bool sightings_read(struct ctl *ctl, const struct sighting *filter, struct sightings *sightings);

#endif
