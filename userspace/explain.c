// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arppinctl.h"
#include "judge.h"
#include "names.h"
#include "pcap.h"

/* What is said of each counter: the verdict of a frame, and the word for all of them. */
static const struct {
	const char *verdict;
	const char *key;
	const char *before;
} counters[] = {
	[JUDGE_ACCEPTED] = { "accept", "accepted", ": accepted " },
	[JUDGE_DROPPED] = { "drop", "dropped", " dropped " },
	[JUDGE_PASSED] = { "told", "passed", " passed " },
	[JUDGE_NOTICED] = { "told", "noticed", " noticed " },
	[JUDGE_IGNORED] = { "ignored", "ignored", " ignored " },
	[JUDGE_UNDELIVERED] = { "undelivered", "undelivered", " undelivered " },
	[JUDGE_UNJUDGED] = { "unjudged", "unjudged", " unjudged " },
	[JUDGE_NOT_ARP] = { NULL, "not_arp", " not-arp " },
};

/* But for JUDGE_BY_INGRESS, of which `ends` has more. */
static const char *const rules[] = {
	[JUDGE_BY_NO_CLAIM] = "no-claim",
	[JUDGE_BY_OWN_FRAME] = "own-frame",
	[JUDGE_BY_PIN] = "pin",
	[JUDGE_BY_GUARD] = "guard-unpinned",
	[JUDGE_BY_ADDRESSES] = "guard-addresses",
	[JUDGE_BY_OWN_ADDRESS] = "own-address",
	[JUDGE_BY_PROBE] = "probe",
	[JUDGE_BY_NO_PIN] = "no-pin",
};

static const char *const ends[] = {
	[INGRESS_OTHER_HOST] = "other-host",
	[INGRESS_OTHER_VLAN] = "other-vlan",
	[INGRESS_SNAP] = "snap",
	[INGRESS_MALFORMED] = "malformed",
	[INGRESS_CUT] = "cut",
};

static const struct {
	const char *word;
	const char *text;
} flaws[] = {
	[JUDGE_FLAW_HARDWARE] = { "hardware-type", "no claim: hardware type " },
	[JUDGE_FLAW_PROTOCOL] = { "protocol-type", "no claim: protocol type " },
	[JUDGE_FLAW_OPERATION] = { "operation", "no claim: operation " },
	[JUDGE_FLAW_SENDER] = { "sender", "no claim: a reply of 0.0.0.0" },
};

/* A capture that is being explained. */
struct work {
	const char *file;
	struct pcap *pcap;
	struct pcap_frame frame;
	enum pcap_result result;	/* of reading it */
	struct pins pins;
	struct guards guards;
	char dev[IFNAMSIZ];
	struct own own;
	struct judge judge;
	__u64 time_ns;			/* of the latest frame that has a time */
	__u64 frames;
	__u64 numbers[JUDGE_COUNTERS];
};

/* --- how a judgement looks --- */

static void print_ingress(struct out *out, const struct judgement *judgement)
{
	switch (judgement->end) {
	case INGRESS_OTHER_HOST:
		out_text(out, "its destination is another host");
		break;
	case INGRESS_OTHER_VLAN:
		out_uint(out, NULL, "it is of VLAN ", judgement->vlan);
		break;
	case INGRESS_SNAP:
		out_text(out, "ARP in 802.2/SNAP, which Linux does not know");
		break;
	case INGRESS_MALFORMED:
		out_text(out, "too short, or not for Ethernet and IPv4");
		break;
	default:
		out_text(out, "too few of its bytes were captured");
	}
}

/* What decided, in text. */
static void text_rule(struct out *out, const struct work *work, const struct judgement *judgement)
{
	const struct guard *guard = work->judge.guard;

	switch (judgement->rule) {
	case JUDGE_BY_INGRESS:
		print_ingress(out, judgement);
		break;
	case JUDGE_BY_NO_CLAIM:
		out_text(out, flaws[judgement->flaw].text);
		if (judgement->flaw != JUDGE_FLAW_SENDER)
			out_uint(out, NULL, "", judgement->value);
		break;
	case JUDGE_BY_OWN_FRAME:
		out_text(out, "a frame of this host");
		break;
	case JUDGE_BY_PIN:
		out_address(out, NULL, "pin ", &judgement->pin->addr);
		out_string(out, NULL, " dev ", work->dev);
		break;
	case JUDGE_BY_GUARD:
		out_string(out, NULL, "guard dev ", work->dev);
		out_name(out, NULL, " unpinned ", &names_unpinned, guard->unpinned);
		break;
	case JUDGE_BY_ADDRESSES:
		out_string(out, NULL, "guard dev ", work->dev);
		out_uint(out, NULL, " addresses ", guard->addresses);
		break;
	case JUDGE_BY_OWN_ADDRESS:
		out_string(out, NULL, "an address of dev ", work->dev);
		break;
	case JUDGE_BY_PROBE:
		out_text(out, "no pin, and a probe claims nothing");
		break;
	case JUDGE_BY_NO_PIN:
		out_text(out, "no pin");
		break;
	}
}

