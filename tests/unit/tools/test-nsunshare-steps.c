// SPDX-License-Identifier: GPL-2.0-or-later
/* test-nsunshare-steps: runs single steps of nsunshare in a sandbox, and makes each of their system
 * calls fail. */
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include "../sandbox.h"
#include "kernel/sys_cap.h"
#include "nsunshare/nsunshare.h"
#include "step.h"

static void begin(void)
{
	opts = (struct opts){ .fork = false };
	run = (struct run){ .o = &opts };
	run.handle.report[0] = run.handle.report[1] = -1;
	run.supervise.tty = run.supervise.parent = -1;
}

/* ---- Mounts and directories */

static char mount_point[64];

static bool proc_is_mounted(void)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/self/status", mount_point);
	return access(path, F_OK) == 0;
}

static bool is_in_root(void)
{
	struct stat st;

	return stat("./mark", &st) == 0 && stat("/mark", &st) == 0;
}

static bool is_in_below(void)
{
	struct stat st;

	return stat("./deep", &st) == 0;
}

static void change_mounts(const char *dir)
{
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char root[64];

	begin();
	snprintf(mount_point, sizeof(mount_point), "%s/proc", dir);
	CHECK(mkdir(mount_point, 0755) == 0);
	CHECK_STR(shown(&step_propagation, NULL, MS_REC | MS_SHARED), "make all mounts shared");
	CHECK_STR(shown(&step_propagation, NULL, MS_REC | MS_SLAVE), "make all mounts slaves");
	CHECK_STR(shown(&step_propagation, NULL, MS_REC | MS_PRIVATE), "make all mounts private");
	check_step(&step_propagation, NULL, MS_REC | MS_PRIVATE, always);
	check_step(&step_mount_proc, mount_point, 0, proc_is_mounted);
	CHECK(umount(mount_point) == 0);
	/* the directory is not a mount point, so making it private fails, which is ignored */
	check_step(&step_mount_proc, mount_point, 1, proc_is_mounted);
	CHECK(strstr(message(&step_mount_proc, "/missing", 1), "cannot make '/missing' private"));
	CHECK(strstr(message(&step_mount_proc, "/missing", 0), "cannot mount proc on '/missing'"));
	/* a directory that is not a mount point */
	unit_file(at, "root/mark", "");
	unit_file(at, "root/below/deep", "");
	snprintf(root, sizeof(root), "%s/root", dir);
	CHECK_STR(message(&step_root, "/missing", 0),
		  "cannot change the root directory to '/missing': No such file or directory");
	CHECK_STR(message(&step_wd, "/missing", 0),
		  "cannot change the working directory to '/missing': No such file or directory");
	check_step(&step_root, root, 0, is_in_root);
	check_step(&step_wd, "below", 0, is_in_below);
	CHECK_STR(message(&step_propagation, NULL, MS_REC | MS_PRIVATE),
		  "cannot change the propagation of /: Invalid argument");
	CHECK(strstr(error.hint, "--propagation=unchanged"));
	close(at);
}

static void a_failed_mount_is_reported(void)
{
	sandbox(CLONE_NEWPID, change_mounts);
}

static void search_closed(const char *dir)
{
	static const struct plan_kind *const kinds[] = { &step_root, &step_wd };
	char closed[64], path[96], hint[192];

	begin();
	snprintf(closed, sizeof(closed), "%s/closed", dir);
	snprintf(path, sizeof(path), "%s/below", closed);
	snprintf(hint, sizeof(hint),
		 "grant user 0 search permission for the directory '%s' (mode 000, owner 0)",
		 closed);
	CHECK(mkdir(closed, 0) == 0);
	sandbox_drop_caps();
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		CHECK(strstr(message(kinds[i], path, 0), "/below': Permission denied"));
		CHECK_STR(error.hint, hint);
	}
}

static void a_directory_without_search_permission_has_a_hint(void)
{
	sandbox(0, search_closed);
}

/* A process that is not in the new pid namespace cannot mount proc for it. */
static void mount_proc_outside(const char *dir)
{
	begin();
	CHECK_STR(message(&step_mount_proc, dir, 0), error.what[0] ? unit_message(&error) : "");
	if (error.errnum == EPERM) {
		CHECK(!strstr(error.hint, "--no-fork"));
		opts.no_fork = true;
		CHECK(strstr(message(&step_mount_proc, dir, 0), "cannot mount proc on '"));
		CHECK(!strstr(error.hint, "--no-fork"));
		opts.types = CLONE_NEWPID;
		(void)message(&step_mount_proc, dir, 0);
		CHECK(!strstr(error.hint, "--no-fork"));
		opts.types = CLONE_NEWPID | CLONE_NEWUSER;
		(void)message(&step_mount_proc, dir, 0);
		CHECK(strstr(error.hint, "omit --no-fork"));
	}
}

