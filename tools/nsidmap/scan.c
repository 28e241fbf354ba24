// SPDX-License-Identifier: GPL-2.0-or-later
/* scan: the ids of a file tree that a map does not have. */
#include <fts.h>
#include <grp.h>
#include <linux/limits.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "idmap/xattr.h"
#include "verb.h"

enum { OPT_MAP = CLI_LONG, OPT_INSIDE };

/* clang-format off */
static const struct cli_opt opts[] = {
	{ OPT_MAP, "map", CLI_ARG, "<map>", "the map (required)" },
	{ OPT_INSIDE, "inside", CLI_NONE, NULL, "the files have inside ids, as for 'nsidmap mount'" },
	{ 'x', "one-file-system", CLI_NONE, NULL, "stay on the file system of the directory" },
	TABLE_OPTS,
	{ 0 },
};

static const struct table_col columns[] = {
	{ "KIND", false, "uid or gid" },
	{ "ID", true, "id that files have, not mapped" },
	{ "FILES", true, "number of files that have it" },
	{ "NAME", false, "name of the id here" },
	{ "AS", false, "what it is of the first file: owner, group, acl, default-acl, capability" },
	{ "FIRST", false, "the first file found" },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap scan",
	.synopsis = { "[options] --map <map> <directory>..." },
	.purpose =
		"List the ids of files that a map would lose: owners, groups, ACLs, capabilities.",
	.opts = opts,
	.notes = "Exit status 1 when there are any, or a file could not be looked at.",
	.failed = CLI_EXIT_FAILED,
};

/* One id met in the tree; a hash table with open addressing, by id. */
struct seen {
	uint32_t id;
	bool used, lost;
	uint64_t files;
	uint64_t file;  /* number of the last one that was counted */
	char *first;    /* of a lost id */
	const char *as; /* what it is of that file */
};

struct ids {
	struct seen *slot, *last;
	size_t n, size; /* size is a power of two */
	struct idmap map;
	bool inside;
};

static struct seen *find_slot(struct seen *slot, size_t size, uint32_t id)
{
	size_t i = id * UINT32_C(2654435761) & (size - 1);

	while (slot[i].used && slot[i].id != id)
		i = (i + 1) & (size - 1);
	return &slot[i];
}

static void grow(struct ids *s)
{
	size_t size = s->size ? s->size * 2 : 64;
	struct seen *slot = calloc(size, sizeof(*slot));

	if (!slot)
		cli_die(ENOMEM, "cannot hold the ids");
	for (size_t i = 0; i < s->size; i++)
		if (s->slot[i].used)
			*find_slot(slot, size, s->slot[i].id) = s->slot[i];
	free(s->slot);
	s->slot = slot;
	s->size = size;
}

/* The walk: the file it is at. */
struct walk {
	struct ids ids[IDMAP_KINDS];
	const FTSENT *f;
	uint64_t file;  /* its number, from 1 on */
	const char *as; /* what the next id is of it */
	bool complete;
};

/* An id of the file, which has it once however often it is there. */
static void count(void *ctx, enum idmap_kind k, uint32_t id)
{
	struct walk *w = ctx;
	struct ids *s = &w->ids[k];
	struct seen *x = s->last;
	uint32_t to;

	/* files of one owner come in runs */
	if (!x || x->id != id) {
		if (s->n * 2 >= s->size)
			grow(s);
		x = s->last = find_slot(s->slot, s->size, id);
	}
	if (!x->used) {
		s->n++;
		*x = (struct seen){ .id = id, .used = true };
		x->lost = s->inside ? idmap_to_outside(&s->map, id, &to) < 0
				    : idmap_to_inside(&s->map, id, &to) < 0;
		if (x->lost)
			x->first = strdup(w->f->fts_path);
		x->as = w->as;
	}
	x->files += x->file != w->file;
	x->file = w->file;
}

