/* SPDX-License-Identifier: GPL-2.0-or-later */
/* idmapns: the maps of any user namespace, as seen from the caller's, its parent's and the initial
 * one, whether or not a process is in it. */
#ifndef NSU_IDMAPNS_H
#define NSU_IDMAPNS_H

#include "idmap.h"
#include "nsref.h"

enum idmapns_view { IDMAPNS_ME, IDMAPNS_PARENT, IDMAPNS_INITIAL, IDMAPNS_VIEWS };

struct idmapns {
	uint64_t inode; /* 0 when it may not be looked at */
	struct idmaps view[IDMAPNS_VIEWS];
	bool known[IDMAPNS_VIEWS]; /* else the map of that view is empty */
};

#define IDMAPNS_INIT ((struct idmapns){ 0 })

/*
 * Reads the maps of the user namespace that the reference names (that of a process, or itself) to
 * ids of the caller's own. Pairs are exact or left out: where the caller's namespace is no ancestor
 * and sees only a part, only that part is in m. A namespace without a process is entered by a
 * forked helper for the time of reading. 0, or a negative errno with e set.
 */
int idmapns_read(const char *ref, struct idmaps *m, struct nserr *e) must_check;

/*
 * Reads a map from wherever a map may come: its one-word form ("u:0:1000:1,g:0:1000:1"), like:REF
 * (the maps of that namespace, to the caller's ids; an error when there is none), or a stream: "-",
 * fd:N, a path. The rules across lines are idmaps_check()'s. 0, or a negative errno with e set.
 */
int idmapns_load(const char *arg, struct idmaps *m, struct nserr *e) must_check;

/* Whether the caller's namespace is that of ref or an ancestor of it, and so sees all of its maps;
 * from elsewhere an id that is not found may be one that is not seen. */
bool idmapns_sees_all(const char *ref);

/* All views. Unknown ones are left out without an error; that of IDMAPNS_ME is always known. */
int idmapns_views(const char *ref, struct idmapns *n, struct nserr *e) must_check;
void idmapns_free(struct idmapns *n);

/* out: ids of namespace a to ids of namespace b, given both maps to the caller's ids. 0 or
 * -ENOMEM. */
int idmapns_between(const struct idmap *a, const struct idmap *b, struct idmap *out) must_check;

#endif
