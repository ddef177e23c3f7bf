// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loaded module is replaced by the one on disk. Meanwhile permanent
 * neighbour entries hold what is pinned, in every network namespace, and they
 * stay if anything fails from the moment on in which the old module is gone.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "change.h"
#include "hold.h"
#include "msg.h"
#include "netns.h"
#include "program.h"
#include "run.h"

#define NAME "arppin"
#define VERSION_FILE "/sys/module/" NAME "/version"

#define PROGRAM_SECONDS 60
#define BUSY_TRIES 100		/* somebody reads a list: let him finish, for 5 s */
#define BUSY_PAUSE_NS 50000000

/* Of <linux/module.h>, which older headers do not have it in. */
#define INIT_COMPRESSED_FILE 4

/* A network namespace with pins, guards or a lock. */
struct space {
	const struct netns *netns;
	struct config config;
	bool held;		/* it has entries of ours */
	bool failed;		/* its pins are not in force again */
	bool locked;
};

struct reload {
	struct ctl *ctl;
	char before[64];	/* versions of the module */
	char after[64];
	struct netnses all;
	struct space *spaces;
	size_t n;
	size_t hooked;		/* those of them that have pins or guards */
	__u64 expected;		/* so many of these, as the module says */
	bool locked;		/* and so cannot be unloaded */
	size_t pins;
	size_t guards;
	size_t entries;		/* of ours */
};

static void loaded_version(char *version, size_t size)
{
	FILE *file = fopen(VERSION_FILE, "re");

	*version = '\0';
	if (!file)
		return;
	if (fgets(version, size, file))
		version[strcspn(version, "\n")] = '\0';
	fclose(file);
}

static void trim(char *text)
{
	size_t len = strlen(text);

	while (len && (text[len - 1] == '\n' || text[len - 1] == ' '))
		text[--len] = '\0';
}

static int unsafe(const char *what, const char *why)
{
	wrong("%s%s%s: the loaded module stays, nothing was changed", what, *why ? ": " : "", why);
	return EXIT_UNSAFE;
}

static const char *said(int status, const char *output)
{
	return status < 0 ? strerror(errno) : *output ? output : "it does not say why";
}

/* The file that modprobe would load. */
static int find_file(char *file, size_t size)
{
	char *const words[] = { "modprobe", "--show-depends", NAME, NULL };
	char output[8192], *line, *last = NULL, *rest = output;
	int status = program_run(words, PROGRAM_SECONDS, output, sizeof(output));

	trim(output);
	if (status)
		return unsafe("modprobe cannot find a module to load", said(status, output));
	/* Those that it depends on come before. */
	while ((line = strsep(&rest, "\n")) != NULL)
		if (!strncmp(line, "insmod ", 7))
			last = line + 7;
	if (!last)
		return unsafe("modprobe would load nothing", output);
	last[strcspn(last, " ")] = '\0'; /* parameters follow */
	snprintf(file, size, "%s", last);
	return EXIT_DONE;
}

static int check_kernel(char *file)
{
	char *const words[] = { "modinfo", "-F", "vermagic", file, NULL };
	char output[512];
	int status = program_run(words, PROGRAM_SECONDS, output, sizeof(output));
	struct utsname kernel;
	size_t len;

	trim(output);
	if (status)
		return unsafe("modinfo cannot read the module on disk", said(status, output));
	uname(&kernel);
	len = strlen(kernel.release);
	if (!strncmp(output, kernel.release, len) && (!output[len] || output[len] == ' '))
		return EXIT_DONE;
	return unsafe("the module on disk is for another kernel", output);
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && !strcmp(text + len - end_len, end);
}

/*
 * The kernel looks at format, signature and kernel version before it sees that a
 * module of this name is there: the right refusal says that all these are good.
 */
static int check_loadable(const char *file)
{
	int flags = ends_with(file, ".ko") ? 0 : INIT_COMPRESSED_FILE;
	int fd = open(file, O_RDONLY | O_CLOEXEC), code;

	if (fd < 0)
		return unsafe(file, strerror(errno));
	code = syscall(SYS_finit_module, fd, "", flags) ? errno : 0;
	close(fd);
	switch (code) {
	case EEXIST:
		return EXIT_DONE;
	case 0:
		return unsafe("the module was unloaded by somebody else, and is loaded again", "");
	case ENOKEY:
	case EKEYREJECTED:
	case EBADMSG:
		return unsafe("the kernel refuses the signature of the module on disk",
			      strerror(code));
	case EINVAL:
	case EOPNOTSUPP:
		/* Older kernels leave it to modprobe to decompress. */
		if (flags)
			return EXIT_DONE;
		break;
	}
	return unsafe("the kernel refuses the module on disk", strerror(code));
}

