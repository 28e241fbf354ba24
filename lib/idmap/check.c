// SPDX-License-Identifier: GPL-2.0-or-later
/* check: checks maps by the rules of the kernel, and names the rule and line in the error. */
#include "idmap/idmap.h"

#include <stdio.h>

static inline uint32_t last(uint32_t first, uint32_t count)
{
	return first + (count - 1);
}

/* Writes "line 3" to buf, or "extent 3" if the map was not read from text. Returns buf. */
static const char *label(const struct idmap *m, const struct idmap_extent *x, char buf[32])
{
	if (x->line)
		snprintf(buf, 32, "line %u", x->line);
	else
		snprintf(buf, 32, "extent %zu", (size_t)(x - m->ext) + 1);
	return buf;
}

void idmap_error_at(const struct idmap *m, size_t i, struct nserr *e)
{
	char name[32];

	nserr_prefix(e, "%s", label(m, &m->ext[i], name));
}

/* Sets *bytes to the size of the first n extents in the format of the kernel. Returns 0, or a
 * negative errno with e set. */
static int size_of(const struct idmap *m, size_t n, size_t *bytes, struct nserr *e)
{
	const struct idmap part = { m->ext, n, n };
	cleanup_buf struct buf text = BUF_INIT;

	idmap_format_kernel(&part, &text);
	*bytes = text.len;
	return text.err ? nserr_set(e, text.err, "cannot allocate memory for the map") : 0;
}

static int check_size(const struct idmap *m, struct nserr *e)
{
	char name[32];
	size_t len;
	int rc;

	if (m->n == 0)
		return nserr_set(e, 0, "the map is empty");
	if (m->n > IDMAP_MAX_EXTENTS) {
		nserr_set(e, 0, "%s: the map has %zu lines, but a map can have at most 340",
			  label(m, &m->ext[IDMAP_MAX_EXTENTS], name), m->n);
		nserr_hint(e, "merge adjacent ranges, or use fewer ranges");
		return -EINVAL;
	}
	rc = size_of(m, m->n, &len, e);
	if (rc < 0 || len <= IDMAP_MAX_BYTES)
		return rc;
	for (size_t i = 1;; i++) {
		size_t upto;

		rc = size_of(m, i, &upto, e);
		if (rc < 0)
			return rc;
		if (upto <= IDMAP_MAX_BYTES)
			continue;
		nserr_set(e, 0, "%s: the map has %zu bytes, but a map can have at most 4095",
			  label(m, &m->ext[i - 1], name), len);
		nserr_hint(e, "merge adjacent ranges, or use fewer ranges");
		return -EINVAL;
	}
}

/* Sets e to the message that the extents a and b of a sorted copy overlap. The message first names
 * the extent that comes later in the original map. Returns a negative errno. */
static int report_overlap(const struct idmap *m, const char *side, bool outside,
			  const struct idmap_extent *a, const struct idmap_extent *b,
			  struct nserr *e)
{
	const struct idmap_extent *x = NULL, *y = NULL;
	char name[32], other[32];
	uint32_t first;

	for (size_t i = 0; i < m->n && !y; i++)
		if (memcmp(&m->ext[i], a, sizeof(*a)) == 0 ||
		    memcmp(&m->ext[i], b, sizeof(*b)) == 0) {
			if (x)
				y = &m->ext[i];
			else
				x = &m->ext[i];
		}
	first = outside ? y->outside : y->inside;
	return nserr_set(e, 0, "%s: %s range %u-%u overlaps %s", label(m, y, name), side, first,
			 last(first, y->count), label(m, x, other));
}

static int check_overlap(const struct idmap *m, struct nserr *e)
{
	for (int outside = 0; outside < 2; outside++) {
		cleanup_idmap struct idmap s = IDMAP_INIT;

		if (idmap_copy(&s, m) < 0)
			return nserr_set(e, ENOMEM, "cannot allocate memory for the map");
		if (outside)
			idmap_sort_outside(&s);
		else
			idmap_sort(&s);
		for (size_t i = 1; i < s.n; i++) {
			const struct idmap_extent *a = &s.ext[i - 1], *b = &s.ext[i];

			if (outside ? b->outside <= last(a->outside, a->count)
				    : b->inside <= last(a->inside, a->count))
				return report_overlap(m, outside ? "outside" : "inside", outside, a,
						      b, e);
		}
	}
	return 0;
}

/* Returns 0 if the parent maps every outside id, as user_namespaces(7) requires, or -EPERM with e
 * set. The kernel looks up a range as a whole (map_id_range_down), so it returns EPERM for a range
 * that spans two extents of the parent's map. */
static int check_parent(const struct idmap *m, const struct idmap *parent, struct nserr *e)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct idmap_extent *x = &m->ext[i], *p = idmap_find(parent, x->outside);
		uint64_t next;
		char name[32];

		next = p ? (uint64_t)p->inside + p->count : x->outside;
		if ((uint64_t)x->outside + x->count <= next)
			continue;
		if (!idmap_find(parent, (uint32_t)next)) {
			nserr_set(e, 0, "%s: outside id %u is not mapped in the parent namespace",
				  label(m, x, name), (unsigned)next);
			return -EPERM;
		}
		nserr_set(e, 0,
			  "%s: outside range %u-%u spans two extents of the parent's map; the "
			  "second begins at %u",
			  label(m, x, name), x->outside, last(x->outside, x->count),
			  (unsigned)next);
		nserr_hint(e, "split the range with 'nsidmap split --parent <map>'");
		return -EPERM;
	}
	return 0;
}

static int check_rules(const struct idmap *m, struct nserr *e)
{
	for (size_t i = 0; i < m->n; i++) {
		const struct idmap_extent *x = &m->ext[i];
		/* check the extents again, because the caller may have changed an extent after
		 * idmap_add() */
		int rc = idmap_check_extent(x->inside, x->outside, x->count, e);

		if (rc < 0) {
			idmap_error_at(m, i, e);
			return rc;
		}
	}
	return check_overlap(m, e);
}

int idmaps_check_rules(const struct idmaps *m, struct nserr *e)
{
	for (int k = 0; k < IDMAP_KINDS; k++) {
		int rc = check_rules(&m->map[k], e);

		if (rc < 0) {
			nserr_prefix(e, "%s map", idmap_kind_names[k]);
			return rc;
		}
	}
	return 0;
}

int idmap_check(const struct idmap *m, const struct idmap *parent, struct nserr *e)
{
	int rc = check_size(m, e);

	if (rc < 0)
		return rc;
	rc = check_rules(m, e);
	if (rc < 0)
		return rc;
	return parent ? check_parent(m, parent, e) : 0;
}

static int check_kind(const struct idmaps *m, enum idmap_kind k, const struct idmaps *parent,
		      struct nserr *e)
{
	int rc = idmap_check(&m->map[k], parent ? &parent->map[k] : NULL, e);

	if (rc < 0)
		nserr_prefix(e, "%s map", idmap_kind_names[k]);
	return rc;
}

int idmaps_check(const struct idmaps *m, const struct idmaps *parent, struct nserr *e)
{
	for (int k = 0; k < IDMAP_KINDS; k++) {
		int rc = check_kind(m, k, parent, e);

		if (rc < 0)
			return rc;
	}
	return 0;
}

int idmaps_check_given(const struct idmaps *m, struct nserr *e)
{
	for (int k = 0; k < IDMAP_KINDS; k++) {
		int rc = m->map[k].n > 0 ? check_kind(m, k, NULL, e) : 0;

		if (rc < 0)
			return rc;
	}
	return 0;
}
