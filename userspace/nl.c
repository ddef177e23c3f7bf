// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/genetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "arppin.h"
#include "from_kernel.h"
#include "msg.h"
#include "nl.h"
#include "parse.h"

#define DUMP_TRIES 20
#define EVENTS_BUFFER (4 << 20)
#define ERRNO_MAX 4095	/* the kernel's MAX_ERRNO */

/* Always false, so that the caller can return it. */
static bool __attribute__((format(printf, 3, 4)))
fail(struct nl *nl, int code, const char *format, ...)
{
	va_list ap;

	nl->error.code = code;
	va_start(ap, format);
	vsnprintf(nl->error.text, sizeof(nl->error.text), format, ap);
	va_end(ap);
	return false;
}

static bool fail_errno(struct nl *nl, const char *what)
{
	int code = errno;

	return fail(nl, code, "%s: %s", what, strerror(code));
}

/* The errors that everybody meets deserve more than their number. */
static const char *error_sentence(int code)
{
	switch (code) {
	case ENOENT: /* each ENOENT of the module has a text of its own */
		return "the arppin module is not loaded (modprobe arppin)";
	case EPERM:
		return "this needs CAP_NET_ADMIN in the network namespace";
	default:
		return strerror(code);
	}
}

/*
 * The text of an acknowledgment, made printable, or "". Returns the word of the
 * attribute of the request that it blames, or NULL.
 */
static const char *ext_ack(const struct nlmsghdr *nlh, const struct nlmsghdr *request,
			   char text[EXT_ACK_SIZE])
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(nlh);
	size_t skip = sizeof(*err);
	const char *word = NULL;
	const struct nlattr *attr;

	*text = '\0';
	if (nlh->nlmsg_type == NLMSG_DONE)
		skip = sizeof(err->error);
	else if (mnl_nlmsg_get_payload_len(nlh) < skip)
		return NULL;
	else if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += mnl_nlmsg_get_payload_len(&err->msg);
	if ((nlh->nlmsg_flags & NLM_F_ACK_TLVS) && mnl_nlmsg_get_payload_len(nlh) > skip) {
		mnl_attr_for_each(attr, nlh, skip) {
			const char *payload = mnl_attr_get_payload(attr);
			size_t len = mnl_attr_get_payload_len(attr);

			if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG)
				parse_escape(text, EXT_ACK_SIZE, payload, strnlen(payload, len),
					     true);
			else if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_OFFS &&
				 len == sizeof(__u32))
				word = msg_attr_word(request, mnl_attr_get_u32(attr));
		}
	}
	return word;
}

/* NLMSG_DONE begins with an error number as well; 0 is an acknowledgment. */
static int end_code(const struct nlmsghdr *nlh)
{
	int code = 0;

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(code))
		memcpy(&code, mnl_nlmsg_get_payload(nlh), sizeof(code));
	return code < -ERRNO_MAX ? -EBADMSG : code;
}

/*
 * The error of a refusal, or of a dump that failed: the kernel's own text, and
 * before it what it blames.
 */
static void refusal(struct nl *nl, const struct nlmsghdr *nlh, const struct nlmsghdr *request)
{
	char text[EXT_ACK_SIZE];
	const char *word = ext_ack(nlh, request, text);
	int code = -end_code(nlh);

	fail(nl, code, "%s%s%s", word ? word : "", word ? ": " : "",
	     *text ? text : error_sentence(code));
}

struct nlmsghdr *nl_request(struct nl *nl, void *buffer, __u8 cmd)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = nl->family;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = ++nl->seq;
	genl->cmd = cmd;
	genl->version = ARPPIN_GENL_VERSION;
	return nlh;
}

static bool send_request(struct nl *nl, const void *buffer, size_t len)
{
	if (mnl_socket_sendto(nl->sock, buffer, len) < 0)
		return fail_errno(nl, "cannot send to the kernel");
	return true;
}

static ssize_t read_some(struct nl *nl)
{
	ssize_t len;

	do
		len = from_kernel(nl->sock, nl->buffer, sizeof(nl->buffer));
	while (len < 0 && errno == EINTR);
	if (len < 0)
		fail_errno(nl, "cannot receive from the kernel");
	return len;
}

