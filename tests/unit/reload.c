// SPDX-License-Identifier: GPL-2.0-only
/* Why the module is not replaced, or not as it was; the kernel is made up. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <cmocka.h>

#include "change.h"
#include "hold.h"
#include "msg.h"
#include "netns.h"
#include "program.h"
#include "run.h"

static char folder[32];
static char file[64];		/* the module on disk */
static int load_code;		/* what the kernel says when it is loaded once more */
static int lock_code;		/* whose turn it is */
static struct stats there[2];	/* of two network namespaces */
static int here;
static bool lock_refused;
static int flags;
static unsigned int unloaded;
static char said[1024];

FILE *fopen(const char *path, const char *mode)
{
	assert_string_equal(path, "/sys/module/arppin/version");
	return fmemopen("1.0\n", 4, mode);
}

long syscall(long number, ...)
{
	va_list ap;

	va_start(ap, number);
	if (number == SYS_finit_module) {
		va_arg(ap, int);
		va_arg(ap, const char *);
		flags = va_arg(ap, int);
		errno = load_code;
	} else {
		assert_int_equal(number, SYS_delete_module);
		assert_string_equal(va_arg(ap, const char *), "arppin");
		unloaded++;
		errno = 0;
	}
	va_end(ap);
	return errno ? -1 : 0;
}

int program_run(char *const words[], unsigned int seconds, char *output, size_t size)
{
	struct utsname kernel;

	(void)seconds;
	uname(&kernel);
	*output = '\0';
	if (!strcmp(words[0], "modinfo"))
		snprintf(output, size, "%s SMP\n", kernel.release);
	else if (!strcmp(words[1], "--show-depends"))
		snprintf(output, size, "insmod /lib/other.ko\ninsmod %s a=b\n", file);
	return 0;
}

int run_lock(void)
{
	return lock_code ? lock_code : dup(STDIN_FILENO);
}

int netns_find(struct netnses *all)
{
	all->items = calloc(2, sizeof(*all->items));
	snprintf(all->items[0].name, sizeof(all->items[0].name), "the first");
	snprintf(all->items[1].name, sizeof(all->items[1].name), "the other");
	all->items[1].fd = 1;
	all->n = 2;
	return 0;
}

int netns_enter(const struct netns *netns)
{
	here = netns->fd;
	return 0;
}

void netns_free(struct netnses *all)
{
	free(all->items);
}

int rtnl_open(struct rtnl *rtnl)
{
	(void)rtnl;
	return 0;
}

void rtnl_close(struct rtnl *rtnl)
{
	(void)rtnl;
}

int hold_all(struct rtnl *rtnl, const struct config *config, struct hold_count *count)
{
	(void)rtnl;
	(void)config;
	(void)count;
	return 0;
}

int hold_let_go(struct rtnl *rtnl, const struct config *but, size_t *n)
{
	(void)rtnl;
	(void)but;
	*n = 0;
	return 0;
}

bool config_in_force(struct ctl *ctl, struct config *config)
{
	(void)ctl;
	memset(config, 0, sizeof(*config));
	return true;
}

bool change_to(struct ctl *ctl, const struct config *config, struct change *change)
{
	(void)ctl;
	(void)config;
	(void)change;
	return true;
}

bool nl_open(struct nl *nl)
{
	(void)nl;
	return true;
}

void nl_close(struct nl *nl)
{
	(void)nl;
}

static __u8 asked;

struct nlmsghdr *nl_request(struct nl *nl, void *buffer, __u8 cmd)
{
	(void)nl;
	asked = cmd;
	return mnl_nlmsg_put_header(buffer);
}

bool nl_do(struct nl *nl, struct nlmsghdr *nlh, nl_answer answer, void *data)
{
	if (asked == ARPPIN_CMD_STATS_GET) {
		assert_null(answer(nlh, data));
		return true;
	}
	assert_int_equal(asked, ARPPIN_CMD_LOCK);
	snprintf(nl->error.text, sizeof(nl->error.text), "refused");
	return !lock_refused;
}

const char *msg_get_stats(const struct nlmsghdr *nlh, struct stats *stats)
{
	(void)nlh;
	*stats = there[here];
	return NULL;
}

int wrong(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(said, sizeof(said), format, ap);
	va_end(ap);
	return EXIT_WRONG;
}

static void put_number(int netns, int attr, __u64 number)
{
	there[netns].there[attr] = true;
	there[netns].numbers[attr] = number;
}

