/* SPDX-License-Identifier: GPL-2.0-or-later */
/* socket: finds the network namespaces of sockets that are open in other processes. */
#ifndef NSU_NS_SOCKET_H
#define NSU_NS_SOCKET_H

#include <sys/types.h>

#include "base/util.h"

/*
 * pidfd_getfd(2) duplicates a descriptor even if it is not the expected socket. Closing a file on a
 * FUSE file system waits for the FUSE server and cannot be interrupted, not even when a process
 * exits; closing a socket with SO_LINGER waits, too. So a child with its own descriptor table
 * duplicates the descriptors and exits without closing them, and the caller never waits for a child
 * that has duplicated anything except sockets.
 */

struct nssocket {
	pid_t pid; /* process or thread that has opened the socket */
	int fd;
	uint64_t inode; /* inode of the socket, given by the caller */
	/* result: 0 or a negative errno; -EEXIST if an earlier element has the same inode */
	int rc;
	uint32_t ns; /* result: inode of the network namespace of the socket */
};

/*
 * Sets the members rc and ns of n sockets. If a network namespace was found, ns is its inode and rc
 * is 0. Otherwise rc is -EBADF if the descriptor no longer refers to this socket, or the error of
 * pidfd_open(2), pidfd_getfd(2) or SIOCGSKNS. A socket that is open in several processes is
 * examined once. Returns 0, or a negative errno if no child could be created.
 */
int nssocket_ask(struct nssocket *s, size_t n) must_check;

/*
 * Opens the network namespace of the socket that is descriptor fd of the process pidfd. Returns a
 * descriptor (O_CLOEXEC, above 2), which the caller closes, -ENOTSOCK if fd is another kind of
 * file, or another negative errno.
 */
int nssocket_open(int pidfd, int fd) must_check;

#endif
