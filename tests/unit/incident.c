// SPDX-License-Identifier: GPL-2.0-only
/* `arppinctl incident`: which are shown, and no report without its evidence. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "arppinctl.h"
#include "host.h"
#include "msg.h"
#include "pcap.h"
#include "print.h"
#include "report.h"

static struct ctl ctl;
static struct incident incident;	/* the module's answer */
static size_t n_incidents;
static int save_code, host_code;	/* errno */
static bool no_memory;

/* What was done. */
static char complaint[256];
static unsigned int saved, reported, printed;

int wrong(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(complaint, sizeof(complaint), format, ap);
	va_end(ap);
	return EXIT_WRONG;
}

int refused(const struct ctl *of)
{
	wrong("%s", of->nl.error.text);
	return EXIT_REFUSED;
}

int connect_kernel(struct ctl *to)
{
	(void)to;
	return EXIT_DONE;
}

struct nlmsghdr *nl_request(struct nl *nl, void *buffer, __u8 cmd)
{
	(void)nl;
	(void)cmd;
	return buffer;
}

void msg_put_incident_id(struct nlmsghdr *nlh, __u64 id)
{
	(void)nlh;
	assert_int_equal(id, incident.id);
}

const char *msg_get_incident(const struct nlmsghdr *nlh, struct incident *to)
{
	(void)nlh;
	*to = incident;
	return NULL;
}

int do_request(struct ctl *to, struct nlmsghdr *nlh, nl_answer answer, void *data)
{
	(void)to;
	assert_null(answer(nlh, data));
	return EXIT_DONE;
}

bool nl_dump(struct nl *nl, struct nlmsghdr *nlh, nl_answer answer, void *data, size_t *n)
{
	const char *bad = NULL;

	assert_int_equal(*n, 0);
	for (incident.id = 1; !bad && incident.id <= n_incidents; incident.id++)
		bad = answer(nlh, data);
	snprintf(nl->error.text, sizeof(nl->error.text), "%s", bad ? bad : "");
	return !bad;
}

int pcap_save(const char *name, __u64 time_ns, const __u8 *bytes, __u32 captured, __u32 wire_len)
{
	assert_string_equal(name, "file");
	assert_int_equal(time_ns, incident.start);
	assert_memory_equal(bytes, incident.frame, captured);
	assert_int_equal(captured, incident.captured);
	assert_int_equal(wire_len, incident.frame_len);
	saved++;
	return save_code;
}

bool host_read(const char *dev, struct host *host)
{
	assert_string_equal(dev, incident.dev);
	memset(host, 0, sizeof(*host));
	errno = host_code;
	return !host_code;
}

void host_free(struct host *host)
{
	(void)host;
}

void print_report(struct out *out, const struct incident *of, const struct host *host, __u64 now)
{
	(void)out;
	(void)host;
	assert_true(now > of->start);
	assert_int_equal(of->id, incident.id);
	reported++;
}

void print_incident(struct out *out, const char *key, const struct incident *of)
{
	(void)out;
	assert_null(key);
	printed++;
	assert_int_equal(of->id, n_incidents ? printed : incident.id);
}

typeof(realloc) __real_realloc;

void *__wrap_realloc(void *memory, size_t size)
{
	return no_memory ? NULL : __real_realloc(memory, size);
}

static int setup(void **state)
{
	(void)state;
	incident = (struct incident){
		.id = 7, .dev = "eth0", .start = 1, .frame = { 1, 2, 3 }, .captured = 3,
		.frame_len = 60,
	};
	save_code = 0;
	host_code = 0;
	n_incidents = 0;
	*complaint = '\0';
	saved = 0;
	reported = 0;
	printed = 0;
	return 0;
}

static int report_to(const char *file)
{
	char *const words[] = { "7", "pcap", (char *)file };

	return incident_report(&ctl, file ? 3 : 1, words);
}

static void evidence(void **state)
{
	(void)state;
	assert_int_equal(report_to("file"), EXIT_DONE);
	assert_int_equal(saved, 1);
	assert_int_equal(reported, 1);
	assert_int_equal(report_to(NULL), EXIT_DONE);
	assert_int_equal(saved, 1);
	assert_int_equal(reported, 2);
	assert_string_equal(complaint, "");
}

/* No file is written that holds none. */
static void no_frame(void **state)
{
	(void)state;
	incident.captured = 0;
	assert_int_equal(report_to("file"), EXIT_WRONG);
	assert_string_equal(complaint, "incident 7 has no frame to write to \"file\"");
	assert_int_equal(saved, 0);
	assert_int_equal(reported, 0);
	assert_int_equal(report_to(NULL), EXIT_DONE);
	assert_int_equal(reported, 1);
}

static void not_written(void **state)
{
	(void)state;
	save_code = EACCES;
	assert_int_equal(report_to("file"), EXIT_WRONG);
	assert_string_equal(complaint, "cannot write \"file\": Permission denied");
	assert_int_equal(reported, 0);
}

static void no_host(void **state)
{
	(void)state;
	host_code = EMFILE;
	assert_int_equal(report_to(NULL), EXIT_REFUSED);
	assert_string_equal(complaint,
			    "cannot read the addresses of this host: Too many open files");
	assert_int_equal(reported, 0);
}

static void shown(void **state)
{
	char *const words[] = { "7" };

	(void)state;
	assert_int_equal(incident_show(&ctl, 1, words), EXIT_DONE);
	assert_int_equal(printed, 1);
	printed = 0;
	n_incidents = 100;
	assert_int_equal(incident_show(&ctl, 0, NULL), EXIT_DONE);
	assert_int_equal(printed, 100);
	printed = 0;
	no_memory = true;
	assert_int_equal(incident_show(&ctl, 0, NULL), EXIT_REFUSED);
	no_memory = false;
	assert_string_equal(complaint, "more than fits into memory");
	assert_int_equal(printed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(evidence, setup),
		cmocka_unit_test_setup(no_frame, setup),
		cmocka_unit_test_setup(not_written, setup),
		cmocka_unit_test_setup(no_host, setup),
		cmocka_unit_test_setup(shown, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
