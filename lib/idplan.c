// SPDX-License-Identifier: GPL-2.0-or-later
/* idplan: maps made from wishes. */
#include "idplan.h"

#include <fcntl.h>
#include <stdio.h>

#include "file.h"
#include "idmapio.h"
#include "num.h"
#include "sys_cap.h"

/* Adds count ids, and nothing for none. */
static int add(struct idmap *m, uint64_t inside, uint64_t outside, uint64_t count, struct nserr *e)
{
	if (count == 0)
		return 0;
	if (inside > NUM_ID_MAX)
		return nserr_set(e, 0, "there are no inside ids left");
	return idmap_add(m, (uint32_t)inside, (uint32_t)outside, count, e);
}

/* The rest of an extent around a pair that it collides with, holes where it lost its partner. */
static int add_around(struct idmap *m, const struct idmap_extent *x, uint32_t inside,
		      uint32_t outside, enum idplan_overlap overlap, struct nserr *e)
{
	/* where the two ids are taken from the extent, its length when they are not in it */
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
	if (overlap == IDPLAN_HOLE || at_in == at_out) {
		uint64_t end = MIN(b + 1, x->count);

		rc = add(m, x->inside + a + 1, x->outside + a + 1, b > a ? b - a - 1 : 0, e);
		return rc < 0 ? rc : add(m, x->inside + end, x->outside + end, x->count - end, e);
	}
	/* shift: what is left of both sides is paired in order; the longer side loses its last */
	if (at_in < at_out) {
		uint64_t n = MIN(b, x->count - 1) - a;

		rc = add(m, x->inside + a + 1, x->outside + a, n, e);
	} else {
		uint64_t n = MIN(b, x->count - 1) - a;

		rc = add(m, x->inside + a, x->outside + a + 1, n, e);
	}
	if (rc < 0 || b >= x->count)
		return rc;
	return add(m, x->inside + b + 1, x->outside + b + 1, x->count - b - 1, e);
}

int idplan_single(struct idmap *m, uint32_t inside, uint32_t outside, enum idplan_overlap overlap,
		  struct nserr *e)
{
	cleanup_idmap struct idmap out = IDMAP_INIT;
	uint32_t other;
	int rc;

	if (overlap == IDPLAN_ERROR && idmap_to_outside(m, inside, &other) == 0) {
		nserr_set(e, 0, "inside id %u is mapped to %u already", inside, other);
		return -EEXIST;
	}
	if (overlap == IDPLAN_ERROR && idmap_to_inside(m, outside, &other) == 0) {
		nserr_set(e, 0, "outside id %u is mapped from %u already", outside, other);
		return -EEXIST;
	}
	rc = idmap_add(&out, inside, outside, 1, e);
	for (size_t i = 0; rc == 0 && i < m->n; i++)
		rc = add_around(&out, &m->ext[i], inside, outside, overlap, e);
	if (rc < 0)
		return rc;
	idmap_merge(&out);
	idmap_free(m);
	*m = out;
	out = IDMAP_INIT;
	return 0;
}

/* The first id from `from` on that no extent has inside (outside), and how many follow it. */
static uint64_t next_free(const struct idmap *m, bool outside, uint64_t from, uint64_t *count)
{
	uint64_t end = (uint64_t)NUM_ID_MAX + 1;

	for (bool moved = true; moved;) {
		moved = false;
		for (size_t i = 0; i < m->n; i++) {
			uint64_t first = outside ? m->ext[i].outside : m->ext[i].inside;

			if (from >= first && from - first < m->ext[i].count) {
				from = first + m->ext[i].count;
				moved = true;
			}
		}
	}
	for (size_t i = 0; i < m->n; i++) {
		uint64_t first = outside ? m->ext[i].outside : m->ext[i].inside;

		if (first > from)
			end = MIN(end, first);
	}
	*count = end > from ? end - from : 0;
	return from;
}

int idplan_fill(struct idmap *m, const struct subids *s, uint32_t from, struct nserr *e)
{
	uint64_t inside = from;

	for (size_t i = 0; i < s->n; i++) {
		uint64_t outside = s->r[i].start, end = outside + s->r[i].count;

		while (outside < end) {
			uint64_t n, room;
			int rc;

			outside = next_free(m, true, outside, &n);
			if (outside >= end)
				break;
			inside = next_free(m, false, inside, &room);
			n = MIN(MIN(n, room), end - outside);
			if (n == 0) {
				nserr_set(e, 0, "there are no inside ids left for the ranges");
				return -ERANGE;
			}
			rc = add(m, inside, outside, n, e);
			if (rc < 0)
				return rc;
		}
	}
	idmap_merge(m);
	return 0;
}

/* The map of the caller's own user namespace; the initial one's covers all ids. */
static int own_map(enum idmap_kind kind, struct idmap *m, struct nserr *e)
{
	cleanup_fd int self = file_open_at(AT_FDCWD, "/proc/self", O_PATH | O_DIRECTORY, 0);

	*m = IDMAP_INIT;
	if (self < 0)
		return nserr_set(e, self, "cannot open /proc/self");
	return idmap_read(self, kind, m, e);
}

