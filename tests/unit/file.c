// SPDX-License-Identifier: GPL-2.0-only
/* Whole files: read up to a bound, and replaced at once or not at all. */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "file.h"

static char folder[32];

/* What fails. */
static bool no_memory, no_close;

typeof(realloc) __real_realloc;

void *__wrap_realloc(void *memory, size_t size)
{
	return no_memory ? NULL : __real_realloc(memory, size);
}

typeof(close) __real_close;

/* A server that has no room says so at the end alone. */
int __wrap_close(int fd)
{
	int code = __real_close(fd);

	if (!no_close)
		return code;
	no_close = false;
	errno = EDQUOT;
	return -1;
}

static void in_folder(char path[64], const char *name)
{
	snprintf(path, 64, "%s/%s", folder, name);
}

static unsigned int files_in(const char *path)
{
	DIR *dir = opendir(path);
	unsigned int n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

static void holds(const char *path, const char *bytes, size_t len)
{
	struct text text;

	assert_true(file_read(path, &text));
	assert_int_equal(text.len, len);
	assert_memory_equal(text.bytes, bytes, len);
	free(text.bytes);
}

static void replaced(void **state)
{
	struct text first = { .bytes = "first\n", .len = 6 }, second = { .bytes = "2\0x", .len = 3 };
	struct stat old, new;
	char path[64];
	FILE *reader;

	(void)state;
	in_folder(path, "new/file");
	assert_true(file_replace(path, &first));
	holds(path, "first\n", 6);
	assert_int_equal(stat(path, &old), 0);
	assert_int_equal(old.st_mode & 07777, 0600);

	/* Who has it open goes on reading what it was. */
	reader = fopen(path, "r");
	assert_non_null(reader);
	chmod(path, 0644);
	assert_true(file_replace(path, &second));
	holds(path, "2\0x", 3);
	assert_int_equal(stat(path, &new), 0);
	assert_int_not_equal(old.st_ino, new.st_ino);
	assert_int_equal(new.st_mode & 07777, 0600);
	assert_int_equal(fgetc(reader), 'f');
	fclose(reader);

	unlink(path);
	in_folder(path, "new");
	assert_int_equal(files_in(path), 0);
	rmdir(path);
}

static void refused(void **state)
{
	struct text text = { .bytes = "x", .len = 1 };
	char path[64];

	(void)state;
	/* A folder takes the place of no file, and no temporary file stays. */
	in_folder(path, "folder");
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(file_replace(path, &text));
	assert_int_equal(errno, EISDIR);
	assert_int_equal(files_in(folder), 1);
	assert_false(file_read(path, &text));
	assert_int_equal(errno, EISDIR);
	rmdir(path);
	/* One missing folder is made, not a whole path. */
	in_folder(path, "a/b/file");
	assert_false(file_replace(path, &text));
	assert_int_equal(errno, ENOENT);
	assert_false(file_read(path, &text));
	assert_int_equal(errno, ENOENT);
	assert_int_equal(files_in(folder), 0);
}

static void too_long(void **state)
{
	struct text text = { .bytes = "x", .len = 1 };
	char path[5000] = "";

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	assert_false(file_replace(path, &text));
	assert_int_equal(errno, ENAMETOOLONG);
}

/* The old file stays as it was, and nothing of the new one. */
static void written_in_part(void **state)
{
	struct text first = { .bytes = "first\n", .len = 6 }, second = { .bytes = "2", .len = 1 };
	char path[64];

	(void)state;
	in_folder(path, "file");
	assert_true(file_replace(path, &first));
	no_close = true;
	assert_false(file_replace(path, &second));
	assert_int_equal(errno, EDQUOT);
	assert_false(no_close);
	holds(path, "first\n", 6);
	assert_int_equal(files_in(folder), 1);
	unlink(path);
}

static void large(void **state)
{
	size_t len = (1 << 20) + 1;
	struct text text = { .bytes = malloc(len), .len = len };
	char path[64];

	(void)state;
	assert_non_null(text.bytes);
	memset(text.bytes, 'x', len);
	in_folder(path, "large");
	assert_true(file_replace(path, &text));
	holds(path, text.bytes, len);
	free(text.bytes);
	no_memory = true;
	assert_false(file_read(path, &text));
	no_memory = false;
	assert_int_equal(errno, ENOMEM);
	assert_int_equal(truncate(path, 65 << 20), 0);
	assert_false(file_read(path, &text));
	assert_int_equal(errno, EFBIG);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replaced),
		cmocka_unit_test(refused),
		cmocka_unit_test(too_long),
		cmocka_unit_test(written_in_part),
		cmocka_unit_test(large),
	};
	int failed;

	snprintf(folder, sizeof(folder), "/tmp/arppin-file.XXXXXX");
	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
