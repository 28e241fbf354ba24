/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feature: what this kernel and this user can do, found out by trying; for --features. */
#ifndef NSU_COMMON_FEATURE_H
#define NSU_COMMON_FEATURE_H

#include "base/buf.h"

enum feature {
	FEATURE_NAMESPACES, /* each type alone, and with a user namespace: two lines a type */
	FEATURE_USER,
	FEATURE_TIME_WITHOUT_FORK,
	FEATURE_TIME_WITHOUT_FORK_IN_USER,
	FEATURE_CLONE3_PIDFD,
	FEATURE_PIDFD,
	FEATURE_SETNS_PIDFD,
	FEATURE_MAP_MORE_THAN_OWN_ID,
	FEATURE_BINFMT_MISC,
	FEATURE_CGROUP_V2,
	FEATURE_CGROUP_V1,
	FEATURE_CLOSE_RANGE,
	FEATURE_SUBREAPER,
	FEATURE_CHILDREN_FILE,
	FEATURE_NAMESPACE_IDS,
	FEATURE_MOUNT_NAMESPACE_NEXT,
	FEATURE_LISTNS,
	FEATURE_OPENAT2,
	FEATURE_MOUNT_API,
	FEATURE_MOUNT_SETATTR,
	FEATURE_DETACHED_TREE,
	FEATURE_OVERLAY,
	FEATURE_OVERLAY_LAYERS,
	FEATURE_COUNT,
};

/* Tries it in a child, which is gone afterwards. Not for FEATURE_NAMESPACES. */
bool feature_has(enum feature f);

/* Adds to out a line each, the name and yes or no, or with json an object of booleans. */
void feature_format(const enum feature *list, size_t n, bool json, struct buf *out);

#endif
