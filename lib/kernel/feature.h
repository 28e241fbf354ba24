/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feature: determines which kernel features this user can use, by trying them, for --features. */
#ifndef NSU_KERNEL_FEATURE_H
#define NSU_KERNEL_FEATURE_H

#include "base/util.h"

struct feature {
	const char *name;
	/* the probe; it returns a negative value if the feature is missing */
	int (*probe)(uint64_t arg);
	uint64_t arg;
	/* run the probe in a new mount namespace; without privilege, also in a new user
	 * namespace */
	bool mounts;
};

/* Returns true if the feature's probe succeeds. The probe runs in a child, so it does not change
 * the caller. */
bool feature_has(const struct feature *f);

/* Returns true if unshare(2) with these CLONE_NEW* flags succeeds in a child. */
bool feature_has_unshare(uint64_t flags);

/* The comment on each feature names the first Linux version that has the feature. */
extern const struct feature feature_user;
extern const struct feature feature_time_without_fork;
extern const struct feature feature_time_without_fork_in_user;
extern const struct feature feature_clone3_pidfd; /* since Linux 5.3 */
extern const struct feature feature_pidfd;        /* since Linux 5.3 */
extern const struct feature feature_setns_pidfd;  /* since Linux 5.8 */
extern const struct feature feature_binfmt_misc;
extern const struct feature feature_close_range;   /* since Linux 5.9 */
extern const struct feature feature_subreaper;     /* since Linux 3.4 */
extern const struct feature feature_children_file; /* since Linux 4.2 */
extern const struct feature feature_namespace_ids; /* since Linux 6.11 for mount namespaces */
extern const struct feature feature_mount_namespace_next; /* since Linux 6.12 */
extern const struct feature feature_listns;               /* since Linux 6.19 */
extern const struct feature feature_openat2;              /* since Linux 5.6 */

#endif
