// SPDX-License-Identifier: GPL-2.0-or-later
/* plan: builds the maps of a style (enum idmap_plan_style), or the map that the map options of
 * unshare(1) describe. */
#include "idmap/plan.h"

#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"
#include "base/num.h"
#include "idmap/procfile.h"
#include "idmap/subid_nss.h"
#include "idmap/writer.h"
#include "kernel/sys_cap.h"

/* Reads the map of the caller's own user namespace into m. Returns 0, or a negative errno with e
 * set. */
static int own_map(enum idmap_kind kind, struct idmap *m, struct nserr *e)
{
	cleanup_fd int self = file_open_self(e);

	*m = IDMAP_INIT;
	return self < 0 ? self : idmap_read(self, kind, m, e);
}

/* Maps all ids of the caller's own user namespace to themselves. Returns 0, or a negative errno
 * with e set. */
static int add_identity(struct idmap *m, enum idmap_kind kind, struct nserr *e)
{
	cleanup_idmap struct idmap own = IDMAP_INIT;
	int rc = own_map(kind, &own, e);

	if (rc < 0)
		return rc;
	if (own.n == 0)
		return nserr_set(e, 0, "this user namespace has no %s map", idmap_kind_names[kind]);
	for (size_t i = 0; i < own.n; i++) {
		rc = idmap_add(m, own.ext[i].inside, own.ext[i].inside, own.ext[i].count, e);
		if (rc < 0)
			return rc;
	}
	idmap_sort(m);
	return 0;
}

/* Reads the subordinate ids of a user. Returns 0, or a negative errno with e set: -ENOENT if the
 * user has no subordinate ids. */
static int get_ranges(const struct subid_user *u, enum idmap_kind kind, struct subids *s,
		      struct nserr *e)
{
	int rc = subid_ranges(u, kind, s, e);
	char who[300], lib[64];

	if (rc < 0 || s->n > 0)
		return rc;
	if (u->name[0])
		snprintf(who, sizeof(who), "user %s", u->name);
	else
		snprintf(who, sizeof(who), "uid %u", u->uid);
	nserr_set(e, 0, "%s has no range of subordinate %ss", who, idmap_kind_names[kind]);
	if (s->bad_line)
		nserr_hint(e, "fix line %u of %s: %s", s->bad_line, subid_files[kind],
			   s->bad_cause);
	else if (subid_nss_is_missing(lib, sizeof(lib)))
		nserr_hint(e,
			   "install %s, which the subid line of nsswitch.conf names, or add a "
			   "range to %s",
			   lib, subid_files[kind]);
	else
		nserr_hint(e, "add a range to %s with 'usermod --add-sub%ss FIRST-LAST USER'",
			   subid_files[kind], idmap_kind_names[kind]);
	return -ENOENT;
}

/* Adds to m the range INSIDE:OUTSIDE:COUNT, or OUTSIDE,INSIDE,COUNT as in unshare(1) before
 * util-linux 2.39. Returns 0, or a negative errno with e set. */
static int add_range(struct idmap *m, const char *word, struct nserr *e)
{
	char sep = strchr(word, ':') ? ':' : ',';
	const char *s = word;
	uint64_t v[3];
	int rc;

	for (int i = 0; i < 3; i++) {
		const char *end = i < 2 ? strchr(s, sep) : s + strlen(s);

		if (!end || num_u64n(s, (size_t)(end - s), 0, UINT32_MAX, &v[i]) < 0)
			return nserr_set(e, 0, "invalid range '%s', expected INSIDE:OUTSIDE:COUNT",
					 word);
		s = end + 1;
	}
	rc = sep == ':' ? idmap_add(m, (uint32_t)v[0], (uint32_t)v[1], v[2], e)
			: idmap_add(m, (uint32_t)v[1], (uint32_t)v[0], v[2], e);
	if (rc < 0)
		nserr_prefix(e, "invalid range '%s'", word);
	return rc;
}

/* Adds one item of --map-users to m, except "auto", which must be added after all other items.
 * Reads the subordinate ids of the user into s when an item first needs them. Returns 0, or a
 * negative errno with e set. */
