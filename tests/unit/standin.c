// SPDX-License-Identifier: GPL-2.0-only
/* A stand-in that the kernel refuses something; what it can it holds all the same. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "change.h"
#include "config.h"
#include "from_kernel.h"
#include "hold.h"
#include "notify.h"

static struct ctl *ctl;
static int module[2], events[2];	/* a byte for each errno that there is */
static int load_fails_from, loads;
static int ask_code, listen_code, rtnl_code, hold_code, let_go_code;
static int looks;			/* at all */
static size_t pins;			/* in the latest of them */
static char said[512];

int mnl_socket_get_fd(const struct mnl_socket *sock)
{
	return sock ? module[0] : events[0];
}

ssize_t from_kernel(const struct mnl_socket *sock, void *buf, size_t size)
{
	char code;

	(void)buf;
	(void)size;
	assert_int_equal(read(mnl_socket_get_fd(sock), &code, 1), 1);
	errno = code;
	return -1;
}

static void put(const int *to, char code)
{
	assert_int_equal(write(to[1], &code, 1), 1);
}

int socket(int family, int type, int protocol)
{
	(void)type;
	(void)protocol;
	assert_int_equal(family, AF_PACKET);
	errno = EPERM;
	return -1;
}

bool config_load(const char *name, struct config *config, struct text *text)
{
	const char *line = "pin add 192.0.2.1 dev eth0 lladdr 2:0:0:0:0:1";
	struct parse_error error;

	(void)name;
	(void)text;
	if (++loads >= load_fails_from)
		return false;
	return parse_config(line, strlen(line), config, &error);
}

bool nl_open(struct nl *nl)
{
	nl->error.code = ENOENT;
	if (nl == &ctl->nl) {
		nl->sock = (void *)nl;
	} else if (ask_code) {
		nl->error.code = ask_code;
		snprintf(nl->error.text, sizeof(nl->error.text), "no answer");
	}
	return false;
}

void nl_close(struct nl *nl)
{
	(void)nl;
}

bool nl_listen(struct nl *nl)
{
	(void)nl;
	return !listen_code;
}

bool nl_join_events(struct nl *nl)
{
	(void)nl;
	return true;
}

enum nl_family_news nl_family_news(struct nl *nl, const struct nlmsghdr *nlh)
{
	(void)nl;
	(void)nlh;
	return NL_FAMILY_OTHER;
}

bool config_in_force(struct ctl *of, struct config *config)
{
	(void)of;
	(void)config;
	return true;
}

int rtnl_open(struct rtnl *rtnl)
{
	(void)rtnl;
	return 0;
}

void rtnl_close(struct rtnl *rtnl)
{
	(void)rtnl;
}

int rtnl_listen(struct rtnl *rtnl)
{
	(void)rtnl;
	return rtnl_code;
}

int rtnl_links(struct rtnl *rtnl, struct links *links)
{
	(void)rtnl;
	(void)links;
	return 0;
}

bool rtnl_get_link(const struct nlmsghdr *nlh, struct link *link)
{
	(void)nlh;
	(void)link;
	return false;
}

bool rtnl_get_neigh(const struct nlmsghdr *nlh, struct neigh *neigh)
{
	(void)nlh;
	(void)neigh;
	return false;
}

bool hold_is_held(const struct neigh *neigh, const struct pin *pin)
{
	(void)neigh;
	(void)pin;
	return false;
}

bool hold_has_lladdr(const struct pin *pin, const __u8 lladdr[MAC_LEN])
{
	(void)pin;
	(void)lladdr;
	return false;
}

int hold_put(struct rtnl *rtnl, const struct pin *pin, __u32 ifindex, const __u8 lladdr[MAC_LEN])
{
	(void)rtnl;
	(void)pin;
	(void)ifindex;
	(void)lladdr;
	return 0;
}

/* The second time is the last. */
int hold_all(struct rtnl *rtnl, const struct config *config, struct hold_count *count)
{
	(void)rtnl;
	memset(count, 0, sizeof(*count));
	pins = config->n_pins;
	if (++looks == 2)
		put(events, EBADF);
	return hold_code;
}

