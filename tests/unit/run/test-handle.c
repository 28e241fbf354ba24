// SPDX-License-Identifier: GPL-2.0-or-later
/* test-handle: writes and removes the file of --pid-file in the place of other files. */
#include "run/handle.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "../fault.h"
#include "../sandbox.h"
#include "kernel/sys_cap.h"

#define PID 4711

static struct handle h;
static struct nserr e;

/* Writes the pid file. Returns 0 or a negative errno, with the message in e. */
static int write_pid(const char *path)
{
	int rc;

	h = HANDLE_INIT;
	e = NSERR_INIT;
	h.pid_file = path;
	rc = handle_hold(&h, &e);
	return rc < 0 ? rc : handle_identified(&h, PID, &e);
}

/* Removes the pid file, as at the end of the program. Returns 0 or a negative errno. */
static int end_pid(void)
{
	int rc = handle_ended(&h, 0, &e);

	trustpath_free(&h.pid_path);
	return rc;
}

static bool contains(const char *path, const char *text)
{
	char got[64];

	return file_read_at(AT_FDCWD, path, got, sizeof(got)) >= 0 && streq(got, text);
}

static void replaces_and_removes(const char *dir)
{
	CHECK_INT(chdir(dir), 0);
	CHECK_INT(write_pid("pid"), 0);
	CHECK(contains("pid", "4711\n"));
	CHECK_INT(end_pid(), 0);
	CHECK(!unit_exists("pid"));
	/* the file of an earlier run, and a link to a file, which are replaced */
	unit_put(AT_FDCWD, "pid", "1234567890\n");
	CHECK_INT(write_pid("pid"), 0);
	CHECK(contains("pid", "4711\n"));
	CHECK_INT(end_pid(), 0);
	CHECK(!unit_exists("pid"));
	/* a file that another run has put there is not removed */
	CHECK_INT(write_pid("pid"), 0);
	unit_put(AT_FDCWD, "other", "1\n");
	CHECK_INT(rename("other", "pid"), 0);
	CHECK_INT(end_pid(), 0);
	CHECK(contains("pid", "1\n"));
	/* the file of another run may have the same inode number */
	CHECK_INT(write_pid("pid"), 0);
	CHECK_INT(utimensat(AT_FDCWD, "pid", (const struct timespec[2]){ { 1, 0 }, { 1, 0 } }, 0),
		  0);
	CHECK_INT(end_pid(), 0);
	CHECK(contains("pid", "4711\n"));
	/* a file that is missing at the end is no error */
	CHECK_INT(write_pid("pid"), 0);
	CHECK_INT(unlink("pid"), 0);
	CHECK_INT(end_pid(), 0);
	CHECK_INT(chdir("/"), 0);
}