int idplan_identity(struct idmap *m, enum idmap_kind kind, struct nserr *e)
{
	cleanup_idmap struct idmap own = IDMAP_INIT;
	int rc = own_map(kind, &own, e);

	for (size_t i = 0; rc == 0 && i < own.n; i++)
		rc = idmap_add(m, own.ext[i].inside, own.ext[i].inside, own.ext[i].count, e);
	if (rc == 0 && own.n == 0)
		rc = nserr_set(e, 0, "this user namespace has no %s map", idmap_kind_names[kind]);
	if (rc == 0)
		idmap_sort(m);
	return rc;
}

/* All ranges to themselves. */
static int add_subids(struct idmap *m, const struct subids *s, struct nserr *e)
{
	for (size_t i = 0; i < s->n; i++) {
		uint64_t id = s->r[i].start, end = id + s->r[i].count, n;

		while ((id = next_free(m, true, id, &n)) < end) {
			int rc = add(m, id, id, MIN(n, end - id), e);

			if (rc < 0)
				return rc;
			id += n;
		}
	}
	idmap_merge(m);
	return 0;
}

static int get_ranges(const struct subid_user *u, enum idmap_kind kind, struct subids *s,
		      struct nserr *e)
{
	int rc = subid_ranges(u, kind, s, e);
	char who[300];

	if (rc < 0 || s->n > 0)
		return rc;
	if (u->name[0])
		snprintf(who, sizeof(who), "user %s", u->name);
	else
		snprintf(who, sizeof(who), "uid %u", u->uid);
	nserr_set(e, 0, "%s has no range of subordinate %ss", who, idmap_kind_names[kind]);
	if (s->bad_line)
		nserr_hint(e, "line %u of %s is not used: %s", s->bad_line, subid_files[kind],
			   s->bad_cause);
	else
		nserr_hint(e, "a line in %s would give it one, usermod(8) writes it",
			   subid_files[kind]);
	return -ENOENT;
}

/* INSIDE:OUTSIDE:COUNT, or OUTSIDE,INSIDE,COUNT as older versions of unshare(1) wrote it. */
static int add_range(struct idmap *m, const char *word, struct nserr *e)
{
	char sep = strchr(word, ':') ? ':' : ',';
	const char *s = word;
	uint64_t v[3];
	int rc;

	for (int i = 0; i < 3; i++) {
		const char *end = i < 2 ? strchr(s, sep) : s + strlen(s);

		if (!end || num_u64n(s, (size_t)(end - s), 0, UINT32_MAX, &v[i]) < 0)
			return nserr_set(e, 0, "bad range '%s', not INSIDE:OUTSIDE:COUNT", word);
		s = end + 1;
	}
	rc = sep == ':' ? idmap_add(m, (uint32_t)v[0], (uint32_t)v[1], v[2], e)
			: idmap_add(m, (uint32_t)v[1], (uint32_t)v[0], v[2], e);
	if (rc < 0)
		nserr_prefix(e, "bad range '%s'", word);
	return rc;
}

int idplan_words(struct idmap *m, enum idmap_kind kind, const char *const *words, size_t n,
		 const struct idplan_single *single, enum idplan_overlap overlap,
		 const struct subid_user *user, struct nserr *e)
{
	cleanup_subids struct subids s = SUBIDS_INIT;
	bool automatic = false;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++) {
		bool is_auto = streq(words[i], "auto"), is_subids = streq(words[i], "subids");

		if ((is_auto || is_subids) && s.n == 0)
			rc = get_ranges(user, kind, &s, e);
		automatic |= is_auto;
		if (rc < 0 || is_auto)
			continue;
		if (is_subids)
			rc = add_subids(m, &s, e);
		else if (streq(words[i], "all"))
			rc = idplan_identity(m, kind, e);
		else
			rc = add_range(m, words[i], e);
	}
	if (rc == 0 && n > 0 && m->n > 0)
		rc = idmap_check(m, NULL, e);
	if (rc == 0 && single)
		rc = idplan_single(m, single->inside, single->outside, overlap, e);
	if (rc == 0 && automatic)
		rc = idplan_fill(m, &s, 0, e);
	return rc;
}

/* The caller's own id, and the ranges around it. A range that has that id outside too is in its
 * way, since the kernel wants each outside id once. */
static int make_around(uint32_t inside, uint32_t own, const struct subids *s,
		       enum idplan_overlap overlap, struct idmap *m, struct nserr *e)
{
	/* with a hole the range is laid out as if the own id were not its own */
	const uint32_t outside = overlap == IDPLAN_HOLE ? IDMAP_NONE : own;
	int rc = idmap_append(m, (struct idmap_extent){ inside, outside, 1, 0 });

