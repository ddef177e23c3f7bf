// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesson.h"
#include "msg.h"
#include "tables.h"
#include "virtual.h"
#include "wire.h"

/* Of <linux/if.h>, which <net/if.h> excludes. IFF_RUNNING may lag a second behind. */
#define IFF_LOWER_UP 0x10000

#define KNOWN_SHOWN 8	/* addresses of one MAC, in text */

static int failed(const char *what, int code)
{
	wrong("cannot read the %s: %s", what, strerror(-code));
	return EXIT_REFUSED;
}

int lesson_open(struct lesson *lesson)
{
	int code = rtnl_open(&lesson->rtnl);

	if (!code)
		code = rtnl_links(&lesson->rtnl, &lesson->links);
	return code ? failed("devices", code) : EXIT_DONE;
}

/* The address that our requests are from: one that the device has, or none. */
static int find_source(struct lesson *lesson, struct question *question)
{
	struct own own;
	struct way way;
	int code = own_read(&own, question->dev);

	if (code) {
		own_free(&own);
		question->reason = REASON_DEVICE_GONE;
		return code == ENODEV ? EXIT_DONE : failed("host's addresses", -code);
	}
	if (own_has_addr(&own, &question->addr))
		question->reason = REASON_OWN_ADDRESS;
	else if (!rtnl_way(&lesson->rtnl, &question->addr, question->ifindex, &way) &&
		 way.source.family == AF_INET && own_dev_has_addr(&own, &way.source))
		question->source = way.source;
	own_free(&lesson->own);
	lesson->own = own;
	return EXIT_DONE;
}

int lesson_add(struct lesson *lesson, __u32 ifindex, const struct address *addr)
{
	const struct link *link = link_by_index(&lesson->links, ifindex);
	struct question *questions, *question;

	questions = realloc(lesson->questions, (lesson->n + 1) * sizeof(*questions));
	if (!questions)
		return failed("devices", -ENOMEM);
	lesson->questions = questions;
	question = &questions[lesson->n++];
	memset(question, 0, sizeof(*question));
	question->addr = *addr;
	question->ifindex = ifindex;
	if (!link) {
		question->reason = REASON_DEVICE_GONE;
		return EXIT_DONE;
	}
	memcpy(question->dev, link->name, IFNAMSIZ);
	memcpy(question->lladdr, link->lladdr, MAC_LEN);
	if (!link_has_arp(link))
		question->reason = REASON_NOT_ETHERNET;
	else if (!(link->flags & IFF_UP))
		question->reason = REASON_DEVICE_DOWN;
	else if (!(link->flags & IFF_LOWER_UP))
		question->reason = REASON_NO_CARRIER;
	return question->reason ? EXIT_DONE : find_source(lesson, question);
}

int lesson_add_gateways(struct lesson *lesson, const char *dev)
{
	struct gateways gateways = {0};
	int code = rtnl_gateways(&lesson->rtnl, &gateways), status = EXIT_DONE;

	if (code)
		status = failed("routes", code);
	lesson->others = gateways.others;
	for (size_t i = 0; !status && i < gateways.n; i++) {
		const struct gateway *gateway = &gateways.items[i];
		const struct link *link = link_by_index(&lesson->links, gateway->ifindex);

		if (!link || (*dev && strcmp(link->name, dev)))
			continue;
		if (*dev || link_has_arp(link))
			status = lesson_add(lesson, gateway->ifindex, &gateway->addr);
		else
			lesson->others = true;
	}
	free(gateways.items);
	return status;
}

static void note_entries(struct lesson *lesson, bool before)
{
	for (size_t i = 0; i < lesson->n; i++) {
		struct question *question = &lesson->questions[i];
		const struct neigh *entry = neigh_find(&lesson->neighs, question->ifindex,
						       &question->addr);

		if (!entry || !(entry->state & NEIGH_VALID))
			continue;
		if (before)
			question->before = *entry;
		else
			question->after = *entry;
	}
}

