// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "confirm.h"
#include "facts.h"
#include "file.h"
#include "msg.h"
#include "program.h"
#include "tables.h"

#define PROGRAM_SECONDS 20	/* the most that one program may take */
#define ALL_SECONDS 60		/* and all of them */
#define ROOT ""

/* Numbers that the kernel has given the first namespaces of each kind. */
#define FIRST_USER_NS "user:[4026531837]"
#define FIRST_PID_NS "pid:[4026531836]"

/* --- where we are --- */

static bool link_is(const char *path, const char *target)
{
	char is[64] = "";

	return readlink(path, is, sizeof(is) - 1) > 0 && !strcmp(is, target);
}

static const char *elsewhere(void)
{
	struct stat own, first;

	if (!link_is("/proc/self/ns/pid", FIRST_PID_NS) ||
	    !link_is("/proc/self/ns/user", FIRST_USER_NS))
		return "a container: the boot is the host's matter";
	if (stat("/proc/self/ns/net", &own) || stat("/proc/1/ns/net", &first) ||
	    own.st_ino != first.st_ino)
		return "another network namespace: the boot is the host's matter";
	return NULL;
}

/* --- the module --- */

/* As program_run(): together they have no more time than that. */
static int run(char *const words[], char *said, size_t size)
{
	static time_t deadline;
	struct timespec now;
	time_t left;

	clock_gettime(CLOCK_BOOTTIME, &now);
	if (!deadline)
		deadline = now.tv_sec + ALL_SECONDS;
	left = deadline - now.tv_sec;
	if (left <= 0) {
		errno = ETIMEDOUT;
		return -1;
	}
	return program_run(words, left < PROGRAM_SECONDS ? left : PROGRAM_SECONDS, said, size);
}

static void read_line(const char *path, char *line, size_t size)
{
	if (!machine_read(ROOT, path, line, size))
		*line = '\0';
	line[strcspn(line, "\n")] = '\0';
}

static void why_not(char *error, size_t size, const char *program)
{
	if (errno == ETIMEDOUT)
		snprintf(error, size, "%s did not end in time", program);
	else
		snprintf(error, size, "cannot run %s: %s", program, strerror(errno));
}

static void read_module(struct kernel *kernel)
{
	char *const words[] = { "modinfo", "-k", kernel->version, "arppin", NULL };
	char said[16384];
	int status = run(words, said, sizeof(said));

	if (status < 0)
		why_not(kernel->error, sizeof(kernel->error), words[0]);
	else if (!status)
		kernel_parse_modinfo(said, &kernel->module);
}

/* What apt could install; an apt that knows nothing may still learn of it. */
static void read_offer(const struct facts *facts, struct kernel *kernel)
{
	char package[KERNEL_VERSION_MAX + 16], said[64];
	char *const words[] = { "apt-cache", "show", package, NULL };

	kernel->offered = true;
	if (!facts->debian || !facts->apt_lists || kernel->headers || *kernel->module.file)
		return;
	snprintf(package, sizeof(package), "linux-headers-%s", kernel->version);
	kernel->offered = run(words, said, sizeof(said)) <= 0;
}

/* Not apt-cache show, which knows what is installed as well. */
static void read_packaged(struct facts *facts)
{
	char *const words[] = { "apt-cache", "madison", "arppin-dkms", NULL };
	char said[256];

	facts->packaged = facts->debian && facts->apt_lists &&
			  !run(words, said, sizeof(said)) && strstr(said, "arppin-dkms");
}

/* The newest, or that of the tool. */
static void read_source(struct facts *facts)
{
	glob_t found;

	if (glob("/usr/src/arppin-*/dkms.conf", 0, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		char version[64];

		if (sscanf(found.gl_pathv[i], "/usr/src/arppin-%63[^/]", version) != 1 ||
		    !strcmp(facts->source, facts->tool))
			continue;
		if (!strcmp(version, facts->tool) || strverscmp(version, facts->source) > 0)
			snprintf(facts->source, sizeof(facts->source), "%s", version);
	}
	globfree(&found);
}

static bool matches(const char *pattern)
{
	glob_t found;
	bool some = !glob(pattern, GLOB_NOSORT, NULL, &found);

	if (some)
		globfree(&found);
	return some;
}

/* Where Ubuntu keeps it, and where DKMS does since 3.0; older ones sign nothing. */
static const char *find_mok(void)
{
	static const char *const files[] = {
		"/var/lib/shim-signed/mok/MOK.der", "/var/lib/dkms/mok.pub",
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!access(files[i], F_OK))
			return files[i];
	return NULL;
}

static void read_modules(struct facts *facts)
{
	struct utsname uts;

	facts->debian = !access("/etc/debian_version", F_OK);
	facts->apt_lists = matches("/var/lib/apt/lists/*_Packages*");
	facts->mok = find_mok();
	read_source(facts);
	signing_read(ROOT, &facts->signing);
	machine_read(ROOT, "/proc/keys", facts->keys, sizeof(facts->keys));
	uname(&uts);
	kernels_read(ROOT, uts.release, &facts->kernels);
	for (size_t i = 0; i < facts->kernels.n; i++) {
		read_module(&facts->kernels.items[i]);
		read_offer(facts, &facts->kernels.items[i]);
	}
	if (strcmp(facts->source, facts->tool))
		read_packaged(facts);
}

/* --- what is in force --- */

static const char *get_stats(const struct nlmsghdr *nlh, void *data)
{
	return msg_get_stats(nlh, data);
}

static bool read_arppin(struct ctl *ctl, struct facts *facts)
{
	static const struct pin all;
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;

	if (!nl_open(&ctl->nl))
		return false;
	nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_STATS_GET);
	return nl_do(&ctl->nl, nlh, get_stats, &facts->stats) &&
	       pins_read(ctl, &all, &facts->pins) && guards_read(ctl, &facts->guards);
}

