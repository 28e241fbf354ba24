// SPDX-License-Identifier: GPL-2.0-or-later
/* test-access-hints: checks for which errors a hint about access to a process is set. */
#include "kernel/proc_access.h"

#include "../sandbox.h"

/* The process is in another user namespace than the caller, which has CAP_SYS_PTRACE. */
static void refused(const char *in)
{
	static const struct {
		int error;
		const char *before; /* the hint that is already set */
		bool explained;
	} rows[] = {
		{ EACCES, "", true },   { EPERM, "", true },   { ENOENT, "", false },
		{ ESRCH, "", false },   { EIO, "", false },    { 0, "", false },
		{ EACCES, "x", false }, { EPERM, "x", false }, { ENOENT, "x", false },
	};
	char path[32];
	pid_t child;
	int fd;

	(void)in;
	CHECK((child = sandbox_child(CLONE_NEWUSER)) > 0);
	snprintf(path, sizeof(path), "/proc/%d", child);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nserr e = NSERR_INIT;

		nserr_set(&e, rows[i].error, "failed");
		nserr_hint(&e, "%s", rows[i].before);
		proc_access_explain(fd, child, &e);
		if (rows[i].explained)
			CHECK(strstr(e.hint, "is in a user namespace that is not a descendant"));
		else
			CHECK_STR(e.hint, rows[i].before);
	}
	proc_access_explain(fd, child, NULL);
	CHECK(!proc_access_is_hidden());
	/* hidepid=1 hides the files of other users' processes; only hidepid=2 and hidepid=4 hide
	 * the processes (proc(5)) */
	CHECK(mount("proc", "/proc", "proc", 0, "hidepid=1") == 0);
	CHECK(!proc_access_is_hidden());
	CHECK(mount("proc", "/proc", "proc", 0, "hidepid=2") == 0);
	CHECK(proc_access_is_hidden());
	CHECK(mount("proc", "/proc", "proc", 0, "hidepid=0") == 0);
	CHECK(!proc_access_is_hidden());
	close(fd);
	sandbox_end_child(child);
}

static void only_a_refused_access_is_explained(void)
{
	sandbox(CLONE_NEWPID, refused);
}

UNIT_MAIN(CASE(only_a_refused_access_is_explained))
