// SPDX-License-Identifier: GPL-2.0-or-later
/* test-nsunshare-helper: runs the steps of nsunshare that create a process, those of its helper
 * (maps, clocks, files of namespaces), and the functions that the helper calls later. */
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "../fault.h"
#include "../sandbox.h"
#include "kernel/sys_ns.h"
#include "nsunshare/nsunshare.h"
#include "tool.h"

UNIT_LEAVES_MEMORY

static struct opts opts;
static struct run run;
static struct plan_step step;

static void begin(const struct plan_kind *kind)
{
	opts = (struct opts){ .fork = true };
	run = (struct run){ .o = &opts, .handle = HANDLE_INIT };
	step = (struct plan_step){ .kind = kind };
}

/* ---- Processes */

static const char *message; /* the message that a failure must have */

/* Runs the step. A child that the step creates exits at once. Returns 0, a negative errno, or 1 if
 * a failure has the wrong message. */
static int try_step(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = step.kind->fork ? step.kind->fork(&run, &step, &e) : step.kind->run(&run, &step, &e);
	if (step.kind->fork && rc == 0)
		_exit(0);
	fault_end();
	if (rc >= 0)
		return 0;
	if (streq(unit_message(&e), message))
		return rc;
	printf("# %s: '%s', not '%s'\n", step.kind->name, unit_message(&e), message);
	return 1;
}

static void a_failed_step_has_a_message(void)
{
	static const struct {
		const struct plan_kind *kind;
		uint64_t num;
		int call, error, result;
		const char *message;
	} rows[] = {
		{ &step_helper, 0, SYS_prctl, EPERM, -EPERM, "cannot create a process" },
		{ &step_helper, 0, SYS_wait4, EIO, -EIO, "cannot wait for the helper process" },
		/* if SIGCHLD is ignored, the kernel has reaped the first process */
		{ &step_helper, 0, SYS_wait4, ECHILD, 0, "" },
		{ &step_unshare, CLONE_NEWUTS, SYS_unshare, ENOSPC, -ENOSPC,
		  "cannot create namespaces: uts" },
		{ &step_unshare, CLONE_NEWUTS | CLONE_NEWIPC, SYS_unshare, EPERM, -EPERM,
		  "cannot create namespaces: uts, ipc" },
		{ &step_owner, 0, SYS_prctl, EPERM, -EPERM, "cannot make this process undumpable" },
		{ &step_hide, 0, SYS_prctl, EIO, -EIO, "cannot make this process undumpable" },
		{ &step_show, 0, SYS_prctl, EIO, -EIO, "cannot make this process dumpable" },
		{ &step_leave, 0, SYS_chdir, EIO, -EIO, "cannot change to /" },
	};

	if (!fault_require())
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[128];

		/* only root can call setgroups(2) */
		if (rows[i].kind == &step_owner && geteuid() != 0)
			continue;
		begin(rows[i].kind);
		step.num = rows[i].num;
		snprintf(text, sizeof(text), "%s: %s", rows[i].message, strerror(rows[i].error));
		message = text;
		CHECK_INT(fault_answer(try_step, rows[i].call, 1, -rows[i].error), rows[i].result);
	}
}

/* No process can be created in a pid namespace whose first process has ended
 * (pid_namespaces(7)). */
static void create_no_process(const char *dir)
{
	static const struct plan_kind *const kinds[] = { &step_fork, &step_fork_first, &step_helper,
							 &step_helper_stays };
	static char text[128];
	pid_t pid;

	(void)dir;
	CHECK(unshare(CLONE_NEWPID) == 0);
	pid = fork();
	if (pid == 0)
		_exit(0);
	CHECK(waitpid(pid, NULL, 0) == pid);
	snprintf(text, sizeof(text), "cannot create a process: %s", strerror(ENOMEM));
	message = text;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		begin(kinds[i]);
		CHECK_INT(try_step(), -ENOMEM);
		CHECK_INT(run.pid, 0);
	}
}

