// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * as: looks up the user of --as in the files of the program's root. The owner of that root may be
 * hostile. Therefore the files are resolved below a descriptor of the root, only regular files are
 * opened, and their size is limited.
 */
#include "cred/as.h"

#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/file.h"
#include "base/num.h"
#include "root/resolve.h"

/* maximum size of a file in bytes, which is enough for 200,000 users */
#define FILE_MAX (16u << 20)

int cred_as_parse(struct cred *c, const char *text, struct nserr *e)
{
	const char *colon = strchrnul(text, ':');
	char *user = strndup(text, (size_t)(colon - text));

	if (!user)
		return nserr_set(e, ENOMEM, "cannot allocate memory for '%s'", text);
	free(c->as);
	c->as = user;
	c->as_group = *colon ? colon + 1 : NULL;
	/* the fields of passwd(5) and group(5) end with a colon, so no name contains a colon */
	if (user[0] == '\0' ||
	    (c->as_group && (c->as_group[0] == '\0' || strchr(c->as_group, ':'))))
		return nserr_set(e, 0, "invalid '%s', expected <user>[:<group>]", text);
	return 0;
}

void cred_as_prepare(struct cred *c)
{
	c->as_groups = !c->set_groups;
	c->set_uid = c->set_gid = c->set_groups = true;
	/* if setgroups(2) is denied in the user namespace, keep the caller's groups instead of
	 * failing, because no program in this user namespace can change its groups */
	c->groups_optional |= c->as_groups;
	/* while the uid is unknown, choose the steps for a user other than root */
	c->uid = (uid_t)-1;
	c->gid = (gid_t)-1;
}

/*
 * Opens the regular file fd (O_PATH) for reading. By now, the path could lead to another file, for
 * example a device. Therefore this function opens the file through /proc/self/fd if the root
 * contains the proc file system of this process. Otherwise it opens the path, and the caller
 * compares the two files. Returns a descriptor or a negative errno.
 */
static int open_to_read(int fd, const char *path)
{
	const int flags = O_RDONLY | O_NONBLOCK;
	cleanup_fd int proc = file_open_at(AT_FDCWD, "/proc/self/fd", O_PATH | O_DIRECTORY, 0);
	struct statfs fs;
	char name[16];

	if (proc < 0 || fstatfs(proc, &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC)
		return file_open_at(AT_FDCWD, path, flags, 0);
	snprintf(name, sizeof(name), "%d", fd);
	return file_open_at(proc, name, flags, 0);
}

/* Reads a file of the root into memory that the caller frees. Returns its length, or a negative
 * errno with e set: -ENOENT if the root has no such file. */
static ssize_t read_file(const char *path, char **text, struct nserr *e)
{
	cleanup_fd int root = file_open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0);
	cleanup_fd int file = root < 0 ? root : root_resolve(root, path, 0, NULL);
	cleanup_fd int fd = -1;
	struct stat st, now;
	ssize_t n;

	if (file < 0)
		return nserr_set(e, file, "cannot open '%s' in the root directory", path);
	if (fstat(file, &st) < 0)
		return nserr_set(e, errno, "cannot open '%s' in the root directory", path);
	if (!S_ISREG(st.st_mode)) {
		nserr_set(e, 0, "'%s' in the root directory is not a regular file", path);
		return -EINVAL;
	}
	fd = open_to_read(file, path);
	if (fd < 0) {
		nserr_set(e, fd, "cannot open '%s' in the root directory", path);
		return fd == -ENOENT ? -ESTALE : fd;
	}
	if (fstat(fd, &now) < 0 || now.st_dev != st.st_dev || now.st_ino != st.st_ino)
		return nserr_set(e, ESTALE, "cannot open '%s' in the root directory", path);
	n = file_slurp(fd, FILE_MAX, text);
	if (n == -EFBIG) {
		nserr_set(e, 0, "'%s' in the root directory is larger than %u MiB", path,
			  FILE_MAX >> 20);
		return -EFBIG;
	}
	return n < 0 ? nserr_set(e, (int)n, "cannot read '%s' in the root directory", path) : n;
}

static const char passwd_file[] = "/etc/passwd";
static const char group_file[] = "/etc/group";

static int invalid_line(unsigned line, const char *path, struct nserr *e)
{
	return nserr_set(e, 0, "line %u of '%s' in the root directory is invalid", line, path);
}

/* Sets *u to the user of --as. If the user is a number that the file does not contain, or if the
 * file is missing, sets the name to NULL. Returns 0, or a negative errno with e set. */
