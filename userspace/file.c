// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"

#define FILE_MAX (64U << 20)	/* 65536 pins with 16 MACs each are about 23 MiB */

bool file_read(const char *name, struct text *text)
{
	FILE *file = strcmp(name, "-") ? fopen(name, "re") : stdin;
	size_t room = 1 << 16, len = 0;
	char *bytes, *grown;
	int code = 0;

	if (!file)
		return false;
	bytes = malloc(room);
	while (bytes) {
		len += fread(bytes + len, 1, room - len, file);
		if (len < room)
			break;
		if (room >= FILE_MAX) {
			code = EFBIG;
			break;
		}
		room *= 2;
		grown = realloc(bytes, room);
		if (!grown)
			code = ENOMEM;
		if (code)
			break;
		bytes = grown;
	}
	if (bytes && ferror(file))
		code = errno ? errno : EIO;
	if (file != stdin)
		fclose(file);
	if (!code && bytes) {
		*text = (struct text){ .bytes = bytes, .len = len };
		return true;
	}
	free(bytes);
	errno = code ? code : ENOMEM;
	return false;
}

static bool write_all(int fd, const struct text *text)
{
	for (size_t done = 0; done < text->len; ) {
		ssize_t len = write(fd, text->bytes + done, text->len - done);

		if (len < 0 && errno != EINTR)
			return false;
		done += len > 0 ? len : 0;
	}
	return !fsync(fd);
}

/* The folder of a file, opened: the rename is as durable as the folder is. */
static int open_folder(const char *name)
{
	const char *slash = strrchr(name, '/');
	char folder[PATH_MAX] = ".";

	if (slash)
		snprintf(folder, sizeof(folder), "%.*s", slash == name ? 1 : (int)(slash - name),
			 name);
	if (mkdir(folder, 0700) && errno != EEXIST)
		return -1;
	return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

bool file_replace(const char *name, const struct text *text)
{
	char other[PATH_MAX];
	int folder, fd, code;
	bool done;

	if (snprintf(other, sizeof(other), "%s.XXXXXX", name) >= (int)sizeof(other)) {
		errno = ENAMETOOLONG;
		return false;
	}
	folder = open_folder(name);
	if (folder < 0)
		return false;
	fd = mkostemp(other, O_CLOEXEC);	/* of mode 0600 */
	done = fd >= 0 && write_all(fd, text);
	code = errno;
	if (fd >= 0 && close(fd) && done) {
		code = errno;
		done = false;
	}
	if (done && (rename(other, name) || fsync(folder))) {
		code = errno;
		done = false;
	}
	if (fd >= 0 && !done)
		unlink(other);
	close(folder);
	errno = code;
	return done;
}
