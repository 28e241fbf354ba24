// SPDX-License-Identifier: GPL-2.0-or-later
/* The "subid:" line of nsswitch.conf(5): lines before and after it that name something else do not
 * change the decision. */
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
