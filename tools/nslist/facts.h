/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts: declares the properties of namespaces that --diff compares. */
#ifndef NSU_NSLIST_FACTS_H
#define NSU_NSLIST_FACTS_H

#include "nslist.h"

/* The facts about a namespace: sorted texts, each of which ends with a NUL. */
struct facts {
	const char **v;
	size_t n;
	struct buf text;
	/* false if the namespace could not be read; this is counted as a missing value */
	bool known;
};

/* Reads into out the facts about ns, a namespace of the process pid: the host name, the IP
 * addresses, the mounts, or the maps. Namespaces of other types have no facts. Exits if memory
 * allocation fails. The caller frees out with facts_free(). */
void facts_read(struct run *run, struct ns *ns, pid_t pid, struct facts *out);
void facts_free(struct facts *f);

#endif
