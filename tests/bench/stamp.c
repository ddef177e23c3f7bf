// SPDX-License-Identifier: GPL-2.0-only
/* When can a line be read? */
#define _GNU_SOURCE 1
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
	"usage: stamp [SOCKET]\n"
	"\n"
	"Prints each line of standard input, or each datagram that comes to SOCKET (as\n"
	"/dev/log, which is made), after the time at which it had been read\n"
	"(CLOCK_MONOTONIC, ns) and a space.\n";

static void print(const char *line, size_t len)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("%lld%09ld %.*s\n", (long long)now.tv_sec, now.tv_nsec, (int)len, line);
	fflush(stdout);
}

static int stamp_input(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, stdin)) > 0)
		print(line, line[len - 1] == '\n' ? len - 1 : len);
	free(line);
	return ferror(stdin) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int stamp_datagrams(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char datagram[8192];
	ssize_t len;
	int sock;

	if (strlen(path) >= sizeof(address.sun_path)) {
		fprintf(stderr, "stamp: %s: too long for a socket\n", path);
		return EXIT_FAILURE;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0 || bind(sock, (struct sockaddr *)&address, sizeof(address))) {
		perror(path);
		return EXIT_FAILURE;
	}
	while ((len = recv(sock, datagram, sizeof(datagram), 0)) >= 0)
		print(datagram, strnlen(datagram, len));
	perror("stamp");
	return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
	if (argc > 2 || (argc == 2 && *argv[1] == '-')) {
		fputs(usage, stderr);
		return EXIT_FAILURE;
	}
	return argc == 2 ? stamp_datagrams(argv[1]) : stamp_input();
}
