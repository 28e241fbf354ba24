// SPDX-License-Identifier: GPL-2.0-or-later
/* procfile: reads and writes /proc/PID/{uid_map,gid_map,setgroups}. The kernel accepts a single
 * write(2) for each map. */
#include "idmap/procfile.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "kernel/nsfile.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"
#include "kernel/sysctl.h"

static const char *const map_files[IDMAP_KINDS] = { "uid_map", "gid_map" };

/* Writes the path of a /proc directory, for example "/proc/812", to buf for messages. Returns
 * buf. */
static const char *proc_name(int procfd, char *buf, size_t size)
{
	return file_fd_name(procfd, buf, size) > 0 ? buf : "/proc/PID";
}

int idmap_read(int procfd, enum idmap_kind kind, struct idmap *m, struct nserr *e)
{
	char text[IDMAP_MAX_EXTENTS * 34], name[64];
	ssize_t n = file_read_at(procfd, map_files[kind], text, sizeof(text));
	int rc;

	*m = IDMAP_INIT;
	if (n < 0)
		return nserr_set(e, (int)n, "cannot read %s/%s",
				 proc_name(procfd, name, sizeof(name)), map_files[kind]);
	rc = idmap_parse_kernel(m, text, (size_t)n, e);
	if (rc < 0)
		nserr_prefix(e, "%s/%s", proc_name(procfd, name, sizeof(name)), map_files[kind]);
	return rc;
}

enum idmap_setgroups idmap_read_setgroups(int procfd)
{
	char text[16];
	ssize_t n = file_read_at(procfd, "setgroups", text, sizeof(text));

	if (n <= 0)
		return IDMAP_SETGROUPS_UNSET;
	return str_after(text, "deny") ? IDMAP_SETGROUPS_DENY : IDMAP_SETGROUPS_ALLOW;
}

int idmaps_read(int procfd, struct idmaps *m, struct nserr *e)
{
	*m = IDMAPS_INIT;
	for (int k = 0; k < IDMAP_KINDS; k++) {
		int rc = idmap_read(procfd, k, &m->map[k], e);

		if (rc < 0) {
			idmaps_free(m);
			return rc;
		}
	}
	m->setgroups = idmap_read_setgroups(procfd);
	return 0;
}

/* Sets the hint for EACCES and EROFS: the files of a process that is not dumpable belong to root
 * (proc(5)). */
static void explain_access(int procfd, const char *file, int rc, struct nserr *e)
{
	struct stat st;

	if (rc == -EROFS)
		nserr_hint(e, "make /proc writable: mount -o remount,rw /proc");
	if (rc != -EACCES || fstatat(procfd, file, &st, 0) < 0)
		return;
	if (st.st_uid == geteuid()) {
		sysctl_hint_apparmor(e);
		return;
	}
	nserr_hint(e, st.st_uid == 0 ? "run the command as root, because the process belongs to "
				       "root or is not dumpable (prctl(2))"
				     : "run the command as the owner of the process");
}

/* Returns true if the namespace with the given inode is the parent of the user namespace of the
 * process. Also returns true if the parent is unknown. */
static bool is_parent(int procfd, ino_t inode)
{
	cleanup_fd int ns = nsfile_open_proc(procfd, "ns/user");
	cleanup_fd int up = ns < 0 ? -1 : sys_ns_parent(ns);
	struct stat st;

	return up < 0 || fstat(up, &st) < 0 || st.st_ino == inode;
}

/* Sets the hint for a process that tries to write the map of its user namespace
 * (user_namespaces(7)). The hint does not name the id of the namespace's creator, because this
 * function does not know it. */
static void explain_inside(const struct idmap *m, enum idmap_kind k, enum idmap_setgroups setgroups,
			   struct nserr *e)
{
	if (m->n != 1 || m->ext[0].count != 1 ||
	    (k == IDMAP_GID && setgroups != IDMAP_SETGROUPS_DENY))
		nserr_hint(e, "write the map from the parent namespace, or map only the "
			      "id of the namespace's creator (for a gid, deny setgroups first)");
	else if (k == IDMAP_UID && m->ext[0].outside == 0)
		nserr_hint(e, "write the map from the parent namespace, or map only the "
			      "id of the namespace's creator (to map id 0 of the parent "
			      "namespace, the creator must have had CAP_SETFCAP)");
	else
		sysctl_hint_apparmor(e);
	if (!e->hint[0])
		nserr_hint(e, "write the map from the parent namespace, or map only the "
			      "id of the namespace's creator");
}

/* Sets the hint to the rule by which the kernel has refused the map with EPERM, if the rule can be
 * determined. */
static void explain_refusal(int procfd, const struct idmaps *m, enum idmap_kind k, int rc,
			    struct nserr *e)
{
	cleanup_idmaps struct idmaps now = IDMAPS_INIT, own = IDMAPS_INIT;
	cleanup_fd int self = open("/proc/self", O_PATH | O_CLOEXEC);
	struct nserr why = NSERR_INIT;
	struct stat mine, theirs;
	uint32_t id;
	bool inside;

