// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded into a program, lets one of its calls fail that ask the system for memory,
 * files, sockets or processes: INJECT_AT=N, the Nth of them. INJECT_LIST=FILE gets a line
 * for each, `N FUNCTION PLACE`, where PLACE tells by which functions of the program it
 * came there, and ` failed` behind the one that did.
 */
#define _GNU_SOURCE 1
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FRAMES 32	/* from the call upwards, of which */
#define OWN 10		/* so many of the program itself make a place */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);

static bool started;
static long calls, inject_at;
static char list[256];
static uintptr_t begin, end;	/* of the program's code */

/* The first is the program itself. */
static int find_code(struct dl_phdr_info *info, size_t size, void *data)
{
	(void)size;
	(void)data;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_X))
			continue;
		begin = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
		end = begin + info->dlpi_phdr[i].p_memsz;
	}
	return 1;
}

static void __attribute__((constructor)) start(void)
{
	void *frames[1];

	backtrace(frames, 1);	/* loads a library, the first time */
	dl_iterate_phdr(find_code, NULL);
	inject_at = atol(getenv("INJECT_AT") ?: "0");
	snprintf(list, sizeof(list), "%s", getenv("INJECT_LIST") ?: "/dev/null");
	unsetenv("LD_PRELOAD");
	started = true;
}

/* Between a fork and an exec as well, and whatever files have been closed. */
static bool fails(const char *function)
{
	unsigned long long place = 14695981039346656037ULL;
	void *frames[FRAMES];
	int n, own = 0, fd;
	char line[128];

	if (!started)
		return false;
	started = false;
	calls++;
	n = backtrace(frames, FRAMES);
	for (int i = 0; i < n && own < OWN; i++) {
		uintptr_t frame = (uintptr_t)frames[i];

		if (frame < begin || frame >= end)
			continue;
		place = (place ^ (frame - begin)) * 1099511628211ULL;
		own++;
	}
	n = snprintf(line, sizeof(line), "%ld %s %llx%s\n", calls, function, place,
		     calls == inject_at ? " failed" : "");
	fd = syscall(SYS_openat, -100, list, 02001 /* O_WRONLY | O_APPEND */);
	if (fd >= 0) {
		syscall(SYS_write, fd, line, n);
		syscall(SYS_close, fd);
	}
	started = true;
	return calls == inject_at;
}

void *malloc(size_t size)
{
	if (fails("malloc")) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	if (fails("calloc")) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
	if (fails("realloc")) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_realloc(memory, size);
}

