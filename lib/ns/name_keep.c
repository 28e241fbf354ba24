// SPDX-License-Identifier: GPL-2.0-or-later
/* name_keep: reserves the name that is given with nsunshare --name, and creates and removes the
 * file NAME.json. */
#include <stdio.h>
#include <sys/file.h>

#include "base/file.h"
#include "base/json.h"
#include "kernel/proc_stat.h"
#include "ns/name.h"

/* Size of the space that is allocated for NAME.new before the program runs: more than any file
 * needs. */
#define DRAFT_SIZE 512

/* The path of a file in the directory of named runs, and the name of the file. */
struct file_name {
	char text[NSNAME_MAX + 8];
};

static struct file_name file_of(const struct nsname_keep *k, const char *suffix)
{
	struct file_name f;

	snprintf(f.text, sizeof(f.text), "%s.%s", k->name, suffix);
	return f;
}

static int busy(const char *name, struct nserr *e)
{
	nserr_set(e, EBUSY, "the name '%s' is already in use", name);
	nserr_hint(e, "choose another name, or end the process 'name:%s'", name);
	return -EBUSY;
}

/* Sets the hint for a user who cannot create a file and has not chosen another directory. */
static void hint_dir(int rc, struct nserr *e)
{
	if (rc < 0 && geteuid() != 0 && !getenv("XDG_RUNTIME_DIR"))
		nserr_hint(e, "set XDG_RUNTIME_DIR to a directory that you own");
}

/* Creates the caller's directory of names and resolves the path of the file in it. Returns 0, or a
 * negative errno with e set. */
static int open_dir(struct nsname_keep *k, struct nserr *e)
{
	cleanup_free char *path = NULL;
	char *dirs[2];
	int rc = nsname_dirs(dirs);

	if (rc == 0) {
		if (mkdir(dirs[0], geteuid() == 0 ? 0755 : 0700) < 0 && errno != EEXIST)
			rc = -errno;
		if (asprintf(&path, "%s/%s.json", dirs[0], k->name) < 0) {
			path = NULL;
			rc = -ENOMEM;
		}
		if (rc < 0)
			nserr_set(e, rc, "cannot create '%s'", dirs[0]);
		hint_dir(rc, e);
		free(dirs[0]);
		free(dirs[1]);
	} else {
		nserr_set(e, rc, "cannot find the directory for the name '%s'", k->name);
	}
	return rc < 0 ? rc : trustpath_resolve(path, TRUSTPATH_DIRS, &k->at, e);
}

/* Returns 1 if dir/name is the file that st describes, 0 if the file is another one or missing, or
 * a negative errno. Calls fstatat(2) again after a failure, because the caller does not remove the
 * file after an error, and no other process would remove it later. */
static int is_file(const struct stat *st, int dir, const char *name)
{
	struct stat now;

	for (int tries = 0; tries < 2; tries++) {
		if (fstatat(dir, name, &now, AT_SYMLINK_NOFOLLOW) == 0)
			return now.st_ino == st->st_ino && now.st_dev == st->st_dev;
	}
	return errno == ENOENT ? 0 : -errno;
}

/* Calls fstat(2), and calls it again after a failure, because the lock file would remain after an
 * error. Returns 0 or a negative errno. */
static int status_of(int fd, struct stat *st)
{
	return fstat(fd, st) == 0 || fstat(fd, st) == 0 ? 0 : -errno;
}

/* Locks a file. Returns 0 or a negative errno. */
static int lock_file(int fd)
{
	int rc = -1;

	/* try again, because a lack of memory for the lock may be transient, and the lock file
	 * would remain after an error */
	for (int tries = 0; tries < 2 && rc < 0; tries++) {
		rc = RETRY_EINTR(flock(fd, LOCK_EX | LOCK_NB));
		if (rc < 0 && errno == EWOULDBLOCK)
			break;
	}
	return rc < 0 ? -errno : 0;
}

/* Creates and locks NAME.lock. Another process that had the lock may have removed this file, so the
 * lock is valid only if the locked file still has the name NAME.lock. Returns 0, or a negative
 * errno with e set. */
static int lock_name(struct nsname_keep *k, struct nserr *e)
{
	struct file_name f = file_of(k, "lock");

	for (int tries = 0; tries < 16; tries++) {
		int rc;
		cleanup_fd int fd = file_open_at(k->at.dir, f.text,
						 O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0600);

		if (fd < 0) {
			nserr_set(e, fd,
				  "cannot create the lock file '%s' in the directory 'nsutils'",
				  f.text);
			hint_dir(fd == -EACCES ? fd : 0, e);
			return fd;
		}
		rc = lock_file(fd);
		if (rc == -EWOULDBLOCK)
			return busy(k->name, e);
		if (rc == 0)
			rc = status_of(fd, &k->lock_file);
		if (rc == 0)
			rc = is_file(&k->lock_file, k->at.dir, f.text);
		if (rc < 0)
			return nserr_set(e, rc, "cannot lock '%s'", f.text);
		if (rc == 1) {
			k->lock = TAKE_FD(fd);
			return 0;
		}
	}
	return busy(k->name, e);
}

