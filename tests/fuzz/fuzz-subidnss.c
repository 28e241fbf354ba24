// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-subidnss: checks the parser of the "subid:" line of nsswitch.conf(5). Lines with other names
 * before and after it must not change the result.
 */
#include "fuzz.h"
#include "idmap/subid_nss.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_string(data, size), *more;
	bool named = subid_nss_named(text);

	if (asprintf(&more, "passwd: files\n%s\nsubid: files\n", text) < 0)
		abort();
	HOLDS(subid_nss_named(more) == named);
	HOLDS(!named || strstr(text, "subid:"));
	free(more);
	free(text);
	return 0;
}
