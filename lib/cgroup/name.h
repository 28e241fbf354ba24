/* SPDX-License-Identifier: GPL-2.0-or-later */
/* name: finds the name of the container and of the systemd unit in a cgroup path. */
#ifndef NSU_CGROUP_NAME_H
#define NSU_CGROUP_NAME_H

#include "base/buf.h"

/*
 * Finds the most specific path in the text of /proc/PID/cgroup: the path in the unified hierarchy
 * or, if that is "/", the longest path in the other hierarchies. Returns a pointer into text and
 * sets *len to the length of the path, or returns NULL if there is no path.
 */
const char *cgroup_name_path(const char *text, size_t *len);

/* Returns the path in the unified hierarchy. If text has no such path, returns the first path, or
 * "" if there is none. Sets *len to the length of the path. */
const char *cgroup_name_first(const char *text, size_t *len);

/* If the path of len bytes belongs to a container of a known engine, appends the name of the
 * container to out, such as "docker:0123456789ab", "podman:…", "containerd:…", "crio:…",
 * "lxc:NAME", "nspawn:NAME" or "machine:NAME", and returns true. Otherwise returns false. */
bool cgroup_name_container(const char *path, size_t len, struct buf *out);

/* Appends to out the name of the innermost systemd unit in the path of len bytes and returns true.
 * Returns false if the path contains no unit. */
bool cgroup_name_unit(const char *path, size_t len, struct buf *out);

#endif