static int find_user(const struct cred *c, struct passwd_user *u, struct nserr *e)
{
	cleanup_free char *text = NULL;
	bool number = num_id(c->as, &u->uid) == 0;
	ssize_t n = read_file(passwd_file, &text, e);
	unsigned line = 0;
	int rc;

	if (n == -ENOENT && number)
		n = 0;
	if (n < 0)
		return (int)n;
	rc = passwd_find_user(text, (size_t)n, number ? NULL : c->as, u->uid, u, &line);
	if (rc == -EINVAL)
		return invalid_line(line, passwd_file, e);
	if (rc < 0)
		return nserr_set(e, rc, "cannot allocate memory for the user");
	if (rc > 0 || (number && c->as_group))
		return 0;
	if (!number)
		return nserr_set(e, 0, "'%s' in the root directory has no user '%s'", passwd_file,
				 c->as);
	nserr_set(e, 0,
		  "cannot find the primary group of uid %s: '%s' in the root directory has no "
		  "entry for this uid",
		  c->as, passwd_file);
	nserr_hint(e, "add a group: --as %s:<group>", c->as);
	return -EINVAL;
}

/* Sets the group id that the option names. Returns 0, or a negative errno with e set. */
static int find_group(struct cred *c, struct nserr *e)
{
	cleanup_free char *text = NULL;
	unsigned line = 0;
	ssize_t n;
	int rc;

	if (num_id(c->as_group, &c->gid) == 0)
		return 0;
	n = read_file(group_file, &text, e);
	if (n < 0)
		return (int)n;
	rc = passwd_find_group(text, (size_t)n, c->as_group, &c->gid, &line);
	if (rc < 0)
		return invalid_line(line, group_file, e);
	return rc > 0 ? 0
		      : nserr_set(e, 0, "'%s' in the root directory has no group '%s'", group_file,
				  c->as_group);
}

/* Sets the supplementary groups: the group of the option only, or all groups of the user. Returns
 * 0, or a negative errno with e set. */
static int find_groups(struct cred *c, const struct passwd_user *u, struct nserr *e)
{
	cleanup_free char *text = NULL;
	const char *user = c->as_group ? NULL : u->name;
	ssize_t n = user ? read_file(group_file, &text, e) : 0;
	int rc;

	if (n == -ENOENT)
		n = 0;
	if (n < 0)
		return (int)n;
	free(TAKE_PTR(c->groups));
	rc = passwd_groups_of(text, (size_t)n, user ? user : "", c->gid, &c->groups, &c->ngroups);
	if (rc == -E2BIG) {
		nserr_set(e, 0, "'%s' in the root directory lists user '%s' in more than %d groups",
			  group_file, user, PASSWD_GROUPS_MAX);
		return rc;
	}
	return rc < 0 ? nserr_set(e, rc, "cannot allocate memory for the groups") : 0;
}

static int run_as(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct cred *c = (struct cred *)s->arg;
	int rc;

	(void)ctx;
	passwd_user_free(&c->as_user);
	*e = NSERR_INIT;
	rc = find_user(c, &c->as_user, e);
	if (rc == 0) {
		c->uid = c->as_user.uid;
		c->gid = c->as_user.gid;
		rc = c->as_group ? find_group(c, e) : 0;
	}
	if (rc == 0 && c->as_groups)
		rc = find_groups(c, &c->as_user, e);
	if (rc < 0)
		nserr_prefix(e, "--as");
	else
		*e = NSERR_INIT;
	return rc;
}

static void show_as(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct cred *c = s->arg;

	(void)ctx;
	buf_printf(out, "look up %s%s%s in /etc/passwd and /etc/group of the root", c->as,
		   c->as_group ? ":" : "", c->as_group ? c->as_group : "");
}

const struct plan_kind cred_as = {
	.name = "as",
	.call = "read(/etc/passwd), read(/etc/group)",
	.run = run_as,
	.show = show_as,
};

int cred_as_env(const struct cred *c, struct nserr *e)
{
	const struct passwd_user *u = &c->as_user;
	const char *home = u->home && u->home[0] ? u->home : "/";
	/* passwd(5): an empty field means /bin/sh */
	const char *shell = u->shell && u->shell[0] ? u->shell : "/bin/sh";
	const char *name = u->name ? u->name : c->as;

	if (setenv("HOME", home, 1) < 0 || setenv("USER", name, 1) < 0 ||
	    setenv("LOGNAME", name, 1) < 0 || setenv("SHELL", shell, 1) < 0)
		return nserr_set(e, errno, "cannot change the environment");
	return 0;
}
