// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz-btf: checks that parsing random bytes as BTF never reads outside of them, that every search
 * ends, and that each found member has the size of a C type. */
#include "fuzz.h"
#include "kernel/btf.h"

static void look_into(struct btf *b, uint32_t id)
{
	static const char *const paths[] = { "a", "a.a", "ns.inum", "" };
	struct btf_field f;
	uint32_t type;

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		int rc = btf_member(b, id, paths[i], strlen(paths[i]), &f);

		HOLDS(rc == 0 || rc == -ENOENT || rc == -EINVAL || rc == -EBADMSG);
		HOLDS(rc < 0 || !f.pointer || f.size == 8);
	}
	(void)!btf_size(b, id, &type);
	for (unsigned i = 0; i < 3; i++)
		if (btf_param(b, id, i, &type) == 0)
			HOLDS(type != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct btf_name names[] = { { "a", BTF_STRUCT, 0 }, { "a", BTF_FUNC, 0 } };
	void *copy = malloc(size ? size : 1);
	struct btf b;

	HOLDS(copy);
	memcpy(copy, data, size);
	if (btf_borrow(&b, copy, size) == 0) {
		int rc = btf_find(&b, names, ARRAY_SIZE(names));

		HOLDS(rc == 0 || rc == -EBADMSG);
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			if (names[i].id)
				look_into(&b, names[i].id);
		for (uint32_t id = 0; id < 5; id++)
			look_into(&b, id);
	}
	btf_close(&b);
	free(copy);
	return 0;
}
