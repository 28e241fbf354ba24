// SPDX-License-Identifier: GPL-2.0-or-later
/* stale: prints the files in /run/netns that refer to no namespace. */
#include "nslist.h"

#include <dirent.h>

#include "base/file.h"
#include "base/str.h"
#include "common/cli.h"
#include "kernel/mountinfo.h"

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

static void add_file(const char *name, struct json *j, struct buf *out)
{
	cleanup_buf struct buf path = BUF_INIT;
	cleanup_free char *text = NULL;

	buf_printf(&path, DIR_PATH "/%s", name);
	if (path.err)
		cli_die(path.err, "cannot list " DIR_PATH);
	if (j) {
		json_object(j, NULL);
		json_str(j, "path", path.s);
		json_object_end(j);
		return;
	}
	text = str_escape_dup(path.s, path.len);
	if (!text)
		cli_die(ENOMEM, "cannot list " DIR_PATH);
	buf_printf(out, "%s\n", text);
}

void nslist_select_nothing(struct run *run)
{
	nslist_allocate_rows(run, 0);
}

/* Compares the names of the files with the mounts. Opens no file. */
void nslist_stale(struct run *run)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct buf out = BUF_INIT;
	struct json json = JSON_INIT(&out, true), *j = NULL;
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
	if (run->o->format == NSLIST_JSON) {
		j = &json;
		json_object(j, NULL);
		json_array(j, "stale");
	} else if (run->o->headings) {
		buf_adds(&out, "PATH\n");
	}
	for (int i = 0; i < n_files; i++) {
		const char *name = files[i]->d_name;

		if (!streq(name, ".") && !streq(name, "..") && !contains(names, n, name))
			add_file(name, j, &out);
		free(files[i]);
	}
	free(files);
	if (j) {
		json_array_end(j);
		nslist_json_missed(run, j);
		json_object_end(j);
		buf_addc(&out, '\n');
	}
	cli_print(&out);
}
