// SPDX-License-Identifier: GPL-2.0-only
/* Commands for events: how many at once, what they read, and how they end. */
#define _GNU_SOURCE 1
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "arppinctl.h"
#include "exec.h"

static char folder[32];
static struct exec exec;
static char said[4096];

int wrong(const char *format, ...)
{
	size_t len = strlen(said);
	va_list ap;

	va_start(ap, format);
	vsnprintf(said + len, sizeof(said) - len, format, ap);
	va_end(ap);
	return EXIT_WRONG;
}

static void tell(__u64 seq)
{
	struct place place = { .epoch = 1, .seq = seq };
	char *text;
	int len = asprintf(&text, "{\"seq\":%llu}\n", seq);

	exec_event(&exec, text, len, &place);
}

static void start(char *const command[], unsigned int jobs, unsigned int timeout)
{
	memset(&exec, 0, sizeof(exec));
	*said = '\0';
	assert_true(exec_open(&exec, command, jobs, timeout));
}

/* Until no command runs and none waits. */
static void tend(void)
{
	struct pollfd children = { .fd = exec.children, .events = POLLIN };

	while (exec.running || exec_waiting(&exec)) {
		assert_true(exec.running <= exec.jobs_max);
		poll(&children, 1, exec_wait_ms(&exec));
		exec_tend(&exec);
	}
}

/* What was orphaned is init's to bury. */
static bool gone(pid_t group)
{
	for (int i = 0; i < 250 && !kill(-group, 0); i++)
		usleep(20000);
	return kill(-group, 0);
}

