// SPDX-License-Identifier: GPL-2.0-only
/* setup, where something is in its way: what it says, and what it takes back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "change.h"
#include "file.h"
#include "lesson.h"
#include "msg.h"
#include "program.h"

#define IP(last) { .family = AF_INET, .bytes = { 192, 0, 2, last } }

/* What is there, and what fails. */
static bool is_loaded, others, differs;
static const char *old_file;	/* NULL: there is none */
static int read_code, write_code, owner_code;
static int open_code;		/* of the module, once it is loaded */
static int run_status;
static const char *run_says;
static int refused_pin;		/* number of the gateway whose pin is refused */

/* What was done. */
static char said[1024], done[256], *written;

uid_t geteuid(void)
{
	return 0;
}

int access(const char *path, int mode)
{
	(void)mode;
	assert_string_equal(path, "/run/systemd/system");
	return 0;
}

int stat(const char *path, struct stat *stat)
{
	assert_string_equal(path, "/etc/arppin.conf");
	*stat = (struct stat){ .st_mode = S_IFREG | 0640 };
	return 0;
}

int chown(const char *path, uid_t uid, gid_t gid)
{
	(void)path;
	(void)uid;
	(void)gid;
	errno = owner_code;
	return owner_code ? -1 : 0;
}

int chmod(const char *path, mode_t mode)
{
	(void)path;
	assert_int_equal(mode, 0640);
	return 0;
}

bool file_read(const char *name, struct text *text)
{
	assert_string_equal(name, "/etc/arppin.conf");
	errno = read_code ? read_code : ENOENT;
	if (read_code || !old_file)
		return false;
	*text = (struct text){ .bytes = strdup(old_file), .len = strlen(old_file) };
	return true;
}

bool file_replace(const char *name, const struct text *text)
{
	assert_string_equal(name, "/etc/arppin.conf");
	errno = write_code;
	if (write_code)
		return false;
	free(written);
	written = strndup(text->bytes, text->len);
	return true;
}

int program_run(char *const words[], unsigned int seconds, char *output, size_t size)
{
	(void)words;
	(void)seconds;
	snprintf(output, size, "%s", run_says);
	errno = ETIMEDOUT;
	if (!run_status)
		is_loaded = true;
	return run_status;
}

bool nl_open(struct nl *nl)
{
	nl->error.code = is_loaded ? open_code : ENOENT;
	nl->family = is_loaded && !open_code ? 30 : 0;
	return nl->family;
}

void nl_close(struct nl *nl)
{
	(void)nl;
}

struct nlmsghdr *nl_request(struct nl *nl, void *buffer, __u8 cmd)
{
	(void)nl;
	assert_int_equal(cmd, ARPPIN_CMD_PIN_DEL);
	return mnl_nlmsg_put_header(buffer);
}

void msg_put_pin_key(struct nlmsghdr *nlh, const struct pin *pin)
{
	(void)nlh;
	sprintf(done + strlen(done), "del %u;", pin->addr.bytes[3]);
}

int do_request(struct ctl *ctl, struct nlmsghdr *nlh, nl_answer answer, void *data)
{
	(void)ctl;
	(void)nlh;
	(void)answer;
	(void)data;
	return EXIT_DONE;
}

bool config_in_force(struct ctl *ctl, struct config *config)
{
	(void)ctl;
	(void)config;
	return true;
}

bool config_same(const struct config *a, const struct config *b)
{
	(void)a;
	(void)b;
	return !differs;
}

bool pins_read(struct ctl *ctl, const struct pin *filter, struct pins *pins)
{
	(void)ctl;
	(void)filter;
	(void)pins;
	return true;
}

bool guards_read(struct ctl *ctl, struct guards *guards)
{
	(void)ctl;
	(void)guards;
	return true;
}

int lesson_open(struct lesson *lesson)
{
	(void)lesson;
	return EXIT_DONE;
}

/* Three gateways, of which the second is pinned already. */
int lesson_add_gateways(struct lesson *lesson, const char *dev)
{
	(void)dev;
	lesson->others = others;
	lesson->n = 3;
	lesson->questions = calloc(3, sizeof(*lesson->questions));
	for (size_t i = 0; i < 3; i++)
		lesson->questions[i] = (struct question){
			.addr = IP(i + 1), .dev = "eth0",
			.reason = i == 1 ? REASON_ALREADY_PINNED : REASON_AGREED,
			.pinned = i == 1,
		};
	return EXIT_DONE;
}

int lesson_ask(struct ctl *ctl, struct lesson *lesson, unsigned int seconds)
{
	(void)ctl;
	(void)lesson;
	(void)seconds;
	return EXIT_DONE;
}

