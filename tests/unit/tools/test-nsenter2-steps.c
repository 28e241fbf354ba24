// SPDX-License-Identifier: GPL-2.0-or-later
/* test-nsenter2-steps: runs single steps of nsenter2 in a sandbox, and makes each of their system
 * calls fail. */
#include <grp.h>
#include <sys/mount.h>
#include <sys/prctl.h>

#include "../sandbox.h"
#include "nsenter2/nsenter2.h"
#include "run/cause.h"
#include "step.h"

/* Accepts success after ENOENT: the step ignores a missing file, as documented. */
static bool is_missing(const char *why, const struct fault_run *f)
{
	(void)why;
	return step.kind == &step_etc && f->error == ENOENT;
}

static void begin(void)
{
	opts = (struct opts){ .net_socket = -1 };
	run = (struct run){ .o = &opts, .root_fd = -1, .wd_fd = -1, .slave = -1 };
	accept_fault = is_missing;
}

/* ---- Mounts */

static bool is_mounted(const char *path, const char *type)
{
	char line[4096];
	bool found = false;
	FILE *f = fopen("/proc/self/mounts", "re");

	while (f && fgets(line, sizeof(line), f)) {
		char *target = strchr(line, ' '), *end = target ? strchr(target + 1, ' ') : NULL;

		if (end && (size_t)(end - target - 1) == strlen(path) &&
		    memcmp(target + 1, path, strlen(path)) == 0)
			found = strncmp(end + 1, type, strlen(type)) == 0;
	}
	if (f)
		fclose(f);
	return found;
}

static bool proc_is_mounted(void)
{
	return is_mounted("/proc", "proc");
}

static bool sys_is_mounted(void)
{
	return is_mounted("/sys", "sysfs");
}

