/* SPDX-License-Identifier: GPL-2.0-or-later */
/* idmapns: the maps of any user namespace, as seen from the caller's, its parent's and the initial
 * one, whether or not a process is in it. */
#ifndef NSU_IDMAP_VIEW_H
#define NSU_IDMAP_VIEW_H

#include "idmap/idmap.h"
#include "ns/ref.h"

enum idmap_view_view { IDMAP_VIEW_ME, IDMAP_VIEW_PARENT, IDMAP_VIEW_INITIAL, IDMAP_VIEW_VIEWS };

struct idmap_view {
	uint64_t inode; /* 0 when it may not be looked at */
	struct idmaps view[IDMAP_VIEW_VIEWS];
	bool known[IDMAP_VIEW_VIEWS]; /* else the map of that view is empty */
};

#define IDMAP_VIEW_INIT ((struct idmap_view){ 0 })

/*
 * Reads the maps of the user namespace that the reference names (that of a process, or itself) to
 * ids of the caller's own. Pairs are exact or left out: where the caller's namespace is no ancestor
 * and sees only a part, only that part is in m. A namespace without a process is entered by a
 * forked helper for the time of reading. 0, or a negative errno with e set.
 */
int idmap_view_read(const char *ref, struct idmaps *m, struct nserr *e) must_check;

/*
 * Reads a map from wherever a map may come: its one-word form ("u:0:1000:1,g:0:1000:1"), like:REF
 * (the maps of that namespace, to the caller's ids; an error when there is none), or a stream: "-",
 * fd:N, a path. The rules across lines are idmaps_check()'s. 0, or a negative errno with e set.
 */
int idmap_view_load(const char *arg, struct idmaps *m, struct nserr *e) must_check;

/* Whether the caller's namespace is that of ref or an ancestor of it, and so sees all of its maps;
 * from elsewhere an id that is not found may be one that is not seen. */
bool idmap_view_sees_all(const char *ref);

/* All views. Unknown ones are left out without an error; that of IDMAP_VIEW_ME is always known. */
int idmap_view_open(const char *ref, struct idmap_view *n, struct nserr *e) must_check;
void idmap_view_free(struct idmap_view *n);

/* out: ids of namespace a to ids of namespace b, given both maps to the caller's ids. 0 or
 * -ENOMEM. */
int idmap_view_between(const struct idmap *a, const struct idmap *b, struct idmap *out) must_check;

#endif
