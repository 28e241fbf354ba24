/* SPDX-License-Identifier: GPL-2.0-or-later */
/* credcaps: steps of cred for capabilities, no_new_privs and the filter; arg: struct cred. */
#ifndef NSU_CREDCAPS_H
#define NSU_CREDCAPS_H

#include "cred.h"

/* seccomp(2) wants no_new_privs or CAP_SYS_ADMIN: without the former it comes while we have that.
 */
bool credcaps_early_filter(const struct cred *c);

/* Whether privilege must outlive the change to an ordinary uid, for the steps behind it. */
bool credcaps_held(const struct cred *c);

extern const struct plan_kind credcaps_bounding, credcaps_filter, credcaps_sets,
	credcaps_no_new_privs;

#endif
