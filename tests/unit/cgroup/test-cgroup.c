// SPDX-License-Identifier: GPL-2.0-or-later
#include "cgroup/cgroup.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "../unit.h"
#include "base/file.h"

/* The mounts of typical hosts: version 2 only, version 1 only, and both. */
#define V2 "30 20 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1 \
	"31 20 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n" \
	"32 20 0:28 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n" \
	"33 20 0:29 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
#define UNIFIED "34 20 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
#define OTHER   "20 1 0:24 / / rw - tmpfs none rw,cpu\n"
#define OWN_V1  "3:cpu,cpuacct:/box\n2:pids:/\n1:name=systemd:/user.slice/x.scope\n"

/*
 * Returns the directories that cgroup_find() finds for NAME, one per line. Directories of version 2
 * begin with "v2 ".
 */
static const char *place(const char *name, const char *mounts, const char *own)
{
	static char text[2048];
	struct cgroup c = { .name = name };
	struct mountinfo m = { .text = strdup(mounts) };
	struct nserr e = NSERR_INIT;
	char *copy = strdup(own);
	int rc;

	m.at = m.text;
	text[0] = '\0';
	rc = cgroup_place(&c, copy, &m, &e);
	CHECK(rc <= 0);
	for (size_t i = 0; i < c.n; i++) {
		strcat(strcat(text, c.dir[i].v2 ? "v2 " : ""), c.dir[i].path);
		strcat(text, "\n");
	}
	if (rc < 0)
		strcpy(text, e.what);
	cgroup_free(&c);
	mountinfo_free(&m);
	free(copy);
	return text;
}

static void places_a_name_below_the_own_cgroups(void)
{
	CHECK_STR(place("a", OTHER V2, "0::/user.slice\n"), "v2 /sys/fs/cgroup/user.slice/a\n");
	CHECK_STR(place("a", V2, "0::/\n"), "v2 /sys/fs/cgroup/a\n");
	CHECK_STR(place("a/b", V1, OWN_V1), "/sys/fs/cgroup/cpu,cpuacct/box/a/b\n"
					    "/sys/fs/cgroup/pids/a/b\n"
					    "/sys/fs/cgroup/systemd/user.slice/x.scope/a/b\n");
	CHECK_STR(place("a", V1 UNIFIED, OWN_V1 "0::/init\n"),
		  "/sys/fs/cgroup/cpu,cpuacct/box/a\n"
		  "/sys/fs/cgroup/pids/a\n"
		  "/sys/fs/cgroup/systemd/user.slice/x.scope/a\n"
		  "v2 /sys/fs/cgroup/unified/init/a\n");
}

static void places_an_absolute_path_below_each_root(void)
{
	CHECK_STR(place("/a", V2, "0::/user.slice\n"), "v2 /sys/fs/cgroup/a\n");
	CHECK_STR(place("/a", V1, OWN_V1), "/sys/fs/cgroup/cpu,cpuacct/a\n"
					   "/sys/fs/cgroup/pids/a\n"
					   "/sys/fs/cgroup/systemd/a\n");
}

static void skips_hierarchies_without_the_caller(void)
{
	CHECK_STR(place("a", V1, "2:pids:/\n"), "/sys/fs/cgroup/pids/a\n");
	CHECK_STR(place("a", V2, OWN_V1), "no cgroup file system is mounted");
}

/* In a container the root of the cgroup mount is a subdirectory of the hierarchy. */
static void resolves_paths_below_a_partial_mount(void)
{
	const char *part = "30 20 0:26 /box /cg rw - cgroup2 cgroup2 rw\n";

	CHECK_STR(place("a", part, "0::/box\n"), "v2 /cg/a\n");
	CHECK_STR(place("a", part, "0::/box/in\n"), "v2 /cg/in/a\n");
	CHECK_STR(place("a", part, "0::/boxes\n"), "no cgroup file system is mounted");
	CHECK_STR(place("a", part, "0::/\n"), "no cgroup file system is mounted");
}

