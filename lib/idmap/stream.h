/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stream: translates a list of ids of any length, one id per line, through a map. */
#ifndef NSU_IDMAP_STREAM_H
#define NSU_IDMAP_STREAM_H

#include "idmap/idmap.h"

#define IDMAP_STREAM_CHUNK 65536
/* Size of a buffer for the output of one chunk of input, including the output of a line that began
 * in an earlier chunk. Two input bytes (a digit and a newline) become at most eleven output
 * bytes. */
#define IDMAP_STREAM_OUT   (IDMAP_STREAM_CHUNK / 2 * 11 + 16)

struct idmap_stream {
	uint64_t lines; /* number of lines translated so far */
	/* number of lines whose id is not mapped; "-" is written for such a line */
	uint64_t unmapped;
	uint64_t bad; /* number of the first line that is not an id, or 0 */
	/* the members below are private */
	const struct idmap_extent *ext;
	size_t n;
	uint32_t first; /* lowest inside id of the map */
	unsigned shift; /* the number of the bucket that contains an id is (id - first) >> shift */
	/* for each bucket, the index of the last extent that begins at or before the bucket */
	uint32_t *start;
	uint64_t value; /* value of the digits of an incomplete line that have been read so far */
	unsigned digits;
};

/* Prepares s for m, which must be sorted by inside id (idmap_merge()) and must outlive s. Returns 0
 * or -ENOMEM. */
int idmap_stream_init(struct idmap_stream *s, const struct idmap *m) must_check;
void idmap_stream_free(struct idmap_stream *s);

/*
 * Translates the next n bytes of the list (at most IDMAP_STREAM_CHUNK), which are at `in`, and
 * writes the output for all complete lines to out, which has room for IDMAP_STREAM_OUT bytes.
 * Returns the number of bytes written. Stops at a line that is not an id and sets s->bad.
 */
size_t idmap_stream_feed(struct idmap_stream *s, const char *in, size_t n, char *out);

/* Writes the output for a last line without a newline. Returns the number of bytes written to
 * out. */
size_t idmap_stream_end(struct idmap_stream *s, char *out);

#endif