/* The ids in attributes. fts(3) has changed to the directory, and a link is not followed. */
static void count_xattrs(struct walk *w)
{
	static unsigned char value[XATTR_SIZE_MAX];
	const mode_t type = w->f->fts_statp->st_mode & S_IFMT;

	for (size_t i = 0; type != S_IFLNK && i < IDXATTRS; i++) {
		const struct idmap_xattr *x = &idxattrs[i];
		ssize_t n;

		if (x->type && x->type != type)
			continue;
		w->as = x->what;
		n = lgetxattr(w->f->fts_accpath, x->name, value, sizeof(value));
		if (n < 0 && (errno == ENODATA || errno == EOPNOTSUPP))
			continue;
		if (n < 0 && errno == EOVERFLOW) {
			/* of a root that this user namespace has no id for, capabilities(7) */
			count(w, IDMAP_UID, IDMAP_NONE);
		} else if (n < 0 || x->ids(value, (size_t)n, count, w) < 0) {
			cli_warn(n < 0 ? errno : EINVAL, "cannot read the %s of '%s'", x->what,
				 w->f->fts_path);
			w->complete = false;
		}
	}
}

/* Walks the trees. */
static void walk(char **dirs, int options, struct walk *w)
{
	FTS *fts = fts_open(dirs, options, NULL);
	FTSENT *f;

	if (!fts)
		cli_die(errno, "cannot walk the tree");
	while (errno = 0, (w->f = f = fts_read(fts))) {
		switch (f->fts_info) {
		case FTS_DP: /* a directory, the second time */
			continue;
		case FTS_DNR: /* counted before it was to be entered */
		case FTS_ERR:
		case FTS_NS:
			cli_warn(f->fts_errno, "cannot look at '%s'", f->fts_path);
			w->complete = false;
			continue;
		default:
			w->file++;
			w->as = "owner";
			count(w, IDMAP_UID, f->fts_statp->st_uid);
			w->as = "group";
			count(w, IDMAP_GID, f->fts_statp->st_gid);
			count_xattrs(w);
		}
	}
	if (errno)
		cli_die(errno, "cannot walk the tree");
	fts_close(fts);
}

static int by_id(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

static const char *name_of(enum idmap_kind k, uint32_t id)
{
	const struct passwd *pw = k == IDMAP_UID ? getpwuid(id) : NULL;
	const struct group *gr = k == IDMAP_GID ? getgrgid(id) : NULL;

	return pw ? pw->pw_name : gr ? gr->gr_name : "";
}

/* Adds the lost ids in their order; their number. */
static size_t report(struct ids *s, enum idmap_kind k, struct table *t)
{
	size_t n = 0;

	for (size_t i = 0; i < s->size; i++)
		if (s->slot[i].lost)
			s->slot[n++] = s->slot[i];
	qsort(s->slot, n, sizeof(*s->slot), by_id);
	for (size_t i = 0; i < n; i++) {
		table_cell(t, idmap_kind_names[k]);
		table_cell_u64(t, s->slot[i].id);
		table_cell_u64(t, s->slot[i].files);
		table_cell(t, name_of(k, s->slot[i].id));
		table_cell(t, s->slot[i].as);
		table_cell(t, s->slot[i].first);
		free(s->slot[i].first);
	}
	free(s->slot);
	return n;
}

int verb_scan(int argc, char **argv)
{
	struct walk found = { .complete = true };
	int options = FTS_PHYSICAL, lost = 0;
	const char *map = NULL;
	struct words w = { 0 };
	bool inside = false;
	struct idmaps m;
	struct table t;
	struct cli c;

	cli_init(&c, &tool, argc, argv);
	table_init(&t, columns, ARRAY_SIZE(columns), "KIND,ID,FILES,NAME,AS,FIRST");
	for (int key; (key = verb_next(&c, &w)) >= 0;) {
		if (key == OPT_MAP)
			map = c.arg;
		else if (key == OPT_INSIDE)
			inside = true;
		else if (key == 'x')
			options |= FTS_XDEV;
		else
			table_option(&t, key, c.arg);
	}
	verb_count(&w, 1, VERB_WORDS_MAX, "a directory");
	if (!map)
		cli_die_usage("missing --map");
	map_load(map, &m);
	for (int k = 0; k < IDMAP_KINDS; k++) {
		found.ids[k].map = m.map[k];
		found.ids[k].inside = inside;
	}
	walk(w.v, options, &found);
	for (int k = 0; k < IDMAP_KINDS; k++)
		lost += report(&found.ids[k], k, &t) > 0;
	t.complete = found.complete;
	table_print(&t, "lost");
	idmaps_free(&m);
	return table_status(&t, lost || !t.complete ? CLI_EXIT_FAILED : 0);
}
