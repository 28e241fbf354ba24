// SPDX-License-Identifier: GPL-2.0-or-later
/* nsidmap: the verb scan, which lists the ids of files in a directory tree that a map does not
 * contain. */
#include <linux/limits.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/file.h"
#include "common/table.h"
#include "idmap/xattr.h"
#include "kernel/walk.h"
#include "verb.h"

enum { OPT_MAP = CLI_LONG, OPT_INSIDE };

/* clang-format off */
static const struct cli_opt table[] = {
	{ OPT_MAP, "map", CLI_ARG, "<map>", "list the ids that are not in this map (required)" },
	{ OPT_INSIDE, "inside", CLI_NONE, NULL, "compare with inside ids instead of outside ids" },
	{ 'x', "one-file-system", CLI_NONE, NULL, "do not enter mount points" },
	TABLE_OPTS,
	{ 0 },
};

static const struct table_col columns[] = {
	{ "KIND", false, "uid or gid" },
	{ "ID", true, "id that is not mapped" },
	{ "FILES", true, "number of files that have the id" },
	{ "NAME", false, "name of the id in the caller's namespace" },
	{ "AS", false, "role in the first file: owner, group, acl, default-acl, capability" },
	{ "FIRST", false, "first file that has the id" },
};
/* clang-format on */

static const struct cli_tool tool = {
	.name = "nsidmap scan",
	.synopsis = { "[options] --map <map> <directory>..." },
	.purpose =
		"List the ids of files that a map does not contain. Checks owners, groups, ACLs\n"
		"and file capabilities.",
	.opts = table,
	.notes = "The exit status is 1 if such an id was found or a file could not be read.",
	.failed = CLI_EXIT_FAILED,
};

struct opts {
	const char *map;
	char **dirs;
	bool inside, one_fs;
	struct table table;
};

static void parse(struct opts *o, int argc, char **argv)
{
	struct words w = { 0 };
	struct cli c;

	*o = (struct opts){ 0 };
	table_init(&o->table, columns, ARRAY_SIZE(columns), "KIND,ID,FILES,NAME,AS,FIRST");
	cli_init(&c, &tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;) {
		if (key == OPT_MAP)
			o->map = c.arg;
		else if (key == OPT_INSIDE)
			o->inside = true;
		else if (key == 'x')
			o->one_fs = true;
		else
			table_option(&o->table, key, c.arg);
	}
	verb_count(&w, 1, VERB_WORDS_MAX, " <directory>");
	if (!o->map)
		cli_die_usage("missing --map");
	o->dirs = w.v;
}

/* An id in the tree. Elements are slots of a hash table by id, with open addressing. */
struct seen {
	uint32_t id;
	bool used, lost;
	uint64_t files;
	uint64_t file; /* number of the last file that was counted for this id */
	/* path of the first file that has the id, if the map does not contain the id */
	char *first;
	const char *as; /* role of the id in that file */
};

struct ids {
	struct seen *slot, *last;
	size_t n, size; /* size: number of slots in the hash table, a power of 2 */
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
		cli_die(ENOMEM, "cannot allocate memory for the ids");
	for (size_t i = 0; i < s->size; i++)
		if (s->slot[i].used)
			*find_slot(slot, size, s->slot[i].id) = s->slot[i];
	free(s->slot);
	s->slot = slot;
	s->size = size;
}

/* State of the scan and its current file. */
struct scan {
	struct ids ids[IDMAP_KINDS];
	struct walk walk;
	uint64_t file;  /* number of the current file, from 1 */
	const char *as; /* role of the id being counted (owner, group, …) */
	bool complete;
};

/* Counts an id of the current file. Counts a file once, even if it has the id several times. */
static void count(void *ctx, enum idmap_kind k, uint32_t id)
{
	struct scan *w = ctx;
	struct ids *s = &w->ids[k];
	struct seen *x = s->last;
	uint32_t to;

	/* files in the same directory usually have the same owner, so check the last id first */
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
			x->first = strdup(walk_path(&w->walk));
		x->as = w->as;
	}
	x->files += x->file != w->file;
	x->file = w->file;
}

/* Counts the ids in the extended attributes of the file fd (O_PATH). Skips symbolic links. */
static void count_xattrs(struct scan *w, int fd, mode_t type)
{
	static unsigned char value[XATTR_SIZE_MAX];
	const struct file_fd_path file = file_fd_path(fd);

	for (size_t i = 0; type != S_IFLNK && i < IDXATTRS; i++) {
		const struct idmap_xattr *x = &idxattrs[i];
		ssize_t n;

		if (x->type && x->type != type)
			continue;
		w->as = x->what;
		n = getxattr(file.text, x->name, value, sizeof(value));
		if (n < 0 && (errno == ENODATA || errno == EOPNOTSUPP))
			continue;
		if (n < 0 && errno == EOVERFLOW) {
			/* the root uid of the file capabilities is not mapped in this user
			 * namespace (capabilities(7)) */
			count(w, IDMAP_UID, IDMAP_NONE);
		} else if (n < 0 || x->ids(value, (size_t)n, count, w) < 0) {
			cli_warn(n < 0 ? errno : EINVAL, "cannot read the %s of '%s'", x->what,
				 walk_path(&w->walk));
			w->complete = false;
		}
	}
}

static int visit(void *ctx, struct walk *walk, enum walk_event event, int fd,
		 const struct statx *st, int err)
{
	struct scan *w = ctx;

	if (event == WALK_ERROR) {
		cli_warn(err, "cannot read '%s'", walk_path(walk));
		w->complete = false;
	} else if (event == WALK_FILE) {
		w->file++;
		w->as = "owner";
		count(w, IDMAP_UID, st->stx_uid);
		w->as = "group";
		count(w, IDMAP_GID, st->stx_gid);
		count_xattrs(w, fd, st->stx_mode & S_IFMT);
	}
	return 0;
}

static void scan(const char *path, struct scan *w)
{
	cleanup_fd int fd = file_open_at(AT_FDCWD, path, O_PATH | O_NOFOLLOW, 0);
	struct nserr e = NSERR_INIT;

	if (fd < 0) {
		cli_warn(fd, "cannot read '%s'", path);
		w->complete = false;
	} else if (walk_tree(&w->walk, fd, path, &e) < 0) {
		cli_die_nserr(&e);
	}
}

static int by_id(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* Adds the rows of the ids that are not in the map, in ascending order. Returns the number of rows
 * and frees the ids. */
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
		name_cell(t, k, s->slot[i].id);
		table_cell(t, s->slot[i].as);
		table_cell(t, s->slot[i].first);
		free(s->slot[i].first);
	}
	free(s->slot);
	return n;
}

int verb_scan(int argc, char **argv)
{
	cleanup_idmaps struct idmaps m = IDMAPS_INIT;
	struct scan w = { .complete = true };
	size_t lost = 0;
	struct opts o;

	parse(&o, argc, argv);
	map_load(o.map, &m);
	for (int k = 0; k < IDMAP_KINDS; k++) {
		w.ids[k].map = m.map[k];
		w.ids[k].inside = o.inside;
	}
	w.walk = WALK_INIT(visit, &w);
	w.walk.cross = !o.one_fs;
	for (char **dir = o.dirs; *dir; dir++)
		scan(*dir, &w);
	for (int k = 0; k < IDMAP_KINDS; k++)
		lost += report(&w.ids[k], k, &o.table);
	o.table.complete &= w.complete;
	table_print(&o.table, "lost");
	return table_status(&o.table, lost > 0 || !w.complete ? CLI_EXIT_FAILED : 0);
}
