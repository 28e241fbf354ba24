// SPDX-License-Identifier: GPL-2.0-or-later
/* idmap: stores extents, checks the rules for one extent, and looks up ids. Sums are 64-bit
 * numbers, so they cannot overflow. */
#include "idmap/idmap.h"

const char *const idmap_kind_names[IDMAP_KINDS] = { "uid", "gid" };

void idmap_free(struct idmap *m)
{
	free(m->ext);
	*m = IDMAP_INIT;
}

void idmaps_free(struct idmaps *m)
{
	for (int k = 0; k < IDMAP_KINDS; k++)
		idmap_free(&m->map[k]);
	m->setgroups = IDMAP_SETGROUPS_UNSET;
}

int idmap_append(struct idmap *m, struct idmap_extent x)
{
	if (m->n == m->size) {
		size_t size = m->size ? m->size * 2 : 8;
		struct idmap_extent *ext = reallocarray(m->ext, size, sizeof(*ext));

		if (!ext)
			return -ENOMEM;
		m->ext = ext;
		m->size = size;
	}
	m->ext[m->n++] = x;
	return 0;
}

int idmap_check_extent(uint32_t inside, uint32_t outside, uint64_t count, struct nserr *e)
{
	const uint64_t first[] = { inside, outside };
	static const char *const side[] = { "inside", "outside" };

	if (count == 0)
		return nserr_set(e, 0, "the count is 0");
	for (size_t i = 0; i < ARRAY_SIZE(first); i++) {
		if (first[i] == IDMAP_NONE)
			return nserr_set(e, 0, "%s: id 4294967295 cannot be mapped", side[i]);
		/* user_namespaces(7): first + count must not wrap, and 2^32-1 means "no id" */
		if (count > IDMAP_NONE - first[i])
			return nserr_set(
				e, 0,
				"%s: a range of %llu ids from %llu exceeds the last id, 4294967294",
				side[i], (unsigned long long)count, (unsigned long long)first[i]);
	}
	return 0;
}

int idmap_add(struct idmap *m, uint32_t inside, uint32_t outside, uint64_t count, struct nserr *e)
{
	int rc = idmap_check_extent(inside, outside, count, e);

	if (rc < 0)
		return rc;
	if (idmap_append(m, (struct idmap_extent){ inside, outside, (uint32_t)count, 0 }) < 0)
		return nserr_set(e, ENOMEM, "cannot allocate memory for the map");
	return 0;
}

int idmap_copy(struct idmap *dst, const struct idmap *src)
{
	struct idmap_extent *ext = NULL;

	if (src->n > 0) {
		ext = reallocarray(NULL, src->n, sizeof(*ext));
		if (!ext)
			return -ENOMEM;
		memcpy(ext, src->ext, src->n * sizeof(*ext));
	}
	free(dst->ext);
	*dst = (struct idmap){ ext, src->n, src->n };
	return 0;
}

int idmaps_copy(struct idmaps *dst, const struct idmaps *src)
{
	for (int k = 0; k < IDMAP_KINDS; k++)
		if (idmap_copy(&dst->map[k], &src->map[k]) < 0)
			return -ENOMEM;
	dst->setgroups = src->setgroups;
	return 0;
}

static int by_inside(const void *a, const void *b)
{
	const struct idmap_extent *x = a, *y = b;

	return (x->inside > y->inside) - (x->inside < y->inside);
}

static int by_outside(const void *a, const void *b)
{
	const struct idmap_extent *x = a, *y = b;

	return (x->outside > y->outside) - (x->outside < y->outside);
}

static void sort(struct idmap *m, int (*by)(const void *, const void *))
{
	/* most maps are sorted already, so check before sorting */
	for (size_t i = 1; i < m->n; i++)
		if (by(&m->ext[i - 1], &m->ext[i]) > 0) {
			qsort(m->ext, m->n, sizeof(*m->ext), by);
			return;
		}
}

void idmap_sort(struct idmap *m)
{
	sort(m, by_inside);
}

void idmap_sort_outside(struct idmap *m)
{
	sort(m, by_outside);
}

bool idmap_is_single(const struct idmap *m, uint32_t outside)
{
	return m->n == 1 && m->ext[0].count == 1 && m->ext[0].outside == outside;
}

const struct idmap_extent *idmap_find(const struct idmap *m, uint32_t id)
{
	for (size_t i = 0; i < m->n; i++)
		if (id - m->ext[i].inside < m->ext[i].count && id >= m->ext[i].inside)
			return m->ext[i].outside == IDMAP_NONE ? NULL : &m->ext[i];
	return NULL;
}

int idmap_to_outside(const struct idmap *m, uint32_t inside, uint32_t *outside)
{
	const struct idmap_extent *x = idmap_find(m, inside);

	if (!x)
		return -ENOENT;
	*outside = x->outside + (inside - x->inside);
	return 0;
}

int idmap_to_inside(const struct idmap *m, uint32_t outside, uint32_t *inside)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct idmap_extent *x = &m->ext[i];

		if (x->outside != IDMAP_NONE && outside >= x->outside &&
		    outside - x->outside < x->count) {
			*inside = x->inside + (outside - x->outside);
			return 0;
		}
	}
	return -ENOENT;
}
