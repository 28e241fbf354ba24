// SPDX-License-Identifier: GPL-2.0-or-later
/* test-kernel-faults: makes each system call of functions in lib/kernel, lib/base, lib/cgroup and
 * lib/cred fail (fault.h). */
#include <sys/mount.h>

#include "../fault.h"
#include "../sandbox.h"
#include "base/stream.h"
#include "cgroup/cgroup.h"
#include "cgroup/memory.h"
#include "cred/as.h"
#include "cred/cred.h"
#include "kernel/feature.h"
#include "kernel/mountinfo.h"
#include "kernel/nsfile.h"
#include "kernel/sysctl.h"
#include "kernel/trustpath.h"
#include "kernel/walk.h"

static const char *dir; /* a directory with the files of prepare() */
static const char *name;

/* Creates in dir: the directories a/b with OPEN files f1, f2, …, the link `link` to a/b, and the
 * file `text`. */
#define FILES 3
static void prepare(const char *in)
{
	cleanup_fd int a = -1;
	char file[16];

	dir = in;
	CHECK(chdir(in) == 0);
	CHECK(mkdir("a", 0755) == 0 && mkdir("a/b", 0755) == 0);
	CHECK(symlink("a/b", "link") == 0);
	a = open("a/b", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < FILES; i++) {
		snprintf(file, sizeof(file), "f%d", i);
		close(openat(a, file, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
	}
	CHECK_INT(mknod("text", S_IFREG | 0644, 0), 0);
	CHECK_INT(file_write_at(AT_FDCWD, "text", "4711\n"), 0);
}

/* ---- Paths and directory trees */

static unsigned resolve_flags;

static int try_resolve(void)
{
	struct trustpath t = TRUSTPATH_INIT;
	struct nserr e = NSERR_INIT;
	struct stat got, want;
	bool right = false;
	int rc;

	fault_begin();
	rc = trustpath_resolve(name, resolve_flags, &t, &e);
	fault_end();
	if (rc == 0)
		right = fstat(t.dir, &got) == 0 && stat("a/b", &want) == 0 &&
			got.st_ino == want.st_ino && streq(t.name, "new");
	trustpath_free(&t);
	return fault_result(rc, &e, right);
}

static int try_check_dir(void)
{
	cleanup_fd int fd = open("a", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = trustpath_check_dir(fd, "a", &e);
	return fault_result(rc, &e, true);
}

struct seen {
	int files, mounts, errors;
};

static int see(void *ctx, struct walk *w, enum walk_event event, int fd, const struct statx *st,
	       int err)
{
	struct seen *seen = ctx;

	(void)fd;
	(void)st;
	if (event == WALK_ERROR && (err >= 0 || !walk_path(w)[0]))
		return -EBADMSG;
	seen->files += event == WALK_FILE;
	seen->mounts += event == WALK_MOUNT;
	seen->errors += event == WALK_ERROR;
	return 0;
}

/* The walk must visit every file or report an error. ENOENT means that another process has removed
 * the file. After ENOSYS, the C library emulates statx(2) without a mount id, so the walk takes the
 * file for a mount point. */
static int try_walk(void)
{
	cleanup_fd int fd = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct seen seen = { 0, 0, 0 };
	bool failed;
	struct walk w = WALK_INIT(see, &seen);
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = walk_tree(&w, fd, ".", &e);
	fault_end();
	if (rc == -EBADMSG)
		return 1;
	failed = fault_run_now->number >= 0 &&
		 (seen.errors + seen.mounts > 0 || fault_run_now->error == ENOENT);
	return fault_result(rc, &e, failed || seen.files == 5 + FILES);
}

static void paths(const char *in)
{
	prepare(in);
	name = "link/../b/new";
	fault_all("trustpath_resolve", try_resolve, NULL);
	resolve_flags = TRUSTPATH_DIRS;
	fault_all("trustpath_resolve of a path with trusted directories", try_resolve, NULL);
	fault_all("trustpath_check_dir", try_check_dir, NULL);
	fault_all("walk_tree", try_walk, NULL);
}

static void a_failed_call_leads_to_no_wrong_file(void)
{
	if (!fault_supported()) {
		unit_skip("no faults here");
		return;
	}
	sandbox(0, paths);
}

/* ---- Files of the proc file system */

static int try_proc(void)
{
	struct nsfile_proc p = NSFILE_PROC_INIT;
	struct nserr e = NSERR_INIT;
	struct stat got = { .st_ino = 0 }, want;
	int fd = -1, rc;

	fault_begin();
	rc = nsfile_proc_open(&p, &e);
	if (rc == 0)
		fd = streq(name, "self/ns/uts") ? nsfile_open(&p, p.fd, name)
						: nsfile_open_mount(&p, AT_FDCWD, name);
	fault_end();
	if (fd >= 0)
		CHECK(fstat(fd, &got) == 0);
	util_close(&fd);
	nsfile_proc_close(&p);
	if (rc < 0)
		return fault_result(rc, &e, true);
	return stat("/proc/self/ns/uts", &want) == 0 && got.st_ino == want.st_ino ? 0 : -EAGAIN;
}

static int try_mountinfo(void)
{
	cleanup_mountinfo struct mountinfo m = MOUNTINFO_INIT;
	struct mountinfo_line line;
	struct nserr e = NSERR_INIT;
	unsigned n = 0;
	int rc;

	fault_begin();
	rc = mountinfo_read(&m, &e);
	fault_end();
	while (rc == 0 && mountinfo_next(&m, &line))
		n++;
	return fault_result(rc, &e, n > 1);
}

static int try_sysctl(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	if (file_write_at(AT_FDCWD, "/proc/sys/net/ipv4/ip_forward", "0") < 0)
		return 1;
	fault_begin();
	rc = sysctl_set("net.ipv4.ip_forward=1", &e);
	fault_end();
	return fault_result(rc, &e, sysctl_get("net/ipv4/ip_forward") == 1);
}

static int try_sysctl_get(void)
{
	int64_t v;

	fault_begin();
	v = sysctl_get("kernel/cap_last_cap");
	fault_end();
	return v == -1 ? -EAGAIN : v < 30 || v > 63;
}

static int try_stream(void)
{
	cleanup_free char *text = NULL;
	struct nserr e = NSERR_INIT;
	ssize_t n;
	int in;

	/* standard input is the file */
	in = open("text", O_RDONLY | O_CLOEXEC);
	if (in < 0 || dup2(in, 0) < 0)
		return 1;
	close(in);
	fault_begin();
	n = stream_read(name, &text, &e);
	fault_end();
	if (n < 0) {
		text = NULL;
		return fault_result((int)n, &e, true);
	}
	return fault_result(0, &e, n == 5 && memcmp(text, "4711\n", 5) == 0);
}

static int try_number(void)
{
	uint64_t v = 0;
	int rc;

	fault_begin();
	rc = file_read_u64(AT_FDCWD, "text", &v);
	return fault_result(rc, NULL, v == 4711);
}

static const struct feature *probed;

/* feature_has() must leave no child and no open descriptor, whatever it returns. */
static int try_feature(void)
{
	bool has;

	fault_begin();
	has = feature_has(probed);
	fault_end();
	return has ? 0 : -EAGAIN;
}

static void files(const char *in)
{
	static const struct feature *const probes[] = { &feature_pidfd, &feature_setns_pidfd,
							&feature_close_range, &feature_subreaper,
							&feature_children_file };

	prepare(in);
	CHECK(mknod("uts", S_IFREG | 0644, 0) == 0);
	CHECK(mount("/proc/self/ns/uts", "uts", NULL, MS_BIND, NULL) == 0);
	name = "self/ns/uts";
	fault_all("nsfile_open", try_proc, NULL);
	name = "uts";
	fault_all("nsfile_open_mount", try_proc, NULL);
	fault_all("mountinfo_read", try_mountinfo, NULL);
	fault_all("sysctl_set", try_sysctl, NULL);
	fault_all("sysctl_get", try_sysctl_get, NULL);
	name = "text";
	fault_all("stream_read", try_stream, NULL);
	name = "-";
	fault_all("stream_read of standard input", try_stream, NULL);
	fault_all("file_read_u64", try_number, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(probes); i++) {
		probed = probes[i];
		if (feature_has(probed))
			fault_all(probed->name, try_feature, NULL);
	}
}

static void a_failed_call_reads_no_wrong_file(void)
{
	if (!fault_supported()) {
		unit_skip("no faults here");
		return;
	}
	sandbox(CLONE_NEWNET, files);
}

/* ---- Control groups */

static int try_cgroup(void)
{
	struct cgroup c = { 0 };
	struct nserr e = NSERR_INIT;
	bool found = false;
	int rc;

	fault_begin();
	rc = cgroup_find(&c, NULL, &e);
	if (rc == 0)
		rc = cgroup_open(&c, false, NULL, 0, &e);
	if (rc == 0)
		rc = cgroup_check_frozen(&c, &e);
	fault_end();
	for (size_t i = 0; i < c.n; i++)
		found |= c.dir[i].fd >= 0;
	cgroup_free(&c);
	return fault_result(rc, &e, found);
}

static int try_memory(void)
{
	struct cgroup_memory m = CGROUP_MEMORY_INIT;
	bool right;
	int rc;

	fault_begin();
	rc = cgroup_memory_open(&m);
	fault_end();
	right = rc < 0 || (m.dir >= 0 && m.options[0] && m.root[0] == '/');
	util_close(&m.dir);
	return right ? fault_result(rc, NULL, true) : 1;
}

static void a_failed_call_finds_no_wrong_cgroup(void)
{
	struct cgroup c = { 0 };
	struct nserr e = NSERR_INIT;
	bool here;

	here = cgroup_find(&c, NULL, &e) == 0 && cgroup_open(&c, false, NULL, 0, &e) == 0;
	cgroup_free(&c);
	if (!here || !fault_supported()) {
		unit_skip("no faults or no cgroup here");
		return;
	}
	fault_all("cgroup_find", try_cgroup, NULL);
	fault_all("cgroup_memory_open", try_memory, NULL);
}

/* ---- The user of --as */

static int try_as(void)
{
	struct cred c = { .groups = NULL };
	struct nserr e = NSERR_INIT;
	const struct plan_step step = { .arg = &c };
	size_t groups;
	bool right;
	int rc;

	if (cred_as_parse(&c, name, &e) < 0)
		return 1;
	cred_as_prepare(&c);
	fault_begin();
	rc = cred_as.run(NULL, &step, &e);
	fault_end();
	/* a missing group file is the same as an empty one */
	groups = strchr(name, ':') || (fault_run_now->number >= 0 && fault_run_now->error == ENOENT)
			 ? 1
			 : 2;
	right = c.uid == 7 && c.gid == (strchr(name, ':') ? 9u : 8u) &&
		(c.ngroups == groups || c.ngroups == 2);
	right = right && c.as_user.home && streq(c.as_user.home, "/home/web");
	cred_free(&c);
	return fault_result(rc, &e, right);
}

static void users(const char *in)
{
	prepare(in);
	CHECK_INT(mknod("group", S_IFREG | 0644, 0), 0);
	CHECK_INT(file_write_at(AT_FDCWD, "text", "web:x:7:8:a user:/home/web:/bin/sh\n"), 0);
	CHECK_INT(file_write_at(AT_FDCWD, "group", "www:x:9:web\n"), 0);
	CHECK(mount("text", "/etc/passwd", NULL, MS_BIND, NULL) == 0);
	CHECK(mount("group", "/etc/group", NULL, MS_BIND, NULL) == 0);
	name = "web";
	fault_all("--as web", try_as, NULL);
	name = "web:www";
	fault_all("--as web:www", try_as, NULL);
}

static void a_failed_call_selects_no_wrong_user(void)
{
	if (!fault_supported()) {
		unit_skip("no faults here");
		return;
	}
	sandbox(0, users);
}

UNIT_MAIN(CASE(a_failed_call_selects_no_wrong_user), CASE(a_failed_call_leads_to_no_wrong_file),
	  CASE(a_failed_call_reads_no_wrong_file), CASE(a_failed_call_finds_no_wrong_cgroup))
