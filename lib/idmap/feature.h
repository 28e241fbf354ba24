/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feature: tests whether the caller can map ids other than its own. */
#ifndef NSU_IDMAP_FEATURE_H
#define NSU_IDMAP_FEATURE_H

#include "kernel/feature.h"

extern const struct feature feature_map_more_than_own_id;

#endif
