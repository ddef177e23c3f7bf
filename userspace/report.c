// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "out.h"
#include "print.h"
#include "report.h"

/* What is said of each kind of incident. Lines of 76 columns at most: mail. */
static const struct story {
	const char *subject;
	const char *claimed;	/* what was done with the address */
	const char *what;
	const char *asked;
} stories[] = {
	[ARPPIN_INCIDENT_CONFLICT] = {
		"ARP spoofing: a machine claims somebody else's IP address",
		"claimed",
		"A machine in your network tells the others that an IP address is its own,\n"
		"though it belongs to another machine. Whoever believes it sends the traffic\n"
		"for that address to the wrong machine, which can read and change it.\n",
		"Please find the machine, stop these packets, and find out why it sends them:\n"
		"it may have been broken into. Traffic of other machines may have gone through\n"
		"it since the time of the first packet.\n",
	},
	[ARPPIN_INCIDENT_PROBE] = {
		"A machine is about to use somebody else's IP address",
		"asked for",
		"A machine in your network asked whether an IP address is free, though it\n"
		"belongs to another machine. A machine asks so before it begins to use an\n"
		"address. It may be set up wrongly, or prepare to take traffic that is not\n"
		"meant for it.\n",
		"Please find the machine and see to it that it does not use this address.\n",
	},
	[ARPPIN_INCIDENT_FOREIGN_SOURCE] = {
		"A machine sends packets in another one's name",
		"claimed",
		"A machine in your network sends packets that speak for another machine. What\n"
		"they say is true, but they came from a MAC address which is not that\n"
		"machine's. This may be a backup of it that nobody has told us of, or somebody\n"
		"who plays its part in order to get its traffic.\n",
		"Please find the machine that sent the frames and find out whether it may speak\n"
		"for the other one.\n",
	},
	[ARPPIN_INCIDENT_UNPINNED] = {
		"A machine claims an IP address that this host does not know",
		"claimed",
		"A machine in your network tells the others that it has an IP address which\n"
		"is not among those that this host's owner has allowed here. It may be a new\n"
		"machine, one that is set up wrongly, or somebody who looks for traffic that\n"
		"is not meant for him.\n",
		"Please find the machine and find out whether it may use this address.\n",
	},
	[ARPPIN_INCIDENT_MANY_OFFENDERS] = {
		"ARP spoofing: very many senders claim somebody else's IP addresses",
		"claimed, the first one",
		"So many senders in your network claim IP addresses that are not theirs that\n"
		"this host counts them together. That many are one machine, or a few, which\n"
		"make up MAC addresses: they flood the network, or hide who they are. What\n"
		"follows of addresses is that of the first sender.\n",
		"Please find the port of your switches where so many MAC addresses appear, and\n"
		"stop the machine behind it.\n",
	},
	[ARPPIN_INCIDENT_OWN_ADDRESS] = {
		"A machine claims the IP address of this host",
		"claimed",
		"A machine in your network tells the others that it has the IP address of the\n"
		"host which reports this. Whoever believes it sends the traffic for this host\n"
		"to that machine, which can read and change it. If it is a mistake, and two\n"
		"machines are set up with one address, it disturbs both.\n",
		"Please find the machine and see to it that it does not use this address. If\n"
		"the address is not assigned to it, it may have been broken into.\n",
	},
	[ARPPIN_INCIDENT_MANY_ADDRESSES] = {
		"A machine claims more IP addresses than one should have",
		"claimed, one too many",
		"A machine in your network claims more IP addresses than one machine should\n"
		"have here. It may want the traffic of all of them, or fill up the address\n"
		"tables of other machines until they work no more.\n",
		"Please find the machine, stop these packets, and find out why it sends them:\n"
		"it may have been broken into.\n",
	},
};

/* Of a kind that a newer module has. */
static const struct story unknown_story = {
	"A machine sends packets that it should not send",
	"claimed",
	"A machine in your network sends packets about an IP address that contradict\n"
	"what the owner of this host knows of it.\n",
	"Please find the machine and find out why it sends them.\n",
};