static void no_fork_has_a_hint_for_a_new_pid_namespace(void)
{
	sandbox(0, mount_proc_outside);
}

static void register_interpreter(const char *dir)
{
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	begin();
	opts.mount_binfmt = dir;
	CHECK_STR(message(&step_interpreter, ":x:M::x::/x:", 0),
		  "cannot register the interpreter ':x:M::x::/x:': No such file or directory");
	/* a file on another file system is not written to */
	unit_file(at, "register", "old");
	CHECK_STR(message(&step_interpreter, ":x:M::x::/x:", 0),
		  "cannot register the interpreter ':x:M::x::/x:': No such device");
	CHECK(unlinkat(at, "register", 0) == 0 && symlinkat("/dev/null", at, "register") == 0);
	CHECK(strstr(message(&step_interpreter, ":x:M::x::/x:", 0), strerror(ELOOP)));
	/* opening a FIFO without a reader fails instead of blocking */
	CHECK(unlinkat(at, "register", 0) == 0 && mkfifoat(at, "register", 0600) == 0);
	alarm(20);
	CHECK_STR(message(&step_interpreter, ":x:M::x::/x:", 0),
		  "cannot register the interpreter ':x:M::x::/x:': No such device or address");
	alarm(0);
	close(at);
}

static void an_interpreter_is_registered_only_with_binfmt_misc(void)
{
	sandbox(0, register_interpreter);
}

/* The message and the hint that try_to_fail() expects. */
static const char *wanted_message, *wanted_hint;

static int try_to_fail(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = step.kind->run(&run, &step, &e);
	fault_end();
	if (streq(unit_message(&e), wanted_message) && streq(e.hint, wanted_hint))
		return rc;
	printf("# '%s', hint '%s'\n", unit_message(&e), e.hint);
	return 1;
}

static void a_hint_depends_on_the_error(void)
{
#define FORMAT "write the definition as :name:type:offset:magic:mask:interpreter:flags"
	static const struct {
		const struct plan_kind *kind;
		const char *message, *hint;
		uint64_t num;
		int call, error;
		bool root_is_mapped;
	} rows[] = {
		{ &step_mount_binfmt, "mount binfmt_misc on '/dev/null'",
		  "load the kernel module with 'modprobe binfmt_misc'", 0, SYS_mount, ENODEV },
		{ &step_mount_binfmt, "mount binfmt_misc on '/dev/null'", "", 0, SYS_mount, EIO },
		{ &step_mount_proc, "make '/dev/null' private", "", 1, SYS_mount, EIO },
		{ &step_mount_proc, "mount proc on '/dev/null'", "", 0, SYS_mount, EIO },
		{ &step_mount_proc, "mount proc on '/dev/null'", "", 0, SYS_mount, EINVAL },
		{ &step_propagation, "change the propagation of /", "", MS_PRIVATE, SYS_mount,
		  EIO },
		{ &step_interpreter, "register the interpreter '/dev/null'", FORMAT, 1, SYS_openat,
		  EINVAL },
		{ &step_interpreter, "register the interpreter '/dev/null'", "", 1, SYS_openat,
		  EIO },
		{ &step_interpreter, "register the interpreter '/dev/null'",
		  "map user 0 with -r, because only user 0 can register an interpreter", 1,
		  SYS_openat, EACCES },
		{ &step_interpreter, "register the interpreter '/dev/null'", "", 1, SYS_openat,
		  EACCES, true },
	};
	struct idmap_extent root = { .count = 1 };

	if (!fault_require())
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[128];

		begin();
		if (rows[i].root_is_mapped)
			run.maps.map[IDMAP_UID] = (struct idmap){ .ext = &root, .n = 1 };
		step = (struct plan_step){ .kind = rows[i].kind,
					   .arg = "/dev/null",
					   .num = rows[i].num };
		snprintf(text, sizeof(text), "cannot %s: %s", rows[i].message,
			 strerror(rows[i].error));
		wanted_message = text;
		wanted_hint = rows[i].hint;
		CHECK_INT(fault_answer(try_to_fail, rows[i].call, 1, -rows[i].error),
			  -rows[i].error);
	}
}

/* ---- Names and the network */

