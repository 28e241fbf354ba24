// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-nsref: checks that each refused reference has a message, and that the pid or descriptor in
 * an accepted reference is in the permitted range.
 */
#include "base/num.h"
#include "fuzz.h"
#include "ns/ref.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size);
	struct nserr e = NSERR_INIT;
	struct nsref r;

	if (nsref_parse(s, &r, &e) < 0) {
		HOLDS(e.what[0]);
	} else {
		HOLDS(r.n_ups <= NSREF_UPS_MAX);
		HOLDS(!r.n_ups || !nsref_is_process(&r));
		if (r.kind == NSREF_PID)
			HOLDS(r.pid > 0 && r.pid <= NUM_PID_MAX);
		if (r.kind == NSREF_FD)
			HOLDS(r.fd >= 0);
		(void)nsref_type(&r);
	}
	free(s);
	return 0;
}