static void a_process_that_cannot_be_created_is_reported(void)
{
	sandbox(0, create_no_process);
}

static void open_report(void)
{
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
			 run.handle.report) == 0);
}

static void check_parent(pid_t pid)
{
	CHECK(run.pid == pid && run.supervise.pid == pid && run.handle.pid == pid);
	CHECK_INT(run.handle.report[0], -1);
	CHECK_INT(run.handle.report[1], -1);
}

static void the_parent_closes_the_report_socket_and_the_child_one_end(void)
{
	struct nserr e = NSERR_INIT;
	pid_t pid;

	begin(&step_fork);
	open_report();
	pid = step.kind->fork(&run, &step, &e);
	if (pid == 0)
		_exit((run.handle.report[0] == -1) +
		      2 * (fcntl(run.handle.report[1], F_GETFD) >= 0));
	CHECK_INT(unit_exit_status(pid), 3);
	check_parent(pid);
}

static int exit_with_7(void *arg)
{
	(void)arg;
	return 7;
}

static void the_first_process_can_be_created_by_vfork(void)
{
	struct nserr e = NSERR_INIT;
	pid_t pid;

	begin(&step_fork_first);
	open_report();
	pid = step.kind->vfork(&run, &step, exit_with_7, NULL, &e);
	CHECK_INT(unit_exit_status(pid), 7);
	check_parent(pid);
}

static void the_caller_leaves_the_reports_to_a_helper_that_stays(void)
{
	for (int stays = 0; stays < 2; stays++) {
		struct nserr e = NSERR_INIT;
		pid_t pid;

		begin(&step_fork);
		run.keeper.stays = stays;
		run.handle.pid_file = "file";
		run.handle.status_fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
		CHECK(run.handle.status_fd > 2);
		pid = step.kind->fork(&run, &step, &e);
		if (pid == 0)
			_exit(0);
		CHECK_INT(unit_exit_status(pid), 0);
		CHECK_INT(run.handle.status_fd < 0, stays);
		CHECK_INT(run.handle.pid_file == NULL, stays);
		if (!stays)
			close(run.handle.status_fd);
	}
}

static void the_helper_that_stays_is_in_its_own_group(void)
{
	struct nserr e = NSERR_INIT;
	pid_t pid;
	int end;

	begin(&step_helper_stays);
	open_report();
	end = run.handle.report[0];
	pid = step.kind->fork(&run, &step, &e);
	if (pid == 0)
		_exit((run.keeper.watch == end) + 2 * (run.handle.report[1] == -1) +
		      4 * (getpgid(0) == getpid()) + 8 * (prctl(PR_GET_DUMPABLE) == 0));
	CHECK_INT(unit_exit_status(pid), 15);
	CHECK(close(end) == 0 && close(run.handle.report[1]) == 0);
}

/* Creates a helper by a double fork. The helper writes a byte, in which each bit is the result of
 * one check. */
static void the_helper_is_not_a_child_and_blocks_all_signals(void)
{
	struct nserr e = NSERR_INIT;
	pid_t self = getpid(), pid;
	char facts = 0;
	int ends[2];

	begin(&step_helper);
	CHECK(pipe2(ends, O_CLOEXEC) == 0);
	pid = step.kind->fork(&run, &step, &e);
	if (pid == 0) {
		sigset_t now;

		sigprocmask(SIG_BLOCK, NULL, &now);
		facts = (char)(1 + 2 * (getppid() != self) + 4 * sigismember(&now, SIGTERM) +
			       8 * !sigismember(&run.supervise.mask, SIGTERM) +
			       16 * (prctl(PR_GET_DUMPABLE) == 0));
		_exit(write(ends[1], &facts, 1) != 1);
	}
	CHECK(pid > 0);
	CHECK(unit_has_no_child());
	CHECK(close(ends[1]) == 0);
	CHECK(read(ends[0], &facts, 1) == 1);
	CHECK_INT(facts, 31);
	CHECK(close(ends[0]) == 0);
}

/* ---- Maps and clocks */

