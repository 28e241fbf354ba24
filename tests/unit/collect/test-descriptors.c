// SPDX-License-Identifier: GPL-2.0-or-later
/* test-descriptors: finds namespaces among the descriptors of an imitated process. The linker
 * replaces the functions that identify and open them (option --wrap in tests/Makemodule.am). */
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include "../unit.h"
#include "collect/worker.h"
#include "kernel/sys_ns.h"

static int identified, opens; /* results of nsfile_identify() and nsfile_open() */
static int64_t type;
static mode_t mode;
static int dir = -1; /* a directory that replaces /proc */

int __wrap_nsfile_identify(const struct nsfile_proc *p, int dirfd, const char *path,
			   struct statx *st);
int __wrap_nsfile_identify(const struct nsfile_proc *p, int dirfd, const char *path,
			   struct statx *st)
{
	(void)p;
	CHECK_INT(dirfd, dir);
	CHECK_STR(path, "10/fd/3");
	st->stx_mode = (uint16_t)mode;
	st->stx_ino = 900;
	return identified;
}

int __wrap_nsfile_open(const struct nsfile_proc *p, int dirfd, const char *path);
int __wrap_nsfile_open(const struct nsfile_proc *p, int dirfd, const char *path)
{
	(void)p;
	CHECK_INT(dirfd, dir);
	CHECK_STR(path, "10/fd/3");
	return opens ? opens : openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int64_t __wrap_sys_ns_type(int fd);
int64_t __wrap_sys_ns_type(int fd)
{
	CHECK(fd > 2);
	return type;
}

static void descriptors_are_identified_by_their_files(void)
{
	static const struct {
		const char *link;
		int identified, open;
		int64_t type;
		mode_t mode;
		int want;
		size_t found, sockets;
	} rows[] = {
		{ "uts:[77]", 1, -EMFILE, 0, 0, 0, 1, 0 },
		{ "/run/x", 1, 0, CLONE_NEWUTS, 0, 0, 1, 0 },
		/* the type is unknown, or it was not requested */
		{ "/run/x", 1, 0, 1, 0, 0, 0, 0 },
		{ "net:[77]", 1, 0, 0, 0, 0, 0, 0 },
		/* the process has reused the descriptor, or has ended */
		{ "/run/x", 1, -ENOTTY, 0, 0, 0, 0, 0 },
		{ "/run/x", 1, -ENOENT, 0, 0, 0, 0, 0 },
		{ "/run/x", 1, -EMFILE, 0, 0, -EMFILE, 0, 0 },
		{ "/run/x", 1, 0, -EIO, 0, -EIO, 0, 0 },
		/* the descriptor is a regular file, or a socket */
		{ "/run/x", 0, -EMFILE, 0, S_IFREG, 0, 0, 0 },
		{ "socket:[900]", 0, -EMFILE, 0, S_IFSOCK, 0, 0, 1 },
		/* ESTALE is ignored if a file server can have caused it */
		{ "/run/x", -ESTALE, -EMFILE, 0, 0, 0, 0, 0 },
		{ "uts:[77]", -ESTALE, -EMFILE, 0, 0, -ESTALE, 0, 0 },
		{ "uts:[77]", -EACCES, -EMFILE, 0, 0, 0, 0, 0 },
	};
	char top[UNIT_DIR_SIZE];
	struct stat st;

	dir = unit_directory(top);
	CHECK(mkdirat(dir, "10", 0700) == 0 && mkdirat(dir, "10/fd", 0700) == 0);
	CHECK_INT(fstat(dir, &st), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct collect c = { .q = { .proc = dir, .self = 1 },
				     .types = NSTYPE_BIT(NSTYPE_UTS),
				     .sources = COLLECT_DESCRIPTORS };
		struct nsmember member = { .pid = 10 };
		struct worker w = { .c = &c };

		identified = rows[i].identified;
		opens = rows[i].open;
		type = rows[i].type;
		mode = rows[i].mode;
		CHECK_INT(symlinkat(rows[i].link, dir, "10/fd/3"), 0);
		CHECK_INT(collect_fd(&w, &member), rows[i].want);
		CHECK_STR(w.e.what, rows[i].want ? "cannot read /proc/10/fd/3" : "");
		CHECK_INT(w.e.errnum, -rows[i].want);
		CHECK_INT(w.n, rows[i].found);
		CHECK_INT(w.n_sockets, rows[i].sockets);
		if (w.n)
			CHECK(w.found[0].kind == NSHOLD_FD && w.found[0].pid == 10 &&
			      w.found[0].num == 3 &&
			      w.found[0].inode == (i == 0 ? 77 : (uint32_t)st.st_ino));
		if (w.n_sockets)
			CHECK(w.sockets[0].pid == 10 && w.sockets[0].fd == 3 &&
			      w.sockets[0].inode == 900);
		CHECK_INT(unlinkat(dir, "10/fd/3", 0), 0);
		free(w.found);
		free(w.sockets);
		scan_free(&w.ids);
	}
	CHECK(unlinkat(dir, "10/fd", AT_REMOVEDIR) == 0 && unlinkat(dir, "10", AT_REMOVEDIR) == 0);
	close(dir);
	CHECK_INT(rmdir(top), 0);
}

UNIT_MAIN(CASE(descriptors_are_identified_by_their_files))
