// SPDX-License-Identifier: GPL-2.0-or-later
/* test-cgroup-find: finds the cgroups of processes in files that replace /proc/self/mountinfo and
 * /proc/self/cgroup, and makes the system calls of lib/cgroup fail. */
#include <fcntl.h>
#include <sys/stat.h>

#include "../fault.h"
#include "../sandbox.h"
#include "cgroup/cgroup.h"
#include "cgroup/feature.h"
#include "cgroup/memory.h"

/* the system calls of mkdir(3) and rmdir(3) */
#ifdef SYS_mkdir
#define CALL_MKDIR SYS_mkdir
#define CALL_RMDIR SYS_rmdir
#else
#define CALL_MKDIR SYS_mkdirat
#define CALL_RMDIR SYS_unlinkat
#endif

static const char
	*top; /* the directory of the sandbox; top/m is the mount point of each hierarchy */

/* Replaces the file /proc/self/NAME by text. */
static void fake(const char *name, const char *text)
{
	char from[64], to[64];

	snprintf(from, sizeof(from), "%s/%s", top, name);
	snprintf(to, sizeof(to), "/proc/self/%s", name);
	umount2(to, MNT_DETACH);
	unit_put(AT_FDCWD, from, text);
	CHECK_INT(mount(from, to, NULL, MS_BIND, NULL), 0);
}

/* Replaces /proc/self/mountinfo by n lines: the root, the mount point below `top`, the type and the
 * options of each mount. */
static void fake_mounts(size_t n, const char *const lines[][4])
{
	char text[8192] = "";
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"%zu 20 0:%zu %s %s/%s rw - %s none %s\n", 30 + i, 30 + i,
					lines[i][0], top, lines[i][1], lines[i][2], lines[i][3]);
	fake("mountinfo", text);
}

#define FAKE_MOUNTS(...) \
	do { \
		const char *const lines_[][4] = { __VA_ARGS__ }; \
		fake_mounts(ARRAY_SIZE(lines_), lines_); \
	} while (0)

#define NO_MOUNT \
	{ \
		"/", "m", "tmpfs", "rw,memory" \
	}
#define V2 \
	{ \
		"/", "m", "cgroup2", "rw,nsdelegate" \
	}
#define V1(x) \
	{ \
		"/", "m", "cgroup", "rw," x \
	}

/* Returns the text without the path of the sandbox. */
static const char *plain(const char *text)
{
	static char out[512];
	char *at;

	snprintf(out, sizeof(out), "%s", text);
	while ((at = strstr(out, top)))
		memmove(at, at + strlen(top), strlen(at + strlen(top)) + 1);
	return out;
}

/* Returns true if fd is a descriptor of the directory top/PATH. */
static bool is_at(int fd, const char *path)
{
	char full[64];

	snprintf(full, sizeof(full), "%s/%s", top, path);
	return unit_is_at(fd, full);
}

/* ---- The cgroups of this process and of another process */

/* Returns the directories that cgroup_find() finds, or its message. */
static const char *found(const char *name)
{
	static char text[1024];
	struct nserr e = NSERR_INIT;
	struct cgroup c;
	int rc = cgroup_find(&c, name, &e);

	text[0] = '\0';
	CHECK_INT(rc, e.what[0] ? -EOPNOTSUPP : 0);
	CHECK_STR(c.name, name ? name : ".");
	for (size_t i = 0; i < c.n; i++) {
		CHECK_INT(c.dir[i].fd, -1);
		strcat(strcat(text, c.dir[i].v2 ? "v2 " : "v1 "), c.dir[i].path);
		strcat(text, "\n");
	}
	if (rc < 0)
		strcpy(text, e.what);
	cgroup_free(&c);
	return plain(text);
}