/* Returns true if the file of the process, or of this process if pid is 0, contains the text. */
static bool contains(pid_t pid, const char *name, const char *want)
{
	char path[64], text[512];
	ssize_t n;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	else
		snprintf(path, sizeof(path), "/proc/self/%s", name);
	n = file_read_at(AT_FDCWD, path, text, sizeof(text));
	return n > 0 && strstr(text, want);
}

static bool is_mapped(pid_t pid)
{
	return contains(pid, "uid_map", "         0          0          1\n") &&
	       contains(pid, "gid_map", "         0          0          1\n") &&
	       contains(pid, "setgroups", "deny\n");
}

static int try_maps(void)
{
	struct nserr e = NSERR_INIT;
	bool done;
	int rc;

	if (run.writer == IDMAP_BY_CHILD && unshare(CLONE_NEWUSER) < 0)
		return 1;
	run.pid = run.writer == IDMAP_BY_CHILD ? 0 : sandbox_child(CLONE_NEWUSER);
	fault_begin();
	rc = step_maps.run(&run, &step, &e);
	fault_end();
	done = is_mapped(run.pid);
	if (run.pid > 0)
		sandbox_end_child(run.pid);
	return fault_result(rc, &e, done);
}

static void write_maps(const char *dir)
{
	struct idmap_extent root = { .count = 1 };

	(void)dir;
	begin(&step_maps);
	run.maps.setgroups = IDMAP_SETGROUPS_DENY;
	for (int kind = 0; kind < IDMAP_KINDS; kind++)
		run.maps.map[kind] = (struct idmap){ .ext = &root, .n = 1 };
	run.writer = IDMAP_BY_PARENT;
	fault_all("maps, by the helper", try_maps, NULL);
	run.writer = IDMAP_BY_CHILD;
	fault_all("maps, by the process", try_maps, NULL);
}

static int try_offsets(void)
{
	struct nserr e = NSERR_INIT;
	bool done;
	int rc;

	run.pid = sandbox_child(CLONE_NEWTIME);
	if (run.pid < 0)
		return 1;
	fault_begin();
	rc = step_offsets.run(&run, &step, &e);
	fault_end();
	done = contains(run.pid, "timens_offsets", "monotonic         600         0\n");
	sandbox_end_child(run.pid);
	return fault_result(rc, &e, done);
}

static void write_offsets(const char *dir)
{
	static struct buf text;
	pid_t pid = sandbox_child(CLONE_NEWTIME);

	(void)dir;
	if (pid < 0) {
		printf("# no time namespaces here\n");
		return;
	}
	sandbox_end_child(pid);
	begin(&step_offsets);
	run.offsets.set[TIMENS_MONOTONIC] = true;
	run.offsets.off[TIMENS_MONOTONIC].tv_sec = 600;
	step.arg = &run.offsets;
	fault_all("offsets", try_offsets, NULL);
	step.kind->show(&run, &step, &text);
	CHECK_STR(text.s, "move monotonic by +600 seconds relative to the initial clock");
}

/* Runs the test in a sandbox, if faults can be injected here. */
static void sandbox_with_faults(void (*test)(const char *dir))
{
	if (fault_require())
		sandbox(CLONE_NEWPID, test);
}

static void a_failed_write_of_maps_is_reported(void)
{
	sandbox_with_faults(write_maps);
}

static void offsets_are_written_for_the_child(void)
{
	sandbox_with_faults(write_offsets);
}

/* ---- Files of namespaces */

static char persist[96], file[96];

/* Returns true if the UTS namespace of the child is mounted on the file. */
static bool is_pinned(const char *path)
{
	char ns[64];
	struct stat want, got;

	snprintf(ns, sizeof(ns), "/proc/%d/ns/uts", (int)run.pid);
	return stat(ns, &want) == 0 && stat(path, &got) == 0 && want.st_ino == got.st_ino &&
	       want.st_dev == got.st_dev;
}

/* Mounts the UTS namespace in the directory `persist` or, if opts.persist is NULL, on the file
 * `file`. Then undoes this or, if step.num is set, closes the descriptors as the helper does when
 * the program runs. */
