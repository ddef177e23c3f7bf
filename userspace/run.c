// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "run.h"

#define FOLDER "/run/arppin"
#define LOCK FOLDER "/lock"

#define PAUSE_NS 20000000
#define TRIES 3000		/* a minute */

int run_make(void)
{
	struct stat st;

	if (mkdir(FOLDER, 0700) && errno != EEXIST)
		return -errno;
	if (lstat(FOLDER, &st))
		return -errno;
	/* Who else could write there could pretend to be us. */
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 022)
		return -EPERM;
	return 0;
}

int run_path(char *path, size_t size, const char *name)
{
	struct stat st;

	if (stat("/proc/self/ns/net", &st))
		return -errno;
	snprintf(path, size, FOLDER "/%s.%llu", name, (unsigned long long)st.st_ino);
	return 0;
}

int run_lock(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	int code = run_make(), fd;

	if (code)
		return code;
	fd = open(LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	for (int i = 0; i < TRIES; i++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return fd;
		nanosleep(&pause, NULL);
	}
	close(fd);
	return -EAGAIN;
}
