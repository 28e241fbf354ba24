// SPDX-License-Identifier: GPL-2.0-or-later
/* test-ns-fds: checks that functions of lib/ns close their descriptors in cases that the other
 * tests of lib/ns do not reach. */
#include <sys/mount.h>

#include "../fault.h"
#include "../sandbox.h"
#include "calls.h"
#include "ns/join.h"
#include "ns/ref.h"

static pid_t child;

/* ---- Entering without permission */

/* Tries to enter a namespace that a descendant user namespace owns, without capabilities. */
static int try_refused(void)
{
	struct nsref r;
	struct nserr e = NSERR_INIT;
	struct nsjoin j;
	char text[32];
	int rc;

	snprintf(text, sizeof(text), "%d", child);
	nsjoin_init(&j);
	if (nsref_parse(text, &r, &e) < 0 || nsref_open_process(&r, &j.proc, &e) < 0)
		return 1;
	j.mask = CLONE_NEWUTS;
	rc = nsjoin_hold(&j, &e);
	sandbox_drop_caps();
	fault_begin();
	if (rc == 0)
		rc = nsjoin_enter(&j, &e);
	fault_end();
	nsjoin_close(&j);
	/* entering must fail; the hint of the undisturbed run shows that may_enter() was called */
	return rc < 0 && e.what[0] && (fault_run_now->target || strstr(e.hint, "add --user")) ? 0
											      : 1;
}

static void refused(const char *in)
{
	(void)in;
	CHECK((child = sandbox_child(CLONE_NEWUTS | CLONE_NEWUSER)) > 0);
	fault_all("nsjoin_enter without permission", try_refused, NULL);
	sandbox_end_child(child);
}

/* ---- A search */

/* Returns 0 if the search fails. */
static int try_search(void)
{
	return try_missing_inode() < 0 ? 0 : 1;
}

/* Returns true for open descriptors that are accepted. A child opens them in the descriptor table
 * that it shares with this process. After a failed read(2), this process does not know their
 * numbers; after a failed wait4(2), the child may not have closed them yet. */
static bool child_has_them(const char *why, const struct fault_run *f)
{
	return streq(why, "left a descriptor open") &&
	       (f->number == SYS_read || f->number == SYS_wait4);
}

/* Mounts the namespaces uts and ipc of the child on the same file. */
static void cover(const char *dir)
{
	static const char *const types[] = { "uts", "ipc" };
	char path[64], ns[64];

	snprintf(path, sizeof(path), "%s/pin", dir);
	unit_put(AT_FDCWD, path, "");
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		snprintf(ns, sizeof(ns), "/proc/%d/ns/%s", (int)child, types[i]);
		CHECK_INT(mount(ns, path, NULL, MS_BIND, NULL), 0);
	}
}

/* Searches while the mount of one namespace covers that of another one. No process is in these
 * namespaces. */
static void search(const char *dir)
{
	cleanup_fd int here = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC), there = -1;

	/* the mounts are in a mount namespace that has no process and that a descriptor keeps */
	CHECK((child = sandbox_child(CLONE_NEWUTS | CLONE_NEWIPC)) > 0);
	CHECK_INT(unshare(CLONE_NEWNS), 0);
	cover(dir);
	sandbox_end_child(child);
	there = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	CHECK_INT(setns(here, CLONE_NEWNS), 0);
	fault_all("a search in another mount namespace", try_search, child_has_them);
	/* only the child that enters the mount namespace calls openat2(2). If it has no free
	 * descriptor, the search is incomplete. */
	CHECK_INT(fault_answer(try_missing_inode, SYS_openat2, 1, -EMFILE), -EMFILE);
	CHECK_INT(fault_answer(try_missing_inode, SYS_openat2, 1, -ENFILE), -ENFILE);
	CHECK_INT(fault_answer(try_missing_inode, SYS_openat2, 1, -EACCES), -ENOENT);
	util_close(&there);
	/* the mounts are in the mount namespace of this process */
	CHECK((child = sandbox_child(CLONE_NEWUTS | CLONE_NEWIPC)) > 0);
	cover(dir);
	sandbox_end_child(child);
	fault_all("a search", try_search, NULL);
}

static void descriptors_are_closed(void)
{
	if (!fault_require())
		return;
	sandbox(0, refused);
	sandbox(CLONE_NEWPID, search);
}

UNIT_MAIN(CASE(descriptors_are_closed))
