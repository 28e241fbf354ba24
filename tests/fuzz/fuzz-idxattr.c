// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-idxattr: checks the ids that are found in the value of an extended attribute: at most one
 * for each 8 bytes, and each must occur in the value, also after a translation.
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

static uint32_t next_id(void *ctx, enum idmap_kind kind, uint32_t id)
{
	(void)kind;
	++*(size_t *)ctx;
	return id + 1;
}

/* Translates a copy of the value. Checks that the result is valid and at most 4 bytes longer, and
 * that the value changes only if an id was replaced. */
static void check_translation(const struct idmap_xattr *x, const uint8_t *data, size_t size)
{
	uint8_t *v = malloc(size + 4);
	size_t n = size, count = 0;
	struct seen s = { v, 0, 0 };
	int rc;

	HOLDS(v);
	memcpy(v, data, size);
	rc = idmap_xattr_translate(x, v, &n, next_id, &count);
	s.size = n;
	HOLDS(rc < 0 || x->ids(v, n, note, &s) == 0);
	HOLDS(rc < 0 || n <= size + 4);
	HOLDS(rc <= 0 || count > 0);
	free(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < IDXATTRS; i++) {
		struct seen s = { data, size, 0 };

		check_translation(&idxattrs[i], data, size);
		if (idxattrs[i].ids(data, size, note, &s) == 0)
			HOLDS(s.n <= size / 8);
	}
	return 0;
}
