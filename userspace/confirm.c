// SPDX-License-Identifier: GPL-2.0-only
/*
 * The process that waits has nothing left of the terminal and the session that
 * it came from: the typo that it is there for may have cut these off. Whoever
 * confirms finds it by a socket in /run/arppin that only its owner may enter,
 * one for each network namespace.
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "change.h"
#include "config.h"
#include "confirm.h"
#include "locked.h"
#include "run.h"
#include "tables.h"

#define REQUEST "keep it"
#define ANSWER "kept"
#define UNDO_TRIES 60		/* a second apart */
#define UNDO_SECONDS 120	/* how long who confirms too late waits to hear of it */

static int address_of(struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	return run_path(address->sun_path, sizeof(address->sun_path), "pending");
}

/* To the process that waits; or a negative errno, ENOENT if there is none. */
static int call(void)
{
	struct sockaddr_un address;
	int fd, code = address_of(&address);

	if (code)
		return code;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	/* A socket without a process is left of one that was killed. */
	code = errno == ECONNREFUSED ? -ENOENT : -errno;
	close(fd);
	return code;
}

/* 1, 0, or a negative errno. Where we may not look, nobody of ours can wait. */
static int pending_here(void)
{
	int fd = call();

	if (fd == -ENOENT || fd == -EACCES)
		return 0;
	if (fd < 0)
		return fd;
	close(fd);
	return 1;
}

bool confirm_pending(void)
{
	return pending_here() > 0;
}

static int nothing_pending(void)
{
	int pending = pending_here();

	if (!pending)
		return EXIT_DONE;
	if (pending < 0)
		wrong("cannot see if a restore waits for its confirmation: %s: nothing was changed",
		      strerror(-pending));
	else
		wrong("a restore waits for its confirmation: %s",
		      "\"arppinctl confirm\" it, or wait until it is undone");
	return EXIT_UNSAFE;
}

int confirm_turn(int *turn)
{
	*turn = run_lock();
	/* Without a place for the lock there is nobody to be locked out, either. */
	if (*turn != -EAGAIN)
		return nothing_pending();
	wrong("another arppinctl has been changing pins for a minute: try again");
	return EXIT_UNSAFE;
}

/* Is it ours, whatever its path? As seen from here: not another user namespace's root. */
static bool is_peer_ours(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) && peer.uid == geteuid();
}

