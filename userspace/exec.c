// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "arppinctl.h"
#include "exec.h"

/* Between SIGTERM and SIGKILL. */
#define GRACE_MS 5000

/* After a command could not be started for want of memory or the like. */
#define AGAIN_MS 1000

static __s64 now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static bool is_program(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	if (!S_ISREG(st.st_mode)) {
		errno = EACCES;
		return false;
	}
	return !access(path, X_OK);
}

/* As execvp() looks for it. */
static bool find_program(const char *name)
{
	const char *folders = getenv("PATH");
	char path[PATH_MAX];

	if (strchr(name, '/'))
		return is_program(name);
	if (!folders)
		folders = "/bin:/usr/bin";
	while (*folders) {
		int len = strcspn(folders, ":");

		if (snprintf(path, sizeof(path), "%.*s%s%s", len, folders, len ? "/" : "", name) <
			    (int)sizeof(path) && is_program(path))
			return true;
		folders += len + (folders[len] == ':');
	}
	errno = ENOENT;
	return false;
}

bool exec_open(struct exec *exec, char *const *command, unsigned int jobs, unsigned int timeout)
{
	sigset_t set;

	if (!find_program(command[0])) {
		wrong("exec: cannot run \"%s\": %s", command[0], strerror(errno));
		return false;
	}
	exec->command = command;
	exec->jobs_max = jobs;
	exec->timeout = timeout;
	/* Ignored, as it may be inherited, children leave no status. */
	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	exec->children = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (exec->children < 0)
		wrong("exec: cannot wait for commands: %s", strerror(errno));
	return exec->children >= 0;
}

/* A file, unlike a pipe, waits for no reader and dies of none. */
static int make_input(const struct waiting *event)
{
	int fd = memfd_create("arppin-event", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (write(fd, event->text, event->len) != (ssize_t)event->len || lseek(fd, 0, SEEK_SET)) {
		close(fd);
		errno = ENOMEM; /* what a memory file can lack */
		return -1;
	}
	return fd;
}

/* 0 or an errno. In a process group of its own, with no signal blocked or ignored. */
static int spawn(const struct exec *exec, int input, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int code;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
					POSIX_SPAWN_SETSIGDEF);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	/* The standard output is for events alone. */
	posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
	code = posix_spawnp(pid, exec->command[0], &files, &attr, exec->command, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return code;
}

static bool passes_by(int code)
{
	return code == EAGAIN || code == ENOMEM || code == ENFILE || code == EMFILE;
}

/* False if it shall be tried again later. */
static bool start(struct exec *exec, const struct waiting *event)
{
	int input = make_input(event);
	int code = input < 0 ? errno : 0;
	struct job *job = exec->jobs;
	pid_t pid;

	if (!code) {
		code = spawn(exec, input, &pid);
		close(input);
	}
	if (passes_by(code))
		return false;
	if (code) {
		wrong("exec: cannot run \"%s\": %s", exec->command[0], strerror(code));
		return true;
	}
	while (job->pid)
		job++;
	*job = (struct job){ .pid = pid, .deadline = now_ms() + exec->timeout * 1000LL };
	exec->running++;
	return true;
}

static void start_waiting(struct exec *exec)
{
	const struct waiting *event;

	exec->again = 0;
	while (exec->running < exec->jobs_max && (event = queue_first(&exec->queue))) {
		if (!start(exec, event)) {
			exec->again = now_ms() + AGAIN_MS;
			return;
		}
		queue_drop_first(&exec->queue);
	}
}

static void tell_end(const struct exec *exec, int status)
{
	const char *name = exec->command[0];

	if (WIFSIGNALED(status))
		wrong("exec: \"%s\" was ended by signal %d", name, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		wrong("exec: \"%s\" ended with status %d", name, WEXITSTATUS(status));
}

/* True if it has ended. */
static bool reap(struct exec *exec, struct job *job, int *status)
{
	if (waitpid(job->pid, status, WNOHANG) <= 0)
		return false;
	job->pid = 0;
	exec->running--;
	return true;
}

/* It may have left its group for another one. */
static void send_signal(const struct job *job, int signal)
{
	kill(-job->pid, signal);
	if (getpgid(job->pid) != job->pid)
		kill(job->pid, signal);
}

static void tend_job(struct exec *exec, struct job *job, __s64 now)
{
	int status;

	switch (job->state) {
	case JOB_RUNS:
		if (reap(exec, job, &status)) {
			tell_end(exec, status);
		} else if (now >= job->deadline) {
			wrong("exec: \"%s\" has run for %u s and is ended", exec->command[0],
			      exec->timeout);
			send_signal(job, SIGTERM);
			job->state = JOB_TERMINATED;
			job->deadline = now + GRACE_MS;
		}
		break;
	case JOB_TERMINATED:
		/*
		 * It stays, if need be as a zombie, until its group was killed:
		 * so the number of the group cannot be somebody else's.
		 */
		if (now < job->deadline)
			break;
		send_signal(job, SIGKILL);
		job->state = JOB_KILLED;
		reap(exec, job, &status); /* no signal tells of a zombie again */
		break;
	case JOB_KILLED:
		reap(exec, job, &status);
	}
}

static void tend_jobs(struct exec *exec)
{
	struct signalfd_siginfo info;

	while (read(exec->children, &info, sizeof(info)) > 0)
		;
	for (unsigned int i = 0; i < PARSE_JOBS_MAX; i++)
		if (exec->jobs[i].pid)
			tend_job(exec, &exec->jobs[i], now_ms());
}

void exec_tend(struct exec *exec)
{
	tend_jobs(exec);
	start_waiting(exec);
}

static void tell_left_out(struct exec *exec)
{
	if (exec->left_out)
		wrong("exec: %llu events were left out", exec->left_out);
	exec->left_out = 0;
}

void exec_event(struct exec *exec, char *text, size_t len, const struct place *place)
{
	if (queue_put(&exec->queue, text, len, place)) {
		tell_left_out(exec);
		start_waiting(exec);
		return;
	}
	if (!exec->left_out++)
		wrong("exec: %d events wait already: event %llu and some after it are left out",
		      QUEUE_MAX, place->seq);
	free(text);
}

static int until(__s64 deadline)
{
	__s64 left = deadline - now_ms();

	return left < 0 ? 0 : left;
}

int exec_wait_ms(const struct exec *exec)
{
	__s64 first = exec->again;

	for (unsigned int i = 0; i < PARSE_JOBS_MAX; i++) {
		const struct job *job = &exec->jobs[i];

		if (job->pid && job->state != JOB_KILLED && (!first || job->deadline < first))
			first = job->deadline;
	}
	return first ? until(first) : -1;
}

const struct place *exec_waiting(const struct exec *exec)
{
	const struct waiting *event = queue_first(&exec->queue);

	return event ? &event->place : NULL;
}

void exec_close(struct exec *exec)
{
	struct pollfd children = { .fd = exec->children, .events = POLLIN };

	exec->again = 0;
	while (exec->running) {
		poll(&children, 1, exec_wait_ms(exec));
		tend_jobs(exec);
	}
	if (exec->queue.n + exec->left_out)
		wrong("exec: %llu events were left out", exec->queue.n + exec->left_out);
	close(exec->children);
}
