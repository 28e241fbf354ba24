// SPDX-License-Identifier: GPL-2.0-or-later
/* idplan: maps made from wishes. */
#include "idmap/plan.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"
#include "base/num.h"
#include "idmap/procfile.h"
#include "idmap/writer.h"
#include "kernel/sys_cap.h"

/* The map of the caller's own user namespace; the initial one's covers all ids. */
static int own_map(enum idmap_kind kind, struct idmap *m, struct nserr *e)
{
	cleanup_fd int self = file_open_self(e);

	*m = IDMAP_INIT;
	return self < 0 ? self : idmap_read(self, kind, m, e);
}

int idmap_plan_identity(struct idmap *m, enum idmap_kind kind, struct nserr *e)
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

int idmap_plan_words(struct idmap *m, enum idmap_kind kind, const char *const *words, size_t n,
		     const struct idmap_plan_single *single, enum idmap_plan_overlap overlap,
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
			rc = idmap_plan_subids(m, &s, e);
		else if (streq(words[i], "all"))
			rc = idmap_plan_identity(m, kind, e);
		else
			rc = add_range(m, words[i], e);
	}
	if (rc == 0 && n > 0 && m->n > 0)
		rc = idmap_check(m, NULL, e);
	if (rc == 0 && single)
		rc = idmap_plan_single(m, single->inside, single->outside, overlap, e);
	if (rc == 0 && automatic)
		rc = idmap_plan_fill(m, &s, 0, e);
	return rc;
}

/* The caller's own id, and the ranges around it. A range that has that id outside too is in its
 * way, since the kernel wants each outside id once. */
static int make_around(uint32_t inside, uint32_t own, const struct subids *s,
		       enum idmap_plan_overlap overlap, struct idmap *m, struct nserr *e)
{
	/* with a hole the range is laid out as if the own id were not its own */
	const uint32_t outside = overlap == IDMAP_PLAN_HOLE ? IDMAP_NONE : own;
	int rc = idmap_append(m, (struct idmap_extent){ inside, outside, 1, 0 });

	for (size_t i = 0; overlap == IDMAP_PLAN_ERROR && i < s->n; i++)
		if (own >= s->r[i].start && own - s->r[i].start < s->r[i].count) {
			nserr_set(e, 0,
				  "own id %u is in the range %u-%u, which is to be mapped too", own,
				  s->r[i].start, s->r[i].start + (s->r[i].count - 1));
			nserr_hint(e, "--overlap hole or shift says what is to become of it");
			return -EEXIST;
		}
	if (rc < 0)
		return nserr_set(e, rc, "cannot hold the map");
	rc = idmap_plan_fill(m, s, 0, e);
	if (rc < 0 || overlap != IDMAP_PLAN_HOLE)
		return rc;
	for (size_t i = 0; i < m->n; i++)
		if (m->ext[i].outside == IDMAP_NONE)
			m->ext[i] = m->ext[--m->n];
	return idmap_plan_single(m, inside, own, IDMAP_PLAN_HOLE, e);
}

/* One map of the style. */
static int make_map(enum idmap_plan_style style, enum idmap_kind kind, const struct subids *s,
		    uint32_t own, enum idmap_plan_overlap overlap, struct idmap *m, struct nserr *e)
{
	switch (style) {
	case IDMAP_PLAN_ROOT:
		return idmap_add(m, 0, own, 1, e);
	case IDMAP_PLAN_CURRENT:
		return idmap_add(m, own, own, 1, e);
	case IDMAP_PLAN_IDENTITY:
		return idmap_plan_identity(m, kind, e);
	case IDMAP_PLAN_SUBIDS:
		return idmap_plan_subids(m, s, e);
	case IDMAP_PLAN_KEEP_ID:
	case IDMAP_PLAN_PODMAN:
		return make_around(style == IDMAP_PLAN_PODMAN ? 0 : own, own, s, overlap, m, e);
	case IDMAP_PLAN_LXC:
	case IDMAP_PLAN_DOCKER:
		return idmap_plan_fill(m, s, 0, e);
	case IDMAP_PLAN_AUTO:
		break;
	}
	return nserr_set(e, 0, "this style makes no map");
}

