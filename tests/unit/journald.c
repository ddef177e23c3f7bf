// SPDX-License-Identifier: GPL-2.0-only
/* What journald gets, also when it comes late, is full or is started anew. */
#define _GNU_SOURCE 1
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

#include "arppinctl.h"
#include "journald.h"

static char folder[32];
static char path[64];
static unsigned int complaints;
static struct journal journal;
static bool no_memory;

int wrong(const char *format, ...)
{
	(void)format;
	complaints++;
	return EXIT_WRONG;
}

typeof(fclose) __real_fclose;

/* What a stream in memory was to hold may not have fitted. */
int __wrap_fclose(FILE *file)
{
	int code = __real_fclose(file);

	return no_memory ? EOF : code;
}

/* A journald that is there, but reads nothing unless it is told to. */
static int journald(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	unlink(path);
	assert_return_code(bind(fd, (void *)&addr, sizeof(addr)), 0);
	return fd;
}

static bool receive(int fd, char *entry, size_t size)
{
	ssize_t len = recv(fd, entry, size - 1, MSG_DONTWAIT);

	if (len < 0)
		return false;
	entry[len] = '\0';
	return true;
}

static struct event incident(__u64 seq)
{
	struct event event = {
		.kind = ARPPIN_EVENT_INCIDENT_START,
		.seq = seq,
		.time = 1795438800999999999,
		.has_incident = true,
		.incident = {
			.id = 9,
			.kind = ARPPIN_INCIDENT_CONFLICT,
			.dev = "eth0",
			.addr = { .family = AF_INET, .bytes = { 192, 0, 2, 1 } },
			.lladdr = { 2, 0, 0, 0, 0, 0x66 },
			.source = { 2, 0, 0, 0, 0, 0x67 },
			.dropped = 1,
		},
	};

	return event;
}

static void tell(__u64 seq)
{
	struct event event = incident(seq);
	struct place place = { .epoch = 1, .seq = seq };

	journal_tell(&journal, "incident-start", &event, &place, "the line");
}

static int setup(void **state)
{
	(void)state;
	memset(&journal, 0, sizeof(journal));
	complaints = 0;
	unlink(path);
	return !journal_open(&journal, path);
}

static int teardown(void **state)
{
	(void)state;
	while (journal.queue.n)
		queue_drop_first(&journal.queue);
	close(journal.fd);
	return 0;
}

static void fields(void **state)
{
	int fd = journald();
	char entry[4096];

	(void)state;
	tell(12);
	assert_true(receive(fd, entry, sizeof(entry)));
	assert_string_equal(entry, "MESSAGE=the line\nSYSLOG_IDENTIFIER=arppin\n"
			    "ARPPIN_EVENT=incident-start\n"
			    "MESSAGE_ID=eb4dd7cb5f664eb0970b981a46ee80f6\n"
			    "PRIORITY=4\nSYSLOG_FACILITY=3\n"
			    "ARPPIN_SEQ=12\nARPPIN_TIME_NS=1795438800999999999\n"
			    "ARPPIN_INCIDENT=9\nARPPIN_INCIDENT_KIND=conflict\n"
			    "ARPPIN_DEV=eth0\nARPPIN_ADDR=192.0.2.1\n"
			    "ARPPIN_LLADDR=02:00:00:00:00:66\nARPPIN_SOURCE=02:00:00:00:00:67\n"
			    "ARPPIN_DROPPED=1\nARPPIN_PASSED=0\n");
	assert_null(journal_waiting(&journal));
	assert_int_equal(journal_wait_ms(&journal), -1);
	close(fd);
}

/* The port of a bridge, and the MAC of an event that is about no incident. */
static void more_fields(void **state)
{
	struct event healed = {
		.kind = ARPPIN_EVENT_CACHE_HEALED,
		.seq = 13,
		.has_pin = true,
		.pin = { .dev = "eth0", .addr = { .family = AF_INET, .bytes = { 192, 0, 2, 1 } } },
		.has_lladdr = true,
		.lladdr = { 2, 0, 0, 0, 0, 0x68 },
	};
	struct place place = { .epoch = 1, .seq = 12 };
	struct event event = incident(12);
	int fd = journald();
	char entry[4096];

	(void)state;
	snprintf(event.incident.port, sizeof(event.incident.port), "swp3");
	journal_tell(&journal, "incident-start", &event, &place, "the line");
	assert_true(receive(fd, entry, sizeof(entry)));
	assert_non_null(strstr(entry, "\nARPPIN_PORT=swp3\n"));
	journal_tell(&journal, "cache-healed", &healed, &place, "the line");
	assert_true(receive(fd, entry, sizeof(entry)));
	assert_non_null(strstr(entry, "\nARPPIN_DEV=eth0\nARPPIN_ADDR=192.0.2.1\n"
			       "ARPPIN_LLADDR=02:00:00:00:00:68\n"));
	close(fd);
}

