// SPDX-License-Identifier: GPL-2.0-or-later
/* test-cred-faults: makes system calls of the steps that change the credentials fail, and checks
 * the messages and hints. */
#include <sys/resource.h>

#include "../fault.h"
#include "../sandbox.h"
#include "base/file.h"
#include "steps.h"

/* a filter that permits all system calls */
static struct sock_filter permit[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };

/* clang-format off */
static const struct failure {
	const char *step;
	struct cred c;
	int call, nth, error, want;
	const char *message, *hint; /* expected beginning of the message, and the hint */
	bool alone; /* the process leads its process group and has no capabilities */
} failures[] = {
	{ "session", { .new_session = true }, SYS_setsid, 1, EPERM, -EPERM,
	  "cannot create a session", "" },
	{ "session", { .new_session = true }, SYS_setsid, 1, EPERM, -EPERM,
	  "cannot create a session",
	  "omit --new-session, and run the command with 'setsid --wait'", true },
	{ "rlimits", { .rlimits = { [RLIMIT_CPU] = { true, 5, 5 } } }, SYS_prlimit64, 1, EINVAL, -EINVAL,
	  "cannot set limit cpu", "" },
	{ "rlimits", { .rlimits = { [RLIMIT_CPU] = { true, 5, 5 } } }, SYS_prlimit64, 1, EPERM, -EPERM,
	  "cannot set limit cpu", "" },
	{ "groups", { .set_groups = true, .ngroups = 1 }, SYS_setgroups, 1, EPERM, -EPERM,
	  "cannot set the supplementary groups",
	  "use a user namespace in which setgroups is allowed and a gid is mapped" },
	{ "groups", { .set_groups = true, .ngroups = 1 }, SYS_setgroups, 1, EPERM, -EPERM,
	  "cannot set the supplementary groups", "", true },
	{ "groups", { .set_groups = true, .ngroups = 1, .groups_optional = true }, SYS_setgroups, 1, EPERM, 0,
	  "", "" },
	{ "groups", { .set_groups = true, .ngroups = 1, .groups_optional = true, .user = "u" }, SYS_setgroups, 1, EPERM, 0,
	  "", "" },
	{ "groups", { .set_groups = true, .ngroups = 1, .groups_optional = true }, SYS_setgroups, 1, EINVAL, -EINVAL,
	  "cannot set the supplementary groups", "use ids that are mapped in this user namespace" },
	{ "gid", { .set_gid = true, .gid = 5 }, SYS_setresgid, 1, EPERM, -EPERM,
	  "cannot become group 5", "" },
	{ "gid", { .set_gid = true, .gid = 5 }, SYS_setresgid, 1, EINVAL, -EINVAL,
	  "cannot become group 5",
	  "use a mapped id: group 5 is not mapped in this user namespace" },
	{ "gid", { .set_gid = true, .gid = 5, .gid_optional = true }, SYS_setresgid, 1, EINVAL, 0,
	  "", "" },
	{ "gid", { .set_gid = true, .gid = 5, .gid_optional = true }, SYS_setresgid, 1, EPERM, -EPERM,
	  "cannot become group 5", "" },
	{ "uid", { .set_uid = true, .uid = 6 }, SYS_setresuid, 1, EINVAL, -EINVAL,
	  "cannot become user 6", "use a mapped id: user 6 is not mapped in this user namespace" },
	{ "uid", { .set_uid = true, .uid = 6, .uid_optional = true }, SYS_setresuid, 1, EINVAL, 0,
	  "", "" },
	{ "uid", { .set_uid = true, .uid = 6, .keep_caps = true }, SYS_prctl, 1, EPERM, -EPERM,
	  "cannot preserve the capabilities during the change of user", "" },
	{ "bounding-set", { .limit_caps = true, .cap_limit = ~UINT64_C(1) }, SYS_prctl, 1, EPERM, -EPERM,
	  "cannot drop capabilities from the bounding set", "" },
	{ "bounding-set", { .limit_caps = true, .cap_limit = ~UINT64_C(1) }, SYS_prctl, 1, EPERM, -EPERM,
	  "cannot drop capabilities from the bounding set", "run the command with CAP_SETPCAP", true },
	{ "seccomp", { .filter = permit, .nfilter = 1 }, SYS_prctl, 1, EACCES, -EACCES,
	  "cannot install the system call filter",
	  "add --no-new-privs, or run the command with CAP_SYS_ADMIN" },
	{ "seccomp", { .filter = permit, .nfilter = 1 }, SYS_prctl, 1, EINVAL, -EINVAL,
	  "cannot install the system call filter",
	  "check the instructions of the filter, and check that the kernel has CONFIG_SECCOMP_FILTER" },
	{ "seccomp", { .filter = permit, .nfilter = 1 }, SYS_prctl, 1, EPERM, -EPERM,
	  "cannot install the system call filter", "" },
	{ "capabilities", { .limit_caps = true }, SYS_capget, 1, EPERM, -EPERM,
	  "cannot read the capabilities", "" },
	{ "capabilities", { .limit_caps = true }, SYS_prctl, 1, EPERM, -EPERM,
	  "cannot make this process undumpable", "" },
	{ "capabilities", { .limit_caps = true }, SYS_prctl, 2, EPERM, -EPERM,
	  "cannot set the capabilities", "" },
	{ "capabilities", { .limit_caps = true }, SYS_capset, 1, EPERM, -EPERM,
	  "cannot set the capabilities", "" },
	{ "capabilities", { .keep_caps = true }, SYS_prctl, 3, EPERM, -EPERM,
	  "cannot set the capabilities", "" },
	{ "no-new-privs", { .no_new_privs = true }, SYS_prctl, 1, EPERM, -EPERM,
	  "cannot set no_new_privs", "" },
};
/* clang-format on */

