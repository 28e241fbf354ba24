/* SPDX-License-Identifier: GPL-2.0-or-later */
/* legacy: builds a root with mount(2) on names in /proc/self/fd, and opens and verifies the result
 * of each mount. It is used before Linux 5.12, and if a seccomp filter denies the mount API. */
#ifndef NSU_ROOT_LEGACY_H
#define NSU_ROOT_LEGACY_H

#include "root/tree.h"

extern const struct root_ops root_legacy;

#endif