static void give_up_after(int fd, int seconds)
{
	const struct timeval limit = { .tv_sec = seconds };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

int confirm(struct ctl *ctl, int n, char *const words[])
{
	struct parse_error error;
	char answer[16] = "";
	int fd, status;
	ssize_t len;

	if (!parse_nothing(n, words, &error))
		return wrong("%s", error.text);
	status = enter_netns(ctl);
	if (status)
		return status;
	fd = call();
	if (fd == -ENOENT)
		return wrong("no restore waits for its confirmation here");
	if (fd < 0) {
		wrong("cannot reach who waits for it: %s", strerror(-fd));
		return EXIT_REFUSED;
	}
	give_up_after(fd, UNDO_SECONDS);
	len = -1;
	if (is_peer_ours(fd) && send(fd, REQUEST, strlen(REQUEST), MSG_NOSIGNAL) > 0)
		len = recv(fd, answer, sizeof(answer), 0);
	close(fd);
	if (len != (ssize_t)strlen(ANSWER) || memcmp(answer, ANSWER, len))
		return wrong("too late: the restore is undone already (see the system log)");
	out_open_object(&ctl->out, NULL);
	out_bool(&ctl->out, "confirmed", true);
	out_text(&ctl->out, "confirmed: what was restored stays in force\n");
	out_close(&ctl->out);
	return EXIT_DONE;
}

/* What the process that waits knows. */
struct pending {
	struct ctl *ctl;
	const struct restoring *how;
	struct config before;
	struct config after;	/* as it was in force right after the restore */
	struct sockaddr_un address;
	int sock;
	int signals;
	int timer;
};

/* The entry of a pin that is there no more. */
static void forget_one(struct rtnl *rtnl, const struct links *links, const struct pin *pin)
{
	const struct link *link = link_by_name(links, pin->dev);
	struct neigh neigh = { .addr = pin->addr };

	if (!link || pin->mode != ARPPIN_MODE_ENFORCE)
		return;
	neigh.ifindex = link->ifindex;
	rtnl_neigh_del(rtnl, &neigh);
}

/*
 * The kernel may still believe the MAC address of a pin that has gone again: it
 * shall ask anew at once, and not when it finds out that nobody answers there.
 */
static void forget(const struct pending *pending)
{
	const struct config *before = &pending->before, *after = &pending->after;
	struct links links = {0};
	struct rtnl rtnl;
	size_t j = 0;

	if (rtnl_open(&rtnl))
		return;
	if (!rtnl_links(&rtnl, &links)) {
		for (size_t i = 0; i < after->n_pins; i++) {
			const struct pin *pin = &after->pins[i].pin;

			while (j < before->n_pins && compare_pins(&before->pins[j].pin, pin) < 0)
				j++;
			if (j == before->n_pins || compare_pins(&before->pins[j].pin, pin))
				forget_one(&rtnl, &links, pin);
		}
	}
	free(links.items);
	rtnl_close(&rtnl);
}

/* The socket that it has may be of the module's earlier life. */
static bool connect_anew(struct ctl *ctl)
{
	nl_close(&ctl->nl);
	return nl_open(&ctl->nl);
}

static bool is_gone(const struct ctl *ctl)
{
	return !ctl->nl.family && ctl->nl.error.code == ENOENT;
}

/* False if it cannot be, and `change` says why. */
static bool put_back(struct pending *pending, struct change *change)
{
	struct ctl *ctl = pending->ctl;

	*change = (struct change){0};
	if (connect_anew(ctl))
		return change_to(ctl, &pending->before, change);
	change->error = ctl->nl.error;
	return false;
}

/*
 * Again and again: somebody may be cut off, and what is short now may not be for long.
 * But not for a module that is gone, and all pins with it.
 */
static bool put_back_at_last(struct pending *pending, const char *reason)
{
	const struct timespec pause = { .tv_sec = 1 };
	const char *file = pending->how->file;
	struct config now = {0};
	struct change change;
	bool changed;

	changed = connect_anew(pending->ctl) && config_in_force(pending->ctl, &now) &&
		  !config_same(&now, &pending->after);
	config_free(&now);
	for (int tries = 1; !put_back(pending, &change); tries++) {
		bool last = tries == UNDO_TRIES || is_gone(pending->ctl);

		if (last || tries == 1)
			syslog(LOG_ERR,
			       "restore of %s: %s, and cannot be undone: %s (%zu changes half done)%s",
			       file, reason, change.error.text, change.stuck,
			       last ? "" : "; trying again");
		if (last)
			return false;
		nanosleep(&pause, NULL);
	}
	forget(pending);
	syslog(LOG_WARNING,
	       "restore of %s: %s, and undone: %zu pins and %zu guards are in force as before%s",
	       file, reason, pending->before.n_pins, pending->before.n_guards,
	       changed ? "; what was changed since is undone as well" : "");
	return true;
}

static void undo(struct pending *pending, const char *reason)
{
	int lock = run_lock();	/* if it is not our turn even now, this is what matters more */

	put_back_at_last(pending, reason);
	unlink(pending->address.sun_path);
	close(pending->sock);
	if (lock >= 0)
		close(lock);
}

/* True if it was a confirmation, and not somebody who wanted to know if we are there. */
static bool answer(struct pending *pending)
{
	int fd = accept4(pending->sock, NULL, NULL, SOCK_CLOEXEC);
	char request[16];
	ssize_t len;
	bool ours;

	if (fd < 0)
		return false;
	give_up_after(fd, 1);
	ours = is_peer_ours(fd);
	len = recv(fd, request, sizeof(request), 0);
	ours = ours && len == (ssize_t)strlen(REQUEST) && !memcmp(request, REQUEST, len);
	if (ours) {
		syslog(LOG_NOTICE, "restore of %s: confirmed", pending->how->file);
		unlink(pending->address.sun_path);
		send(fd, ANSWER, strlen(ANSWER), MSG_NOSIGNAL);
	}
	close(fd);
	return ours;
}

static void wait_for_confirmation(struct pending *pending)
{
	enum { SIGNALS, TIMER, SOCKET, N_FDS };
	struct pollfd fds[N_FDS] = {
		[SIGNALS] = { .fd = pending->signals, .events = POLLIN },
		[TIMER] = { .fd = pending->timer, .events = POLLIN },
		[SOCKET] = { .fd = pending->sock, .events = POLLIN },
	};
	char reason[64];

	snprintf(reason, sizeof(reason), "not confirmed within %u s", pending->how->seconds);
	for (;;) {
		if (poll(fds, N_FDS, -1) < 0) {
			if (errno == EINTR)
				continue;
			undo(pending, "cannot wait for the confirmation");
			return;
		}
		/* Who comes at the last moment comes in time. */
		if (fds[SOCKET].revents && answer(pending))
			return;
		if (fds[SIGNALS].revents) {
			undo(pending, "ended by a signal");
			return;
		}
		if (fds[TIMER].revents) {
			undo(pending, reason);
			return;
		}
	}
}

/* Everything of the caller's but `keep`: a pipe of his would wait for us. */
static void close_others(int keep)
{
#ifdef SYS_close_range
	if (keep > STDERR_FILENO + 1)
		syscall(SYS_close_range, STDERR_FILENO + 1, keep - 1, 0);
	syscall(SYS_close_range, keep + 1, ~0U, 0);
#else
	(void)keep;
#endif
}

/* Memory may get scarce while nobody can log in: others shall be ended first. */
static void live_on(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, "-1000", 5) < 0)
		syslog(LOG_INFO, "cannot be kept from being ended when memory is short: %s",
		       strerror(errno));
	close(fd);
}

