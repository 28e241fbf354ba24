/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feature: probes the kernel features that are used to build a root. */
#ifndef NSU_ROOT_FEATURE_H
#define NSU_ROOT_FEATURE_H

#include "kernel/feature.h"

extern const struct feature feature_mount_api;     /* since Linux 5.2 */
extern const struct feature feature_mount_setattr; /* since Linux 5.12 */
extern const struct feature feature_detached_tree; /* since Linux 6.15 */
/* overlay file systems; in a user namespace since 5.11 */
extern const struct feature feature_overlay;
extern const struct feature feature_overlay_layers; /* since Linux 6.5 */

#endif