static bool host_is_named(void)
{
	struct utsname names;

	return uname(&names) == 0 && streq(names.nodename, "stephost");
}

static bool domain_is_named(void)
{
	struct utsname names;

	return uname(&names) == 0 && streq(names.domainname, "stepdomain");
}

static bool lo_is_up(void)
{
	struct ifreq lo = { .ifr_name = "lo" };
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &lo) == 0 && lo.ifr_flags & IFF_UP;
}

static ino_t old_uts;

static ino_t uts_inode(void)
{
	struct stat st;

	return stat("/proc/self/ns/uts", &st) == 0 ? st.st_ino : 0;
}

static bool uts_is_new(void)
{
	return uts_inode() != old_uts;
}

static void change_names(const char *dir)
{
	(void)dir;
	begin();
	check_step(&step_hostname, "stephost", 0, host_is_named);
	check_step(&step_domainname, "stepdomain", 0, domain_is_named);
	check_step(&step_lo, NULL, 0, lo_is_up);
	old_uts = uts_inode();
	check_step(&step_unshare, NULL, CLONE_NEWUTS, uts_is_new);
	CHECK_STR(shown(&step_unshare, NULL, CLONE_NEWUTS | CLONE_NEWIPC),
		  "create namespaces: uts, ipc");
}

static void a_failed_change_of_a_namespace_is_reported(void)
{
	sandbox(CLONE_NEWUTS | CLONE_NEWNET, change_names);
}

static bool cgroup_is_entered(void)
{
	struct stat own, child;
	char path[40];

	snprintf(path, sizeof(path), "/proc/%d/ns/cgroup", (int)run.pid);
	return stat("/proc/self/ns/cgroup", &own) == 0 && stat(path, &child) == 0 &&
	       own.st_ino == child.st_ino;
}

static void enter_cgroup(const char *dir)
{
	(void)dir;
	begin();
	run.pid = sandbox_child(CLONE_NEWCGROUP);
	CHECK(run.pid > 0);
	check_step(&step_enter_cgroup, NULL, 0, cgroup_is_entered);
	sandbox_end_child(run.pid);
	CHECK_STR(message(&step_enter_cgroup, NULL, 0),
		  "cannot enter the cgroup namespace of the child: No such file or directory");
}

static void the_parent_enters_the_cgroup_namespace_of_the_child(void)
{
	sandbox(CLONE_NEWPID, enter_cgroup);
}

/* ---- The owner */

static void drop_cap(int cap)
{
	struct sys_caps caps;

	CHECK_INT(sys_cap_get(&caps), 0);
	caps.effective &= ~SYS_CAP_BIT(cap);
	CHECK_INT(sys_cap_set(&caps), 0);
}

static void become_owner(const char *dir)
{
	(void)dir;
	begin();
	run.owner_uid = run.owner_gid = 5;
	CHECK_STR(shown(&step_owner, NULL, 0), "become 5:5, the owner of the user namespace");
	/* the user namespace denies setgroups(2) */
	CHECK_STR(message(&step_owner, NULL, 0),
		  "cannot become user 5 and group 5 for --owner: Operation not permitted");
	CHECK(strstr(error.hint, "in which setgroups is allowed"));
	drop_cap(CAP_SETGID);
	(void)message(&step_owner, NULL, 0);
	CHECK(strstr(error.hint, "as root to use --owner"));
	drop_cap(CAP_SETUID);
	(void)message(&step_owner, NULL, 0);
	CHECK(strstr(error.hint, "as root to use --owner"));
}

static void the_hint_of_owner_depends_on_capabilities(void)
{
	sandbox(0, become_owner);
}

static bool is_owner(void)
{
	return geteuid() == 61234 && getegid() == 61234 && prctl(PR_GET_DUMPABLE) == 0;
}

static int try_owner(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = step_owner.run(&run, &step, &e);
	fault_end();
	return fault_result(rc, &e, is_owner());
}

static void the_owner_is_not_dumpable(void)
{
	if (!fault_require())
		return;
	if (geteuid() != 0) {
		unit_skip("only root can become another user");
		return;
	}
	begin();
	run.owner_uid = run.owner_gid = 61234;
	fault_all("owner", try_owner, NULL);
}

/* ---- Processes */

static int try_fork_step(void)
{
	struct nserr e = NSERR_INIT;
	pid_t pid;

	fault_begin();
	pid = step.kind->fork(&run, &step, &e);
	if (pid == 0)
		_exit(0);
	/* Wait here, so that the calls of the child can fail, too. The caller is not the parent of
	 * the helper that a double fork creates. */
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno != ECHILD)
		;
	return fault_result(MIN(pid, 0), &e, pid > 0);
}

