/* SPDX-License-Identifier: GPL-2.0-or-later */
/* idmapstream: a long text of ids through a map, a line each, at the price of reading the digits.
 */
#ifndef NSU_IDMAP_STREAM_H
#define NSU_IDMAP_STREAM_H

#include "idmap/idmap.h"

#define IDMAP_STREAM_CHUNK 65536
/* what a chunk can become: "0\n" may turn into eleven bytes; and a last line */
#define IDMAP_STREAM_OUT   (IDMAP_STREAM_CHUNK / 2 * 11 + 16)

struct idmap_stream {
	uint64_t lines;    /* answered so far */
	uint64_t unmapped; /* of these without an id, answered by "-" */
	uint64_t bad;      /* number of the first line that is no id, 0 for none */
	/* the rest is private */
	const struct idmap_extent *ext;
	size_t n;
	uint32_t first;  /* lowest inside id */
	unsigned shift;  /* ids above it by so many bits are the buckets */
	uint32_t *start; /* by bucket: the last extent that begins below it */
	uint64_t value;  /* of the digits of an unfinished line */
	unsigned digits;
};

/* Prepares; m is sorted by inside id (idmap_merge()), and borrowed. 0 or -ENOMEM. */
int idmap_stream_init(struct idmap_stream *s, const struct idmap *m) must_check;
void idmap_stream_free(struct idmap_stream *s);

/* Answers the lines that are complete with n, at most IDMAP_STREAM_CHUNK, more bytes. The length
 * written to out, which has room for IDMAP_STREAM_OUT. Stops before a line that is no id. */
size_t idmap_stream_feed(struct idmap_stream *s, const char *in, size_t n, char *out);

/* Answers a last line without an end. */
size_t idmap_stream_end(struct idmap_stream *s, char *out);

#endif
