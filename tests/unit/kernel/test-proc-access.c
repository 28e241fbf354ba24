// SPDX-License-Identifier: GPL-2.0-or-later
/* test-proc-access: explains why the files of a process cannot be read. The test writes the files
 * of the process to a directory. */
#include "kernel/proc_access.h"

#include <linux/capability.h>
#include <stdlib.h>

#include "../fault.h"
#include "../sandbox.h"
#include "kernel/sys_cap.h"

#define PID 77

static char top[UNIT_DIR_SIZE];
static int procfd = -1;

/* Writes a status file with the ids and the permitted capabilities. */
static void put_status(unsigned uid, unsigned gid, const char *caps)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "Name:\tx\nUid:\t%u\t%u\t%u\t%u\nGid:\t%u\t%u\t%u\t%u\nCapPrm:\t%s\n", uid, uid,
		 uid, uid, gid, gid, gid, gid, caps);
	unit_put(procfd, "status", text);
}

/* Copies a map of this process to the directory of the process. */
static void copy_map(const char *name)
{
	char path[64], text[4096];

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	CHECK(file_read_at(AT_FDCWD, path, text, sizeof(text)) > 0);
	unit_put(procfd, name, text);
}

/* Begins with a process that has the ids, the maps and the capabilities of the caller. */
static void begin(void)
{
	procfd = unit_directory(top);
	CHECK_INT(fchmod(procfd, 0755), 0);
	put_status(geteuid(), getegid(), "0000000000000000");
	unit_put(procfd, "stat", "");
	copy_map("uid_map");
	copy_map("gid_map");
}

static void end(void)
{
	static const char *const files[] = { "status", "stat", "uid_map", "gid_map" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		unlinkat(procfd, files[i], 0);
	close(procfd);
	CHECK_INT(rmdir(top), 0);
}

/* Returns the hint for EACCES. The next call overwrites the result. */
static const char *hint(void)
{
	static struct nserr e;

	e = NSERR_INIT;
	nserr_set(&e, EACCES, "cannot read");
	proc_access_explain(procfd, PID, &e);
	return e.hint;
}

static void only_denied_access_without_a_hint_is_explained(void)
{
	static const int errors[] = { ENOENT, ESRCH, EINVAL };
	struct nserr e = NSERR_INIT;

	begin();
	/* the process is in another user namespace, which explains EACCES and EPERM */
	unit_put(procfd, "uid_map", "0 5 1\n");
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		nserr_set(&e, errors[i], "cannot read");
		proc_access_explain(procfd, PID, &e);
		CHECK_STR(e.hint, "");
	}
	nserr_set(&e, EPERM, "cannot read");
	nserr_hint(&e, "known");
	proc_access_explain(procfd, PID, &e);
	CHECK_STR(e.hint, "known");
	proc_access_explain(procfd, PID, NULL);
	nserr_set(&e, EPERM, "cannot read");
	proc_access_explain(procfd, PID, &e);
	CHECK(strstr(e.hint, "run the command outside of this user namespace"));
	/* the process has ended */
	CHECK_INT(unlinkat(procfd, "status", 0), 0);
	CHECK_STR(hint(), "");
	end();
}

/* Runs as root of a new user namespace. */
static void explains_to_root(const char *dir)
{
	(void)dir;
	begin();
	CHECK_STR(hint(), "");
	unit_put(procfd, "gid_map", "0 5 1\n");
	CHECK(strstr(hint(), "run the command outside of this user namespace, because process 77"));
	/* the maps are unknown */
	CHECK_INT(unlinkat(procfd, "uid_map", 0), 0);
	CHECK_INT(unlinkat(procfd, "gid_map", 0), 0);
	CHECK_STR(hint(), "");
	end();
}

/* Runs without capabilities in a new user namespace, in which only the id 0 is mapped. */
static void explains_without_capabilities(const char *dir)
{
	(void)dir;
	begin();
	sandbox_drop_caps();
	CHECK_STR(hint(), "");
	put_status(5, 0, "0");
	CHECK(strstr(hint(), "run the command as user 5 or with CAP_SYS_PTRACE"));
	/* the kernel shows the overflow id for a user without an id in this namespace */
	put_status(65534, 0, "0");
	CHECK(strstr(hint(), "run the command outside of this user namespace"));
	unit_put(procfd, "status", "Uid:\t0\t0\t5\t0\nGid:\t0\t0\t0\t0\n");
	CHECK(strstr(hint(), "because process 77 belongs to user 5"));
	/* the fourth id, of file system access, does not count */
	unit_put(procfd, "status", "Uid:\t0\t0\t0\t5\nGid:\t0\t0\t0\t5\n");
	CHECK_STR(hint(), "");
	put_status(0, 6, "0");
	CHECK(strstr(hint(), "because process 77 has group 6 and the caller has group 0"));
	put_status(0, 0, "0000000000200001");
	CHECK(strstr(hint(), "has capabilities that the caller lacks, such as chown"));
	/* a capability without a name */
	put_status(0, 0, "8000000000000000");
	CHECK_STR(hint(), "");
	unit_put(procfd, "uid_map", "0 5 1\n");
	CHECK(strstr(hint(), "run the command outside of this user namespace"));
	end();
}

