// SPDX-License-Identifier: GPL-2.0-or-later
/* writer: applies the rules of user_namespaces(7) for the process that writes a map. */
#include "idmap/writer.h"

#include "base/file.h"
#include "idmap/newuidmap.h"
#include "idmap/procfile.h"
#include "kernel/sys_cap.h"

/* A process without CAP_SETGID in the parent namespace must deny setgroups(2) before it writes
 * the gid map. Otherwise the process could drop a group to which a file denies access
 * (CVE-2014-8989). */
int idmaps_settle_setgroups(struct idmaps *m, gid_t gid, struct nserr *e)
{
	int rc;

	if (m->setgroups != IDMAP_SETGROUPS_UNSET || !idmap_is_single(&m->map[IDMAP_GID], gid))
		return 0;
	rc = sys_cap_held(CAP_SETGID);
	if (rc < 0)
		return nserr_set(e, rc, "cannot read the capabilities");
	if (rc == 0)
		m->setgroups = IDMAP_SETGROUPS_DENY;
	return 0;
}

/* Returns true if each map is empty or maps only the caller's own id. */
static bool only_own_ids(const struct idmaps *m, uid_t uid, gid_t gid)
{
	const struct idmap *uids = &m->map[IDMAP_UID], *gids = &m->map[IDMAP_GID];

	return (uids->n == 0 || idmap_is_single(uids, uid)) &&
	       (gids->n == 0 || idmap_is_single(gids, gid));
}

int idmaps_choose_writer(const struct idmaps *m, enum idmap_writer *w, struct nserr *e)
{
	*w = IDMAP_BY_PARENT;
	if (!newuidmap_lacking_cap(m))
		return 0;
	if (m->map[IDMAP_UID].n && m->map[IDMAP_GID].n && only_own_ids(m, geteuid(), getegid()) &&
	    m->setgroups != IDMAP_SETGROUPS_ALLOW)
		return 0;
	*w = IDMAP_BY_HELPERS;
	return newuidmap_check(m, e);
}

/* Splits the maps at the extents of the caller's own map, because the kernel returns EPERM for an
 * extent that spans two extents of the parent's map. Returns 0, or a negative errno with e set. */
static int split(struct idmaps *m, struct nserr *e)
{
	cleanup_idmaps struct idmaps own = IDMAPS_INIT;
	cleanup_fd int self = file_open_self(e);
	int rc = self < 0 ? self : idmaps_read(self, &own, e);

	if (rc < 0)
		return rc;
	rc = idmaps_check_given(m, e);
	if (rc < 0)
		return rc;
	for (int k = 0; k < IDMAP_KINDS; k++) {
		rc = idmap_split(&m->map[k], &own.map[k], e);
		if (rc < 0) {
			nserr_prefix(e, "%s map", idmap_kind_names[k]);
			return rc;
		}
	}
	return 0;
}

int idmaps_prepare(struct idmaps *m, uid_t uid, gid_t gid, bool by_child, enum idmap_writer *w,
		   struct nserr *e)
{
	int rc = idmaps_settle_setgroups(m, gid, e);

	if (rc < 0)
		return rc;
	*w = IDMAP_BY_CHILD;
	if (by_child && only_own_ids(m, uid, gid) &&
	    (m->map[IDMAP_GID].n == 0 || m->setgroups == IDMAP_SETGROUPS_DENY))
		return 0;
	rc = split(m, e);
	return rc < 0 ? rc : idmaps_choose_writer(m, w, e);
}

int idmaps_write_by(enum idmap_writer w, int procfd, const struct idmaps *m, int stop,
		    struct nserr *e)
{
	return w == IDMAP_BY_HELPERS ? idmaps_write_helpers(procfd, m, stop, e)
				     : idmaps_write(procfd, m, e);
}
