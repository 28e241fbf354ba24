/* SPDX-License-Identifier: GPL-2.0-or-later */
/* idplan: which map a user namespace should get: from the caller's ids, subordinate ranges and
 * wishes to struct idmaps. */
#ifndef NSU_IDMAP_PLAN_H
#define NSU_IDMAP_PLAN_H

#include "idmap/idmap.h"
#include "idmap/subid.h"

/* What happens where a single id meets a range that has its inside or its outside id. */
enum idmap_plan_overlap {
	IDMAP_PLAN_ERROR, /* refuse */
	IDMAP_PLAN_HOLE,  /* the range loses both ids and keeps all other pairs */
	IDMAP_PLAN_SHIFT, /* as unshare(1): the range moves around it and loses its last id */
};

/*
 * Maps one id over what m has already. 0, -EEXIST (IDMAP_PLAN_ERROR) or -ENOMEM with e set. Merged
 * and sorted afterwards.
 */
int idmap_plan_single(struct idmap *m, uint32_t inside, uint32_t outside,
		      enum idmap_plan_overlap overlap, struct nserr *e) must_check;

/* Maps all ranges, in their order, to the inside ids from `from` on that m does not map yet.
 * Outside ids that m maps already are left out. 0, or -ENOMEM or -ERANGE with e set. */
int idmap_plan_fill(struct idmap *m, const struct subids *s, uint32_t from,
		    struct nserr *e) must_check;

/* Maps all ranges to themselves, but for ids that m has outside already. 0 or -ENOMEM. */
int idmap_plan_subids(struct idmap *m, const struct subids *s, struct nserr *e) must_check;

/* All ids of the caller's own user namespace to themselves (its maps read from /proc/self). */
int idmap_plan_identity(struct idmap *m, enum idmap_kind kind, struct nserr *e) must_check;

/*
 * A map built from the words of unshare(1)'s --map-users and --map-groups, in its order: explicit
 * ranges ("INSIDE:OUTSIDE:COUNT", or "OUTSIDE,INSIDE,COUNT"), "subids" (ranges to themselves),
 * "all" (identity), then the single id of --map-user (which moves explicit ranges aside, as overlap
 * says), then "auto" (all ranges, to the lowest free inside ids). single may be NULL.
 */
struct idmap_plan_single {
	uint32_t inside, outside;
};
int idmap_plan_words(struct idmap *m, enum idmap_kind kind, const char *const *words, size_t n,
		     const struct idmap_plan_single *single, enum idmap_plan_overlap overlap,
		     const struct subid_user *user, struct nserr *e) must_check;

enum idmap_plan_style {
	IDMAP_PLAN_AUTO,     /* what the caller can have: see idmap_plan_make() */
	IDMAP_PLAN_ROOT,     /* own id to 0, nothing else */
	IDMAP_PLAN_CURRENT,  /* own id to itself, nothing else */
	IDMAP_PLAN_KEEP_ID,  /* own id to itself, ranges around it */
	IDMAP_PLAN_SUBIDS,   /* ranges to themselves */
	IDMAP_PLAN_IDENTITY, /* every id of the caller's namespace to itself */
	IDMAP_PLAN_PODMAN,   /* own id to 0, ranges from 1 */
	IDMAP_PLAN_LXC,      /* ranges from 0 */
	IDMAP_PLAN_DOCKER,   /* ranges of user dockremap from 0 (its userns-remap) */
};

struct idmap_plan_request {
	enum idmap_plan_style style;
	const char *user; /* name or uid whose ranges and own ids are taken, NULL: the caller */
	enum idmap_plan_overlap overlap;
};

/*
 * Makes the map for a child of the caller's user namespace, checked and cut at the extents of the
 * caller's own map. IDMAP_PLAN_AUTO: an ordinary user with ranges gets IDMAP_PLAN_PODMAN; one
 * without, or where newuidmap cannot work, IDMAP_PLAN_ROOT and a note; root with ranges
 * IDMAP_PLAN_LXC; root without IDMAP_PLAN_IDENTITY and a note. note (not NULL; empty when there is
 * nothing to tell) is what a tool may show as a warning. 0, or a negative errno with e set; m is
 * freed with idmaps_free().
 */
int idmap_plan_make(const struct idmap_plan_request *r, struct idmaps *m, struct nserr *note,
		    struct nserr *e) must_check;

#endif
