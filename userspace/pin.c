// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <sys/socket.h>

#include "arppinctl.h"
#include "msg.h"
#include "print.h"

static const char *keep_pin(const struct nlmsghdr *nlh, void *data)
{
	struct pins *pins = data;

	if (pins->n == pins->room) {
		size_t room = pins->room ? 2 * pins->room : 64;
		struct pin *grown = realloc(pins->pins, room * sizeof(*grown));

		if (!grown)
			return "more than fits into memory";
		pins->pins = grown;
		pins->room = room;
	}
	return msg_get_pin(nlh, &pins->pins[pins->n++]);
}

static int compare(const void *a, const void *b)
{
	return compare_pins(a, b);
}

bool pins_read(struct ctl *ctl, const struct pin *filter, struct pins *pins)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_PIN_GET);

	msg_put_pin_key(nlh, filter);
	if (!nl_dump(&ctl->nl, nlh, keep_pin, pins, &pins->n))
		return false;
	if (pins->n)
		qsort(pins->pins, pins->n, sizeof(*pins->pins), compare);
	return true;
}

static int put(struct ctl *ctl, int n, char *const words[], __u32 flags)
{
	char buffer[1024] __attribute__((aligned(8)));
	struct parse_error error;
	struct nlmsghdr *nlh;
	struct pin pin;
	int status;

	if (!parse_pin(n, words, &pin, &error))
		return wrong("%s", error.text);
	status = connect_kernel(ctl);
	if (status)
		return status;
	nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_PIN_NEW);
	msg_put_pin(nlh, &pin);
	msg_put_pin_flags(nlh, flags);
	return do_request(ctl, nlh, NULL, NULL);
}

int pin_add(struct ctl *ctl, int n, char *const words[])
{
	return put(ctl, n, words, 0);
}

int pin_replace(struct ctl *ctl, int n, char *const words[])
{
	return put(ctl, n, words, ARPPIN_PIN_REPLACE);
}

int pin_del(struct ctl *ctl, int n, char *const words[])
{
	char buffer[256] __attribute__((aligned(8)));
	struct parse_error error;
	struct nlmsghdr *nlh;
	struct pin pin;
	int status;

	if (!parse_pin_key(n, words, &pin, &error))
		return wrong("%s", error.text);
	status = connect_kernel(ctl);
	if (status)
		return status;
	nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_PIN_DEL);
	msg_put_pin_key(nlh, &pin);
	return do_request(ctl, nlh, NULL, NULL);
}

int pin_flush(struct ctl *ctl, int n, char *const words[])
{
	char buffer[256] __attribute__((aligned(8)));
	struct parse_error error;
	struct pin filter = {0};
	struct nlmsghdr *nlh;
	int status;

	if (!parse_dev_filter(n, words, filter.dev, &error))
		return wrong("%s", error.text);
	status = connect_kernel(ctl);
	if (status)
		return status;
	nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_PIN_FLUSH);
	msg_put_pin_key(nlh, &filter);
	return do_request(ctl, nlh, NULL, NULL);
}

int pin_show(struct ctl *ctl, int n, char *const words[])
{
	char buffer[256] __attribute__((aligned(8)));
	struct parse_error error;
	struct pins pins = {0};
	struct nlmsghdr *nlh;
	struct pin filter;
	int status;

	if (!parse_pin_filter(n, words, &filter, &error))
		return wrong("%s", error.text);
	status = connect_kernel(ctl);
	if (status)
		return status;

	if (filter.addr.family != AF_UNSPEC && *filter.dev) {
		/* One certain pin: that it does not exist is an error. */
		nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_PIN_GET);
		msg_put_pin_key(nlh, &filter);
		status = do_request(ctl, nlh, keep_pin, &pins);
	} else if (!pins_read(ctl, &filter, &pins)) {
		status = refused(ctl);
	}
	if (!status) {
		out_open_array(&ctl->out, NULL);
		for (size_t i = 0; i < pins.n; i++)
			print_pin(&ctl->out, NULL, &pins.pins[i]);
		out_close(&ctl->out);
	}
	free(pins.pins);
	return status;
}