static void finds_the_cgroup_of_this_process(void)
{
	fake("cgroup", "2:cpu:/c\n0::/me\n");
	FAKE_MOUNTS(NO_MOUNT, V2);
	CHECK_STR(found("a"), "v2 /m/me/a\n");
	CHECK_STR(found("/a/b"), "v2 /m/a/b\n");
	CHECK_STR(found(NULL), "v2 /m/me/.\n");
	CHECK(!feature_cgroup_v2.probe(feature_cgroup_v2.arg) &&
	      feature_cgroup_v1.probe(feature_cgroup_v1.arg) < 0);
	FAKE_MOUNTS(V1("cpu"));
	CHECK_STR(found("a"), "v1 /m/c/a\n");
	CHECK(feature_cgroup_v2.probe(feature_cgroup_v2.arg) < 0 &&
	      !feature_cgroup_v1.probe(feature_cgroup_v1.arg));
	FAKE_MOUNTS(NO_MOUNT);
	CHECK_STR(found("a"), "no cgroup file system is mounted");
	CHECK(feature_cgroup_v2.probe(feature_cgroup_v2.arg) < 0 &&
	      feature_cgroup_v1.probe(feature_cgroup_v1.arg) < 0);
}

/* Calls cgroup_of() for a process with this text in its file cgroup. Returns the result, and sets
 * e. */
static int of(struct cgroup *c, const char *theirs, struct nserr *e)
{
	cleanup_fd int dir = -1;
	char path[64];

	*e = NSERR_INIT;
	snprintf(path, sizeof(path), "%s/other", top);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	unit_put(dir, "cgroup", theirs);
	return cgroup_of(c, dir, e);
}

static void opens_the_cgroup_of_a_process(void)
{
	static const struct {
		const char *root, *theirs,
			*at; /* at: the directory below `top`, or NULL for none */
	} rows[] = {
		{ "/", "0::/a\n", "m/a" },          { "/", "0::/a/b\n", "m/a/b" },
		{ "/", "0::/me\n", NULL },          { "/", "1:cpu:/a\n", NULL },
		{ "/part", "0::/part/a\n", "m/a" }, { "/part", "0::/part\n", "m" },
		{ "/part", "0::/other\n", NULL },   { "/part", "0::/parts\n", NULL },
	};
	struct nserr e;
	struct cgroup c;

	fake("cgroup", "0::/me\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		FAKE_MOUNTS({ rows[i].root, "m", "cgroup2", "rw" });
		CHECK_INT(of(&c, rows[i].theirs, &e), 0);
		CHECK(rows[i].at ? c.n == 1 && is_at(c.dir[0].fd, rows[i].at) &&
					   cgroup_v2(&c) == &c.dir[0]
				 : !cgroup_v2(&c));
		cgroup_free(&c);
	}
	/* a second mount of the same hierarchy is ignored */
	FAKE_MOUNTS(V1("cpu"), { "/", "m/a", "cgroup2", "rw" }, V2);
	CHECK_INT(of(&c, "1:cpu:/a\n0::/b\n", &e), 0);
	CHECK(c.n == 2 && is_at(c.dir[0].fd, "m/a") && !c.dir[0].v2 &&
	      is_at(c.dir[1].fd, "m/a/b") && cgroup_v2(&c) == &c.dir[1]);
	CHECK(fcntl(c.dir[0].fd, F_GETFL) & O_PATH);
	util_close(&c.dir[1].fd);
	c.dir[1].fd = -1;
	CHECK(!cgroup_v2(&c));
	cgroup_free(&c);
	FAKE_MOUNTS(V2);
	CHECK_INT(of(&c, "0::/../a\n", &e), -EXDEV);
	CHECK_STR(e.what, "the cgroup '/../a' is outside the cgroup namespace");
	cgroup_free(&c);
	CHECK_INT(of(&c, "0::/missing\n", &e), -ENOENT);
	CHECK_STR(plain(e.what), "cannot open the cgroup '/m/missing'");
	cgroup_free(&c);
	/* the mount point is a file, not a directory */
	FAKE_MOUNTS({ "/part", "m/file", "cgroup2", "rw" });
	CHECK_INT(of(&c, "0::/part\n", &e), -ENOTDIR);
	CHECK_STR(plain(e.what), "cannot open the cgroup '/m/file'");
	cgroup_free(&c);
	c = (struct cgroup){ .name = "c", .n = 1, .dir = { { .fd = -1, .v2 = true } } };
	CHECK(asprintf(&c.dir[0].path, "%s/m/file", top) > 0);
	CHECK_INT(cgroup_open(&c, false, NULL, 0, &e), -ENOENT);
	CHECK_STR(e.what, "the cgroup 'c' does not exist");
	cgroup_free(&c);
	CHECK_INT(cgroup_of(&c, AT_FDCWD, &e), -ENOENT);
	CHECK_STR(e.what, "cannot read the cgroup of the process");
	cgroup_free(&c);
}

