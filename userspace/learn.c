// SPDX-License-Identifier: GPL-2.0-only
/* pin learn */
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "lesson.h"
#include "tables.h"

/* The device by which the kernel reaches the address itself. */
static int find_device(struct lesson *lesson, const struct address *addr, const char *word,
		       __u32 *ifindex)
{
	struct way way;
	int code = rtnl_way(&lesson->rtnl, addr, 0, &way);

	if (code)
		return wrong("\"%s\" is not reachable by any device (%s): say \"dev DEV\"", word,
			     strerror(-code));
	if (way.type == RTN_LOCAL)
		return wrong("\"%s\" is an address of this host", word);
	if (way.type != RTN_UNICAST)
		return wrong("\"%s\" is not the address of a neighbour", word);
	if (way.is_via)
		return wrong("\"%s\" is not a neighbour, but behind a gateway", word);
	*ifindex = way.ifindex;
	return EXIT_DONE;
}

static int add_address(struct lesson *lesson, const struct learning *learning, const char *word)
{
	const struct link *link;
	__u32 ifindex = 0;
	char sentence[256];
	int status;

	if (*learning->dev) {
		link = link_by_name(&lesson->links, learning->dev);
		if (!link)
			return wrong("dev: there is no device \"%s\"", learning->dev);
		ifindex = link->ifindex;
	} else {
		status = find_device(lesson, &learning->addr, word, &ifindex);
		if (status)
			return status;
	}
	status = lesson_add(lesson, ifindex, &learning->addr);
	if (status)
		return status;
	switch (lesson->questions[0].reason) {
	case REASON_NOT_ETHERNET:
	case REASON_OWN_ADDRESS:
		lesson_sentence(sentence, sizeof(sentence), &lesson->questions[0]);
		return wrong("%s", sentence);
	default:
		return EXIT_DONE;
	}
}

static int add_gateways(struct lesson *lesson, const char *dev)
{
	int status;

	if (*dev && !link_by_name(&lesson->links, dev))
		return wrong("dev: there is no device \"%s\"", dev);
	status = lesson_add_gateways(lesson, dev);
	if (status)
		return status;
	if (lesson->others)
		wrong("default routes without an IPv4 gateway that answers ARP are left out");
	if (lesson->n)
		return EXIT_DONE;
	wrong("there is no default gateway%s%s in the main table", *dev ? " on " : "", dev);
	return EXIT_UNSAFE;
}

static int pin_agreed(struct ctl *ctl, struct lesson *lesson)
{
	size_t open = 0;
	int status = EXIT_DONE;

	for (size_t i = 0; i < lesson->n; i++) {
		struct question *question = &lesson->questions[i];

		if (!question_is_settled(question))
			open++;
		else if (question->reason == REASON_AGREED && lesson_pin(ctl, question))
			status = EXIT_REFUSED;
	}
	if (status || !open)
		return status;
	if (lesson->n == 1)
		wrong("%s", lesson->questions[0].pinned ? "the pin stays as it is" :
		      "nothing is pinned");
	else
		wrong("%zu of %zu gateways could not be learned", open, lesson->n);
	return EXIT_UNSAFE;
}

static void print_all(struct out *out, const struct lesson *lesson, bool array)
{
	if (array)
		out_open_array(out, NULL);
	for (size_t i = 0; i < lesson->n; i++)
		lesson_print(out, NULL, lesson, &lesson->questions[i]);
	if (array)
		out_close(out);
}

static int learn(struct ctl *ctl, struct lesson *lesson, const struct learning *learning,
		 const char *word)
{
	bool all = learning->addr.family == AF_UNSPEC;
	int status = lesson_open(lesson);

	if (!status)
		status = all ? add_gateways(lesson, learning->dev) :
			       add_address(lesson, learning, word);
	if (!status)
		status = lesson_ask(ctl, lesson, learning->wait);
	if (status)
		return status;
	status = pin_agreed(ctl, lesson);
	print_all(&ctl->out, lesson, all);
	return status;
}

int pin_learn(struct ctl *ctl, int n, char *const words[])
{
	struct lesson lesson = {0};
	struct learning learning;
	struct parse_error error;
	int status;

	if (!parse_learning(n, words, &learning, &error))
		return wrong("%s", error.text);
	status = connect_kernel(ctl);
	if (!status)
		status = learn(ctl, &lesson, &learning, words[0]);
	lesson_free(&lesson);
	return status;
}
