// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <ctype.h>
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels.h"
#include "model.h"

#define OLDEST_MAJOR 5	/* BUILD_EXCLUSIVE_KERNEL of dkms.conf says the same */
#define OLDEST_MINOR 10

/* Is there what is called so, with the version amid? */
static bool exists(const char *root, const char *before, const char *version, const char *after)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s%s%s%s", root, before, version, after) <
		       (int)sizeof(path) && !access(path, F_OK);
}

static bool has_image(const char *root, const char *version)
{
	return exists(root, "/boot/vmlinuz-", version, "") ||
	       exists(root, "/boot/vmlinux-", version, "") ||
	       exists(root, "/lib/modules/", version, "/vmlinuz");
}

static bool add(struct kernels *kernels, const char *root, const char *version, bool running)
{
	struct kernel *grown, *kernel;

	grown = realloc(kernels->items, (kernels->n + 1) * sizeof(*grown));
	if (!grown)
		return false;
	kernels->items = grown;
	kernel = &grown[kernels->n++];
	memset(kernel, 0, sizeof(*kernel));
	snprintf(kernel->version, sizeof(kernel->version), "%s", version);
	kernel->running = running;
	kernel->headers = exists(root, "/lib/modules/", version, "/build/include");
	kernel->image_beside_modules = exists(root, "/lib/modules/", version, "/vmlinuz");
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct kernel *one = a, *other = b;

	return strverscmp(other->version, one->version);
}

bool kernels_read(const char *root, const char *running, struct kernels *kernels)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	bool good;
	DIR *dir;

	memset(kernels, 0, sizeof(*kernels));
	good = add(kernels, root, running, true);
	snprintf(path, sizeof(path), "%s/lib/modules", root);
	dir = opendir(path);
	while (good && dir && (entry = readdir(dir))) {
		if (*entry->d_name == '.' || !strcmp(entry->d_name, running) ||
		    strlen(entry->d_name) >= KERNEL_VERSION_MAX || !has_image(root, entry->d_name))
			continue;
		good = add(kernels, root, entry->d_name, false);
	}
	if (dir)
		closedir(dir);
	if (kernels->n)
		qsort(kernels->items, kernels->n, sizeof(*kernels->items), compare);
	return good;
}

/* Lines are "KEY:   VALUE"; of several modules the first counts. */
static void keep(const char *line, size_t len, const char *key, char *value, size_t size)
{
	size_t n = strlen(key);

	if (*value || len <= n || strncmp(line, key, n) || line[n] != ':')
		return;
	for (n++; n < len && isblank((unsigned char)line[n]); n++)
		;
	snprintf(value, size, "%.*s", (int)(len - n), line + n);
}

bool kernel_parse_modinfo(const char *text, struct module_file *module)
{
	memset(module, 0, sizeof(*module));
	while (*text) {
		size_t len = strcspn(text, "\n");

		keep(text, len, "filename", module->file, sizeof(module->file));
		keep(text, len, "version", module->version, sizeof(module->version));
		keep(text, len, "srcversion", module->srcversion, sizeof(module->srcversion));
		keep(text, len, "vermagic", module->vermagic, sizeof(module->vermagic));
		keep(text, len, "signer", module->signer, sizeof(module->signer));
		text += len + (text[len] == '\n');
	}
	return *module->file;
}

const char *kernel_flavour(const char *version)
{
	const char *dash = strchr(version, '-');

	/* 6.1.0-56-amd64 has an ABI number between, 6.12.117+deb12-amd64 has none. */
	if (dash && isdigit((unsigned char)dash[1]) && strchr(dash + 1, '-'))
		dash = strchr(dash + 1, '-');
	return dash ? dash + 1 : "";
}

bool kernel_too_old(const char *version)
{
	int major, minor;

	return sscanf(version, "%d.%d", &major, &minor) == 2 &&
	       (major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR));
}
