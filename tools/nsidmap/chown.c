// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: the verb chown, which changes the owners of a directory tree from the ids of one map to
 * those of another. */
#include "base/file.h"
#include "common/table.h"
#include "idmap/shift.h"
#include "kernel/walk.h"
#include "verb.h"

enum { OPT_FROM = CLI_LONG, OPT_TO, OPT_CROSS, OPT_EXPLAIN };

/* clang-format off */
static const struct cli_opt table[] = {
	{ OPT_FROM, "from", CLI_ARG, "<map>", "replace the outside ids of this map (required)" },
	{ OPT_TO, "to", CLI_ARG, "<map>", "give files the outside ids of this map (required)" },
	{ OPT_CROSS, "cross-mounts", CLI_NONE, NULL, "also change file systems mounted below <directory>" },
	{ OPT_EXPLAIN, "explain", CLI_NONE, NULL, "count the files to change, and change nothing" },
	TABLE_OPTS,
	{ 0 },
};

static const struct table_col columns[] = {
	{ "WHAT", false, "files, owner, acl, default-acl, capability, unmapped or mount" },
	{ "FILES", true, "number of files" },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap chown",
	.synopsis = { "[options] --from <map> --to <map> <directory>" },
	.purpose =
		"Change the owners, ACLs and file capabilities of a directory tree from the ids\n"
		"of one map to those of another. No outside id may be in both maps.",
	.opts = table,
	.notes = "It is safe to interrupt the command and to repeat it. The exit status is 1 if a\n"
		 "file could not be changed or has an id that is in neither map.",
	.failed = CLI_EXIT_FAILED,
};

struct opts {
	const char *from, *to, *dir;
	bool cross, explain;
	struct table table;
};

static void parse(struct opts *o, int argc, char **argv)
{
	struct words w = { 0 };
	struct cli c;

	*o = (struct opts){ 0 };
	table_init(&o->table, columns, ARRAY_SIZE(columns), "WHAT,FILES");
	cli_init(&c, &tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;) {
		if (key == OPT_FROM)
			o->from = c.arg;
		else if (key == OPT_TO)
			o->to = c.arg;
		else if (key == OPT_CROSS)
			o->cross = true;
		else if (key == OPT_EXPLAIN)
			o->explain = true;
		else
			table_option(&o->table, key, c.arg);
	}
	verb_count(&w, 1, 1, " <directory>");
	if (!o->from || !o->to)
		cli_die_usage("missing --%s", o->from ? "to" : "from");
	o->dir = w.v[0];
}

/* The counted files that have several hard links. Elements are slots of a hash table. */
struct links {
	struct link {
		uint64_t ino, dev;
	} * slot;
	size_t n, size; /* size: number of slots, a power of 2 */
};

static struct link *find_link(const struct links *l, uint64_t dev, uint64_t ino)
{
	size_t i = (ino ^ dev << 17) * UINT64_C(0x9e3779b97f4a7c15) >> 20 & (l->size - 1);

	while (l->slot[i].ino && (l->slot[i].ino != ino || l->slot[i].dev != dev))
		i = (i + 1) & (l->size - 1);
	return &l->slot[i];
}

/* Returns true if the file was counted before under another of its hard links. Otherwise stores the
 * file in l, if it has several hard links. */
static bool was_counted(struct links *l, const struct statx *st)
{
	uint64_t dev = (uint64_t)st->stx_dev_major << 32 | st->stx_dev_minor;
	struct link *x;

	if (st->stx_nlink < 2 || S_ISDIR(st->stx_mode))
		return false;
	if (l->n * 2 >= l->size) {
		struct links more = { .n = l->n, .size = l->size ? l->size * 2 : 256 };

		more.slot = calloc(more.size, sizeof(*more.slot));
		if (!more.slot)
			cli_die(ENOMEM, "cannot count the files");
		for (size_t i = 0; i < l->size; i++)
			if (l->slot[i].ino)
				*find_link(&more, l->slot[i].dev, l->slot[i].ino) = l->slot[i];
		free(l->slot);
		*l = more;
	}
	x = find_link(l, dev, st->stx_ino);
	if (x->ino)
		return true;
	*x = (struct link){ st->stx_ino, dev };
	l->n++;
	return false;
}

struct run {
	struct shift shift;
	struct walk walk;
	struct journal journal;
	struct links links;
	bool explain, complete;
	uint64_t files, owner, xattr[IDXATTRS], unmapped, mounts;
};

static const char *current_path(void *ctx)
{
	return walk_path(ctx);
}

static void count(struct run *r, const struct shift_found *f, const struct statx *st)
{
	if (r->explain && was_counted(&r->links, st))
		return;
	r->files++;
	r->owner += f->owner;
	r->unmapped += f->foreign;
	for (size_t i = 0; i < IDXATTRS; i++)
		r->xattr[i] += f->xattr[i];
}

