// SPDX-License-Identifier: GPL-2.0-or-later
/* stale: prints the files in /run/netns that refer to no namespace, and the files in which
 * `nsunshare --name` has recorded programs that have ended. */
#include "runs.h"

#include "nslist.h"

#include <dirent.h>
#include <stdio.h>

#include "base/file.h"
#include "base/str.h"
#include "common/cli.h"
#include "kernel/mountinfo.h"
#include "ns/name.h"

#define DIR_PATH "/run/netns"

/* Returns an array of the names of all files on which a namespace is mounted, and sets *n. The
 * caller frees the array; the names are part of m. */
static const char **mounted_names(struct mountinfo *m, size_t *n)
{
	struct mountinfo_line l;
	const char **names = NULL;

	*n = 0;
	while (mountinfo_next(m, &l)) {
		const char *name = str_after(l.target, DIR_PATH "/");

		if (!name || !streq(l.fstype, "nsfs"))
			continue;
		names = reallocarray(names, *n + 1, sizeof(*names));
		if (!names)
			cli_die(ENOMEM, "cannot list " DIR_PATH);
		names[(*n)++] = name;
	}
	return names;
}

static bool contains(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (streq(names[i], name))
			return true;
	return false;
}

/* The output: text, or JSON if j is not NULL. */
struct output {
	struct json *j;
	struct buf *text;
};

static void add_file(const struct output *o, const char *path)
{
	cleanup_free char *text = NULL;

	if (o->j) {
		json_object(o->j, NULL);
		json_str(o->j, "path", path);
		json_object_end(o->j);
		return;
	}
	text = str_escape_dup(path, strlen(path));
	if (!text)
		cli_die(ENOMEM, "cannot allocate memory for the list of files");
	buf_printf(o->text, "%s\n", text);
}

/* Adds the files in /run/netns on which no namespace is mounted. Opens no file. */
static void add_netns(const struct run *run, const struct output *o)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	cleanup_free const char **names = NULL;
	struct dirent **files = NULL;
	size_t n;
	int rc = mountinfo_read_at(&m, run->proc, "self/mountinfo"), n_files;

	if (rc < 0)
		cli_die(rc, "cannot read /proc/self/mountinfo");
	names = mounted_names(&m, &n);
	n_files = scandir(DIR_PATH, &files, NULL, alphasort);
	if (n_files < 0 && errno != ENOENT)
		cli_die(errno, "cannot list " DIR_PATH);
	for (int i = 0; i < n_files; i++) {
		const char *name = files[i]->d_name;
		char path[512];

		snprintf(path, sizeof(path), DIR_PATH "/%s", name);
		if (!streq(name, ".") && !streq(name, "..") && !contains(names, n, name))
			add_file(o, path);
		free(files[i]);
	}
	free(files);
}

/* Adds a file of `nsunshare --name` if the program with this name has ended. */
static void add_run(void *arg, const char *path, const char *name)
{
	if (!nsname_is_live(name))
		add_file(arg, path);
}

void nslist_select_nothing(struct run *run)
{
	nslist_allocate_rows(run, 0);
}

void nslist_stale(struct run *run)
{
	struct buf out = BUF_INIT;
	struct json json = JSON_INIT(&out, true), *j = NULL;
	struct output o = { .text = &out };
	int rc;

	if (run->o->format == NSLIST_JSON) {
		o.j = j = &json;
		json_object(j, NULL);
		json_array(j, "stale");
	} else if (run->o->headings) {
		buf_adds(&out, "PATH\n");
	}
	add_netns(run, &o);
	rc = runs_list(add_run, &o);
	if (rc < 0)
		cli_die(rc, "cannot list the names of registered programs");
	if (j) {
		json_array_end(j);
		nslist_json_end(run, j);
	}
	cli_print(&out);
}