/* A second mount of a part of the same hierarchy must not add a directory. */
static void uses_the_first_mount_of_a_hierarchy(void)
{
	const char *parts = "40 20 0:26 /x /x rw - cgroup2 cgroup2 rw,nsdelegate\n"
			    "41 20 0:27 /x /y rw - cgroup cgroup rw,cpu,cpuacct\n"
			    "42 20 0:27 / /z rw - cgroup cgroup rw,cpu,cpuacct\n";
	char mounts[1024];

	snprintf(mounts, sizeof(mounts), V2 V1 "%s", parts);
	CHECK_STR(place("/a", mounts, ""), "v2 /sys/fs/cgroup/a\n"
					   "/sys/fs/cgroup/cpu,cpuacct/a\n"
					   "/sys/fs/cgroup/pids/a\n"
					   "/sys/fs/cgroup/systemd/a\n");
	/* the first mount that contains the path is used */
	CHECK_STR(place("a", parts, "0::/x/y\n3:cpu,cpuacct:/b\n"), "v2 /x/y/a\n/z/b/a\n");
}

static void refuses_more_hierarchies_than_fit(void)
{
	char mounts[4096] = "", own[4096] = "";

	for (int i = 0; i <= CGROUP_MAX; i++) {
		if (i == CGROUP_MAX)
			CHECK(str_after(place("a", mounts, own), "/h0/a\n"));
		sprintf(mounts + strlen(mounts), "%d 20 0:%d / /h%d rw - cgroup cgroup rw,c%d\n",
			i + 30, i + 30, i, i);
		sprintf(own + strlen(own), "%d:c%d:/\n", i + 1, i);
	}
	CHECK_STR(place("a", mounts, own), "more than 16 cgroup hierarchies are mounted");
}

static void fails_without_a_cgroup_file_system(void)
{
	CHECK_STR(place("a", OTHER, "0::/\n"), "no cgroup file system is mounted");
	CHECK_STR(place("/a", "", ""), "no cgroup file system is mounted");
}

/* Tests cgroup_open() with create on an ordinary directory: mkdir(2) works there as in a cgroup. */
static void creates_and_removes_missing_parents_only(void)
{
	char dir[UNIT_DIR_SIZE], path[UNIT_PATH_SIZE], above[UNIT_PATH_SIZE];
	struct cgroup c = { .name = "a/b/c", .n = 1, .dir = { { .fd = -1, .v2 = true } } };
	struct nserr e = NSERR_INIT;

	close(unit_directory(dir));
	snprintf(path, sizeof(path), "%s/a//b/c", dir);
	snprintf(above, sizeof(above), "%s/a", dir);
	c.dir[0].path = strdup(path);
	CHECK_INT(cgroup_open(&c, true, NULL, 0, &e), 0);
	CHECK_INT(access(path, F_OK), 0);
	CHECK_INT(cgroup_remove(&c, &e), 0);
	CHECK(access(above, F_OK) < 0);

	CHECK_INT(mkdir(above, 0755), 0);
	util_close(&c.dir[0].fd);
	CHECK_INT(cgroup_open(&c, true, NULL, 0, &e), 0);
	CHECK_INT(cgroup_remove(&c, &e), 0);
	CHECK_INT(access(above, F_OK), 0);
	CHECK_INT(rmdir(above), 0);

	/* with a dangling link in place of "a" cgroup_open() must fail and create nothing */
	util_close(&c.dir[0].fd);
	CHECK_INT(symlink("nowhere/at/all", above), 0);
	CHECK(cgroup_open(&c, true, NULL, 0, &e) < 0);
	CHECK_INT(unlink(above), 0);
	CHECK_INT(rmdir(dir), 0);
	cgroup_free(&c);
}

static void refuses_dots_in_names(void)
{
	static const char *const names[] = { ".",    "..",    "../a", "/a/..",  "a/../b",
					     "/./a", "a/./b", "a/.",  "/..//a", "//.." };
	struct nserr e = NSERR_INIT;
	struct cgroup c;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		CHECK(cgroup_find(&c, names[i], &e) < 0);
		CHECK(strstr(e.what, "'.' and '..' are not allowed"));
	}
}

/*
 * Returns the version 1 hierarchies among cpu, pids and cpuset in which cgroup_open() creates "a"
 * for the setting. If first_v2 is set, the hierarchy of cpu has version 2 instead.
 */
static bool first_v2;

