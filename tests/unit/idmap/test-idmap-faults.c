// SPDX-License-Identifier: GPL-2.0-or-later
/* test-idmap-faults: makes each system call of the functions in lib/idmap fail (fault.h). */
#include <pwd.h>

#include "../fault.h"
#include "../sandbox.h"
#include "idmap/journal.h"
#include "idmap/mount.h"
#include "idmap/newuidmap.h"
#include "idmap/plan.h"
#include "idmap/procfile.h"
#include "idmap/subid_lint.h"
#include "idmap/view.h"
#include "idmap/writer.h"

static pid_t child;
static char path[64];

/* Starts a child in a new user namespace without maps. Returns true on success. */
static bool start_child(void)
{
	child = sandbox_child(CLONE_NEWUSER);
	return child > 0;
}

static int open_child(void)
{
	char name[32];

	snprintf(name, sizeof(name), "/proc/%d", child);
	return open(name, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Returns the map of one id, 5 inside and 0 outside. */
static struct idmaps single(void)
{
	struct idmaps m = IDMAPS_INIT;

	CHECK_INT(idmap_append(&m.map[IDMAP_UID], (struct idmap_extent){ 5, 0, 1, 0 }), 0);
	CHECK_INT(idmap_append(&m.map[IDMAP_GID], (struct idmap_extent){ 5, 0, 1, 0 }), 0);
	return m;
}

static bool is_single(const struct idmap *m)
{
	return m->n == 1 && m->ext[0].inside == 5 && m->ext[0].outside == 0 && m->ext[0].count == 1;
}

/* Prepares, writes and verifies the maps of a child. */
static int try_write(void)
{
	cleanup_idmaps struct idmaps m = single(), back = IDMAPS_INIT;
	struct nserr e = NSERR_INIT;
	enum idmap_writer w;
	int proc, rc;
	bool right;

	if (!start_child())
		return 1;
	proc = open_child();
	fault_begin();
	rc = idmaps_prepare(&m, 0, 0, false, &w, &e);
	if (rc == 0)
		rc = idmaps_write_by(w, proc, &m, -1, &e);
	if (rc == 0)
		rc = idmaps_verify(proc, &m, &e);
	fault_end();
	right = rc < 0 || (idmaps_read(proc, &back, &e) == 0 && is_single(&back.map[IDMAP_UID]) &&
			   is_single(&back.map[IDMAP_GID]));
	close(proc);
	sandbox_end_child(child);
	return right ? fault_result(rc, &e, true) : 1;
}

/* Writes a map that the kernel refuses. The search for the reason can fail, but the error of the
 * kernel must still be returned. */
static struct idmap_extent refused;
static bool of_self; /* the map is written to the calling process, which has a map already */

static int try_refused(void)
{
	cleanup_idmaps struct idmaps m = IDMAPS_INIT;
	struct nserr e = NSERR_INIT;
	int proc, rc;

	if (!start_child() || idmap_append(&m.map[IDMAP_UID], refused) < 0 ||
	    idmap_append(&m.map[IDMAP_GID], refused) < 0)
		return 1;
	proc = of_self ? open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC) : open_child();
	fault_begin();
	rc = idmaps_write(proc, &m, &e);
	fault_end();
	close(proc);
	sandbox_end_child(child);
	return rc < 0 && e.what[0] ? 0 : 1;
}

/* Writes a map with newuidmap(1), which the seccomp filter kills. Returns the result, or 1 if there
 * is no message. */
static int run_helpers(void)
{
	cleanup_idmaps struct idmaps m = single();
	struct nserr e = NSERR_INIT;
	int proc, rc;

	m.setgroups = IDMAP_SETGROUPS_DENY;
	if (!start_child())
		return 1;
	proc = open_child();
	fault_begin();
	rc = idmaps_write_helpers(proc, &m, -1, &e);
	fault_end();
	close(proc);
	sandbox_end_child(child);
	return e.what[0] ? rc : 1;
}

/* Returns 0 if idmaps_write_helpers() has reported a failure. */
static int try_helpers(void)
{
	return run_helpers() < 0 ? 0 : 1;
}

/* Verifies a map that differs from the map of the process. idmaps_verify() must fail. */
static int try_verify(void)
{
	cleanup_idmaps struct idmaps m = single();
	struct nserr e = NSERR_INIT;
	int proc = open_child(), rc;

	m.map[IDMAP_GID].ext[0].inside = 6;
	fault_begin();
	rc = idmaps_verify(proc, &m, &e);
	fault_end();
	close(proc);
	return rc < 0 && e.what[0] ? 0 : 1;
}

static int try_view(void)
{
	cleanup_idmaps struct idmaps m = IDMAPS_INIT;
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = idmap_view_read(path, &m, &e);
	return fault_result(rc, &e, is_single(&m.map[IDMAP_UID]) && is_single(&m.map[IDMAP_GID]));
}

static int try_view_open(void)
{
	struct idmap_view n = IDMAP_VIEW_INIT;
	struct nserr e = NSERR_INIT;
	bool right;
	int rc;

	fault_begin();
	rc = idmap_view_open(path, &n, &e);
	fault_end();
	right = is_single(&n.view[IDMAP_VIEW_ME].map[IDMAP_UID]);
	for (int i = 0; i < IDMAP_VIEW_VIEWS; i++)
		right = right && (n.known[i] || n.view[i].map[IDMAP_UID].n == 0);
	idmap_view_free(&n);
	return fault_result(rc, &e, right);
}

/* Calls idmap_view_sees_all() and ignores the result. If a system call fails, the function returns
 * false, which is always safe: it means that an id that is missing in the maps may be mapped. */
static int try_sees(void)
{
	fault_begin();
	(void)!idmap_view_sees_all(path);
	fault_end();
	return 0;
}

static int try_mount(void)
{
	cleanup_idmaps struct idmaps m = single();
	struct nserr e = NSERR_INIT;
	int fd;

	fault_begin();
	fd = idmap_mount_tree(AT_FDCWD, path, true, &m, &e);
	fault_end();
	if (fd < 0)
		return e.what[0] ? fd : 1;
	close(fd);
	return 0;
}

static void maps(const char *in)
{
	cleanup_idmaps struct idmaps m = single();
	struct nserr e = NSERR_INIT;
	int proc;

	fault_all("idmaps_write", try_write, NULL);
	if (access("/usr/bin/newuidmap", X_OK) == 0) {
		fault_all("idmaps_write_helpers", try_helpers, NULL);
		CHECK_INT(fault_answer(run_helpers, SYS_poll, 1, -ENOMEM), -ENOMEM);
		CHECK_INT(fault_answer(run_helpers, SYS_pipe2, 1, -EMFILE), -EMFILE);
	}
	/* the parent does not map the outside id 1000 */
	refused = (struct idmap_extent){ 0, 1000, 1, 0 };
	fault_all("a map of missing ids", try_refused, NULL);
	refused = (struct idmap_extent){ 0, 0, 2, 0 };
	fault_all("a map of too many ids", try_refused, NULL);
	refused = (struct idmap_extent){ 0, 0, 1, 0 };
	of_self = true;
	fault_all("a map of the own process", try_refused, NULL);
	CHECK(start_child());
	proc = open_child();
	m.setgroups = IDMAP_SETGROUPS_DENY;
	CHECK_INT(idmaps_write(proc, &m, &e), 0);
	CHECK_STR(unit_message(&e), "");
	close(proc);
	fault_all("idmaps_verify", try_verify, NULL);
	snprintf(path, sizeof(path), "user:%d", child);
	fault_all("idmap_view_read of a process", try_view, NULL);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", child);
	fault_all("idmap_view_read of a file", try_view, NULL);
	fault_all("idmap_view_open", try_view_open, NULL);
	fault_all("idmap_view_sees_all", try_sees, NULL);
	sandbox_end_child(child);
	/* an idmapped mount of a tmpfs that belongs to this user namespace */
	snprintf(path, sizeof(path), "%s", in);
	/* tmpfs supports idmapped mounts since Linux 6.3 */
	if (try_mount() == 0) {
		fault_all("idmap_mount_tree", try_mount, NULL);
		CHECK_INT(fault_answer(try_mount, SYS_write, 1, -EPERM), -EPERM);
		CHECK_INT(fault_answer(try_mount, SYS_write, 2, -EIO), -EIO);
		CHECK_INT(fault_answer(try_mount, SYS_open_tree, 1, -ENOSYS), -ENOSYS);
		CHECK_INT(fault_answer(try_mount, SYS_mount_setattr, 1, -EINVAL), -EINVAL);
	}
}

static void a_failed_call_writes_or_reads_no_wrong_map(void)
{
	if (fault_require())
		sandbox(CLONE_NEWPID, maps);
}

/* ---- Users and subordinate ids */

static const char *user = "nobody";
static char want[4096];

static int try_subids(void)
{
	struct subid_user u = { .has_uid = false };
	cleanup_subids struct subids s = SUBIDS_INIT;
	struct nserr e = NSERR_INIT;
	cleanup_buf struct buf out = BUF_INIT;
	int rc;

	fault_begin();
	rc = subid_user(user, &u, &e);
	for (int k = 0; rc == 0 && k < IDMAP_KINDS; k++)
		rc = subid_ranges(&u, (enum idmap_kind)k, &s, &e);
	fault_end();
	buf_printf(&out, "%s %u %u:", u.name, (unsigned)u.uid, (unsigned)u.gid);
	for (size_t i = 0; i < s.n; i++)
		buf_printf(&out, " %u+%u", s.r[i].start, s.r[i].count);
	return fault_result(rc, &e, out.s && streq(out.s, want));
}

/* Returns true for ENOENT, which is accepted, because a missing file means that there are no
 * ranges. */
static bool no_file(const char *why, const struct fault_run *f)
{
	return f->error == ENOENT && f->result == 1 && why;
}

/* Returns true for descriptors that remain open, which are accepted, because NSS modules can leave
 * files open. */
static bool nss_leaks(const char *why, const struct fault_run *f)
{
	(void)f;
	return streq(why, "left a descriptor open");
}

/* Searches for a user who does not exist. The search in /etc/passwd must end, too. */
static int try_missing_user(void)
{
	struct subid_user u = { .has_uid = false };
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = subid_user("no-such-user", &u, &e);
	return fault_result(rc, &e, !u.has_uid);
}

static int try_lint(void)
{
	cleanup_buf struct buf out = BUF_INIT;
	struct nserr partial = NSERR_INIT, e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = subid_lint_files(&out, &partial, &e);
	return fault_result(rc, &e, true);
}

static int try_plan(void)
{
	static const enum idmap_plan_style styles[] = { IDMAP_PLAN_AUTO, IDMAP_PLAN_ROOT,
							IDMAP_PLAN_IDENTITY, IDMAP_PLAN_KEEP_ID };
	struct nserr e = NSERR_INIT, note = NSERR_INIT;
	int rc = 0;

	fault_begin();
	for (size_t i = 0; rc == 0 && i < ARRAY_SIZE(styles); i++) {
		const struct idmap_plan_request r = { .style = styles[i] };
		cleanup_idmaps struct idmaps m = IDMAPS_INIT;

		rc = idmap_plan_make(&r, &m, &note, &e);
		/* the subuid file of the test has no ranges for root */
		if (rc < 0 && styles[i] == IDMAP_PLAN_KEEP_ID && e.what[0])
			rc = 0;
		else if (rc == 0 && m.map[IDMAP_UID].n == 0)
			rc = 1;
	}
	fault_end();
	return rc > 0 ? 1 : fault_result(rc, &e, true);
}

/* The answer of the check depends on the system, but a failed call must not crash the check or
 * leave a descriptor or a child. */
static int try_check(void)
{
	cleanup_idmaps struct idmaps m = single();
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = newuidmap_check(&m, &e);
	fault_end();
	return rc < 0 && !e.what[0] ? 1 : 0;
}

static void users(const char *in)
{
	const struct passwd *pw = getpwnam(user);
	cleanup_fd int fd = -1;
	char file[64];

	/* create files of ranges for the test, because the system may have none */
	snprintf(file, sizeof(file), "%s/sub", in);
	fd = open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	CHECK(dprintf(fd, "nobody:100000:65536\nother:1:2\n%u:400000:7\n", pw ? pw->pw_uid : 1) >
	      0);
	for (int k = 0; k < IDMAP_KINDS; k++) {
		if (access(subid_files[k], F_OK) < 0 ||
		    mount(file, subid_files[k], NULL, MS_BIND, NULL) < 0) {
			printf("# cannot replace %s\n", subid_files[k]);
			return;
		}
	}
	if (!pw)
		return;
	snprintf(want, sizeof(want), "nobody %u %u: 100000+65536 400000+7 100000+65536 400000+7",
		 (unsigned)pw->pw_uid, (unsigned)pw->pw_gid);
	fault_all("subid_ranges", try_subids, no_file);
	fault_all("subid_user of a missing user", try_missing_user, NULL);
	fault_all("subid_lint_files", try_lint, nss_leaks);
	fault_all("idmap_plan_make", try_plan, NULL);
	fault_all("newuidmap_check", try_check, NULL);
}

static void a_failed_call_finds_no_wrong_ranges(void)
{
	if (fault_require())
		sandbox(0, users);
}

/* ---- The journal of chown */

static struct statx journal_of; /* the directory whose owners change */

/* Writes a record and closes the journal, as if the process had been killed. Then opens the journal
 * again, and reads and removes the record. */
static int try_journal(void)
{
	const struct journal_record r = { .ino = 7, .born = 8, .uid = 9, .gid = 10, .ncaps = 1 };
	struct journal j = JOURNAL_INIT;
	struct nserr e = NSERR_INIT;
	struct stat st;
	bool right = true;
	int rc;

	fault_begin();
	rc = journal_open(&j, &journal_of, &e);
	if (rc == 0) {
		rc = journal_write(&j, &r);
		if (rc < 0)
			nserr_set(&e, rc, "cannot write");
	}
	journal_close(&j);
	if (rc == 0) {
		j = JOURNAL_INIT;
		rc = journal_open(&j, &journal_of, &e);
		right = rc < 0 || (j.pending && j.record.ino == 7 && j.record.gid == 10 &&
				   j.record.ncaps == 1 && j.record.written > 0);
		if (rc == 0) {
			rc = journal_clear(&j);
			if (rc < 0)
				nserr_set(&e, rc, "cannot clear");
		}
		journal_close(&j);
	}
	fault_end();
	right = right && umask(0) == 027;
	umask(027);
	/* if no call has failed, the directory must have the mode 0755 and must be empty */
	if (!fault_run_now->target)
		right = right && stat("/run/nsutils", &st) == 0 && (st.st_mode & 07777) == 0755 &&
			rmdir("/run/nsutils") == 0;
	return fault_result(rc, &e, right);
}

static void journals(const char *in)
{
	const struct journal_record r = { .ino = 7, .uid = 9, .gid = 10, .ncaps = 1 };
	struct journal j = JOURNAL_INIT, second = JOURNAL_INIT;
	struct statx st = { .stx_ino = 7, .stx_uid = 9, .stx_gid = 10 };
	struct nserr e = NSERR_INIT;

	CHECK(statx(AT_FDCWD, in, 0, STATX_BASIC_STATS, &journal_of) == 0);
	sandbox_tmpfs("/run");
	umask(027);
	fault_all("journal_open", try_journal, NULL);

	/* only one process at a time can use a journal */
	CHECK_INT(journal_open(&j, &journal_of, &e), 0);
	CHECK(!j.pending);
	CHECK_INT(journal_open(&second, &journal_of, &e), -EWOULDBLOCK);
	CHECK(second.fd >= 0);
	CHECK_STR(unit_message(&e),
		  "another process is changing the file owners in this directory");
	/* do not unlink the file of the process that has the lock */
	util_close(&second.fd);
	util_close(&second.dir);

	/* the record describes one file */
	CHECK_INT(journal_write(&j, &r), 0);
	CHECK(journal_matches(&j, &st));
	st.stx_ino = 8;
	CHECK(!journal_matches(&j, &st));
	st.stx_ino = 7;
	st.stx_uid = 8;
	CHECK(!journal_matches(&j, &st));
	st.stx_uid = 9;
	st.stx_gid = 9;
	CHECK(!journal_matches(&j, &st));
	st.stx_gid = 10;
	st.stx_mask = STATX_BTIME;
	st.stx_btime.tv_nsec = 1;
	CHECK(!journal_matches(&j, &st));
	CHECK_INT(journal_clear(&j), 0);
	CHECK(!journal_matches(&j, &st));
	journal_close(&j);

	/* other users must not be able to replace files in the directory */
	CHECK(chmod("/run/nsutils", 0775) == 0);
	CHECK(unsetenv("XDG_RUNTIME_DIR") == 0);
	e = NSERR_INIT;
	j = JOURNAL_INIT;
	CHECK_INT(journal_open(&j, &journal_of, &e), -EPERM);
	CHECK_INT(j.fd, -1);
	CHECK_STR(unit_message(&e),
		  "cannot use the directory '/run/nsutils': Operation not permitted");
	CHECK_STR(e.hint, "set XDG_RUNTIME_DIR to a directory that you own");
	CHECK(setenv("XDG_RUNTIME_DIR", in, 1) == 0);
	CHECK_INT(journal_open(&j, &journal_of, &e), 0);
	CHECK(fcntl(j.fd, F_GETFD) & FD_CLOEXEC);
	journal_close(&j);
}

static void a_failed_call_leaves_no_wrong_journal(void)
{
	if (fault_require())
		sandbox(0, journals);
}

UNIT_MAIN(CASE(a_failed_call_leaves_no_wrong_journal),
	  CASE(a_failed_call_writes_or_reads_no_wrong_map),
	  CASE(a_failed_call_finds_no_wrong_ranges))
