// SPDX-License-Identifier: GPL-2.0-or-later
/* names: locks, reads and removes the files of ip-netns(8) in /run/netns, and opens network
 * namespaces. */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/file.h"
#include "kernel/nsfile.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_mount.h"
#include "kernel/sys_ns.h"
#include "ns/netnsid.h"
#include "ns/ref.h"
#include "nsnet.h"

int net_denied(int rc, struct nserr *e)
{
	if (rc == -EPERM &&
	    (sys_ns_in_userns() > 0 || !sys_cap_has(CAP_NET_ADMIN) || !sys_cap_has(CAP_SYS_ADMIN)))
		nserr_hint(e, "run the command with CAP_NET_ADMIN, and to enter another network "
			      "namespace, with CAP_SYS_ADMIN in the user namespace that owns it");
	return rc;
}

int names_lock(bool create, struct nserr *e)
{
	int fd;

	if (create && mkdir(NETNS_DIR, 0755) < 0 && errno != EEXIST) {
		nserr_set(e, errno, "cannot create '%s'", NETNS_DIR);
		if (e->errnum == EACCES && geteuid() != 0)
			nserr_hint(e, "run the command as root, because the names of namespaces "
				      "are files in /run/netns");
		return -e->errnum;
	}
	fd = file_open_at(AT_FDCWD, NETNS_DIR, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return nserr_set(e, fd, "cannot open '%s'", NETNS_DIR);
	if (RETRY_EINTR(flock(fd, LOCK_EX)) == 0)
		return fd;
	nserr_set(e, errno, "cannot lock '%s'", NETNS_DIR);
	close(fd);
	return -e->errnum;
}

int names_share(struct nserr *e)
{
	int rc = sys_mount("", NETNS_DIR, "none", MS_SHARED | MS_REC, NULL);

	/* mount(2) returns EINVAL if the directory is not a mount point yet. */
	if (rc == -EINVAL) {
		rc = sys_mount(NETNS_DIR, NETNS_DIR, "none", MS_BIND | MS_REC, NULL);
		if (rc == 0)
			rc = sys_mount("", NETNS_DIR, "none", MS_SHARED | MS_REC, NULL);
	}
	if (rc < 0) {
		nserr_set(e, rc, "cannot make '%s' a shared mount", NETNS_DIR);
		if (rc == -EPERM)
			nserr_hint(e, "run the command with CAP_SYS_ADMIN, because the name of a "
				      "namespace is a bind mount");
	}
	return rc;
}

int names_open(const char *name, int *fd, struct nserr *e)
{
	cleanup_nsfile_proc struct nsfile_proc proc = NSFILE_PROC_INIT;
	cleanup_fd int file = -1, ns = -1;
	char path[PATH_MAX], self[32];
	struct stat st;
	int rc;

	*fd = -1;
	snprintf(path, sizeof(path), "%s/%s", NETNS_DIR, name);
	file = file_open_at(AT_FDCWD, path, O_PATH | O_NOFOLLOW, 0);
	if (file == -ENOENT)
		return NAME_NONE;
	if (file < 0 || fstat(file, &st) < 0)
		return nserr_set(e, file < 0 ? file : errno, "cannot open '%s'", path);
	rc = nsfile_proc_open(&proc, e);
	if (rc < 0)
		return rc;
	snprintf(self, sizeof(self), "self/fd/%d", file);
	ns = nsfile_open(&proc, proc.fd, self);
	/* The file was created by ip(8) or nsnet, but no namespace is mounted on it yet or any
	 * more. */
	if (ns == -ENOTTY && S_ISREG(st.st_mode))
		return NAME_DEAD;
	if (ns == -ENOTTY || (ns >= 0 && sys_ns_type(ns) != CLONE_NEWNET))
		return nserr_set(e, EINVAL, "'%s' is not a network namespace", path);
	if (ns < 0)
		return nserr_set(e, ns, "cannot open '%s'", path);
	*fd = TAKE_FD(ns);
	return NAME_ALIVE;
}

bool names_has(const char *name)
{
	struct nserr e = NSERR_INIT;
	int fd = -1;
	bool has = name_is_valid(name) && names_open(name, &fd, &e) == NAME_ALIVE;

	util_close(&fd);
	return has;
}

int names_remove(const char *name, struct nserr *e)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", NETNS_DIR, name);
	/* Unmount all mounts on the path. umount(2) returns EINVAL if nothing is mounted there. */
	while (sys_umount(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		;
	if (lstat(path, &st) == 0 && (!S_ISREG(st.st_mode) || st.st_size))
		return nserr_set(e, EEXIST, "cannot remove '%s', because it is not an empty file",
				 path);
	if (unlink(path) < 0)
		return nserr_set(e, errno, "cannot remove '%s'", path);
	return 0;
}

int net_open_in(int own, int ns, struct netlink *nl, struct nserr *e)
{
	int rc = sys_setns(ns, CLONE_NEWNET), back;

	if (rc < 0)
		return net_denied(nserr_set(e, rc, "cannot enter the network namespace"), e);
	rc = netlink_open(nl, e);
	back = sys_setns(own, CLONE_NEWNET);
	if (back < 0)
		rc = nserr_set(e, back, "cannot return to the caller's network namespace");
	return rc;
}

int net_open_ref(const char *ref, struct nserr *e)
{
	struct nsref_process p cleanup_nsref_process = NSREF_PROCESS_INIT;
	struct nsref r;
	int rc = nsref_parse(ref, &r, e);

	if (rc < 0)
		return rc;
	if (!nsref_is_process(&r))
		return nsref_open_ns(&r, &nstypes[NSTYPE_NET], e);
	rc = nsref_open_process(&r, &p, e);
	if (rc == 0)
		rc = nsref_check_living(&p, e);
	return rc < 0 ? rc : nsref_open_proc_ns(&p, &nstypes[NSTYPE_NET], e);
}

int net_peer_is_in(const struct netlink *nl, const struct net_link *l, int ns)
{
	int32_t id;
	int rc;

	if (l->peer_nsid == NETNSID_UNASSIGNED || ns < 0)
		return 0;
	rc = netnsid_get(nl->fd, ns, &id);
	return rc < 0 ? rc : id == l->peer_nsid;
}

void net_label(const char *ref, char label[64])
{
	const char *name = str_after(ref, "netns:");
	struct nsref r;

	if (name && strlen(name) < 64)
		snprintf(label, 64, "%s", name);
	else if (nsref_parse(ref, &r, NULL) == 0 &&
		 (r.kind == NSREF_PID || r.kind == NSREF_PID_INODE || r.kind == NSREF_TID))
		snprintf(label, 64, "/proc/%d/ns/net", (int)r.pid);
	else if (streq(ref, "self"))
		snprintf(label, 64, "/proc/$$/ns/net");
	else if (strchr(ref, '/') && strlen(ref) < 64)
		snprintf(label, 64, "%s", ref);
	else
		snprintf(label, 64, "%.60s", ref);
}
