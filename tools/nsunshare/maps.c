// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: from the options to the maps of the new user namespace. */
#include <grp.h>
#include <pwd.h>

#include "idplan.h"
#include "nsunshare.h"
#include "num.h"
#include "stream.h"

const char opts_current[] = "current";

/* An id by number, else by name. */
static int lookup(enum idmap_kind kind, const char *option, const char *s, uint32_t *id,
		  struct nserr *e)
{
	int rc = num_id(s, id);

	if (rc == 0)
		return 0;
	if (rc == -ERANGE)
		return nserr_set(e, 0, "%s: '%s' is no id (0 to %u)", option, s, NUM_ID_MAX);
	errno = 0;
	if (kind == IDMAP_UID) {
		const struct passwd *pw = getpwnam(s);

		if (pw)
			*id = pw->pw_uid;
		return pw ? 0 : nserr_set(e, errno, "%s: no user '%s'", option, s);
	} else {
		const struct group *gr = getgrnam(s);

		if (gr)
			*id = gr->gr_gid;
		return gr ? 0 : nserr_set(e, errno, "%s: no group '%s'", option, s);
	}
}

static int read_map(const struct opts *o, struct idmaps *m, struct nserr *e)
{
	cleanup_free char *text = NULL;
	const char *name = o->map;
	ssize_t n;
	int rc;

	/* the one-word form begins as no stream name does */
	if (name[0] && name[1] == ':' && strchr("ugs", name[0]))
		return idmaps_parse(m, name, strlen(name), e);
	n = stream_read(name, &text, e);
	if (n < 0)
		return (int)n;
	rc = idmaps_parse(m, text, (size_t)n, e);
	if (rc < 0)
		nserr_prefix(e, "--map=%s", name);
	return rc;
}

/* The map of one kind as --map-user, --map-users and their short forms say. */
static int plan_map(const struct opts *o, enum idmap_kind kind, struct idmap *m, struct nserr *e)
{
	const char *id = kind == IDMAP_UID ? o->map_user : o->map_group;
	const char *const *words = kind == IDMAP_UID ? o->users : o->groups;
	size_t n = kind == IDMAP_UID ? o->n_users : o->n_groups;
	uint32_t own = kind == IDMAP_UID ? geteuid() : getegid();
	struct idplan_single single = { own, own };
	struct subid_user user = { 0 };
	int rc = 0;

	if (id && id != opts_current)
		rc = lookup(kind, kind == IDMAP_UID ? "--map-user" : "--map-group", id,
			    &single.inside, e);
	if (rc == 0 && n > 0)
		rc = subid_user(NULL, &user, e);
	if (rc < 0)
		return rc;
	return idplan_words(m, kind, words, n, id ? &single : NULL, IDPLAN_SHIFT, &user, e);
}

/* Whether the process may map its own ids itself: each to one id, which is the rule of
 * user_namespaces(7) that needs no privilege in the parent namespace. */
static bool is_own_id(const struct idmap *m, uint32_t own)
{
	return m->n == 0 || (m->n == 1 && m->ext[0].count == 1 && m->ext[0].outside == own);
}

int maps_resolve(struct run *r, struct nserr *e)
{
	const struct opts *o = r->o;
	int rc = 0;

	for (size_t i = 0; i < ARRAY_SIZE(o->clock); i++)
		if (o->clock[i] && num_s64(o->clock[i], INT64_MIN, INT64_MAX, &r->offset[i]) < 0)
			return nserr_set(e, 0, "'%s' is no number of seconds", o->clock[i]);
	if (o->setuid) {
		rc = lookup(IDMAP_UID, "--setuid", o->setuid, &r->uid, e);
		r->set_uid = true;
	}
	if (rc == 0 && o->setgid) {
		rc = lookup(IDMAP_GID, "--setgid", o->setgid, &r->gid, e);
		r->set_gid = true;
	}
	if (rc == 0 && o->map)
		rc = read_map(o, &r->maps, e);
	for (int kind = 0; rc == 0 && !o->map && kind < IDMAP_KINDS; kind++)
		rc = plan_map(o, kind, &r->maps.map[kind], e);
	if (rc < 0)
		return rc;
	r->has_maps = r->maps.map[IDMAP_UID].n || r->maps.map[IDMAP_GID].n || o->setgroups;
	r->maps_by_self = is_own_id(&r->maps.map[IDMAP_UID], geteuid()) &&
			  is_own_id(&r->maps.map[IDMAP_GID], getegid());
	if (o->setgroups != IDMAP_SETGROUPS_UNSET)
		r->maps.setgroups = o->setgroups;
	else if (o->map_group && o->n_groups == 0)
		r->maps.setgroups = IDMAP_SETGROUPS_DENY;
	return 0;
}