static bool takes_ranges(enum idmap_plan_style style)
{
	return style != IDMAP_PLAN_ROOT && style != IDMAP_PLAN_CURRENT &&
	       style != IDMAP_PLAN_IDENTITY;
}

static bool takes_own(enum idmap_plan_style style)
{
	return style != IDMAP_PLAN_SUBIDS && style != IDMAP_PLAN_IDENTITY &&
	       style != IDMAP_PLAN_LXC && style != IDMAP_PLAN_DOCKER;
}

/* The ids of the user that was named, or those of the caller. */
static int own_ids(const struct idmap_plan_request *r, const struct subid_user *u,
		   uint32_t own[IDMAP_KINDS], struct nserr *e)
{
	own[IDMAP_UID] = r->user ? u->uid : geteuid();
	own[IDMAP_GID] = r->user ? u->gid : getegid();
	if (!r->user || (u->has_uid && u->has_gid))
		return 0;
	return nserr_set(e, 0, "user %s has no passwd entry, which would tell its own ids",
			 r->user);
}

static int make_maps(enum idmap_plan_style style, const struct idmap_plan_request *r,
		     const struct subid_user *u, struct idmaps *m, struct nserr *e)
{
	uint32_t own[IDMAP_KINDS] = { 0 };

	*m = IDMAPS_INIT;
	for (int k = 0; k < IDMAP_KINDS; k++) {
		cleanup_subids struct subids s = SUBIDS_INIT;
		cleanup_idmap struct idmap parent = IDMAP_INIT;
		int rc = 0;

		if (takes_own(style))
			rc = own_ids(r, u, own, e);
		if (rc == 0 && takes_ranges(style))
			rc = get_ranges(u, k, &s, e);
		if (rc == 0)
			rc = make_map(style, k, &s, own[k], r->overlap, &m->map[k], e);
		if (rc == 0 && (rc = own_map(k, &parent, e)) == 0)
			rc = idmap_split(&m->map[k], &parent, e);
		if (rc < 0) {
			idmaps_free(m);
			return rc;
		}
	}
	return 0;
}

/* What the caller can have, see the header. */
static int make_auto(const struct idmap_plan_request *r, const struct subid_user *u,
		     struct idmaps *m, struct nserr *note, struct nserr *e)
{
	struct sys_caps caps;
	enum idmap_writer writer;
	bool root;
	int rc = sys_cap_get(&caps);

	if (rc < 0)
		return nserr_set(e, rc, "cannot read the capabilities");
	root = (caps.effective & SYS_CAP_BIT(CAP_SETUID)) &&
	       (caps.effective & SYS_CAP_BIT(CAP_SETGID));
	rc = make_maps(root ? IDMAP_PLAN_LXC : IDMAP_PLAN_PODMAN, r, u, m, e);
	if (rc == 0 && !root)
		rc = idmaps_choose_writer(m, &writer, e);
	if (rc == 0 || (rc != -ENOENT && rc != -EPERM))
		return rc;
	idmaps_free(m);
	*note = *e;
	note->errnum = 0;
	nserr_prefix(note, root ? "every id is mapped to itself" : "only one's own id is mapped");
	*e = NSERR_INIT;
	return make_maps(root ? IDMAP_PLAN_IDENTITY : IDMAP_PLAN_ROOT, r, u, m, e);
}

int idmap_plan_make(const struct idmap_plan_request *r, struct idmaps *m, struct nserr *note,
		    struct nserr *e)
{
	const char *user = r->user ? r->user : r->style == IDMAP_PLAN_DOCKER ? "dockremap" : NULL;
	struct subid_user u = { 0 };
	int rc = 0;

	*note = NSERR_INIT;
	*m = IDMAPS_INIT;
	if (r->style == IDMAP_PLAN_AUTO || takes_ranges(r->style) || user)
		rc = subid_user(user, &u, e);
	if (rc == 0)
		rc = r->style == IDMAP_PLAN_AUTO ? make_auto(r, &u, m, note, e)
						 : make_maps(r->style, r, &u, m, e);
	if (rc < 0)
		return rc;
	rc = idmaps_settle_setgroups(m, getegid(), e);
	if (rc == 0)
		rc = idmaps_check(m, NULL, e);
	if (rc < 0)
		idmaps_free(m);
	return rc;
}
