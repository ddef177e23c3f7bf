// SPDX-License-Identifier: GPL-2.0-only
/* What `arppinctl check` is told by programs that fail, on a machine without anything. */
#include <errno.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "confirm.h"
#include "facts.h"
#include "file.h"
#include "msg.h"
#include "program.h"

static struct ctl ctl;
static struct facts facts;

/* The machine. */
static const char *files[4];	/* those that are there, but for the namespaces' */
static const char *sources[4];	/* what is in /usr/src */
static time_t clock_now;

/* The programs: how they end, what they say, how long they take. */
static struct {
	const char *name;
	int status, code;
	const char *said;
} programs[3];

static unsigned int takes, granted, runs;

int program_run(char *const words[], unsigned int seconds, char *output, size_t size)
{
	runs++;
	granted = seconds;
	clock_now += takes < seconds ? takes : seconds;
	*output = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		if (!programs[i].name || strcmp(programs[i].name, words[0]))
			continue;
		errno = programs[i].code;
		if (programs[i].said)
			snprintf(output, size, "%s", programs[i].said);
		return programs[i].status;
	}
	return 0;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
	assert_int_equal(clock, CLOCK_BOOTTIME);
	*now = (struct timespec){ .tv_sec = clock_now };
	return 0;
}

int __wrap_access(const char *path, int mode)
{
	assert_int_equal(mode, F_OK);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (files[i] && !strcmp(files[i], path))
			return 0;
	errno = ENOENT;
	return -1;
}

/* We are the host. */
ssize_t __wrap_readlink(const char *path, char *to, size_t size)
{
	int len = snprintf(to, size, "%s", strstr(path, "pid") ? "pid:[4026531836]" :
							      "user:[4026531837]");

	return len;
}

int __wrap_stat(const char *path, struct stat *st)
{
	memset(st, 0, sizeof(*st));
	st->st_mode = S_IFREG;
	return strstr(path, "/ns/net") ? 0 : -1;
}

int __wrap_glob(const char *pattern, int flags, int (*failed)(const char *path, int code),
		glob_t *found)
{
	(void)flags;
	(void)failed;
	memset(found, 0, sizeof(*found));
	if (strncmp(pattern, "/usr/src/", 9))
		return GLOB_NOMATCH;
	for (size_t i = 0; i < ARRAY_SIZE(sources) && sources[i]; i++)
		found->gl_pathc++;
	found->gl_pathv = (char **)sources;
	return found->gl_pathc ? 0 : GLOB_NOMATCH;
}

void __wrap_globfree(glob_t *found)
{
	assert_ptr_equal(found->gl_pathv, sources);
}

/* All that is of no matter here. */
bool machine_read(const char *root, const char *path, char *text, size_t size)
{
	(void)root;
	(void)path;
	assert_true(size);
	*text = '\0';
	return false;
}

void signing_read(const char *root, struct signing *signing)
{
	(void)root;
	(void)signing;
}

void loader_read(const char *root, const char *parameter, struct loader *loader)
{
	(void)root;
	(void)parameter;
	(void)loader;
}

bool has_parameter(const char *text, const char *name)
{
	(void)text;
	(void)name;
	return false;
}

const char *const unit_names[UNITS] = { "restore", "standin", "monitor" };

void units_parse(const char *text, struct unit units[UNITS])
{
	snprintf(units[UNIT_RESTORE].load, sizeof(units[UNIT_RESTORE].load), "%.20s", text);
}

/* Three of them. */
bool kernels_read(const char *root, const char *running, struct kernels *kernels)
{
	(void)root;
	(void)running;
	kernels->items = calloc(3, sizeof(*kernels->items));
	kernels->n = 3;
	for (size_t i = 0; i < kernels->n; i++)
		snprintf(kernels->items[i].version, sizeof(kernels->items[i].version), "6.%zu", i);
	return true;
}

bool kernel_parse_modinfo(const char *text, struct module_file *module)
{
	snprintf(module->file, sizeof(module->file), "%s", text);
	return true;
}

bool file_read(const char *name, struct text *text)
{
	(void)name;
	(void)text;
	errno = ENOENT;
	return false;
}

bool confirm_pending(void)
{
	return false;
}

/* The module is not loaded: it is not asked. */
bool pins_read(struct ctl *of, const struct pin *filter, struct pins *pins)
{
	(void)of;
	(void)filter;
	(void)pins;
	return false;
}

bool guards_read(struct ctl *of, struct guards *guards)
{
	(void)of;
	(void)guards;
	return false;
}

