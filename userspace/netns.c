// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "netns.h"

/* What is not a network namespace is left out, and so is what has gone meanwhile. */
static int keep(struct netnses *all, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct netns *items = all->items;
	struct stat st;

	if (fd < 0)
		return 0;
	if (fstat(fd, &st) || ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWNET) {
		close(fd);
		return 0;
	}
	for (size_t i = 0; i < all->n; i++)
		if (all->items[i].ino == st.st_ino) {
			close(fd);
			return 0;
		}
	if (all->n == all->room) {
		all->room = all->room ? 2 * all->room : 16;
		items = realloc(items, all->room * sizeof(*items));
		if (!items) {
			close(fd);
			return -ENOMEM;
		}
		all->items = items;
	}
	items[all->n].fd = fd;
	items[all->n].ino = st.st_ino;
	snprintf(items[all->n++].name, sizeof(items->name), "%s", path);
	return 0;
}

/* The threads of a process need not be all in one. */
static int keep_threads(struct netnses *all, const char *pid)
{
	struct dirent *item;
	char path[600];
	DIR *threads;
	int code = 0;

	snprintf(path, sizeof(path), "/proc/%s/task", pid);
	threads = opendir(path);
	if (!threads)
		return 0;
	while (!code && (item = readdir(threads)) != NULL) {
		if (!isdigit((unsigned char)*item->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%s/task/%s/ns/net", pid, item->d_name);
		code = keep(all, path);
	}
	closedir(threads);
	return code;
}

static int keep_processes(struct netnses *all)
{
	DIR *processes = opendir("/proc");
	struct dirent *item;
	int code = 0;

	if (!processes)
		return -errno;
	while (!code && (item = readdir(processes)) != NULL)
		if (isdigit((unsigned char)*item->d_name))
			code = keep_threads(all, item->d_name);
	closedir(processes);
	return code;
}

/* `ip netns` and container engines keep them as mounts of files in nsfs. */
static int keep_mounts(struct netnses *all)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	size_t room = 0;
	char *line = NULL;
	int code = 0;

	if (!mounts)
		return -errno;
	while (!code && getline(&line, &room, mounts) > 0) {
		char root[64], path[1024];

		if (sscanf(line, "%*s %*s %*s %63s %1023s", root, path) == 2 &&
		    !strncmp(root, "net:[", 5))
			code = keep(all, path);
	}
	free(line);
	fclose(mounts);
	return code;
}

int netns_find(struct netnses *all)
{
	int code;

	*all = (struct netnses){0};
	code = keep(all, "/proc/self/ns/net");
	if (!code)
		code = keep_mounts(all);
	if (!code)
		code = keep_processes(all);
	return code;
}

void netns_free(struct netnses *all)
{
	for (size_t i = 0; i < all->n; i++)
		close(all->items[i].fd);
	free(all->items);
	*all = (struct netnses){0};
}

int netns_enter(const struct netns *netns)
{
	return setns(netns->fd, CLONE_NEWNET) ? -errno : 0;
}
