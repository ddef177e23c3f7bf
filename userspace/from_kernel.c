// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "from_kernel.h"

struct mnl_socket *from_kernel_open(int protocol)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct mnl_socket *sock = mnl_socket_open2(protocol, SOCK_CLOEXEC);
	int error;

	if (!sock)
		return NULL;
	if (!mnl_socket_bind(sock, 0, MNL_SOCKET_AUTOPID) &&
	    !connect(mnl_socket_get_fd(sock), (const struct sockaddr *)&kernel, sizeof(kernel)))
		return sock;
	error = errno;
	mnl_socket_close(sock);
	errno = error;
	return NULL;
}

ssize_t from_kernel(const struct mnl_socket *sock, void *buf, size_t size)
{
	struct sockaddr_nl sender;
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	struct msghdr msg = {
		.msg_name = &sender,
		.msg_namelen = sizeof(sender),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t len = recvmsg(mnl_socket_get_fd(sock), &msg, 0);

	if (len < 0)
		return len;
	if (msg.msg_namelen != sizeof(sender) || sender.nl_pid)
		return 0;
	if (msg.msg_flags & MSG_TRUNC) {
		errno = ENOSPC;
		return -1;
	}
	return len;
}
