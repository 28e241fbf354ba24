/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * idmap: stores, checks, parses and computes id maps of user namespaces (user_namespaces(7)). A map
 * translates ids inside a namespace to ids outside of it. The functions in this file open no files;
 * the functions in procfile.h read and write the map files.
 */
#ifndef NSU_IDMAP_IDMAP_H
#define NSU_IDMAP_IDMAP_H

#include "base/buf.h"
#include "base/nserr.h"

/* (uid_t)-1, which the kernel uses for "no id" and which cannot be mapped */
#define IDMAP_NONE        UINT32_MAX
/* maximum number of lines that the kernel accepts (since Linux 4.15) */
#define IDMAP_MAX_EXTENTS 340
/* maximum number of bytes in one write(2) of a map: less than a page */
#define IDMAP_MAX_BYTES   4095

struct idmap_extent {
	uint32_t inside, outside, count;
	uint32_t line; /* number of the line in the text from which the map was read, or 0 */
};

struct idmap {
	struct idmap_extent *ext;
	size_t n, size;
};

enum idmap_kind { IDMAP_UID, IDMAP_GID, IDMAP_KINDS };
enum idmap_setgroups { IDMAP_SETGROUPS_UNSET, IDMAP_SETGROUPS_ALLOW, IDMAP_SETGROUPS_DENY };

struct idmaps { /* The uid map, the gid map and the setgroups state of one user namespace. */
	struct idmap map[IDMAP_KINDS];
	enum idmap_setgroups setgroups;
};

#define IDMAP_INIT  ((struct idmap){ 0 })
#define IDMAPS_INIT ((struct idmaps){ 0 })

/* "uid" and "gid", the names of the two maps */
extern const char *const idmap_kind_names[IDMAP_KINDS];

/* Free the extents. The maps are empty afterwards. */
void idmap_free(struct idmap *m);
void idmaps_free(struct idmaps *m);

#define cleanup_idmap  __attribute__((cleanup(idmap_free)))
#define cleanup_idmaps __attribute__((cleanup(idmaps_free)))

/* Appends an extent to m. Returns 0, or a negative errno with e set: -EINVAL if the extent is empty
 * or exceeds id 4294967294, or -ENOMEM. */
int idmap_add(struct idmap *m, uint32_t inside, uint32_t outside, uint64_t count, struct nserr *e);

/* Checks an extent by the rules of idmap_add(). Returns 0, or -EINVAL with e set. */
int idmap_check_extent(uint32_t inside, uint32_t outside, uint64_t count, struct nserr *e);

/* Appends x to m without checking it. Returns 0 or -ENOMEM. */
int idmap_append(struct idmap *m, struct idmap_extent x) must_check;

/* Replace the contents of dst by a copy of src. Return 0 or -ENOMEM. */
int idmap_copy(struct idmap *dst, const struct idmap *src) must_check;
int idmaps_copy(struct idmaps *dst, const struct idmaps *src) must_check;

/* Sort the extents of m by inside id or by outside id. */
void idmap_sort(struct idmap *m);
void idmap_sort_outside(struct idmap *m);

/* Sorts the extents of m by inside id and joins extents whose inside ids and outside ids are both
 * adjacent. */
void idmap_merge(struct idmap *m);

/*
 * Check a map by the rules of the kernel: the number of extents, the size in bytes, empty extents,
 * extents that wrap at 2^32, and overlaps of inside ids or of outside ids. If parent is not NULL,
 * each extent must also lie within one extent of the parent's map. Return 0, or a negative errno
 * with e naming the rule and the line: -EPERM for the rule about the parent, as the kernel does,
 * otherwise -EINVAL. idmaps_check() names the kind of the map, too.
 */
int idmap_check(const struct idmap *m, const struct idmap *parent, struct nserr *e) must_check;
int idmaps_check(const struct idmaps *m, const struct idmaps *parent, struct nserr *e) must_check;

/* Checks the maps as idmaps_check() does without a parent, but accepts empty maps, because the
 * functions that write maps skip empty maps. Returns 0, or a negative errno with e set. */
int idmaps_check_given(const struct idmaps *m, struct nserr *e) must_check;