static int try_find(void)
{
	struct nserr e = NSERR_INIT;
	struct cgroup c;
	bool right;
	int rc;

	fault_begin();
	rc = cgroup_find(&c, "a", &e);
	fault_end();
	right = c.n == 1;
	cgroup_free(&c);
	return fault_result(rc, &e, right);
}

static int try_of(void)
{
	cleanup_fd int dir = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct nserr e = NSERR_INIT;
	struct cgroup c;
	int rc;

	fault_begin();
	rc = cgroup_of(&c, dir, &e);
	fault_end();
	cgroup_free(&c);
	return fault_result(rc, &e, true);
}

static int try_memory(void)
{
	struct cgroup_memory m;
	bool right;
	int rc;

	fault_begin();
	rc = cgroup_memory_open(&m);
	fault_end();
	right = m.dir >= 0;
	util_close(&m.dir);
	return fault_result(rc, NULL, right);
}

/* ---- The memory hierarchy */

/* Checks that cgroup_memory_open() returns `want`. Returns the version, the options and the root of
 * the hierarchy and the path of this process in it, or "". */
static const char *memory(int want)
{
	static char text[2048];
	struct cgroup_memory m;

	CHECK_INT(cgroup_memory_open(&m), want);
	text[0] = '\0';
	if (m.dir >= 0)
		snprintf(text, sizeof(text), "%s %s %s %s", m.v2 ? "v2" : "v1", m.options, m.root,
			 m.own);
	CHECK(want || (is_at(m.dir, "m") && fcntl(m.dir, F_GETFL) & O_PATH));
	util_close(&m.dir);
	return text;
}

static void finds_the_hierarchy_of_the_memory_controller(void)
{
	char exact[128] = "rw,memory", longer[129] = "rw,memory", root[257] = "/";

	fake("cgroup", "5:memory:/mem\n0::/me\n");
	FAKE_MOUNTS(NO_MOUNT, V1("cpu"), V2);
	CHECK_STR(memory(0), "v2 rw,nsdelegate / /me");
	FAKE_MOUNTS({ "/", "m/a", "cgroup2", "rw" }, V1("memory"));
	CHECK_STR(memory(0), "v1 rw,memory / /mem");
	FAKE_MOUNTS({ "/part", "m", "cgroup", "rw,memory" }, { "/", "m/a", "cgroup2", "rw" });
	CHECK_STR(memory(0), "v1 rw,memory /part /mem");
	FAKE_MOUNTS(V1("memory"), { "/", "m/a", "cgroup", "rw,cpu,memory" });
	CHECK_STR(memory(0), "v1 rw,memory / /mem");
	FAKE_MOUNTS(NO_MOUNT, V1("cpu"));
	CHECK_STR(memory(-ENOENT), "");
	/* a mount point that is not a directory */
	FAKE_MOUNTS({ "/", "m/file", "cgroup2", "rw" });
	CHECK_STR(memory(-ENOTDIR), "");
	/* a mount is ignored if its options have more than 127 bytes or its root more than 255 */
	memset(exact + strlen(exact), ',', sizeof(exact) - 1 - strlen(exact));
	memset(longer + strlen(longer), ',', sizeof(longer) - 1 - strlen(longer));
	FAKE_MOUNTS({ "/", "m", "cgroup", longer });
	CHECK_STR(memory(-ENOENT), "");
	FAKE_MOUNTS({ "/", "m", "cgroup", exact });
	CHECK(strstr(memory(0), "rw,memory,,,"));
	memset(root + 1, 'r', sizeof(root) - 2);
	FAKE_MOUNTS({ root, "m", "cgroup2", "rw" });
	CHECK_STR(memory(-ENOENT), "");
	root[255] = '\0';
	FAKE_MOUNTS({ root, "m", "cgroup2", "rw" });
	CHECK(strstr(memory(0), "/rrr"));
	/* the caller has no path in the hierarchy */
	fake("cgroup", "1:cpu:/c\n");
	FAKE_MOUNTS(V2);
	CHECK_STR(memory(0), "v2 rw,nsdelegate / ");
}

