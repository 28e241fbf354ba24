// SPDX-License-Identifier: GPL-2.0-or-later
/* An answer of rtnetlink(7) gives a number or an error, and is read no further than it goes. */
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
