// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-idxattr: checks that an attribute has at most as many ids as entries, and that the ids occur
 * in its bytes.
 */
#include "fuzz.h"
#include "idmap/xattr.h"

struct seen {
	const uint8_t *data;
	size_t size, n;
};

static void note(void *ctx, enum idmap_kind kind, uint32_t id)
{
	const uint8_t bytes[4] = { (uint8_t)id, (uint8_t)(id >> 8), (uint8_t)(id >> 16),
				   (uint8_t)(id >> 24) };
	struct seen *s = ctx;

	HOLDS(kind == IDMAP_UID || kind == IDMAP_GID);
	HOLDS(memmem(s->data, s->size, bytes, sizeof(bytes)));
	s->n++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < IDXATTRS; i++) {
		struct seen s = { data, size, 0 };

		if (idxattrs[i].ids(data, size, note, &s) == 0)
			HOLDS(s.n <= size / 8);
	}
	return 0;
}