/* ---- Hints of cgroup_set() that name a version 1 hierarchy */

static const char *hint(const char *setting)
{
	static struct nserr e;
	struct cgroup c = { .name = "c" };

	e = NSERR_INIT;
	CHECK_INT(cgroup_set(&c, setting, &e), -ENOENT);
	return plain(e.hint);
}

static void a_hint_names_the_version_1_hierarchy(void)
{
	FAKE_MOUNTS(NO_MOUNT, V2, { "/", "m/a", "cgroup", "rw,blkio" }, V1("memory"));
	CHECK_STR(hint("memory.max=1"), "use a cgroup v1 file, because controller 'memory' is in "
					"the cgroup v1 hierarchy at /m");
	CHECK_STR(hint("io.max=1"), "use a cgroup v1 file, because controller 'io' is in the "
				    "cgroup v1 hierarchy at /m/a");
	CHECK_STR(hint("cpu.max=1"), "");
	CHECK_STR(hint("file=1"), "");
	sandbox_tmpfs("/proc");
	CHECK_STR(hint("memory.max=1"), "");
}

static void find(const char *dir)
{
	char path[64];

	top = dir;
	for (const char *const *name = (const char *const[]){ "m", "m/a", "m/a/b", "other", NULL };
	     *name; name++) {
		snprintf(path, sizeof(path), "%s/%s", top, *name);
		CHECK_INT(mkdir(path, 0755), 0);
	}
	snprintf(path, sizeof(path), "%s/m/file", top);
	unit_put(AT_FDCWD, path, "");
	finds_the_cgroup_of_this_process();
	opens_the_cgroup_of_a_process();
	finds_the_hierarchy_of_the_memory_controller();
	a_hint_names_the_version_1_hierarchy();
}

static void finds_cgroups_in_the_files_of_proc(void)
{
	sandbox(0, find);
}

static void a_failed_call_is_reported(void)
{
	static const struct fault_row rows[] = {
		{ "cgroup_find", try_find, SYS_openat, 1, EACCES, -EACCES },
		{ "cgroup_find", try_find, SYS_openat, 2, EACCES, -EACCES },
		{ "cgroup_of", try_of, SYS_openat, 1, EACCES, -EACCES },
		{ "cgroup_of", try_of, SYS_openat, 2, EACCES, -EACCES },
		{ "cgroup_of", try_of, SYS_openat, 3, EACCES, -EACCES },
		{ "cgroup_memory_open", try_memory, SYS_openat, 1, EACCES, -EACCES },
	};

	if (fault_require())
		fault_table(rows, ARRAY_SIZE(rows));
}

/* cgroup_find() uses an absolute path as it is if the path is in a cgroup file system. */
static void find_by_path(const char *dir)
{
	char path[64];
	struct nserr e = NSERR_INIT;
	struct cgroup c;

	if (mount("none", dir, "cgroup2", 0, NULL) < 0)
		return;
	for (const char *const *name = (const char *const[]){ "", "/new", "/new/x/", NULL }; *name;
	     name++) {
		snprintf(path, sizeof(path), "%s%s", dir, *name);
		CHECK_INT(cgroup_find(&c, path, &e), 0);
		CHECK(c.n == 1 && c.dir[0].v2 && c.dir[0].fd == -1);
		CHECK_STR(c.dir[0].path, path);
		cgroup_free(&c);
	}
	/* the parent directory is not in a cgroup file system */
	CHECK(cgroup_find(&c, "/proc/none", &e) < 0 || !streq(c.dir[0].path, "/proc/none"));
	cgroup_free(&c);
}

