// SPDX-License-Identifier: GPL-2.0-or-later
/* details: what is read of the few processes that are printed. */
#include "nslist.h"

#include <pwd.h>
#include <stdio.h>

#include "cli.h"

static int by_pid(const void *a, const void *b)
{
	pid_t x = ((const struct detail *)a)->pid, y = ((const struct detail *)b)->pid;

	return x < y ? -1 : x > y;
}

/* One entry for each process of the rows. */
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
	return bsearch(&key, l->details, l->n_details, sizeof(key), by_pid);
}

const struct nsproc_stat *nslist_stat(struct nslist *l, pid_t pid)
{
	struct detail *d = nslist_detail(l, pid);

	if (!d)
		return NULL;
	if (!d->has_stat) {
		d->has_stat = true;
		d->stat_ok = nsproc_read_stat(l->c.proc, pid, &d->stat) == 0;
	}
	return d->stat_ok ? &d->stat : NULL;
}

bool nslist_uid(struct nslist *l, pid_t pid, uid_t *uid)
{
	struct detail *d = nslist_detail(l, pid);

	if (!d)
		return false;
	if (!d->has_uid) {
		d->has_uid = true;
		d->uid_ok = nsproc_read_uid(l->c.proc, pid, &d->uid) == 0;
	}
	*uid = d->uid;
	return d->uid_ok;
}

const struct buf *nslist_cmdline(struct nslist *l, pid_t pid)
{
	struct detail *d = nslist_detail(l, pid);

	if (!d)
		return NULL;
	if (!d->has_cmdline) {
		const struct nsproc_stat *st;

		d->has_cmdline = true;
		/* a kernel thread, a zombie, or one that has wiped it */
		if (nsproc_read_cmdline(l->c.proc, pid, &d->cmdline) == 0 && d->cmdline.len == 0 &&
		    (st = nslist_stat(l, pid)))
			buf_add(&d->cmdline, st->comm, st->comm_len);
	}
	return d->cmdline.len > 0 ? &d->cmdline : NULL;
}

const char *nslist_user(uid_t uid)
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
	pw = getpwuid(uid);
	snprintf(number, sizeof(number), "%u", uid);
	/* a full cache gives way at its end */
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
		buf_free(&l->details[i].cmdline);
	free(l->details);
}