static const char *made_for(const char *setting)
{
	static const char *const names[] = { "cpu,cpuacct", "pids", "cpuset" };
	char dir[UNIT_DIR_SIZE], mount[UNIT_PATH_SIZE];
	struct cgroup c = { .name = "a", .n = ARRAY_SIZE(names) };
	struct nserr e = NSERR_INIT;
	static char text[64];

	text[0] = '\0';
	c.dir[0].v2 = first_v2;
	close(unit_directory(dir));
	for (size_t i = 0; i < c.n; i++) {
		snprintf(mount, sizeof(mount), "%s/%s", dir, names[i]);
		CHECK_INT(mkdir(mount, 0755), 0);
		c.dir[i].fd = -1;
		CHECK(asprintf(&c.dir[i].path, "%s/a", mount) > 0);
		CHECK(asprintf(&c.dir[i].options, "rw,%s", names[i]) > 0);
	}
	CHECK_INT(cgroup_open(&c, true, &setting, setting ? 1 : 0, &e), 0);
	for (size_t i = 0; i < c.n; i++)
		if (c.dir[i].fd >= 0)
			strcat(strcat(text, names[i]), " ");
	CHECK_INT(cgroup_remove(&c, &e), 0);
	for (size_t i = 0; i < c.n; i++) {
		snprintf(mount, sizeof(mount), "%s/%s", dir, names[i]);
		CHECK_INT(rmdir(mount), 0);
	}
	CHECK_INT(rmdir(dir), 0);
	cgroup_free(&c);
	return text;
}

static void creates_version_1_cgroups_for_their_controller(void)
{
	CHECK_STR(made_for("pids.max=1"), "pids ");
	CHECK_STR(made_for("cpu.shares=1"), "cpu,cpuacct ");
	CHECK_STR(made_for("cpuacct.usage=0"), "cpu,cpuacct ");
	CHECK_STR(made_for("cpuset.cpus=0"), "cpuset ");
	CHECK_STR(made_for("no.such=1"), "");
	/* a new cpuset has no processors, so it accepts no process */
	CHECK_STR(made_for(NULL), "cpu,cpuacct pids ");
	first_v2 = true;
	CHECK_STR(made_for(NULL), "cpu,cpuacct ");
	CHECK_STR(made_for("pids.max=1"), "cpu,cpuacct pids ");
	first_v2 = false;
}

/* ---- Controllers: ordinary directories with the files of version 2 */

/* The directory of the tree, which is the current directory, so that a hint contains only a short
 * path. */
static const char tree[] = ".";
static char tree_path[UNIT_DIR_SIZE];

static void make_tree(void)
{
	int fd = unit_directory(tree_path);

	CHECK_INT(fchdir(fd), 0);
	close(fd);
}

static void remove_tree(void)
{
	CHECK_INT(chdir("/"), 0);
	unit_remove(tree_path);
}

static void put(const char *path, const char *text)
{
	char full[UNIT_PATH_SIZE];

	snprintf(full, sizeof(full), "%s/%s", tree, path);
	unit_put(AT_FDCWD, full, text);
}

static const char *get(const char *path)
{
	static char text[256];
	char full[UNIT_PATH_SIZE];

	snprintf(full, sizeof(full), "%s/%s", tree, path);
	return file_read_at(AT_FDCWD, full, text, sizeof(text)) < 0 ? "none" : text;
}

/*
 * Creates the cgroup tree/host, which has two controllers and enables one for its children, and
 * opens tree/host/a//b/c below it.
 */
static void begin(struct cgroup *c)
{
	struct nserr e = NSERR_INIT;

	make_tree();
	*c = (struct cgroup){ .name = "/host/a", .n = 1, .dir = { { .fd = -1, .v2 = true } } };
	CHECK(asprintf(&c->dir[0].path, "%s/host", tree) > 0);
	CHECK_INT(mkdir(c->dir[0].path, 0755), 0);
	free(c->dir[0].path);
	CHECK(asprintf(&c->dir[0].path, "%s/host/a//b/c", tree) > 0);
	put("host/cgroup.controllers", "fruit wood\n");
	put("host/cgroup.subtree_control", "wood\n");
	put("host/cgroup.procs", "");
	CHECK_INT(cgroup_open(c, true, NULL, 0, &e), 0);
	put("host/a/cgroup.controllers", "");
	put("host/a/cgroup.subtree_control", "");
	put("host/a/b/cgroup.controllers", "");
	put("host/a/b/cgroup.subtree_control", "");
	put("host/a/b/c/cgroup.controllers", "");
	put("host/a/b/c/cgroup.subtree_control", "");
}

static void end(struct cgroup *c)
{
	remove_tree();
	cgroup_free(c);
}

/* Calls cgroup_set() with a setting that it must refuse. Returns the hint for the user, without the
 * path of the test's directory. */
static const char *hint(const struct cgroup *c, const char *setting)
{
	static struct nserr e;
	char *at;

	CHECK_INT(cgroup_set(c, setting, &e), -ENOENT);
	while ((at = strstr(e.hint, "./host")))
		memmove(at, at + 1, strlen(at));
	return e.hint;
}

