/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nssocket: the network namespaces of sockets that other processes hold. */
#ifndef NSU_NS_SOCKET_H
#define NSU_NS_SOCKET_H

#include <sys/types.h>

#include "base/util.h"

/*
 * pidfd_getfd(2) duplicates whatever the descriptor is by then. Closing a file of a FUSE server,
 * also by exiting, waits for the server and cannot be interrupted; closing a socket with SO_LINGER
 * waits, too. So a child with a descriptor table of its own takes the descriptors and ends without
 * closing them, and nobody waits for a child that took anything but sockets.
 */

struct nssocket {
	pid_t pid; /* process or thread that holds it */
	int fd;
	uint64_t inode; /* of the socket */
	int rc;         /* result: 0, or a negative errno; -EEXIST for a socket that has a result */
	uint32_t ns;    /* result: the inode of its network namespace */
};

/*
 * Sets the result of each of the n sockets: -EBADF if the descriptor is no longer that socket, and
 * the errors of pidfd_open(2), pidfd_getfd(2) and SIOCGSKNS. A socket that several processes hold
 * is asked once. Returns 0, or a negative errno if no child could be made.
 */
int nssocket_ask(struct nssocket *s, size_t n) must_check;

/*
 * Opens the network namespace of the socket that is descriptor fd of the process. Returns a
 * descriptor (O_CLOEXEC, above 2), -ENOTSOCK for another file, or another negative errno.
 */
int nssocket_open(int pidfd, int fd) must_check;

#endif
