/* SPDX-License-Identifier: GPL-2.0-or-later */
/* legacy: builds a root with mount(2) on /proc/self/fd names, and opens and verifies each result:
 * for kernels before 5.12 and for filters that deny the mount API. */
#ifndef NSU_ROOT_LEGACY_H
#define NSU_ROOT_LEGACY_H

#include "root/tree.h"

extern const struct root_ops root_legacy;

#endif