static int try_pins(void)
{
	const struct plan_step dir = { .kind = &step_pin_dir, .arg = persist },
			       pin = { .kind = &step_pin, .num = NSTYPE_UTS };
	struct nserr e = NSERR_INIT;
	char in_dir[128];
	bool done;
	int rc;

	if (unshare(CLONE_NEWNS) < 0)
		return 1;
	snprintf(in_dir, sizeof(in_dir), "%s/uts", persist);
	opts.pin[NSTYPE_UTS] = opts.persist ? NULL : file;
	fault_begin();
	rc = opts.persist ? step_pin_dir.run(&run, &dir, &e) : 0;
	if (rc == 0) {
		rc = step_pin.run(&run, &pin, &e);
		fault_end();
		done = rc == 0 && is_pinned(opts.persist ? in_dir : file);
		fault_begin();
		if (step.num)
			run.keeper.running(&run);
		else if (rc == 0)
			step_pin.undo(&run, &pin);
		if (opts.persist && !step.num)
			step_pin_dir.undo(&run, &dir);
	} else {
		done = false;
	}
	fault_end();
	return fault_result(rc, &e, done);
}

static void mount_pins(const char *dir)
{
	static struct buf text;
	struct plan p = PLAN_INIT;
	struct nserr e = NSERR_INIT;

	begin(&step_pin);
	CHECK(mount("t", dir, "tmpfs", 0, "mode=755") == 0);
	CHECK(mount(NULL, dir, NULL, MS_PRIVATE, NULL) == 0);
	snprintf(persist, sizeof(persist), "%s/persist", dir);
	snprintf(file, sizeof(file), "%s/file", dir);
	run.pid = sandbox_child(CLONE_NEWUTS);
	CHECK(run.pid > 0);
	keeper_set(&run, &p, true);
	for (int in_dir = 0; in_dir < 2; in_dir++) {
		opts.persist = in_dir ? persist : NULL;
		step.num = 0;
		CHECK_INT(try_pins(), 0);
		CHECK(!unit_exists(in_dir ? persist : file));
		fault_all(in_dir ? "a file in a directory" : "a file", try_pins, NULL);
		step.num = 1;
		CHECK_INT(try_pins(), 0);
		CHECK(run.runs);
	}
	CHECK(unit_exists(persist) && unit_exists(file));
	step.num = NSTYPE_UTS;
	step.kind->show(&run, &step, &text);
	CHECK(str_after(text.s, "mount the uts namespace on '") && strstr(text.s, "/persist/uts'"));
	sandbox_end_child(run.pid);
	CHECK(step.kind->run(&run, &step, &e) < 0 && e.what[0]);
}

static void files_of_namespaces_are_mounted_and_removed(void)
{
	sandbox_with_faults(mount_pins);
}

/* ---- The helper after the start of the program */

static void the_helper_stays_if_it_has_work_after_the_start(void)
{
	struct plan p = PLAN_INIT;

	begin(NULL);
	keeper_set(&run, &p, true);
	CHECK(p.keeper == &run.keeper && !run.keeper.stays);
	CHECK(run.keeper.line == -1 && run.keeper.watch == -1);
	opts.name = "web";
	keeper_set(&run, &p, true);
	CHECK(run.keeper.stays);
	keeper_set(&run, &p, false);
	CHECK(!p.keeper && !run.keeper.stays);
	opts.name = NULL;
	opts.cgroup_create = true;
	keeper_set(&run, &p, true);
	CHECK(run.keeper.stays);
	opts.cgroup_create = false;
	run.handle.pid_file = "file";
	keeper_set(&run, &p, true);
	CHECK(run.keeper.stays);
	run.keeper.created(&run, 5);
	CHECK(run.pid == 5 && run.handle.pid == 5);
}

