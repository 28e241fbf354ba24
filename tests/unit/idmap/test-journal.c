// SPDX-License-Identifier: GPL-2.0-or-later
/* test-journal: opens, writes and reads the journal of a change of file owners, in an empty /run.
 */
#include "idmap/journal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "../fault.h"
#include "../sandbox.h"

static const struct statx root = { .stx_dev_major = 8, .stx_dev_minor = 1, .stx_ino = 2 };

#define FILE_NAME "/run/nsutils/chown-8:1-2"

/* Opens the journal. Returns 0 or a negative errno, with the message in e. */
static int open_journal(struct journal *j, struct nserr *e)
{
	*j = JOURNAL_INIT;
	*e = NSERR_INIT;
	return journal_open(j, &root, e);
}

static void empty_run(void)
{
	sandbox_tmpfs("/run");
	unsetenv("XDG_RUNTIME_DIR");
}

static void keeps_a_record(const char *dir)
{
	const struct journal_record r = { .ino = 7, .uid = 5, .gid = 6 };
	struct statx same = { .stx_ino = 7, .stx_uid = 5, .stx_gid = 6 }, other;
	struct journal j, second;
	struct nserr e;
	struct stat st;

	(void)dir;
	empty_run();
	umask(0777);
	CHECK_INT(open_journal(&j, &e), 0);
	CHECK_INT(umask(022), 0777);
	CHECK(stat("/run/nsutils", &st) == 0 && (st.st_mode & 07777) == 0755);
	CHECK(stat(FILE_NAME, &st) == 0 && (st.st_mode & 07777) == 0600);
	CHECK(!j.pending);
	CHECK(!journal_matches(&j, &same));
	CHECK_INT(journal_write(&j, &r), 0);
	CHECK(journal_matches(&j, &same));
	/* another process must not use the journal at the same time */
	CHECK_INT(open_journal(&second, &e), -EWOULDBLOCK);
	CHECK(strstr(e.what, "another process is changing the file owners"));
	second.pending = true;
	journal_close(&second);
	/* a pending record survives the process */
	journal_close(&j);
	CHECK_INT(access(FILE_NAME, F_OK), 0);
	CHECK_INT(open_journal(&j, &e), 0);
	CHECK(j.pending && journal_matches(&j, &same));
	for (int i = 0; i < 3; i++) {
		other = same;
		other.stx_ino += i == 0;
		other.stx_uid += i == 1;
		other.stx_gid += i == 2;
		CHECK(!journal_matches(&j, &other));
	}
	CHECK_INT(journal_clear(&j), 0);
	CHECK(!j.pending);
	journal_close(&j);
	CHECK(access(FILE_NAME, F_OK) < 0);
}

/* Changes the journal file with a pending record, and checks that the record is ignored. */
static void ignores_a_damaged_record(const char *dir)
{
	const struct journal_record r = { .ino = 7 };
	struct journal j;
	struct nserr e;
	struct stat st;
	char *whole, byte;
	int fd;

	(void)dir;
	empty_run();
	CHECK_INT(open_journal(&j, &e), 0);
	CHECK_INT(journal_write(&j, &r), 0);
	journal_close(&j);
	CHECK_INT(stat(FILE_NAME, &st), 0);
	whole = malloc((size_t)st.st_size);
	fd = open(FILE_NAME, O_RDWR | O_CLOEXEC);
	CHECK_INT(read(fd, whole, (size_t)st.st_size), st.st_size);
	/* the record is too short, or begins with another magic number */
	for (int i = 0; i < 2; i++) {
		byte = (char)(whole[0] + 1);
		if (i == 0)
			CHECK_INT(ftruncate(fd, st.st_size - 1), 0);
		else
			CHECK_INT(pwrite(fd, &byte, 1, 0), 1);
		CHECK_INT(open_journal(&j, &e), 0);
		CHECK(!j.pending);
		j.pending = true; /* keep the file */
		journal_close(&j);
		CHECK_INT(pwrite(fd, whole, (size_t)st.st_size, 0), st.st_size);
	}
	close(fd);
	free(whole);
	CHECK_INT(open_journal(&j, &e), 0);
	CHECK(j.pending);
	/* it has too many bytes of capabilities */
	j.record.ncaps = JOURNAL_CAPS_MAX + 1;
	CHECK_INT(journal_write(&j, &j.record), 0);
	journal_close(&j);
	CHECK_INT(open_journal(&j, &e), 0);
	CHECK(!j.pending);
	journal_close(&j);
}

