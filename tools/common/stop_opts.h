/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stop_opts: declares the options of nsinit and nsunshare that select the signal to end the program
 * and the grace period before SIGKILL. */
#ifndef NSU_COMMON_STOP_OPTS_H
#define NSU_COMMON_STOP_OPTS_H

#include "run/supervise.h"

enum stop_key {
	STOP_KEY_GRACE = 0x1100,
	STOP_KEY_SIGNAL,
};

#define STOP_GRACE_DEFAULT ((struct timespec){ .tv_sec = 10 })

/* Rows for the option table (struct cli_opt) of a tool. */
/* clang-format off */
#define STOP_OPTS \
	{ STOP_KEY_GRACE,  "grace",       CLI_ARG, "<time>",   "wait <time> between TERM and KILL (default: 10s)" }, \
	{ STOP_KEY_SIGNAL, "stop-signal", CLI_ARG, "<signal>", "end processes with this signal instead of TERM" }
/* clang-format on */

/* Processes the option `key`: sets the member grace or stop_signal of s and returns true. Returns
 * false if `key` is none of STOP_OPTS. If the argument is invalid, prints a message and ends the
 * process. */
bool stop_option(struct supervise *s, int key, const char *arg);

#endif
