/* SPDX-License-Identifier: GPL-2.0-or-later */
/* foreground: gives the foreground of the controlling terminal to a child with a process group of
 * its own (termios(3)). */
#ifndef NSU_RUN_FOREGROUND_H
#define NSU_RUN_FOREGROUND_H

#include <sys/types.h>

#include "base/util.h"

/* Returns a descriptor of the terminal if this process group is in its foreground, otherwise -1.
 * The caller closes it. */
int foreground_open(void) must_check;

/* Gives the foreground to a process group. The caller must block SIGTTOU, which tcsetpgrp(3) raises
 * from the background. Failure is ignored. */
void foreground_give(int tty, pid_t group);

/* Takes the foreground back, closes *tty and sets it to -1. Does nothing if *tty is -1. */
void foreground_take(int *tty);

#endif
