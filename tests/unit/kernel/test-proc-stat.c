// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel/proc_stat.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "../sandbox.h"

/*
 * Creates a child that exits when a byte arrives in the pipe. Stores the path of its stat file in
 * PATH. Returns its pid.
 */
static pid_t make_child(int pair[2], char path[32])
{
	pid_t pid;
	char byte;

	if (pipe(pair) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		if (prctl(PR_SET_NAME, "a) R (b") < 0 || read(pair[0], &byte, 1) < 0)
			_exit(1);
		_exit(0);
	}
	snprintf(path, 32, "/proc/%d/stat", pid);
	return pid;
}

static void parses_the_stat_of_an_executed_process(void)
{
	struct proc_stat st;

	CHECK_INT(prctl(PR_SET_NAME, "me) S (you"), 0);
	CHECK_INT(proc_stat_read(AT_FDCWD, "/proc/self/stat", &st), 0);
	CHECK_INT(st.ppid, getppid());
	CHECK_STR(st.comm, "me) S (you");
	CHECK_INT(st.comm_len, strlen(st.comm));
	CHECK(st.start > 0);
	CHECK(!st.never_ran);
	CHECK(!st.kthread);
	CHECK(!proc_stat_is_dead(&st));
}

static void detects_processes_that_have_not_executed(void)
{
	struct proc_stat st;
	siginfo_t info;
	char path[32];
	int pair[2];
	pid_t pid = make_child(pair, path);
	cleanup_fd int procfd = proc_stat_open(pid, NULL);

	CHECK(pid > 0 && procfd >= 0);
	CHECK_INT(proc_stat_read(AT_FDCWD, path, &st), 0);
	CHECK(!st.never_ran);
	CHECK(!proc_stat_is_dead(&st));
	CHECK(!proc_stat_has_ended(procfd));
	CHECK_INT(write(pair[1], "x", 1), 1);
	CHECK_INT(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	CHECK_INT(proc_stat_read(AT_FDCWD, path, &st), 0);
	CHECK(st.never_ran);
	CHECK(proc_stat_is_dead(&st));
	CHECK(proc_stat_has_ended(procfd));
	CHECK_STR(st.comm, "a) R (b");
	CHECK_INT(st.ppid, getpid());
	CHECK_INT(waitpid(pid, NULL, 0), pid);
	CHECK_INT(proc_stat_read(AT_FDCWD, path, &st), -ENOENT);
	CHECK(proc_stat_has_ended(procfd));
	close(pair[0]);
	close(pair[1]);
}

static void refuses_an_invalid_stat(void)
{
	struct proc_stat st;

	CHECK_INT(proc_stat_read(AT_FDCWD, "/proc/self/comm", &st), -EIO);
	CHECK_INT(proc_stat_read(AT_FDCWD, "/proc/self/limits", &st), -EFBIG);
}

static void the_name_ends_at_the_last_parenthesis(void)
{
	const char *rest = " S 1 2 3 4 5 0 0 0 0 0 0 0 0 0 0 0 0 0 77 0";
	struct proc_stat st;
	char text[256];

	snprintf(text, sizeof(text), "9 (a (b) c)%s", rest);
	CHECK_INT(proc_stat_parse(text, &st), 0);
	CHECK_STR(st.comm, "a (b) c");
	CHECK_INT(st.ppid, 1);
	CHECK_INT(st.start, 77);
	CHECK_INT(st.state, 'S');
	/* a worker of the kernel has a name that is longer than 15 bytes */
	snprintf(text, sizeof(text), "9 (%0200d)%s", 7, "");
	CHECK_INT(proc_stat_parse(text, &st), -EIO);
	snprintf(text, sizeof(text), "9 (%0100d)%s", 7, rest);
	CHECK_INT(proc_stat_parse(text, &st), 0);
	CHECK_INT(st.comm_len, sizeof(st.comm) - 1);
	CHECK_INT(strlen(st.comm), sizeof(st.comm) - 1);
	CHECK_INT(proc_stat_parse("9 a)", &st), -EIO);
	CHECK_INT(proc_stat_parse("9 (a", &st), -EIO);
	CHECK_INT(proc_stat_parse("9 )a(", &st), -EIO);
	CHECK_INT(proc_stat_parse("9 (a) S x", &st), -EIO);
}

/* Covers /proc with directories that are not the proc file system of this pid namespace. */
static void cover_proc(const char *dir)
{
	static const char mount_it[] = "mount the proc file system: mount -t proc proc /proc";
	struct nserr e = NSERR_INIT;
	int fd;

	(void)dir;
	CHECK_INT(proc_stat_check(&e), 0);
	CHECK_INT(proc_stat_open(4194304, &e), -ENOENT);
	CHECK_STR(unit_message(&e), "cannot open /proc/4194304: No such file or directory");
	fd = proc_stat_open(getpid(), &e);
	CHECK(fd > 2);
	CHECK_INT(proc_stat_check_fs(fd, &e), 0);
	close(fd);
	CHECK_INT(proc_stat_check_fs(fd, &e), -EBADF);
	CHECK_STR(e.what, "cannot examine /proc");
	sandbox_tmpfs("/proc");
	CHECK_INT(proc_stat_check(&e), -ENOENT);
	CHECK_STR(unit_message(&e), "cannot use /proc: it is not mounted: "
				    "No such file or directory");
	CHECK_STR(e.hint, mount_it);
	CHECK_INT(proc_stat_open(1, &e), -ENOENT);
	fd = open("/proc", O_PATH | O_CLOEXEC);
	e = NSERR_INIT;
	CHECK_INT(proc_stat_check_fs(fd, &e), -ENOENT);
	CHECK_STR(unit_message(&e), "cannot find a proc file system on /proc: "
				    "No such file or directory");
	CHECK_STR(e.hint, mount_it);
	close(fd);
	unit_put(AT_FDCWD, "/proc/version", "");
	for (int i = 0; i < 3; i++) {
		static const char *const others[] = { NULL, "1x", "4194303" };

		(void)!unlink("/proc/self");
		CHECK(!others[i] || symlink(others[i], "/proc/self") == 0);
		e = NSERR_INIT;
		CHECK_INT(proc_stat_check(&e), -EXDEV);
		CHECK_STR(unit_message(&e), "/proc belongs to another pid namespace");
		CHECK_STR(e.hint, "mount the proc file system of this pid namespace: "
				  "mount -t proc proc /proc");
	}
}

static void another_file_system_on_proc_is_refused(void)
{
	sandbox(0, cover_proc);
}

UNIT_MAIN(CASE(another_file_system_on_proc_is_refused),
	  CASE(parses_the_stat_of_an_executed_process),
	  CASE(detects_processes_that_have_not_executed), CASE(refuses_an_invalid_stat),
	  CASE(the_name_ends_at_the_last_parenthesis))
