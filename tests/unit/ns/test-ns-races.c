// SPDX-License-Identifier: GPL-2.0-or-later
/* test-ns-races: pins namespaces and uses the files of names while another process changes the
 * directory between a check and a use (race.h). */
#include "../race.h"
#include "../sandbox.h"
#include "calls.h"
#include "ns/name.h"

static char path[64];
static struct nserr e;

/* Returns the message of e, with `path` replaced by "PATH". */
static const char *message(void)
{
	static char text[sizeof(e.what)];
	const char *at = strstr(e.what, path);

	if (!at)
		return unit_message(&e);
	snprintf(text, sizeof(text), "%.*sPATH%s", (int)(at - e.what), e.what, at + strlen(path));
	return text;
}

/* ---- Files for namespaces */

/* Unmounts the topmost mount on `path`. */
static void unmount(int dir, const char *name)
{
	(void)dir;
	(void)name;
	CHECK(umount2(path, MNT_DETACH) == 0);
}

static void cover(int dir, const char *name)
{
	(void)dir;
	(void)name;
	CHECK(mount("t", path, "tmpfs", 0, NULL) == 0);
}

static void pins(const char *in)
{
	static const struct {
		int (*f)(const char *path, struct nserr *e);
		int nth;
		void (*act)(int dir, const char *name);
		int want;
		const char *what;
		bool left; /* the path exists afterwards */
	} rows[] = {
		{ bind_file, 3, race_file, -EEXIST, "cannot create 'PATH'", true },
		{ bind_file, 3, race_link, -EEXIST, "cannot create 'PATH'", true },
		/* another process has unmounted the new mount */
		{ bind_file, 4, unmount, -EBUSY,
		  "cannot open 'PATH', on which the uts namespace was mounted", false },
		{ open_dir, 2, race_file, -ENOTDIR, "cannot open the directory 'PATH'", true },
		{ open_dir, 2, race_link, -ENOTDIR, "cannot open the directory 'PATH'", true },
		{ open_dir, 3, unmount, -EBUSY, "cannot make 'PATH' a private mount", false },
		/* another mount covers the new one */
		{ open_dir, 3, cover, -EBUSY, "cannot make 'PATH' a private mount", true },
	};

	CHECK(mount("t", in, "tmpfs", 0, "mode=755") == 0);
	CHECK(mount(NULL, in, NULL, MS_SHARED, NULL) == 0);
	snprintf(path, sizeof(path), "%s/target", in);
	CHECK_INT(mkdir(path, 0755), 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int got;

		snprintf(path, sizeof(path), "%s/pin%zu", in, i);
		e = NSERR_INIT;
		race_begin(strrchr(path, '/') + 1, rows[i].nth, rows[i].act);
		got = rows[i].f(path, &e);
		race_end();
		if (got != rows[i].want)
			printf("# row %zu\n", i);
		CHECK_INT(got, rows[i].want);
		CHECK_STR(message(), rows[i].what);
		CHECK_INT(e.errnum, -rows[i].want);
		CHECK(!is_pinned(path));
		CHECK_INT(unit_exists(path), rows[i].left);
	}
}

static void a_replaced_file_is_not_pinned(void)
{
	sandbox(0, pins);
}

/* ---- Names of runs */

static void names(const char *in)
{
	static const struct {
		const char *name;
		void (*act)(int dir, const char *name);
		int want;
		const char *what;
	} rows[] = {
		{ "web.lock", race_link, -ELOOP,
		  "cannot create the lock file 'web.lock' in the directory 'nsutils'" },
		{ "web.lock", race_directory, -EISDIR,
		  "cannot create the lock file 'web.lock' in the directory 'nsutils'" },
		{ "web.new", race_file, -EEXIST, "cannot write 'web.new'" },
		{ "web.new", race_link, -EEXIST, "cannot write 'web.new'" },
	};
	char file[64];

	(void)in;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct nsname_keep k = NSNAME_KEEP_INIT;

		CHECK(mount("t", "/run", "tmpfs", 0, "mode=755") == 0);
		e = NSERR_INIT;
		race_begin(rows[i].name, 1, rows[i].act);
		CHECK_INT(nsname_reserve(&k, "web", &e), rows[i].want);
		race_end();
		CHECK_STR(e.what, rows[i].what);
		CHECK_INT(e.errnum, -rows[i].want);
		/* only the file of the other process remains */
		snprintf(file, sizeof(file), "/run/nsutils/%s", rows[i].name);
		CHECK(unit_exists(file));
		CHECK(!unit_exists("/run/nsutils/web.json"));
		CHECK_INT(unit_exists("/run/nsutils/web.lock"), i < 2);
		CHECK(umount("/run") == 0);
	}
}

/* Returns the result of nsname_read() for the name "web", and checks the message. */
static int read_name(void)
{
	struct nsname n;
	int rc;

	e = NSERR_INIT;
	rc = nsname_read("web", &n, &e);
	CHECK_STR(e.what, rc < 0 ? "cannot find the process 'name:web'" : "");
	CHECK_INT(e.errnum, -rc);
	return rc;
}

static mode_t mode_of(const char *file)
{
	struct stat st;

	CHECK(stat(file, &st) == 0);
	return st.st_mode & 07777;
}