int hold_let_go(struct rtnl *rtnl, const struct config *but, size_t *n)
{
	(void)rtnl;
	(void)but;
	*n = 0;
	return let_go_code;
}

void notify(const char *format, ...)
{
	(void)format;
}

int enter_netns(struct ctl *of)
{
	(void)of;
	return EXIT_DONE;
}

int refused(const struct ctl *of)
{
	(void)of;
	strcat(said, "no module\n");
	return EXIT_REFUSED;
}

int wrong(const char *format, ...)
{
	size_t len = strlen(said);
	va_list ap;

	va_start(ap, format);
	vsnprintf(said + len, sizeof(said) - len, format, ap);
	va_end(ap);
	strcat(said, "\n");
	return EXIT_WRONG;
}

static int begin(void **state)
{
	(void)state;
	loads = 0;
	load_fails_from = 100;
	ask_code = 0;
	listen_code = 0;
	rtnl_code = 0;
	hold_code = 0;
	let_go_code = 0;
	looks = 0;
	*said = '\0';
	return pipe(module) || pipe(events);
}

static int end(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		close(module[i]);
		close(events[i]);
	}
	return 0;
}

/* It would go on for ever: all ends with a socket that fails. */
static void stands_in(const char *words)
{
	char *const file[] = { "file" };
	FILE *real_stderr = stderr;
	int status;

	ctl = calloc(1, sizeof(*ctl));
	stderr = fopen("/dev/null", "w");
	status = standin(ctl, 1, file);
	fclose(stderr);
	stderr = real_stderr;
	free(ctl);
	assert_int_equal(status, EXIT_REFUSED);
	assert_string_equal(said, words);
}

#define DEAF "cannot hear ARP: Operation not permitted: "				\
	"entries will not follow a gateway that fails over\n"
#define ENDS "cannot hear of changes: Bad file descriptor\n"

static void sockets(void **state)
{
	(void)state;
	put(events, EBADF);
	stands_in(DEAF ENDS);
	assert_int_equal(looks, 1);
	*said = '\0';
	put(module, EBADF);
	stands_in(DEAF ENDS);
	*said = '\0';
	listen_code = EPERM;
	stands_in("no module\n");
	*said = '\0';
	listen_code = 0;
	rtnl_code = -EPERM;
	stands_in("cannot listen to rtnetlink: Operation not permitted\n");
}

/* What was lost may have been anything: it looks at all. */
static void lost(void **state)
{
	(void)state;
	put(events, EINTR);
	put(events, ENOBUFS);
	stands_in(DEAF ENDS);
	assert_int_equal(looks, 2);
	assert_int_equal(loads, 1);
}

/* The module has other pins, maybe, and the file is broken by now: it holds what it held. */
static void broken_file(void **state)
{
	(void)state;
	load_fails_from = 2;
	put(module, ENOBUFS);
	stands_in(DEAF ENDS);
	assert_int_equal(loads, 2);
	assert_int_equal(looks, 2);
	assert_int_equal(pins, 1);
}

/* Whatever fails is told, once, and does not end it. */
static void failing(void **state)
{
	(void)state;
	hold_code = -ENOBUFS;
	put(events, ENOBUFS);
	stands_in(DEAF "cannot hold all pins: No buffer space available\n" ENDS);
	assert_int_equal(looks, 2);
	looks = 2;
	*said = '\0';
	hold_code = 0;
	let_go_code = -EPERM;
	ask_code = EMFILE;
	put(events, EBADF);
	stands_in(DEAF "cannot ask for the pins in force: no answer\n"
		  "cannot let go of neighbour entries: Operation not permitted\n" ENDS);
	assert_int_equal(pins, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sockets, begin, end),
		cmocka_unit_test_setup_teardown(lost, begin, end),
		cmocka_unit_test_setup_teardown(broken_file, begin, end),
		cmocka_unit_test_setup_teardown(failing, begin, end),
	};

	alarm(60); /* who misses what it is to hear of waits for ever */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
