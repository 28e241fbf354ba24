// SPDX-License-Identifier: GPL-2.0-or-later
/* libmount: reads mountinfo with libmount, and explains refused mounts by the rules of
 * mount_namespaces(7). */
#include "root/libmount.h"

#include <fcntl.h>
#if USE_LIBMOUNT
#include <libmount.h>
#endif
#include <linux/capability.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/dl.h"
#include "base/file.h"
#include "base/num.h"
#include "kernel/mountinfo.h"
#include "kernel/nsfile.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"

#if USE_LIBMOUNT

static __typeof__(&mnt_new_table) new_table;
static __typeof__(&mnt_unref_table) unref_table;
static __typeof__(&mnt_table_parse_file) parse_file;
static __typeof__(&mnt_table_get_nents) get_nents;
static __typeof__(&mnt_new_iter) new_iter;
static __typeof__(&mnt_free_iter) free_iter;
static __typeof__(&mnt_table_next_fs) next_fs;
static __typeof__(&mnt_fs_get_id) get_id;
static __typeof__(&mnt_fs_get_parent_id) get_parent_id;
static __typeof__(&mnt_fs_get_root) get_root;
static __typeof__(&mnt_fs_get_target) get_target;
static __typeof__(&mnt_fs_get_fstype) get_fstype;
static __typeof__(&mnt_fs_get_vfs_options) get_vfs_options;

/* Loads libmount. Returns 0 or a negative errno with e set. */
static int load(struct nserr *e)
{
	static const struct dl_symbol symbols[] = {
		DL_SYMBOL(new_table, mnt_new_table),
		DL_SYMBOL(unref_table, mnt_unref_table),
		DL_SYMBOL(parse_file, mnt_table_parse_file),
		DL_SYMBOL(get_nents, mnt_table_get_nents),
		DL_SYMBOL(new_iter, mnt_new_iter),
		DL_SYMBOL(free_iter, mnt_free_iter),
		DL_SYMBOL(next_fs, mnt_table_next_fs),
		DL_SYMBOL(get_id, mnt_fs_get_id),
		DL_SYMBOL(get_parent_id, mnt_fs_get_parent_id),
		DL_SYMBOL(get_root, mnt_fs_get_root),
		DL_SYMBOL(get_target, mnt_fs_get_target),
		DL_SYMBOL(get_fstype, mnt_fs_get_fstype),
		DL_SYMBOL(get_vfs_options, mnt_fs_get_vfs_options),
	};

	if (new_table)
		return 0;
	return dl_load(LIBMOUNT_SONAME, symbols, ARRAY_SIZE(symbols), e);
}

static bool is_readonly(struct libmnt_fs *fs)
{
	const char *o = get_vfs_options(fs);

	return o && str_after(o, "ro") && (o[2] == '\0' || o[2] == ',');
}

int libmount_read(struct mnt_table *t, const char *file, struct nserr *e)
{
	struct libmnt_iter *iter;
	struct libmnt_fs *fs;
	int rc = load(e), end = 0;

	*t = MNT_TABLE_INIT;
	if (rc < 0)
		return rc;
	t->table = new_table();
	iter = new_iter(MNT_ITER_FORWARD);
	rc = t->table && iter ? parse_file(t->table, file) : -ENOMEM;
	if (rc == 0) {
		t->m = calloc((size_t)get_nents(t->table) + 1, sizeof(*t->m));
		rc = t->m ? 0 : -ENOMEM;
	}
	/* a positive result of libmount is the number of invalid lines */
	if (rc > 0)
		rc = -EBADMSG;
	while (rc == 0 && (end = next_fs(t->table, iter, &fs)) == 0) {
		const char *root = get_root(fs), *target = get_target(fs), *type = get_fstype(fs);

		if (root && target && type)
			t->m[t->n++] = (struct mnt){ get_id(fs), get_parent_id(fs), root, target,
						     type,       is_readonly(fs) };
	}
	free_iter(iter);
	if (end < 0)
		rc = end;
	if (rc < 0) {
		nserr_set(e, rc, "cannot read '%s'", file);
		libmount_done(t);
	}
	return rc;
}