static void finds_a_cgroup_by_its_path(void)
{
	sandbox(CLONE_NEWCGROUP, find_by_path);
}

/* ---- Frozen cgroups, and refusals of the kernel */

static void finds_a_frozen_cgroup(void)
{
	static const struct {
		bool v2;
		const char *file, *text;
		int want;
	} rows[] = {
		{ true, "cgroup.events", "populated 1\nfrozen 0\n", 0 },
		{ true, "cgroup.events", "populated 1\nfrozen 1\n", -EBUSY },
		{ false, "freezer.state", "THAWED\n", 0 },
		{ false, "freezer.state", "FROZEN\n", -EBUSY },
		{ false, "freezer.state", "FREEZING\n", -EBUSY },
		{ true, "freezer.state", "FROZEN\n", 0 },
		{ false, "cgroup.events", "frozen 1\n", 0 },
	};
	char dir[UNIT_DIR_SIZE];
	struct cgroup c = { .n = 2, .dir = { { .fd = -1 } } };
	struct nserr e = NSERR_INIT;

	c.dir[1].path = strdup("here");
	c.dir[1].fd = unit_directory(dir);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		c.dir[1].v2 = rows[i].v2;
		unit_put(c.dir[1].fd, rows[i].file, rows[i].text);
		e = NSERR_INIT;
		CHECK_INT(cgroup_check_frozen(&c, &e), rows[i].want);
		CHECK_STR(e.what, rows[i].want ? "the cgroup 'here' is frozen" : "");
		CHECK_INT(unlinkat(c.dir[1].fd, rows[i].file, 0), 0);
	}
	/* only the first c.n directories are used */
	unit_put(c.dir[1].fd, "freezer.state", "FROZEN\n");
	c.n = 1;
	c.dir[1].v2 = true;
	CHECK(!cgroup_v2(&c) && cgroup_set(&c, "freezer.state=1", &e) == -ENOENT);
	c.dir[1].v2 = false;
	CHECK_INT(cgroup_check_frozen(&c, &e), 0);
	c.n = 2;
	CHECK_INT(unlinkat(c.dir[1].fd, "freezer.state", 0), 0);
	CHECK_INT(mkdirat(c.dir[1].fd, "freezer.state", 0755), 0);
	CHECK_INT(cgroup_check_frozen(&c, &e), -EISDIR);
	CHECK_STR(e.what, "cannot read 'here/freezer.state'");
	CHECK_INT(unlinkat(c.dir[1].fd, "freezer.state", AT_REMOVEDIR), 0);
	CHECK_INT(rmdir(dir), 0);
	cgroup_free(&c);
}

#define DELEGATED "use a cgroup that is delegated to you (systemd-run --user -p Delegate=yes)"
#define HAS_CONTROLLERS \
	"use a child of this cgroup, because a cgroup with controllers in cgroup.subtree_control " \
	"cannot contain processes"
#define NOT_WRITABLE \
	"make cgroup.procs writable in this cgroup and in the nearest common ancestor of this " \
	"cgroup and the current cgroup"

enum action { OPEN, CREATE, JOIN, SET, REMOVE, REMOVE_ONCE };

