/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interrupt: detects signals that must end the set-up early. The caller has blocked these signals,
 * so they stay pending. When the caller unblocks them afterwards, the signal ends the process. */
#ifndef NSU_RUN_INTERRUPT_H
#define NSU_RUN_INTERRUPT_H

#include <signal.h>
#include <sys/types.h>

#include "base/nserr.h"

/* Returns a signalfd(2) for these signals, or a negative number if the set is empty or signalfd(2)
 * fails. The caller closes it. */
int interrupt_open(const sigset_t *signals) must_check;

/* Sets *set to HUP, INT, QUIT and TERM, except those in mask, which were blocked already
 * when the tool started. */
void interrupt_ending(const sigset_t *mask, sigset_t *set);

/* Returns interrupt_open() of HUP, INT, QUIT and TERM, except those that are ignored. */
int interrupt_open_ending(void) must_check;

/*
 * Makes HUP, INT, QUIT and TERM end this process with status 128 + n if it is process 1, unless
 * they are ignored. The kernel discards a signal to process 1 that has no handler for it
 * (pid_namespaces(7)). execve(2) removes the handlers again.
 */
void interrupt_as_init(void);

/* Returns the first of HUP, INT, QUIT and TERM that is pending and not ignored, or 0. */
int interrupt_pending(void) must_check;

/*
 * Waits until line is readable or has hung up. Returns 0, or -EINTR if a signal of fd arrived
 * first. fd is from interrupt_open() or interrupt_open_ending(); ignored signals are discarded.
 * Returns 0 at once if fd is negative or poll(2) fails; the caller's read of line then waits
 * without the signals.
 */
int interrupt_wait(int fd, int line) must_check;

/*
 * These functions are for a child of vfork(2), whose parent is suspended and cannot check for
 * signals. The parent calls interrupt_open_status(), which returns a descriptor of the parent's
 * /proc/self/status, or a negative errno without /proc. The child calls interrupt_is_pending(),
 * which returns true if one of the signals is pending for the parent and is not ignored.
 */
int interrupt_open_status(void) must_check;
bool interrupt_is_pending(int fd, const sigset_t *signals) must_check;

/* Sets e to the message that a signal has ended the set-up. Returns -EINTR. */
int interrupt_error(struct nserr *e);

#endif