/* Destination, prefix, source, its prefix, next hop... of each route, in hexadecimal. */
static bool has_ipv6_gateway(void)
{
	FILE *file = fopen("/proc/net/ipv6_route", "re");
	unsigned int prefix = 1;
	char via[33] = "";
	bool found = false;

	if (!file)
		return false;
	while (!found && fscanf(file, "%*32s %2x %*32s %*2x %32s%*[^\n]", &prefix, via) == 2)
		found = !prefix && via[strspn(via, "0")];
	fclose(file);
	return found;
}

static int read_kernel(struct facts *facts)
{
	struct rtnl rtnl = {0};
	int code = rtnl_open(&rtnl);

	if (!code)
		code = rtnl_links(&rtnl, &facts->links);
	if (!code)
		code = rtnl_neighs(&rtnl, 0, &facts->neighs);
	if (!code)
		code = rtnl_gateways(&rtnl, &facts->gateways);
	rtnl_close(&rtnl);
	neighs_sort(&facts->neighs);
	facts->ipv6_gateway = has_ipv6_gateway();
	return code;
}

static void read_force(struct ctl *ctl, struct facts *facts)
{
	int code = read_kernel(facts);

	if (code)
		snprintf(facts->error, sizeof(facts->error),
			 "cannot read devices, neighbours and routes: %s", strerror(-code));
	else if (!read_arppin(ctl, facts))
		snprintf(facts->error, sizeof(facts->error), "%s", ctl->nl.error.text);
	else
		facts->known = true;
}

/* --- what will be in force --- */

static void read_config(const char *name, struct config_file *file)
{
	struct parse_error error;
	struct stat st;
	struct text text;

	/* What is no file may keep its reader waiting for ever. */
	if (!stat(name, &st) && !S_ISREG(st.st_mode)) {
		file->state = FILE_UNREADABLE;
		snprintf(file->error, sizeof(file->error), "%s is not a regular file", name);
		return;
	}
	if (!file_read(name, &text)) {
		file->state = errno == ENOENT ? FILE_MISSING : FILE_UNREADABLE;
		snprintf(file->error, sizeof(file->error), "cannot read %s: %s", name,
			 strerror(errno));
		return;
	}
	file->state = FILE_GOOD;
	if (!parse_config(text.bytes, text.len, &file->config, &error)) {
		file->state = FILE_BROKEN;
		snprintf(file->error, sizeof(file->error), "%s:%u:%u: %s", name, error.line,
			 error.column, error.text);
	}
	free(text.bytes);
}

static void read_units(struct facts *facts)
{
	char *words[8 + UNITS] = { "systemctl", "show", "--no-pager", "-p",
				   "Id,LoadState,UnitFileState,ActiveState" };
	char said[4096];
	int status;

	facts->systemd = !access("/run/systemd/system", F_OK);
	if (!facts->systemd)
		return;
	for (unsigned int i = 0; i < UNITS; i++)
		words[5 + i] = (char *)unit_names[i];
	status = run(words, said, sizeof(said));
	if (status < 0)
		why_not(facts->systemd_error, sizeof(facts->systemd_error), words[0]);
	else if (status)
		snprintf(facts->systemd_error, sizeof(facts->systemd_error), "systemctl: %.*s",
			 (int)strcspn(said, "\n"), said);
	else
		units_parse(said, facts->units);
}

static void read_boot(struct facts *facts)
{
	char parameters[4096];

	read_config(CONFIG_FILE, &facts->config);
	read_config(GOOD_FILE, &facts->good);
	read_units(facts);
	read_line("/proc/cmdline", parameters, sizeof(parameters));
	facts->off_now = has_parameter(parameters, "noarppin");
	loader_read(ROOT, "noarppin", &facts->loader);
}

void facts_read(struct ctl *ctl, struct facts *facts)
{
	memset(facts, 0, sizeof(*facts));
	facts->tool = ARPPIN_VERSION;
	facts->netns = ctl->netns;
	facts->elsewhere = elsewhere();
	facts->loaded = !access("/sys/module/arppin", F_OK);
	read_line("/sys/module/arppin/version", facts->version, sizeof(facts->version));
	read_line("/sys/module/arppin/srcversion", facts->srcversion, sizeof(facts->srcversion));
	facts->confirm_pending = confirm_pending();
	if (facts->loaded)
		read_force(ctl, facts);
	if (facts->elsewhere)
		return;
	read_boot(facts);
	read_modules(facts);
}

static void free_config(struct config_file *file)
{
	if (file->state == FILE_GOOD)
		config_free(&file->config);
}

void facts_free(struct facts *facts)
{
	free(facts->kernels.items);
	free(facts->pins.pins);
	free(facts->guards.guards);
	free(facts->links.items);
	free(facts->neighs.items);
	free(facts->gateways.items);
	if (facts->elsewhere)
		return;
	free_config(&facts->config);
	free_config(&facts->good);
}
