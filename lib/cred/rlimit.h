/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rlimit: parses, prints and sets resource limits by the names of prlimit(1). */
#ifndef NSU_CRED_RLIMIT_H
#define NSU_CRED_RLIMIT_H

#include "base/buf.h"
#include "cred/cred.h"

/* Parses "NAME=SOFT[:HARD]" into `limits`, an array of RLIM_NLIMITS elements. "NAME=SOFT" sets the
 * hard limit to the same value. Values are numbers in the unit of setrlimit(2), or "unlimited".
 * Returns 0 or -EINVAL with e set. */
int cred_rlimit_parse(const char *text, struct cred_rlimit *limits, struct nserr *e) must_check;

/* Fills the unset elements of `limits` with the values from text, the content of /proc/PID/limits
 * (proc_pid_limits(5)). Skips a limit whose line is missing or invalid. */
void cred_rlimit_parse_proc(const char *text, struct cred_rlimit *limits);

/* Appends to out a comma-separated list of the limits that are set, such as "nofile=64:1024". */
void cred_rlimit_show(const struct cred_rlimit *limits, struct buf *out);

/* Sets the limits of this process to those in `limits` that are set. Returns 0, or a negative errno
 * with e set to a message that names the limit. */
int cred_rlimit_apply(const struct cred_rlimit *limits, struct nserr *e) must_check;

#endif
