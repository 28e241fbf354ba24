// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz-netnsid: checks that parsing a reply of rtnetlink(7) never reads beyond its end. */
#include "fuzz.h"
#include "ns/netnsid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *answer = malloc(size + !size);
	int32_t id = 0;

	if (!answer)
		abort();
	memcpy(answer, data, size);
	HOLDS(netnsid_parse(answer, size, &id) <= 0);
	free(answer);
	return 0;
}