static void text_claim(struct out *out, const struct judgement *judgement)
{
	bool probe = judgement->variant == ARPPIN_VARIANT_PROBE;

	if (!judgement->claims) {
		if (judgement->end != INGRESS_CUT)
			out_mac(out, NULL, " a frame from ", judgement->source);
		else
			out_text(out, " a frame");
		return;
	}
	out_address(out, NULL, " ", &judgement->addr);
	out_mac(out, NULL, probe ? " probed by " : " claimed by ", judgement->lladdr);
	if (memcmp(judgement->lladdr, judgement->source, MAC_LEN))
		out_mac(out, NULL, " in a frame from ", judgement->source);
	out_name(out, NULL, " (", &names_variant, judgement->variant);
	out_text(out, ")");
}

static void text_frame(struct out *out, const struct work *work,
		       const struct judgement *judgement)
{
	out_uint(out, NULL, "", work->frame.number);
	if (work->frame.has_time)
		out_time(out, NULL, NULL, " ", work->frame.time_ns);
	else
		out_text(out, " -");
	text_claim(out, judgement);
	out_string(out, NULL, ": ", counters[judgement->counter].verdict);
	out_text(out, ": ");
	text_rule(out, work, judgement);
	out_text(out, "\n");
}

static void json_claim(struct out *out, const struct judgement *judgement)
{
	out_address(out, "addr", NULL, &judgement->addr);
	out_mac(out, "lladdr", NULL, judgement->lladdr);
	out_name(out, "variant", NULL, &names_variant, judgement->variant);
	if (judgement->incident)
		out_name(out, "incident", NULL, &names_incident, judgement->incident);
	else
		out_null(out, "incident");
	if (judgement->pin)
		out_address(out, "pin", NULL, &judgement->pin->addr);
	else
		out_null(out, "pin");
}

static void json_frame(struct out *out, const struct work *work,
		       const struct judgement *judgement)
{
	bool by_ingress = judgement->rule == JUDGE_BY_INGRESS;

	out_open_object(out, NULL);
	out_uint(out, "number", NULL, work->frame.number);
	if (work->frame.has_time) {
		out_time(out, "time", "time_ns", NULL, work->frame.time_ns);
	} else {
		out_null(out, "time");
		out_null(out, "time_ns");
	}
	out_string(out, "verdict", NULL, counters[judgement->counter].verdict);
	out_string(out, "counter", NULL, counters[judgement->counter].key);
	out_string(out, "rule", NULL, by_ingress ? ends[judgement->end] : rules[judgement->rule]);
	if (judgement->end != INGRESS_CUT)
		out_mac(out, "source", NULL, judgement->source);
	if (judgement->end == INGRESS_OTHER_VLAN)
		out_uint(out, "vlan", NULL, judgement->vlan);
	if (judgement->rule == JUDGE_BY_NO_CLAIM) {
		out_string(out, "flaw", NULL, flaws[judgement->flaw].word);
		if (judgement->flaw != JUDGE_FLAW_SENDER)
			out_uint(out, "value", NULL, judgement->value);
	}
	if (judgement->claims)
		json_claim(out, judgement);
	out_close(out);
}

static void print_summary(struct out *out, const struct work *work)
{
	out_open_object(out, "summary");
	out_uint(out, "frames", "", work->frames);
	out_text(out, work->frames == 1 ? " frame" : " frames");
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		out_uint(out, counters[i].key, counters[i].before, work->numbers[i]);
	out_text(out, "\n");
	out_close(out);
}

/* --- the device --- */

/* The next name after `last` of a device with pins or a guard; both lists are sorted. */
static const char *next_dev(const struct work *work, const char *last)
{
	const char *next = NULL;

	for (size_t i = 0; i < work->pins.n && !next; i++)
		if (strcmp(work->pins.pins[i].dev, last) > 0)
			next = work->pins.pins[i].dev;
	for (size_t i = 0; i < work->guards.n; i++) {
		const char *dev = work->guards.guards[i].dev;

		if (strcmp(dev, last) > 0) {
			if (!next || strcmp(dev, next) < 0)
				next = dev;
			break;
		}
	}
	return next;
}

/* The one device that has pins or a guard, if none was named. */
static int choose_dev(struct work *work)
{
	const char *dev = next_dev(work, "");
	char list[512] = "";

	if (!dev)
		return wrong("no device has pins or a guard: arppin would do nothing");
	if (!next_dev(work, dev)) {
		memcpy(work->dev, dev, sizeof(work->dev));
		return EXIT_DONE;
	}
	for (; dev && strlen(list) + IFNAMSIZ + 2 < sizeof(list); dev = next_dev(work, dev)) {
		if (*list)
			strcat(list, ", ");
		strcat(list, dev);
	}
	return wrong("\"dev DEV\" is missing: there are pins or guards of several (%s%s)", list,
		     dev ? ", ..." : "");
}

