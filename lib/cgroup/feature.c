// SPDX-License-Identifier: GPL-2.0-or-later
/* feature: probes which versions of control groups are mounted. */
#include "cgroup/feature.h"

#include "cgroup/cgroup.h"

static int try_cgroup(uint64_t v2)
{
	struct nserr e = NSERR_INIT;
	struct cgroup c;

	if (cgroup_find(&c, "/", &e) < 0)
		return -1;
	for (size_t i = 0; i < c.n; i++)
		if (c.dir[i].v2 == (v2 != 0))
			return 0;
	return -1;
}

/* clang-format off */
const struct feature feature_cgroup_v2 = { "cgroup-v2", try_cgroup, 1, false };
const struct feature feature_cgroup_v1 = { "cgroup-v1", try_cgroup, 0, false };
/* clang-format on */