/* Inserts "line N: " before the message of e, where N is the line of extent i, or "extent N: " if
 * the line is 0. */
void idmap_error_at(const struct idmap *m, size_t i, struct nserr *e);

/* Returns true if the map contains exactly one id, and its outside id is `outside`. */
bool idmap_is_single(const struct idmap *m, uint32_t outside);

/* Returns the extent that maps the id `inside`, or NULL. */
const struct idmap_extent *idmap_find(const struct idmap *m, uint32_t inside);

/* Checks the rules of idmaps_check(), except the maximum number of extents and the maximum size.
 * Returns 0, or a negative errno with e set. */
int idmaps_check_rules(const struct idmaps *m, struct nserr *e) must_check;

/* idmap_to_outside() sets *outside to the outside id of `inside`, and idmap_to_inside() sets
 * *inside to the inside id of `outside`. The extents may be in any order. Both return 0, or -ENOENT
 * if the id is not mapped. */
int idmap_to_outside(const struct idmap *m, uint32_t inside, uint32_t *outside);
int idmap_to_inside(const struct idmap *m, uint32_t outside, uint32_t *inside);

/* Splits each extent of m at the boundaries of the extents of the parent's map, because the kernel
 * refuses an extent of m that crosses such a boundary. Returns 0. If an outside id is not mapped in
 * the parent, returns -EPERM with e set and m unchanged. */
int idmap_split(struct idmap *m, const struct idmap *parent, struct nserr *e);

/* Splits the extent that contains the id `outside` into three extents: the ids before it, the id
 * itself, and the ids after it. Does nothing if the id is not mapped. Returns 0 or -ENOMEM; after
 * -ENOMEM, m is unchanged. */
int idmap_split_at(struct idmap *m, uint32_t outside) must_check;

/*
 * Sets *out to the composition of two maps: an id is translated by a, and the result by b. *out is
 * sorted and merged. b must not map an inside id twice, but may map several inside ids to the same
 * outside id, as an inverted map does. Returns 0 or -ENOMEM. The caller frees out.
 */
int idmap_compose(const struct idmap *a, const struct idmap *b, struct idmap *out) must_check;

/* Exchanges the inside and outside ids of m. Drops extents whose outside id is IDMAP_NONE. */
void idmap_invert(struct idmap *m);

/*
 * If `outside` is false, removes from m each pair whose inside id is also an inside id of `other`.
 * If `outside` is true, removes from m each pair whose outside id is also an outside id of `other`.
 * Sorts and merges m. Returns 0 or -ENOMEM; after -ENOMEM, m may only be freed.
 */
int idmap_subtract(struct idmap *m, const struct idmap *other, bool outside) must_check;

/* Appends the map to out in the format of /proc/PID/uid_map. */
void idmap_format_kernel(const struct idmap *m, struct buf *out);

/* Append the maps to out as a map stream, or in the one-word form ("u:0:1000:1,…") without a
 * newline. */
void idmaps_format_stream(const struct idmaps *m, struct buf *out);
void idmaps_format_arg(const struct idmaps *m, struct buf *out);

/*
 * Parses a map stream (lines "uid INSIDE OUTSIDE COUNT", "setgroups allow|deny", "#" comments) or
 * the one-word form ("u:0:1000:1,g:0:1000:1,s:deny") into m. A text without a uid line or without a
 * gid line is an error, because the program that should have written it has probably failed.
 * Returns 0, or a negative errno with e naming the line; then m is empty. The caller frees m. Use
 * idmaps_check() to check the rules that concern several lines.
 */
int idmaps_parse(struct idmaps *m, const char *text, size_t n, struct nserr *e) must_check;

/*
 * Parses the "INSIDE OUTSIDE COUNT" lines of the kernel into m. If the outside ids of an extent do
 * not exist in the reader's user namespace, the outside id of the extent is IDMAP_NONE, and
 * functions that translate ids ignore the extent. Returns 0, or a negative errno with e set.
 */
int idmap_parse_kernel(struct idmap *m, const char *text, size_t n, struct nserr *e) must_check;

#endif