static int add_word(struct idmap *m, enum idmap_kind kind, const char *word,
		    const struct subid_user *user, struct subids *s, struct nserr *e)
{
	bool is_auto = streq(word, "auto"), is_subids = streq(word, "subids");
	int rc = (is_auto || is_subids) && s->n == 0 ? get_ranges(user, kind, s, e) : 0;

	if (rc < 0 || is_auto)
		return rc;
	if (is_subids)
		return idmap_plan_subids(m, s, e);
	return streq(word, "all") ? add_identity(m, kind, e) : add_range(m, word, e);
}

int idmap_plan_words(struct idmap *m, enum idmap_kind kind, const char *const *words, size_t n,
		     const struct idmap_plan_single *single, enum idmap_plan_overlap overlap,
		     const struct subid_user *user, struct nserr *e)
{
	cleanup_subids struct subids s = SUBIDS_INIT;
	bool automatic = false;
	int rc;

	for (size_t i = 0; i < n; i++) {
		rc = add_word(m, kind, words[i], user, &s, e);
		if (rc < 0)
			return rc;
		automatic |= streq(words[i], "auto");
	}
	if (m->n > 0) {
		rc = idmap_check(m, NULL, e);
		if (rc < 0)
			return rc;
	}
	if (single) {
		rc = idmap_plan_single(m, single->inside, single->outside, overlap, e);
		if (rc < 0)
			return rc;
	}
	rc = automatic ? idmap_plan_fill(m, &s, e) : 0;
	return rc == 0 && single ? idmap_plan_own_first(m, single->inside, single->outside, e) : rc;
}

/* Maps the id `inside` to the caller's id, and the other inside ids to the subordinate ranges in s.
 * The kernel accepts each outside id only once, so `overlap` decides what happens if a range
 * contains the caller's id. Returns 0, or a negative errno with e set. */
static int make_around(uint32_t inside, uint32_t own, const struct subids *s,
		       enum idmap_plan_overlap overlap, struct idmap *m, struct nserr *e)
{
	/* for IDMAP_PLAN_HOLE, first place the range as if it did not contain the caller's id */
	const uint32_t outside = overlap == IDMAP_PLAN_HOLE ? IDMAP_NONE : own;
	int rc = idmap_append(m, (struct idmap_extent){ inside, outside, 1, 0 });

	for (size_t i = 0; overlap == IDMAP_PLAN_ERROR && i < s->n; i++)
		if (own >= s->r[i].start && own - s->r[i].start < s->r[i].count) {
			nserr_set(
				e, 0,
				"the caller's id %u is mapped twice: alone, and in the range %u-%u",
				own, s->r[i].start, s->r[i].start + (s->r[i].count - 1));
			nserr_hint(e, "add --overlap hole or --overlap shift");
			return -EEXIST;
		}
	if (rc < 0)
		return nserr_set(e, rc, "cannot allocate memory for the map");
	rc = idmap_plan_fill(m, s, e);
	if (rc < 0 || overlap != IDMAP_PLAN_HOLE)
		return rc;
	for (size_t i = 0; i < m->n; i++)
		if (m->ext[i].outside == IDMAP_NONE)
			m->ext[i] = m->ext[--m->n];
	return idmap_plan_single(m, inside, own, IDMAP_PLAN_HOLE, e);
}

/* Builds the uid map or the gid map of the style in m. `own` is the caller's id, s contains the
 * subordinate ranges. Returns 0, or a negative errno with e set. */
