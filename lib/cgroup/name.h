/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nscgroup: what the control group of a process says about who runs it. */
#ifndef NSU_CGROUP_NAME_H
#define NSU_CGROUP_NAME_H

#include "base/buf.h"

/*
 * The path in the text of /proc/PID/cgroup that says most: that of the unified hierarchy, or, where
 * that is the root, the longest of the others. A pointer into text and the length; NULL for none.
 */
const char *cgroup_name_path(const char *text, size_t *len);

/* Returns the path of the unified hierarchy, or else the first, or "", and sets its length. */
const char *cgroup_name_first(const char *text, size_t *len);

/*
 * Adds "docker:0123456789ab", "podman:…", "containerd:…", "crio:…", "lxc:NAME", "nspawn:NAME" or
 * "machine:NAME" when the path is that of a container of theirs; whether it is.
 */
bool cgroup_name_container(const char *path, size_t len, struct buf *out);

/* Adds the innermost unit of systemd in the path; whether there is one. */
bool cgroup_name_unit(const char *path, size_t len, struct buf *out);

#endif
