// SPDX-License-Identifier: GPL-2.0-or-later
/* missed: describes the objects that a scan could not read. */
#include "common/missed.h"

#include <string.h>

const char *missed_what(enum nsmissed_what what, bool many)
{
	static const char *const names[NSMISSED_WHATS][2] = {
		[NSMISSED_PROC] = { "process", "processes" },
		[NSMISSED_SOCK] = { "socket", "sockets" },
		[NSMISSED_MNT] = { "mount namespace", "mount namespaces" },
		[NSMISSED_NS] = { "namespace", "namespaces" },
		[NSMISSED_DETAIL] = { "value", "values" },
	};

	return names[what][many];
}

const char *missed_why(const struct nsmissed *m, enum nsmissed_why why)
{
	static const char *const texts[NSMISSED_WHYS] = {
		[NSMISSED_DENIED] = "permission denied",
		[NSMISSED_UNSUPPORTED] = "not supported by this kernel",
		[NSMISSED_WAIT] = "not reachable at its mount point",
	};

	return why == NSMISSED_FAILED ? strerror(-m->err) : texts[why];
}

void missed_add_counts(const struct nsmissed *m, struct buf *b)
{
	for (unsigned why = 0; why < NSMISSED_WHYS; why++) {
		const char *separator = b->len > 0 ? "; " : "";
		bool any = false;

		for (unsigned what = 0; what < NSMISSED_WHATS; what++) {
			unsigned n = m->n[why][what];

			if (n == 0)
				continue;
			buf_printf(b, "%s%u %s", separator, n, missed_what(what, n != 1));
			separator = ", ";
			any = true;
		}
		if (any)
			buf_printf(b, " (%s)", missed_why(m, why));
	}
}
