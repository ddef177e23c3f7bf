// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "arppinctl.h"
#include "msg.h"
#include "print.h"

static const char *keep_sighting(const struct nlmsghdr *nlh, void *data)
{
	struct sightings *sightings = data;

	if (sightings->n == sightings->room) {
		size_t room = sightings->room ? 2 * sightings->room : 64;
		struct sighting *grown = realloc(sightings->sightings, room * sizeof(*grown));

		if (!grown)
			return "more than fits into memory";
		sightings->sightings = grown;
		sightings->room = room;
	}
	return msg_get_sighting(nlh, &sightings->sightings[sightings->n++]);
}

bool sightings_read(struct ctl *ctl, const struct sighting *filter, struct sightings *sightings)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = nl_request(&ctl->nl, buffer, ARPPIN_CMD_SIGHTING_GET);

	msg_put_sighting_key(nlh, filter);
	return nl_dump(&ctl->nl, nlh, keep_sighting, sightings, &sightings->n);
}

int sighting_show(struct ctl *ctl, int n, char *const words[])
{
	struct sightings sightings = {0};
	struct parse_error error;
	struct sighting filter;
	int status;

	if (!parse_sighting_filter(n, words, &filter, &error))
		return wrong("%s", error.text);
	status = connect_kernel(ctl);
	if (status)
		return status;

	if (sightings_read(ctl, &filter, &sightings)) {
		out_open_array(&ctl->out, NULL);
		for (size_t i = 0; i < sightings.n; i++)
			print_sighting(&ctl->out, &sightings.sightings[i]);
		out_close(&ctl->out);
	} else {
		status = refused(ctl);
	}
	free(sightings.sightings);
	return status;
}