static void enables_controllers_only_in_created_cgroups(void)
{
	struct nserr e = NSERR_INIT;
	struct cgroup c;

	begin(&c);
	put("host/a/b/c/cgroup.controllers", "fruit\n");
	CHECK_STR(hint(&c, "fruit.max=1"),
		  "use another file: this cgroup has controller 'fruit', but "
		  "the controller does not provide the requested file");
	CHECK_STR(get("host/a/cgroup.subtree_control"), "+fruit");
	CHECK_STR(get("host/a/b/cgroup.subtree_control"), "+fruit");
	CHECK_STR(get("host/a/b/c/cgroup.subtree_control"), "");
	CHECK_STR(get("host/cgroup.subtree_control"), "wood\n");
	/* if the file exists or belongs to no controller, cgroup_set() must enable nothing */
	put("host/a/b/c/wood.max", "");
	put("host/a/b/c/cgroup.stem", "");
	CHECK_INT(cgroup_set(&c, "wood.max=7", &e), 0);
	CHECK_INT(cgroup_set(&c, "cgroup.stem=1", &e), 0);
	CHECK_STR(get("host/a/b/c/wood.max"), "7");
	CHECK_STR(hint(&c, "cgroup.leaf=1"), "");
	CHECK_STR(hint(&c, "leaf=a.b"), "");
	CHECK_STR(get("host/a/cgroup.subtree_control"), "+fruit");
	/* cgroup_set() must enable no controller in a cgroup that existed before */
	put("host/a/b/c/cgroup.controllers", "");
	put("host/a/cgroup.subtree_control", "");
	c.dir[0].made = 0;
	CHECK_STR(hint(&c, "metal.max=1"),
		  "make controller 'metal' available: cgroup.controllers of "
		  "/host does not list this controller");
	CHECK_STR(get("host/a/cgroup.subtree_control"), "");
	end(&c);
}

static void writes_the_pid_to_each_open_cgroup(void)
{
	struct nserr e = NSERR_INIT;
	struct cgroup c;

	begin(&c);
	put("host/a/b/c/cgroup.procs", "");
	CHECK_INT(cgroup_join(&c, 4194304, &e), 0);
	CHECK_STR(get("host/a/b/c/cgroup.procs"), "4194304");
	end(&c);
}

#define NOT_ENABLED "controller 'fruit' is not enabled for the children of /host"

static void hint_names_the_cgroup_that_lacks_the_controller(void)
{
	char many[5000] = "";
	struct cgroup c;

	begin(&c);
	CHECK_STR(hint(&c, "fruit.max=1"), "write +fruit to cgroup.subtree_control of the ancestor "
					   "cgroup, because " NOT_ENABLED);
	CHECK(!strstr(hint(&c, "fruit.max=1"), "does not list this controller"));
	CHECK(!strstr(hint(&c, "fruit.max=1"), "does not provide the requested file"));
	CHECK(!strstr(hint(&c, "fruit.max=1"), "use a parent cgroup that is not threaded"));
	CHECK(!strstr(hint(&c, "fruit.max=1"), "move the processes of the ancestor cgroup"));
	c.dir[0].made = 0;
	CHECK_STR(hint(&c, "fruit.max=1"),
		  "write +fruit to cgroup.subtree_control of the ancestor cgroup and of each "
		  "descendant down to /host/a//b, because " NOT_ENABLED);
	/* the root cgroup may contain processes, and has no cgroup.type */
	put("host/cgroup.procs", "1\n");
	CHECK(str_after(hint(&c, "fruit.max=1"), "write +fruit to"));
	put("host/cgroup.type", "domain\n");
	CHECK_STR(
		hint(&c, "fruit.max=1"),
		"move the processes of the ancestor cgroup to a child cgroup, and write +fruit to "
		"cgroup.subtree_control, because " NOT_ENABLED);
	/* the list of processes is longer than the buffer */
	memset(many, '1', sizeof(many) - 1);
	put("host/cgroup.procs", many);
	CHECK(str_after(hint(&c, "fruit.max=1"), "move the processes of the ancestor cgroup"));
	put("host/cgroup.procs", "");
	put("host/cgroup.type", "domain threaded\n");
	CHECK(str_after(hint(&c, "fruit.max=1"), "write +fruit to"));
	c.dir[0].made = strlen(tree) + strlen("/host/a");
	CHECK_STR(hint(&c, "fruit.max=1"),
		  "use a parent cgroup that is not threaded: a new child of a threaded cgroup "
		  "cannot contain processes; also, " NOT_ENABLED);
	CHECK(!strstr(hint(&c, "fruit.max=1"), "write +fruit to cgroup.subtree_control of the"));
	/* a new child of a cgroup that is not threaded can contain processes */
	put("host/cgroup.type", "domain\n");
	CHECK(str_after(hint(&c, "fruit.max=1"), "write +fruit to"));
	end(&c);
}

