// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-idmapstream: checks that the ids in a stream are translated to the same results if the
 * stream is read at once, in small pieces, or line by line with num_u64n() and the map. The first
 * byte of the input determines the size of the pieces.
 */
#include "base/buf.h"
#include "base/num.h"
#include "fuzz.h"
#include "idmap/stream.h"

/*
 * Translates the input line by line with num_u64n() and the map. Returns the number of the first
 * line that is not an id, or 0.
 */
static uint64_t answer_slowly(const struct idmap *m, const char *in, size_t n, struct buf *out)
{
	uint64_t lines = 0;

	for (const char *s = in, *end = in + n, *eol; s < end; s = eol + 1) {
		uint64_t id;
		uint32_t to;

		eol = memchr(s, '\n', (size_t)(end - s));
		eol = eol ? eol : end;
		lines++;
		if (num_u64n(s, (size_t)(eol - s), 0, NUM_ID_MAX, &id) < 0)
			return lines;
		if (idmap_to_outside(m, (uint32_t)id, &to) == 0)
			buf_addu(out, to);
		else
			buf_addc(out, '-');
		buf_addc(out, '\n');
	}
	return 0;
}

static uint64_t answer(const struct idmap *m, const char *in, size_t n, size_t step,
		       struct buf *all)
{
	static char out[IDMAP_STREAM_OUT];
	struct idmap_stream s;
	uint64_t bad;

	HOLDS(idmap_stream_init(&s, m) == 0);
	for (size_t at = 0; at < n; at += step) {
		/* copy the input, so that the sanitizer reports a read beyond its end */
		size_t part = MIN(step, n - at);
		cleanup_free char *piece = malloc(part);

		memcpy(piece, in + at, part);
		buf_add(all, out, idmap_stream_feed(&s, piece, part, out));
	}
	buf_add(all, out, idmap_stream_end(&s, out));
	bad = s.bad;
	idmap_stream_free(&s);
	return bad;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char text[] = "u:0:1000:1,u:7:4000000000:9,u:100:100000:65536,"
				   "u:4294967290:5:5,g:0:0:1";
	cleanup_buf struct buf want = BUF_INIT, whole = BUF_INIT, cut = BUF_INIT;
	cleanup_idmaps struct idmaps m = IDMAPS_INIT;
	const char *in = (const char *)data + 1;
	uint64_t bad;

	if (size < 2 || size > IDMAP_STREAM_CHUNK)
		return 0;
	HOLDS(idmaps_parse(&m, text, strlen(text), NULL) == 0);
	bad = answer_slowly(&m.map[IDMAP_UID], in, size - 1, &want);
	HOLDS(answer(&m.map[IDMAP_UID], in, size - 1, size, &whole) == bad);
	HOLDS(answer(&m.map[IDMAP_UID], in, size - 1, 1u + data[0] % 16, &cut) == bad);
	HOLDS(want.len == whole.len && want.len == cut.len);
	if (want.len > 0)
		HOLDS(streq(want.s, whole.s) && streq(want.s, cut.s));
	return 0;
}
