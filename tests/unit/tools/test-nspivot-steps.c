// SPDX-License-Identifier: GPL-2.0-or-later
/* The steps and verbs of nspivot, on a root in a new mount namespace, and with failing system
 * calls. */
#include <dirent.h>

#include "../fault.h"
#include "../sandbox.h"
#include "kernel/sys_cap.h"
#include "nspivot/nspivot.h"

static struct opts o;
static struct run run;
static const char *root_dir;
/* the descriptors that a case has open before it begins a root */
static bool own_fds[256];

static const int mount_api[] = { SYS_open_tree, SYS_fsopen, SYS_move_mount, SYS_mount_setattr };

/* Begins a root in the directory root_dir, in a new mount namespace. Returns 0, or a negative errno
 * with e set. */
static int begin(struct nserr *e)
{
	run = (struct run){ .o = &o, .root = ROOT_INIT, .handle = HANDLE_INIT };
	return step_begin.run(&run, NULL, e);
}

/* Removes the root, and closes the descriptors that nspivot leaves open for exec, which are not
 * among the descriptors in `before`. */
static void end_and_close(const bool before[256])
{
	root_undo(&run.root);
	for (int fd = 3; fd < 256; fd++)
		if (!before[fd])
			close(fd);
}

static void end(void)
{
	end_and_close(own_fds);
}

static void note_fds(bool open_fds[256])
{
	for (int fd = 0; fd < 256; fd++)
		open_fds[fd] = fcntl(fd, F_GETFD) >= 0;
}

