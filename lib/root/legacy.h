/* SPDX-License-Identifier: GPL-2.0-or-later */
/* legacy: builds a root with mount(2), where paths in /proc/self/fd name the mount points, and
 * opens and verifies the result of each mount. The tools use it before Linux 5.12, and if a seccomp
 * filter denies the mount API. */
#ifndef NSU_ROOT_LEGACY_H
#define NSU_ROOT_LEGACY_H

#include "root/tree.h"

extern const struct root_ops root_legacy;

#endif
