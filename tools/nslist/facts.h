/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts: declares the properties of namespaces that --diff compares. */
#ifndef NSU_NSLIST_FACTS_H
#define NSU_NSLIST_FACTS_H

#include "nslist.h"

/* Facts about a namespace, each ending with a NUL, sorted. */
struct facts {
	const char **v;
	size_t n;
	struct buf text;
	bool known; /* false: the namespace could not be read, which is counted */
};

/*
 * Reads the facts about a namespace of the process pid: the host name, the IP addresses, the
 * mounts, or the maps. Namespaces of other types have none. Exits if memory runs out. The caller
 * frees out with facts_free().
 */
void facts_read(struct run *run, struct ns *ns, pid_t pid, struct facts *out);
void facts_free(struct facts *f);

#endif