/* Returns the beginning of a file of the new root, or "" if it cannot be read. */
static const char *content(const char *path)
{
	static char text[512];
	ssize_t n = file_read_at(run.root.fd, path, text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	return text;
}

static bool exists(const char *path)
{
	struct stat st;

	return fstatat(run.root.fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Executes a verb on the new root. Returns 0, or a negative errno with e set. */
static int do_verb(enum verb_id verb, const char *arg, struct nserr *e)
{
	struct opts one = { 0 };
	struct plan_step s;
	int rc;

	CHECK_INT(opts_add(&one, &verbs[verb], arg, e), 0);
	s = (struct plan_step){ .arg = &one.op[0] };
	rc = verbs[verb].kind.run(&run, &s, e);
	free(one.op[0].text);
	free(one.op);
	return rc;
}

/* Mounts an empty /etc and /run, and the tmpfs of the new root. */
static void furnish(const char *in)
{
	root_dir = in;
	o = (struct opts){ .newroot = in };
	sandbox_tmpfs("/etc");
	sandbox_tmpfs("/run");
	CHECK_INT(mkdir("/run/systemd", 0755), 0);
	CHECK_INT(mkdir("/run/systemd/resolve", 0755), 0);
	note_fds(own_fds);
}

/* ---- files of /etc */

static void inside_etc(const char *in)
{
	struct nserr e = NSERR_INIT;

	furnish(in);
	unit_put(AT_FDCWD, "/etc/hosts", "127.0.0.1 caller\n");
	unit_put(AT_FDCWD, "/etc/hostname", "caller\n");
	unit_put(AT_FDCWD, "/run/other", "other\n");
	CHECK_INT(begin(&e), 0);
	CHECK_INT(do_verb(VERB_ETC_HOSTS, "host", &e), 0);
	CHECK_STR(content("etc/hosts"), "127.0.0.1 caller\n");
	CHECK_INT(do_verb(VERB_ETC_HOSTNAME, "host", &e), 0);
	CHECK_STR(content("etc/hostname"), "caller\n");
	end();
	CHECK_INT(begin(&e), 0);
	CHECK_INT(do_verb(VERB_ETC_HOSTS, "/run/other", &e), 0);
	CHECK_STR(content("etc/hosts"), "other\n");
	CHECK_INT(do_verb(VERB_ETC_HOSTNAME, "/run/other", &e), 0);
	CHECK_STR(content("etc/hostname"), "other\n");
	CHECK_INT(do_verb(VERB_ETC_HOSTS, "/nonexistent", &e), -ENOENT);
	CHECK_STR(e.what, "cannot open '/nonexistent'");
	CHECK_INT(do_verb(VERB_ETC_RESOLV_CONF, "fd:x", &e), -EINVAL);
	CHECK_STR(e.what, "invalid descriptor 'fd:x'");
	CHECK_INT(do_verb(VERB_ETC_HOSTNAME, "fd:999", &e), -EBADF);
	CHECK_STR(e.what, "cannot duplicate descriptor 'fd:999'");
	end();
	CHECK_INT(begin(&e), 0);
	CHECK_INT(do_verb(VERB_ETC_HOSTS, "auto", &e), 0);
	CHECK(str_after(content("etc/hosts"), "127.0.0.1\tlocalhost\n127.0.1.1\t"));
	end();
}

static void files_of_etc_are_those_of_the_host_or_generated(void)
{
	sandbox(CLONE_NEWUTS, inside_etc);
}

static void inside_resolv(const char *in)
{
	/* the files of the caller and of systemd-resolved, and the expected result */
	static const struct {
		const char *own, *resolved, *want;
	} all[] = {
		{ "search x\nnameserver 192.0.2.1\nnameserver 127.0.0.53\nnameserver ::1\n",
		  "nameserver 192.0.2.2\n", "search x\nnameserver 192.0.2.1\n" },
		{ "nameserver 192.0.2.1", NULL, "nameserver 192.0.2.1\n" },
		{ "nameserver 127.0.0.53\nsearch y\n", "nameserver 192.0.2.2\n",
		  "nameserver 192.0.2.2\n" },
		{ "nameserver 127.0.0.53\n", "search z\n", "search z\n" },
		{ NULL, "nameserver 192.0.2.2\n", "nameserver 192.0.2.2\n" },
		{ "nameserver 127.0.0.53\n", NULL, "" },
		{ NULL, NULL, "" },
		{ "", "", "" },
	};

	furnish(in);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct nserr e = NSERR_INIT;

		unlink("/etc/resolv.conf");
		unlink("/run/systemd/resolve/resolv.conf");
		if (all[i].own)
			unit_put(AT_FDCWD, "/etc/resolv.conf", all[i].own);
		if (all[i].resolved)
			unit_put(AT_FDCWD, "/run/systemd/resolve/resolv.conf", all[i].resolved);
		CHECK_INT(begin(&e), 0);
		CHECK_INT(do_verb(VERB_ETC_RESOLV_CONF, "auto", &e), 0);
		CHECK(exists("etc/resolv.conf"));
		CHECK_STR(content("etc/resolv.conf"), all[i].want);
		end();
	}
}

static void resolv_conf_has_no_loopback_servers(void)
{
	sandbox(0, inside_resolv);
}

/* Returns the error of --etc-resolv-conf=auto. Returns 1 if it has created the file in the new root
 * in spite of the error, or if the message does not name one of the files of the host. */
static int try_resolv(void)
{
	struct nserr e = NSERR_INIT;
	int rc = begin(&e);

	if (rc < 0)
		return rc;
	fault_begin();
	rc = do_verb(VERB_ETC_RESOLV_CONF, "auto", &e);
	fault_end();
	if (rc < 0 && (exists("etc/resolv.conf") || !str_after(e.what, "cannot read '/")))
		rc = 1;
	end();
	return rc;
}

static void inside_unreadable(const char *in)
{
	static const char resolved[] = "/run/systemd/resolve/resolv.conf";
	struct nserr e = NSERR_INIT;

	furnish(in);
	unit_put(AT_FDCWD, "/etc/resolv.conf", "nameserver 127.0.0.53\n");
	unit_put(AT_FDCWD, resolved, "nameserver 192.0.2.2\n");
	/* the first read(2) is that of /etc/resolv.conf, the third one that of the second file */
	CHECK_INT(fault_answer(try_resolv, SYS_read, 1, -EIO), -EIO);
	CHECK_INT(fault_answer(try_resolv, SYS_read, 3, -EIO), -EIO);
	CHECK_INT(fault_answer(try_resolv, SYS_openat, 1, -EACCES), -EACCES);
	CHECK_INT(fault_answer(try_resolv, SYS_openat, 1, -ENOENT), 0);
	unlink(resolved);
	CHECK_INT(mkdir(resolved, 0755), 0);
	CHECK_INT(begin(&e), 0);
	CHECK_INT(do_verb(VERB_ETC_RESOLV_CONF, "auto", &e), -EISDIR);
	CHECK_STR(e.what, "cannot read '/run/systemd/resolve/resolv.conf'");
	CHECK(!exists("etc/resolv.conf"));
	end();
	unlink("/etc/resolv.conf");
	CHECK_INT(mkdir("/etc/resolv.conf", 0755), 0);
	CHECK_INT(begin(&e), 0);
	CHECK_INT(do_verb(VERB_ETC_RESOLV_CONF, "auto", &e), -EISDIR);
	CHECK_STR(e.what, "cannot read '/etc/resolv.conf'");
	end();
}

static void unreadable_resolv_conf_is_an_error(void)
{
	if (fault_require())
		sandbox(0, inside_unreadable);
}

/* ---- mounts */

static void inside_mounts(const char *in)
{
	struct nserr e = NSERR_INIT;

	furnish(in);
	unit_put(AT_FDCWD, "/run/file", "file\n");
	CHECK_INT(symlink("file", "/run/link"), 0);
	CHECK_INT(begin(&e), 0);
	CHECK_INT(do_verb(VERB_BIND, "/run/link:/followed", &e), 0);
	CHECK_STR(content("followed"), "file\n");
	/* With nofollow, the symbolic link itself is the source. Linux 5.10 binds it, and later
	 * kernels refuse it. */
	if (do_verb(VERB_BIND, "/run/link:/link:nofollow", &e) < 0)
		CHECK(e.what[0]);
	else
		CHECK_STR(content("link"), "");
	e = NSERR_INIT;
	CHECK_INT(do_verb(VERB_BIND_TRY, "/run/missing:/missing", &e), 0);
	CHECK_STR(e.what, "");
	CHECK(!exists("missing"));
	CHECK_INT(do_verb(VERB_BIND, "/run/missing:/missing", &e), -ENOENT);
	CHECK_STR(e.what, "cannot open '/run/missing'");
	end();
	/* This user namespace does not own its network namespace, so the kernel refuses a new
	 * sysfs. A read-only sysfs is then that of the caller. */
	CHECK_INT(begin(&e), 0);
	CHECK_INT(do_verb(VERB_SYSFS, "/sys:rw", &e), -EPERM);
	CHECK(e.what[0]);
	CHECK_INT(do_verb(VERB_SYSFS, NULL, &e), 0);
	CHECK(exists("sys/kernel"));
	end();
}

static void source_of_a_bind_and_sysfs_follow_their_options(void)
{
	sandbox(0, inside_mounts);
}

/* Returns false if the root of a user namespace may not mount overlays, as before Linux 5.11. */
static bool may_mount_overlays(void)
{
	pid_t pid = unit_fork();

	if (pid == 0) {
		sandbox_enter(CLONE_NEWUSER | CLONE_NEWNS);
		_exit(mount("o", SANDBOX_DIR, "overlay", 0, "lowerdir=/nonexistent") < 0 &&
		      errno == EPERM);
	}
	return unit_exit_status(pid) != 1;
}

static void inside_overlay(const char *in)
{
	struct nserr e = NSERR_INIT;
	char many[8192] = "/m", path[64];
	cleanup_fd int fd = -1;

	furnish(in);
	CHECK_INT(mkdir("/run/lower", 0755), 0);
	unit_put(AT_FDCWD, "/run/lower/file", "lower\n");
	snprintf(path, sizeof(path), "%s/file", in);
	unit_put(AT_FDCWD, path, "newroot\n");
	CHECK_INT(begin(&e), 0);
	/* the hint names the separator */
	CHECK_INT(do_verb(VERB_OVERLAY, "/o:lower=/run/lower:work=/w,upper=tmpfs", &e), -ENOENT);
	CHECK_STR(e.what, "/o: cannot open layer '/run/lower:work=/w'");
	CHECK_STR(e.hint, "separate lower=, upper= and work= by commas");
	e = NSERR_INIT;
	CHECK_INT(do_verb(VERB_OVERLAY, "/o:lower=/run/lower:lower=/x,upper=tmpfs", &e), -ENOENT);
	CHECK_STR(e.hint, "separate lower=, upper= and work= by commas");
	e = NSERR_INIT;
	CHECK_INT(do_verb(VERB_OVERLAY, "/o:lower=/run/lower,upper=/x:upper=/y,work=/w", &e),
		  -ENOENT);
	CHECK_STR(e.hint, "separate lower=, upper= and work= by commas");
	e = NSERR_INIT;
	CHECK_INT(do_verb(VERB_OVERLAY, "/o:lower=/run/gone,upper=tmpfs", &e), -ENOENT);
	CHECK_STR(e.what, "/o: cannot open layer '/run/gone'");
	CHECK_STR(e.hint, "");
	/* at most 256 parameters */
	for (int i = 0; i < 260; i++)
		strcat(many, i ? ",lower=/run/lower" : ":lower=/run/lower");
	CHECK_INT(do_verb(VERB_OVERLAY, many, &e), -E2BIG);
	CHECK_STR(e.what, "too many layers");
	/* the options of the file system may contain userxattr already */
	CHECK_INT(do_verb(VERB_OVERLAY, "/o:lower=/run/lower,upper=tmpfs,userxattr", &e), 0);
	CHECK_STR(content("o/file"), "lower\n");
	CHECK_INT(do_verb(VERB_OVERLAY, "/p:lower=/run/lower,upper=tmpfs", &e), 0);
	CHECK_STR(content("p/file"), "lower\n");
	end();
	/* without lower=, the new root is the lower layer, also if it is a descriptor */
	fd = open(in, O_PATH | O_DIRECTORY | O_CLOEXEC);
	note_fds(own_fds);
	snprintf(path, sizeof(path), "fd:%d", fd);
	o.newroot = path;
	CHECK_INT(begin(&e), 0);
	CHECK_INT(do_verb(VERB_OVERLAY, "/q:upper=tmpfs", &e), 0);
	CHECK_STR(content("q/file"), "newroot\n");
	o.newroot = "fd:x";
	CHECK_INT(do_verb(VERB_OVERLAY, "/r:upper=tmpfs", &e), -ENOENT);
	end();
}

static void overlay_has_layers_that_exist(void)
{
	if (may_mount_overlays())
		sandbox(0, inside_overlay);
	else
		unit_skip("no overlays in user namespaces here");
}

static void inside_begin(const char *in)
{
	struct nserr e = NSERR_INIT;
	struct plan_step s = { .num = MS_SHARED };

	furnish(in);
	o.newroot = "/nonexistent";
	CHECK_INT(begin(&e), -ENOENT);
	CHECK_STR(e.what, "cannot open the new root '/nonexistent'");
	unit_put(AT_FDCWD, "/run/file", "");
	o.newroot = "/run/file";
	CHECK_INT(begin(&e), -ENOTDIR);
	CHECK(strstr(e.hint, "specify a directory as the new root"));
	e = NSERR_INIT;
	o.newroot = "fd:x";
	CHECK_INT(begin(&e), -EINVAL);
	CHECK_STR(unit_message(&e), "invalid descriptor 'fd:x'");
	/* propagation of the root mount */
	CHECK_INT(step_propagation.run(&run, &s, &e), 0);
	s.num = MS_SHARED | MS_UNBINDABLE;
	CHECK_INT(step_propagation.run(&run, &s, &e), -EINVAL);
	CHECK_STR(e.what, "cannot set the propagation of the new root");
}

static void new_root_must_be_a_directory(void)
{
	sandbox(0, inside_begin);
}

/* ---- failing system calls */

/* Returns true if each entry of "/" that --host-root shows exists in the new root. */
static bool shows_the_host(void)
{
	DIR *dir = opendir("/");
	const struct dirent *d;
	bool all = true;
	struct stat st;

	while (dir && (d = readdir(dir)))
		if (fstatat(AT_FDCWD, d->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    (S_ISDIR(st.st_mode) || S_ISREG(st.st_mode) || S_ISLNK(st.st_mode)))
			all &= exists(d->d_name);
	if (dir)
		closedir(dir);
	return all;
}

static int try_host_root(void)
{
	struct nserr e = NSERR_INIT;
	bool right, before[256];
	int rc;

	if (unshare(CLONE_NEWNS) < 0 || chdir("/") < 0)
		return 1;
	note_fds(before);
	fault_begin();
	rc = begin(&e);
	fault_end();
	right = rc < 0 || shows_the_host();
	end_and_close(before);
	return fault_result(rc, &e, right);
}

/* An entry that this process may not open, or that has vanished, is not shown. */
static bool is_unreadable(const char *why, const struct fault_run *f)
{
	/* readdir(3) of musl does not report that the directory has been removed */
	if (why && f->number == SYS_getdents64 && f->error == ENOENT)
		return true;
	return why && f->number == SYS_openat &&
	       (f->error == EACCES || f->error == EPERM || f->error == ENOENT);
}

static int try_ambient(void)
{
	struct nserr e = NSERR_INIT;
	struct sys_caps caps;
	int rc;

	if (sys_cap_get(&caps) < 0)
		return 1;
	caps.inheritable = SYS_CAP_BIT(CAP_CHOWN);
	if (sys_cap_set(&caps) < 0 || sys_cap_raise_ambient(CAP_CHOWN) < 0)
		return 1;
	fault_begin();
	rc = step_ambient.run(&run, NULL, &e);
	fault_end();
	return fault_result(rc, &e, sys_cap_get(&caps) == 0 && caps.inheritable == 0);
}

/* Kernels before 4.3 have no ambient capabilities, and prctl(2) returns EINVAL. */
static bool has_no_ambient(const char *why, const struct fault_run *f)
{
	return why && f->number == SYS_prctl && f->error == EINVAL;
}

static bool with_overlay;

/* Mounts an overlay whose upper layer is in memory, sysfs and devpts, and writes resolv.conf. */
static int try_verbs(void)
{
	struct nserr e = NSERR_INIT;
	bool right, before[256];
	int rc;

	if (unshare(CLONE_NEWNS) < 0)
		return 1;
	note_fds(before);
	fault_begin();
	rc = begin(&e);
	if (rc == 0 && with_overlay)
		rc = do_verb(VERB_OVERLAY, "/o:lower=/run/a\\,b,lower=/run/c,upper=tmpfs", &e);
	if (rc == 0)
		rc = do_verb(VERB_SYSFS, NULL, &e);
	if (rc == 0)
		rc = do_verb(VERB_DEVPTS, "/pts:try", &e);
	if (rc == 0)
		rc = do_verb(VERB_ETC_RESOLV_CONF, "auto", &e);
	fault_end();
	/* if the call that opens resolv.conf fails with ENOENT, there are no servers */
	right = rc < 0 ||
		(exists("o/file") == with_overlay && exists("sys/kernel") && exists("pts/ptmx") &&
		 (streq(content("etc/resolv.conf"), "nameserver 192.0.2.1\n") ||
		  (exists("etc/resolv.conf") && streq(content("etc/resolv.conf"), ""))));
	end_and_close(before);
	return fault_result(rc, &e, right);
}

static void inside_faults(const char *in)
{
	furnish(in);
	o = (struct opts){ .host_root = true };
	fault_all("--host-root", try_host_root, is_unreadable);
	o = (struct opts){ .newroot = in };
	fault_all("ambient capabilities", try_ambient, has_no_ambient);
	CHECK_INT(mkdir("/run/a,b", 0755), 0);
	CHECK_INT(mkdir("/run/c", 0755), 0);
	unit_put(AT_FDCWD, "/run/c/file", "");
	unit_put(AT_FDCWD, "/etc/resolv.conf", "nameserver 192.0.2.1\n");
	fault_all("verbs", try_verbs, NULL);
	if (!USE_LIBMOUNT)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(mount_api); i++)
		fault_denied[i] = mount_api[i];
	fault_all("verbs with mount(2)", try_verbs, NULL);
	memset(fault_denied, 0, sizeof(fault_denied));
}

static void failed_calls_of_the_steps_are_reported(void)
{
	if (!fault_require())
		return;
	with_overlay = may_mount_overlays();
	sandbox(0, inside_faults);
}

UNIT_MAIN(CASE(files_of_etc_are_those_of_the_host_or_generated),
	  CASE(resolv_conf_has_no_loopback_servers), CASE(unreadable_resolv_conf_is_an_error),
	  CASE(source_of_a_bind_and_sysfs_follow_their_options),
	  CASE(overlay_has_layers_that_exist), CASE(new_root_must_be_a_directory),
	  CASE(failed_calls_of_the_steps_are_reported))