int lesson_pin(struct ctl *ctl, struct question *question)
{
	(void)ctl;
	if (question->addr.bytes[3] == refused_pin)
		return EXIT_REFUSED;
	sprintf(done + strlen(done), "add %u;", question->addr.bytes[3]);
	question->pinned = true;
	return EXIT_DONE;
}

void lesson_print(struct out *out, const char *key, const struct lesson *lesson,
		  const struct question *question)
{
	(void)out;
	(void)key;
	(void)lesson;
	(void)question;
}

void lesson_free(struct lesson *lesson)
{
	free(lesson->questions);
}

int refused(const struct ctl *ctl)
{
	(void)ctl;
	strcat(said, "no answer\n");
	return EXIT_REFUSED;
}

int wrong(const char *format, ...)
{
	size_t len = strlen(said);
	va_list ap;

	va_start(ap, format);
	vsnprintf(said + len, sizeof(said) - len, format, ap);
	va_end(ap);
	strcat(said, "\n");
	return EXIT_WRONG;
}

static int begin(void **state)
{
	(void)state;
	is_loaded = false;
	others = false;
	differs = false;
	old_file = NULL;
	read_code = 0;
	write_code = 0;
	owner_code = 0;
	open_code = 0;
	run_status = 0;
	run_says = "";
	refused_pin = 0;
	*said = '\0';
	*done = '\0';
	return 0;
}

static int setup(void)
{
	char *const words[] = { "--yes" };
	struct ctl *ctl = calloc(1, sizeof(*ctl));
	int status;

	ctl->out.file = fmemopen(NULL, 4096, "w");
	status = setup_host(ctl, 1, words);
	fclose(ctl->out.file);
	free(ctl);
	return status;
}

static void all_well(void **state)
{
	(void)state;
	old_file = "# mine\n";
	assert_int_equal(setup(), EXIT_DONE);
	assert_string_equal(said, "");
	assert_string_equal(done, "add 1;add 3;");
	assert_int_equal(strncmp(written, "# mine\n# by arppinctl setup, ", 29), 0);

	others = true;
	owner_code = EPERM;
	assert_int_equal(setup(), EXIT_DONE);
	assert_string_equal(said, "default routes without an IPv4 gateway that answers ARP are left out\n"
		"cannot give /etc/arppin.conf its owner and mode again: Operation not permitted\n");
}

static void module_missing(void **state)
{
	(void)state;
	run_status = 1;
	assert_int_equal(setup(), EXIT_REFUSED);
	assert_string_equal(said, "the module cannot be loaded: modprobe: exit status 1\n");
	*said = '\0';
	run_says = "one line\nand another one\n";
	assert_int_equal(setup(), EXIT_REFUSED);
	assert_string_equal(said, "the module cannot be loaded: one line\n");
	*said = '\0';
	run_status = -1;
	assert_int_equal(setup(), EXIT_REFUSED);
	assert_string_equal(said, "the module cannot be loaded: modprobe: Connection timed out\n");
	/* It loads, but does not answer. */
	begin(state);
	open_code = EPERM;
	assert_int_equal(setup(), EXIT_REFUSED);
	assert_string_equal(said, "no answer\n");
	assert_string_equal(done, "");
}

static void file_in_the_way(void **state)
{
	(void)state;
	read_code = EISDIR;
	assert_int_equal(setup(), EXIT_UNSAFE);
	assert_string_equal(said, "cannot read /etc/arppin.conf: Is a directory\n"
				  "nothing was changed\n");
	begin(state);
	old_file = "";
	differs = true;
	assert_int_equal(setup(), EXIT_UNSAFE);
	assert_non_null(strstr(said, "/etc/arppin.conf differs from what is in force"));
	assert_string_equal(done, "");
}

/* All pins or none, and not that which was there before. */
static void taken_back(void **state)
{
	(void)state;
	is_loaded = true;
	refused_pin = 3;
	assert_int_equal(setup(), EXIT_REFUSED);
	assert_string_equal(done, "add 1;del 1;");
	begin(state);
	is_loaded = true;
	write_code = ENOSPC;
	assert_int_equal(setup(), EXIT_REFUSED);
	assert_string_equal(done, "add 1;add 3;del 1;del 3;");
	assert_string_equal(said, "cannot write /etc/arppin.conf: No space left on device\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(all_well, begin),
		cmocka_unit_test_setup(module_missing, begin),
		cmocka_unit_test_setup(file_in_the_way, begin),
		cmocka_unit_test_setup(taken_back, begin),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(written);
	return failed;
}
