/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef FROM_KERNEL_H
#define FROM_KERNEL_H

#include <sys/types.h>

struct mnl_socket;

/*
 * A bound socket of that protocol, closed at exec. It is connected to the kernel:
 * else a process could fill it, and there would be no room for the answer. NULL with
 * errno if there is none.
 */
struct mnl_socket *from_kernel_open(int protocol);

/*
 * mnl_socket_recvfrom() for what the kernel says: 0 instead of a datagram that a
 * process sent. Whoever has CAP_NET_ADMIN in the network namespace, such as root in
 * a container, may send one to all who listen to a group there.
 */
ssize_t from_kernel(const struct mnl_socket *sock, void *buf, size_t size);

#endif
