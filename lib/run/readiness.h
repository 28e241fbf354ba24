/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * readiness: receives the messages that services send to $NOTIFY_SOCKET when they are ready
 * (sd_notify(3)). The socket has an abstract address, because a program that has changed its root
 * could not find the path of a socket file. The kernel sends a signal for each message
 * (supervise_watch()), so a process that waits for signals does not have to poll the socket, too.
 */
#ifndef NSU_RUN_READINESS_H
#define NSU_RUN_READINESS_H

#include <sys/types.h>

#include "base/nserr.h"

struct readiness {
	int socket;    /* descriptor of the socket, or -1 if it is not used */
	char name[16]; /* value of NOTIFY_SOCKET: '@' and five digits */
};

/* Creates the socket and calls supervise_watch() for it. Returns 0, or a negative errno with e set.
 * The caller closes r->socket. */
int readiness_open(struct readiness *r, struct nserr *e) must_check;

/*
 * Receives all messages. For each message that contains the line READY=1, calls accept() with the
 * pid of the sender, or with 0 if the sender is outside the pid namespace of this process. Returns
 * true if accept() has returned true for a message. Does not block.
 */
bool readiness_receive(const struct readiness *r, bool (*accept)(const void *ctx, pid_t pid),
		       const void *ctx);

#endif