/* Creates NAME.new and allocates its space, so that nsname_publish() does not fail. Returns 0, or a
 * negative errno with e set. */
static int create_draft(struct nsname_keep *k, struct nserr *e)
{
	struct file_name f = file_of(k, "new");
	char space[DRAFT_SIZE];
	int rc;

	if (unlinkat(k->at.dir, f.text, 0) < 0 && errno != ENOENT)
		return nserr_set(e, errno, "cannot replace '%s'", f.text);
	k->draft = file_open_at(k->at.dir, f.text, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
	rc = k->draft;
	memset(space, ' ', sizeof(space));
	if (rc >= 0)
		rc = file_write_all(k->draft, space, sizeof(space));
	if (rc >= 0 && fstat(k->draft, &k->file) < 0)
		rc = -errno;
	return rc < 0 ? nserr_set(e, rc, "cannot write '%s'", f.text) : 0;
}

int nsname_reserve(struct nsname_keep *k, const char *name, struct nserr *e)
{
	struct nserr ignored = NSERR_INIT;
	/* override the umask of the caller, because later runs must be able to use the directory
	 * and the files */
	mode_t mask = umask(022);
	int rc;

	*k = NSNAME_KEEP_INIT;
	k->name = name;
	rc = proc_stat_check(e);
	if (rc == 0)
		rc = open_dir(k, e);
	if (rc == 0)
		rc = lock_name(k, e);
	/* the name may still be in use: the process that locked the file may have been killed while
	 * the program still runs */
	if (rc == 0 && nsname_is_live(name))
		rc = busy(name, e);
	if (rc == 0)
		rc = create_draft(k, e);
	umask(mask);
	if (rc < 0)
		(void)!nsname_release(k, &ignored);
	return rc;
}

static void add_number(struct json *j, const char *key, uint64_t v)
{
	if (v)
		json_u64(j, key, v);
	else
		json_null(j, key);
}

static void format(struct json *j, const char *name, const struct nsname *n)
{
	json_object(j, NULL);
	json_str(j, "name", name);
	add_number(j, "pid", (uint64_t)n->pid);
	add_number(j, "init_pid", (uint64_t)n->init_pid);
	add_number(j, "supervisor_pid", (uint64_t)n->supervisor_pid);
	add_number(j, "pidfd_inode", n->pidfd_inode);
	add_number(j, "start", n->start);
	add_number(j, "pidns", n->pidns);
	json_str(j, "boot_id", n->boot_id);
	json_object_end(j);
	buf_addc(j->out, '\n');
}

int nsname_publish(struct nsname_keep *k, const struct nsname *n, struct nserr *e)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct json j = JSON_INIT(&text, false);
	struct file_name draft = file_of(k, "new"), file = file_of(k, "json");
	int rc;

	format(&j, k->name, n);
	rc = text.err;
	if (rc == 0 && RETRY_EINTR(pwrite(k->draft, text.s, text.len, 0)) != (ssize_t)text.len)
		rc = errno ? -errno : -EIO;
	if (rc == 0 && ftruncate(k->draft, (off_t)text.len) < 0)
		rc = -errno;
	if (rc == 0 && renameat(k->at.dir, draft.text, k->at.dir, file.text) < 0)
		rc = -errno;
	if (rc < 0)
		return nserr_set(e, rc, "cannot write '%s'", file.text);
	close(TAKE_FD(k->draft));
	k->published = true;
	return 0;
}

/* Removes a file from the directory of named runs. Tries again after a failure, because no other
 * process will remove the file. Returns 0 or a negative errno. */
static int remove_file(const struct nsname_keep *k, const char *suffix)
{
	struct file_name f = file_of(k, suffix);

	if (unlinkat(k->at.dir, f.text, 0) == 0 || unlinkat(k->at.dir, f.text, 0) == 0)
		return 0;
	return errno == ENOENT ? 0 : -errno;
}

int nsname_release(struct nsname_keep *k, struct nserr *e)
{
	struct file_name file = file_of(k, "json"), lock = file_of(k, "lock");
	int rc = 0;

	if (k->draft >= 0)
		(void)!remove_file(k, "new");
	/* do not remove the file of another run, which a user may have started after removing the
	 * files by hand */
	if (k->published)
		rc = is_file(&k->file, k->at.dir, file.text);
	if (rc == 1)
		rc = remove_file(k, "json");
	if (rc < 0)
		nserr_set(e, rc, "cannot remove '%s'", file.text);
	if (k->lock >= 0 && is_file(&k->lock_file, k->at.dir, lock.text) == 1)
		(void)!remove_file(k, "lock");
	util_close(&k->draft);
	util_close(&k->lock);
	trustpath_free(&k->at);
	*k = NSNAME_KEEP_INIT;
	return rc;
}