/* clang-format off */
static const struct refusal {
	enum action action;
	int call, nth, error, want;
	const char *message, *hint;
	bool left; /* the directory top/c exists afterwards */
	bool again; /* the next call fails, too */
} refusals[] = {
	{ CREATE, CALL_MKDIR, 1, EACCES, -EACCES, "cannot create the cgroup '/c/d'", DELEGATED },
	{ CREATE, CALL_MKDIR, 1, EPERM, -EPERM, "cannot create the cgroup '/c/d'", DELEGATED },
	{ CREATE, CALL_MKDIR, 1, EAGAIN, -EAGAIN, "cannot create the cgroup '/c/d'",
	  "raise cgroup.max.depth or cgroup.max.descendants of an ancestor cgroup" },
	{ CREATE, CALL_MKDIR, 1, ENOSPC, -ENOSPC, "cannot create the cgroup '/c/d'", "" },
	{ CREATE, CALL_MKDIR, 2, EIO, -EIO, "cannot create the cgroup '/c/d'", "" },
	{ CREATE, CALL_MKDIR, 3, EIO, -EIO, "cannot create the cgroup '/c/d'", "" },
	/* another process has created the cgroup */
	{ CREATE, CALL_MKDIR, 2, EEXIST, -ENOENT, "cannot create the cgroup '/c/d'", "" },
	{ CREATE, SYS_openat, 2, EIO, -EIO, "cannot open the cgroup '/c/d'", "" },
	{ CREATE, SYS_openat, 3, EIO, 0, "", "", true },
	/* a cgroup that cannot be locked is used, but it is not marked */
	{ CREATE, SYS_flock, FAULT_EACH, EWOULDBLOCK, 0, "", "", true },
	{ CREATE, SYS_flock, 1, EWOULDBLOCK, 0, "", "", true },
	{ OPEN, SYS_openat, 1, EIO, -ENOENT, "the cgroup 'name' does not exist",
	  "create the cgroup with --cgroup-create", true },
	{ JOIN, SYS_write, 1, EBUSY, -EBUSY, "cannot move the process to the cgroup '/c/d'",
	  HAS_CONTROLLERS, true },
	{ JOIN, SYS_write, 1, EACCES, -EACCES, "cannot move the process to the cgroup '/c/d'",
	  NOT_WRITABLE, true },
	{ JOIN, SYS_write, 1, ENOSPC, -ENOSPC, "cannot move the process to the cgroup '/c/d'",
	  "set cpuset.cpus and cpuset.mems of the cgroup first", true },
	{ JOIN, SYS_write, 1, EOPNOTSUPP, -EOPNOTSUPP, "cannot move the process to the cgroup '/c/d'",
	  "use a cgroup that is not in a threaded subtree (cgroup.type)", true },
	{ JOIN, SYS_write, 1, EINVAL, -EINVAL, "cannot move the process to the cgroup '/c/d'", "", true },
	{ SET, SYS_openat, 1, EOPNOTSUPP, -EOPNOTSUPP,
	  "cannot write '+fruit' to /c/cgroup.subtree_control",
	  "use a cgroup that is not in a threaded subtree (cgroup.type)", true },
	{ SET, SYS_openat, 1, EBUSY, -EBUSY, "cannot write '+fruit' to /c/cgroup.subtree_control", "", true },
	{ REMOVE, CALL_RMDIR, 1, EBUSY, 0, "", "" },
	{ REMOVE, CALL_RMDIR, 1, EBUSY, 0, "", "", false, true },
	{ REMOVE_ONCE, CALL_RMDIR, 1, EBUSY, 0, "", "", true },
	{ REMOVE_ONCE, CALL_RMDIR, 1, ENOTEMPTY, 0, "", "", true },
	{ REMOVE_ONCE, CALL_RMDIR, 1, EACCES, -EACCES, "", "", true },
	{ SET, SYS_openat, 1, EPERM, -EPERM, "cannot write '+fruit' to /c/cgroup.subtree_control", "", true },
	{ SET, SYS_openat, 1, EINVAL, -ENOENT, "no cgroup file 'fruit.max' in 'name'",
	  "make controller 'fruit' available: cgroup.controllers of /c/d does not list this controller", true },
	{ SET, SYS_openat, 1, ENOENT, -ENOENT, "no cgroup file 'fruit.max' in 'name'",
	  "make controller 'fruit' available: cgroup.controllers of /c/d does not list this controller", true },
	{ REMOVE, CALL_RMDIR, 1, ENOENT, 0, "", "", true },
	{ REMOVE, CALL_RMDIR, 1, EACCES, -EACCES, "cannot remove the cgroup '/c/d'", "", true },
	{ REMOVE, CALL_RMDIR, FAULT_EACH, EBUSY, -EBUSY, "cannot remove the cgroup '/c/d'",
	  "end the processes that remain in this cgroup, and remove the cgroup", true },
};
/* clang-format on */

static const struct refusal *refused;

