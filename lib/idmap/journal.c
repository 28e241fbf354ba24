// SPDX-License-Identifier: GPL-2.0-or-later
/* journal: reads and writes a file with one record. A single write(2) writes the whole record, so
 * that a process that is killed does not leave a part of it. */
#include "idmap/journal.h"

#include <stdio.h>
#include <sys/file.h>
#include <time.h>

#include "base/file.h"

#define MAGIC    UINT64_C(0x316e776f68637369) /* the bytes "ischown1" */
/* maximum time in nanoseconds from the write of the record to chown(2) */
#define FRESH_NS (2 * INT64_C(1000000000))

struct block {
	uint64_t magic;
	struct journal_record record;
};

/* Opens the directory `path`, and creates it if it is missing. Returns a descriptor, or a negative
 * errno: -EPERM if the directory does not belong to the caller or other users may write to it,
 * because they could replace files in it. */
static int open_dir(const char *path)
{
	struct stat st;
	int fd;

	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = file_open_at(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 022)) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

static int open_in(struct journal *j, const char *base, struct nserr *e)
{
	char path[4096];
	mode_t mask;

	if (snprintf(path, sizeof(path), "%s/nsutils", base) >= (int)sizeof(path))
		return nserr_set(e, ENAMETOOLONG, "cannot open '%s'", base);
	/* override the umask of the caller, because later runs must be able to open the directory
	 * and the file */
	mask = umask(022);
	j->dir = open_dir(path);
	if (j->dir >= 0)
		j->fd = file_open_at(j->dir, j->name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK,
				     0600);
	umask(mask);
	if (j->dir < 0)
		return nserr_set(e, j->dir, "cannot use the directory '%s'", path);
	if (j->fd < 0) {
		util_close(&j->dir);
		return nserr_set(e, j->fd, "cannot open '%s/%s'", path, j->name);
	}
	return 0;
}

int journal_open(struct journal *j, const struct statx *st, struct nserr *e)
{
	const char *own = getenv("XDG_RUNTIME_DIR");
	struct block b;
	ssize_t n;
	int rc;

	snprintf(j->name, sizeof(j->name), "chown-%u:%u-%llu", st->stx_dev_major, st->stx_dev_minor,
		 (unsigned long long)st->stx_ino);
	rc = open_in(j, "/run", e);
	if (rc < 0 && own && own[0] == '/')
		rc = open_in(j, own, e);
	if (rc < 0) {
		nserr_hint(e, "set XDG_RUNTIME_DIR to a directory that you own");
		return rc;
	}
	rc = RETRY_EINTR(flock(j->fd, LOCK_EX | LOCK_NB)) < 0 ? -errno : 0;
	if (rc == -EWOULDBLOCK) {
		nserr_set(e, 0, "another process is changing the file owners in this directory");
		return rc;
	}
	if (rc < 0)
		return nserr_set(e, rc, "cannot lock the journal");
	n = RETRY_EINTR(pread(j->fd, &b, sizeof(b), 0));
	if (n < 0)
		return nserr_set(e, errno, "cannot read the journal");
	j->pending = n == sizeof(b) && b.magic == MAGIC && b.record.ncaps <= JOURNAL_CAPS_MAX;
	if (j->pending)
		j->record = b.record;
	return 0;
}

int journal_write(struct journal *j, const struct journal_record *r)
{
	struct block b = { MAGIC, *r };
	struct timespec now;
	ssize_t n;

	if (clock_gettime(CLOCK_REALTIME, &now) < 0)
		return -errno;
	b.record.written = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
	n = RETRY_EINTR(pwrite(j->fd, &b, sizeof(b), 0));
	if (n != sizeof(b))
		return n < 0 ? -errno : -ENOSPC;
	j->record = b.record;
	j->pending = true;
	return 0;
}

int journal_clear(struct journal *j)
{
	if (ftruncate(j->fd, 0) < 0)
		return -errno;
	j->pending = false;
	return 0;
}

void journal_close(struct journal *j)
{
	if (j->fd >= 0 && !j->pending)
		(void)unlinkat(j->dir, j->name, 0);
	util_close(&j->fd);
	util_close(&j->dir);
}

static int64_t in_ns(const struct statx_timestamp *t)
{
	return t->tv_sec * INT64_C(1000000000) + t->tv_nsec;
}

int64_t journal_born(const struct statx *st)
{
	return st->stx_mask & STATX_BTIME ? in_ns(&st->stx_btime) : 0;
}

bool journal_matches(const struct journal *j, const struct statx *st)
{
	const struct journal_record *r = &j->record;

	return j->pending && st->stx_ino == r->ino && journal_born(st) == r->born &&
	       st->stx_uid == r->uid && st->stx_gid == r->gid;
}

bool journal_is_fresh(const struct journal *j, const struct statx *st)
{
	return in_ns(&st->stx_ctime) <= j->record.written + FRESH_NS;
}
