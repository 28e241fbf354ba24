/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feature: probes the kernel features that are used to build a root. */
#ifndef NSU_ROOT_FEATURE_H
#define NSU_ROOT_FEATURE_H

#include "kernel/feature.h"

extern const struct feature feature_mount_api;     /* fsopen(2) and fsmount(2), since Linux 5.2 */
extern const struct feature feature_mount_setattr; /* mount_setattr(2), since Linux 5.12 */
/* mounting on a detached mount, since Linux 6.15 */
extern const struct feature feature_detached_tree;
/* overlay file systems; in a user namespace since Linux 5.11 */
extern const struct feature feature_overlay;
extern const struct feature feature_overlay_layers; /* overlay option lowerdir+, since Linux 6.5 */

#endif
