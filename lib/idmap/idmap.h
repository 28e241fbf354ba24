/* SPDX-License-Identifier: GPL-2.0-or-later */
/* idmap: the maps of a user namespace, user_namespaces(7): ids inside it to ids outside it. Pure:
 * text and tables only; idmapio has the files. */
#ifndef NSU_IDMAP_IDMAP_H
#define NSU_IDMAP_IDMAP_H

#include "base/buf.h"
#include "base/nserr.h"

#define IDMAP_NONE        UINT32_MAX /* the one id that cannot be mapped: "none", (uid_t)-1 */
#define IDMAP_MAX_EXTENTS 340        /* lines that the kernel takes, 4.15 */
#define IDMAP_MAX_BYTES   4095       /* bytes that it takes: less than a page, in one write(2) */

struct idmap_extent {
	uint32_t inside, outside, count;
	uint32_t line; /* of the text it was read from, 0 for none */
};

struct idmap {
	struct idmap_extent *ext;
	size_t n, size;
};

enum idmap_kind { IDMAP_UID, IDMAP_GID, IDMAP_KINDS };
enum idmap_setgroups { IDMAP_SETGROUPS_UNSET, IDMAP_SETGROUPS_ALLOW, IDMAP_SETGROUPS_DENY };

struct idmaps { /* of one user namespace */
	struct idmap map[IDMAP_KINDS];
	enum idmap_setgroups setgroups;
};

#define IDMAP_INIT  ((struct idmap){ 0 })
#define IDMAPS_INIT ((struct idmaps){ 0 })

extern const char *const idmap_kind_names[IDMAP_KINDS]; /* "uid", "gid" */

void idmap_free(struct idmap *m);
void idmaps_free(struct idmaps *m);

#define cleanup_idmap  __attribute__((cleanup(idmap_free)))
#define cleanup_idmaps __attribute__((cleanup(idmaps_free)))

/* Appends an extent. -EINVAL for a count of 0 and what passes 4294967294, -ENOMEM; e names them. */
int idmap_add(struct idmap *m, uint32_t inside, uint32_t outside, uint64_t count, struct nserr *e);

/* The rules of a single extent, those of idmap_add(). */
int idmap_check_extent(uint32_t inside, uint32_t outside, uint64_t count, struct nserr *e);

/* Appends an extent as it is, unchecked. 0 or -ENOMEM. */
int idmap_append(struct idmap *m, struct idmap_extent x) must_check;

/* Replaces dst by a copy of src. 0 or -ENOMEM. */
int idmap_copy(struct idmap *dst, const struct idmap *src) must_check;
int idmaps_copy(struct idmaps *dst, const struct idmaps *src) must_check;

/* Sort by inside or by outside id. */
void idmap_sort(struct idmap *m);
void idmap_sort_outside(struct idmap *m);

/* Sorts and joins extents that continue each other on both sides. Always 0. */
int idmap_merge(struct idmap *m);

/*
 * Whether the kernel would take the map: extents, bytes, counts, wrap at 2^32, overlap on either
 * side and, with a parent, that each extent lies in one extent of the parent's. 0, or -EINVAL (for
 * the parent's rule -EPERM, as the kernel) with e naming rule and line. idmaps_check() names uid
 * or gid too.
 */
int idmap_check(const struct idmap *m, const struct idmap *parent, struct nserr *e) must_check;
int idmaps_check(const struct idmaps *m, const struct idmaps *parent, struct nserr *e) must_check;

/* The same of what is there, without a parent: a map without extents is none to be written. */
int idmaps_check_given(const struct idmaps *m, struct nserr *e) must_check;

/* Puts the line (or number) of extent i before the sentence of e. */
void idmap_error_at(const struct idmap *m, size_t i, struct nserr *e);

/* Whether all that the map has is this one outside id. */
bool idmap_is_single(const struct idmap *m, uint32_t outside);

/* The extent that maps the inside id, or NULL. */
const struct idmap_extent *idmap_find(const struct idmap *m, uint32_t inside);

/* The rules without the two limits of size: the map is one that can be computed with. */
int idmaps_check_rules(const struct idmaps *m, struct nserr *e) must_check;

/* One id through a map in any order. 0, or -ENOENT when it is not mapped. */
int idmap_to_outside(const struct idmap *m, uint32_t inside, uint32_t *outside);
int idmap_to_inside(const struct idmap *m, uint32_t outside, uint32_t *inside);

/* Cuts extents where those of the parent begin and end, as the kernel demands. 0, or -EPERM when
 * an outside id is not mapped in the parent; m is unchanged then. */
int idmap_split(struct idmap *m, const struct idmap *parent, struct nserr *e);

/* out: inside ids of a to outside ids of b, where a leads to inside ids of b. Merged and sorted. b
 * may map an id from several inside ids (it is then an inverted map of a process, say), as long as
 * it maps each inside id once. 0 or -ENOMEM. */
int idmap_compose(const struct idmap *a, const struct idmap *b, struct idmap *out) must_check;

/* Exchanges inside and outside. Extents whose outside is IDMAP_NONE are dropped. */
void idmap_invert(struct idmap *m);

/* Takes from m every pair whose inside id (outside: whose outside id) is one that `what` has on the
 * same side. Merged and sorted. 0 or -ENOMEM. */
int idmap_subtract(struct idmap *m, const struct idmap *what, bool outside) must_check;

/* Number of ids mapped. */
uint64_t idmap_count(const struct idmap *m);

/* Adds the lines that /proc/PID/uid_map takes. */
void idmap_format_kernel(const struct idmap *m, struct buf *out);

/* Adds the map stream, or its one-word form without a line end. */
void idmaps_format_stream(const struct idmaps *m, struct buf *out);
void idmaps_format_arg(const struct idmaps *m, struct buf *out);

/*
 * Reads a map stream ("uid INSIDE OUTSIDE COUNT" lines, "setgroups allow|deny", "#" comments) or
 * its one-word form ("u:0:1000:1,g:0:1000:1,s:deny"), told apart by itself, into m, which is
 * overwritten and to be freed with idmaps_free(). A text without a uid or without a gid line is an
 * error, so that a producer that failed is noticed. 0, or a negative errno with e naming the line.
 * The rules across lines are idmaps_check()'s.
 */
int idmaps_parse(struct idmaps *m, const char *text, size_t n, struct nserr *e) must_check;

/* Reads the kernel's own "INSIDE OUTSIDE COUNT" lines. An extent whose outside is not known to the
 * reader has IDMAP_NONE there, and no id is found in it. */
int idmap_parse_kernel(struct idmap *m, const char *text, size_t n, struct nserr *e) must_check;

#endif