static bool hosts_is_mounted(void)
{
	char text[16] = "";
	int fd = open("/etc/hosts", O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	return n == 3 && streq(text, "new");
}

static void mount_all(const char *dir)
{
	(void)dir;
	begin();
	check_step(&step_private, NULL, 0, always);
	check_step(&step_proc, NULL, 0, proc_is_mounted);
	check_step(&step_sys, NULL, 0, sys_is_mounted);
	sandbox_tmpfs("/etc");
	/* a missing directory changes nothing */
	CHECK_STR(message(&step_etc, "missing", 0), "");
	unit_file(AT_FDCWD, "/etc/netns/x/hosts", "new");
	/* as in ip-netns(8), a file that /etc lacks is ignored */
	unit_file(AT_FDCWD, "/etc/netns/x/missing", "");
	unit_file(AT_FDCWD, "/etc/hosts", "old");
	check_step(&step_etc, "x", 0, hosts_is_mounted);
	unit_file(AT_FDCWD, "/etc/netns/file", "");
	CHECK_STR(message(&step_etc, "file", 0), "cannot open '/etc/netns/file': Not a directory");
}

static void a_failed_mount_is_reported(void)
{
	sandbox(CLONE_NEWPID | CLONE_NEWNET, mount_all);
}

static void the_name_of_a_network_namespace_is_a_file_in_run_netns(void)
{
	static const struct {
		const char *file, *name;
	} files[] = {
		{ "/run/netns/x", "x" },      { "/var/run/netns/x", "x" }, { "/run/netns/", NULL },
		{ "/run/netns/x/y", NULL },   { "/run/other/x", NULL },    { "x", NULL },
	}, targets[] = {
		{ "netns:x", "x" }, { "owner:netns:x", NULL }, { "1", NULL }, { "net:1", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const char *name;

		begin();
		opts.files[NSTYPE_NET] = files[i].file;
		name = mount_netns_name(&opts);
		CHECK_STR(name ? name : "none", files[i].name ? files[i].name : "none");
	}
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		struct nserr e = NSERR_INIT;
		const char *name;

		begin();
		opts.target = targets[i].file;
		CHECK_INT(nsref_parse(opts.target, &opts.ref, &e), 0);
		name = mount_netns_name(&opts);
		CHECK_STR(name ? name : "none", targets[i].name ? targets[i].name : "none");
	}
	begin();
	CHECK(mount_netns_name(&opts) == NULL);
}

/* ---- Directories */

static bool is_in(const char *path)
{
	struct stat here, there;

	return stat(".", &here) == 0 && stat(path, &there) == 0 && here.st_ino == there.st_ino &&
	       here.st_dev == there.st_dev;
}

static bool root_is_changed(void)
{
	struct stat st;

	return stat("/inside", &st) == 0;
}

/* The earlier working directory is outside of the new root, so the step changes to the root. */
static bool is_in_root(void)
{
	return is_in("/");
}

/* The step changes to the root if it cannot return to the working directory. */
static bool is_in_either(void)
{
	return is_in("/inside") || is_in("/");
}

static bool is_in_inside(void)
{
	return is_in("/inside");
}

static void change_directories(const char *dir)
{
	int outside = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	begin();
	CHECK(chdir(dir) == 0 && mkdir("inside", 0755) == 0);
	CHECK_STR(message(&step_wd, "/y", 0),
		  "cannot change the working directory to '/y': Bad file descriptor");
	CHECK_STR(message(&step_root, NULL, 0),
		  "cannot change the root directory to that of the target: Bad file descriptor");
	CHECK_STR(message(&step_root, "/x", 0),
		  "cannot change the root directory to '/x': Bad file descriptor");
	/* the step has opened the working directory, to return to it */
	CHECK(run.wd_fd >= 0);
	close(run.wd_fd);
	run.root_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	run.wd_fd = outside;
	check_step(&step_root, dir, 0, root_is_changed);
	check_step(&step_back, NULL, 0, is_in_root);
	/* as a descriptor of a directory outside of the root leads outside */
	CHECK(fchdir(outside) == 0);
	CHECK_STR(message(&step_inside, "/x", 0),
		  "the working directory '/x' is outside the root directory");
	CHECK_STR(message(&step_inside, NULL, 0),
		  "the working directory of the target is outside the root directory");
	CHECK_STR(shown(&step_inside, "/x", 0),
		  "check that the working directory '/x' is inside the root");
	CHECK_STR(shown(&step_inside, NULL, 0),
		  "check that the working directory of the target is inside the root");
	CHECK_STR(shown(&step_root, "/x", 0), "change the root directory to '/x'");
	CHECK_STR(shown(&step_wd, NULL, 0), "change the working directory to that of the target");
	run.wd_fd = open("/inside", O_PATH | O_DIRECTORY | O_CLOEXEC);
	check_step(&step_wd, NULL, 0, is_in_inside);
	check_step(&step_inside, NULL, 0, is_in_inside);
	check_step(&step_back, NULL, 0, is_in_either);
	CHECK(is_in_inside());
	CHECK(chdir("/") == 0);
	opts.wdns = "inside";
	check_step(&step_wd, "inside", 0, is_in_inside);
	close(outside);
	close(run.root_fd);
	close(run.wd_fd);
}

static void a_failed_change_of_directory_is_reported(void)
{
	sandbox(0, change_directories);
}

/* ---- Credentials */

static bool is_guarded(void)
{
	return prctl(PR_GET_DUMPABLE) == 0;
}

static bool has_no_groups(void)
{
	return getgroups(0, NULL) == 0;
}

static int context_result;
static const char *context;

static int setexeccon_standin(const char *wanted)
{
	context = wanted;
	errno = EINVAL;
	return context_result;
}

static void change_credentials(const char *dir)
{
	(void)dir;
	begin();
	/* the user namespace denies setgroups(2) */
	CHECK_STR(message(&step_groups, NULL, 0),
		  "cannot drop supplementary groups: Operation not permitted");
	run.followed.setexeccon = setexeccon_standin;
	run.followed.context = (char *)"user_u:role_r";
	CHECK_STR(message(&step_context, NULL, 0), "");
	CHECK_STR(context, "user_u:role_r");
	context_result = -1;
	CHECK_STR(message(&step_context, NULL, 0),
		  "cannot set the SELinux context: Invalid argument");
	check_step(&step_guard, NULL, 0, is_guarded);
}

static void a_failed_change_of_credentials_is_reported(void)
{
	sandbox(0, change_credentials);
}

static void drop_groups(void)
{
	begin();
	check_step(&step_groups, NULL, 0, has_no_groups);
}

static void the_groups_are_dropped(void)
{
	if (geteuid() != 0) {
		unit_skip("only root can change its groups");
		return;
	}
	(void)tool_output(drop_groups);
	CHECK_INT(tool_status, 0);
}

/* ---- The child */

static void create_no_child(const char *dir)
{
	struct nserr e = NSERR_INIT;
	pid_t pid;

	(void)dir;
	begin();
	run.handle = HANDLE_INIT;
	nsjoin_init(&run.join);
	CHECK_INT(unshare(CLONE_NEWPID), 0);
	pid = unit_fork();
	if (pid == 0)
		unit_end_child();
	CHECK_INT(unit_wait(pid), 0);
	/* without /proc, only the entered namespaces show the cause */
	sandbox_tmpfs("/proc");
	CHECK_INT(step_fork.fork(&run, NULL, &e), -ENOMEM);
	CHECK_STR(e.hint, "");
	run.join.mask = CLONE_NEWPID;
	CHECK_INT(step_fork.fork(&run, NULL, &e), -ENOMEM);
	CHECK_STR(e.hint, CAUSE_ENDED_PIDNS);
}

static void only_an_entered_pid_namespace_may_have_ended(void)
{
	sandbox(0, create_no_child);
}

/* ---- The target */

/* Opens the target twice: the second descriptor replaces the first one. */
static int try_target(void)
{
	struct nserr e = NSERR_INIT;
	bool open;
	int rc;

	nsjoin_init(&run.join);
	fault_begin();
	rc = resolve_target(&run, &e);
	if (rc == 0)
		rc = resolve_target(&run, &e);
	fault_end();
	open = run.join.fds[NSTYPE_UTS] >= 0;
	nsjoin_close(&run.join);
	return fault_result(rc, &e, open);
}

/* Opens a process and the user namespace that owns its UTS namespace. */
static int try_owner(void)
{
	struct nserr e = NSERR_INIT;
	bool open;
	int rc;

	nsjoin_init(&run.join);
	run.handle = HANDLE_INIT;
	fault_begin();
	rc = resolve_target(&run, &e);
	if (rc == 0)
		rc = resolve(&run, &e);
	fault_end();
	open = run.join.fds[NSTYPE_USER] >= 0 && run.join.fds[NSTYPE_UTS] >= 0;
	nsjoin_close(&run.join);
	util_close(&run.handle.self);
	return fault_result(rc, &e, open);
}

static void open_target(const char *target, uint64_t types)
{
	struct nserr e = NSERR_INIT;

	begin();
	opts.target = target;
	opts.types = types;
	opts.user_parent = types != 0;
	CHECK_INT(nsref_parse(target, &opts.ref, &e), 0);
}

static void open_targets(const char *dir)
{
	(void)dir;
	open_target("/proc/self/ns/uts", 0);
	fault_all("a namespace as target", try_target, NULL);
	open_target("self", CLONE_NEWUTS);
	fault_all("the owner of the namespace of a process", try_owner, NULL);
}

static void a_target_that_cannot_be_opened_is_reported(void)
{
	if (fault_require())
		sandbox(CLONE_NEWUTS | CLONE_NEWPID, open_targets);
}

UNIT_MAIN(CASE(a_failed_mount_is_reported),
	  CASE(the_name_of_a_network_namespace_is_a_file_in_run_netns),
	  CASE(a_failed_change_of_directory_is_reported),
	  CASE(a_failed_change_of_credentials_is_reported), CASE(the_groups_are_dropped),
	  CASE(only_an_entered_pid_namespace_may_have_ended),
	  CASE(a_target_that_cannot_be_opened_is_reported))