static void note_pin(struct question *question, const struct pin *pin)
{
	question->pin = *pin;
	question->pinned = true;
}

/* The entries, the pins and whom the module has seen. */
static int read_tables(struct ctl *ctl, struct lesson *lesson)
{
	const struct sighting any = {0};
	struct pins pins = {0};
	const struct pin all = {0};
	int code, status = EXIT_DONE;

	code = rtnl_neighs(&lesson->rtnl, 0, &lesson->neighs);
	if (code)
		return failed("neighbour cache", code);
	if (!ctl->nl.family)
		return EXIT_DONE;
	if (!pins_read(ctl, &all, &pins) || !sightings_read(ctl, &any, &lesson->sightings))
		status = refused(ctl);
	for (size_t i = 0; !status && i < pins.n; i++)
		for (size_t j = 0; j < lesson->n; j++)
			if (!strcmp(pins.pins[i].dev, lesson->questions[j].dev) &&
			    !memcmp(&pins.pins[i].addr, &lesson->questions[j].addr,
				    sizeof(struct address)))
				note_pin(&lesson->questions[j], &pins.pins[i]);
	free(pins.pins);
	return status;
}

int lesson_ask(struct ctl *ctl, struct lesson *lesson, unsigned int seconds)
{
	int status = read_tables(ctl, lesson), code;

	if (status)
		return status;
	note_entries(lesson, true);
	code = wire_ask(lesson->questions, lesson->n, seconds);
	if (code) {
		wrong("cannot ask: %s", strerror(-code));
		return EXIT_REFUSED;
	}
	status = read_tables(ctl, lesson);
	if (status)
		return status;
	note_entries(lesson, false);
	for (size_t i = 0; i < lesson->n; i++)
		question_judge(&lesson->questions[i], &lesson->own);
	return EXIT_DONE;
}

void lesson_free(struct lesson *lesson)
{
	free(lesson->questions);
	free(lesson->neighs.items);
	free(lesson->links.items);
	free(lesson->sightings.sightings);
	own_free(&lesson->own);
	rtnl_close(&lesson->rtnl);
}

static const struct {
	const char *word;
	const char *sentence;
} reasons[] = {
	[REASON_AGREED] = { "agreed", "all who answer, and the neighbour cache, agree" },
	[REASON_ALREADY_PINNED] = { "already-pinned", "it is pinned already" },
	[REASON_PINNED_OTHERWISE] = {
		"pinned-otherwise", "it is pinned already, and who answers contradicts the pin" },
	[REASON_CONFLICT] = { "conflict", "several MAC addresses claim it" },
	[REASON_CACHE_CONFLICT] = {
		"cache-conflict", "the neighbour cache has another MAC address than who answers" },
	[REASON_IMPOSSIBLE] = {
		"impossible", "a MAC address claims it that no neighbour can have" },
	[REASON_NO_ANSWER] = { "no-answer", "nobody answered" },
	[REASON_LOST] = { "lost", "there was more ARP than could be heard" },
	[REASON_DEVICE_GONE] = { "no-device", "the device is not there" },
	[REASON_DEVICE_DOWN] = { "device-down", "the device is down" },
	[REASON_NO_CARRIER] = { "no-carrier", "the device has no carrier" },
	[REASON_NOT_ETHERNET] = {
		"not-ethernet", "the device is none that speaks ARP on Ethernet" },
	[REASON_OWN_ADDRESS] = { "own-address", "it is an address of this host" },
};

const char *lesson_reason(const struct question *question)
{
	return question->reason == REASON_FAILED ? "failed" : reasons[question->reason].word;
}

void lesson_sentence(char *text, size_t size, const struct question *question)
{
	char addr[INET_ADDRSTRLEN], dev[4 * IFNAMSIZ];
	const char *sentence;

	inet_ntop(AF_INET, question->addr.bytes, addr, sizeof(addr));
	parse_escape(dev, sizeof(dev), question->dev, strlen(question->dev), false);
	if (question->reason != REASON_FAILED)
		sentence = reasons[question->reason].sentence;
	else if (question->error == EPERM)
		sentence = "this needs CAP_NET_RAW in the network namespace";
	else
		sentence = strerror(question->error);
	snprintf(text, size, "%s%s%s: %s", addr, *dev ? " dev " : "", dev, sentence);
}

