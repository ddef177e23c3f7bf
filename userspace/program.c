// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "model.h"
#include "program.h"

#define PAUSE_NS 5000000	/* between two looks whether it has ended */

static const char *const folders[] = {
	"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin",
};

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* 0 or an errno. With no signal blocked or ignored, in a process group of its own. */
static int spawn(char *const words[], int output, pid_t *pid)
{
	/* What it prints is looked through: it shall be in nobody's language. */
	char search[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	char language[] = "LC_ALL=C";
	char *const environment[] = { search, language, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	char path[256];
	int code = ENOENT;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
					POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
	for (size_t i = 0; code == ENOENT && i < ARRAY_SIZE(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], words[0]);
		code = posix_spawn(pid, path, &files, &attr, words, environment);
	}
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return code;
}

/* Until its last writer has gone; false: there is no time left. */
static bool read_all(int fd, long long deadline, char *output, size_t size)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	size_t len = 0;
	bool in_time = true;

	for (;;) {
		long long left = deadline - now_ms();
		char rest[512];
		ssize_t got;

		if (left <= 0 || !poll(&readable, 1, left)) {
			in_time = false;
			break;
		}
		if (len + 1 < size) {
			got = read(fd, output + len, size - len - 1);
			len += got > 0 ? got : 0;
		} else {
			got = read(fd, rest, sizeof(rest));
		}
		if (!got || (got < 0 && errno != EINTR))
			break;
	}
	if (size)
		output[len] = '\0';
	return in_time;
}

/* False: there was no time left, and it was killed. */
static bool wait_end(pid_t pid, long long deadline, bool in_time, int *status)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	while (in_time && waitpid(pid, status, WNOHANG) != pid) {
		in_time = now_ms() < deadline;
		nanosleep(&pause, NULL);
	}
	if (!in_time) {
		kill(-pid, SIGKILL);
		while (waitpid(pid, status, 0) < 0 && errno == EINTR)
			;
	}
	return in_time;
}

int program_run(char *const words[], unsigned int seconds, char *output, size_t size)
{
	long long deadline = now_ms() + seconds * 1000LL;
	int ends[2], status, code;
	bool in_time;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	code = spawn(words, ends[1], &pid);
	close(ends[1]);
	if (code) {
		close(ends[0]);
		errno = code;
		return -1;
	}
	in_time = read_all(ends[0], deadline, output, size);
	close(ends[0]);
	if (!wait_end(pid, deadline, in_time, &status)) {
		errno = ETIMEDOUT;
		return -1;
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
