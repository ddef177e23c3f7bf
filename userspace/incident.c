// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arppinctl.h"
#include "host.h"
#include "msg.h"
#include "pcap.h"
#include "print.h"
#include "report.h"

struct incidents {
	struct incident *incidents;
	size_t n;
	size_t room;
};

static const char *keep_incident(const struct nlmsghdr *nlh, void *data)
{
	struct incidents *incidents = data;

	if (incidents->n == incidents->room) {
		size_t room = incidents->room ? 2 * incidents->room : 16;
		struct incident *grown = realloc(incidents->incidents, room * sizeof(*grown));

		if (!grown)
			return "more than fits into memory";
		incidents->incidents = grown;
		incidents->room = room;
	}
	return msg_get_incident(nlh, &incidents->incidents[incidents->n++]);
}

static const char *get_incident(const struct nlmsghdr *nlh, void *data)
{
	return msg_get_incident(nlh, data);
}

static int read_one(struct ctl *ctl, __u64 id, nl_answer answer, void *data)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_INCIDENT_GET);

	msg_put_incident_id(nlh, id);
	return do_request(ctl, nlh, answer, data);
}

static int read_all(struct ctl *ctl, struct incidents *incidents)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_INCIDENT_GET);

	if (nl_dump(&ctl->nl, nlh, keep_incident, incidents, &incidents->n))
		return EXIT_DONE;
	return refused(ctl);
}

int incident_show(struct ctl *ctl, int n, char *const words[])
{
	struct incidents incidents = {0};
	struct parse_error error;
	int status;
	__u64 id;

	if (!parse_incident_filter(n, words, &id, &error))
		return wrong("%s", error.text);
	status = connect_kernel(ctl);
	if (status)
		return status;

	status = id ? read_one(ctl, id, keep_incident, &incidents) : read_all(ctl, &incidents);
	if (!status) {
		out_open_array(&ctl->out, NULL);
		for (size_t i = 0; i < incidents.n; i++)
			print_incident(&ctl->out, NULL, &incidents.incidents[i]);
		out_close(&ctl->out);
	}
	free(incidents.incidents);
	return status;
}

static int save_frame(const struct incident *incident, const char *file)
{
	int code;

	if (!incident->captured)
		return wrong("incident %llu has no frame to write to \"%s\"", incident->id, file);
	code = pcap_save(file, incident->start, incident->frame, incident->captured,
			 incident->frame_len);
	if (code)
		return wrong("cannot write \"%s\": %s", file, strerror(code));
	return EXIT_DONE;
}

int incident_report(struct ctl *ctl, int n, char *const words[])
{
	struct incident incident;
	struct parse_error error;
	const char *file;
	struct host host;
	int status;
	__u64 id;

	if (!parse_report(n, words, &id, &file, &error))
		return wrong("%s", error.text);
	status = connect_kernel(ctl);
	if (!status)
		status = read_one(ctl, id, get_incident, &incident);
	/* The evidence first: a report that speaks of a file without one is wrong. */
	if (!status && file)
		status = save_frame(&incident, file);
	if (status)
		return status;
	if (host_read(incident.dev, &host)) {
		print_report(&ctl->out, &incident, &host, out_now());
	} else {
		wrong("cannot read the addresses of this host: %s", strerror(errno));
		status = EXIT_REFUSED;
	}
	host_free(&host);
	return status;
}
