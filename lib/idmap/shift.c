// SPDX-License-Identifier: GPL-2.0-or-later
/* shift: changes the ids of one file. */
#include "idmap/shift.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/limits.h>
#include <linux/xattr.h>
#include <stdio.h>
#include <sys/xattr.h>

#include "base/file.h"

int shift_enter(struct nserr *e)
{
	return chdir("/proc/self/fd") < 0 ? nserr_set(e, errno, "cannot enter /proc/self/fd") : 0;
}

int shift_check(const struct idmaps *from, const struct idmaps *to, struct nserr *e)
{
	int rc = idmaps_check_rules(from, e);

	if (rc == 0)
		rc = idmaps_check_rules(to, e);
	for (int k = 0; rc == 0 && k < IDMAP_KINDS; k++) {
		for (size_t i = 0; i < from->map[k].n; i++) {
			const struct idmap_extent *a = &from->map[k].ext[i];

			for (size_t t = 0; t < to->map[k].n; t++) {
				const struct idmap_extent *b = &to->map[k].ext[t];
				uint32_t first = MAX(a->outside, b->outside);

				if (first - a->outside >= a->count ||
				    first - b->outside >= b->count)
					continue;
				nserr_set(e, 0, "outside %s %u is in both maps",
					  idmap_kind_names[k], first);
				nserr_hint(e, "change the owners in two steps: first to ids that "
					      "neither map contains, then to the ids of the second "
					      "map");
				return -EINVAL;
			}
		}
	}
	return rc;
}

/* Returns the id that replaces `id`, or `id` itself if it must not be changed. */
static uint32_t translate(void *ctx, enum idmap_kind k, uint32_t id)
{
	struct shift *s = ctx;
	uint32_t inside, to;

	if (idmap_to_inside(&s->from->map[k], id, &inside) == 0 &&
	    idmap_to_outside(&s->to->map[k], inside, &to) == 0)
		return to;
	if (idmap_to_inside(&s->to->map[k], id, &inside) < 0)
		s->found->foreign = true;
	return id;
}

struct value {
	/* room for the root uid (4 bytes) that is added to the file capabilities */
	unsigned char v[XATTR_SIZE_MAX + 4];
	size_t n;
	bool has, changed;
};

/* Reads the extended attribute into v and translates its ids. Returns 0 or a negative errno. */
static int read_value(struct shift *s, const char *file, const struct idmap_xattr *x,
		      struct value *v)
{
	ssize_t n = getxattr(file, x->name, v->v, XATTR_SIZE_MAX);
	bool foreign;
	int rc;

	v->has = v->changed = false;
	if (n < 0 && (errno == ENODATA || errno == EOPNOTSUPP))
		return 0;
	if (n < 0 && errno == EOVERFLOW) {
		/* getxattr(2) fails with EOVERFLOW if the root uid of the file capabilities is not
		 * mapped in this user namespace (capabilities(7)) */
		s->found->foreign = true;
		return 0;
	}
	if (n < 0)
		return -errno;
	v->n = (size_t)n;
	v->has = true;
	foreign = s->found->foreign;
	rc = idmap_xattr_translate(x, v->v, &v->n, translate, s);
	v->changed = rc > 0;
	/* file capabilities of version 2 contain no id and stay unchanged, unless uid 0 is to be
	 * changed */
	if (x->type == S_IFREG && n == XATTR_CAPS_SZ_2 && !v->changed)
		s->found->foreign = foreign;
	return MIN(rc, 0);
}

static bool has_name(const char *list, size_t n, const char *name)
{
	for (const char *s = list; s < list + n; s += strlen(s) + 1)
		if (streq(s, name))
			return true;
	return false;
}

static int failed(struct nserr *e, int rc, const char *what, const char *path)
{
	return nserr_set(e, rc, "cannot %s of '%s'", what, path);
}

static int set_value(const char *file, const struct idmap_xattr *x, const struct value *v)
{
	return setxattr(file, x->name, v->v, v->n, 0) < 0 ? -errno : 0;
}

/* The name of a descriptor, relative to the working directory /proc/self/fd. With a path from the
 * root, chown needs 7 % more time. */
struct fd_name {
	char text[16];
};

static struct fd_name fd_name(int fd)
{
	struct fd_name name;

	snprintf(name.text, sizeof(name.text), "%d", fd);
	return name;
}

struct target {
	const char *file; /* path of the file's descriptor in /proc */
	const char *(*path)(void *ctx);
	void *ctx;
	const struct statx *st;
};

/* Changes the ACLs of the file and reads its capabilities into caps. Returns 0, or a negative errno
 * with e set. */
static int shift_xattrs(struct shift *s, const struct target *t, struct value *caps,
			struct nserr *e)
{
	static char list[XATTR_LIST_MAX];
	static struct value acl;
	const mode_t type = t->st->stx_mode & S_IFMT;
	ssize_t n = listxattr(t->file, list, sizeof(list));

	if (n < 0 && errno == EOPNOTSUPP)
		return 0;
	if (n < 0)
		return failed(e, errno, "list the attributes", t->path(t->ctx));
	for (size_t i = 0; i < IDXATTRS; i++) {
		const struct idmap_xattr *x = &idxattrs[i];
		bool is_caps = x->type == S_IFREG;
		struct value *v = is_caps ? caps : &acl;
		int rc;

		if ((x->type && x->type != type) || !has_name(list, (size_t)n, x->name))
			continue;
		rc = read_value(s, t->file, x, v);
		if (rc < 0)
			return nserr_set(e, rc, "cannot read the %s of '%s'", x->what,
					 t->path(t->ctx));
		s->found->xattr[i] = v->changed;
		if (is_caps || !v->changed || !s->journal)
			continue;
		rc = set_value(t->file, x, v);
		if (rc < 0)
			return nserr_set(e, rc, "cannot set the %s of '%s'", x->what,
					 t->path(t->ctx));
	}
	return 0;
}

