// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arppinctl.h"
#include "cursor.h"

/* -1, with a message, if it is not a file that can be read. */
static ssize_t read_file(int fd, const char *file, char *text, size_t size)
{
	struct stat st;
	ssize_t len;

	/* A device or pipe would be gone once it is replaced. */
	if (!fstat(fd, &st) && !S_ISREG(st.st_mode)) {
		wrong("cursor: %s is not a regular file", file);
		return -1;
	}
	len = read(fd, text, size);
	if (len < 0)
		wrong("cursor: cannot read %s: %s", file, strerror(errno));
	return len;
}

bool cursor_read(struct cursor *cursor, const char *file)
{
	/* A pipe is not waited for. */
	int fd = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char text[64];
	ssize_t len;

	*cursor = (struct cursor){ .file = file };
	if (fd < 0) {
		if (errno == ENOENT)
			return true;
		wrong("cursor: cannot read %s: %s", file, strerror(errno));
		return false;
	}
	len = read_file(fd, file, text, sizeof(text) - 1);
	close(fd);
	if (len < 0)
		return false;
	text[len] = '\0';
	/* Empty is what a power failure can leave of a file. */
	if (!len || parse_place(text, &cursor->place))
		return true;
	wrong("cursor: %s is not a file of \"EPOCH SEQ\"", file);
	return false;
}

static bool replace(const char *file, const struct place *place)
{
	char other[PATH_MAX + 4], text[64];
	int fd, len;
	bool done;

	/* No longer name has got through cursor_read(). */
	snprintf(other, sizeof(other), "%s.new", file);
	fd = open(other, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	len = snprintf(text, sizeof(text), "%llu %llu\n", place->epoch, place->seq);
	done = write(fd, text, len) == len;
	return !close(fd) && done && !rename(other, file);
}

bool cursor_write(struct cursor *cursor, const struct place *place)
{
	if (cursor->place.epoch == place->epoch && cursor->place.seq == place->seq)
		return true;
	if (!replace(cursor->file, place)) {
		if (!cursor->failed)
			wrong("cursor: cannot write %s: %s", cursor->file, strerror(errno));
		cursor->failed = true;
		return false;
	}
	cursor->failed = false;
	cursor->place = *place;
	return true;
}
