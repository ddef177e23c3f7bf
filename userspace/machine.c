// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine.h"
#include "model.h"

/* A variable of the firmware: 4 bytes of attributes, then its value. */
#define SECURE_BOOT \
	"/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

const char *const unit_names[UNITS] = {
	[UNIT_RESTORE] = "arppin.service",
	[UNIT_STANDIN] = "arppin-standin.service",
	[UNIT_MONITOR] = "arppin-monitor.service",
};

static ssize_t read_bytes(const char *root, const char *path, void *bytes, size_t size)
{
	char full[PATH_MAX];
	ssize_t len;
	int fd, code;

	snprintf(full, sizeof(full), "%s%s", root, path);
	fd = open(full, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -1;
	do
		len = read(fd, bytes, size);
	while (len < 0 && errno == EINTR);
	code = errno;
	close(fd);
	errno = code;
	return len;
}

bool machine_read(const char *root, const char *path, char *text, size_t size)
{
	ssize_t len = read_bytes(root, path, text, size - 1);

	text[len > 0 ? len : 0] = '\0';
	return len >= 0;
}

/* --- systemd --- */

static void keep(const char *line, size_t len, const char *key, char *value, size_t size)
{
	size_t n = strlen(key);

	if (len >= n && !strncmp(line, key, n))
		snprintf(value, size, "%.*s", (int)(len - n), line + n);
}

void units_parse(const char *text, struct unit units[UNITS])
{
	struct unit unit = {0};
	char id[64] = "";

	memset(units, 0, UNITS * sizeof(*units));
	for (;;) {
		size_t len = strcspn(text, "\n");

		keep(text, len, "Id=", id, sizeof(id));
		keep(text, len, "LoadState=", unit.load, sizeof(unit.load));
		keep(text, len, "UnitFileState=", unit.file, sizeof(unit.file));
		keep(text, len, "ActiveState=", unit.active, sizeof(unit.active));
		if (!len) { /* one unit's end */
			for (unsigned int i = 0; i < UNITS; i++)
				if (!strcmp(id, unit_names[i]))
					units[i] = unit;
			memset(&unit, 0, sizeof(unit));
			*id = '\0';
		}
		if (!len && !*text)
			return;
		text += len + (text[len] == '\n');
	}
}

/* --- signatures --- */

void signing_read(const char *root, struct signing *signing)
{
	unsigned char variable[8];
	char text[128];

	signing->secure_boot = read_bytes(root, SECURE_BOOT, variable, sizeof(variable)) == 5 &&
			       variable[4] == 1;
	/* "none [integrity] confidentiality" */
	signing->lockdown = machine_read(root, "/sys/kernel/security/lockdown", text,
					 sizeof(text)) && *text && !strstr(text, "[none]");
	signing->enforced = machine_read(root, "/sys/module/module/parameters/sig_enforce", text,
					 sizeof(text)) && *text == 'Y';
}

/* A line is "... asymmetri [ORGANIZATION: ]NAME: ID: X509.rsa ...". */
static bool names_key(const char *line, size_t len, const char *wanted)
{
	const char *type = memmem(line, len, " asymmetri", 10), *name;

	if (!type)
		return false;
	name = memmem(type, line + len - type, wanted, strlen(wanted));
	return name && (name == type + 10 || name[-1] == ':');
}

bool keys_have(const char *keys, const char *signer)
{
	char wanted[160];

	snprintf(wanted, sizeof(wanted), " %s: ", signer);
	for (const char *line = keys; *line; ) {
		size_t len = strcspn(line, "\n");

		if (names_key(line, len, wanted))
			return true;
		line += len + (line[len] == '\n');
	}
	return false;
}

/* --- the kernel command line --- */

bool has_parameter(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = text; (at = strstr(at, name)); at += n)
		if ((at == text || isspace((unsigned char)at[-1]) || strchr("\"'=", at[-1])) &&
		    (!at[n] || isspace((unsigned char)at[n]) || strchr("\"'=", at[n])))
			return true;
	return false;
}

/* -1: the file cannot be read. Comments do not count. */
static int file_has(const char *root, const char *path, const char *parameter)
{
	char full[PATH_MAX], *line = NULL;
	size_t room = 0;
	int found = 0;
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", root, path);
	file = fopen(full, "re");
	if (!file)
		return -1;
	while (!found && getline(&line, &room, file) >= 0)
		found = line[strspn(line, " \t")] != '#' && has_parameter(line, parameter);
	free(line);
	fclose(file);
	return found;
}

static void add_source(const char *root, const char *path, const char *parameter,
		       struct loader *loader)
{
	int found = file_has(root, path, parameter);
	size_t len = strlen(loader->sources);

	loader->readable += found >= 0;
	if (found > 0 && len + strlen(path) + 2 < sizeof(loader->sources))
		sprintf(loader->sources + len, "%s%s", len ? " " : "", path);
}

void loader_read(const char *root, const char *parameter, struct loader *loader)
{
	static const char *const sources[] = {
		"/etc/default/grub", "/etc/default/grub.d/*.cfg", "/etc/kernel/cmdline",
		"/boot/loader/entries/*.conf", "/boot/efi/loader/entries/*.conf",
		"/efi/loader/entries/*.conf",
	};
	static const char *const generated[] = { "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg" };
	char pattern[PATH_MAX];
	glob_t found;

	memset(loader, 0, sizeof(*loader));
	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		snprintf(pattern, sizeof(pattern), "%s%s", root, sources[i]);
		if (glob(pattern, 0, NULL, &found))
			continue;
		for (size_t j = 0; j < found.gl_pathc; j++)
			add_source(root, found.gl_pathv[j] + strlen(root), parameter, loader);
		globfree(&found);
	}
	for (size_t i = 0; i < ARRAY_SIZE(generated) && !*loader->generated; i++) {
		int has = file_has(root, generated[i], parameter);

		if (has < 0)
			continue;
		loader->readable++;
		loader->in_generated = has;
		snprintf(loader->generated, sizeof(loader->generated), "%s", generated[i]);
	}
}
