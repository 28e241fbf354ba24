// SPDX-License-Identifier: GPL-2.0-or-later
/* algebra: computes maps from other maps. The functions sort the extents and pass over them once,
 * so their run time grows little faster than the number of extents. */
#include "idmap/idmap.h"

/* Replaces the extents of m by those of the map `by`, which is empty afterwards. */
static void replace(struct idmap *m, struct idmap *by)
{
	idmap_free(m);
	*m = *by;
	*by = IDMAP_INIT;
}

void idmap_merge(struct idmap *m)
{
	size_t to = 0;

	idmap_sort(m);
	for (size_t i = 1; i < m->n; i++) {
		struct idmap_extent *x = &m->ext[to], *y = &m->ext[i];

		if ((uint64_t)x->inside + x->count == y->inside &&
		    (uint64_t)x->outside + x->count == y->outside)
			x->count += y->count;
		else
			m->ext[++to] = *y;
	}
	if (m->n > 0)
		m->n = to + 1;
}

/* Returns the index of the first extent whose last inside id is not below id, or s->n. s is sorted
 * by inside id. */
static size_t first_ending_after(const struct idmap *s, uint32_t id)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if ((uint64_t)s->ext[mid].inside + s->ext[mid].count > id)
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* Adds to `out` the extents that result when the map b translates the outside ids of one extent. b
 * is sorted by inside id. Returns 0 or -ENOMEM. */
static int compose_extent(const struct idmap_extent *x, const struct idmap *b, struct idmap *out)
{
	uint64_t end = (uint64_t)x->outside + x->count;

	if (x->outside == IDMAP_NONE)
		return 0;
	for (size_t i = first_ending_after(b, x->outside); i < b->n && b->ext[i].inside < end;
	     i++) {
		const struct idmap_extent *y = &b->ext[i];
		uint32_t from = MAX(x->outside, y->inside);
		uint64_t to = MIN(end, (uint64_t)y->inside + y->count);
		const struct idmap_extent part = {
			.inside = x->inside + (from - x->outside),
			.outside = y->outside + (from - y->inside),
			.count = (uint32_t)(to - from),
		};

		if (y->outside != IDMAP_NONE && idmap_append(out, part) < 0)
			return -ENOMEM;
	}
	return 0;
}

int idmap_compose(const struct idmap *a, const struct idmap *b, struct idmap *out)
{
	cleanup_idmap struct idmap sorted = IDMAP_INIT;

	*out = IDMAP_INIT;
	if (idmap_copy(&sorted, b) < 0)
		return -ENOMEM;
	idmap_sort(&sorted);
	for (size_t i = 0; i < a->n; i++)
		if (compose_extent(&a->ext[i], &sorted, out) < 0) {
			idmap_free(out);
			return -ENOMEM;
		}
	idmap_merge(out);
	return 0;
}

void idmap_invert(struct idmap *m)
{
	size_t to = 0;

	for (size_t i = 0; i < m->n; i++) {
		const struct idmap_extent x = m->ext[i];

		if (x.outside != IDMAP_NONE)
			m->ext[to++] = (struct idmap_extent){ x.outside, x.inside, x.count,
							      x.line };
	}
	m->n = to;
	idmap_sort(m);
}

/* Adds to `out` the parts of x whose inside ids are not in `other`, which is sorted by inside id.
 * Returns 0 or -ENOMEM. */
static int subtract_extent(struct idmap_extent x, const struct idmap *other, struct idmap *out)
{
	for (size_t i = first_ending_after(other, x.inside); x.count > 0; i++) {
		const struct idmap_extent *y = i < other->n ? &other->ext[i] : NULL;
		struct idmap_extent part = x;
		uint64_t end = (uint64_t)x.inside + x.count, next;

		if (!y || y->inside >= end)
			return idmap_append(out, x);
		if (y->inside > x.inside) {
			part.count = y->inside - x.inside;
			if (idmap_append(out, part) < 0)
				return -ENOMEM;
		}
		next = (uint64_t)y->inside + y->count;
		if (next >= end)
			return 0;
		x.outside += (uint32_t)next - x.inside;
		x.inside = (uint32_t)next;
		x.count = (uint32_t)(end - next);
	}
	return 0;
}

int idmap_subtract(struct idmap *m, const struct idmap *other, bool outside)
{
	cleanup_idmap struct idmap sorted = IDMAP_INIT, out = IDMAP_INIT;

	if (idmap_copy(&sorted, other) < 0)
		return -ENOMEM;
	if (outside) {
		idmap_invert(m);
		idmap_invert(&sorted);
	}
	idmap_sort(&sorted);
	for (size_t i = 0; i < m->n; i++)
		if (subtract_extent(m->ext[i], &sorted, &out) < 0)
			return -ENOMEM;
	replace(m, &out);
	if (outside)
		idmap_invert(m);
	idmap_merge(m);
	return 0;
}

/* Moves at most count ids from the beginning of x to the end of `out`. Returns 0 or -ENOMEM. */
static int move_part(struct idmap *out, struct idmap_extent *x, uint32_t count)
{
	struct idmap_extent part = *x;

	part.count = MIN(x->count, count);
	x->inside += part.count;
	x->outside += part.count;
	x->count -= part.count;
	return idmap_append(out, part);
}

int idmap_split(struct idmap *m, const struct idmap *parent, struct nserr *e)
{
	cleanup_idmap struct idmap out = IDMAP_INIT;

	for (size_t i = 0; i < m->n; i++) {
		struct idmap_extent x = m->ext[i];

		while (x.count > 0) {
			const struct idmap_extent *p = idmap_find(parent, x.outside);

			if (!p) {
				nserr_set(e, 0,
					  "outside id %u is not mapped in the parent namespace",
					  x.outside);
				idmap_error_at(m, i, e);
				return -EPERM;
			}
			if (move_part(&out, &x, p->count - (x.outside - p->inside)) < 0)
				return nserr_set(e, ENOMEM, "cannot allocate memory for the map");
		}
	}
	replace(m, &out);
	return 0;
}

int idmap_split_at(struct idmap *m, uint32_t outside)
{
	cleanup_idmap struct idmap out = IDMAP_INIT;

	for (size_t i = 0; i < m->n; i++) {
		struct idmap_extent x = m->ext[i];

		while (x.count > 0) {
			uint32_t at = outside - x.outside, count = x.count;

			if (outside >= x.outside && at < x.count)
				count = at > 0 ? at : 1;
			if (move_part(&out, &x, count) < 0)
				return -ENOMEM;
		}
	}
	replace(m, &out);
	return 0;
}