/* Runs with a user id that is not 0. Only root can change to such an id. Each user may create
 * directories in the directory `top`. */
static void explains_to_a_user(void)
{
	CHECK_INT(setenv("TMPDIR", top, 1), 0);
	if (geteuid() == 0)
		CHECK(setgid(65534) == 0 && setuid(65534) == 0);
	begin();
	CHECK_STR(hint(), "");
	/* the kernel makes root the owner of the files of a process that is not dumpable */
	CHECK_INT(unlinkat(procfd, "stat", 0), 0);
	CHECK_INT(symlinkat("/", procfd, "stat"), 0);
	CHECK(strstr(hint(), "because process 77 is not dumpable"));
	CHECK_INT(unlinkat(procfd, "stat", 0), 0);
	CHECK_STR(hint(), "");
	end();
}

static void names_the_difference_from_the_caller(void)
{
	cleanup_fd int dir = unit_directory(top);

	CHECK_INT(fchmod(dir, 01777), 0);
	CHECK_INT(unit_in_child(explains_to_a_user), 0);
	CHECK_INT(rmdir(top), 0);
	sandbox(0, explains_to_root);
	sandbox(0, explains_without_capabilities);
}

static void mounts_hidepid(const char *dir)
{
	(void)dir;
	begin();
	CHECK_INT(unlinkat(procfd, "status", 0), 0);
	CHECK(!proc_access_is_hidden());
	CHECK_STR(hint(), "");
	CHECK_INT(mount("proc", "/proc", "proc", 0, "hidepid=1"), 0);
	CHECK(strstr(hint(), "because /proc is mounted with hidepid=1"));
	CHECK(!proc_access_is_hidden());
	CHECK_INT(mount("proc", "/proc", "proc", 0, "hidepid=2"), 0);
	CHECK_STR(hint(), "");
	CHECK(proc_access_is_hidden());
	/* the last mount on /proc counts */
	CHECK_INT(mount("proc", "/proc", "proc", 0, "hidepid=0"), 0);
	CHECK(!proc_access_is_hidden());
	CHECK_INT(unlinkat(procfd, "stat", 0), 0);
	end();
}

static void recognizes_the_mount_options_of_proc(void)
{
	sandbox(CLONE_NEWPID, mounts_hidepid);
}

/* Returns 0 if there is a hint, or -ENOENT if there is none. */
static int try_explain(void)
{
	bool found;

	fault_begin();
	found = hint()[0] != '\0';
	fault_end();
	return found ? 0 : -ENOENT;
}

static void fails_to_find_the_reason(const char *dir)
{
	(void)dir;
	begin();
	sandbox_drop_caps();
	put_status(0, 0, "0000000000000001");
	CHECK_INT(try_explain(), 0);
	/* the second capget(2); the first one looks for CAP_SYS_PTRACE */
	CHECK_INT(fault_answer(try_explain, SYS_capget, 2, -EPERM), -ENOENT);
	/* the status, and the maps, which are then unknown */
	CHECK_INT(fault_answer(try_explain, SYS_openat, 1, -EIO), -ENOENT);
	CHECK_INT(fault_answer(try_explain, SYS_openat, 2, -EIO), 0);
	CHECK_INT(fault_answer(try_explain, SYS_openat, 3, -EIO), 0);
	end();
}

static void a_failed_call_sets_no_wrong_hint(void)
{
	if (fault_require())
		sandbox(0, fails_to_find_the_reason);
}

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

UNIT_MAIN(CASE(only_denied_access_without_a_hint_is_explained),
	  CASE(names_the_difference_from_the_caller), CASE(recognizes_the_mount_options_of_proc),
	  CASE(a_failed_call_sets_no_wrong_hint), CASE(only_a_refused_access_is_explained))
