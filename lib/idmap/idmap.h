/* SPDX-License-Identifier: GPL-2.0-or-later */
/* idmap: stores, checks, parses and computes the id maps of user namespaces, user_namespaces(7). A
 * map leads from ids inside a namespace to ids outside it. Nothing here opens a file; procfile.h
 * does. */
#ifndef NSU_IDMAP_IDMAP_H
#define NSU_IDMAP_IDMAP_H

#include "base/buf.h"
#include "base/nserr.h"

#define IDMAP_NONE        UINT32_MAX /* (uid_t)-1, "no id": it cannot be mapped */
#define IDMAP_MAX_EXTENTS 340        /* lines that the kernel accepts (Linux 4.15) */
#define IDMAP_MAX_BYTES   4095       /* bytes in one write(2): less than a page */

struct idmap_extent {
	uint32_t inside, outside, count;
	uint32_t line; /* number in the text that it was read from, or 0 */
};

struct idmap {
	struct idmap_extent *ext;
	size_t n, size;
};

enum idmap_kind { IDMAP_UID, IDMAP_GID, IDMAP_KINDS };
enum idmap_setgroups { IDMAP_SETGROUPS_UNSET, IDMAP_SETGROUPS_ALLOW, IDMAP_SETGROUPS_DENY };

struct idmaps { /* the maps of one user namespace */
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

/* Appends an extent. Returns 0, -EINVAL for an extent that is empty or exceeds 4294967294, or
 * -ENOMEM, with e set. */
int idmap_add(struct idmap *m, uint32_t inside, uint32_t outside, uint64_t count, struct nserr *e);

/* Checks an extent as idmap_add() does. Returns 0, or -EINVAL with e set. */
int idmap_check_extent(uint32_t inside, uint32_t outside, uint64_t count, struct nserr *e);

/* Appends an extent without checking it. Returns 0 or -ENOMEM. */
int idmap_append(struct idmap *m, struct idmap_extent x) must_check;

/* Replace dst by a copy of src. Return 0 or -ENOMEM. */
int idmap_copy(struct idmap *dst, const struct idmap *src) must_check;
int idmaps_copy(struct idmaps *dst, const struct idmaps *src) must_check;

/* Sort the extents by inside or by outside id. */
void idmap_sort(struct idmap *m);
void idmap_sort_outside(struct idmap *m);

/* Sorts the extents by inside id and joins those that are adjacent on both sides. */
void idmap_merge(struct idmap *m);

/*
 * Check the rules of the kernel: the number of extents and bytes, counts, wrapping at 2^32,
 * overlaps on either side and, if parent is not NULL, that each extent lies in one extent of the
 * parent's map. Return 0, -EINVAL, or -EPERM for the rule about the parent (as the kernel does),
 * with e naming the rule and the line. idmaps_check() names the kind of the map, too.
 */
int idmap_check(const struct idmap *m, const struct idmap *parent, struct nserr *e) must_check;
int idmaps_check(const struct idmaps *m, const struct idmaps *parent, struct nserr *e) must_check;

/* Checks the maps that have extents, as idmaps_check() without a parent: an empty map is not
 * written. */
int idmaps_check_given(const struct idmaps *m, struct nserr *e) must_check;

/* Puts the line (or the number) of extent i before the message of e. */
void idmap_error_at(const struct idmap *m, size_t i, struct nserr *e);

/* Returns true if the map has exactly one id and it leads to this outside id. */
bool idmap_is_single(const struct idmap *m, uint32_t outside);

/* Returns the extent that maps the inside id, or NULL. */
const struct idmap_extent *idmap_find(const struct idmap *m, uint32_t inside);

/* Checks the rules except for the two limits of size: the algebra below needs no others. Returns 0,
 * or -EINVAL with e set. */
int idmaps_check_rules(const struct idmaps *m, struct nserr *e) must_check;

/* Translate one id; the extents may be in any order. Return 0, or -ENOENT if it is not mapped. */
int idmap_to_outside(const struct idmap *m, uint32_t inside, uint32_t *outside);
int idmap_to_inside(const struct idmap *m, uint32_t outside, uint32_t *inside);

/* Splits the extents where those of the parent begin and end, which the kernel requires. Returns 0,
 * or -EPERM with e set and m unchanged if an outside id is not mapped in the parent. */
int idmap_split(struct idmap *m, const struct idmap *parent, struct nserr *e);

/* Sets out to the map that leads through a and then through b, sorted and merged. b must map each
 * inside id once, but may map several of them to the same id (as an inverted map does). Returns 0
 * or -ENOMEM; the caller frees out. */
int idmap_compose(const struct idmap *a, const struct idmap *b, struct idmap *out) must_check;

/* Exchanges inside and outside ids. Drops extents whose outside id is IDMAP_NONE. */
void idmap_invert(struct idmap *m);

/* Removes from m every pair whose inside id (or, if outside is set, whose outside id) is on the
 * same side of other; sorts and merges m. Returns 0, or -ENOMEM, after which m may only be freed.
 */
int idmap_subtract(struct idmap *m, const struct idmap *other, bool outside) must_check;

/* Adds the lines that are written to /proc/PID/uid_map. */
void idmap_format_kernel(const struct idmap *m, struct buf *out);

/* Add the maps as a stream, or in the one-word form without a newline. */
void idmaps_format_stream(const struct idmaps *m, struct buf *out);
void idmaps_format_arg(const struct idmaps *m, struct buf *out);

/*
 * Parses a map stream ("uid INSIDE OUTSIDE COUNT" lines, "setgroups allow|deny", "#" comments) or
 * the one-word form ("u:0:1000:1,g:0:1000:1,s:deny") into m. Text without a uid or a gid line is an
 * error, because the program that should have written it has probably failed. Returns 0, or a
 * negative errno with e naming the line and m empty. The caller frees m. idmaps_check() checks the
 * rules that concern several lines.
 */
int idmaps_parse(struct idmaps *m, const char *text, size_t n, struct nserr *e) must_check;

/* Parses the "INSIDE OUTSIDE COUNT" lines of the kernel. An extent whose outside ids the reader's
 * namespace lacks gets the outside id IDMAP_NONE, and lookups ignore it. Returns 0, or a negative
 * errno with e set. */
int idmap_parse_kernel(struct idmap *m, const char *text, size_t n, struct nserr *e) must_check;

#endif
