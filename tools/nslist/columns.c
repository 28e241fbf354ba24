// SPDX-License-Identifier: GPL-2.0-or-later
/* columns: one row of the table and one function a column. */
#include "nslist.h"

#include <strings.h>

#include "cli.h"

static void put_num(struct cell *out, uint64_t v)
{
	out->kind = CELL_NUM;
	out->num = v;
}

static void put_text(struct cell *out, const char *s, size_t n)
{
	out->kind = CELL_TEXT;
	buf_add(&out->text, s, n);
}

static void fill_ns(struct nslist *l, const struct row *r, struct cell *out)
{
	(void)l;
	put_num(out, r->ns->inode);
}

static void fill_type(struct nslist *l, const struct row *r, struct cell *out)
{
	(void)l;
	put_text(out, r->ns->type->name, strlen(r->ns->type->name));
}

static void fill_path(struct nslist *l, const struct row *r, struct cell *out)
{
	(void)l;
	if (!r->pid)
		return;
	out->kind = CELL_TEXT;
	buf_printf(&out->text, "/proc/%d/%s", (int)r->pid, r->ns->type->file);
}

static void fill_nprocs(struct nslist *l, const struct row *r, struct cell *out)
{
	(void)l;
	put_num(out, r->ns->nprocs);
}

static void fill_pid(struct nslist *l, const struct row *r, struct cell *out)
{
	(void)l;
	if (r->pid)
		put_num(out, (uint64_t)r->pid);
}

static void fill_ppid(struct nslist *l, const struct row *r, struct cell *out)
{
	const struct nsproc_stat *st = r->pid ? nslist_stat(l, r->pid) : NULL;

	if (st)
		put_num(out, (uint64_t)st->ppid);
}

static void fill_command(struct nslist *l, const struct row *r, struct cell *out)
{
	const struct buf *b = r->pid ? nslist_cmdline(l, r->pid) : NULL;

	if (b)
		put_text(out, b->s, b->len);
}

/* Of the process; of what no process is in, who made it or the namespace that owns it. */
static bool uid_of(struct nslist *l, const struct row *r, uid_t *uid)
{
	const struct ns *ns = r->ns;

	if (r->pid)
		return nslist_uid(l, r->pid, uid);
	if (ns->creator == NSTAB_NO_UID && ns->owner)
		ns = ns->owner;
	*uid = ns->creator;
	return ns->creator != NSTAB_NO_UID;
}

static void fill_uid(struct nslist *l, const struct row *r, struct cell *out)
{
	uid_t uid;

	if (uid_of(l, r, &uid))
		put_num(out, uid);
}

static void fill_user(struct nslist *l, const struct row *r, struct cell *out)
{
	const char *user;
	uid_t uid;

	if (!uid_of(l, r, &uid))
		return;
	user = nslist_user(uid);
	put_text(out, user, strlen(user));
}

/* 0 is lsns's word for what is not there or not to be seen. */
static void fill_pns(struct nslist *l, const struct row *r, struct cell *out)
{
	(void)l;
	put_num(out, r->ns->parent ? r->ns->parent->inode : 0);
}

static void fill_ons(struct nslist *l, const struct row *r, struct cell *out)
{
	(void)l;
	put_num(out, r->ns->owner ? r->ns->owner->inode : 0);
}

/* clang-format off */
const struct column nslist_columns[] = {
	{ "NS",      10,   COL_RIGHT, 0,            fill_ns,      "namespace: its inode number" },
	{ "TYPE",    5,    0,         0,            fill_type,    "type" },
	{ "PATH",    0,    0,         NEED_MEMBERS, fill_path,    "path below /proc" },
	{ "NPROCS",  5,    COL_RIGHT, NEED_MEMBERS, fill_nprocs,  "processes in it" },
	{ "PID",     5,    COL_RIGHT, NEED_MEMBERS, fill_pid,     "lowest process id in it" },
	{ "PPID",    5,    COL_RIGHT, NEED_MEMBERS, fill_ppid,    "parent of PID" },
	{ "COMMAND", 0,    COL_TRUNC, NEED_MEMBERS, fill_command, "command line of PID" },
	{ "UID",     0,    COL_RIGHT, NEED_MEMBERS, fill_uid,     "user id of PID, or of who made it" },
	{ "USER",    0,    0,         NEED_MEMBERS, fill_user,    "user name of PID, or of who made it" },
	{ "PNS",     10,   COL_RIGHT, 0,            fill_pns,     "parent namespace" },
	{ "ONS",     10,   COL_RIGHT, 0,            fill_ons,     "user namespace that owns it" },
};
/* clang-format on */
const size_t nslist_n_columns = ARRAY_SIZE(nslist_columns);

static void add_column(struct nslist_opts *o, const char *name, size_t n)
{
	for (size_t i = 0; i < nslist_n_columns; i++) {
		const struct column *col = &nslist_columns[i];

		if (strncasecmp(col->name, name, n) != 0 || col->name[n])
			continue;
		if (o->n_cols == NSLIST_COLUMNS_MAX)
			cli_die_usage("too many columns");
		o->cols[o->n_cols++] = col;
		return;
	}
	cli_die_usage("unknown column '%.*s'", (int)MIN(n, 80u), name);
}

static void add_columns(struct nslist_opts *o, const char *list)
{
	for (const char *s = list;; s++) {
		size_t n = strcspn(s, ",");

		add_column(o, s, n);
		s += n;
		if (!*s)
			break;
	}
}

void nslist_choose_columns(struct nslist_opts *o)
{
	const char *list = o->output;

	if (o->output_all) {
		for (size_t i = 0; i < nslist_n_columns; i++)
			o->cols[o->n_cols++] = &nslist_columns[i];
		return;
	}
	if (!list || *list == '+')
		add_columns(o,
			    o->inode ? "PID,PPID,USER,COMMAND" : "NS,TYPE,NPROCS,PID,USER,COMMAND");
	if (list)
		add_columns(o, list + (*list == '+'));
}

unsigned nslist_needs(const struct nslist_opts *o)
{
	unsigned needs = o->tree == NSLIST_PROCESS ? NEED_MEMBERS : 0;

	for (size_t i = 0; i < o->n_cols; i++)
		needs |= o->cols[i]->needs;
	return needs;
}
