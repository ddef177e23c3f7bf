// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE 1
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "arppinctl.h"
#include "journald.h"
#include "names.h"

#define AGAIN_MS 200

/* At the end it is tried so many times. */
#define LAST_TRIES 25

/* What names the kinds in the journal; these never change. */
static const struct {
	const char *kind;
	const char *message_id;
	int priority;		/* of those that are no incident */
} kinds[] = {
	{ "incident-start", "eb4dd7cb5f664eb0970b981a46ee80f6", LOG_ERR },
	{ "incident-update", "edd1beb1bed043ee9fe10cc295c221fe", LOG_ERR },
	{ "incident-end", "edf523702eb44da6abec9183e3b79ea0", LOG_NOTICE },
	{ "pin-new", "4f459bd218f94ad3b65b37990f3e30f5", LOG_NOTICE },
	{ "pin-change", "ff90546ba09142069b3c616a4a619cea", LOG_NOTICE },
	{ "pin-del", "bfb4714d15e24289a0c2844dee60e339", LOG_NOTICE },
	{ "pin-bound", "275d544c95904ce5ba09090309173cf8", LOG_INFO },
	{ "pin-unbound", "3af6d795e2384135a00fca38c57cbf95", LOG_WARNING },
	{ "cache-healed", "1bdbb33a007545d68d9d8c08ec8c7114", LOG_NOTICE },
	{ "cache-overridden", "652f65d4b75d484cb11715f11b1f92db", LOG_CRIT },
	{ "guard-change", "f6665e58a24648efad3bc75dce2e77ed", LOG_NOTICE },
	{ "locked", "a35f54309c4d4cf3acff977487a162f9", LOG_NOTICE },
	{ "lost", "e36330d17c894a29bf1c9c8fc062338f", LOG_WARNING },
	{ "module-unloaded", "2157be6cba6a41df8579c54df3e94816", LOG_CRIT },
	{ "module-loaded", "a83e811743a74a23bfbe46d153d8a121", LOG_NOTICE },
};

/*
 * Critical: the host may talk to the offender now. Error: it does not, but
 * others may. Warning: an attack that was warded off. Notice: what also happens
 * where nobody attacks.
 */
static int incident_priority(const struct incident *incident)
{
	switch (incident->kind) {
	case ARPPIN_INCIDENT_CONFLICT:
	case ARPPIN_INCIDENT_MANY_OFFENDERS:
		return incident->passed ? LOG_CRIT : LOG_WARNING;
	case ARPPIN_INCIDENT_FOREIGN_SOURCE:
	case ARPPIN_INCIDENT_OWN_ADDRESS:
		return LOG_ERR;
	case ARPPIN_INCIDENT_MANY_ADDRESSES:
		return LOG_WARNING;
	case ARPPIN_INCIDENT_PROBE:
	case ARPPIN_INCIDENT_UNPINNED:
		return LOG_NOTICE;
	default: /* of a newer module */
		return LOG_ERR;
	}
}

bool journal_open(struct journal *journal, const char *path)
{
	journal->path = path;
	journal->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (journal->fd < 0)
		wrong("journal: cannot open a socket: %s", strerror(errno));
	return journal->fd >= 0;
}

/* A value with a newline in it goes with its length in front. */
static void put(FILE *entry, const char *name, const char *value)
{
	size_t len = strlen(value);
	__u64 size = htole64(len);

	if (!strchr(value, '\n')) {
		fprintf(entry, "%s=%s\n", name, value);
		return;
	}
	fprintf(entry, "%s\n", name);
	fwrite(&size, sizeof(size), 1, entry);
	fwrite(value, len, 1, entry);
	fputc('\n', entry);
}

static void put_number(FILE *entry, const char *name, __u64 value)
{
	fprintf(entry, "%s=%llu\n", name, value);
}

static void put_address(FILE *entry, const struct address *addr)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(addr->family, addr->bytes, text, sizeof(text)))
		put(entry, "ARPPIN_ADDR", text);
}

static void put_mac(FILE *entry, const char *name, const __u8 mac[MAC_LEN])
{
	fprintf(entry, "%s=%02x:%02x:%02x:%02x:%02x:%02x\n", name, mac[0], mac[1], mac[2], mac[3],
		mac[4], mac[5]);
}

static void put_incident(FILE *entry, const struct incident *incident)
{
	const char *kind = names_word(&names_incident, incident->kind);

	put_number(entry, "ARPPIN_INCIDENT", incident->id);
	if (kind)
		put(entry, "ARPPIN_INCIDENT_KIND", kind);
	put(entry, "ARPPIN_DEV", incident->dev);
	put_address(entry, &incident->addr);
	put_mac(entry, "ARPPIN_LLADDR", incident->lladdr);
	put_mac(entry, "ARPPIN_SOURCE", incident->source);
	put_number(entry, "ARPPIN_DROPPED", incident->dropped);
	put_number(entry, "ARPPIN_PASSED", incident->passed);
	if (*incident->port)
		put(entry, "ARPPIN_PORT", incident->port);
}

