// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "arppinctl.h"
#include "msg.h"
#include "print.h"

static const char *keep_guard(const struct nlmsghdr *nlh, void *data)
{
	struct guards *guards = data;

	if (guards->n == guards->room) {
		size_t room = guards->room ? 2 * guards->room : 16;
		struct guard *grown = realloc(guards->guards, room * sizeof(*grown));

		if (!grown)
			return "more than fits into memory";
		guards->guards = grown;
		guards->room = room;
	}
	return msg_get_guard(nlh, &guards->guards[guards->n++]);
}

static int compare(const void *a, const void *b)
{
	return compare_guards(a, b);
}

bool guards_read(struct ctl *ctl, struct guards *guards)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_GUARD_GET);

	if (!nl_dump(&ctl->nl, nlh, keep_guard, guards, &guards->n))
		return false;
	if (guards->n)
		qsort(guards->guards, guards->n, sizeof(*guards->guards), compare);
	return true;
}

int guard_set(struct ctl *ctl, int n, char *const words[])
{
	char buffer[256] __attribute__((aligned(8)));
	struct parse_error error;
	struct nlmsghdr *nlh;
	struct guard guard;
	int status;

	if (!parse_guard(n, words, &guard, &error))
		return wrong("%s", error.text);
	status = connect_kernel(ctl);
	if (status)
		return status;
	nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_GUARD_SET);
	msg_put_guard(nlh, &guard);
	return do_request(ctl, nlh, NULL, NULL);
}

int guard_show(struct ctl *ctl, int n, char *const words[])
{
	char buffer[256] __attribute__((aligned(8)));
	struct guards guards = {0};
	struct parse_error error;
	struct nlmsghdr *nlh;
	char dev[IFNAMSIZ];
	int status;

	if (!parse_dev_filter(n, words, dev, &error))
		return wrong("%s", error.text);
	status = connect_kernel(ctl);
	if (status)
		return status;

	if (*dev) {
		nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_GUARD_GET);
		msg_put_guard_dev(nlh, dev);
		status = do_request(ctl, nlh, keep_guard, &guards);
	} else if (!guards_read(ctl, &guards)) {
		status = refused(ctl);
	}
	if (!status) {
		out_open_array(&ctl->out, NULL);
		for (size_t i = 0; i < guards.n; i++)
			print_guard(&ctl->out, NULL, &guards.guards[i]);
		out_close(&ctl->out);
	}
	free(guards.guards);
	return status;
}
