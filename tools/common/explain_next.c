// SPDX-License-Identifier: GPL-2.0-or-later
/* explain_next: executes the next tool of a chain of tools with --explain, so that this tool prints
 * its own steps. */
#include "common/explain_next.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"

/* The tools whose --explain executes nothing. */
static const char *const names[] = { "nsenter2", "nsinit",       "nsnet",
				     "nspivot",  "nstimeoffset", "nsunshare" };

static bool is_tool(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(name, names[i]))
			return true;
	return false;
}

void explain_next(char *const *argv)
{
	const char *slash = argv && argv[0] ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argv ? argv[0] : NULL;
	cleanup_free char **more = NULL;
	char self[PATH_MAX], path[PATH_MAX + 16];
	size_t n = 0, verb;
	ssize_t len;

	if (!name || !is_tool(name))
		return;
	/* execute the tool from the directory of this program, because another program with the
	 * same name could execute its steps instead of printing them */
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len < 0)
		return;
	self[len] = '\0';
	snprintf(path, sizeof(path), "%s/%s", dirname(self), name);
	while (argv[n])
		n++;
	more = calloc(n + 2, sizeof(*more));
	if (!more)
		return;
	/* nsnet has a verb before its options */
	verb = streq(name, "nsnet") && argv[1] ? 2 : 1;
	memcpy(more, argv, verb * sizeof(*more));
	more[verb] = (char *)"--explain";
	memcpy(more + verb + 1, argv + verb, (n - verb) * sizeof(*more));
	execv(path, more);
}
