/* SPDX-License-Identifier: GPL-2.0-or-later */
/* legacy: builds a root with mount(2). Names the mount points by paths in /proc/self/fd. After each
 * mount, opens the new mount and verifies it. The tools use this file on kernels before Linux 5.12,
 * and if a seccomp filter denies the mount API. */
#ifndef NSU_ROOT_LEGACY_H
#define NSU_ROOT_LEGACY_H

#include "root/tree.h"

extern const struct root_ops root_legacy;

#endif