static void create_processes(const char *dir)
{
	static const struct plan_kind *const kinds[] = { &step_helper, &step_helper_stays };

	(void)dir;
	begin();
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		step = (struct plan_step){ .kind = kinds[i] };
		fault_all(kinds[i]->name, try_fork_step, NULL);
	}
	CHECK(str_after(shown(&step_helper_stays, NULL, 0),
			"create a helper that stays in the outer"));
	CHECK(!strstr(shown(&step_helper_stays, NULL, 0), "until"));
	run.keeper.stays = true;
	CHECK(strstr(shown(&step_helper_stays, NULL, 0), " until the program has ended"));
}

static void a_process_that_cannot_be_created_is_reported(void)
{
	if (fault_require())
		sandbox(CLONE_NEWPID, create_processes);
}

static void offsets_need_a_process(void)
{
	begin();
	run.pid = 4194304; /* no process can have this pid */
	CHECK(strstr(message(&step_offsets, &run.offsets, 0), "4194304"));
	CHECK_INT(error.errnum, ENOENT);
}

static void maps_are_shown_with_setgroups(void)
{
	struct idmap_extent one = { .inside = 0, .outside = 1000, .count = 1 };

	begin();
	run.maps.setgroups = IDMAP_SETGROUPS_DENY;
	CHECK_STR(shown(&step_maps, NULL, 0), "setgroups deny");
	run.maps.map[IDMAP_GID] = (struct idmap){ .ext = &one, .n = 1 };
	CHECK_STR(shown(&step_maps, NULL, 0), "map gid 0:1000:1, setgroups deny");
	run.maps.map[IDMAP_UID] = (struct idmap){ .ext = &one, .n = 1 };
	run.maps.setgroups = IDMAP_SETGROUPS_UNSET;
	CHECK_STR(shown(&step_maps, NULL, 0), "map uid 0:1000:1, gid 0:1000:1");
}

/* ---- Commands of --setup and --setup-outside */

static void setup_reports_how_the_command_has_ended(void)
{
	begin();
	sigemptyset(&run.supervise.mask);
	CHECK_STR(message(&step_setup, "true", 0), "");
	CHECK_STR(message(&step_setup, "exit 3", 0), "--setup 'exit 3' failed with status 3");
	CHECK_STR(message(&step_setup, "kill -KILL $$", 0),
		  "--setup 'kill -KILL $$' was killed by signal 9");
}

static void run_outside_commands(const char *dir)
{
	sigset_t term;

	(void)dir;
	begin();
	sigemptyset(&run.supervise.mask);
	run.pid = getpid();
	CHECK_STR(message(&step_setup_outside, "test \"$NSUTILS_REF\" = 1", 0), "");
	CHECK_STR(message(&step_setup_outside, "exit 4", 0),
		  "--setup-outside 'exit 4' failed with status 4");
	CHECK_STR(message(&step_setup_outside, "kill -KILL $$", 0),
		  "--setup-outside 'kill -KILL $$' was killed by signal 9");
	/* a signal that is blocked ends the wait and the command */
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	CHECK(sigprocmask(SIG_BLOCK, &term, NULL) == 0 && raise(SIGTERM) == 0);
	alarm(20);
	CHECK(message(&step_setup_outside, "exec sleep 1000", 0)[0] != '\0');
	alarm(0);
	CHECK(unit_has_no_child());
}

static void a_signal_ends_the_command_outside(void)
{
	sandbox(CLONE_NEWPID, run_outside_commands);
}

UNIT_MAIN(CASE(a_failed_mount_is_reported), CASE(a_directory_without_search_permission_has_a_hint),
	  CASE(no_fork_has_a_hint_for_a_new_pid_namespace),
	  CASE(an_interpreter_is_registered_only_with_binfmt_misc),
	  CASE(a_hint_depends_on_the_error), CASE(a_failed_change_of_a_namespace_is_reported),
	  CASE(the_parent_enters_the_cgroup_namespace_of_the_child),
	  CASE(the_hint_of_owner_depends_on_capabilities), CASE(the_owner_is_not_dumpable),
	  CASE(a_process_that_cannot_be_created_is_reported), CASE(offsets_need_a_process),
	  CASE(maps_are_shown_with_setgroups), CASE(setup_reports_how_the_command_has_ended),
	  CASE(a_signal_ends_the_command_outside))