static bool is_end(const struct nlmsghdr *nlh)
{
	return nlh->nlmsg_type == NLMSG_ERROR || nlh->nlmsg_type == NLMSG_DONE;
}

/*
 * Reads all that answers one request. *changed: the kernel says that what it
 * dumped was changed meanwhile. A request that is no dump and wants an `answer`
 * gets one: who asked would go on with nothing.
 */
static bool answers(struct nl *nl, const struct nlmsghdr *request, nl_answer answer, void *data,
		    bool *changed)
{
	bool due = answer && !(request->nlmsg_flags & NLM_F_DUMP);
	const char *wrong = due ? "there is none" : NULL;

	for (;;) {
		const struct nlmsghdr *nlh;
		ssize_t left = read_some(nl);
		int len = left;

		if (left < 0)
			return false;
		for (nlh = (void *)nl->buffer; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_seq != request->nlmsg_seq)
				continue;
			if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
				*changed = true;
			if (!is_end(nlh)) {
				if (answer && (due || !wrong))
					wrong = answer(nlh, data);
				due = false;
				continue;
			}
			if (end_code(nlh) < 0) {
				refusal(nl, nlh, request);
				return false;
			}
			*nl->warning = '\0';
			if (nlh->nlmsg_type == NLMSG_ERROR)
				ext_ack(nlh, request, nl->warning);
			if (wrong)
				return fail(nl, EBADMSG, "the module's answer is wrong: %s", wrong);
			return true;
		}
	}
}

bool nl_do(struct nl *nl, struct nlmsghdr *nlh, nl_answer answer, void *data)
{
	bool changed;

	nlh->nlmsg_flags |= NLM_F_ACK;
	return send_request(nl, nlh, nlh->nlmsg_len) && answers(nl, nlh, answer, data, &changed);
}

bool nl_dump(struct nl *nl, struct nlmsghdr *nlh, nl_answer answer, void *data, size_t *n)
{
	nlh->nlmsg_flags |= NLM_F_DUMP;
	for (int i = 0; i < DUMP_TRIES; i++) {
		bool changed = false;

		*n = 0;
		nlh->nlmsg_seq = ++nl->seq;
		if (!send_request(nl, nlh, nlh->nlmsg_len) ||
		    !answers(nl, nlh, answer, data, &changed))
			return false;
		if (!changed)
			return true;
	}
	return fail(nl, EINTR, "the tables changed each time they were read; try again");
}

/* The requests of one batch, numbered from `first_seq`; the first is request `from`. */
struct batch {
	struct nlmsghdr *requests[NL_BATCH];
	__u32 first_seq;
	size_t from;
	size_t n;
};

/* Reads the answers to a batch: each refusal, and an answer to the last request. */
static bool batch_answers(struct nl *nl, const struct batch *batch, nl_refused refused,
			  void *data, bool *stop)
{
	for (;;) {
		const struct nlmsghdr *nlh;
		ssize_t left = read_some(nl);
		int len = left;

		if (left < 0)
			return false;
		for (nlh = (void *)nl->buffer; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			__u32 i = nlh->nlmsg_seq - batch->first_seq;

			if (i >= batch->n || nlh->nlmsg_type != NLMSG_ERROR)
				continue;
			if (end_code(nlh)) {
				refusal(nl, nlh, batch->requests[i]);
				if (refused(&nl->error, batch->from + i, data))
					*stop = true;
			}
			if (i == batch->n - 1)
				return true;
		}
	}
}

bool nl_batch(struct nl *nl, size_t n, nl_fill fill, nl_refused refused, void *data,
	      size_t *sent)
{
	char buffer[NL_BUFFER_SIZE] __attribute__((aligned(8)));
	bool stop = false;

	while (*sent < n && !stop) {
		struct batch batch = { .first_seq = nl->seq + 1, .from = *sent };
		size_t len = 0;

		/*
		 * A refusal is always answered, a success only on demand: one
		 * demand at the end shows that all of the batch was done.
		 */
		while (batch.n < NL_BATCH && *sent + batch.n < n) {
			struct nlmsghdr *nlh = fill(nl, buffer + len, *sent + batch.n, data);

			len += NLMSG_ALIGN(nlh->nlmsg_len);
			batch.requests[batch.n++] = nlh;
		}
		batch.requests[batch.n - 1]->nlmsg_flags |= NLM_F_ACK;
		if (!send_request(nl, buffer, len))
			return false;
		*sent += batch.n;
		if (!batch_answers(nl, &batch, refused, data, &stop))
			return false;
	}
	return true;
}

