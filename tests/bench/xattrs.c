// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xattrs.c: walks a tree with fts(3) and lists the attributes of each file. Makes the system calls
 * of getfattr -hR, for machines that lack it.
 */
#include <fts.h>
#include <stddef.h>
#include <sys/xattr.h>

int main(int argc, char **argv)
{
	FTS *fts = argc > 1 ? fts_open(argv + 1, FTS_PHYSICAL | FTS_NOCHDIR, NULL) : NULL;
	size_t n = 0;

	if (!fts)
		return 1;
	for (FTSENT *f; (f = fts_read(fts));)
		if (f->fts_info != FTS_DP)
			n += llistxattr(f->fts_path, NULL, 0) > 0;
	return fts_close(fts) < 0;
}