/* Leaves of all pins those of the device, which are neighbours. */
static void set_judge(struct work *work)
{
	static struct guard no_guard = { .unpinned = ARPPIN_UNPINNED_ACCEPT };
	struct judge *judge = &work->judge;

	judge->own = &work->own;
	judge->guard = &no_guard;
	for (size_t i = 0; i < work->guards.n; i++)
		if (!strcmp(work->guards.guards[i].dev, work->dev))
			judge->guard = &work->guards.guards[i];
	for (size_t i = 0; i < work->pins.n; i++) {
		if (strcmp(work->pins.pins[i].dev, work->dev))
			continue;
		if (!judge->n_pins)
			judge->pins = &work->pins.pins[i];
		judge->n_pins++;
	}
}

/* All that a judgement depends on but the frames. */
static int read_host(struct ctl *ctl, struct work *work)
{
	struct pin all = {0};
	int status, code;

	status = connect_kernel(ctl);
	if (status)
		return status;
	if (!pins_read(ctl, &all, &work->pins) || !guards_read(ctl, &work->guards))
		return refused(ctl);
	if (!*work->dev)
		status = choose_dev(work);
	if (status)
		return status;
	set_judge(work);
	if (!work->judge.n_pins && !*work->judge.guard->dev)
		return wrong("dev: \"%s\" has no pins and no guard: arppin would do nothing",
			     work->dev);
	code = own_read(&work->own, work->dev);
	/* Then there is no telling which frames reach it. */
	if (code == ENODEV)
		return wrong("dev: \"%s\" is not an Ethernet device of this host", work->dev);
	if (code) {
		wrong("cannot read the addresses of this host: %s", strerror(code));
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

/* --- the frames --- */

static int check_linktype(const struct work *work)
{
	if (work->frame.linktype == PCAP_LINKTYPE_ETHERNET)
		return EXIT_DONE;
	return wrong("\"%s\": frame %llu is of link type %u, not of Ethernet%s", work->file,
		     work->frame.number, work->frame.linktype,
		     "; capture on one device (not on \"any\")");
}

static int next_frame(struct work *work)
{
	work->result = pcap_next(work->pcap, &work->frame);
	switch (work->result) {
	case PCAP_FRAME:
		return check_linktype(work);
	case PCAP_WRONG:
		return wrong("\"%s\": %s", work->file, pcap_error(work->pcap));
	default:
		return EXIT_DONE;
	}
}

static int judge_one(struct ctl *ctl, struct work *work)
{
	const struct pcap_frame *frame = &work->frame;
	struct judgement judgement;

	if (frame->has_time)
		work->time_ns = frame->time_ns;
	if (!judge_frame(&work->judge, frame->bytes, frame->captured, frame->wire_len,
			 work->time_ns, &judgement)) {
		fputs("arppinctl: out of memory\n", stderr);
		return EXIT_REFUSED;
	}
	work->frames++;
	work->numbers[judgement.counter]++;
	if (judgement.counter == JUDGE_NOT_ARP)
		return EXIT_DONE;
	if (ctl->out.json)
		json_frame(&ctl->out, work, &judgement);
	else
		text_frame(&ctl->out, work, &judgement);
	return EXIT_DONE;
}

/* What was read before something went wrong is judged, and told as not all there is. */
static int judge_all(struct ctl *ctl, struct work *work)
{
	int status = EXIT_DONE;

	out_open_object(&ctl->out, NULL);
	out_string(&ctl->out, "dev", NULL, work->dev);
	out_open_array(&ctl->out, "frames");
	while (!status && work->result == PCAP_FRAME) {
		status = judge_one(ctl, work);
		if (!status)
			status = next_frame(work);
	}
	out_close(&ctl->out);
	out_bool(&ctl->out, "complete", !status);
	print_summary(&ctl->out, work);
	out_close(&ctl->out);
	return status;
}

static int explain_file(struct ctl *ctl, struct work *work, FILE *file)
{
	int status;

	work->pcap = pcap_open(file);
	if (!work->pcap) {
		fputs("arppinctl: out of memory\n", stderr);
		return EXIT_REFUSED;
	}
	/* That the file is none shall be known before the kernel is asked. */
	status = next_frame(work);
	if (!status)
		status = read_host(ctl, work);
	if (!status)
		status = judge_all(ctl, work);
	crowd_free(&work->judge.crowd);
	own_free(&work->own);
	free(work->pins.pins);
	free(work->guards.guards);
	pcap_close(work->pcap);
	return status;
}

int explain_pcap(struct ctl *ctl, int n, char *const words[])
{
	struct parse_error error;
	struct work work = {0};
	FILE *file = stdin;
	int status;

	if (!n)
		return wrong("FILE is missing (- is the standard input)");
	if (!parse_dev_filter(n - 1, words + 1, work.dev, &error))
		return wrong("%s", error.text);
	work.file = words[0];
	if (strcmp(work.file, "-"))
		file = fopen(work.file, "re");
	if (!file)
		return wrong("cannot read \"%s\": %s", work.file, strerror(errno));
	status = explain_file(ctl, &work, file);
	if (file != stdin)
		fclose(file);
	return status;
}
