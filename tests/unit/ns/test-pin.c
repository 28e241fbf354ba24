// SPDX-License-Identifier: GPL-2.0-or-later
/* test-pin: mounts namespaces on files, reserves names of runs and moves clocks, each in a sandbox,
 * in the situations that the shell tests do not make: unusual directories, untrusted files, files
 * of /proc that the kernel does not have, and calls that fail twice. */
#include <sys/mount.h>

#include "../fault.h"
#include "../sandbox.h"
#include "calls.h"
#include "kernel/proc_stat.h"
#include "ns/name.h"
#include "ns/timens_proc.h"

static char path[128];

/* Returns a path below the directory of the sandbox. */
static const char *below(const char *in, const char *name)
{
	snprintf(path, sizeof(path), "%s/%s", in, name);
	return path;
}

/* Mounts a tmpfs on the directory, so that the owner and the propagation of its mount are known. */
static void use_tmpfs(const char *in, unsigned long propagation)
{
	CHECK(mount(NULL, in, NULL, propagation, NULL) == 0);
}

/* ---- Directories */

/* The error of the last dir_message(). */
static struct nserr dir_error;

static const char *dir_message(const char *name)
{
	dir_error = NSERR_INIT;
	return open_dir(name, &dir_error) < 0 ? unit_message(&dir_error) : "";
}

static void use_directories(const char *in)
{
	use_tmpfs(in, MS_SHARED);
	CHECK_STR(dir_message(""), "cannot create '': No such file or directory");
	for (const char *const *dir = (const char *const[]){ "/..", "/.", "/", "//", NULL }; *dir;
	     dir++) {
		char want[64];

		snprintf(want, sizeof(want), "cannot create '%s': %s", *dir, strerror(EBUSY));
		CHECK_STR(dir_message(*dir), want);
	}
	/* a directory that nspin_dir_open() creates is removed again */
	CHECK_STR(dir_message(below(in, "new///")), "");
	/* any user can replace files in this directory */
	CHECK(mkdir(below(in, "open"), 0755) == 0 && chmod(path, 0777) == 0);
	CHECK(strstr(dir_message(path), "'"));
	CHECK(str_after(dir_error.hint, "use a directory that only root or you can change"));
	CHECK_INT(rmdir(path), 0);
	below(in, "new///");
	CHECK(!unit_exists(below(in, "new")));
	unit_file(AT_FDCWD, below(in, "file"), "");
	CHECK(strstr(dir_message(path), "Not a directory"));
}

static void refuses_the_root_and_files_as_directories(void)
{
	sandbox(0, use_directories);
}

/* Returns the message of nspin_release(), or "" if it has released something. */
static const char *release_message(const char *name)
{
	static struct nserr e;

	e = NSERR_INIT;
	return unit_error(nspin_release(name, &e), &e);
}

static void release_others(const char *in)
{
	char want[256], name[128];

	use_tmpfs(in, MS_PRIVATE);
	snprintf(name, sizeof(name), "%s/d", in);
	snprintf(want, sizeof(want), "cannot find namespaces in '%s': No such file or directory",
		 name);
	CHECK(mkdir(name, 0755) == 0);
	/* nspin_bind() has created none of these */
	CHECK(mkdir(below(in, "d/uts"), 0755) == 0);
	CHECK(symlink("x", below(in, "d/net")) == 0);
	unit_file(AT_FDCWD, below(in, "empty"), "");
	CHECK(symlink("../empty", below(in, "d/cgroup")) == 0);
	CHECK_STR(release_message(name), want);
	CHECK(unit_exists(below(in, "d/uts")) && unit_exists(below(in, "d/net")));
	CHECK(unit_exists(below(in, "d/cgroup")) && unit_exists(below(in, "empty")));
	/* a file that is not empty stays, but it does not hide the others */
	unit_file(AT_FDCWD, below(in, "d/ipc"), "text");
	unit_file(AT_FDCWD, below(in, "d/pid"), "");
	CHECK_STR(release_message(name), "");
	CHECK(unit_exists(below(in, "d/ipc")) && !unit_exists(below(in, "d/pid")));
}

static void release_keeps_files_that_are_not_empty_mount_points(void)
{
	sandbox(0, release_others);
}

