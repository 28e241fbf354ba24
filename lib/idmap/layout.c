// SPDX-License-Identifier: GPL-2.0-or-later
/* layout: adds single ids and ranges to a map that has extents already. */
#include "idmap/plan.h"

#include "base/num.h"

/* Adds an extent of count ids, or nothing if count is 0. The ids must not exceed NUM_ID_MAX.
 * Returns 0, or a negative errno with e set. */
static int add(struct idmap *m, uint64_t inside, uint64_t outside, uint64_t count, struct nserr *e)
{
	return count ? idmap_add(m, (uint32_t)inside, (uint32_t)outside, count, e) : 0;
}

/* Adds the parts of extent x that remain after the pair (inside, outside) was removed from it.
 * Returns 0, or a negative errno with e set. */
static int add_around(struct idmap *m, const struct idmap_extent *x, uint32_t inside,
		      uint32_t outside, enum idmap_plan_overlap overlap, struct nserr *e)
{
	/* offsets of the inside id and of the outside id in the extent; an offset equal to the
	 * length of the extent means that the extent does not contain the id */
	uint64_t at_in = x->count, at_out = x->count, a, b;
	int rc;

	if (inside >= x->inside && inside - x->inside < x->count)
		at_in = inside - x->inside;
	if (outside >= x->outside && outside - x->outside < x->count)
		at_out = outside - x->outside;
	a = MIN(at_in, at_out);
	b = MAX(at_in, at_out);
	rc = add(m, x->inside, x->outside, a, e);
	if (rc < 0 || a == x->count)
		return rc;
	if (overlap == IDMAP_PLAN_HOLE || at_in == at_out) {
		uint64_t end = MIN(b + 1, x->count);

		rc = add(m, x->inside + a + 1, x->outside + a + 1, b > a ? b - a - 1 : 0, e);
		return rc < 0 ? rc : add(m, x->inside + end, x->outside + end, x->count - end, e);
	}
	/* IDMAP_PLAN_SHIFT: pair the remaining inside ids with the remaining outside ids in order.
	 * If more inside ids or more outside ids remain, the last one is not mapped. */
	rc = add(m, x->inside + a + (at_in < at_out), x->outside + a + (at_out < at_in),
		 MIN(b, x->count - 1) - a, e);
	if (rc < 0 || b >= x->count)
		return rc;
	return add(m, x->inside + b + 1, x->outside + b + 1, x->count - b - 1, e);
}

int idmap_plan_single(struct idmap *m, uint32_t inside, uint32_t outside,
		      enum idmap_plan_overlap overlap, struct nserr *e)
{
	cleanup_idmap struct idmap out = IDMAP_INIT;
	uint32_t other;
	int rc;

	if (overlap == IDMAP_PLAN_ERROR && idmap_to_outside(m, inside, &other) == 0) {
		nserr_set(e, 0, "inside id %u is already mapped to %u", inside, other);
		return -EEXIST;
	}
	if (overlap == IDMAP_PLAN_ERROR && idmap_to_inside(m, outside, &other) == 0) {
		nserr_set(e, 0, "outside id %u is already mapped from %u", outside, other);
		return -EEXIST;
	}
	rc = idmap_add(&out, inside, outside, 1, e);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < m->n; i++) {
		rc = add_around(&out, &m->ext[i], inside, outside, overlap, e);
		if (rc < 0)
			return rc;
	}
	idmap_merge(&out);
	idmap_free(m);
	*m = out;
	out = IDMAP_INIT;
	return 0;
}

int idmap_plan_own_first(struct idmap *m, uint32_t inside, uint32_t outside, struct nserr *e)
{
	cleanup_idmap struct idmap out = IDMAP_INIT;
	int rc = idmap_add(&out, inside, outside, 1, e);

	for (size_t i = 0; rc == 0 && i < m->n; i++) {
		const struct idmap_extent *x = &m->ext[i];

		/* both ids are at the same offset of the extent, so removing this pair leaves all
		 * other ids mapped */
		rc = add_around(&out, x, inside, outside, IDMAP_PLAN_HOLE, e);
	}
	if (rc < 0)
		return rc;
	idmap_free(m);
	*m = out;
	out = IDMAP_INIT;
	return 0;
}

/* Returns the lowest id that is not below `from` and that none of the first n extents maps, as an
 * outside id if `outside` is set, otherwise as an inside id. Sets *count to the number of
 * consecutive free ids from there. */
static uint64_t next_free(const struct idmap *m, size_t n, bool outside, uint64_t from,
			  uint64_t *count)
{
	uint64_t end = (uint64_t)NUM_ID_MAX + 1;

	for (bool moved = true; moved;) {
		moved = false;
		for (size_t i = 0; i < n; i++) {
			uint64_t first = outside ? m->ext[i].outside : m->ext[i].inside;

			if (from >= first && from - first < m->ext[i].count) {
				from = first + m->ext[i].count;
				moved = true;
			}
		}
	}
	for (size_t i = 0; i < n; i++) {
		uint64_t first = outside ? m->ext[i].outside : m->ext[i].inside;

		if (first > from)
			end = MIN(end, first);
	}
	*count = end > from ? end - from : 0;
	return from;
}

int idmap_plan_fill(struct idmap *m, const struct subids *ranges, struct nserr *e)
{
	cleanup_subids struct subids s = SUBIDS_INIT;
	/* search only the first `taken` extents, because the extents that this loop adds are below
	 * the next id to search */
	const size_t taken = m->n;
	uint64_t inside = 0;

	if (subids_disjoint(ranges, &s) < 0)
		return nserr_set(e, ENOMEM, "cannot allocate memory for the ranges");
	for (size_t i = 0; i < s.n; i++) {
		uint64_t outside = s.r[i].start, end = outside + s.r[i].count;

		while (outside < end) {
			uint64_t n, room;
			int rc;

			outside = next_free(m, taken, true, outside, &n);
			if (outside >= end)
				break;
			inside = next_free(m, taken, false, inside, &room);
			n = MIN(MIN(n, room), end - outside);
			if (n == 0) {
				nserr_set(e, 0, "no free inside ids are left for the ranges");
				return -ERANGE;
			}
			rc = add(m, inside, outside, n, e);
			if (rc < 0)
				return rc;
			inside += n;
			outside += n;
		}
	}
	idmap_merge(m);
	return 0;
}

int idmap_plan_subids(struct idmap *m, const struct subids *ranges, struct nserr *e)
{
	cleanup_subids struct subids s = SUBIDS_INIT;
	const size_t taken = m->n;

	if (subids_disjoint(ranges, &s) < 0)
		return nserr_set(e, ENOMEM, "cannot allocate memory for the ranges");
	for (size_t i = 0; i < s.n; i++) {
		uint64_t id = s.r[i].start, end = id + s.r[i].count, n;

		while ((id = next_free(m, taken, true, id, &n)) < end) {
			int rc = add(m, id, id, MIN(n, end - id), e);

			if (rc < 0)
				return rc;
			id += n;
		}
	}
	idmap_merge(m);
	return 0;
}