static int check_disk(void)
{
	char file[4096];
	int status = find_file(file, sizeof(file));

	if (!status)
		status = check_kernel(file);
	if (!status)
		status = check_loadable(file);
	return status;
}

static const char *get_stats(const struct nlmsghdr *nlh, void *data)
{
	return msg_get_stats(nlh, data);
}

/* Into a namespace, and to the module there. */
static bool go_to(struct ctl *ctl, const struct netns *netns)
{
	int code = netns_enter(netns);

	nl_close(&ctl->nl);
	if (!code)
		return nl_open(&ctl->nl);
	ctl->nl.error.code = -code;
	snprintf(ctl->nl.error.text, sizeof(ctl->nl.error.text), "cannot enter: %s",
		 strerror(-code));
	return false;
}

/* What is in force in one namespace, if anything is. */
static bool save_one(struct reload *reload, const struct netns *netns)
{
	char buffer[256] __attribute__((aligned(8)));
	struct space *space = &reload->spaces[reload->n];
	struct ctl *ctl = reload->ctl;
	struct nlmsghdr *nlh;
	struct stats stats;

	if (!go_to(ctl, netns))
		return false;
	nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_STATS_GET);
	if (!nl_do(&ctl->nl, nlh, get_stats, &stats))
		return false;
	/* The initial one alone knows of all, and its lock alone keeps the module. */
	if (stats.there[ARPPIN_A_STATS_NAMESPACES]) {
		reload->expected = stats.numbers[ARPPIN_A_STATS_NAMESPACES];
		reload->locked = stats.numbers[ARPPIN_A_STATS_LOCKED];
	}
	if (!stats.there[ARPPIN_A_STATS_HOOK] || stats.numbers[ARPPIN_A_STATS_HOOK])
		reload->hooked++;
	else if (!stats.numbers[ARPPIN_A_STATS_LOCKED])
		return true;
	space->netns = netns;
	space->locked = stats.numbers[ARPPIN_A_STATS_LOCKED];
	if (!config_in_force(ctl, &space->config))
		return false;
	reload->pins += space->config.n_pins;
	reload->guards += space->config.n_guards;
	reload->n++;
	return true;
}

static int save_all(struct reload *reload)
{
	int code = netns_find(&reload->all);
	char text[128];

	if (code)
		return unsafe("cannot look for network namespaces", strerror(-code));
	reload->expected = ~0ULL;
	reload->spaces = calloc(reload->all.n + 1, sizeof(*reload->spaces));
	if (!reload->spaces)
		return unsafe("out of memory", "");
	for (size_t i = 0; i < reload->all.n; i++)
		if (!save_one(reload, &reload->all.items[i]))
			return unsafe(reload->all.items[i].name, reload->ctl->nl.error.text);
	if (reload->locked)
		return unsafe("locked until the next boot", "");
	if (reload->expected == ~0ULL)
		return unsafe("nobody knows how many network namespaces have pins", "");
	if (reload->hooked >= reload->expected)
		return EXIT_DONE;
	snprintf(text, sizeof(text),
		 "%llu network namespaces have pins or guards, and only %zu of them can be found",
		 reload->expected, reload->hooked);
	return unsafe(text, "the others have neither a process nor a mount");
}

/* *n: how many of ours there are no more. */
static int let_go_of(const struct space *space, size_t *n)
{
	struct rtnl rtnl = {0};
	int code = netns_enter(space->netns);

	if (!code)
		code = rtnl_open(&rtnl);
	if (!code)
		code = hold_let_go(&rtnl, NULL, n);
	rtnl_close(&rtnl);
	return code;
}

/* Where all is as it shall be. */
static void let_go(struct reload *reload)
{
	for (size_t i = 0; i < reload->n; i++) {
		const struct space *space = &reload->spaces[i];
		size_t n = 0;
		int code = space->held && !space->failed ? let_go_of(space, &n) : 0;

		if (code)
			wrong("%s: permanent neighbour entries stay: %s", space->netns->name,
			      strerror(-code));
		reload->entries -= n < reload->entries ? n : reload->entries;
	}
}

static int hold_space(struct reload *reload, struct space *space)
{
	struct hold_count count = {0};
	struct rtnl rtnl = {0};
	int code = netns_enter(space->netns);

	if (!code)
		code = rtnl_open(&rtnl);
	space->held = !code;
	if (!code)
		code = hold_all(&rtnl, &space->config, &count);
	rtnl_close(&rtnl);
	reload->entries += count.held;
	return code ? code : count.code;
}

static int hold(struct reload *reload)
{
	for (size_t i = 0; i < reload->n; i++) {
		struct space *space = &reload->spaces[i];
		int code = hold_space(reload, space);

		if (!code)
			continue;
		let_go(reload);
		return unsafe(space->netns->name, strerror(-code));
	}
	return EXIT_DONE;
}

