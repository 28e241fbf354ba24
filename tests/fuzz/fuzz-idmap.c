// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-idmap: checks that an accepted map translates ids in both directions. Sorting, joining and
 * formatting the map, and splitting the map at its own limits must not change its meaning.
 */
#include "fuzz.h"
#include "idmap/idmap.h"

static void translates_alike(const struct idmap *a, const struct idmap *b)
{
	for (size_t i = 0; i < a->n; i++) {
		uint32_t ends[] = { a->ext[i].inside, a->ext[i].inside + a->ext[i].count - 1 };

		for (size_t k = 0; k < ARRAY_SIZE(ends); k++) {
			uint32_t in_a, in_b, back;

			HOLDS(idmap_to_outside(a, ends[k], &in_a) == 0);
			HOLDS(idmap_to_outside(b, ends[k], &in_b) == 0 && in_b == in_a);
			HOLDS(idmap_to_inside(b, in_b, &back) == 0 && back == ends[k]);
		}
	}
}

static void holds_for(const struct idmap *m)
{
	cleanup_idmap struct idmap other = IDMAP_INIT;
	cleanup_buf struct buf text = BUF_INIT;

	if (idmap_check(m, NULL, NULL) < 0)
		return;
	HOLDS(m->n <= IDMAP_MAX_EXTENTS);
	HOLDS(idmap_copy(&other, m) == 0);
	idmap_merge(&other);
	HOLDS(other.n <= m->n);
	translates_alike(m, &other);
	idmap_sort_outside(&other);
	translates_alike(m, &other);
	idmap_free(&other);

	idmap_format_kernel(m, &text);
	HOLDS(text.err == 0 && text.len <= IDMAP_MAX_BYTES);
	HOLDS(idmap_parse_kernel(&other, text.s ? text.s : "", text.len, NULL) == 0);
	HOLDS(other.n == m->n);
	translates_alike(m, &other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_idmaps struct idmaps m = IDMAPS_INIT;
	cleanup_idmap struct idmap kernel = IDMAP_INIT;
	struct nserr e = NSERR_INIT;

	if (idmaps_parse(&m, (const char *)data, size, &e) == 0) {
		holds_for(&m.map[IDMAP_UID]);
		holds_for(&m.map[IDMAP_GID]);
	} else {
		HOLDS(e.what[0]);
	}
	(void)!idmap_parse_kernel(&kernel, (const char *)data, size, NULL);
	return 0;
}
