/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernels that this machine could boot, and arppin's module for each. */
#ifndef KERNELS_H
#define KERNELS_H

#include <stdbool.h>
#include <stddef.h>

#define KERNEL_VERSION_MAX 65	/* as in struct utsname */

/* The file that modprobe would load, by what modinfo says of it. */
struct module_file {
	char file[512];		/* "": there is none */
	char version[64];
	char srcversion[64];
	char vermagic[128];
	char signer[128];	/* "": it is not signed */
};

struct kernel {
	char version[KERNEL_VERSION_MAX];
	bool running;
	bool headers;		/* those that a module is built with */
	bool offered;		/* apt has a package of them */
	bool image_beside_modules; /* as Debian's linux-binary packages have it */
	struct module_file module;
	char error[256];	/* why nothing is known of the module, or "" */
};

struct kernels {
	struct kernel *items;	/* the newest first */
	size_t n;
};

/*
 * Those with an image to boot, and the running one in any case. All paths are
 * below `root`: "" is the machine's own. Modules are not looked at. False: there
 * is no memory.
 */
bool kernels_read(const char *root, const char *running, struct kernels *kernels);

/* What modinfo printed; false: there is no file name in it. */
bool kernel_parse_modinfo(const char *text, struct module_file *module);

/* "rt-amd64" of "6.1.0-56-rt-amd64": the metapackages are called so. */
const char *kernel_flavour(const char *version);

/* Older than the oldest that arppin can be built for. */
bool kernel_too_old(const char *version);

#endif