static const char *const variants[] = {
	[ARPPIN_VARIANT_REPLY] = "ARP replies",
	[ARPPIN_VARIANT_REQUEST_TO_US] = "ARP requests for this host (they name their sender)",
	[ARPPIN_VARIANT_REQUEST_TO_OTHER] =
		"ARP requests for other hosts (they name their sender)",
	[ARPPIN_VARIANT_GRATUITOUS_REQUEST] = "ARP announcements (gratuitous requests)",
	[ARPPIN_VARIANT_GRATUITOUS_REPLY] = "ARP announcements (gratuitous replies)",
	[ARPPIN_VARIANT_PROBE] = "ARP probes (questions whether an address is free)",
};

static void fact(struct out *out, const char *name)
{
	char text[32];

	snprintf(text, sizeof(text), "\n  %-22s ", name);
	out_text(out, text);
}

static bool is_foreign(const struct incident *incident)
{
	return memcmp(incident->lladdr, incident->source, MAC_LEN);
}

static void text_owner(struct out *out, const struct incident *incident, const struct host *host)
{
	if (incident->has_pin) {
		fact(out, "belongs to");
		for (unsigned int i = 0; i < incident->pin.n_lladdrs; i++)
			out_mac(out, NULL, i ? " or " : "MAC address ", incident->pin.lladdrs[i]);
	} else if (incident->kind == ARPPIN_INCIDENT_OWN_ADDRESS) {
		fact(out, "belongs to");
		out_text(out, "the host that reports this");
		if (host->has_lladdr)
			out_mac(out, NULL, ", MAC address ", host->lladdr);
	}
}

static void text_who(struct out *out, const struct incident *incident,
		     const struct story *story, const struct host *host)
{
	fact(out, "IP address");
	out_address(out, NULL, "", &incident->addr);
	fact(out, story->claimed);
	out_mac(out, NULL, "for MAC address ", incident->lladdr);
	fact(out, "in frames sent by");
	out_mac(out, NULL, "MAC address ", incident->source);
	if (is_foreign(incident))
		out_text(out, " (that a switch sees)");
	text_owner(out, incident, host);
	if (incident->kind == ARPPIN_INCIDENT_MANY_ADDRESSES && incident->has_guard) {
		fact(out, "allowed here");
		out_uint(out, NULL, "", incident->guard.addresses);
		out_text(out, " of a MAC address in an hour");
	}
	if (*incident->port) {
		fact(out, "coming in at port");
		out_string(out, NULL, "", incident->port);
		out_string(out, NULL, " of ", incident->dev);
	}
}

static void text_when(struct out *out, const struct incident *incident, __u64 now)
{
	fact(out, "first packet");
	out_time_zones(out, "", incident->start);
	fact(out, "latest packet");
	out_time_zones(out, "", incident->last);
	fact(out, incident->end ? "taken for over at" : "not over as of");
	out_time_zones(out, "", incident->end ? incident->end : now);
}

static void text_packets(struct out *out, const struct incident *incident)
{
	fact(out, "packets");
	out_uint(out, NULL, "", incident->dropped + incident->passed);
	out_uint(out, NULL, ": ", incident->dropped);
	out_uint(out, NULL, " refused by this host, ", incident->passed);
	out_text(out, " let in");
	for (unsigned int i = 0; i < sizeof(incident->variants) * 8; i++) {
		if (!(incident->variants & (1U << i)))
			continue;
		fact(out, "kind of packet");
		if (i < ARRAY_SIZE(variants) && variants[i])
			out_text(out, variants[i]);
		else
			out_uint(out, NULL, "ARP, variant ", i);
	}
}

