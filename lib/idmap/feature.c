// SPDX-License-Identifier: GPL-2.0-or-later
/* feature: probes whether newuidmap(1) and newgidmap(1) can map ids for this user. */
#include "idmap/feature.h"

#include "idmap/writer.h"

/* Returns 0 if newuidmap(1) can map id 1 in addition to id 0 for the caller, otherwise a negative
 * errno. */
static int try_newuidmap(uint64_t unused)
{
	struct nserr e = NSERR_INIT;
	struct idmap_extent two[2] = { { 0, 0, 1, 0 }, { 1, 1, 1, 0 } };
	struct idmaps m = { { { two, 2, 2 }, { two, 2, 2 } }, IDMAP_SETGROUPS_UNSET };
	enum idmap_writer writer;

	(void)unused;
	return idmaps_choose_writer(&m, &writer, &e);
}

/* clang-format off */
const struct feature feature_map_more_than_own_id = { "map-more-than-own-id", try_newuidmap, 0, false };
/* clang-format on */