void libmount_done(struct mnt_table *t)
{
	if (t->table)
		unref_table(t->table);
	free(t->m);
	*t = MNT_TABLE_INIT;
}

#else

int libmount_read(struct mnt_table *t, const char *file, struct nserr *e)
{
	*t = MNT_TABLE_INIT;
	nserr_set(e, 0, "cannot read '%s': nsutils was built without libmount", file);
	return -EOPNOTSUPP;
}

void libmount_done(struct mnt_table *t)
{
	free(t->m);
	*t = MNT_TABLE_INIT;
}

#endif

/* Returns true if the path is a directory that the kernel creates as a mount point and that is
 * always empty, so that a mount on it hides no files. */
static bool is_mount_point(const char *below)
{
	static const char *const dirs[] = {
		"/sys/fs/binfmt_misc",
		"/fs/nfsd",
		"/openprom",
		"/fs/cgroup",
		"/fs/bpf",
		"/fs/pstore",
		"/fs/selinux",
		"/fs/smackfs",
		"/fs/fuse/connections",
		"/kernel/debug",
		"/kernel/tracing",
		"/kernel/config",
		"/kernel/security",
		"/firmware/efi/efivars",
		"/fs/resctrl",
	};

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (streq(below, dirs[i]))
			return true;
	return false;
}

/* Returns the first mount that hides a part of m, or m itself if it is read-only. Returns NULL if m
 * is fully visible. */
static const struct mnt *mask_of(const struct mnt_table *t, const struct mnt *m)
{
	for (size_t i = 0; i < t->n; i++) {
		const char *below = str_after(t->m[i].target, m->target);

		if (t->m[i].parent == m->id && &t->m[i] != m && below && !is_mount_point(below))
			return &t->m[i];
	}
	return m->readonly ? m : NULL;
}

const struct mnt *libmount_mask(const struct mnt_table *t, const char *type)
{
	const struct mnt *mask = NULL;

	for (size_t i = 0; i < t->n; i++) {
		const struct mnt *m = &t->m[i], *now;

		if (!streq(m->type, type) || !streq(m->root, "/"))
			continue;
		now = mask_of(t, m);
		if (!now)
			return NULL;
		mask = now;
	}
	return mask;
}

/* Returns 1 if the caller's user namespace owns the namespace that `file` refers to, 0 if it does
 * not, or -1 if the owner is unknown. */
static int is_ours(const char *file)
{
	cleanup_fd int ns = nsfile_open_proc(AT_FDCWD, file), owner = -1;
	struct stat mine, its;

	if (ns < 0 || stat("/proc/self/ns/user", &mine) < 0)
		return -1;
	owner = sys_ns_owner(ns);
	if (owner < 0)
		/* sys_ns_owner() returns EPERM if the owner is neither the caller's namespace nor a
		 * descendant of it */
		return owner == -EPERM ? 0 : -1;
	return fstat(owner, &its) == 0 ? its.st_ino == mine.st_ino : -1;
}

/*
 * Reads the mountinfo of the caller into m and fills t with its mounts. Does not use libmount,
 * because the caller may be in an untrusted root directory, from which it must not load a library.
 * The strings in t are valid as long as m is. Returns 0 or a negative errno.
 */
static int read_own(struct mnt_table *t, struct mountinfo *m)
{
	struct mountinfo_line line;
	int rc = mountinfo_read(m, NULL);

	*t = MNT_TABLE_INIT;
	while (rc == 0 && mountinfo_next(m, &line)) {
		struct mnt *more = reallocarray(t->m, t->n + 1, sizeof(*more));

		if (!more)
			return -ENOMEM;
		t->m = more;
		t->m[t->n++] = (struct mnt){
			line.id,     line.parent, line.root,
			line.target, line.fstype, mountinfo_has_option(line.options, "ro")
		};
	}
	return rc;
}