/* A mount that is not a bind mount of the directory on itself stays. */
static void release_other_mount(const char *in)
{
	char name[128];

	use_tmpfs(in, MS_PRIVATE);
	snprintf(name, sizeof(name), "%s/d", in);
	CHECK(mkdir(name, 0755) == 0 && mount("t", name, "tmpfs", 0, "mode=755") == 0);
	unit_file(AT_FDCWD, below(in, "d/uts"), "");
	CHECK_STR(release_message(name), "");
	CHECK(!unit_exists(below(in, "d/uts")));
	/* the directory is still a mount point */
	CHECK(rmdir(name) < 0 && errno == EBUSY);
	CHECK(umount(name) == 0 && rmdir(name) == 0);
	/* a bind mount of another directory */
	CHECK(mkdir(name, 0755) == 0 && mkdir(below(in, "other"), 0755) == 0);
	CHECK(mount(path, name, NULL, MS_BIND, NULL) == 0);
	unit_file(AT_FDCWD, below(in, "d/uts"), "");
	CHECK_STR(release_message(name), "");
	CHECK(rmdir(name) < 0 && errno == EBUSY);
	/* the mount that nspin_dir_open() makes */
	CHECK(umount(name) == 0 && mount(name, name, NULL, MS_BIND, NULL) == 0);
	unit_file(AT_FDCWD, below(in, "d/uts"), "");
	CHECK_STR(release_message(name), "");
	CHECK(!unit_exists(name));
}

static void release_removes_only_its_own_mount(void)
{
	sandbox(0, release_other_mount);
}

/* ---- Files */

/* Tries to mount the caller's mount namespace, which the kernel refuses, on a file. */
static void bind_mount_namespace(const char *in, struct nserr *e)
{
	cleanup_fd int self = open_self();
	struct nspin pin = NSPIN_INIT;

	*e = NSERR_INIT;
	pin.path = below(in, "mnt");
	CHECK_INT(nspin_bind(&pin, NULL, self, nstype_by_flag(CLONE_NEWNS), e), -EINVAL);
	CHECK(!unit_exists(path));
}

static void pin_mount_namespace(const char *in)
{
	struct nserr e;

	use_tmpfs(in, MS_PRIVATE);
	bind_mount_namespace(in, &e);
	CHECK(!strstr(e.hint, "--persist"));
	CHECK(mount(NULL, in, NULL, MS_SHARED, NULL) == 0);
	bind_mount_namespace(in, &e);
	CHECK(strstr(e.hint, "use --persist"));
}

static void only_a_shared_mount_has_a_hint_to_persist(void)
{
	sandbox(0, pin_mount_namespace);
}

/* A file of another user. */
static char foreign[UNIT_PATH_SIZE];

static void pin_foreign_file(const char *in)
{
	cleanup_fd int self = open_self();
	struct nspin_dir d = NSPIN_DIR_INIT;
	struct nspin pin = NSPIN_INIT;
	struct nserr e = NSERR_INIT;

	use_tmpfs(in, MS_PRIVATE);
	unit_file(AT_FDCWD, below(in, "uts"), "");
	CHECK(mount(foreign, path, NULL, MS_BIND, NULL) == 0);
	d.path = pin.path = in;
	CHECK_INT(nspin_dir_open(&d, &e), 0);
	CHECK_INT(nspin_bind(&pin, &d, self, nstype_by_flag(CLONE_NEWUTS), &e), -EACCES);
	CHECK(strstr(unit_message(&e), "': it belongs to user 65534"));
	CHECK(!is_pinned(below(in, "uts")));
	/* another directory can be chosen freely, so its files are not checked */
	e = NSERR_INIT;
	pin.path = below(in, "uts");
	CHECK_INT(nspin_bind(&pin, NULL, self, nstype_by_flag(CLONE_NEWUTS), &e), 0);
	CHECK(is_pinned(path));
	nspin_undo(&pin);
	nspin_dir_undo(&d);
}

/* A namespace cannot be mounted on a directory or on a symbolic link. */
static void pin_other_file(const char *in)
{
	cleanup_fd int self = open_self();
	struct nspin_dir d = NSPIN_DIR_INIT;
	char want[128];

	use_tmpfs(in, MS_PRIVATE);
	snprintf(want, sizeof(want), "cannot mount a namespace on '%s'", in);
	d.path = in;
	CHECK_INT(nspin_dir_open(&d, &(struct nserr){ 0 }), 0);
	for (int i = 0; i < 2; i++) {
		struct nspin pin = NSPIN_INIT;
		struct nserr e = NSERR_INIT;

		pin.path = in;
		CHECK((i ? symlink("x", below(in, "uts")) : mkdir(below(in, "uts"), 0755)) == 0);
		CHECK_INT(nspin_bind(&pin, &d, self, nstype_by_flag(CLONE_NEWUTS), &e),
			  i ? -ELOOP : -EISDIR);
		CHECK_STR(e.what, want);
		CHECK(unit_exists(below(in, "uts")));
		CHECK((i ? unlink(path) : rmdir(path)) == 0);
	}
	nspin_dir_undo(&d);
}

