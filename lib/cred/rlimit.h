/* SPDX-License-Identifier: GPL-2.0-or-later */
/* credlimit: resource limits by the names that prlimit(1) has. */
#ifndef NSU_CRED_RLIMIT_H
#define NSU_CRED_RLIMIT_H

#include "base/buf.h"
#include "cred/cred.h"

/* Takes "NAME=SOFT[:HARD]" into limits (RLIM_NLIMITS of them); SOFT alone is both. Numbers in the
 * unit of setrlimit(2), or "unlimited". 0 or -EINVAL with e set. */
int cred_rlimit_parse(const char *text, struct cred_rlimit *limits, struct nserr *e) must_check;

/* Takes the limits that the text of /proc/PID/limits has, except those that are set already. Pure.
 */
void cred_rlimit_parse_proc(const char *text, struct cred_rlimit *limits);

/* Adds "nofile=64:1024" for all that are set, with commas. */
void cred_rlimit_show(const struct cred_rlimit *limits, struct buf *out);

/* Sets them for this process. 0 or a negative errno with e naming the limit. */
int cred_rlimit_apply(const struct cred_rlimit *limits, struct nserr *e) must_check;

#endif