static void refuses_other_files(const char *dir)
{
	int line[2];
	char path[32], text[16];

	CHECK_INT(chdir(dir), 0);
	CHECK_INT(mkdir("dir", 0755), 0);
	CHECK_INT(write_pid("dir"), -EINVAL);
	CHECK_STR(unit_message(&e), "cannot write the pid to 'dir': Is a directory");
	end_pid();
	CHECK_INT(mkfifo("fifo", 0644), 0);
	CHECK_INT(write_pid("fifo"), -EINVAL);
	CHECK_STR(unit_message(&e),
		  "cannot write the pid to 'fifo': neither a file nor a character device");
	end_pid();
	CHECK(unit_exists("dir") && unit_exists("fifo"));
	CHECK(write_pid("no/such") < 0);
	CHECK(e.what[0]);
	end_pid();
	/* a device and a descriptor are written to, and stay */
	CHECK_INT(write_pid("/dev/null"), 0);
	CHECK_INT(end_pid(), 0);
	CHECK(unit_exists("/dev/null"));
	CHECK_INT(pipe(line), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", line[1]);
	CHECK_INT(write_pid(path), 0);
	CHECK_INT(end_pid(), 0);
	CHECK_INT(read(line[0], text, sizeof(text)), 5);
	CHECK(memcmp(text, "4711\n", 5) == 0);
	close(line[0]);
	close(line[1]);
	CHECK_INT(chdir("/"), 0);
}

/* The caller may write to the file, but not to its directory. */
static void overwrites(const char *dir)
{
	CHECK_INT(chdir(dir), 0);
	unit_put(AT_FDCWD, "pid", "1234567890\n");
	unit_put(AT_FDCWD, "two", "1\n");
	CHECK_INT(link("two", "link"), 0);
	unit_put(AT_FDCWD, "closed", "1\n");
	CHECK_INT(chmod("closed", 0444), 0);
	CHECK_INT(chmod(".", 0555), 0);
	sandbox_drop_caps();
	CHECK_INT(write_pid("pid"), 0);
	CHECK(contains("pid", "4711\n"));
	/* the file is ours, but cannot be removed */
	CHECK_INT(end_pid(), -EACCES);
	CHECK_STR(unit_message(&e), "cannot remove 'pid': Permission denied");
	/* a file with another link may belong to something else */
	CHECK_INT(write_pid("two"), -EACCES);
	CHECK_STR(unit_message(&e), "cannot replace 'two': Permission denied");
	CHECK(contains("two", "1\n"));
	end_pid();
	CHECK_INT(write_pid("closed"), -EACCES);
	CHECK(contains("closed", "1\n"));
	end_pid();
	CHECK_INT(write_pid("new"), -EACCES);
	CHECK_STR(unit_message(&e), "cannot create 'new': Permission denied");
	end_pid();
	CHECK_INT(chmod(".", 0755), 0);
	CHECK_INT(chdir("/"), 0);
}

static void the_pid_file_replaces_only_a_file(void)
{
	sandbox(0, replaces_and_removes);
	sandbox(0, refuses_other_files);
}

static void a_file_in_a_closed_directory_is_overwritten(void)
{
	sandbox(0, overwrites);
}

/* ---- Failing system calls ---- */

static const char *where; /* path of the pid file */

/* Writes a pid file, and removes it. */
static int try_write(void)
{
	int rc;

	fault_begin();
	rc = write_pid(where);
	fault_end();
	if (rc == 0 && !streq(where, "/dev/null") && !contains(where, "4711\n"))
		rc = 1;
	else if (rc < 0 && !e.what[0])
		rc = 1;
	h.pid_file_ours = false;
	trustpath_free(&h.pid_path);
	return rc;
}

/* Writes a pid file that does not exist before. */
static int try_create(void)
{
	unlink(where);
	return try_write();
}

/* Overwrites a pid file. */
static int try_overwrite(void)
{
	unit_put(AT_FDCWD, where, "1234567890\n");
	return try_write();
}

static void fails_to_write(const char *dir)
{
	CHECK_INT(chdir(dir), 0);
	where = "/dev/null";
	fault_all("a device", try_write, NULL);
	where = "pid";
	unit_put(AT_FDCWD, "pid", "");
	fault_all("a file that is replaced", try_overwrite, NULL);
	/* another run creates the file and removes it again; the first two calls resolve the path
	 */
	CHECK_INT(fault_answer(try_create, SYS_openat, 3, -EEXIST), 0);
	unit_put(AT_FDCWD, "pid", "");
	CHECK_INT(chmod(".", 0555), 0);
	sandbox_drop_caps();
	fault_all("a file that is overwritten", try_overwrite, NULL);
	CHECK_INT(chmod(".", 0755), 0);
	CHECK_INT(chdir("/"), 0);
}

static void a_failed_call_is_reported(void)
{
	if (fault_require())
		sandbox(0, fails_to_write);
}

UNIT_MAIN(CASE(the_pid_file_replaces_only_a_file),
	  CASE(a_file_in_a_closed_directory_is_overwritten), CASE(a_failed_call_is_reported))
