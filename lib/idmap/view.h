/* SPDX-License-Identifier: GPL-2.0-or-later */
/* view: reads the maps of any user namespace, even of a namespace without a process. A view is the
 * user namespace to which the outside ids of the maps belong: the caller's namespace, the parent of
 * the namespace or the initial namespace. */
#ifndef NSU_IDMAP_VIEW_H
#define NSU_IDMAP_VIEW_H

#include "idmap/idmap.h"
#include "ns/ref.h"

enum idmap_view_view { IDMAP_VIEW_ME, IDMAP_VIEW_PARENT, IDMAP_VIEW_INITIAL, IDMAP_VIEW_VIEWS };

struct idmap_view {
	uint64_t inode; /* inode of the namespace, or 0 if the namespace cannot be opened */
	struct idmaps view[IDMAP_VIEW_VIEWS];
	/* for each view, true if the map could be read; otherwise the map is empty */
	bool known[IDMAP_VIEW_VIEWS];
};

#define IDMAP_VIEW_INIT ((struct idmap_view){ 0 })

/*
 * Reads the maps of a user namespace into m, with outside ids of the caller's namespace. ref names
 * the namespace or a process in it. If the caller's namespace is not an ancestor, m contains only
 * the pairs whose outside id the kernel reports as an id of the caller's namespace. If ref names no
 * process, forks a helper that enters the namespace. Returns 0, or a negative errno with e set and
 * m empty. The caller frees m.
 */
int idmap_view_read(const char *ref, struct idmaps *m, struct nserr *e) must_check;

/*
 * Reads the maps of a <map> argument: the one-word form ("u:0:1000:1,g:0:1000:1"), like:REF, or a
 * stream ("-", fd:N or a path). like:REF means the maps of the user namespace REF with outside ids
 * of the caller's namespace; if its uid map and its gid map are both empty, this is an error. Does
 * not check the rules that concern several lines (use idmaps_check()). Returns 0, or a negative
 * errno with e set. The caller frees m.
 */
int idmap_view_load(const char *arg, struct idmaps *m, struct nserr *e) must_check;

/* Returns true if the caller's user namespace is the user namespace of ref or an ancestor of it.
 * Only then do the maps of idmap_view_read() contain all mapped ids. If the result is false, an id
 * that is missing in these maps may still be mapped. */
bool idmap_view_sees_all(const char *ref);

/* Reads the maps of a user namespace for all views that can be read. Fails only if the maps for
 * IDMAP_VIEW_ME cannot be read. Returns 0, or a negative errno with e set. The caller frees n, also
 * after an error. */
int idmap_view_open(const char *ref, struct idmap_view *n, struct nserr *e) must_check;
void idmap_view_free(struct idmap_view *n);

/* Sets *out to the map from the inside ids of a to the inside ids of b, where a and b are maps of
 * two namespaces whose outside ids are the caller's ids. Returns 0 or -ENOMEM. The caller frees
 * *out. */
int idmap_view_between(const struct idmap *a, const struct idmap *b, struct idmap *out) must_check;

#endif
