/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interrupt: signals that end a set-up of several processes early, in the one that all of them are
 * blocked in. They stay pending, so that unblocking them afterwards ends it as they would have. */
#ifndef NSU_INTERRUPT_H
#define NSU_INTERRUPT_H

#include <signal.h>
#include <sys/types.h>

#include "nserr.h"

/* A signalfd(2) of these signals; negative when there are none, or it cannot be had. */
int interrupt_open(const sigset_t *signals) must_check;

/* HUP, INT, QUIT and TERM, but for those in mask, which somebody else has blocked. */
void interrupt_ending(const sigset_t *mask, sigset_t *set);

/* The same as a descriptor, for who waits for it himself: all of them that are not ignored. */
int interrupt_open_ending(void) must_check;

/* Waits until line can be read (or has hung up): 0, or -EINTR for a signal of fd (from
 * interrupt_open()) that is not ignored. Where there is nothing to wait for both with: 0. */
int interrupt_wait(int fd, int line) must_check;

/* The same for a child that shares the memory of a caller that stands still: what the caller opens
 * before it, and, in the child, whether one of these signals that is not ignored is pending for the
 * caller (proc_pid_status(5)). Negative where there is no /proc. */
int interrupt_open_status(void) must_check;
bool interrupt_is_pending(int fd, const sigset_t *signals) must_check;

/* Sets e for a set-up that was ended so. -EINTR. */
int interrupt_error(struct nserr *e);

#endif
