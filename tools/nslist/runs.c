// SPDX-License-Identifier: GPL-2.0-or-later
/* runs: lists the names that `nsunshare --name` has given to programs. */
#include "runs.h"

#include <dirent.h>
#include <stdio.h>

#include "base/util.h"
#include "ns/name.h"

/* Returns the name NAME of a file "NAME.json" as a string that the caller frees, or NULL if the
 * file is not named like this. */
static char *name_of(const char *file)
{
	size_t n = strlen(file);
	char *name;

	if (n <= 5 || !streq(file + n - 5, ".json"))
		return NULL;
	name = strndup(file, n - 5);
	if (name && nsname_is_valid(name))
		return name;
	free(name);
	return NULL;
}

static int list_dir(const char *dir, void (*f)(void *arg, const char *path, const char *name),
		    void *arg)
{
	struct dirent **files = NULL;
	int n = scandir(dir, &files, NULL, alphasort);

	if (n < 0)
		return errno == ENOENT ? 0 : -errno;
	for (int i = 0; i < n; i++) {
		cleanup_free char *name = name_of(files[i]->d_name);
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", dir, files[i]->d_name);
		if (name)
			f(arg, path, name);
		free(files[i]);
	}
	free(files);
	return 0;
}

int runs_list(void (*f)(void *arg, const char *path, const char *name), void *arg)
{
	char *dirs[2] = { NULL, NULL };
	int rc = nsname_dirs(dirs);

	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(dirs); i++)
		if (dirs[i])
			rc = list_dir(dirs[i], f, arg);
	free(dirs[0]);
	free(dirs[1]);
	return rc;
}
