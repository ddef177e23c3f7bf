// SPDX-License-Identifier: GPL-2.0-only
/* Whose turn it is, and whose folder; without the minute that it takes to give up. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "run.h"

static struct stat folder;
static int taken;		/* so many tries find the lock taken */
static long long waited;	/* ms */
static int lock = -1;

/* What a compiler adds to the test may have files of its own. */
int mkdir(const char *path, mode_t mode)
{
	if (strcmp(path, "/run/arppin"))
		return mkdirat(AT_FDCWD, path, mode);
	assert_int_equal(mode, 0700);
	errno = EEXIST;
	return -1;
}

int lstat(const char *path, struct stat *stat)
{
	assert_string_equal(path, "/run/arppin");
	*stat = folder;
	return 0;
}

int open(const char *path, int flags, ...)
{
	if (strcmp(path, "/run/arppin/lock"))
		return openat(AT_FDCWD, path, flags, 0666);
	assert_true(flags & O_NOFOLLOW);
	lock = dup(STDIN_FILENO);
	return lock;
}

int flock(int fd, int operation)
{
	assert_int_equal(fd, lock);
	assert_int_equal(operation, LOCK_EX | LOCK_NB);
	errno = EWOULDBLOCK;
	if (!taken)
		return 0;
	taken--;
	return -1;
}

int nanosleep(const struct timespec *time, struct timespec *left)
{
	(void)left;
	waited += time->tv_sec * 1000 + time->tv_nsec / 1000000;
	return 0;
}

static int begin(void **state)
{
	(void)state;
	folder = (struct stat){ .st_mode = S_IFDIR | 0700, .st_uid = geteuid() };
	taken = 0;
	waited = 0;
	lock = -1;
	return 0;
}

static void turns(void **state)
{
	int fd;

	(void)state;
	taken = 3;
	fd = run_lock();
	assert_true(fd >= 0);
	assert_int_equal(fd, lock);
	assert_int_equal(waited, 60);
	assert_int_equal(close(lock), 0);

	waited = 0;
	taken = 1000000;
	assert_int_equal(run_lock(), -EAGAIN);
	assert_int_equal(waited, 60000);
	assert_int_equal(close(lock), -1);
}

/* One that others can write to, or that is theirs, is no place for a lock. */
static void folders(void **state)
{
	(void)state;
	folder.st_mode = S_IFDIR | 0755;
	assert_int_equal(close(run_lock()), 0);
	lock = -1;
	folder.st_mode = S_IFDIR | 0770;
	assert_int_equal(run_lock(), -EPERM);
	folder.st_mode = S_IFLNK | 0700;
	assert_int_equal(run_lock(), -EPERM);
	folder.st_mode = S_IFDIR | 0700;
	folder.st_uid++;
	assert_int_equal(run_lock(), -EPERM);
	assert_int_equal(lock, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(turns, begin),
		cmocka_unit_test_setup(folders, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