static void put_virtual(struct out *out, const __u8 lladdr[MAC_LEN])
{
	const struct virtual virtual = virtual_of(lladdr);

	if (!virtual.protocol) {
		out_null(out, "virtual");
		return;
	}
	out_open_object(out, "virtual");
	out_string(out, "protocol", NULL, virtual.protocol);
	out_text(out, "; virtual: ");
	out_text(out, virtual.name);
	out_uint(out, "group", " group ", virtual.group);
	out_close(out);
}

struct known {
	struct out *out;
	const struct address *seen[256];	/* told already, in text */
	size_t n;
};

/* An address may well be in the cache and a sighting: text has it once. */
static void put_known(struct known *known, const struct address *addr, const char *by)
{
	struct out *out = known->out;

	if (out->json) {
		out_open_object(out, NULL);
		out_address(out, "addr", NULL, addr);
		out_string(out, "by", NULL, by);
		out_close(out);
		return;
	}
	for (size_t i = 0; i < known->n; i++)
		if (!memcmp(known->seen[i]->bytes, addr->bytes, sizeof(addr->bytes)))
			return;
	if (known->n < KNOWN_SHOWN)
		out_address(out, NULL, known->n ? ", " : "; also ", addr);
	if (known->n < ARRAY_SIZE(known->seen))
		known->seen[known->n++] = addr;
}

static void put_known_as(struct out *out, const struct lesson *lesson,
			 const struct question *question, const __u8 lladdr[MAC_LEN])
{
	struct known known = { .out = out };

	out_open_array(out, "known_as");
	for (size_t i = 0; i < lesson->neighs.n; i++) {
		const struct neigh *neigh = &lesson->neighs.items[i];

		if (neigh->ifindex == question->ifindex && neigh->has_lladdr &&
		    neigh->state & NEIGH_VALID && !memcmp(neigh->lladdr, lladdr, MAC_LEN) &&
		    memcmp(neigh->addr.bytes, question->addr.bytes, 4))
			put_known(&known, &neigh->addr, "cache");
	}
	for (size_t i = 0; i < lesson->sightings.n; i++) {
		const struct sighting *sighting = &lesson->sightings.sightings[i];

		if (!strcmp(sighting->dev, question->dev) &&
		    !memcmp(sighting->lladdr, lladdr, MAC_LEN) &&
		    memcmp(sighting->addr.bytes, question->addr.bytes, 4))
			put_known(&known, &sighting->addr, "sighting");
	}
	if (known.n > KNOWN_SHOWN) {
		out_uint(out, NULL, " and ", known.n - KNOWN_SHOWN);
		out_text(out, known.n == ARRAY_SIZE(known.seen) ? " or more others" : " others");
	}
	if (out->json)
		out_close(out);
}

static void put_facts(struct out *out, const struct lesson *lesson,
		      const struct question *question, const __u8 lladdr[MAC_LEN])
{
	bool local = lladdr[0] & 2, ours = own_has_lladdr(&lesson->own, lladdr);

	put_virtual(out, lladdr);
	if (local)
		out_text(out, "; locally administered");
	out_bool(out, "local", local);
	if (ours)
		out_text(out, "; our own");
	out_bool(out, "ours", ours);
	put_known_as(out, lesson, question, lladdr);
}

static void put_answer(struct out *out, const struct lesson *lesson,
		       const struct question *question, const struct answer *answer)
{
	out_open_object(out, NULL);
	out_mac(out, "lladdr", "    ", answer->lladdr);
	if (memcmp(answer->lladdr, answer->source, MAC_LEN))
		out_mac(out, "source", " in frames from ", answer->source);
	else
		out_mac(out, "source", NULL, answer->source);
	out_uint(out, "count", ": ", answer->count);
	out_text(out, answer->count == 1 ? " claim" : " claims");
	put_facts(out, lesson, question, answer->lladdr);
	out_text(out, "\n");
	out_close(out);
}