static int setup(void **state)
{
	(void)state;
	memset(files, 0, sizeof(files));
	memset(sources, 0, sizeof(sources));
	memset(programs, 0, sizeof(programs));
	files[0] = "/run/systemd/system";
	takes = 0;
	runs = 0;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	facts_free(&facts);
	return 0;
}

static void read_all(void)
{
	facts_read(&ctl, &facts);
	assert_null(facts.elsewhere);
	assert_false(facts.loaded);
	assert_int_equal(facts.kernels.n, 3);
}

static void programs_that_are_good(void **state)
{
	(void)state;
	programs[0].name = "systemctl";
	programs[0].said = "units";
	programs[1].name = "modinfo";
	programs[1].said = "module";
	read_all();
	assert_string_equal(facts.systemd_error, "");
	assert_string_equal(facts.units[UNIT_RESTORE].load, "units");
	assert_string_equal(facts.kernels.items[2].module.file, "module");
	assert_string_equal(facts.kernels.items[2].error, "");
	assert_int_equal(granted, 20);
}

static void programs_that_are_missing(void **state)
{
	(void)state;
	programs[0].name = "systemctl";
	programs[0].status = -1;
	programs[0].code = EACCES;
	programs[1].name = "modinfo";
	programs[1].status = -1;
	programs[1].code = ENOENT;
	read_all();
	assert_string_equal(facts.systemd_error, "cannot run systemctl: Permission denied");
	assert_string_equal(facts.units[UNIT_RESTORE].load, "");
	for (size_t i = 0; i < facts.kernels.n; i++)
		assert_string_equal(facts.kernels.items[i].error,
				    "cannot run modinfo: No such file or directory");
}

/* systemctl says why; modinfo that there is no module. */
static void programs_that_fail(void **state)
{
	(void)state;
	programs[0].name = "systemctl";
	programs[0].status = 1;
	programs[0].said = "Failed to connect to bus\nand more\n";
	programs[1].name = "modinfo";
	programs[1].status = 1;
	programs[1].said = "modinfo: ERROR: Module arppin not found.";
	read_all();
	assert_string_equal(facts.systemd_error, "systemctl: Failed to connect to bus");
	assert_string_equal(facts.units[UNIT_RESTORE].load, "");
	assert_string_equal(facts.kernels.items[0].module.file, "");
	assert_string_equal(facts.kernels.items[0].error, "");
}

static void sources_of_dkms(void **state)
{
	(void)state;
	sources[0] = "/usr/src/arppin-/dkms.conf";
	read_all();
	assert_string_equal(facts.source, "");
	facts_free(&facts);
	sources[1] = "/usr/src/arppin-1.10/dkms.conf";
	sources[2] = "/usr/src/arppin-1.9/dkms.conf";
	read_all();
	assert_string_equal(facts.source, "1.10");
	facts_free(&facts);
	/* That of the tool, though there are later ones. */
	sources[2] = "/usr/src/arppin-" ARPPIN_VERSION "/dkms.conf";
	sources[3] = "/usr/src/arppin-zzz/dkms.conf";
	read_all();
	assert_string_equal(facts.source, ARPPIN_VERSION);
}

static void keys_of_dkms(void **state)
{
	(void)state;
	read_all();
	assert_null(facts.mok);
	facts_free(&facts);
	files[1] = "/var/lib/dkms/mok.pub";
	read_all();
	assert_string_equal(facts.mok, "/var/lib/dkms/mok.pub");
	facts_free(&facts);
	files[2] = "/var/lib/shim-signed/mok/MOK.der";
	read_all();
	assert_string_equal(facts.mok, "/var/lib/shim-signed/mok/MOK.der");
}

/* The last test: there is no time left afterwards. */
static void programs_that_hang(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		programs[i].name = i ? "modinfo" : "systemctl";
		programs[i].status = -1;
		programs[i].code = ETIMEDOUT;
	}
	takes = 25;
	clock_now += 5;
	read_all();
	assert_string_equal(facts.systemd_error, "systemctl did not end in time");
	for (size_t i = 0; i < facts.kernels.n; i++)
		assert_string_equal(facts.kernels.items[i].error, "modinfo did not end in time");
	/* The last of them was not run, and the one before had what was left. */
	assert_int_equal(runs, 3);
	assert_int_equal(granted, 15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(programs_that_are_good, setup, teardown),
		cmocka_unit_test_setup_teardown(programs_that_are_missing, setup, teardown),
		cmocka_unit_test_setup_teardown(programs_that_fail, setup, teardown),
		cmocka_unit_test_setup_teardown(sources_of_dkms, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_of_dkms, setup, teardown),
		cmocka_unit_test_setup_teardown(programs_that_hang, setup, teardown),
	};

	clock_now = 1000;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
