/* SPDX-License-Identifier: GPL-2.0-or-later */
/* credcaps: steps of cred for capabilities, no_new_privs and the filter; arg: struct cred. */
#ifndef NSU_CRED_CAPS_H
#define NSU_CRED_CAPS_H

#include "cred/cred.h"

/* seccomp(2) wants no_new_privs or CAP_SYS_ADMIN: without the former it comes while we have that.
 */
bool cred_caps_early_filter(const struct cred *c);

/* Whether privilege must outlive the change to an ordinary uid, for the steps behind it. */
bool cred_caps_held(const struct cred *c);

extern const struct plan_kind cred_caps_bounding, cred_caps_filter, cred_caps_sets,
	cred_caps_no_new_privs;

#endif