/* A family's number and that of one of its groups. */
struct family {
	const char *group_name;
	__u32 group;
	__u16 id;
};

static const char *get_family(const struct nlmsghdr *nlh, void *data)
{
	struct family *family = data;
	const struct nlattr *attr, *group, *item;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_validate(attr, MNL_TYPE_U16) >= 0)
			family->id = mnl_attr_get_u16(attr);
		if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(group, attr) {
			bool named = false;
			__u32 id = 0;

			mnl_attr_for_each_nested(item, group) {
				if (mnl_attr_get_type(item) == CTRL_ATTR_MCAST_GRP_NAME &&
				    mnl_attr_validate(item, MNL_TYPE_NUL_STRING) >= 0)
					named = !strcmp(mnl_attr_get_str(item), family->group_name);
				if (mnl_attr_get_type(item) == CTRL_ATTR_MCAST_GRP_ID &&
				    mnl_attr_validate(item, MNL_TYPE_U32) >= 0)
					id = mnl_attr_get_u32(item);
			}
			if (named)
				family->group = id;
		}
	}
	return family->id ? NULL : "a family without a number";
}

static bool find_family(struct nl *nl, const char *name, struct family *family)
{
	char buffer[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = nl_request(nl, buffer, CTRL_CMD_GETFAMILY);

	nlh->nlmsg_type = GENL_ID_CTRL;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, name);
	return nl_do(nl, nlh, get_family, family);
}

static bool resolve(struct nl *nl)
{
	struct family family = { .group_name = ARPPIN_GENL_GROUP };

	if (!find_family(nl, ARPPIN_GENL_NAME, &family))
		return false;
	nl->family = family.id;
	nl->group = family.group;
	return true;
}

bool nl_open(struct nl *nl)
{
	int one = 1;

	memset(nl, 0, sizeof(*nl));
	nl->sock = from_kernel_open(NETLINK_GENERIC);
	if (!nl->sock)
		return fail_errno(nl, "cannot open a netlink socket");

	/* Texts with refusals, and refusals without the request in them. */
	mnl_socket_setsockopt(nl->sock, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(nl->sock, NETLINK_CAP_ACK, &one, sizeof(one));
	return resolve(nl);
}

void nl_close(struct nl *nl)
{
	if (nl->sock)
		mnl_socket_close(nl->sock);
	nl->sock = NULL;
}

static bool join(struct nl *nl, __u32 group)
{
	if (!mnl_socket_setsockopt(nl->sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		return true;
	if (errno == EPERM)
		return fail(nl, EPERM, "%s", error_sentence(EPERM));
	return fail_errno(nl, "cannot listen to events");
}

bool nl_join_events(struct nl *nl)
{
	return join(nl, nl->group);
}

bool nl_listen(struct nl *nl)
{
	int fd = mnl_socket_get_fd(nl->sock), size = EVENTS_BUFFER;
	struct family nlctrl = { .group_name = "notify" };

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (!find_family(nl, "nlctrl", &nlctrl))
		return false;
	return join(nl, nlctrl.group) && (!nl->family || nl_join_events(nl));
}

enum nl_family_news nl_family_news(struct nl *nl, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct family family = { .group_name = ARPPIN_GENL_GROUP };
	const struct nlattr *attr;
	bool ours = false;

	if (nlh->nlmsg_type != GENL_ID_CTRL || mnl_nlmsg_get_payload_len(nlh) < GENL_HDRLEN)
		return NL_FAMILY_OTHER;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN)
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_NAME &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			ours = !strcmp(mnl_attr_get_str(attr), ARPPIN_GENL_NAME);
	if (ours && genl->cmd == CTRL_CMD_DELFAMILY)
		return NL_FAMILY_WENT;
	if (!ours || genl->cmd != CTRL_CMD_NEWFAMILY || get_family(nlh, &family))
		return NL_FAMILY_OTHER;
	nl->family = family.id;
	nl->group = family.group;
	return NL_FAMILY_CAME;
}
