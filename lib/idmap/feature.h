/* SPDX-License-Identifier: GPL-2.0-or-later */
/* feature: probes whether the caller can map more than its own id. */
#ifndef NSU_IDMAP_FEATURE_H
#define NSU_IDMAP_FEATURE_H

#include "kernel/feature.h"

extern const struct feature feature_map_more_than_own_id;

#endif
