/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a machine's files say of its boot: units, boot loader, signatures. All
 * paths are below `root`: "" is the machine's own.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stdbool.h>
#include <stddef.h>

enum { UNIT_RESTORE, UNIT_STANDIN, UNIT_MONITOR, UNITS };

extern const char *const unit_names[UNITS];

/* systemd's own words: LoadState, UnitFileState, ActiveState; "": not told. */
struct unit {
	char load[24];
	char file[24];
	char active[24];
};

/* What `systemctl show -p Id -p LoadState -p UnitFileState -p ActiveState` printed. */
void units_parse(const char *text, struct unit units[UNITS]);

/* Why the kernel wants modules to be signed. */
struct signing {
	bool secure_boot;
	bool lockdown;
	bool enforced;		/* module.sig_enforce */
};

void signing_read(const char *root, struct signing *signing);

/* `keys` is the text of /proc/keys. */
bool keys_have(const char *keys, const char *signer);

/* As a parameter of a kernel command line, also one within a file's line. */
bool has_parameter(const char *text, const char *name);

/* Files from which a boot loader takes the kernel command line. */
struct loader {
	unsigned int readable;
	char sources[1024];	/* those that an administrator writes and have the word */
	char generated[64];	/* the one that GRUB reads; "": none */
	bool in_generated;	/* it has the word */
};

void loader_read(const char *root, const char *parameter, struct loader *loader);

/* The beginning of a small file, always with a 0; false: errno. */
bool machine_read(const char *root, const char *path, char *text, size_t size);

#endif
