/* SPDX-License-Identifier: GPL-2.0-or-later */
/* name: finds the container and the unit that a control group path names. */
#ifndef NSU_CGROUP_NAME_H
#define NSU_CGROUP_NAME_H

#include "base/buf.h"

/*
 * Finds the most specific path in the text of /proc/PID/cgroup: that of the unified hierarchy or,
 * if that is the root, the longest of the others. Returns a pointer into text and sets *len, or
 * returns NULL.
 */
const char *cgroup_name_path(const char *text, size_t *len);

/* Returns the path of the unified hierarchy, or else the first, or "", and sets its length. */
const char *cgroup_name_first(const char *text, size_t *len);

/*
 * Adds "docker:0123456789ab", "podman:…", "containerd:…", "crio:…", "lxc:NAME", "nspawn:NAME" or
 * "machine:NAME" if the path is that of a container of this engine. Returns false otherwise.
 */
bool cgroup_name_container(const char *path, size_t len, struct buf *out);

/* Adds the innermost systemd unit in the path. Returns false if there is none. */
bool cgroup_name_unit(const char *path, size_t len, struct buf *out);

#endif