static void uses_a_directory_of_the_user(const char *dir)
{
	char path[5000], file[200];
	struct journal j;
	struct nserr e;

	empty_run();
	/* other users could replace files in /run/nsutils */
	CHECK_INT(mkdir("/run/nsutils", 0775), 0);
	CHECK_INT(chmod("/run/nsutils", 0775), 0);
	CHECK_INT(open_journal(&j, &e), -EPERM);
	CHECK(strstr(e.what, "cannot use the directory '/run/nsutils'"));
	CHECK_STR(e.hint, "set XDG_RUNTIME_DIR to a directory that you own");
	setenv("XDG_RUNTIME_DIR", "", 1);
	CHECK_INT(open_journal(&j, &e), -EPERM);
	setenv("XDG_RUNTIME_DIR", "relative", 1);
	CHECK_INT(open_journal(&j, &e), -EPERM);
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	setenv("XDG_RUNTIME_DIR", path, 1);
	CHECK_INT(open_journal(&j, &e), -ENAMETOOLONG);
	setenv("XDG_RUNTIME_DIR", dir, 1);
	CHECK_INT(open_journal(&j, &e), 0);
	snprintf(file, sizeof(file), "%s/nsutils/chown-8:1-2", dir);
	CHECK_INT(access(file, F_OK), 0);
	journal_close(&j);
	/* a link in the place of the file is refused; if the file cannot be opened, the directory
	 * of the user is used */
	CHECK_INT(chmod("/run/nsutils", 0755), 0);
	CHECK_INT(symlink("other", FILE_NAME), 0);
	unsetenv("XDG_RUNTIME_DIR");
	CHECK_INT(open_journal(&j, &e), -ELOOP);
	CHECK(unlink(FILE_NAME) == 0 && mkdir(FILE_NAME, 0755) == 0);
	setenv("XDG_RUNTIME_DIR", dir, 1);
	CHECK_INT(open_journal(&j, &e), 0);
	CHECK_INT(rmdir(FILE_NAME), 0);
	journal_close(&j);
	/* a link in place of the directory could lead anywhere */
	CHECK_INT(rmdir("/run/nsutils"), 0);
	CHECK_INT(symlink("/tmp", "/run/nsutils"), 0);
	unsetenv("XDG_RUNTIME_DIR");
	CHECK_INT(open_journal(&j, &e), -ENOTDIR);
	CHECK(strstr(e.what, "cannot use the directory '/run/nsutils'"));
}

static int try_journal(void)
{
	const struct journal_record r = { .ino = 7 };
	struct journal j;
	struct nserr e;
	int rc;

	fault_begin();
	rc = open_journal(&j, &e);
	if (rc == 0) {
		rc = journal_write(&j, &r);
		j.pending = false;
	} else if (!e.what[0]) {
		rc = 1;
	}
	journal_close(&j);
	fault_end();
	return rc;
}

static void reports_failed_calls(const char *dir)
{
	(void)dir;
	empty_run();
	CHECK_INT(try_journal(), 0);
	CHECK_INT(fault_answer(try_journal, SYS_flock, 1, -EINTR), 0);
	CHECK_INT(fault_answer(try_journal, SYS_flock, 1, -EIO), -EIO);
	CHECK_INT(fault_answer(try_journal, SYS_pread64, 1, -EINTR), 0);
	CHECK_INT(fault_answer(try_journal, SYS_pread64, 1, -EIO), -EIO);
	CHECK_INT(fault_answer(try_journal, SYS_pwrite64, 1, -EINTR), 0);
	CHECK_INT(fault_answer(try_journal, SYS_pwrite64, 1, -EIO), -EIO);
	/* a full file system takes a part of the record */
	CHECK_INT(fault_answer(try_journal, SYS_pwrite64, 1, 9), -ENOSPC);
	CHECK_INT(fault_answer(try_journal, SYS_newfstatat, 1, -EIO), -EPERM);
	CHECK_INT(fault_answer(try_journal, SYS_openat, 2, -EACCES), -EACCES);
}

static void a_record_survives_until_it_is_cleared(void)
{
	sandbox(0, keeps_a_record);
}

static void a_damaged_record_is_ignored(void)
{
	sandbox(0, ignores_a_damaged_record);
}

static void an_unsafe_directory_is_refused(void)
{
	sandbox(0, uses_a_directory_of_the_user);
}

static void a_failed_call_is_reported(void)
{
	if (fault_require())
		sandbox(0, reports_failed_calls);
}

UNIT_MAIN(CASE(a_record_survives_until_it_is_cleared), CASE(a_damaged_record_is_ignored),
	  CASE(an_unsafe_directory_is_refused), CASE(a_failed_call_is_reported))
