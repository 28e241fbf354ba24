// SPDX-License-Identifier: GPL-2.0-or-later
/* details: reads files of the processes that are printed, each once. */
#include "nslist.h"

#include <pwd.h>
#include <stdio.h>

#include "base/file.h"
#include "common/cli.h"

enum { ASKED_STAT = 1 << DETAIL_TEXTS, ASKED_UID = ASKED_STAT << 1 };

static int by_pid(const void *a, const void *b)
{
	pid_t x = ((const struct detail *)a)->pid, y = ((const struct detail *)b)->pid;

	return x < y ? -1 : x > y;
}

/* Creates one entry per process of the rows, sorted by pid. */
static void make_details(struct nslist *l)
{
	size_t n = 0;

	l->details = calloc(l->n_rows + 1, sizeof(*l->details));
	if (!l->details)
		cli_die(ENOMEM, "cannot list namespaces");
	for (size_t i = 0; i < l->n_rows; i++)
		if (l->rows[i].pid && (n == 0 || l->details[n - 1].pid != l->rows[i].pid))
			l->details[n++].pid = l->rows[i].pid;
	qsort(l->details, n, sizeof(*l->details), by_pid);
	for (size_t i = 0; i < n; i++)
		if (l->n_details == 0 || l->details[i].pid != l->details[l->n_details - 1].pid)
			l->details[l->n_details++].pid = l->details[i].pid;
}

struct detail *nslist_detail(struct nslist *l, pid_t pid)
{
	struct detail key = { .pid = pid };

	if (!l->details)
		make_details(l);
	return pid ? bsearch(&key, l->details, l->n_details, sizeof(key), by_pid) : NULL;
}

void nslist_missed(struct nslist *l, pid_t pid, int rc)
{
	bool may_be_gone = scan_gone(rc) || rc == -EACCES || rc == -EPERM;
	struct procfs_path path;

	procfs_path_set(&path, pid);
	if (pid && may_be_gone && faccessat(l->proc, path.s, F_OK, 0) < 0 && errno == ENOENT)
		return;
	nsmissed_add(&l->c.missed, NSMISSED_DETAIL, rc);
}

/* Returns true if rc is not an error. Otherwise counts the missing value. */
static bool was_read(struct nslist *l, ssize_t rc, pid_t pid)
{
	if (rc < 0)
		nslist_missed(l, pid, (int)rc);
	return rc >= 0;
}

/* Returns the entry of pid or NULL, and sets *first if `bit` is requested for the first time. */
static struct detail *ask(struct nslist *l, pid_t pid, unsigned bit, bool *first)
{
	struct detail *d = nslist_detail(l, pid);

	if (!d)
		return NULL;
	*first = !(d->asked & bit);
	d->asked |= bit;
	return d;
}

const struct proc_stat *nslist_stat(struct nslist *l, pid_t pid)
{
	bool first;
	struct detail *d = ask(l, pid, ASKED_STAT, &first);

	if (!d)
		return NULL;
	if (first)
		d->stat_ok = was_read(l, procfs_read_stat(l->proc, pid, &d->stat), pid);
	return d->stat_ok ? &d->stat : NULL;
}

bool nslist_uid(struct nslist *l, pid_t pid, uid_t *uid)
{
	bool first;
	struct detail *d = ask(l, pid, ASKED_UID, &first);

	if (!d)
		return false;
	if (first)
		d->uid_ok = was_read(l, procfs_read_uid(l->proc, pid, &d->uid), pid);
	*uid = d->uid;
	return d->uid_ok;
}

static ssize_t read_text(int proc, pid_t pid, enum detail_text which, struct buf *b)
{
	static const char *const names[DETAIL_TEXTS] = {
		[DETAIL_CGROUP] = "cgroup", [DETAIL_STATUS] = "status", [DETAIL_EXE] = "exe"
	};
	struct procfs_path path;
	char text[16384];
	ssize_t n;

	if (which == DETAIL_CMDLINE)
		return procfs_read_cmdline(proc, pid, b);
	procfs_path_set(&path, pid);
	procfs_path_at(&path, names[which]);
	if (which == DETAIL_EXE) {
		n = readlinkat(proc, path.s, text, sizeof(text));
		if (n < 0) /* ENOENT: kernel threads and zombies have no executable */
			return errno == ENOENT ? 0 : -errno;
	} else {
		n = file_read_at(proc, path.s, text, sizeof(text));
	}
	if (n > 0)
		buf_add(b, text, (size_t)n);
	return n;
}

const char *nslist_text(struct nslist *l, pid_t pid, enum detail_text which, size_t *len)
{
	struct buf b = BUF_INIT;
	bool first;
	struct detail *d = ask(l, pid, 1u << which, &first);

	if (!d)
		return NULL;
	if (first) {
		(void)was_read(l, read_text(l->proc, pid, which, &b), pid);
		if (b.err)
			cli_die(b.err, "cannot list namespaces");
		d->text[which] = b.s;
		d->len[which] = b.len;
	}
	*len = d->len[which];
	return d->text[which];
}

const char *nslist_user(struct nslist *l, uid_t uid)
{
	static struct {
		uid_t uid;
		char *name;
	} cache[64];
	static size_t n;
	const struct passwd *pw;
	char number[16];
	size_t i;

	for (i = 0; i < n; i++)
		if (cache[i].uid == uid)
			return cache[i].name;
	do {
		errno = 0;
		pw = getpwuid(uid);
	} while (!pw && errno == EINTR);
	/* an unknown user is printed as a number, but a failed lookup is counted */
	if (!pw && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EIO))
		nslist_missed(l, 0, -errno);
	snprintf(number, sizeof(number), "%u", uid);
	/* a full cache replaces its last entry */
	if (n == ARRAY_SIZE(cache))
		free(cache[--n].name);
	cache[n].uid = uid;
	cache[n].name = strdup(pw ? pw->pw_name : number);
	if (!cache[n].name)
		cli_die(ENOMEM, "cannot list namespaces");
	return cache[n++].name;
}

void nslist_details_free(struct nslist *l)
{
	for (size_t i = 0; i < l->n_details; i++)
		for (size_t k = 0; k < DETAIL_TEXTS; k++)
			free(l->details[i].text[k]);
	free(l->details);
	l->details = NULL;
	l->n_details = 0;
}