	for (size_t i = 0; overlap == IDPLAN_ERROR && i < s->n; i++)
		if (own >= s->r[i].start && own - s->r[i].start < s->r[i].count) {
			nserr_set(e, 0,
				  "own id %u is in the range %u-%u, which is to be mapped too", own,
				  s->r[i].start, s->r[i].start + (s->r[i].count - 1));
			nserr_hint(e, "--overlap hole or shift says what is to become of it");
			return -EEXIST;
		}
	if (rc < 0)
		return nserr_set(e, rc, "cannot hold the map");
	rc = idplan_fill(m, s, 0, e);
	if (rc < 0 || overlap != IDPLAN_HOLE)
		return rc;
	for (size_t i = 0; i < m->n; i++)
		if (m->ext[i].outside == IDMAP_NONE)
			m->ext[i] = m->ext[--m->n];
	return idplan_single(m, inside, own, IDPLAN_HOLE, e);
}

/* One map of the style. */
static int make_map(enum idplan_style style, enum idmap_kind kind, const struct subids *s,
		    enum idplan_overlap overlap, struct idmap *m, struct nserr *e)
{
	uint32_t own = kind == IDMAP_UID ? geteuid() : getegid();

	switch (style) {
	case IDPLAN_ROOT:
		return idmap_add(m, 0, own, 1, e);
	case IDPLAN_CURRENT:
		return idmap_add(m, own, own, 1, e);
	case IDPLAN_IDENTITY:
		return idplan_identity(m, kind, e);
	case IDPLAN_SUBIDS:
		return add_subids(m, s, e);
	case IDPLAN_KEEP_ID:
	case IDPLAN_PODMAN:
		return make_around(style == IDPLAN_PODMAN ? 0 : own, own, s, overlap, m, e);
	case IDPLAN_LXC:
	case IDPLAN_DOCKER:
		return idplan_fill(m, s, 0, e);
	case IDPLAN_AUTO:
		break;
	}
	return nserr_set(e, 0, "this style makes no map");
}

static bool takes_ranges(enum idplan_style style)
{
	return style != IDPLAN_ROOT && style != IDPLAN_CURRENT && style != IDPLAN_IDENTITY;
}

static int make_maps(enum idplan_style style, const struct idplan_request *r,
		     const struct subid_user *u, struct idmaps *m, struct nserr *e)
{
	*m = IDMAPS_INIT;
	for (int k = 0; k < IDMAP_KINDS; k++) {
		cleanup_subids struct subids s = SUBIDS_INIT;
		cleanup_idmap struct idmap own = IDMAP_INIT;
		int rc = 0;

		if (takes_ranges(style))
			rc = get_ranges(u, k, &s, e);
		if (rc == 0)
			rc = make_map(style, k, &s, r->overlap, &m->map[k], e);
		if (rc == 0 && (rc = own_map(k, &own, e)) == 0)
			rc = idmap_split(&m->map[k], &own, e);
		if (rc < 0) {
			idmaps_free(m);
			return rc;
		}
	}
	return 0;
}

/* What the caller can have, see the header. */
static int make_auto(const struct idplan_request *r, const struct subid_user *u, struct idmaps *m,
		     struct nserr *note, struct nserr *e)
{
	bool root = sys_cap_has(CAP_SETUID) && sys_cap_has(CAP_SETGID);
	enum idmap_way way;
	int rc = make_maps(root ? IDPLAN_LXC : IDPLAN_PODMAN, r, u, m, e);

	if (rc == 0 && !root)
		rc = idmaps_way(m, &way, e);
	if (rc == 0 || (rc != -ENOENT && rc != -EPERM))
		return rc;
	idmaps_free(m);
	*note = *e;
	note->errnum = 0;
	nserr_prefix(note, root ? "every id is mapped to itself" : "only one's own id is mapped");
	*e = NSERR_INIT;
	return make_maps(root ? IDPLAN_IDENTITY : IDPLAN_ROOT, r, u, m, e);
}

int idplan_make(const struct idplan_request *r, struct idmaps *m, struct nserr *note,
		struct nserr *e)
{
	const char *user = r->user ? r->user : r->style == IDPLAN_DOCKER ? "dockremap" : NULL;
	struct subid_user u = { 0 };
	int rc = 0;

	*note = NSERR_INIT;
	*m = IDMAPS_INIT;
	if (r->style == IDPLAN_AUTO || takes_ranges(r->style))
		rc = subid_user(user, &u, e);
	if (rc == 0)
		rc = r->style == IDPLAN_AUTO ? make_auto(r, &u, m, note, e)
					     : make_maps(r->style, r, &u, m, e);
	if (rc < 0)
		return rc;
	/* a single id of an ordinary user: the kernel takes its gid only with setgroups denied */
	if (!sys_cap_has(CAP_SETGID) && m->map[IDMAP_GID].n == 1 &&
	    m->map[IDMAP_GID].ext[0].count == 1)
		m->setgroups = IDMAP_SETGROUPS_DENY;
	rc = idmaps_check(m, NULL, e);
	if (rc < 0)
		idmaps_free(m);
	return rc;
}