#define CALL(type, name, failure, error, parameters, arguments)			\
	type name parameters							\
	{									\
		static type (*next) parameters;					\
										\
		if (fails(#name)) {						\
			errno = error;						\
			return failure;						\
		}								\
		if (!next)							\
			*(void **)&next = dlsym(RTLD_NEXT, #name);		\
		return next arguments;						\
	}

#define LEN unsigned int	/* socklen_t, mode_t */
CALL(int, open, -1, EMFILE, (const char *path, int flags, LEN mode), (path, flags, mode))
CALL(FILE *, fopen, NULL, EMFILE, (const char *path, const char *mode), (path, mode))
CALL(FILE *, fdopen, NULL, ENOMEM, (int fd, const char *mode), (fd, mode))
CALL(void *, opendir, NULL, EMFILE, (const char *path), (path))
CALL(ssize_t, read, -1, EIO, (int fd, void *to, size_t n), (fd, to, n))
CALL(ssize_t, write, -1, ENOSPC, (int fd, const void *from, size_t n), (fd, from, n))
CALL(int, fsync, -1, EIO, (int fd), (fd))
CALL(int, fflush, EOF, ENOSPC, (FILE *file), (file))
CALL(int, rename, -1, ENOSPC, (const char *from, const char *to), (from, to))
CALL(int, mkdir, -1, ENOSPC, (const char *path, LEN mode), (path, mode))
CALL(int, mkostemp, -1, ENOSPC, (char *path, int flags), (path, flags))
CALL(int, mkstemp, -1, ENOSPC, (char *path), (path))
CALL(int, fchmod, -1, EIO, (int fd, LEN mode), (fd, mode))
CALL(int, stat, -1, EIO, (const char *path, void *to), (path, to))
CALL(int, lstat, -1, EIO, (const char *path, void *to), (path, to))
CALL(int, fstat, -1, EIO, (int fd, void *to), (fd, to))
CALL(int, flock, -1, ENOLCK, (int fd, int how), (fd, how))
CALL(int, memfd_create, -1, EMFILE, (const char *name, LEN flags), (name, flags))
CALL(int, pipe2, -1, EMFILE, (int ends[2], int flags), (ends, flags))
CALL(int, socket, -1, EMFILE, (int domain, int type, int protocol), (domain, type, protocol))
CALL(int, accept4, -1, EMFILE, (int fd, void *to, LEN *len, int flags), (fd, to, len, flags))
CALL(int, bind, -1, EADDRINUSE, (int fd, const void *address, LEN len), (fd, address, len))
CALL(int, connect, -1, ECONNREFUSED, (int fd, const void *address, LEN len), (fd, address, len))
CALL(int, listen, -1, EADDRINUSE, (int fd, int n), (fd, n))
CALL(int, getsockname, -1, ENOBUFS, (int fd, void *to, LEN *len), (fd, to, len))
CALL(int, getsockopt, -1, ENOBUFS, (int fd, int level, int name, void *to, LEN *len),
     (fd, level, name, to, len))
CALL(int, setsockopt, -1, ENOBUFS, (int fd, int level, int name, const void *from, LEN len),
     (fd, level, name, from, len))
CALL(ssize_t, send, -1, ENOBUFS, (int fd, const void *from, size_t n, int flags),
     (fd, from, n, flags))
CALL(ssize_t, sendto, -1, ENOBUFS,
     (int fd, const void *from, size_t n, int flags, const void *address, LEN len),
     (fd, from, n, flags, address, len))
CALL(ssize_t, recv, -1, ENOMEM, (int fd, void *to, size_t n, int flags), (fd, to, n, flags))
CALL(ssize_t, recvfrom, -1, ENOMEM,
     (int fd, void *to, size_t n, int flags, void *address, LEN *len),
     (fd, to, n, flags, address, len))
CALL(ssize_t, recvmsg, -1, ENOMEM, (int fd, void *message, int flags), (fd, message, flags))
CALL(int, ioctl, -1, EIO, (int fd, unsigned long request, void *argument),
     (fd, request, argument))
CALL(int, getifaddrs, -1, ENOMEM, (void **all), (all))
CALL(int, poll, -1, ENOMEM, (void *fds, unsigned long n, int ms), (fds, n, ms))
CALL(int, signalfd, -1, EMFILE, (int fd, const void *mask, int flags), (fd, mask, flags))
CALL(int, timerfd_create, -1, EMFILE, (int clock, int flags), (clock, flags))
CALL(int, timerfd_settime, -1, ECANCELED, (int fd, int flags, const void *to, void *old),
     (fd, flags, to, old))
CALL(int, setns, -1, EPERM, (int fd, int kind), (fd, kind))
CALL(int, unshare, -1, ENOSPC, (int flags), (flags))
CALL(ssize_t, getrandom, -1, ENOSYS, (void *to, size_t n, LEN flags), (to, n, flags))
CALL(pid_t, fork, -1, EAGAIN, (void), ())
/* These return the error. */
CALL(int, posix_spawn, EAGAIN, EAGAIN,
     (pid_t *pid, const char *path, const void *files, const void *attr, char **words, char **env),
     (pid, path, files, attr, words, env))
CALL(int, posix_spawnp, EAGAIN, EAGAIN,
     (pid_t *pid, const char *path, const void *files, const void *attr, char **words, char **env),
     (pid, path, files, attr, words, env))