static const struct failure *failing;

static int try_step(void)
{
	struct nserr e = NSERR_INIT;
	gid_t group = 0;
	struct cred c = failing->c;
	int rc;

	c.groups = &group;
	if (failing->alone) {
		CHECK_INT(setpgid(0, 0), 0);
		sandbox_drop_caps();
	}
	fault_begin();
	rc = run_step(&c, failing->step, &e);
	fault_end();
	if (!str_after(e.what, failing->message) || !streq(e.hint, failing->hint)) {
		printf("# the message is '%s', the hint '%s'\n", e.what, e.hint);
		return 1;
	}
	return rc;
}

static void steps_fail(const char *in)
{
	(void)in;
	for (size_t i = 0; i < ARRAY_SIZE(failures); i++) {
		const struct failure *f = failing = &failures[i];
		int got = fault_answer(try_step, f->call, f->nth, -f->error);

		if (got != f->want)
			printf("# row %zu, %s\n", i, f->step);
		CHECK_INT(got, f->want);
	}
}

static void each_failure_has_its_message_and_hint(void)
{
	if (fault_require())
		sandbox(0, steps_fail);
}

/* If a user is named, EPERM of setgroups(2) is ignored only if the user namespace denies
 * setgroups(2). */
static const char *named_user;

static int try_named_groups(void)
{
	gid_t group = 0;
	struct cred c = { .set_groups = true,
			  .groups = &group,
			  .ngroups = 1,
			  .groups_optional = true,
			  .user = named_user,
			  .self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC) };
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = run_step(&c, "groups", &e);
	fault_end();
	close(c.self);
	return fault_result(rc, &e, true);
}

static void groups_of_a_named_user_are_optional_if_setgroups_is_denied(void)
{
	char text[16] = "";

	if (!fault_require())
		return;
	CHECK(file_read_at(AT_FDCWD, "/proc/self/setgroups", text, sizeof(text)) > 0);
	CHECK_INT(fault_answer(try_named_groups, SYS_setgroups, 1, -EPERM), 0);
	named_user = "u";
	CHECK_INT(fault_answer(try_named_groups, SYS_setgroups, 1, -EPERM),
		  streq(text, "allow\n") ? -EPERM : 0);
}

UNIT_MAIN(CASE(each_failure_has_its_message_and_hint),
	  CASE(groups_of_a_named_user_are_optional_if_setgroups_is_denied))