/* One of NEIGH_VALID: others are not noted. */
static const char *state_word(unsigned int state)
{
	static const struct {
		unsigned int state;
		const char *word;
	} words[] = {
		{ NUD_PERMANENT, "permanent" }, { NUD_NOARP, "noarp" },
		{ NUD_REACHABLE, "reachable" }, { NUD_STALE, "stale" },
		{ NUD_DELAY, "delay" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (state & words[i].state)
			return words[i].word;
	return "probe";
}

/* The entry as it was, unless only the later one tells why there is no pin. */
static const struct neigh *entry_shown(const struct question *question)
{
	const struct neigh *before = &question->before, *after = &question->after;

	if (!before->has_lladdr)
		return after;
	if (after->has_lladdr && question->reason == REASON_CACHE_CONFLICT &&
	    !memcmp(before->lladdr, question_lladdr(question), MAC_LEN))
		return after;
	return before;
}

static void put_cache(struct out *out, const struct lesson *lesson,
		      const struct question *question)
{
	const struct neigh *entry = entry_shown(question);

	if (!entry->has_lladdr) {
		out_null(out, "cache");
		return;
	}
	out_open_object(out, "cache");
	out_mac(out, "lladdr", "    ", entry->lladdr);
	out_string(out, "state", " in the neighbour cache: ", state_word(entry->state));
	put_facts(out, lesson, question, entry->lladdr);
	out_text(out, "\n");
	out_close(out);
}

static void put_result(struct out *out, const struct question *question)
{
	char sentence[256];

	if (question->pinned && question->reason == REASON_AGREED) {
		out_address(out, NULL, "", &question->addr);
		out_string(out, NULL, " dev ", question->dev);
		out_mac(out, NULL, ": pinned to ", question_lladdr(question));
	} else {
		lesson_sentence(sentence, sizeof(sentence), question);
		out_text(out, sentence);
	}
	out_text(out, "\n");
}

static void put_pin(struct out *out, const struct question *question)
{
	if (question->pinned && !question->pin.n_lladdrs) {
		out_open_array(out, "lladdr");
		out_mac(out, NULL, NULL, question_lladdr(question));
		out_close(out);
	} else if (question->pin.n_lladdrs) {
		out_macs(out, "lladdr", "    ", &question->pin);
		out_text(out, question->pin.mode == ARPPIN_MODE_ENFORCE ?
			 ": pinned" : ": pinned in mode audit, which drops nothing");
		out_text(out, "\n");
	} else {
		out_null(out, "lladdr");
	}
}

void lesson_print(struct out *out, const char *key, const struct lesson *lesson,
		  const struct question *question)
{
	out_open_object(out, key);
	if (out->json) {
		out_address(out, "addr", NULL, &question->addr);
		out_string(out, "dev", NULL, question->dev);
		out_bool(out, "pinned", question->pinned);
		out_string(out, "reason", NULL, lesson_reason(question));
	} else {
		put_result(out, question);
	}
	put_pin(out, question);
	out_open_array(out, "answers");
	for (unsigned int i = 0; i < question->n_answers; i++)
		put_answer(out, lesson, question, &question->answers[i]);
	if (out->json)
		out_close(out);
	put_cache(out, lesson, question);
	out_close(out);
}

int lesson_pin(struct ctl *ctl, struct question *question)
{
	struct pin pin = {
		.addr = question->addr,
		.n_lladdrs = 1,
		.mode = ARPPIN_MODE_ENFORCE,
		.resident = true,
	};
	char buffer[1024] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	int status;

	memcpy(pin.dev, question->dev, IFNAMSIZ);
	memcpy(pin.lladdrs[0], question_lladdr(question), MAC_LEN);
	nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_PIN_NEW);
	msg_put_pin(nlh, &pin);
	status = do_request(ctl, nlh, NULL, NULL);
	question->pinned = !status;
	return status;
}
