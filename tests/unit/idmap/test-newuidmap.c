// SPDX-License-Identifier: GPL-2.0-or-later
/* test-newuidmap: runs scripts in place of newuidmap(1) and newgidmap(1). */
#include "idmap/newuidmap.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "../sandbox.h"
#include "idmap/writer.h"
#include "kernel/sys_cap.h"

static char path_of_args[PATH_MAX]; /* the scripts append their arguments to this file */

/* Writes a script that appends its arguments to a file and then runs the commands. */
static void put_script(const char *dir, const char *name, const char *commands)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	unlink(path);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
	CHECK(fd >= 0 && dprintf(fd, "#!/bin/sh\necho \"%s $*\" >>%s\n%s\n", name, path_of_args,
				 commands) > 0);
	close(fd);
}

static const char *args(void)
{
	static char text[1024];

	if (file_read_at(AT_FDCWD, path_of_args, text, sizeof(text)) < 0)
		text[0] = '\0';
	unlink(path_of_args);
	return text;
}

static void begin(const char *dir)
{
	char path[PATH_MAX];

	snprintf(path_of_args, sizeof(path_of_args), "%s/args", dir);
	/* empty, relative and missing elements must be skipped */
	snprintf(path, sizeof(path), ":bin::/no/such:%s:/bin:/usr/bin", dir);
	setenv("PATH", path, 1);
	put_script(dir, "newuidmap", "");
	put_script(dir, "newgidmap", "");
}

static int open_proc(pid_t pid)
{
	char name[32];

	snprintf(name, sizeof(name), "/proc/%d", (int)pid);
	return open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Writes a uid map with one pair for the process with newuidmap(1). Returns 0 or a negative errno.
 */
static int write_map(pid_t pid, int stop, struct nserr *e)
{
	cleanup_idmaps struct idmaps m = IDMAPS_INIT;
	cleanup_fd int proc = open_proc(pid);

	*e = NSERR_INIT;
	CHECK_INT(idmap_add(&m.map[IDMAP_UID], 5, 100000, 3, NULL), 0);
	return idmaps_write_helpers(proc, &m, stop, e);
}

static void reports_the_output_of_the_program(const char *dir)
{
	static const struct {
		const char *commands, *message;
	} cases[] = {
		{ "echo 'newuidmap: no way' >&2; exit 1", "newuidmap failed: no way" },
		{ "echo 'newuidmap is old' >&2; exit 1", "newuidmap failed: newuidmap is old" },
		{ "echo 'other: no way' >&2; exit 1", "newuidmap failed: other: no way" },
		{ "exit 1", "newuidmap failed: no error message" },
		{ "exit 7", "newuidmap failed: no error message" },
	};
	pid_t child = sandbox_child(CLONE_NEWUSER);
	char want[64], killed[PATH_MAX + 64];
	struct nserr e;

	begin(dir);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		put_script(dir, "newuidmap", cases[i].commands);
		CHECK_INT(write_map(child, -1, &e), -EINVAL);
		CHECK_STR(unit_message(&e), cases[i].message);
		CHECK_STR(e.hint, "");
	}
	put_script(dir, "newuidmap", "kill -9 $$");
	CHECK_INT(write_map(child, -1, &e), -EINVAL);
	snprintf(killed, sizeof(killed), "%s/newuidmap was killed by signal 9", dir);
	CHECK_STR(e.what, killed);
	/* the program does nothing, although it succeeds */
	args();
	put_script(dir, "newuidmap", "");
	/* if the caller ignores SIGCHLD, it still does so after the call */
	signal(SIGCHLD, SIG_IGN);
	CHECK_INT(write_map(child, -1, &e), -EIO);
	CHECK(signal(SIGCHLD, SIG_DFL) == SIG_IGN);
	CHECK(e.what[0]);
	snprintf(want, sizeof(want), "newuidmap %d 5 100000 3\n", (int)child);
	CHECK_STR(args(), want);
	/* the directory is not that of a process */
	{
		cleanup_idmaps struct idmaps m = IDMAPS_INIT;
		cleanup_fd int other = open(dir, O_PATH | O_CLOEXEC);
		cleanup_fd int net = open("/proc/net", O_PATH | O_CLOEXEC);

		CHECK_INT(idmap_add(&m.map[IDMAP_UID], 5, 5, 1, NULL), 0);
		CHECK_INT(idmaps_write_helpers(other, &m, -1, &e), -EINVAL);
		CHECK(strstr(e.what, "is not the directory of a process"));
		CHECK_INT(idmaps_write_helpers(net, &m, -1, &e), -EINVAL);
		CHECK(strstr(e.what, "is not the directory of a process"));
	}
	sandbox_end_child(child);
}

