// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-mntopt: checks that no mount option is both set and cleared and that no parameter is empty.
 * The access time options are an exception: they share one field, which mount_setattr(2) requires
 * to be cleared completely before it is set.
 */
#include <sys/mount.h>

#include "fuzz.h"
#include "root/mntopt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = fuzz_string(data, size);
	struct mntopt o = MNTOPT_INIT;
	struct nserr e = NSERR_INIT;

	if (mntopt_parse(&o, s, &e) < 0) {
		HOLDS(e.what[0]);
	} else {
		HOLDS(!(o.set & o.clr & ~(uint64_t)MOUNT_ATTR__ATIME));
		for (size_t i = 0; i < o.n; i++)
			HOLDS(o.param[i] && o.param[i][0]);
	}
	mntopt_free(&o);
	free(s);
	return 0;
}