static void refuses_to_pin_on_a_directory_or_a_link(void)
{
	sandbox(0, pin_other_file);
}

static void refuses_a_file_of_another_user_in_a_trusted_directory(void)
{
	char dir[UNIT_DIR_SIZE];
	int fd;

	if (geteuid() != 0) {
		unit_skip("only root can create files of other users");
		return;
	}
	fd = unit_directory(dir);
	unit_put(fd, "file", "");
	CHECK_INT(fchownat(fd, "file", 61234, 61234, 0), 0);
	close(fd);
	snprintf(foreign, sizeof(foreign), "%s/file", dir);
	sandbox(0, pin_foreign_file);
	unit_remove(dir);
}

/* ---- Calls that fail twice */

/* Removes a mount that could not be removed at the first attempt. */
static int try_undo_dir(void)
{
	struct nspin_dir d = NSPIN_DIR_INIT;
	struct nserr e = NSERR_INIT;
	int rc;

	d.path = path;
	rc = nspin_dir_open(&d, &e);
	if (rc < 0 || !d.bound)
		return 1;
	fault_begin();
	nspin_dir_undo(&d);
	fault_end();
	/* nspin_dir_undo() repeats an unmount that fails once */
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0 && !fault_again)
		return 1;
	rmdir(path);
	return unit_exists(path) ? 1 : 0;
}

/* Returns the result of nspin_dir_open(), or 1 if its message or hint is wrong. */
static int try_private(void)
{
	struct nspin_dir d = NSPIN_DIR_INIT;
	struct nserr e = NSERR_INIT;
	char want[160];
	int rc;

	d.path = path;
	fault_begin();
	rc = nspin_dir_open(&d, &e);
	fault_end();
	if (rc == 0)
		nspin_dir_undo(&d);
	snprintf(want, sizeof(want), "cannot make '%s' a private mount: %s", path, strerror(-rc));
	return streq(unit_message(&e), want) && !unit_exists(path) &&
			       !e.hint[0] == (rc != -EPERM) &&
			       (rc != -EPERM ||
				str_after(e.hint, "run the command with CAP_SYS_ADMIN in the user "
						  "namespace that owns the caller's mount"))
		       ? rc
		       : 1;
}

static void undo_directory(const char *in)
{
	int busy = 0;

	use_tmpfs(in, MS_SHARED);
	below(in, "d");
	for (int k = 1; k <= 2; k++) {
		CHECK_INT(fault_answer(try_private, SYS_mount, k, -EPERM), -EPERM);
		CHECK_INT(fault_answer(try_private, SYS_mount, k, -EINVAL), -EINVAL);
	}
	/* the new mount is removed if it cannot be compared with the directory */
	for (int k = 1; k < 30; k++)
		busy += fault_answer(try_private, SYS_newfstatat, k, -EIO) == -EBUSY;
	CHECK_INT(busy, 2);
	fault_all("nspin_dir_undo", try_undo_dir, NULL);
	fault_again = true;
	fault_all("nspin_dir_undo with two failures", try_undo_dir, NULL);
	fault_again = false;
}

static void undo_repeats_a_failed_unmount(void)
{
	if (fault_require())
		sandbox(0, undo_directory);
}

static void remove_names(void)
{
	unlink("/run/nsutils/web.json");
	unlink("/run/nsutils/web.new");
	unlink("/run/nsutils/web.lock");
}

/* A name can be reserved, or the reason of the failure is reported. */
static int try_reserve(void)
{
	struct nsname_keep k = NSNAME_KEEP_INIT;
	struct nserr e = NSERR_INIT, ignored = NSERR_INIT;
	int rc;

	fault_begin();
	rc = nsname_reserve(&k, "web", &e);
	fault_end();
	rc = fault_result(rc, &e,
			  unit_exists("/run/nsutils/web.new") &&
				  unit_exists("/run/nsutils/web.lock"));
	(void)!nsname_release(&k, &ignored);
	remove_names();
	return rc;
}

