/* SPDX-License-Identifier: GPL-2.0-or-later */
/* caps: declares the steps (run/plan.h) that set capabilities, no_new_privs and the seccomp filter.
 * The argument of each step is a struct cred. */
#ifndef NSU_CRED_CAPS_H
#define NSU_CRED_CAPS_H

#include "cred/cred.h"

/* Returns true if the filter must be installed while this process has CAP_SYS_ADMIN, because
 * no_new_privs is not set (seccomp(2)). */
bool cred_caps_early_filter(const struct cred *c);

/* Returns true if the capabilities must be preserved across the change to an ordinary uid, because
 * later steps need them. */
bool cred_caps_held(const struct cred *c);

extern const struct plan_kind cred_caps_bounding, cred_caps_filter, cred_caps_sets,
	cred_caps_no_new_privs;

#endif
