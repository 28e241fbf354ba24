// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-mountinfo: checks that each accepted line has all its strings and that the strings lie in
 * the text.
 */
#include "fuzz.h"
#include "kernel/mountinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	char *text = fuzz_string(data, size);
	const char *end = text + strlen(text);
	struct mountinfo_line line;

	mountinfo_take(&m, text);
	while (mountinfo_next(&m, &line)) {
		const char *all[] = { line.root,   line.target, line.options,
				      line.fstype, line.source, line.super };

		for (size_t i = 0; i < ARRAY_SIZE(all); i++)
			HOLDS(all[i] >= text && all[i] + strlen(all[i]) <= end);
		HOLDS(line.id >= 0 && line.parent >= 0);
		(void)mountinfo_has_option(line.super, "rw");
	}
	return 0;
}
