// SPDX-License-Identifier: GPL-2.0-only
/* What systemd is told, and where it is told nothing. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "model.h"
#include "notify.h"

static char folder[32];
static bool no_socket;

typeof(socket) __real_socket;

int __wrap_socket(int domain, int type, int protocol)
{
	if (!no_socket)
		return __real_socket(domain, type, protocol);
	errno = EMFILE;
	return -1;
}

/* How often anything was sent, wherever it went. */
static unsigned int sent;

typeof(sendto) __real_sendto;

ssize_t __wrap_sendto(int fd, const void *from, size_t n, int flags, const struct sockaddr *to,
		      socklen_t len)
{
	sent++;
	return __real_sendto(fd, from, n, flags, to, len);
}

/* systemd, at the name that NOTIFY_SOCKET has from here on; '@' is a 0 there. */
static int listen_at(const char *name)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = __real_socket(AF_UNIX, SOCK_DGRAM, 0);
	size_t len = strlen(name);

	memcpy(to.sun_path, name, len);
	if (*name == '@')
		to.sun_path[0] = '\0';
	assert_return_code(bind(fd, (void *)&to, offsetof(struct sockaddr_un, sun_path) + len), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	sent = 0;
	return fd;
}

static void hears(int fd, const char *text)
{
	char got[1024];
	ssize_t len = recv(fd, got, sizeof(got), MSG_DONTWAIT);

	assert_int_equal(len, strlen(text));
	assert_memory_equal(got, text, len);
}

static void hears_nothing(int fd)
{
	char got[1024];

	assert_int_equal(recv(fd, got, sizeof(got), MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(sent, 0);
}

static void told(void **state)
{
	char name[64];
	int fd;

	(void)state;
	snprintf(name, sizeof(name), "%s/socket", folder);
	fd = listen_at(name);
	notify("READY=1\nSTATUS=%d pins", 3);
	hears(fd, "READY=1\nSTATUS=3 pins");
	close(fd);
	/* Nobody listens any more. */
	notify("WATCHDOG=1");
	unlink(name);
	notify("WATCHDOG=1");

	snprintf(name, sizeof(name), "@%s", folder);
	fd = listen_at(name);
	notify("STOPPING=1");
	hears(fd, "STOPPING=1");
	close(fd);
}

static void no_name(void **state)
{
	struct sockaddr_un to;
	char name[64], longest[sizeof(to.sun_path) + 1] = "";
	int fd;

	(void)state;
	snprintf(name, sizeof(name), "%s/socket", folder);
	fd = listen_at(name);
	assert_return_code(chdir(folder), 0);
	setenv("NOTIFY_SOCKET", "socket", 1);
	notify("READY=1");
	hears_nothing(fd);
	setenv("NOTIFY_SOCKET", "", 1);
	notify("READY=1");
	unsetenv("NOTIFY_SOCKET");
	notify("READY=1");
	memset(longest, '/', sizeof(longest) - 1);
	setenv("NOTIFY_SOCKET", longest, 1);
	notify("READY=1");
	hears_nothing(fd);
	close(fd);
	unlink(name);
}

static void without_a_socket(void **state)
{
	char name[64];
	int fd;

	(void)state;
	snprintf(name, sizeof(name), "@%s", folder);
	fd = listen_at(name);
	no_socket = true;
	notify("READY=1");
	no_socket = false;
	hears_nothing(fd);
	notify("READY=1");
	hears(fd, "READY=1");
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(told),
		cmocka_unit_test(no_name),
		cmocka_unit_test(without_a_socket),
	};
	int failed;

	snprintf(folder, sizeof(folder), "/tmp/arppin-notify.XXXXXX");
	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(folder);
	return failed;
}