/* A file NAME.json that cannot be removed is reported. */
static int try_release_name(void)
{
	struct nsname_keep k = NSNAME_KEEP_INIT;
	struct nsname n = { .pid = getpid(), .start = 1, .pidns = 1, .boot_id = "x" };
	struct nserr e = NSERR_INIT;
	bool left;
	int rc;

	if (nsname_reserve(&k, "web", &e) < 0 || nsname_publish(&k, &n, &e) < 0)
		return 1;
	fault_begin();
	rc = nsname_release(&k, &e);
	fault_end();
	left = unit_exists("/run/nsutils/web.json");
	remove_names();
	return fault_result(rc, &e, !left);
}

/* A failure to write the file leaves no file with this name. */
static int try_publish(void)
{
	struct nsname_keep k = NSNAME_KEEP_INIT;
	struct nsname n = { .pid = getpid(), .start = 1, .pidns = 1, .boot_id = "x" };
	struct nserr e = NSERR_INIT, ignored = NSERR_INIT;
	bool right;
	int rc;

	if (nsname_reserve(&k, "web", &e) < 0)
		return 1;
	fault_begin();
	rc = nsname_publish(&k, &n, &e);
	fault_end();
	right = unit_exists("/run/nsutils/web.json") == (rc == 0);
	(void)!nsname_release(&k, &ignored);
	remove_names();
	return right ? fault_result(rc, &e, true) : 1;
}

/* Accepts that nsname_release() leaves a file after ENOENT for this file, twice in a row. */
static bool is_missing(const char *why, const struct fault_run *f)
{
	(void)why;
	return f->error == ENOENT;
}

static void keep_names(const char *in)
{
	(void)in;
	sandbox_tmpfs("/run");
	fault_all("nsname_publish", try_publish, NULL);
	fault_again = true;
	fault_all("nsname_reserve with two failures", try_reserve, NULL);
	fault_all("nsname_release with two failures", try_release_name, is_missing);
	fault_again = false;
}

static void two_failed_calls_are_reported(void)
{
	if (fault_require())
		sandbox(CLONE_NEWPID, keep_names);
}

/* ---- Names of runs that have ended */

/* Writes a file like that of a run, with this pid and start time. */
static void put_run(const char *name, const struct nsname *n)
{
	char file[64], text[512];

	snprintf(file, sizeof(file), "/run/nsutils/%s.json", name);
	snprintf(text, sizeof(text),
		 "{\"name\":\"%s\",\"pid\":%d,\"pidfd_inode\":null,\"start\":%llu,\"pidns\":%llu,"
		 "\"boot_id\":\"%s\"}\n",
		 name, (int)n->pid, (unsigned long long)n->start, (unsigned long long)n->pidns,
		 n->boot_id);
	unit_file(AT_FDCWD, file, text);
}

static void find_runs(const char *in)
{
	struct nsname n = { .pid = getpid() }, other;
	struct nserr e = NSERR_INIT;

	sandbox_tmpfs("/run");
	CHECK(mkdir("/run/nsutils", 0755) == 0);
	CHECK_INT(nsname_describe(&n, &e), 0);
	CHECK(!nsname_is_live("web"));
	put_run("web", &n);
	CHECK(nsname_is_live("web"));
	other = n;
	other.start += 1000; /* the pid has been reused */
	put_run("web", &other);
	CHECK(!nsname_is_live("web"));
	CHECK_INT(nsname_read("web", &other, &e), 0);
	other = n;
	other.pid = 4194304; /* no process can have this pid */
	put_run("web", &other);
	CHECK(!nsname_is_live("web"));
	other = n;
	other.pidns++;
	put_run("web", &other);
	CHECK(!nsname_is_live("web"));
	CHECK_INT(nsname_read("web", &other, &e), -EXDEV);
	/* a kernel whose boot id cannot be read */
	put_run("web", &n);
	unit_file(AT_FDCWD, below(in, "empty"), "\n");
	CHECK(mount(path, "/proc/sys/kernel/random/boot_id", NULL, MS_BIND, NULL) == 0);
	CHECK_INT(nsname_read("web", &other, &e), -EIO);
	CHECK_STR(e.what, "cannot look up the process 'name:web'");
	CHECK_INT(nsname_describe(&n, &e), -EIO);
	CHECK(!nsname_is_live("web"));
}