/* A name that would end its field and begin another one. */
static void newlines(void **state)
{
	static const char expected[] = "ARPPIN_DEV\n\x0a\0\0\0\0\0\0\0a\nPRIORITY\n";
	struct place place = { .epoch = 1, .seq = 1 };
	struct event event = { .kind = ARPPIN_EVENT_PIN_BOUND, .seq = 1, .dev = "a\nPRIORITY" };
	int fd = journald();
	char entry[4096];
	ssize_t len;

	(void)state;
	journal_tell(&journal, "pin-bound", &event, &place, "the line");
	len = recv(fd, entry, sizeof(entry), MSG_DONTWAIT);
	assert_non_null(memmem(entry, len, expected, sizeof(expected) - 1));
	close(fd);
}

static void priorities(void **state)
{
	static const struct {
		__u32 kind;
		__u64 passed;
		const char *field;
	} cases[] = {
		{ ARPPIN_INCIDENT_CONFLICT, 0, "\nPRIORITY=4\n" },
		{ ARPPIN_INCIDENT_CONFLICT, 1, "\nPRIORITY=2\n" },
		{ ARPPIN_INCIDENT_MANY_OFFENDERS, 0, "\nPRIORITY=4\n" },
		{ ARPPIN_INCIDENT_MANY_OFFENDERS, 1, "\nPRIORITY=2\n" },
		{ ARPPIN_INCIDENT_FOREIGN_SOURCE, 1, "\nPRIORITY=3\n" },
		{ ARPPIN_INCIDENT_OWN_ADDRESS, 1, "\nPRIORITY=3\n" },
		{ ARPPIN_INCIDENT_MANY_ADDRESSES, 0, "\nPRIORITY=4\n" },
		{ ARPPIN_INCIDENT_PROBE, 1, "\nPRIORITY=5\n" },
		{ ARPPIN_INCIDENT_UNPINNED, 1, "\nPRIORITY=5\n" },
		{ 99, 1, "\nPRIORITY=3\n" },
	};
	struct place place = { .epoch = 1, .seq = 1 };
	int fd = journald();
	char entry[4096];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct event event = incident(1);

		event.incident.kind = cases[i].kind;
		event.incident.passed = cases[i].passed;
		journal_tell(&journal, "incident-start", &event, &place, "the line");
		assert_true(receive(fd, entry, sizeof(entry)));
		assert_non_null(strstr(entry, cases[i].field));
	}
	journal_tell(&journal, "module-unloaded", NULL, &place, "the line");
	assert_true(receive(fd, entry, sizeof(entry)));
	assert_non_null(strstr(entry, "\nPRIORITY=2\n"));
	close(fd);
}

static void expect(int fd, __u64 seq)
{
	char entry[4096], field[64];

	assert_true(receive(fd, entry, sizeof(entry)));
	snprintf(field, sizeof(field), "\nARPPIN_SEQ=%llu\n", seq);
	assert_non_null(strstr(entry, field));
}

/* Not there, then there, then another one: nothing is lost, in order. */
static void comes_late(void **state)
{
	int fd;

	(void)state;
	tell(1);
	tell(2);
	assert_int_equal(complaints, 1);
	assert_int_equal(journal_waiting(&journal)->seq, 1);
	assert_true(journal_wait_ms(&journal) > 0);
	fd = journald();
	journal_tend(&journal);
	assert_null(journal_waiting(&journal));
	expect(fd, 1);
	expect(fd, 2);
	close(fd);
	tell(3);
	fd = journald();
	tell(4);
	expect(fd, 3);
	expect(fd, 4);
	close(fd);
}

/* It is there and takes nothing: more than the queue holds is told to be lost. */
static void overflow(void **state)
{
	char entry[4096];
	__u64 seq, n = 0;
	int fd = journald();

	(void)state;
	for (seq = 1; seq <= 3000; seq++)
		tell(seq);
	assert_int_equal(journal.queue.n, QUEUE_MAX);
	for (;;) {
		journal_tend(&journal);
		if (!receive(fd, entry, sizeof(entry)))
			break;
		n++;
		if (strstr(entry, "ARPPIN_EVENT=lost"))
			break;
	}
	assert_non_null(strstr(entry, "ARPPIN_EVENT=lost\n"));
	/* What was taken, what waited, and what is missing is all there was. */
	snprintf(entry + 2048, 128, "%llu are missing (seq %llu to 3000)", 3000 - (n - 1), n);
	assert_non_null(strstr(entry, entry + 2048));
	close(fd);
}

/* What is not written in whole is not sent in part: it is left out, and told. */
static void without_memory(void **state)
{
	int fd = journald();
	char entry[4096];

	(void)state;
	no_memory = true;
	tell(1);
	no_memory = false;
	assert_false(receive(fd, entry, sizeof(entry)));
	assert_int_equal(complaints, 1);
	tell(2);
	assert_true(receive(fd, entry, sizeof(entry)));
	assert_non_null(strstr(entry, "1 are missing (seq 1 to 1)"));
	expect(fd, 2);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fields, setup, teardown),
		cmocka_unit_test_setup_teardown(more_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(newlines, setup, teardown),
		cmocka_unit_test_setup_teardown(priorities, setup, teardown),
		cmocka_unit_test_setup_teardown(comes_late, setup, teardown),
		cmocka_unit_test_setup_teardown(overflow, setup, teardown),
		cmocka_unit_test_setup_teardown(without_memory, setup, teardown),
	};
	int failed;

	snprintf(folder, sizeof(folder), "/tmp/arppin-journal.XXXXXX");
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/socket", folder);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	rmdir(folder);
	return failed;
}