static void the_helper_handles_eof_of_the_report_socket(void)
{
	struct plan p = PLAN_INIT;

	begin(NULL);
	keeper_set(&run, &p, true);
	open_report();
	run.keeper.watch = run.handle.report[0];
	/* the init process has sent nothing yet */
	run.keeper.heard(&run);
	CHECK(run.handle.report[0] >= 0 && run.keeper.watch == run.handle.report[0]);
	CHECK(close(run.handle.report[1]) == 0);
	run.keeper.heard(&run);
	CHECK_INT(run.handle.report[0], -1);
	CHECK_INT(run.keeper.watch, -1);
	CHECK(!run.runs);
}

/* Returns the text that the pipe contains. */
static const char *sent(int end)
{
	static char text[256];
	ssize_t n = read(end, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* Without a report socket, the helper reports the program when the caller says that the child runs.
 * With a report socket, it does so at EOF on the socket. */
static void the_helper_reports_the_program_once(void)
{
	for (int reports = 0; reports < 2; reports++) {
		struct plan p = PLAN_INIT;
		int status[2];

		begin(NULL);
		keeper_set(&run, &p, true);
		CHECK(pipe2(status, O_CLOEXEC | O_NONBLOCK) == 0);
		run.handle.status_fd = status[1];
		run.handle.wait_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		run.keeper.created(&run, 5);
		if (reports) {
			open_report();
			run.keeper.watch = run.handle.report[0];
			CHECK(close(run.handle.report[1]) == 0);
		}
		run.keeper.running(&run);
		CHECK(run.runs);
		if (reports) {
			CHECK_STR(sent(status[0]), "");
			run.keeper.heard(&run);
		}
		CHECK_STR(sent(status[0]), "{\"event\":\"exec\",\"pid\":5}\n");
		CHECK(close(status[0]) == 0 && close(status[1]) == 0);
		CHECK_STR(run.late.what, "");
	}
}

static void a_pid_file_that_cannot_be_written_is_reported_at_the_end(void)
{
	struct nserr e = NSERR_INIT;
	struct plan p = PLAN_INIT;

	begin(NULL);
	keeper_set(&run, &p, true);
	run.handle.waits_for_init = true;
	run.handle.pid_file = "/missing/file";
	run.keeper.running(&run);
	CHECK(run.keeper.ended(&run, 0, &e) < 0);
	CHECK_STR(unit_message(&e), "the program is running, but: cannot create '/missing/file': "
				    "No such file or directory");
}

static void the_helper_reports_an_error_at_the_end(void)
{
	struct nserr e = NSERR_INIT;
	struct plan p = PLAN_INIT;

	begin(NULL);
	keeper_set(&run, &p, true);
	CHECK_INT(run.keeper.ended(&run, 0, &e), 0);
	nserr_set(&run.late, EIO, "late");
	CHECK_INT(run.keeper.ended(&run, 0, &e), -EIO);
	CHECK_STR(e.what, "late");
	nserr_set(&run.late, 0, "later");
	e = NSERR_INIT;
	CHECK_INT(run.keeper.ended(&run, 0, &e), -EINVAL);
	CHECK_STR(unit_message(&e), "later");
}

UNIT_MAIN(CASE(a_failed_step_has_a_message), CASE(a_process_that_cannot_be_created_is_reported),
	  CASE(the_parent_closes_the_report_socket_and_the_child_one_end),
	  CASE(the_first_process_can_be_created_by_vfork),
	  CASE(the_caller_leaves_the_reports_to_a_helper_that_stays),
	  CASE(the_helper_that_stays_is_in_its_own_group),
	  CASE(the_helper_is_not_a_child_and_blocks_all_signals),
	  CASE(a_failed_write_of_maps_is_reported), CASE(offsets_are_written_for_the_child),
	  CASE(files_of_namespaces_are_mounted_and_removed),
	  CASE(the_helper_stays_if_it_has_work_after_the_start),
	  CASE(the_helper_handles_eof_of_the_report_socket),
	  CASE(the_helper_reports_the_program_once),
	  CASE(a_pid_file_that_cannot_be_written_is_reported_at_the_end),
	  CASE(the_helper_reports_an_error_at_the_end))
