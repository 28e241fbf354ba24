/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mountapi: builds a root with the mount API: fsopen(2) and related calls (since Linux 5.2), and
 * mount_setattr(2) (since Linux 5.12). */
#ifndef NSU_ROOT_MOUNTAPI_H
#define NSU_ROOT_MOUNTAPI_H

#include "root/tree.h"

extern const struct root_ops root_mountapi;

#endif
