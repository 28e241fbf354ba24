// SPDX-License-Identifier: GPL-2.0-or-later
/* find_add: collects the results of --find. */
#include <stdarg.h>
#include <stdio.h>

#include "find.h"

#include "common/cli.h"

static _Noreturn void no_memory(void)
{
	cli_die(ENOMEM, "cannot search the namespaces");
}

void find_add(struct run *run, struct ns *ns, pid_t pid, const char *fmt, ...)
{
	struct found *found = reallocarray(run->found, run->n_found + 1, sizeof(*found));
	va_list ap;
	int n;

	if (!found)
		no_memory();
	run->found = found;
	found += run->n_found;
	*found = (struct found){ .ns = ns, .pid = pid };
	va_start(ap, fmt);
	n = vasprintf(&found->match, fmt, ap);
	va_end(ap);
	if (n < 0)
		no_memory();
	run->n_found++;
}