	if (rc != -EPERM || self < 0 || fstatat(self, "ns/user", &mine, 0) < 0)
		return;
	inside = fstatat(procfd, "ns/user", &theirs, 0) == 0 && mine.st_ino == theirs.st_ino;
	if (idmaps_read(procfd, &now, NULL) == 0 && now.map[k].n > 0) {
		nserr_hint(e, inside ? "specify a process in another user namespace: the caller's "
				       "user namespace has a map already"
				     : "create a new user namespace, because the map of this one "
				       "has been written already, and a map can be written only "
				       "once");
		return;
	}
	if (inside) {
		explain_inside(&m->map[k], k, now.setgroups, e);
		return;
	}
	if (!is_parent(procfd, mine.st_ino)) {
		nserr_hint(e, "enter the namespace or its parent with 'nsenter2 --user', and write "
			      "the map there");
		return;
	}
	/* compose the maps, because the outside ids of the new map are inside ids of the caller's
	 * user namespace */
	if (idmaps_read(self, &own, NULL) == 0 &&
	    idmap_check(&m->map[k], &own.map[k], &why) == -EPERM) {
		nserr_hint(e, "%s", why.what);
		return;
	}
	if (!sys_cap_has(k == IDMAP_UID ? CAP_SETUID : CAP_SETGID)) {
		if (k == IDMAP_GID && now.setgroups == IDMAP_SETGROUPS_ALLOW)
			nserr_hint(e, "deny setgroups first, or run the command with CAP_SETGID");
		else
			nserr_hint(e, "map only your own id, or run the command with CAP_SET%s",
				   k == IDMAP_UID ? "UID" : "GID");
	} else if (k == IDMAP_UID && idmap_to_inside(&m->map[k], 0, &id) == 0 &&
		   !sys_cap_has(CAP_SETFCAP)) {
		nserr_hint(e,
			   "run the command with CAP_SETFCAP, which is needed to map id 0 of the "
			   "parent namespace");
	}
}

static int write_setgroups(int procfd, const struct idmaps *m, struct nserr *e)
{
	enum idmap_setgroups want = m->setgroups;
	char name[64];
	int rc;

	if (want == IDMAP_SETGROUPS_UNSET)
		return 0;
	rc = file_write_at(procfd, "setgroups", want == IDMAP_SETGROUPS_DENY ? "deny" : "allow");
	if (rc == 0 || (rc == -ENOENT && want == IDMAP_SETGROUPS_ALLOW))
		return 0;
	nserr_set(e, rc, "cannot write %s/setgroups", proc_name(procfd, name, sizeof(name)));
	if (rc == -EPERM && want == idmap_read_setgroups(procfd))
		return 0;
	explain_access(procfd, "setgroups", rc, e);
	if (rc == -EPERM && want == IDMAP_SETGROUPS_ALLOW)
		nserr_hint(e, "create a new user namespace, because setgroups has been denied "
			      "in this one and cannot be allowed again");
	else if (rc == -EPERM)
		nserr_hint(e, "deny setgroups before the gid map is written");
	return rc;
}

static int write_map(int procfd, const struct idmaps *m, enum idmap_kind k, struct nserr *e)
{
	cleanup_buf struct buf text = BUF_INIT;
	char name[64];
	int rc;

	idmap_format_kernel(&m->map[k], &text);
	rc = text.err ? text.err : file_write_at(procfd, map_files[k], text.s);
	if (rc == 0)
		return 0;
	nserr_set(e, rc, "cannot write %s/%s", proc_name(procfd, name, sizeof(name)), map_files[k]);
	explain_access(procfd, map_files[k], rc, e);
	explain_refusal(procfd, m, k, rc, e);
	return rc;
}

int idmaps_write(int procfd, const struct idmaps *m, struct nserr *e)
{
	int rc = idmaps_check_given(m, e);

	if (rc < 0)
		return rc;
	rc = write_setgroups(procfd, m, e);
	/* do not write an empty map: all uids or all gids stay unmapped */
	for (int k = 0; rc == 0 && k < IDMAP_KINDS; k++)
		if (m->map[k].n > 0)
			rc = write_map(procfd, m, k, e);
	return rc;
}

/* Merges both maps (idmap_merge()). Returns true if the merged maps are equal. */
static bool same_pairs(struct idmap *a, struct idmap *b)
{
	idmap_merge(a);
	idmap_merge(b);
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->ext[i].inside != b->ext[i].inside ||
		    a->ext[i].outside != b->ext[i].outside || a->ext[i].count != b->ext[i].count)
			return false;
	return true;
}

int idmaps_verify(int procfd, const struct idmaps *m, struct nserr *e)
{
	cleanup_idmaps struct idmaps now = IDMAPS_INIT, want = IDMAPS_INIT;
	int rc = idmaps_read(procfd, &now, e);
	char name[64];

	if (rc < 0)
		return rc;
	if (idmaps_copy(&want, m) < 0)
		return nserr_set(e, ENOMEM, "cannot allocate memory for the map");
	for (int k = 0; k < IDMAP_KINDS; k++)
		if (!same_pairs(&now.map[k], &want.map[k]))
			return nserr_set(e, EIO, "%s/%s differs from the map that was written",
					 proc_name(procfd, name, sizeof(name)), map_files[k]);
	if (m->setgroups == IDMAP_SETGROUPS_UNSET || now.setgroups == m->setgroups)
		return 0;
	rc = nserr_set(e, 0, "%s/setgroups differs from the requested value",
		       proc_name(procfd, name, sizeof(name)));
	if (m->setgroups == IDMAP_SETGROUPS_ALLOW)
		nserr_hint(e, "map a subordinate group, because otherwise newgidmap denies "
			      "setgroups");
	return rc;
}