static void a_run_is_live_only_while_its_process_lives(void)
{
	sandbox(CLONE_NEWPID, find_runs);
}

/* ---- Clocks */

#define AHEAD 1000 /* seconds that the clocks of the time namespace are ahead */

static struct timens_now started;

/* Reads the start time of process 1 in a time namespace whose clocks are ahead. */
static int try_look_ahead(void)
{
	cleanup_fd int init = open("/proc/1", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct timens_now now = { .initial = { { 0, 0 } } };
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = timens_look(TIMENS_ANCHOR_START, init, &now, &e);
	fault_end();
	return fault_result(rc, &e,
			    now.own[TIMENS_BOOTTIME].tv_sec == AHEAD &&
				    llabs(now.anchor[TIMENS_BOOTTIME].tv_sec -
					  started.anchor[TIMENS_BOOTTIME].tv_sec) <= 1);
}

/* Mounts a file with this text on /proc/stat, and returns by how many seconds the start time of
 * process 1 then differs from that in the initial time namespace. */
static long long moved_by(const char *in, const char *text)
{
	cleanup_fd int init = open("/proc/1", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct nserr e = NSERR_INIT;
	struct timens_now now;

	unit_file(AT_FDCWD, below(in, "stat"), text);
	CHECK(mount(path, "/proc/stat", NULL, MS_BIND, NULL) == 0);
	CHECK_INT(timens_look(TIMENS_ANCHOR_START, init, &now, &e), 0);
	CHECK(umount("/proc/stat") == 0);
	return now.anchor[TIMENS_BOOTTIME].tv_sec - started.anchor[TIMENS_BOOTTIME].tv_sec;
}

static void look_ahead(const char *in)
{
	const bool moved = proc_stat_is_moved(AHEAD);
	struct timespec real, boot;
	long long by;
	char text[64];

	/* Linux 5.11 and later show start times on the reader's clock. A file without btime does
	 * not show whether the kernel does so, and the tools assume it. */
	if (moved) {
		if (fault_supported())
			fault_all("timens_look in a time namespace", try_look_ahead, NULL);
		CHECK(llabs(moved_by(in, "cpu 1 2 3\n")) <= 1);
		CHECK(llabs(moved_by(in, "cpu 1 2 3\nbtime x\n")) <= 1);
	} else {
		CHECK_INT(try_look_ahead(), 0);
	}
	/* The btime of an older kernel does not move with the clock of the reader. With such a
	 * file, the result is right only on an older kernel. */
	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	snprintf(text, sizeof(text), "cpu 1 2 3\nbtime %lld\n",
		 (long long)real.tv_sec - (boot.tv_sec - AHEAD));
	by = moved_by(in, text);
	CHECK(llabs(by - (moved ? AHEAD : 0)) <= 1);
}

static void move_clocks(const char *in)
{
	cleanup_fd int self = open_self(), init = open("/proc/1", O_PATH | O_DIRECTORY | O_CLOEXEC);
	const struct timens t = { .set = { true, true }, .off = { { AHEAD, 0 }, { AHEAD, 0 } } };
	struct nserr e = NSERR_INIT;
	pid_t pid;

	CHECK_INT(timens_look(TIMENS_ANCHOR_START, init, &started, &e), 0);
	CHECK_INT(timens_unshare(&e), 0);
	CHECK_INT(timens_write(self, &t, &e), 0);
	pid = unit_fork();
	if (pid == 0) {
		look_ahead(in);
		unit_end_child();
	}
	CHECK_INT(unit_wait(pid), 0);
}

static void the_start_time_is_found_on_moved_clocks(void)
{
	if (access("/proc/self/ns/time", F_OK) < 0) {
		unit_skip("no time namespaces here");
		return;
	}
	sandbox(CLONE_NEWPID, move_clocks);
}

UNIT_MAIN(CASE(refuses_the_root_and_files_as_directories),
	  CASE(release_keeps_files_that_are_not_empty_mount_points),
	  CASE(release_removes_only_its_own_mount), CASE(only_a_shared_mount_has_a_hint_to_persist),
	  CASE(refuses_to_pin_on_a_directory_or_a_link),
	  CASE(refuses_a_file_of_another_user_in_a_trusted_directory),
	  CASE(undo_repeats_a_failed_unmount), CASE(two_failed_calls_are_reported),
	  CASE(a_run_is_live_only_while_its_process_lives),
	  CASE(the_start_time_is_found_on_moved_clocks))
