/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interrupt: detects signals that must end the set-up early. The caller has blocked these signals,
 * so they stay pending. When the caller unblocks these signals afterwards, a pending signal ends
 * the process. */
#ifndef NSU_RUN_INTERRUPT_H
#define NSU_RUN_INTERRUPT_H

#include <signal.h>
#include <sys/types.h>

#include "base/nserr.h"

/* Returns a signalfd(2) for the signals in *signals, or a negative number if *signals is empty or
 * signalfd(2) fails. The caller closes the descriptor. */
int interrupt_open(const sigset_t *signals) must_check;

/* Sets *set to HUP, INT, QUIT and TERM, except those in mask. mask contains the signals that were
 * blocked when the tool started. */
void interrupt_ending(const sigset_t *mask, sigset_t *set);

/* Calls interrupt_open() for those of HUP, INT, QUIT and TERM that are not ignored, and returns its
 * result. */
int interrupt_open_ending(void) must_check;

/*
 * If this process is process 1, installs handlers for those of HUP, INT, QUIT and TERM that are not
 * ignored. The handlers end this process with the exit status 128 plus the signal number. Without a
 * handler, the kernel would discard a signal to process 1 (pid_namespaces(7)). execve(2) removes
 * the handlers.
 */
void interrupt_as_init(void);

/* Returns the first of HUP, INT, QUIT and TERM that is pending and not ignored, or 0. */
int interrupt_pending(void) must_check;

/*
 * Waits until the descriptor `line` is readable or has hung up. Returns 0, or -EINTR if a signal
 * that fd reports arrived first; this signal is pending again afterwards. fd is from
 * interrupt_open() or interrupt_open_ending(); ignored signals are discarded. If fd is negative or
 * poll(2) fails, returns 0 at once; the caller's read of `line` may then block, and no signal
 * interrupts it.
 */
int interrupt_wait(int fd, int line) must_check;

/*
 * The functions below are for a child of vfork(2), whose parent is suspended and cannot check for
 * signals. The parent calls interrupt_open_status(), which returns a descriptor of the parent's
 * /proc/self/status, or a negative errno if there is no /proc. The child calls
 * interrupt_is_pending() with this descriptor; the function returns true if a signal in *signals is
 * pending for the parent and is not ignored, and false if fd cannot be read.
 */
int interrupt_open_status(void) must_check;
bool interrupt_is_pending(int fd, const sigset_t *signals) must_check;

/* Sets e to a message which says that a signal has ended the set-up. Returns -EINTR. */
int interrupt_error(struct nserr *e);

#endif
