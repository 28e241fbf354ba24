/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interrupt: signals that end a set-up of several processes early. They are blocked in the process
 * that looks for them here and stay pending, so that unblocking them afterwards ends it as they
 * would have. */
#ifndef NSU_RUN_INTERRUPT_H
#define NSU_RUN_INTERRUPT_H

#include <signal.h>
#include <sys/types.h>

#include "base/nserr.h"

/* A signalfd(2) of these signals; negative when there are none, or it cannot be had. */
int interrupt_open(const sigset_t *signals) must_check;

/* Into set: HUP, INT, QUIT and TERM, but for those in mask, which somebody else has blocked. */
void interrupt_ending(const sigset_t *mask, sigset_t *set);

/* interrupt_open() of HUP, INT, QUIT and TERM, but for those that are ignored. */
int interrupt_open_ending(void) must_check;

/* The first of those that is pending, or 0. */
int interrupt_pending(void) must_check;

/*
 * Waits until line can be read or has hung up: 0, or -EINTR when a signal of fd (from
 * interrupt_open() or interrupt_open_ending()) that is not ignored came first. 0 at once where
 * there is no fd, or poll(2) fails: the caller's read of line then waits without the signals.
 */
int interrupt_wait(int fd, int line) must_check;

/*
 * For a child by vfork(2), whose caller stands still and cannot look itself: the caller opens its
 * own /proc/self/status before (a descriptor, negative where there is no /proc), and the child asks
 * by it whether one of these signals that is not ignored is pending for the caller.
 */
int interrupt_open_status(void) must_check;
bool interrupt_is_pending(int fd, const sigset_t *signals) must_check;

/* Sets e for a set-up that was ended by a signal. -EINTR. */
int interrupt_error(struct nserr *e);

#endif