/* Sets a hint that names the mount that hides a part of the existing file system of this type. */
static void explain_mask(const char *type, struct nserr *e)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mnt_table t;
	const struct mnt *mask = NULL;

	if (read_own(&t, &m) == 0)
		mask = libmount_mask(&t, type);
	/* a mount whose root is not "/" is a bind mount on a directory of the file system, for
	 * example on /proc/sys in a container, so the option ro would not help */
	if (mask && streq(mask->type, type) && streq(mask->root, "/") && mask->readonly)
		nserr_hint(e,
			   "add the option ro: %s is read-only, so a %s that is mounted in a user "
			   "namespace must be read-only, too",
			   mask->target, type);
	else if (mask)
		nserr_hint(e,
			   "unmount the %s on %s, or use nspivot --bind %s:... instead: in a user "
			   "namespace, no %s can be mounted while other mounts cover parts of the "
			   "existing mount",
			   mask->type, mask->target, streq(type, "proc") ? "/proc" : "/sys", type);
	libmount_done(&t);
}

bool libmount_explain_privilege(struct nserr *e)
{
	if (sys_cap_has(CAP_SYS_ADMIN))
		return false;
	/* capabilities(7): execve(2) removes the capabilities of a user whose id is not 0. The
	 * creator of a user namespace has all capabilities in that namespace until execve(2). */
	if (geteuid() != 0 && sys_ns_in_userns() > 0 && is_ours("/proc/self/ns/mnt") == 1 &&
	    sys_cap_in_bound(CAP_SYS_ADMIN) == 1)
		nserr_hint(e,
			   "add --keep-caps to nsunshare, or map the user to 0 with -r: user %u "
			   "has lost its capabilities at execve(2)",
			   geteuid());
	else
		nserr_hint(e, "create a mount namespace with nsunshare -m as root, or with "
			      "nsunshare -Um: CAP_SYS_ADMIN is missing");
	return true;
}

void libmount_explain(const char *type, struct nserr *e)
{
	/* The namespace that the caller's user namespace must own to mount each file system
	 * (mount_namespaces(7)). */
	static const struct {
		const char *type, *ns, *what, *option;
		bool visible;
	} needs[] = {
		{ "proc", "/proc/self/ns/pid", "a pid", "-p", true },
		{ "sysfs", "/proc/self/ns/net", "a network", "-n", true },
		{ "mqueue", "/proc/self/ns/ipc", "an ipc", "-i", false },
		{ "cgroup2", "/proc/self/ns/cgroup", "a cgroup", "-C", false },
	};

	if (libmount_explain_privilege(e))
		return;
	if (is_ours("/proc/self/ns/mnt") == 0) {
		nserr_hint(e, "create a mount namespace with nsunshare -m: the current mount "
			      "namespace belongs to another user namespace");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(needs); i++) {
		if (!streq(needs[i].type, type))
			continue;
		if (is_ours(needs[i].ns) == 0)
			nserr_hint(e,
				   "use nsunshare %s: mounting %s requires %s namespace that this "
				   "user namespace owns",
				   needs[i].option, type, needs[i].what);
		else if (needs[i].visible)
			explain_mask(type, e);
	}
}

int libmount_id(int fd)
{
	char path[40], text[512];
	const char *id;
	uint64_t v;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	n = file_read_at(AT_FDCWD, path, text, sizeof(text));
	if (n < 0)
		return (int)n;
	id = strstr(text, "mnt_id:\t");
	if (!id)
		return -ENODATA;
	id += strlen("mnt_id:\t");
	if (num_u64n(id, strcspn(id, "\n"), 0, INT32_MAX, &v) < 0)
		return -ENODATA;
	return (int)v;
}