/* Restores the setuid and setgid bits and the capabilities of the pending record, and removes the
 * record. After a failure, the record stays in the journal, so that a later run can restore them.
 * Returns 0, or a negative errno with e set. */
static int restore(struct shift *s, const struct target *t, struct nserr *e)
{
	const struct journal_record *r = &s->journal->record;
	int rc = 0;

	s->stop = true;
	if ((r->mode & (S_ISUID | S_ISGID)) && chmod(t->file, r->mode & 07777) < 0)
		return failed(e, errno, "restore the mode", t->path(t->ctx));
	if (r->ncaps > 0 && setxattr(t->file, XATTR_NAME_CAPS, r->caps, r->ncaps, 0) < 0)
		return failed(e, errno, "restore the capabilities", t->path(t->ctx));
	rc = journal_clear(s->journal);
	if (rc < 0)
		return nserr_set(e, rc, "cannot write the journal");
	s->stop = false;
	return 0;
}

/* Changes the owner of a file. chown(2) clears the setuid and setgid bits and the capabilities of a
 * file, also for root, so this function records them before the call and restores them after it.
 * Returns 0, or a negative errno with e set. */
static int shift_owner(struct shift *s, const struct target *t, int fd, uint32_t uid, uint32_t gid,
		       const struct value *caps, struct nserr *e)
{
	const struct statx *st = t->st;
	struct journal_record r = {
		.ino = st->stx_ino,
		.born = journal_born(st),
		.uid = uid,
		.gid = gid,
		.mode = st->stx_mode,
		.ncaps = caps->has ? (uint32_t)caps->n : 0,
	};
	bool special = !S_ISDIR(st->stx_mode) && !S_ISLNK(st->stx_mode) &&
		       ((st->stx_mode & (S_ISUID | S_ISGID)) || caps->has);
	int rc;

	if (special && s->journal->fd < 0) {
		*e = s->no_journal;
		nserr_prefix(e, "cannot preserve the mode and capabilities of '%s'",
			     t->path(t->ctx));
		return -EPERM;
	}
	if (caps->has)
		memcpy(r.caps, caps->v, caps->n);
	rc = special ? journal_write(s->journal, &r) : 0;
	if (rc < 0)
		return failed(e, rc, "record the mode", t->path(t->ctx));
	if (fchownat(fd, "", uid, gid, AT_EMPTY_PATH) == 0)
		return special ? restore(s, t, e) : 0;
	rc = -errno;
	failed(e, rc, "change the owner", t->path(t->ctx));
	if (rc == -EPERM && st->stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND))
		nserr_hint(e,
			   "run 'chattr -%c' on this file, because the attribute prevents a "
			   "change of owner",
			   st->stx_attributes & STATX_ATTR_IMMUTABLE ? 'i' : 'a');
	/* chown(2) failed, so the file has not been changed and the record can be removed */
	s->stop = special && journal_clear(s->journal) < 0;
	return rc;
}

int shift_complete(struct shift *s, int fd, const struct statx *st, const char *(*path)(void *ctx),
		   void *ctx, struct nserr *e)
{
	struct fd_name file = fd_name(fd);
	struct target t = { file.text, path, ctx, st };
	struct journal_record r = s->journal->record;
	int rc;

	if (!journal_matches(s->journal, st))
		return 0;
	if (journal_is_fresh(s->journal, st)) {
		/* record the capabilities again, because restoring them changes the file, and this
		 * run may be killed, too */
		rc = journal_write(s->journal, &r);
		if (rc < 0)
			return nserr_set(e, rc, "cannot write the journal");
		rc = restore(s, &t, e);
		return rc < 0 ? rc : 1;
	}
	rc = journal_clear(s->journal);
	if (rc < 0)
		return nserr_set(e, rc, "cannot write the journal");
	nserr_set(e, 0,
		  "'%s' was changed after an earlier 'nsidmap chown' was killed, so its mode "
		  "%04o%s not restored",
		  path(ctx), r.mode & 07777, r.ncaps ? " and its capabilities are" : " is");
	return -EPERM;
}

int shift_file(struct shift *s, int fd, const struct statx *st, const char *(*path)(void *ctx),
	       void *ctx, struct shift_found *found, struct nserr *e)
{
	static struct value caps;
	struct fd_name file = fd_name(fd);
	struct target t = { file.text, path, ctx, st };
	uint32_t uid, gid;
	int rc = 0;

	*found = (struct shift_found){ 0 };
	s->found = found;
	uid = translate(s, IDMAP_UID, st->stx_uid);
	gid = translate(s, IDMAP_GID, st->stx_gid);
	found->owner = uid != st->stx_uid || gid != st->stx_gid;
	caps.has = caps.changed = false;
	if (!S_ISLNK(st->stx_mode))
		rc = shift_xattrs(s, &t, &caps, e);
	if (rc < 0 || !s->journal)
		return rc;
	if (found->owner)
		return shift_owner(s, &t, fd, uid, gid, &caps, e);
	if (!caps.changed)
		return 0;
	rc = setxattr(t.file, XATTR_NAME_CAPS, caps.v, caps.n, 0) < 0 ? -errno : 0;
	return rc < 0 ? failed(e, rc, "set the capabilities", path(ctx)) : 0;
}
