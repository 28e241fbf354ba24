/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plan: builds the map for a new user namespace from the caller's ids and its subordinate ids. A
 * style is a way to arrange these ids in the map, such as that of podman or of docker. */
#ifndef NSU_IDMAP_PLAN_H
#define NSU_IDMAP_PLAN_H

#include "idmap/idmap.h"
#include "idmap/subid.h"

/* How to add a mapping of a single id if a range in the map already contains the inside id or the
 * outside id of this mapping. */
enum idmap_plan_overlap {
	IDMAP_PLAN_ERROR, /* an error: idmap_plan_single() returns -EEXIST */
	/* the inside and the outside id of the single mapping are removed from the range; the
	 * other pairs of the range stay unchanged */
	IDMAP_PLAN_HOLE,
	/* the inside and the outside id of the single mapping are removed from the range; the
	 * remaining inside ids of the range are mapped to its remaining outside ids in ascending
	 * order. If the range contained only one of the two ids, one id of the other side is left,
	 * and the last one is not mapped. */
	IDMAP_PLAN_SHIFT,
};

/* Adds the mapping of one id to m, and sorts and merges m. Returns 0, or a negative errno with e
 * set: -EEXIST if m maps one of the ids already and `overlap` is IDMAP_PLAN_ERROR, or -ENOMEM. */
int idmap_plan_single(struct idmap *m, uint32_t inside, uint32_t outside,
		      enum idmap_plan_overlap overlap, struct nserr *e) must_check;

/* Adds to m all ranges of s in order, mapped to the lowest inside ids that m does not map. Skips
 * outside ids that m maps already. Returns 0, or -ENOMEM or -ERANGE with e set. */
int idmap_plan_fill(struct idmap *m, const struct subids *s, struct nserr *e) must_check;

/* Adds to m each range of s, mapped to itself, except outside ids that m maps already. Returns 0,
 * or a negative errno with e set. */
int idmap_plan_subids(struct idmap *m, const struct subids *s, struct nserr *e) must_check;

/* Makes the pair (inside, outside), which m must already contain, a separate extent, and moves this
 * extent to the beginning of m. Returns 0, or a negative errno with e set. */
int idmap_plan_own_first(struct idmap *m, uint32_t inside, uint32_t outside,
			 struct nserr *e) must_check;

/*
 * Adds to m the map that the n words of --map-users or --map-groups of unshare(1) describe, in the
 * order of unshare(1): explicit ranges ("INSIDE:OUTSIDE:COUNT", or "OUTSIDE,INSIDE,COUNT"),
 * "subids" (ranges to themselves) and "all" (every id to itself), then `single`, the id of
 * --map-user (NULL for none; combined with the ranges as `overlap` says), then "auto" (all ranges
 * to the lowest free inside ids). As in unshare(1), the single id is the first extent, and no other
 * extent is joined to it, because newuidmap(1) checks each extent separately. Returns 0, or a
 * negative errno with e set.
 */
struct idmap_plan_single {
	uint32_t inside, outside;
};
int idmap_plan_words(struct idmap *m, enum idmap_kind kind, const char *const *words, size_t n,
		     const struct idmap_plan_single *single, enum idmap_plan_overlap overlap,
		     const struct subid_user *user, struct nserr *e) must_check;

enum idmap_plan_style {
	IDMAP_PLAN_AUTO,    /* the largest map that the caller can write, see idmap_plan_make() */
	IDMAP_PLAN_ROOT,    /* map the caller's id to 0, and no other ids */
	IDMAP_PLAN_CURRENT, /* map the caller's id to itself, and no other ids */
	/* map the caller's id to itself, and the subordinate ranges to the other inside ids */
	IDMAP_PLAN_KEEP_ID,
	IDMAP_PLAN_SUBIDS,   /* map each subordinate range to itself */
	IDMAP_PLAN_IDENTITY, /* map every id of the caller's namespace to itself */
	/* map the caller's id to 0, and the subordinate ranges to the ids from 1 */
	IDMAP_PLAN_PODMAN,
	IDMAP_PLAN_LXC, /* map the subordinate ranges to the ids from 0 */
	/* map the subordinate ranges of the user dockremap to the ids from 0 (userns-remap of
	 * docker) */
	IDMAP_PLAN_DOCKER,
};

struct idmap_plan_request {
	enum idmap_plan_style style;
	/* name or uid of the user whose subordinate ranges and ids are used; NULL: the caller */
	const char *user;
	enum idmap_plan_overlap overlap;
};

/*
 * Builds the map for a child of the caller's user namespace, checks it, and splits it at the
 * extents of the caller's own map. For an ordinary user, IDMAP_PLAN_AUTO means IDMAP_PLAN_PODMAN.
 * If the user has no ranges or newuidmap cannot work, it means IDMAP_PLAN_ROOT, and note is set.
 * For root it means IDMAP_PLAN_LXC or, without ranges, IDMAP_PLAN_IDENTITY, and note is set. note
 * must not be NULL; if it is not empty afterwards, the tool prints it as a warning. Returns 0, or a
 * negative errno with e set. The caller frees m with idmaps_free().
 */
int idmap_plan_make(const struct idmap_plan_request *r, struct idmaps *m, struct nserr *note,
		    struct nserr *e) must_check;

#endif
