/* SPDX-License-Identifier: GPL-2.0-or-later */
/* calls.h: mounts namespaces on files with the functions of ns/pin.h, and searches for a namespace
 * with those of ns/ref_find.h. */
#ifndef NSU_UNIT_NS_CALLS_H
#define NSU_UNIT_NS_CALLS_H

#include <fcntl.h>
#include <sys/vfs.h>

#include "../fault.h"
#include "../unit.h"
#include "kernel/sys_ns.h"
#include "ns/pin.h"
#include "ns/ref_find.h"
#include "ns/ref_index.h"

/* Returns true if a namespace is mounted on the file. */
static inline bool is_pinned(const char *file)
{
	struct statfs fs;

	return statfs(file, &fs) == 0 && fs.f_type == SYS_NS_MAGIC;
}

/* Returns a descriptor of /proc/self, or -1. */
static inline int open_self(void)
{
	return open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Mounts the UTS namespace of this process on the file, and undoes this. Returns the result of
 * nspin_bind(). */
static inline int bind_file(const char *file, struct nserr *e)
{
	cleanup_fd int self = open_self();
	struct nspin pin = NSPIN_INIT;
	int rc;

	pin.path = file;
	rc = nspin_bind(&pin, NULL, self, nstype_by_flag(CLONE_NEWUTS), e);
	if (rc == 0)
		nspin_undo(&pin);
	return rc;
}

/* Opens or creates a directory for namespaces, and undoes this. Returns the result of
 * nspin_dir_open(). */
static inline int open_dir(const char *dir, struct nserr *e)
{
	struct nspin_dir d = NSPIN_DIR_INIT;
	int rc;

	d.path = dir;
	rc = nspin_dir_open(&d, e);
	if (rc == 0)
		nspin_dir_undo(&d);
	return rc;
}

/* Searches for a namespace that does not exist, and clears the index, which keeps descriptors open,
 * between fault_begin() and fault_end(). Returns the error of nsref_find_inode(). */
static inline int try_missing_inode(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = nsref_find_inode(NULL, 1, &e);
	nsindex_clear();
	fault_end();
	return rc;
}

#endif
