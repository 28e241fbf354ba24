// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: looks up users, groups, maps and clocks that the options name. */
#include <fcntl.h>
#include <stdio.h>

#include "base/account.h"
#include "base/file.h"
#include "idmap/plan.h"
#include "idmap/view.h"
#include "kernel/sys_ns.h"
#include "nsunshare.h"

const char opts_current[] = "current";

static int lookup(enum idmap_kind kind, const char *option, const char *s, uint32_t *id,
		  struct nserr *e)
{
	int rc = kind == IDMAP_UID ? account_user(s, id, e) : account_group(s, id, e);

	if (rc < 0)
		nserr_prefix(e, "%s", option);
	return rc;
}

/* Parses --owner "<uid>:<gid>", as numbers or names. Returns 0, or a negative errno with e set. */
static int resolve_owner(struct run *r, struct nserr *e)
{
	const char *owner = r->o->owner, *colon;
	cleanup_free char *user = NULL;
	int rc;

	if (!owner)
		return 0;
	colon = strchr(owner, ':');
	if (!colon)
		return nserr_set(e, 0, "--owner: invalid argument '%s', expected <uid>:<gid>",
				 owner);
	user = strndup(owner, (size_t)(colon - owner));
	if (!user)
		return nserr_set(e, ENOMEM, "--owner: cannot allocate memory");
	r->has_owner = true;
	rc = lookup(IDMAP_UID, "--owner", user, &r->owner_uid, e);
	return rc < 0 ? rc : lookup(IDMAP_GID, "--owner", colon + 1, &r->owner_gid, e);
}

/* Returns the outside id that --map-user and similar options map: the id of the owner of the new
 * user namespace. */
static uint32_t own_id(const struct run *r, enum idmap_kind kind)
{
	if (r->has_owner)
		return kind == IDMAP_UID ? r->owner_uid : r->owner_gid;
	return kind == IDMAP_UID ? geteuid() : getegid();
}

/* Builds the map of user ids or of group ids, depending on `kind`, from --map-user, --map-users and
 * similar options. Returns 0, or a negative errno with e set. */
static int plan_map(const struct run *r, enum idmap_kind kind, struct idmap *m, struct nserr *e)
{
	const char *id = kind == IDMAP_UID ? r->o->map_user : r->o->map_group;
	const struct words *words = kind == IDMAP_UID ? &r->o->users : &r->o->groups;
	struct idmap_plan_single single = { 0 };
	struct subid_user user = { 0 };
	char owner[16];
	int rc = 0;

	if (!id && words->n == 0)
		return 0;
	single.inside = single.outside = own_id(r, kind);
	if (id && id != opts_current)
		rc = lookup(kind, kind == IDMAP_UID ? "--map-user" : "--map-group", id,
			    &single.inside, e);
	if (rc == 0 && words->n > 0) {
		snprintf(owner, sizeof(owner), "%u", r->owner_uid);
		rc = subid_user(r->has_owner ? owner : NULL, &user, e);
	}
	if (rc < 0)
		return rc;
	rc = idmap_plan_words(m, kind, words->word, words->n, id ? &single : NULL, IDMAP_PLAN_SHIFT,
			      &user, e);
	if (rc < 0)
		nserr_prefix(e, "%s map", idmap_kind_names[kind]);
	return rc;
}

/* Reads the map of --map, or builds the map of `nsidmap plan --auto` for --map=auto. The note that
 * only the user's own id is mapped is not printed. Returns 0, or a negative errno with e set. */
static int load_map(struct run *r, struct nserr *e)
{
	struct idmap_plan_request request = { IDMAP_PLAN_AUTO, NULL, IDMAP_PLAN_ERROR };
	struct nserr note = NSERR_INIT;
	char owner[16];

	if (!streq(r->o->map, "auto"))
		return idmap_view_load(r->o->map, &r->maps, e);
	snprintf(owner, sizeof(owner), "%u", r->owner_uid);
	if (r->has_owner)
		request.user = owner;
	return idmap_plan_make(&request, &r->maps, &note, e);
}

static int resolve_maps(struct run *r, struct nserr *e)
{
	const struct opts *o = r->o;
	int rc = o->map ? load_map(r, e) : 0;

	for (int kind = 0; rc == 0 && !o->map && kind < IDMAP_KINDS; kind++)
		rc = plan_map(r, kind, &r->maps.map[kind], e);
	if (rc < 0)
		return rc;
	if (o->setgroups != IDMAP_SETGROUPS_UNSET)
		r->maps.setgroups = o->setgroups;
	else if (o->map_group && o->groups.n == 0)
		r->maps.setgroups = IDMAP_SETGROUPS_DENY;
	r->has_maps = r->maps.map[IDMAP_UID].n || r->maps.map[IDMAP_GID].n ||
		      r->maps.setgroups != IDMAP_SETGROUPS_UNSET;
	if (!r->has_maps)
		return 0;
	return idmaps_prepare(&r->maps, own_id(r, IDMAP_UID), own_id(r, IDMAP_GID), !r->has_owner,
			      &r->writer, e);
}

/* Resolves the clocks. Must run before unshare(2), because the caller's own clocks cannot be read
 * afterwards. Returns 0, or a negative errno with e set. */
static int resolve_clocks(struct run *r, struct nserr *e)
{
	struct timens_now now = { 0 };
	cleanup_fd int self = -1;
	int rc;

	if (!timens_wanted(&r->o->clocks))
		return 0;
	self = file_open_self(e);
	if (self < 0)
		return self;
	rc = timens_look(TIMENS_ANCHOR_START, self, &now, e);
	return rc < 0 ? rc : timens_request_resolve(&r->o->clocks, &now, &r->offsets, e);
}

int resolve(struct run *r, struct nserr *e)
{
	const struct opts *o = r->o;
	int rc = resolve_owner(r, e);

	if (rc < 0)
		return rc;
	rc = resolve_clocks(r, e);
	if (rc < 0)
		return rc;
	rc = cred_check(&r->cred, e);
	if (rc < 0)
		return rc;
	if (!(o->types & CLONE_NEWUSER))
		/* as in unshare(1), --keep-caps has no effect without a new user namespace */
		r->cred.keep_caps = false;
	r->cred.caps_follow_uid = true;
	r->program.argv = o->argv;
	r->program.other_root = o->root;
	/* with --as, the shell is looked up in the root directory of the program */
	if (!r->cred.as)
		program_find_shell(&r->program);
	return resolve_maps(r, e);
}
