// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz-idmapalg: checks that a map computed from two maps translates each id to the same id as the
 * two maps, applied one after the other. The input is two streams separated by a NUL. */
#include "fuzz.h"
#include "idmap/idmap.h"

static uint64_t count_ids(const struct idmap *m)
{
	uint64_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		n += m->ext[i].count;
	return n;
}

/* Returns the outside id of the inside id, or -1 if it is not mapped. */
static int64_t outside_of(const struct idmap *m, uint32_t id)
{
	uint32_t to;

	return idmap_to_outside(m, id, &to) == 0 ? (int64_t)to : -1;
}

/* Checks the property for the first and the last id of each extent of a. */
#define AT_EACH_END(a, id, property) \
	do { \
		for (size_t i_ = 0; i_ < (a)->n; i_++) \
			for (int k_ = 0; k_ < 2; k_++) { \
				uint32_t id = (a)->ext[i_].inside + \
					      (k_ ? (a)->ext[i_].count - 1 : 0); \
				HOLDS(property); \
			} \
	} while (0)

static void composes(const struct idmap *a, const struct idmap *b)
{
	cleanup_idmap struct idmap ab = IDMAP_INIT;

	HOLDS(idmap_compose(a, b, &ab) == 0);
	AT_EACH_END(a, id, outside_of(&ab, id) == outside_of(b, (uint32_t)outside_of(a, id)));
	AT_EACH_END(&ab, id, outside_of(&ab, id) == outside_of(b, (uint32_t)outside_of(a, id)));
	HOLDS(count_ids(&ab) <= count_ids(a) && count_ids(&ab) <= count_ids(b));
}

static void inverts(const struct idmap *a)
{
	cleanup_idmap struct idmap back = IDMAP_INIT, self = IDMAP_INIT;

	HOLDS(idmap_copy(&back, a) == 0);
	idmap_invert(&back);
	HOLDS(idmap_compose(a, &back, &self) == 0);
	AT_EACH_END(a, id, outside_of(&self, id) == (int64_t)id);
	HOLDS(count_ids(&self) == count_ids(a));
}

static void subtracts(const struct idmap *a, const struct idmap *b, bool outside)
{
	cleanup_idmap struct idmap rest = IDMAP_INIT;

	HOLDS(idmap_copy(&rest, a) == 0 && idmap_subtract(&rest, b, outside) == 0);
	AT_EACH_END(&rest, id, outside_of(&rest, id) == outside_of(a, id));
	for (size_t i = 0; i < rest.n && !outside; i++)
		HOLDS(outside_of(b, rest.ext[i].inside) == -1);
	HOLDS(idmap_subtract(&rest, a, outside) == 0 && rest.n == 0);
}

static void splits(const struct idmap *a, const struct idmap *b)
{
	cleanup_idmap struct idmap parts = IDMAP_INIT;

	HOLDS(idmap_copy(&parts, a) == 0);
	if (idmap_split(&parts, b, NULL) < 0)
		return;
	HOLDS(count_ids(&parts) == count_ids(a));
	AT_EACH_END(&parts, id, outside_of(&parts, id) == outside_of(a, id));
	if (idmap_check(&parts, NULL, NULL) == 0)
		HOLDS(idmap_check(&parts, b, NULL) == 0);
}

static void survives_its_texts(const struct idmaps *m)
{
	for (int as_arg = 0; as_arg < 2; as_arg++) {
		cleanup_idmaps struct idmaps again = IDMAPS_INIT;
		cleanup_buf struct buf text = BUF_INIT;

		if (as_arg)
			idmaps_format_arg(m, &text);
		else
			idmaps_format_stream(m, &text);
		HOLDS(idmaps_parse(&again, text.s, text.len, NULL) == 0);
		HOLDS(again.setgroups == m->setgroups);
		for (int k = 0; k < IDMAP_KINDS; k++)
			HOLDS(again.map[k].n == m->map[k].n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_idmaps struct idmaps a = IDMAPS_INIT, b = IDMAPS_INIT;
	const uint8_t *cut = memchr(data, '\0', size);
	size_t first = cut ? (size_t)(cut - data) : size;

	if (idmaps_parse(&a, (const char *)data, first, NULL) < 0)
		return 0;
	survives_its_texts(&a);
	if (!cut || idmaps_parse(&b, (const char *)cut + 1, size - first - 1, NULL) < 0)
		return 0;
	if (idmaps_check_rules(&a, NULL) < 0 || idmaps_check_rules(&b, NULL) < 0)
		return 0;
	for (int k = 0; k < IDMAP_KINDS; k++) {
		composes(&a.map[k], &b.map[k]);
		inverts(&a.map[k]);
		subtracts(&a.map[k], &b.map[k], false);
		subtracts(&a.map[k], &b.map[k], true);
		splits(&a.map[k], &b.map[k]);
	}
	return 0;
}
