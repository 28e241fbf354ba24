/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interrupt: detects signals that end a set-up of several processes early. The caller has blocked
 * these signals and they stay pending, so unblocking them afterwards ends the process by the
 * signal. */
#ifndef NSU_RUN_INTERRUPT_H
#define NSU_RUN_INTERRUPT_H

#include <signal.h>
#include <sys/types.h>

#include "base/nserr.h"

/* Returns a signalfd(2) of these signals, or a negative number if the set is empty or signalfd(2)
 * fails. The caller closes it. */
int interrupt_open(const sigset_t *signals) must_check;

/* Fills set with HUP, INT, QUIT and TERM, except those in mask, which the caller had blocked
 * already. */
void interrupt_ending(const sigset_t *mask, sigset_t *set);

/* Returns interrupt_open() of HUP, INT, QUIT and TERM, except those that are ignored. */
int interrupt_open_ending(void) must_check;

/* Returns the first of HUP, INT, QUIT and TERM that is pending and not ignored, or 0. */
int interrupt_pending(void) must_check;

/*
 * Waits until line can be read or has hung up. Returns 0, or -EINTR if a signal of fd (from
 * interrupt_open() or interrupt_open_ending()) that is not ignored came first. Returns 0 at once if
 * fd is negative or poll(2) fails: the caller's read of line then waits without the signals.
 */
int interrupt_wait(int fd, int line) must_check;

/*
 * For a child of vfork(2), whose caller is suspended and cannot check itself.
 * interrupt_open_status() returns a descriptor of the /proc/self/status of the caller, or a
 * negative errno without /proc. With it, interrupt_is_pending() returns true in the child if one of
 * these signals is pending for the caller and not ignored.
 */
int interrupt_open_status(void) must_check;
bool interrupt_is_pending(int fd, const sigset_t *signals) must_check;

/* Sets e for a set-up that was ended by a signal. Returns -EINTR. */
int interrupt_error(struct nserr *e);

#endif