static void no_children(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* In order when one runs at a time; nothing of ours is open, blocked or ignored in it. */
static void input(void **state)
{
	char script[512], expected[1024] = "", got[1024];
	char *const command[] = { "sh", "-c", script, NULL };
	FILE *file;
	size_t len;

	(void)state;
	snprintf(script, sizeof(script),
		 "cat >> %s/in; ls -l /proc/self/fd | grep -v ' 0 -> ' | grep 'memfd\\|signalfd' >> %s/in; "
		 "grep SigBlk /proc/self/status | grep -v 0000000000000000 >> %s/in; "
		 /* SIGPIPE and SIGCHLD; the C library keeps two beyond 31 ignored. */
		 "grep SigIgn /proc/self/status | grep -v '[08]0000000$' >> %s/in; true",
		 folder, folder, folder, folder);
	signal(SIGPIPE, SIG_IGN);
	start(command, 1, 30);
	for (unsigned int i = 1; i <= 9; i++) {
		tell(i);
		sprintf(expected + strlen(expected), "{\"seq\":%u}\n", i);
	}
	assert_int_equal(exec_waiting(&exec)->seq, 2);
	tend();
	exec_close(&exec);
	no_children();
	assert_string_equal(said, "");
	snprintf(script, sizeof(script), "%s/in", folder);
	file = fopen(script, "r");
	assert_non_null(file);
	len = fread(got, 1, sizeof(got) - 1, file);
	got[len] = '\0';
	fclose(file);
	unlink(script);
	assert_string_equal(got, expected);
}

static void many(void **state)
{
	char *const command[] = { "sleep", "0.05", NULL };

	(void)state;
	start(command, 3, 30);
	for (unsigned int i = 1; i <= 30; i++)
		tell(i);
	assert_int_equal(exec.running, 3);
	tend();
	exec_close(&exec);
	no_children();
	assert_string_equal(said, "");
}

/* With a child that ignores SIGTERM as well. */
static void too_long(void **state)
{
	char *const command[] = { "sh", "-c", "trap '' TERM; sleep 100 & sleep 100", NULL };
	pid_t group;

	(void)state;
	start(command, 1, 1);
	tell(1);
	group = exec.jobs[0].pid;
	tend();
	assert_true(gone(group));
	exec_close(&exec);
	no_children();
	assert_string_equal(said, "exec: \"sh\" has run for 1 s and is ended");
}

/* A good command whose child is not: the group is killed all the same. */
static void stubborn_child(void **state)
{
	char *const command[] = { "sh", "-c", "(trap '' TERM; exec sleep 100) & sleep 100", NULL };
	pid_t group;

	(void)state;
	start(command, 1, 1);
	tell(1);
	group = exec.jobs[0].pid;
	tend();
	assert_true(gone(group));
	exec_close(&exec);
	no_children();
}

/* It cannot run for ever by leaving its group for ours. */
static void deserter(void **state)
{
	char *const command[] = { "perl", "-e",
				  "$SIG{TERM} = 'IGNORE'; setpgrp 0, getpgrp getppid; sleep 100",
				  NULL };

	(void)state;
	start(command, 1, 1);
	tell(1);
	alarm(30);
	tend();
	exec_close(&exec);
	alarm(0);
	no_children();
}

static void statuses(void **state)
{
	char *const three[] = { "sh", "-c", "exit 3", NULL };
	char *const killed[] = { "sh", "-c", "kill -9 $$", NULL };
	char *const nowhere[] = { "/nosuch/command", NULL };

	(void)state;
	start(three, 1, 30);
	tell(1);
	tend();
	assert_string_equal(said, "exec: \"sh\" ended with status 3");
	exec_close(&exec);
	start(killed, 1, 30);
	tell(1);
	tend();
	assert_string_equal(said, "exec: \"sh\" was ended by signal 9");
	exec_close(&exec);
	*said = '\0';
	assert_false(exec_open(&exec, nowhere, 1, 1));
	assert_string_equal(said, "exec: cannot run \"/nosuch/command\": No such file or directory");
}

/* It is there, but cannot be run: the event does not wait for it to be mended. */
static void no_interpreter(void **state)
{
	char path[64], sentence[128];
	char *const command[] = { path, NULL };
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/command", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("#!/nosuch/interpreter\n", file);
	fclose(file);
	assert_int_equal(chmod(path, 0755), 0);
	start(command, 1, 30);
	tell(1);
	snprintf(sentence, sizeof(sentence), "exec: cannot run \"%s\": No such file or directory",
		 path);
	assert_string_equal(said, sentence);
	assert_null(exec_waiting(&exec));
	assert_int_equal(exec.running, 0);
	exec_close(&exec);
	unlink(path);
}

/* Where execvp() looks then. */
static void no_path(void **state)
{
	char *const command[] = { "sh", "-c", "exit 3", NULL };
	char *path = strdup(getenv("PATH"));

	(void)state;
	unsetenv("PATH");
	start(command, 1, 30);
	tell(1);
	tend();
	exec_close(&exec);
	assert_string_equal(said, "exec: \"sh\" ended with status 3");
	setenv("PATH", path, 1);
	free(path);
}

/* One runs, 1024 wait, the others are left out: nobody waits for them. */
static void overflow(void **state)
{
	char *const command[] = { "sleep", "1000", NULL };

	(void)state;
	start(command, 1, 30);
	for (unsigned int i = 1; i <= 1030; i++)
		tell(i);
	assert_string_equal(said, "exec: 1024 events wait already: event 1026 and some after it "
				  "are left out");
	assert_int_equal(exec_waiting(&exec)->seq, 2);
	/* How many is told once there is room again. */
	*said = '\0';
	kill(exec.jobs[0].pid, SIGKILL);
	while (exec_waiting(&exec)->seq == 2) {
		usleep(1000);
		exec_tend(&exec);
	}
	*said = '\0';
	tell(1031);
	assert_string_equal(said, "exec: 5 events were left out");
	tell(1032);
	*said = '\0';
	kill(exec.jobs[0].pid, SIGKILL);
	exec_close(&exec);
	/* What waits, waits on: the next start may go on with it. */
	assert_int_equal(exec_waiting(&exec)->seq, 3);
	assert_non_null(strstr(said, "exec: 1025 events were left out"));
	while (exec_waiting(&exec))
		queue_drop_first(&exec.queue);
	no_children();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(input),
		cmocka_unit_test(many),
		cmocka_unit_test(too_long),
		cmocka_unit_test(stubborn_child),
		cmocka_unit_test(deserter),
		cmocka_unit_test(statuses),
		cmocka_unit_test(no_interpreter),
		cmocka_unit_test(no_path),
		cmocka_unit_test(overflow),
	};
	int failed;

	snprintf(folder, sizeof(folder), "/tmp/arppin-exec.XXXXXX");
	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
