/* SPDX-License-Identifier: GPL-2.0-only */
/* All that `arppinctl check` looks at, read once: the checks themselves ask nobody. */
#ifndef FACTS_H
#define FACTS_H

#include "arppinctl.h"
#include "kernels.h"
#include "machine.h"
#include "rtnl.h"

#define CONFIG_FILE "/etc/arppin.conf"
#define GOOD_FILE "/var/lib/arppin/last-good.conf"

/* A file of pins and guards. */
struct config_file {
	enum { FILE_MISSING, FILE_UNREADABLE, FILE_BROKEN, FILE_GOOD } state;
	char error[400];	/* of a good file "" */
	struct config config;	/* of a good file */
};

struct facts {
	const char *tool;	/* its version */
	const char *netns;	/* as it was named; NULL: the one we are in */
	const char *elsewhere;	/* why the host's boot is no matter of ours, or NULL */

	/* The module that is loaded. */
	bool loaded;
	char version[64];
	char srcversion[64];

	/* What could be loaded. */
	struct kernels kernels;
	bool debian;
	bool apt_lists;		/* apt knows what it could install */
	bool packaged;		/* arppin among it, and not only as a file that was */
	char source[64];	/* version of the newest source that DKMS has, or "" */
	struct signing signing;
	char keys[65536];	/* /proc/keys */
	const char *mok;	/* the key that DKMS signs with, or NULL */

	/* What is in force in the network namespace. */
	bool known;
	char error[512];	/* why it is not known */
	struct stats stats;
	struct pins pins;
	struct guards guards;
	struct links links;
	struct neighs neighs;	/* sorted */
	struct gateways gateways;
	bool ipv6_gateway;	/* there is a default one */
	bool confirm_pending;

	/* What will be in force. */
	struct config_file config;
	struct config_file good;
	bool systemd;
	char systemd_error[300]; /* why nothing is known of the units, or "" */
	struct unit units[UNITS];
	bool off_now;		/* `noarppin` */
	struct loader loader;
};

/* In the network namespace of the process; ctl is connected if it can be. */
void facts_read(struct ctl *ctl, struct facts *facts);
void facts_free(struct facts *facts);

#endif
