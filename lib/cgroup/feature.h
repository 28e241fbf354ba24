/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feature: tests which versions of control groups are mounted. */
#ifndef NSU_CGROUP_FEATURE_H
#define NSU_CGROUP_FEATURE_H

#include "kernel/feature.h"

extern const struct feature feature_cgroup_v2;
extern const struct feature feature_cgroup_v1;

#endif