static int begin(void **state)
{
	(void)state;
	snprintf(file, sizeof(file), "%s/arppin.ko", folder);
	load_code = EEXIST;
	lock_code = 0;
	lock_refused = false;
	unloaded = 0;
	*said = '\0';
	memset(there, 0, sizeof(there));
	put_number(0, ARPPIN_A_STATS_NAMESPACES, 2);
	put_number(0, ARPPIN_A_STATS_HOOK, 1);
	put_number(1, ARPPIN_A_STATS_HOOK, 1);
	return 0;
}

static int reload(void)
{
	struct ctl *ctl = calloc(1, sizeof(*ctl));
	int status;

	ctl->out.file = fmemopen(NULL, 4096, "w");
	status = module_reload(ctl, 0, NULL);
	fclose(ctl->out.file);
	free(ctl);
	return status;
}

static void assert_stays(const char *why)
{
	char sentence[256];

	snprintf(sentence, sizeof(sentence), "%s: the loaded module stays, nothing was changed",
		 why);
	*said = '\0';
	assert_int_equal(reload(), EXIT_UNSAFE);
	assert_string_equal(said, sentence);
	assert_int_equal(unloaded, 0);
}

static void replaced(void **state)
{
	(void)state;
	assert_int_equal(reload(), EXIT_DONE);
	assert_string_equal(said, "");
	assert_int_equal(unloaded, 1);
	assert_int_equal(flags, 0);
}

/* The kernel's words about the module on disk, as it says them before it unpacks it. */
static void on_disk(void **state)
{
	static const struct {
		int code;
		const char *why;
	} refusals[] = {
		{ 0, "the module was unloaded by somebody else, and is loaded again" },
		{ ENOKEY, "the kernel refuses the signature of the module on disk: "
			  "Required key not available" },
		{ EKEYREJECTED, "the kernel refuses the signature of the module on disk: "
				"Key was rejected by service" },
		{ EBADMSG, "the kernel refuses the signature of the module on disk: Bad message" },
		{ ENOEXEC, "the kernel refuses the module on disk: Exec format error" },
		{ EINVAL, "the kernel refuses the module on disk: Invalid argument" },
		{ EOPNOTSUPP, "the kernel refuses the module on disk: Operation not supported" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		load_code = refusals[i].code;
		assert_stays(refusals[i].why);
	}
}

/* An older kernel cannot say; of a newer one the same words count. */
static void compressed(void **state)
{
	(void)state;
	snprintf(file, sizeof(file), "%s/arppin.ko.xz", folder);
	load_code = EKEYREJECTED;
	assert_stays("the kernel refuses the signature of the module on disk: "
		     "Key was rejected by service");
	assert_int_equal(flags, 4);
	load_code = EINVAL;
	assert_int_equal(reload(), EXIT_DONE);
	load_code = EOPNOTSUPP;
	assert_int_equal(reload(), EXIT_DONE);
	assert_int_equal(unloaded, 2);
}

static void under_lock(void **state)
{
	(void)state;
	put_number(0, ARPPIN_A_STATS_LOCKED, 1);
	assert_stays("locked until the next boot");
	/* That of another one keeps no module: it is put on again. */
	put_number(0, ARPPIN_A_STATS_LOCKED, 0);
	put_number(1, ARPPIN_A_STATS_LOCKED, 1);
	assert_int_equal(reload(), EXIT_DONE);
	assert_int_equal(asked, ARPPIN_CMD_LOCK);
	lock_refused = true;
	assert_int_equal(reload(), EXIT_REFUSED);
	assert_string_equal(said, "the other: the pins are in force, but not locked again: refused");
}

static void elsewhere(void **state)
{
	(void)state;
	put_number(0, ARPPIN_A_STATS_NAMESPACES, 3);
	assert_stays("3 network namespaces have pins or guards, and only 2 of them can be found: "
		     "the others have neither a process nor a mount");
	there[0].there[ARPPIN_A_STATS_NAMESPACES] = false;
	assert_stays("nobody knows how many network namespaces have pins");
}

static void turns(void **state)
{
	(void)state;
	lock_code = -EAGAIN;
	assert_stays("/run/arppin: another arppinctl has been changing pins for a minute");
	lock_code = -EACCES;
	assert_stays("/run/arppin: Permission denied");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(replaced, begin),
		cmocka_unit_test_setup(on_disk, begin),
		cmocka_unit_test_setup(compressed, begin),
		cmocka_unit_test_setup(under_lock, begin),
		cmocka_unit_test_setup(elsewhere, begin),
		cmocka_unit_test_setup(turns, begin),
	};
	char command[128];
	int failed;

	snprintf(folder, sizeof(folder), "/tmp/arppin-reload.XXXXXX");
	if (!mkdtemp(folder))
		return 1;
	snprintf(command, sizeof(command), "touch %s/arppin.ko %s/arppin.ko.xz", folder, folder);
	if (system(command))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command) || failed;
}
