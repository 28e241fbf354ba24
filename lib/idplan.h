/* SPDX-License-Identifier: GPL-2.0-or-later */
/* idplan: which map a user namespace should get: from the caller's ids, subordinate ranges and
 * wishes to struct idmaps. */
#ifndef NSU_IDPLAN_H
#define NSU_IDPLAN_H

#include "idmap.h"
#include "subid.h"

/* What happens where a single id meets a range that has its inside or its outside id. */
enum idplan_overlap {
	IDPLAN_ERROR, /* refuse */
	IDPLAN_HOLE,  /* the range loses both ids and keeps all other pairs */
	IDPLAN_SHIFT, /* as unshare(1): the range moves around it and loses its last id */
};

/*
 * Maps one id over what m has already. 0, -EEXIST (IDPLAN_ERROR) or -ENOMEM with e set. Merged and
 * sorted afterwards.
 */
int idplan_single(struct idmap *m, uint32_t inside, uint32_t outside, enum idplan_overlap overlap,
		  struct nserr *e) must_check;

/* Maps all ranges, in their order, to the inside ids from `from` on that m does not map yet.
 * Outside ids that m maps already are left out. 0, or -ENOMEM or -ERANGE with e set. */
int idplan_fill(struct idmap *m, const struct subids *s, uint32_t from, struct nserr *e) must_check;

/* Maps all ranges to themselves, but for ids that m has outside already. 0 or -ENOMEM. */
int idplan_subids(struct idmap *m, const struct subids *s, struct nserr *e) must_check;

/* All ids of the caller's own user namespace to themselves (its maps read from /proc/self). */
int idplan_identity(struct idmap *m, enum idmap_kind kind, struct nserr *e) must_check;

/*
 * A map built from the words of unshare(1)'s --map-users and --map-groups, in its order: explicit
 * ranges ("INSIDE:OUTSIDE:COUNT", or "OUTSIDE,INSIDE,COUNT"), "subids" (ranges to themselves),
 * "all" (identity), then the single id of --map-user (which moves explicit ranges aside, as overlap
 * says), then "auto" (all ranges, to the lowest free inside ids). single may be NULL.
 */
struct idplan_single {
	uint32_t inside, outside;
};
int idplan_words(struct idmap *m, enum idmap_kind kind, const char *const *words, size_t n,
		 const struct idplan_single *single, enum idplan_overlap overlap,
		 const struct subid_user *user, struct nserr *e) must_check;

enum idplan_style {
	IDPLAN_AUTO,     /* what the caller can have: see idplan_make() */
	IDPLAN_ROOT,     /* own id to 0, nothing else */
	IDPLAN_CURRENT,  /* own id to itself, nothing else */
	IDPLAN_KEEP_ID,  /* own id to itself, ranges around it */
	IDPLAN_SUBIDS,   /* ranges to themselves */
	IDPLAN_IDENTITY, /* every id of the caller's namespace to itself */
	IDPLAN_PODMAN,   /* own id to 0, ranges from 1 */
	IDPLAN_LXC,      /* ranges from 0 */
	IDPLAN_DOCKER,   /* ranges of user dockremap from 0 (its userns-remap) */
};

struct idplan_request {
	enum idplan_style style;
	const char *user; /* name or uid whose ranges and own ids are taken, NULL: the caller */
	enum idplan_overlap overlap;
};

/*
 * Makes the map for a child of the caller's user namespace, checked and cut at the extents of the
 * caller's own map. IDPLAN_AUTO: an ordinary user with ranges gets IDPLAN_PODMAN; one without, or
 * where newuidmap cannot work, IDPLAN_ROOT and a note; root with ranges IDPLAN_LXC; root without
 * IDPLAN_IDENTITY and a note. note (not NULL; empty when there is nothing to tell) is
 * what a tool may show as a warning. 0, or a negative errno with e set; m is freed with
 * idmaps_free().
 */
int idplan_make(const struct idplan_request *r, struct idmaps *m, struct nserr *note,
		struct nserr *e) must_check;

#endif