/* Checks the text and the mode of the file that nsname_publish() has written for n. n has neither
 * pidfd_inode nor supervisor_pid. */
static void check_file(const struct nsname *n)
{
	char text[512], want[512];

	snprintf(want, sizeof(want),
		 "{\"name\":\"web\",\"pid\":%d,\"init_pid\":11,\"supervisor_pid\":null,"
		 "\"pidfd_inode\":null,\"start\":%llu,\"pidns\":%llu,\"boot_id\":\"%s\"}\n",
		 (int)n->pid, (unsigned long long)n->start, (unsigned long long)n->pidns,
		 n->boot_id);
	CHECK(file_read_at(AT_FDCWD, "/run/nsutils/web.json", text, sizeof(text)) > 0);
	CHECK_STR(text, want);
	CHECK_INT(mode_of("/run/nsutils"), 0755);
	CHECK_INT(mode_of("/run/nsutils/web.json"), 0644);
	CHECK_INT(mode_of("/run/nsutils/web.lock"), 0600);
}

static void read_names(const char *in)
{
	static void (*const acts[])(int, const char *) = { race_link, race_fifo, race_directory };
	struct nsname_keep k = NSNAME_KEEP_INIT;
	struct nsname n = { .pid = getpid() };

	CHECK(mount("t", "/run", "tmpfs", 0, "mode=755") == 0);
	CHECK_INT(read_name(), -ENOENT);
	CHECK_INT(nsname_describe(&n, &e), 0);
	umask(0777);
	CHECK_INT(nsname_reserve(&k, "web", &e), 0);
	CHECK_INT(umask(022), 0777);
	CHECK_INT(read_name(), -ENOENT);
	n.init_pid = 11;
	n.pidfd_inode = 0;
	CHECK_INT(nsname_publish(&k, &n, &e), 0);
	check_file(&n);
	CHECK_INT(read_name(), 0);
	/* the user's directory is searched first, but does not contain the name */
	CHECK(setenv("XDG_RUNTIME_DIR", in, 1) == 0);
	CHECK_INT(read_name(), 0);
	CHECK(unsetenv("XDG_RUNTIME_DIR") == 0);
	alarm(20);
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++) {
		/* the target of the link is a valid file */
		CHECK(link("/run/nsutils/web.json", "/run/nsutils/target") == 0);
		/* trustpath_resolve() opens the file first, to find links */
		race_begin("web.json", 2, acts[i]);
		CHECK_INT(read_name(), -ENOENT);
		race_end();
		CHECK(remove("/run/nsutils/web.json") == 0);
		CHECK(rename("/run/nsutils/target", "/run/nsutils/web.json") == 0);
		CHECK(unlink("/run/nsutils/web.json.moved") == 0);
		CHECK_INT(read_name(), 0);
	}
	alarm(0);
	CHECK_INT(nsname_release(&k, &e), 0);
	CHECK_INT(read_name(), -ENOENT);
}

static void a_replaced_file_is_not_used_for_a_name(void)
{
	sandbox(CLONE_NEWPID, names);
	sandbox(CLONE_NEWPID, read_names);
}

/* Tries to reserve a name, which must fail with EACCES. */
static void as_a_user(void)
{
	struct nsname_keep k = NSNAME_KEEP_INIT;

	e = NSERR_INIT;
	CHECK_INT(nsname_reserve(&k, "web", &e), -EACCES);
}

#define SET_DIR "set XDG_RUNTIME_DIR to a directory that you own"

static void names_of_a_user(const char *in)
{
	char want[UNIT_PATH_SIZE];

	CHECK(mkdir("/run/nsutils", 0755) == 0 && setresuid(-1, 61234, -1) == 0);
	as_a_user();
	CHECK_STR(e.what, "cannot create the lock file 'web.lock' in the directory 'nsutils'");
	CHECK_STR(e.hint, SET_DIR);
	CHECK(setenv("XDG_RUNTIME_DIR", in, 1) == 0);
	as_a_user();
	snprintf(want, sizeof(want), "cannot create '%s/nsutils'", in);
	CHECK_STR(e.what, want);
	CHECK_STR(e.hint, "");
	CHECK(unsetenv("XDG_RUNTIME_DIR") == 0 && setresuid(-1, 0, -1) == 0);
	CHECK(rmdir("/run/nsutils") == 0 && setresuid(-1, 61234, -1) == 0);
	as_a_user();
	CHECK_STR(e.what, "cannot create '/run/nsutils'");
	CHECK_STR(e.hint, SET_DIR);
}

static void a_user_needs_a_directory(void)
{
	char dir[UNIT_DIR_SIZE];
	pid_t pid;

	if (geteuid() != 0) {
		unit_skip("only root can become another user");
		return;
	}
	close(unit_directory(dir));
	pid = unit_fork();
	if (pid == 0) {
		CHECK(unshare(CLONE_NEWNS) == 0 &&
		      mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
		if (!unit_failures) {
			sandbox_tmpfs("/run");
			names_of_a_user(dir);
		}
		unit_end_child();
	}
	CHECK_INT(unit_wait(pid), 0);
	CHECK_INT(rmdir(dir), 0);
}

UNIT_MAIN(CASE(a_replaced_file_is_not_pinned), CASE(a_replaced_file_is_not_used_for_a_name),
	  CASE(a_user_needs_a_directory))
