/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feature: tries each kernel feature to find out if the user can use it, for the option
 * --features. */
#ifndef NSU_KERNEL_FEATURE_H
#define NSU_KERNEL_FEATURE_H

#include "base/util.h"

struct feature {
	const char *name;
	/* function that tries the feature, and returns a negative value if the feature is
	 * missing */
	int (*probe)(uint64_t arg);
	uint64_t arg;
	/* call probe() in a new mount namespace; without privilege, also in a new user namespace */
	bool mounts;
};

/* Returns true if f->probe(f->arg) succeeds. Calls it in a child process, so it does not change the
 * caller. */
bool feature_has(const struct feature *f);

/* Returns true if unshare(2) with these CLONE_NEW* flags succeeds in a child. */
bool feature_has_unshare(uint64_t flags);

/* Features that feature_has() can try, most of them with the Linux version that introduced them. */
extern const struct feature feature_user;
extern const struct feature feature_time_without_fork;
extern const struct feature feature_time_without_fork_in_user;
extern const struct feature feature_clone3_pidfd; /* pidfd from clone3(2), since Linux 5.3 */
extern const struct feature feature_pidfd;        /* pidfd_open(2), since Linux 5.3 */
extern const struct feature feature_setns_pidfd;  /* setns(2) with a pidfd, since Linux 5.8 */
extern const struct feature feature_binfmt_misc;
extern const struct feature feature_close_range; /* close_range(2), since Linux 5.9 */
/* PR_SET_CHILD_SUBREAPER of prctl(2), since Linux 3.4 */
extern const struct feature feature_subreaper;
extern const struct feature feature_children_file; /* list of child processes, since Linux 4.2 */
extern const struct feature feature_namespace_ids; /* ids of mount namespaces, since Linux 6.11 */
/* NS_MNT_GET_NEXT of ioctl_ns(2), since Linux 6.12 */
extern const struct feature feature_mount_namespace_next;
extern const struct feature feature_listns;  /* listns(2), since Linux 6.19 */
extern const struct feature feature_openat2; /* openat2(2), since Linux 5.6 */

#endif