static int make_map(enum idmap_plan_style style, enum idmap_kind kind, const struct subids *s,
		    uint32_t own, enum idmap_plan_overlap overlap, struct idmap *m, struct nserr *e)
{
	switch (style) {
	case IDMAP_PLAN_ROOT:
		return idmap_add(m, 0, own, 1, e);
	case IDMAP_PLAN_CURRENT:
		return idmap_add(m, own, own, 1, e);
	case IDMAP_PLAN_IDENTITY:
		return add_identity(m, kind, e);
	case IDMAP_PLAN_SUBIDS:
		return idmap_plan_subids(m, s, e);
	case IDMAP_PLAN_KEEP_ID:
	case IDMAP_PLAN_PODMAN:
		return make_around(style == IDMAP_PLAN_PODMAN ? 0 : own, own, s, overlap, m, e);
	case IDMAP_PLAN_LXC:
	case IDMAP_PLAN_DOCKER:
		return idmap_plan_fill(m, s, e);
	case IDMAP_PLAN_AUTO:
		break;
	}
	return nserr_set(e, 0, "cannot build the map 'auto'");
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

/* Sets `own` to the ids of the requested user or of the caller. Returns 0, or a negative errno with
 * e set. */
static int own_ids(const struct idmap_plan_request *r, const struct subid_user *u,
		   uint32_t own[IDMAP_KINDS], struct nserr *e)
{
	own[IDMAP_UID] = r->user ? u->uid : geteuid();
	own[IDMAP_GID] = r->user ? u->gid : getegid();
	if (!r->user || (u->has_uid && u->has_gid))
		return 0;
	return nserr_set(e, 0,
			 "the ids of user %s are unknown, because the user has no passwd entry",
			 r->user);
}

/* Builds the uid map or the gid map and splits it at the extents of the caller's own map. Returns
 * 0, or a negative errno with e set. */
static int make_split_map(enum idmap_plan_style style, const struct idmap_plan_request *r,
			  const struct subid_user *u, enum idmap_kind k, uint32_t own,
			  struct idmap *m, struct nserr *e)
{
	cleanup_subids struct subids s = SUBIDS_INIT;
	cleanup_idmap struct idmap parent = IDMAP_INIT;
	int rc = takes_ranges(style) ? get_ranges(u, k, &s, e) : 0;

	if (rc < 0)
		return rc;
	rc = make_map(style, k, &s, own, r->overlap, m, e);
	if (rc < 0)
		return rc;
	rc = own_map(k, &parent, e);
	if (rc == 0)
		rc = idmap_split(m, &parent, e);
	if (rc < 0 || !takes_own(style))
		return rc;
	/* newuidmap(1) checks each extent separately. It permits the caller's own id and the range
	 * next to it, but no extent that contains both. */
	return idmap_split_at(m, own) < 0
		       ? nserr_set(e, ENOMEM, "cannot allocate memory for the map")
		       : 0;
}

static int make_maps(enum idmap_plan_style style, const struct idmap_plan_request *r,
		     const struct subid_user *u, struct idmaps *m, struct nserr *e)
{
	uint32_t own[IDMAP_KINDS] = { 0 };
	int rc = takes_own(style) ? own_ids(r, u, own, e) : 0;

	*m = IDMAPS_INIT;
	for (int k = 0; rc == 0 && k < IDMAP_KINDS; k++)
		rc = make_split_map(style, r, u, k, own[k], &m->map[k], e);
	if (rc < 0)
		idmaps_free(m);
	return rc;
}

/* Builds the map for IDMAP_PLAN_AUTO. Returns 0, or a negative errno with e set. */
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
	if (r->user && !u->has_uid)
		return nserr_set(e, 0, "unknown user '%s'", r->user);
	idmaps_free(m);
	*note = *e;
	note->errnum = 0;
	nserr_prefix(note, root ? "every id is mapped to itself" : "only your own id is mapped");
	*e = NSERR_INIT;
	return make_maps(root ? IDMAP_PLAN_IDENTITY : IDMAP_PLAN_ROOT, r, u, m, e);
}

int idmap_plan_make(const struct idmap_plan_request *r, struct idmaps *m, struct nserr *note,
		    struct nserr *e)
{
	const char *user = r->user ? r->user : r->style == IDMAP_PLAN_DOCKER ? "dockremap" : NULL;
	struct subid_user u = { 0 };
	int rc;

	*note = NSERR_INIT;
	*m = IDMAPS_INIT;
	if (r->style == IDMAP_PLAN_AUTO || takes_ranges(r->style) || user) {
		rc = subid_user(user, &u, e);
		if (rc < 0)
			return rc;
	}
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