static void put_event(FILE *entry, const struct event *event)
{
	put_number(entry, "ARPPIN_SEQ", event->seq);
	put_number(entry, "ARPPIN_TIME_NS", event->time);
	if (event->has_incident) {
		put_incident(entry, &event->incident);
		return;
	}
	if (event->has_pin) {
		put(entry, "ARPPIN_DEV", event->pin.dev);
		put_address(entry, &event->pin.addr);
	} else if (event->has_guard) {
		put(entry, "ARPPIN_DEV", event->guard.dev);
	} else if (*event->dev) {
		put(entry, "ARPPIN_DEV", event->dev);
	}
	if (event->has_lladdr)
		put_mac(entry, "ARPPIN_LLADDR", event->lladdr);
}

/* The datagram; NULL without memory for it. */
static char *make_entry(const char *kind, const struct event *event, const char *line, size_t *len)
{
	int priority = LOG_NOTICE;
	char *text = NULL;
	FILE *entry = open_memstream(&text, len);

	if (!entry)
		return NULL;
	put(entry, "MESSAGE", line);
	put(entry, "SYSLOG_IDENTIFIER", "arppin");
	put(entry, "ARPPIN_EVENT", kind);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].kind, kind))
			continue;
		put(entry, "MESSAGE_ID", kinds[i].message_id);
		priority = kinds[i].priority;
	}
	if (event && event->has_incident && event->kind != ARPPIN_EVENT_INCIDENT_END)
		priority = incident_priority(&event->incident);
	put_number(entry, "PRIORITY", priority);
	put_number(entry, "SYSLOG_FACILITY", LOG_FAC(LOG_DAEMON));
	if (event)
		put_event(entry, event);
	if (!fclose(entry))
		return text;
	free(text);
	return NULL;
}

/* journald may have been started anew: its socket is looked for each time. */
static bool send_entry(struct journal *journal, const char *text, size_t len)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	ssize_t sent;

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", journal->path);
	sent = sendto(journal->fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL, (void *)&to, sizeof(to));
	/* That its queue is full is nothing to speak of. */
	if (sent < 0 && errno != EAGAIN && !journal->failing) {
		wrong("journal: cannot write to %s: %s; trying again", journal->path,
		      strerror(errno));
		journal->failing = true;
	}
	if (sent >= 0)
		journal->failing = false;
	return sent >= 0;
}

static void send_waiting(struct journal *journal)
{
	const struct waiting *entry;

	while ((entry = queue_first(&journal->queue)) &&
	       send_entry(journal, entry->text, entry->len))
		queue_drop_first(&journal->queue);
}

static void leave_out(struct journal *journal, const struct place *place)
{
	if (!journal->left_out++) {
		wrong("journal: %d events wait already: event %llu and some after it are left out",
		      QUEUE_MAX, place->seq);
		journal->first_left_out = *place;
	}
	journal->last_left_out = *place;
}

static void add(struct journal *journal, const char *kind, const struct event *event,
		const struct place *place, const char *line)
{
	size_t len;
	char *text = make_entry(kind, event, line, &len);

	if (text && queue_put(&journal->queue, text, len, place))
		return;
	free(text);
	leave_out(journal, place);
}

/* In the place of those that are missing. */
static void tell_left_out(struct journal *journal)
{
	__u64 n = journal->left_out;
	char line[160];

	if (!n || journal->queue.n == QUEUE_MAX)
		return;
	snprintf(line, sizeof(line),
		 "lost: the journal took no events for a while, %llu are missing (seq %llu to %llu)",
		 n, journal->first_left_out.seq, journal->last_left_out.seq);
	journal->left_out = 0;
	add(journal, "lost", NULL, &journal->first_left_out, line);
}

void journal_tend(struct journal *journal)
{
	send_waiting(journal);
	tell_left_out(journal);
}

void journal_tell(struct journal *journal, const char *kind, const struct event *event,
		  const struct place *place, const char *line)
{
	tell_left_out(journal);
	add(journal, kind, event, place, line);
	send_waiting(journal);
}

int journal_wait_ms(const struct journal *journal)
{
	return journal->queue.n ? AGAIN_MS : -1;
}

const struct place *journal_waiting(const struct journal *journal)
{
	const struct waiting *entry = queue_first(&journal->queue);

	return entry ? &entry->place : NULL;
}

void journal_close(struct journal *journal)
{
	const struct timespec again = { .tv_nsec = AGAIN_MS * 1000000L };

	for (int i = 0; i < LAST_TRIES && journal->queue.n; i++) {
		journal_tend(journal);
		if (journal->queue.n)
			nanosleep(&again, NULL);
	}
	if (journal->queue.n + journal->left_out)
		wrong("journal: %llu events were left out", journal->queue.n + journal->left_out);
	close(journal->fd);
}