static void explains_a_refusal(const char *dir)
{
	pid_t child = sandbox_child(CLONE_NEWUSER), same;
	struct nserr e;

	begin(dir);
	/* a child in our own user namespace, which has a map */
	same = sandbox_child(0);
	put_script(
		dir, "newuidmap",
		"echo 'newuidmap: write to uid_map failed: Operation not permitted' >&2; exit 1");
	CHECK_INT(write_map(child, -1, &e), -EINVAL);
	CHECK_STR(e.hint, "");
	CHECK_INT(write_map(same, -1, &e), -EINVAL);
	CHECK(strstr(e.hint, "create a new user namespace, because the map of this one"));
	/* the caller has all capabilities, so it could write the map itself */
	put_script(dir, "newuidmap",
		   "echo 'newuidmap: uid range [5-8) -> [100000-100003) not allowed' >&2; exit 1");
	CHECK_INT(write_map(child, -1, &e), -EINVAL);
	CHECK_STR(e.hint, "");
	sandbox_drop_caps();
	CHECK_INT(write_map(child, -1, &e), -EINVAL);
	CHECK(strstr(e.hint, "run the command with CAP_SETUID, or map only the subordinate ids"));
	CHECK(strstr(e.hint, ", which do not contain 100000-100002"));
	sandbox_end_child(child);
	sandbox_end_child(same);
}

static void stops_waiting(const char *dir)
{
	pid_t child = sandbox_child(CLONE_NEWUSER);
	struct nserr e;
	int line[2];

	begin(dir);
	put_script(dir, "newuidmap", "exec sleep 60");
	CHECK_INT(pipe(line), 0);
	CHECK_INT(write(line[1], "", 1), 1);
	CHECK_INT(write_map(child, line[0], &e), -EINTR);
	close(line[0]);
	close(line[1]);
	/* the map of a process that ends is no longer needed */
	put_script(dir, "newuidmap", "kill -9 $1; exec sleep 60");
	CHECK_INT(write_map(child, -1, &e), -EINTR);
	CHECK(waitpid(child, NULL, 0) == child);
}

/* Starts a process whose parent has ended. Returns its pid. */
static pid_t start_orphan(void)
{
	int line[2];
	pid_t pid = 0, middle;

	CHECK_INT(pipe(line), 0);
	middle = fork();
	if (middle == 0) {
		pid = fork();
		if (pid > 0) {
			(void)!write(line[1], &pid, sizeof(pid));
			_exit(0);
		}
		if (unshare(CLONE_NEWUSER) == 0)
			pause();
		_exit(1);
	}
	CHECK_INT(read(line[0], &pid, sizeof(pid)), sizeof(pid));
	CHECK(waitpid(middle, NULL, 0) == middle);
	close(line[0]);
	close(line[1]);
	return pid;
}

/* An old newuidmap(1) does not know the argument fd:N. */
static void passes_a_descriptor_if_the_pid_could_be_reused(const char *dir)
{
	pid_t orphan = start_orphan();
	char want[64];
	const char *got;
	struct nserr e;

	begin(dir);
	put_script(dir, "newuidmap", "exit 1");
	CHECK_INT(write_map(orphan, -1, &e), -EINVAL);
	CHECK_STR(e.what, "newuidmap failed: no error message");
	got = args();
	CHECK(str_after(got, "newuidmap fd:") && strstr(got, " 5 100000 3\n"));
	put_script(dir, "newuidmap", "echo 'usage: newuidmap <pid>' >&2; exit 1");
	CHECK_INT(write_map(orphan, -1, &e), -EINVAL);
	CHECK_STR(e.what, "newuidmap failed: usage: newuidmap <pid>");
	got = args();
	snprintf(want, sizeof(want), "\nnewuidmap %d 5 100000 3\n", (int)orphan);
	CHECK(str_after(got, "newuidmap fd:") && strstr(got, want));
	kill(orphan, SIGKILL);
}

static int check(const char *dir, mode_t mode, struct nserr *e)
{
	cleanup_idmaps struct idmaps m = IDMAPS_INIT;
	char path[PATH_MAX];

	*e = NSERR_INIT;
	snprintf(path, sizeof(path), "%s/newuidmap", dir);
	CHECK_INT(chmod(path, mode), 0);
	CHECK_INT(idmap_add(&m.map[IDMAP_UID], 5, 100000, 3, NULL), 0);
	return newuidmap_check(&m, e);
}

/* Checks which process must write a map of one uid and one gid. `capable`: this process has
 * capabilities. */
