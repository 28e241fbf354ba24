// SPDX-License-Identifier: GPL-2.0-or-later
/* scan: the ids of a file tree that a map does not have. */
#include <fts.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>

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
	{ "ID", true, "owner or group of files, not mapped" },
	{ "FILES", true, "number of files that have it" },
	{ "NAME", false, "name of the id here" },
	{ "FIRST", false, "the first file found" },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap scan",
	.synopsis = { "[options] --map <map> <directory>..." },
	.purpose = "List the owners and groups of files that a map would lose.",
	.opts = opts,
	.notes = "Exit status 1 when there are any, or a file could not be looked at.",
	.failed = CLI_EXIT_FAILED,
};

/* One id met in the tree; a hash table with open addressing, by id. */
struct seen {
	uint32_t id;
	bool used, lost;
	uint64_t files;
	char *first; /* of a lost id */
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

static void count(struct ids *s, uint32_t id, const FTSENT *f)
{
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
			x->first = strdup(f->fts_path);
	}
	x->files++;
}

/* Walks the trees; false when something could not be looked at. */
static bool walk(char **dirs, int options, struct ids ids[IDMAP_KINDS])
{
	FTS *fts = fts_open(dirs, options, NULL);
	bool complete = true;
	FTSENT *f;

	if (!fts)
		cli_die(errno, "cannot walk the tree");
	while (errno = 0, (f = fts_read(fts))) {
		switch (f->fts_info) {
		case FTS_DP: /* a directory, the second time */
			continue;
		case FTS_DNR: /* counted before it was to be entered */
		case FTS_ERR:
		case FTS_NS:
			cli_warn(f->fts_errno, "cannot look at '%s'", f->fts_path);
			complete = false;
			continue;
		default:
			count(&ids[IDMAP_UID], f->fts_statp->st_uid, f);
			count(&ids[IDMAP_GID], f->fts_statp->st_gid, f);
		}
	}
	if (errno)
		cli_die(errno, "cannot walk the tree");
	fts_close(fts);
	return complete;
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
		table_cell(t, s->slot[i].first);
		free(s->slot[i].first);
	}
	free(s->slot);
	return n;
}

int verb_scan(int argc, char **argv)
{
	struct ids ids[IDMAP_KINDS] = { 0 };
	int options = FTS_PHYSICAL, lost = 0;
	const char *map = NULL;
	struct words w = { 0 };
	bool inside = false, complete;
	struct idmaps m;
	struct table t;
	struct cli c;

	cli_init(&c, &tool, argc, argv);
	table_init(&t, columns, ARRAY_SIZE(columns), "KIND,ID,FILES,NAME,FIRST");
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
	verb_count(&w, 1, VERB_WORDS_MAX, "which directory?");
	if (!map)
		cli_die_usage("missing --map");
	map_load(map, &m);
	for (int k = 0; k < IDMAP_KINDS; k++) {
		ids[k].map = m.map[k];
		ids[k].inside = inside;
	}
	complete = walk(w.v, options, ids);
	for (int k = 0; k < IDMAP_KINDS; k++)
		lost += report(&ids[k], k, &t) > 0;
	t.complete = complete;
	table_print(&t, "lost");
	idmaps_free(&m);
	return table_status(&t, lost || !complete ? CLI_EXIT_FAILED : 0);
}
