// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-subid: checks that accepted ranges of subuid(5) are not empty and do not exceed the last id.
 */
#include "fuzz.h"
#include "idmap/subid.h"
#include "idmap/subid_lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct subid_user user = { .has_uid = true, .uid = 1000, .name = "user" };
	static const struct subid_lint_account accounts[] = { { 0, "root" }, { 1000, "user" } };
	cleanup_subids struct subids ranges = SUBIDS_INIT;
	cleanup_buf struct buf findings = BUF_INIT;
	int found;

	HOLDS(subid_parse((const char *)data, size, &user, &ranges) == 0);
	for (size_t i = 0; i < ranges.n; i++) {
		HOLDS(ranges.r[i].count > 0);
		HOLDS((uint64_t)ranges.r[i].start + ranges.r[i].count <= UINT32_MAX);
	}
	found = subid_lint_text("f", (const char *)data, size, accounts, 2, &findings);
	HOLDS(found >= 0 && (found == 0) == (findings.len == 0));
	HOLDS(ranges.bad_line == 0 || found > 0);
	return 0;
}