/* Nothing but SIGKILL and SIGSTOP gets through, and these three are read in turn. */
static bool take_signals(struct pending *pending)
{
	sigset_t all, ends;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGHUP);
	sigaddset(&ends, SIGINT);
	pending->signals = signalfd(-1, &ends, SFD_CLOEXEC);
	return pending->signals >= 0;
}

static bool open_socket(struct pending *pending)
{
	int code = run_make();

	if (!code)
		code = address_of(&pending->address);
	if (code) {
		errno = -code;
		return false;
	}
	/* That nobody is behind it is known: we have the lock. */
	unlink(pending->address.sun_path);
	pending->sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	return pending->sock >= 0 &&
	       !bind(pending->sock, (struct sockaddr *)&pending->address,
		     sizeof(pending->address)) &&
	       !listen(pending->sock, 8);
}

/* Of the time that passes in suspend as well; the clock on the wall may be set. */
static bool start_timer(struct pending *pending)
{
	const struct itimerspec when = { .it_value.tv_sec = pending->how->seconds };

	return !timerfd_settime(pending->timer, 0, &when, NULL);
}

/* All that the undoing takes is there before anything is done. */
static int prepare(struct pending *pending)
{
	int status = nothing_pending();
	bool locked;

	if (status)
		return status;
	if (!locked_read(pending->ctl, &locked))
		return refused(pending->ctl);
	if (locked) {
		wrong("locked: what is restored could not be undone");
		return EXIT_UNSAFE;
	}
	if (!config_in_force(pending->ctl, &pending->before))
		return refused(pending->ctl);
	pending->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);
	if (pending->timer < 0 || !take_signals(pending) || !open_socket(pending)) {
		wrong("cannot wait for a confirmation: %s: nothing was changed", strerror(errno));
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

static int begin(struct pending *pending, const struct config *config)
{
	int status = connect_kernel(pending->ctl), lock;

	if (status)
		return status;
	lock = run_lock();
	if (lock < 0) {
		wrong("/run/arppin: %s: nothing was changed", lock == -EAGAIN ?
		      "another arppinctl has been changing pins for a minute" : strerror(-lock));
		return EXIT_UNSAFE;
	}
	status = prepare(pending);
	if (!status)
		status = config_apply(pending->ctl, config, pending->how->file);
	if (!status &&
	    (!config_in_force(pending->ctl, &pending->after) || !start_timer(pending))) {
		wrong("cannot wait for a confirmation: the restore is %s",
		      put_back_at_last(pending, "cannot be waited for") ? "undone" :
		      "in force, because it cannot be undone (see the system log)");
		status = EXIT_REFUSED;
	}
	if (status && pending->sock >= 0)
		unlink(pending->address.sun_path);
	close(lock);
	return status;
}

/* Nothing of ours must keep the terminal, or who waits for its end. */
static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0)
		return;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	if (null > STDERR_FILENO)
		close(null);
}

static void __attribute__((noreturn))
wait_apart(struct ctl *ctl, const struct config *config, const struct restoring *how, int report)
{
	struct pending pending = { .ctl = ctl, .how = how, .sock = -1 };
	int status;

	setsid();
	close_others(report);
	openlog("arppin", LOG_PID, LOG_DAEMON);
	status = begin(&pending, config);
	if (!status) {
		live_on();
		leave_terminal();
		if (chdir("/"))
			syslog(LOG_INFO, "cannot leave the current folder: %s", strerror(errno));
	}
	/* Who does not hear of it has gone: that is no reason not to wait. */
	if (write(report, &status, sizeof(status)) < 0)
		syslog(LOG_INFO, "nobody waits for the restore of %s", how->file);
	close(report);
	if (!status)
		wait_for_confirmation(&pending);
	_exit(status);
}

static void tell(struct ctl *ctl, const struct restoring *how)
{
	struct out *out = &ctl->out;

	out_open_object(out, NULL);
	out_text(out, "in force, and undone in");
	out_uint(out, "confirm_within_s", " ", how->seconds);
	out_text(out, " s unless you \"arppinctl ");
	if (ctl->netns)
		out_string(out, "netns", "-n ", ctl->netns);
	out_text(out, ctl->netns ? " confirm\"\n" : "confirm\"\n");
	out_close(out);
}

int confirm_restore(struct ctl *ctl, const struct config *config, const struct restoring *how)
{
	int ends[2], status;
	ssize_t len;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC)) {
		wrong("cannot make a pipe: %s", strerror(errno));
		return EXIT_REFUSED;
	}
	/* Not half of a line twice. */
	fflush(NULL);
	pid = fork();
	if (pid < 0) {
		wrong("cannot make a process: %s", strerror(errno));
		return EXIT_REFUSED;
	}
	if (!pid) {
		close(ends[0]);
		wait_apart(ctl, config, how, ends[1]);
	}
	close(ends[1]);
	do
		len = read(ends[0], &status, sizeof(status));
	while (len < 0 && errno == EINTR);
	close(ends[0]);
	if (len != sizeof(status)) {
		wrong("who restores was killed: \"arppinctl save\" shows what is in force");
		return EXIT_REFUSED;
	}
	if (!status)
		tell(ctl, how);
	return status;
}