/* Performs the action of the row in the cgroup top/c/d. */
static int try_refusal(void)
{
	struct cgroup c = { .name = "name", .n = 1, .dir = { { .fd = -1, .v2 = true } } };
	struct nserr e = NSERR_INIT;
	int rc = 0;

	if (asprintf(&c.dir[0].path, "%s/c/d", top) < 0)
		return 1;
	if (refused->action != CREATE)
		rc = cgroup_open(&c, true, NULL, 0, &e);
	if (rc < 0)
		return 1;
	if (refused->action == JOIN)
		unit_put(c.dir[0].fd, "cgroup.procs", "");
	if (refused->action == OPEN)
		util_close(&c.dir[0].fd);
	fault_begin();
	switch (refused->action) {
	case OPEN:
	case CREATE:
		rc = cgroup_open(&c, refused->action == CREATE, NULL, 0, &e);
		break;
	case JOIN:
		rc = cgroup_join(&c, 42, &e);
		break;
	case SET:
		rc = cgroup_set(&c, "fruit.max=1", &e);
		break;
	case REMOVE:
		rc = cgroup_remove(&c, &e);
		break;
	case REMOVE_ONCE:
		rc = cgroup_remove_dir(&c.dir[0]);
		break;
	}
	fault_end();
	if (!streq(plain(e.what), refused->message) || !streq(plain(e.hint), refused->hint)) {
		printf("# the message is '%s', the hint '%s'\n", e.what, e.hint);
		rc = 1;
	}
	cgroup_free(&c);
	return rc;
}

static void a_refusal_has_its_message_and_hint(void)
{
	char dir[UNIT_DIR_SIZE], path[UNIT_PATH_SIZE];

	if (!fault_require())
		return;
	top = dir;
	/* let cgroup_remove() repeat rmdir(2) at once, because no process will leave the cgroup */
	fault_denied[0] = SYS_clock_nanosleep;
	fault_denied[1] = SYS_nanosleep;
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		int got;

		refused = &refusals[i];
		close(unit_directory(dir));
		fault_again = refused->again;
		got = fault_answer(try_refusal, refused->call, refused->nth, -refused->error);
		if (got != refused->want)
			printf("# row %zu\n", i);
		CHECK_INT(got, refused->want);
		snprintf(path, sizeof(path), "%s/c", dir);
		CHECK_INT(unit_exists(path), refused->left);
		unit_remove(dir);
	}
	memset(fault_denied, 0, sizeof(fault_denied));
	fault_again = false;
}

/* Creates the cgroup top/a/b/c/d, whose three parents do not exist. */
static int try_deep(void)
{
	struct cgroup c = { .name = "name", .n = 1, .dir = { { .fd = -1, .v2 = true } } };
	struct nserr e = NSERR_INIT;
	int rc;

	if (asprintf(&c.dir[0].path, "%s/a/b/c/d", top) < 0)
		return 1;
	fault_begin();
	rc = cgroup_open(&c, true, NULL, 0, &e);
	fault_end();
	cgroup_free(&c);
	return rc;
}

/* mkdir(2) fails for d, c and b, because their parents do not exist, and then creates a. After
 * that, it is called again for b, c and d. */
static void removes_the_parents_that_were_created(void)
{
	char dir[UNIT_DIR_SIZE];

	if (!fault_require())
		return;
	top = dir;
	close(unit_directory(dir));
	for (int k = 4; k <= 7; k++) {
		CHECK_INT(fault_answer(try_deep, CALL_MKDIR, k, -EIO), -EIO);
		/* rmdir(2) fails if a parent remains */
		CHECK(rmdir(dir) == 0 && mkdir(dir, 0700) == 0);
	}
	CHECK_INT(rmdir(dir), 0);
}

UNIT_MAIN(CASE(finds_cgroups_in_the_files_of_proc), CASE(finds_a_cgroup_by_its_path),
	  CASE(a_failed_call_is_reported), CASE(finds_a_frozen_cgroup),
	  CASE(a_refusal_has_its_message_and_hint), CASE(removes_the_parents_that_were_created))