/* ---- Paths in /proc/PID/cgroup ---- */

static void finds_the_path_in_each_hierarchy(void)
{
	static const struct mountinfo_line v2 = { .fstype = "cgroup2", .super = "rw" };
	static const struct mountinfo_line cpu = { .fstype = "cgroup", .super = "rw,cpu,cpuacct" };
	static const struct mountinfo_line named = { .fstype = "cgroup",
						     .super = "rw,name=systemd" };
	static const struct {
		const char *text;
		const struct mountinfo_line *mount;
		const char *want; /* NULL: no path */
	} cases[] = {
		{ "0::/a\n", &v2, "/a" },
		{ "0::/a", &v2, "/a" },
		{ "0::/a:b\n", &v2, "/a:b" },
		{ "2:cpu,cpuacct:/b\n0::/a\n", &v2, "/a" },
		{ "2:cpu,cpuacct:/b\n0::/a\n", &cpu, "/b" },
		{ "1:name=systemd:/c\n", &named, "/c" },
		{ "1:name=systemd:/c\n0::/a\n", &cpu, NULL },
		{ "2:cpu:/b\n", &v2, NULL },
		{ "0::/a\n", &cpu, NULL },
		/* lines with too few fields are skipped */
		{ "0\n0:\n0::/a\n", &v2, "/a" },
		{ "0\n0:\n", &v2, NULL },
		{ "\n0::/a\n", &v2, "/a" },
		{ "", &v2, NULL },
		/* the path has 9 bytes, and the buffer 8 */
		{ "0::/12345678\n", &v2, NULL },
		{ "0::/123456\n", &v2, "/123456" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char buf[8] = "";
		const char *got = cgroup_path_in(cases[i].text, cases[i].mount, buf, sizeof(buf));

		if (!cases[i].want)
			CHECK(!got);
		else
			CHECK_STR(got, cases[i].want);
	}
}

static void finds_the_length_of_the_parent_path(void)
{
	static const struct {
		const char *path;
		size_t want;
	} rows[] = {
		{ "/a/b/c", 4 }, { "/a//b", 2 }, { "/a", 0 },     { "/", 0 },       { "", 0 },
		{ "/a/b/", 2 },  { "a/b", 1 },   { "a", 0 },      { "//a", 0 },     { "//", 0 },
		{ "/a//", 0 },   { "x/y//", 1 }, { "/a///b", 2 }, { "a//b//c", 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_INT(cgroup_above(rows[i].path, strlen(rows[i].path)), rows[i].want);
	CHECK_INT(cgroup_above("/a/b/c", 4), 2);
}

static void refuses_an_empty_name(void)
{
	struct nserr e = NSERR_INIT;
	struct cgroup c;

	CHECK_INT(cgroup_find(&c, "", &e), -EINVAL);
	CHECK_STR(unit_message(&e), "the name of the cgroup is empty");
	CHECK_INT(c.n, 0);
}

/* ---- Cgroups that remain: ordinary directories, from which rmdir(2) removes only empty ones ----
 */

/* Creates the directory tree/NAME, and its parents. */
static void make(const char *name)
{
	char full[1024];

	snprintf(full, sizeof(full), "%s/%s", tree, name);
	for (char *at = full + strlen(tree) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(full, 0755);
		*at = '/';
	}
	CHECK_INT(mkdir(full, 0755), 0);
}

static bool exists(const char *name)
{
	char full[1024];

	snprintf(full, sizeof(full), "%s/%s", tree, name);
	return access(full, F_OK) == 0;
}

/* Returns the directory tree/NAME. Opens it if it exists. */
static struct cgroup_dir dir_of(const char *name)
{
	struct cgroup_dir d = { .v2 = true };

	CHECK(asprintf(&d.path, "%s/%s", tree, name) > 0);
	d.fd = open(d.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return d;
}

static int remove_dir(const char *name)
{
	struct cgroup_dir d = dir_of(name);
	int rc = cgroup_remove_dir(&d);

	util_close(&d.fd);
	free(d.path);
	return rc;
}

static void removes_a_directory_with_those_below_it(void)
{
	char deep[256] = "deep";
	struct cgroup_dir d;

	make_tree();
	make("a");
	CHECK_INT(remove_dir("a"), 0);
	CHECK(!exists("a"));
	CHECK_INT(remove_dir("a"), -ENOENT);
	make("a/b/c");
	make("a/d");
	CHECK_INT(remove_dir("a"), 0);
	CHECK(!exists("a"));
	/* a file in place of the files of a cgroup, which the kernel removes, stays */
	make("a/b/c");
	put("a/b/file", "");
	CHECK_INT(remove_dir("a"), -ENOTEMPTY);
	CHECK(!exists("a/b/c") && exists("a/b/file"));
	/* without a descriptor nothing below is removed */
	make("x/y");
	d = dir_of("x");
	util_close(&d.fd);
	CHECK_INT(cgroup_remove_dir(&d), -ENOTEMPTY);
	free(d.path);
	CHECK(exists("x/y"));
	/* no names that begin with a dot */
	make("x/.y");
	CHECK_INT(remove_dir("x"), -ENOTEMPTY);
	CHECK(!exists("x/y") && exists("x/.y"));
	/* at most 64 levels */
	for (int i = 0; i < 64; i++)
		strcat(deep, "/d");
	make(deep);
	CHECK_INT(remove_dir("deep"), 0);
	strcat(deep, "/d");
	make(deep);
	CHECK_INT(remove_dir("deep"), -ENOTEMPTY);
	CHECK(exists(deep));
	remove_tree();
}

/* Calls cgroup_remove_left() for the directory tree/NAME, as a later run with this name does. */
static void remove_left(const char *name)
{
	struct cgroup_dir d = dir_of(name);

	util_close(&d.fd);
	d.fd = -1;
	cgroup_remove_left(&d);
	free(d.path);
}

static void removes_only_marked_directories_that_remain(void)
{
	struct cgroup_dir d;
	int lock;

	make_tree();
	if (setxattr(tree, "user.nsutils.test", "1", 1, 0) < 0 && errno == EOPNOTSUPP) {
		remove_tree();
		unit_skip("the file system has no extended attributes of users");
		return;
	}
	make("old/a/b");
	d = dir_of("old/a/b");
	util_close(&d.fd);
	d.fd = open(d.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* a run that has created nothing marks nothing */
	cgroup_mark(&d);
	util_close(&d.fd);
	remove_left("old/a/b");
	CHECK(exists("old/a/b"));
	/* the run has created "a" and "b" */
	d.fd = open(d.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d.made = strlen(tree) + strlen("/old/a");
	cgroup_mark(&d);
	/* it still holds the lock */
	remove_left("old/a/b");
	CHECK(exists("old/a/b"));
	util_close(&d.fd);
	make("old/a/b/below");
	make("old/a/other");
	remove_left("old/a/b");
	CHECK(!exists("old/a/b") && exists("old/a/other"));
	CHECK_INT(remove_dir("old/a/other"), 0);
	remove_left("old/a/b"); /* is missing */
	CHECK(exists("old/a"));
	remove_left("old/a");
	CHECK(!exists("old/a") && exists("old"));
	/* a run that cannot get the lock does not mark */
	make("old/a/b");
	lock = open(d.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK_INT(flock(lock, LOCK_EX), 0);
	d.fd = open(d.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cgroup_mark(&d);
	close(lock);
	util_close(&d.fd);
	remove_left("old/a/b");
	CHECK(exists("old/a/b"));
	free(d.path);
	remove_tree();
}

UNIT_MAIN(CASE(places_a_name_below_the_own_cgroups), CASE(places_an_absolute_path_below_each_root),
	  CASE(skips_hierarchies_without_the_caller), CASE(resolves_paths_below_a_partial_mount),
	  CASE(uses_the_first_mount_of_a_hierarchy), CASE(refuses_more_hierarchies_than_fit),
	  CASE(fails_without_a_cgroup_file_system), CASE(creates_and_removes_missing_parents_only),
	  CASE(refuses_dots_in_names), CASE(creates_version_1_cgroups_for_their_controller),
	  CASE(enables_controllers_only_in_created_cgroups),
	  CASE(writes_the_pid_to_each_open_cgroup),
	  CASE(hint_names_the_cgroup_that_lacks_the_controller),
	  CASE(finds_the_path_in_each_hierarchy), CASE(finds_the_length_of_the_parent_path),
	  CASE(refuses_an_empty_name), CASE(removes_a_directory_with_those_below_it),
	  CASE(removes_only_marked_directories_that_remain))
