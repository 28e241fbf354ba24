/* SPDX-License-Identifier: GPL-2.0-or-later */
/* foreground: the foreground of the controlling terminal, for a child with a process group of its
 * own, termios(3). */
#ifndef NSU_RUN_FOREGROUND_H
#define NSU_RUN_FOREGROUND_H

#include <sys/types.h>

#include "base/util.h"

/* The terminal, if its foreground is ours to give; else -1. The caller's to close. */
int foreground_open(void) must_check;

/* Gives it to a process group. SIGTTOU, which tcsetpgrp(3) raises from the background, is blocked
 * by the caller. That it cannot be is nobody's failure. */
void foreground_give(int tty, pid_t group);

/* Takes it back, and closes *tty, which is -1 then; nothing where it is -1 already. */
void foreground_take(int *tty);

#endif