static int unload(struct reload *reload)
{
	const struct timespec pause = { .tv_nsec = BUSY_PAUSE_NS };
	int code = EAGAIN;

	for (int i = 0; i < BUSY_TRIES && (code == EAGAIN || code == EBUSY); i++) {
		if (!syscall(SYS_delete_module, NAME, O_NONBLOCK))
			return EXIT_DONE;
		code = errno;
		nanosleep(&pause, NULL);
	}
	let_go(reload);
	wrong("the module cannot be unloaded: %s: nothing was changed",
	      code == EAGAIN || code == EBUSY ? "it is in use (somebody reads one of its lists)" :
						strerror(code));
	return EXIT_REFUSED;
}

static int load(const struct reload *reload)
{
	char *const words[] = { "modprobe", NAME, NULL };
	char output[1024];
	int status = program_run(words, PROGRAM_SECONDS, output, sizeof(output));

	if (!status)
		return EXIT_DONE;
	trim(output);
	wrong("THE MODULE IS NOT LOADED: modprobe: %s", said(status, output));
	wrong("%zu pinned addresses are held by permanent neighbour entries; guards are off",
	      reload->entries);
	wrong("keep them when a link goes down: systemctl start arppin-standin.service");
	wrong("when the module is mended: modprobe arppin && systemctl restart arppin.service");
	return EXIT_REFUSED;
}

static bool lock_again(struct ctl *ctl)
{
	char buffer[256] __attribute__((aligned(8)));

	return nl_do(&ctl->nl, nl_request(&ctl->nl, buffer, ARPPIN_CMD_LOCK), NULL, NULL);
}

static void tell_held(const struct space *space, const char *error)
{
	wrong("%s: THE PINS ARE NOT IN FORCE, permanent neighbour entries hold them: %s",
	      space->netns->name, error);
}

static int restore_all(struct reload *reload)
{
	struct ctl *ctl = reload->ctl;
	int status = EXIT_DONE;

	for (size_t i = 0; i < reload->n; i++) {
		struct space *space = &reload->spaces[i];
		struct change change = {0};

		if (!go_to(ctl, space->netns) || !change_to(ctl, &space->config, &change)) {
			space->failed = true;
			status = EXIT_REFUSED;
			tell_held(space, *change.error.text ? change.error.text :
							      ctl->nl.error.text);
		} else if (space->locked && !lock_again(ctl)) {
			status = EXIT_REFUSED;
			wrong("%s: the pins are in force, but not locked again: %s",
			      space->netns->name, ctl->nl.error.text);
		}
	}
	return status;
}

static int replace(struct reload *reload)
{
	int status = hold(reload);

	if (!status)
		status = unload(reload);
	if (status)
		return status;
	status = load(reload);
	if (!status) {
		status = restore_all(reload);
		let_go(reload);
	}
	return status;
}

static void print(struct reload *reload)
{
	struct out *out = &reload->ctl->out;

	loaded_version(reload->after, sizeof(reload->after));
	out_open_object(out, NULL);
	out_string(out, "before", "module ", reload->before);
	out_string(out, "after", " replaced by ", reload->after);
	out_uint(out, "pins", ": ", reload->pins);
	out_uint(out, "guards", " pins and ", reload->guards);
	out_uint(out, "namespaces", " guards in ", reload->n);
	out_text(out, " network namespaces are in force again\n");
	out_text(out, "incidents, sightings, counters and the numbers of events begin anew\n");
	out_close(out);
}

static int reload_in_turn(struct reload *reload)
{
	int lock = run_lock(), status;
	sigset_t all, old;

	if (lock < 0)
		return unsafe("/run/arppin", lock == -EAGAIN ?
			      "another arppinctl has been changing pins for a minute" :
			      strerror(-lock));
	status = check_disk();
	/* From the saving on: who presses ^C shall not leave half of it behind. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	if (!status)
		status = save_all(reload);
	if (!status)
		status = replace(reload);
	if (reload->all.n)
		netns_enter(&reload->all.items[0]);
	if (!status)
		print(reload);
	sigprocmask(SIG_SETMASK, &old, NULL);
	close(lock);
	return status;
}

int module_reload(struct ctl *ctl, int n, char *const words[])
{
	struct reload reload = { .ctl = ctl };
	struct parse_error error;
	int status;

	if (!parse_nothing(n, words, &error))
		return wrong("%s", error.text);
	if (ctl->netns)
		return wrong("\"-n\": the module is that of all network namespaces");
	loaded_version(reload.before, sizeof(reload.before));
	if (!*reload.before) {
		wrong("the arppin module is not loaded (modprobe arppin)");
		return EXIT_REFUSED;
	}
	status = reload_in_turn(&reload);
	for (size_t i = 0; i < reload.n; i++)
		config_free(&reload.spaces[i].config);
	free(reload.spaces);
	netns_free(&reload.all);
	return status;
}