static void check_writers(bool capable)
{
	static const struct {
		uint32_t uid, gid; /* the outside ids, or IDMAP_NONE for an empty map */
		enum idmap_setgroups setgroups;
		bool parent; /* the parent may write the map without capabilities */
	} cases[] = {
		{ 0, 0, IDMAP_SETGROUPS_DENY, true },
		{ 0, 0, IDMAP_SETGROUPS_UNSET, true },
		{ 0, 0, IDMAP_SETGROUPS_ALLOW, false },
		{ 0, 1, IDMAP_SETGROUPS_DENY, false },
		{ 1, 0, IDMAP_SETGROUPS_DENY, false },
		{ IDMAP_NONE, 0, IDMAP_SETGROUPS_DENY, false },
		{ 0, IDMAP_NONE, IDMAP_SETGROUPS_DENY, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cleanup_idmaps struct idmaps m = { .setgroups = cases[i].setgroups };
		bool parent = capable || cases[i].parent;
		struct nserr e = NSERR_INIT;
		enum idmap_writer w;

		if (cases[i].uid != IDMAP_NONE)
			CHECK_INT(idmap_add(&m.map[IDMAP_UID], 5, cases[i].uid, 1, NULL), 0);
		if (cases[i].gid != IDMAP_NONE)
			CHECK_INT(idmap_add(&m.map[IDMAP_GID], 5, cases[i].gid, 1, NULL), 0);
		CHECK_INT(idmaps_choose_writer(&m, &w, &e), parent ? 0 : -EPERM);
		CHECK_INT(w, parent ? IDMAP_BY_PARENT : IDMAP_BY_HELPERS);
	}
}

static void finds_out_if_the_program_can_work(const char *dir)
{
	char longest[PATH_MAX + 200];
	struct nserr e;
	int fd;

	begin(dir);
	sandbox_tmpfs("/etc");
	CHECK_INT(check(dir, 0755, &e), -EPERM);
	CHECK(strstr(e.hint, "/newuidmap is neither setuid root nor has file capabilities"));
	CHECK_INT(check(dir, 04755, &e), -EPERM);
	CHECK(strstr(e.hint, "add a passwd entry for uid 0, which newuidmap needs"));
	fd = open("/etc/passwd", O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	CHECK(dprintf(fd, "root:x:0:0::/:/bin/sh\n") > 0);
	close(fd);
	CHECK_INT(check(dir, 04755, &e), 0);
	/* on a mount with the option nosuid */
	CHECK_INT(mount(dir, dir, NULL, MS_BIND, NULL), 0);
	CHECK_INT(mount(NULL, dir, NULL, MS_BIND | MS_REMOUNT | MS_NOSUID, NULL), 0);
	CHECK_INT(check(dir, 04755, &e), -EPERM);
	CHECK(strstr(e.hint, "/newuidmap is on a nosuid mount"));
	CHECK_INT(umount2(dir, MNT_DETACH), 0);
	CHECK_INT(check(dir, 04755, &e), 0);
	/* not executable, no regular file, and a path that is too long */
	setenv("PATH", dir, 1);
	CHECK_INT(check(dir, 0644, &e), -EPERM);
	CHECK_STR(unit_message(&e), "cannot map more than your own id: Operation not permitted");
	CHECK_STR(e.hint, "install newuidmap (package uidmap)");
	setenv("PATH", "/proc:relative:", 1);
	CHECK_INT(check(dir, 04755, &e), -EPERM);
	CHECK_STR(e.hint, "install newuidmap (package uidmap)");
	memset(longest, '/', sizeof(longest));
	longest[PATH_MAX + 100] = '\0';
	setenv("PATH", longest, 1);
	CHECK_INT(check(dir, 04755, &e), -EPERM);
	CHECK_STR(e.hint, "install newuidmap (package uidmap)");
	setenv("PATH", dir, 1);
	CHECK_INT(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	CHECK_INT(check(dir, 04755, &e), -EPERM);
	CHECK(strstr(e.hint, "run the command without no_new_privs"));
	check_writers(true);
	sandbox_drop_caps();
	check_writers(false);
}

static void the_message_of_the_program_is_reported(void)
{
	sandbox(0, reports_the_output_of_the_program);
	sandbox(0, explains_a_refusal);
}

static void the_program_is_killed_if_its_work_is_not_needed(void)
{
	sandbox(0, stops_waiting);
}

static void a_process_that_is_no_child_is_named_by_a_descriptor(void)
{
	sandbox(0, passes_a_descriptor_if_the_pid_could_be_reused);
}

static void a_program_that_cannot_work_is_refused(void)
{
	sandbox(0, finds_out_if_the_program_can_work);
}

UNIT_MAIN(CASE(the_message_of_the_program_is_reported),
	  CASE(the_program_is_killed_if_its_work_is_not_needed),
	  CASE(a_process_that_is_no_child_is_named_by_a_descriptor),
	  CASE(a_program_that_cannot_work_is_refused))
