// SPDX-License-Identifier: GPL-2.0-or-later
/* details: reads files of the processes that are printed. Each file is read only once. */
#include "containers.h"

#include "base/file.h"
#include "common/cli.h"

enum { ASKED_STAT = 1 << DETAIL_TEXTS, ASKED_UID = ASKED_STAT << 1 };

static int by_pid(const void *a, const void *b)
{
	pid_t x = ((const struct detail *)a)->pid, y = ((const struct detail *)b)->pid;

	return x < y ? -1 : x > y;
}

/* Creates one entry for each process in the rows and for the first process of each container,
 * sorted by pid. */
static void make_details(struct run *run)
{
	size_t n = 0, n_boxes = run->boxes ? run->boxes->l.n : 0;

	run->details = calloc(run->n_rows + n_boxes + 1, sizeof(*run->details));
	if (!run->details)
		cli_die(ENOMEM, "cannot list namespaces");
	for (size_t i = 0; i < run->n_rows; i++)
		if (run->rows[i].pid && (n == 0 || run->details[n - 1].pid != run->rows[i].pid))
			run->details[n++].pid = run->rows[i].pid;
	for (size_t i = 0; i < n_boxes; i++)
		run->details[n++].pid = run->boxes->l.v[i].pid;
	qsort(run->details, n, sizeof(*run->details), by_pid);
	for (size_t i = 0; i < n; i++)
		if (run->n_details == 0 ||
		    run->details[i].pid != run->details[run->n_details - 1].pid)
			run->details[run->n_details++].pid = run->details[i].pid;
}

struct detail *nslist_detail(struct run *run, pid_t pid)
{
	struct detail key = { .pid = pid };

	if (!run->details)
		make_details(run);
	return pid ? bsearch(&key, run->details, run->n_details, sizeof(key), by_pid) : NULL;
}

void nslist_missed(struct run *run, pid_t pid, int rc)
{
	bool may_be_gone;
	struct procfs_path path;

	/* open_by_handle_at(2) fails with ESTALE if the caller may not open the namespace */
	if (rc == -ESTALE)
		rc = -EPERM;
	may_be_gone = scan_gone(rc) || rc == -EACCES || rc == -EPERM;
	procfs_path_set(&path, pid);
	if (pid && may_be_gone && faccessat(run->proc, path.s, F_OK, 0) < 0 && errno == ENOENT)
		return;
	nsmissed_add(&run->c.missed, NSMISSED_DETAIL, rc);
}

void nslist_need_opened(struct run *run, const struct ns *ns)
{
	if (ns->closed == -EAGAIN)
		run->c.missed.n[NSMISSED_WAIT][NSMISSED_DETAIL]++;
	else if (ns->closed)
		nsmissed_add(&run->c.missed, NSMISSED_DETAIL, ns->closed);
}

/* Returns true if rc is not an error. Otherwise counts the missing value. */
static bool was_read(struct run *run, ssize_t rc, pid_t pid)
{
	if (rc < 0)
		nslist_missed(run, pid, (int)rc);
	return rc >= 0;
}

/* Returns the entry of pid or NULL, and sets *first if `bit` is requested for the first time. */
static struct detail *ask(struct run *run, pid_t pid, unsigned bit, bool *first)
{
	struct detail *d = nslist_detail(run, pid);

	if (!d)
		return NULL;
	*first = !(d->asked & bit);
	d->asked |= bit;
	return d;
}

const struct proc_stat *nslist_stat(struct run *run, pid_t pid)
{
	bool first;
	struct detail *d = ask(run, pid, ASKED_STAT, &first);

	if (!d)
		return NULL;
	if (first)
		d->stat_ok = was_read(run, procfs_read_stat(run->proc, pid, &d->stat), pid);
	return d->stat_ok ? &d->stat : NULL;
}

/* Returns the member with that pid if the scan has found its parent and user, or NULL. */
static const struct nsmember *known_member(const struct run *run, pid_t pid)
{
	const struct nsmember *m = collect_member(&run->c, pid);

	return m && m->known ? m : NULL;
}

bool nslist_ppid(struct run *run, pid_t pid, pid_t *ppid)
{
	const struct nsmember *m = known_member(run, pid);
	const struct proc_stat *st = m ? NULL : nslist_stat(run, pid);

	*ppid = m ? m->ppid : st ? st->ppid : 0;
	return m || st;
}

bool nslist_uid(struct run *run, pid_t pid, uid_t *uid)
{
	const struct nsmember *m = known_member(run, pid);
	bool first;
	struct detail *d;

	if (m) {
		*uid = m->uid;
		return true;
	}
	d = ask(run, pid, ASKED_UID, &first);
	if (!d)
		return false;
	if (first)
		d->uid_ok = was_read(run, procfs_read_uid(run->proc, pid, &d->uid), pid);
	*uid = d->uid;
	return d->uid_ok;
}

/* Appends the text of one file of a process to b. Returns its length or a negative errno. */
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

const char *nslist_text(struct run *run, pid_t pid, enum detail_text which, size_t *len)
{
	struct buf b = BUF_INIT;
	bool first;
	struct detail *d = ask(run, pid, 1u << which, &first);

	if (!d)
		return NULL;
	if (first) {
		(void)was_read(run, read_text(run->proc, pid, which, &b), pid);
		if (b.err)
			cli_die(b.err, "cannot list namespaces");
		d->text[which] = b.s;
		d->len[which] = b.len;
	}
	*len = d->len[which];
	return d->text[which];
}

void nslist_details_free(struct run *run)
{
	for (size_t i = 0; i < run->n_details; i++)
		for (size_t k = 0; k < DETAIL_TEXTS; k++)
			free(run->details[i].text[k]);
	free(run->details);
	run->details = NULL;
	run->n_details = 0;
}
