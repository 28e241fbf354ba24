/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pty: runs a program on a new pseudo-terminal. On the caller's terminal, an untrusted program
 * could insert fake input (TIOCSTI, ioctl_tty(2)) and read what the user types.
 *
 * The caller calls pty_relay_start() before it enters a namespace. This creates the relay process,
 * which stays outside of the namespaces, on the caller's terminal. Inside the namespaces,
 * pty_open() opens a new terminal, and the child calls pty_attach() for this terminal. After the
 * end of the child, pty_relay_end() lets the relay copy the remaining output and restore the
 * caller's terminal.
 */
#ifndef NSU_RUN_PTY_H
#define NSU_RUN_PTY_H

#include <sys/types.h>

#include "base/nserr.h"

struct pty_relay {
	pid_t pid;
	int line; /* socket to the relay process; the relay ends when this socket is closed */
	int fds;  /* descriptor of the caller's /proc/self/fd, which pty_open() closes */
};

#define PTY_RELAY_INIT ((struct pty_relay){ 0, -1, -1 })

/* Forks the relay, a process that copies input from descriptor 0 to the master that pty_open()
 * sends, and output from this master to descriptor 1. Sets *r. Returns 0, or a negative errno with
 * e set. */
int pty_relay_start(struct pty_relay *r, struct nserr *e) must_check;

/* Opens a new pseudo-terminal through /dev/ptmx and sends its master to the relay. Opens /dev/ptmx
 * only if it is the device that creates pseudo-terminals (ptmx(4)). Returns the slave, which the
 * caller closes, or a negative errno with e set. */
int pty_open(struct pty_relay *r, struct nserr *e) must_check;

/* Creates a session with slave as its controlling terminal, and duplicates slave to the descriptors
 * 0 to 2. Returns 0, or a negative errno with e set. */
int pty_attach(int slave, struct nserr *e) must_check;

/* Closes the descriptors of r and waits until the relay has copied the remaining output and has
 * ended. */
void pty_relay_end(struct pty_relay *r);

#endif