static void text_sightings(struct out *out, const struct incident *incident)
{
	__u32 more = incident->n_sightings - incident->n_told;

	for (unsigned int i = 0; i < incident->n_told; i++) {
		const struct sighting *sighting = &incident->sightings[i];

		fact(out, "has also been seen as");
		out_address(out, NULL, "", &sighting->addr);
		out_mac(out, NULL, ", MAC address ", sighting->lladdr);
		fact(out, "");
		out_time_zones(out, "first ", sighting->first);
		fact(out, "");
		out_time_zones(out, "last  ", sighting->last);
	}
	if (more) {
		fact(out, "");
		out_uint(out, NULL, "and as ", more);
		out_text(out, more == 1 ? " other IP address" : " other IP addresses");
	}
}

static void text_host(struct out *out, const struct incident *incident, const struct host *host)
{
	fact(out, "reported by");
	out_string(out, NULL, "host ", host->name);
	out_string(out, NULL, ", device ", incident->dev);
	if (host->has_lladdr)
		out_mac(out, NULL, ", MAC address ", host->lladdr);
	for (size_t i = 0; i < host->n_addrs; i++) {
		fact(out, i ? "" : "which has");
		out_address(out, NULL, "", &host->addrs[i]);
	}
}

/* The form that hexdump(1) prints and text2pcap(1) reads. */
static void text_frame(struct out *out, const struct incident *incident)
{
	char text[16];

	if (!incident->captured)
		return;
	out_uint(out, NULL, "\n\nThe first packet, from its Ethernet header on (",
		 incident->frame_len);
	out_text(out, " bytes");
	if (incident->captured < incident->frame_len)
		out_uint(out, NULL, ", the first ", incident->captured);
	out_text(out, "):\n");
	for (__u32 i = 0; i < incident->captured; i++) {
		snprintf(text, sizeof(text), "\n  %04x ", i);
		if (i % 16 == 0)
			out_text(out, text);
		snprintf(text, sizeof(text), " %02x", incident->frame[i]);
		out_text(out, text);
	}
}

static void text_report(struct out *out, const struct incident *incident,
			const struct host *host, __u64 now)
{
	const struct story *story = &unknown_story;

	if (incident->kind < ARRAY_SIZE(stories) && stories[incident->kind].subject)
		story = &stories[incident->kind];
	out_text(out, story->subject);
	out_text(out, "\n\n");
	out_text(out, story->what);
	out_text(out, "\nMachines of one network segment tell each other by ARP packets which\n"
		      "Ethernet card (MAC address) has which IP address. This host watches them.\n");
	text_who(out, incident, story, host);
	text_when(out, incident, now);
	text_packets(out, incident);
	text_sightings(out, incident);
	text_host(out, incident, host);
	fact(out, "number there");
	out_uint(out, NULL, "incident ", incident->id);
	text_frame(out, incident);
	out_text(out, "\n\n");
	out_text(out, story->asked);
	out_mac(out, NULL, "\nThe MAC address tables of your switches show behind which port ",
		incident->source);
	out_text(out, "\nis. Both MAC addresses can be forged; the port where such frames come in\n"
		      "cannot. Times are by the clock of the host that reports this.\n");
}

static void json_report(struct out *out, const struct incident *incident,
			const struct host *host, __u64 now)
{
	out_open_object(out, NULL);
	out_time(out, "time", "time_ns", NULL, now);
	out_string(out, "host", NULL, host->name);
	out_string(out, "dev", NULL, incident->dev);
	if (host->has_lladdr)
		out_mac(out, "dev_lladdr", NULL, host->lladdr);
	else
		out_null(out, "dev_lladdr");
	out_open_array(out, "dev_addrs");
	for (size_t i = 0; i < host->n_addrs; i++)
		out_address(out, NULL, NULL, &host->addrs[i]);
	out_close(out);
	print_incident(out, "incident", incident);
	out_close(out);
}

void print_report(struct out *out, const struct incident *incident, const struct host *host,
		  __u64 now)
{
	if (out->json)
		json_report(out, incident, host, now);
	else
		text_report(out, incident, host, now);
}