static int change(void *ctx, struct walk *w, enum walk_event event, int fd, const struct statx *st,
		  int err)
{
	struct nserr e = NSERR_INIT;
	struct shift_found found;
	struct run *r = ctx;
	int rc;

	if (event == WALK_MOUNT) {
		cli_warn(0, "'%s' is a mount point and was skipped", walk_path(w));
		r->mounts++;
		r->complete = false;
		return 0;
	}
	if (event == WALK_ERROR) {
		cli_warn(err, "cannot read '%s'", walk_path(w));
		r->complete = false;
		return 0;
	}
	rc = shift_file(&r->shift, fd, st, current_path, w, &found, &e);
	count(r, &found, st);
	if (rc < 0) {
		cli_warn_nserr(&e);
		r->complete = false;
	}
	/* end the walk on a read-only file system, because every file would fail */
	return rc == -EROFS || r->shift.stop ? rc : 0;
}

static int complete_file(void *ctx, struct walk *w, enum walk_event event, int fd,
			 const struct statx *st, int err)
{
	struct nserr e = NSERR_INIT;
	struct run *r = ctx;
	int rc = event == WALK_FILE ? shift_complete(&r->shift, fd, st, current_path, w, &e) : 0;

	(void)err;
	if (rc < 0) {
		cli_warn_nserr(&e);
		r->complete = false;
	}
	return rc == 0 ? 0 : -ECANCELED;
}

/* Opens the journal. If an earlier run was killed while it changed a file, looks for this file in
 * the tree and completes the change. */
static void begin(struct run *r, int dir, const struct opts *o)
{
	struct walk w = WALK_INIT(complete_file, r);
	struct nserr e = NSERR_INIT;
	struct statx st;
	int rc;

	if (statx(dir, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st) < 0)
		cli_die(errno, "cannot read '%s'", o->dir);
	/* a failure to create the journal is an error only if a file needs the journal */
	rc = journal_open(&r->journal, &st, &r->shift.no_journal);
	if (rc < 0 && r->journal.fd >= 0) {
		nserr_prefix(&r->shift.no_journal, "'%s'", o->dir);
		cli_die_nserr(&r->shift.no_journal);
	}
	r->shift.journal = &r->journal;
	if (!r->journal.pending)
		return;
	w.cross = o->cross;
	if (walk_tree(&w, dir, o->dir, &e) < 0 && e.what[0])
		cli_die_nserr(&e);
	if (r->shift.stop)
		exit(CLI_EXIT_FAILED);
	/* If the journal is still pending, no file has to be completed: the earlier run has changed
	 * the file completely or not at all, or the file does not exist any more. */
	rc = r->journal.pending ? journal_clear(&r->journal) : 0;
	if (rc < 0)
		cli_die(rc, "cannot write the journal");
}

static void add_row(struct table *t, const char *what, uint64_t n)
{
	table_cell(t, what);
	table_cell_u64(t, n);
}

static void print_counts(const struct run *r, struct table *t)
{
	add_row(t, "files", r->files);
	add_row(t, "owner", r->owner);
	for (size_t i = 0; i < IDXATTRS; i++)
		add_row(t, idxattrs[i].what, r->xattr[i]);
	add_row(t, "unmapped", r->unmapped);
	add_row(t, "mount", r->mounts);
	t->complete = r->complete;
	table_print(t, "changes");
}

static void load(const char *arg, const char *option, struct idmaps *m)
{
	struct nserr e = NSERR_INIT;

	map_load(arg, m);
	if (idmaps_check_rules(m, &e) < 0) {
		nserr_prefix(&e, "--%s", option);
		cli_die_nserr(&e);
	}
}

int verb_chown(int argc, char **argv)
{
	cleanup_idmaps struct idmaps from = IDMAPS_INIT, to = IDMAPS_INIT;
	struct nserr e = NSERR_INIT;
	struct run r = { .journal = JOURNAL_INIT, .complete = true };
	cleanup_fd int dir = -1;
	struct opts o;
	int rc;

	parse(&o, argc, argv);
	load(o.from, "from", &from);
	load(o.to, "to", &to);
	if (shift_check(&from, &to, &e) < 0)
		cli_die_nserr(&e);
	dir = file_open_at(AT_FDCWD, o.dir, O_PATH | O_DIRECTORY, 0);
	if (dir < 0)
		cli_die(dir, "cannot open '%s'", o.dir);
	if (shift_enter(&e) < 0)
		cli_die_nserr(&e);
	r.explain = o.explain;
	r.shift = (struct shift){ .from = &from, .to = &to };
	r.walk = WALK_INIT(change, &r);
	r.walk.cross = o.cross;
	if (!o.explain)
		begin(&r, dir, &o);
	rc = walk_tree(&r.walk, dir, o.dir, &e);
	if (rc < 0 && e.what[0])
		cli_warn_nserr(&e);
	journal_close(&r.journal);
	free(r.links.slot);
	if (r.unmapped > 0 && !o.explain)
		cli_warn(0, "number of files with ids that are in neither map: %llu",
			 (unsigned long long)r.unmapped);
	if (o.explain)
		print_counts(&r, &o.table);
	return table_status(&o.table,
			    rc < 0 || !r.complete || r.unmapped > 0 ? CLI_EXIT_FAILED : 0);
}
