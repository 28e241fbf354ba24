/* SPDX-License-Identifier: GPL-2.0-or-later */
/* foreground: makes the process group of a child the foreground process group of the controlling
 * terminal (tcsetpgrp(3)). */
#ifndef NSU_RUN_FOREGROUND_H
#define NSU_RUN_FOREGROUND_H

#include <sys/types.h>

#include "base/util.h"

/* Returns a descriptor of the controlling terminal if the caller's process group is the foreground
 * process group of this terminal, otherwise -1. The caller closes the descriptor. */
int foreground_open(void) must_check;

/* Makes `group` the foreground process group of the terminal tty. The caller must block SIGTTOU,
 * which tcsetpgrp(3) raises if the caller is in the background. A failure is ignored. */
void foreground_give(int tty, pid_t group);

/* Makes the caller's process group the foreground process group of the terminal *tty again, closes
 * *tty and sets *tty to -1. Does nothing if *tty is -1. */
void foreground_take(int *tty);

#endif
