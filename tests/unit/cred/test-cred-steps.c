// SPDX-License-Identifier: GPL-2.0-or-later
/* test-cred-steps: explains and runs the steps that change the credentials. */
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/resource.h>

#include "../sandbox.h"
#include "base/buf.h"
#include "cred/caps.h"
#include "steps.h"

/* a filter that permits all system calls */
static struct sock_filter permit[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };

/* ---- Explanations */

static void explains_each_step(void)
{
	static gid_t groups[] = { 7, 8 };
	static const char *env[] = { "A=1", "B" };
	static char user[] = "u", left[] = "C,D";
	static const struct {
		struct cred c;
		const char *want;
	} rows[] = {
		{ { .as = user,
		    .as_groups = true,
		    .set_uid = true,
		    .set_gid = true,
		    .set_groups = true },
		  " 1 caller look up u in /etc/passwd and /etc/group of the root: "
		  "read(/etc/passwd), read(/etc/group)\n"
		  " 2 caller set HOME, USER, LOGNAME and SHELL: environ(7)\n"
		  " 3 caller set supplementary groups of u: setgroups(2)\n"
		  " 4 caller become the group of u: setresgid(2)\n"
		  " 5 caller become user u: setresuid(2)\n" },
		{ { .as = user,
		    .as_group = "g",
		    .as_groups = true,
		    .set_uid = true,
		    .set_gid = true,
		    .set_groups = true,
		    .clear_env = true,
		    .env_left = left,
		    .env = env,
		    .nenv = 2 },
		  " 1 caller look up u:g in /etc/passwd and /etc/group of the root: "
		  "read(/etc/passwd), read(/etc/group)\n"
		  " 2 caller clear the environment except C,D, set HOME, USER, LOGNAME and SHELL, "
		  "set A=1, unset B: environ(7)\n"
		  " 3 caller set supplementary groups g: setgroups(2)\n"
		  " 4 caller become group g: setresgid(2)\n"
		  " 5 caller become user u: setresuid(2)\n" },
		{ { .clear_env = true,
		    .env = env,
		    .nenv = 1,
		    .new_session = true,
		    .set_umask = true,
		    .umask = 027,
		    .rlimits = { [RLIMIT_CORE] = { true, 1, 2 } } },
		  " 1 caller clear the environment, set A=1: environ(7)\n"
		  " 2 caller create a session without a terminal: setsid(2)\n"
		  " 3 caller set limits core=1:2: prlimit(2)\n"
		  " 4 caller set the umask 0027: umask(2)\n" },
		{ { .set_groups = true,
		    .groups = groups,
		    .ngroups = 2,
		    .set_gid = true,
		    .gid = 5,
		    .set_uid = true,
		    .uid = 6 },
		  " 1 caller set supplementary groups 7,8: setgroups(2)\n"
		  " 2 caller become group 5: setresgid(2)\n"
		  " 3 caller become user 6: setresuid(2)\n" },
		{ { .set_gid = true, .no_new_privs = true, .filter = permit, .nfilter = 1 },
		  " 1 caller drop supplementary groups: setgroups(2)\n"
		  " 2 caller become group 0: setresgid(2)\n"
		  " 3 caller prevent programs from gaining privilege when executed: "
		  "prctl(PR_SET_NO_NEW_PRIVS)\n"
		  " 4 caller filter system calls, 1 instructions: prctl(PR_SET_SECCOMP)\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct plan p = PLAN_INIT;

		plan(&rows[i].c, &p);
		CHECK_STR(unit_explain(&p), rows[i].want);
	}
}

/* Returns what --explain prints for the steps that change capabilities, one per line. */
static const char *caps_text(const struct cred *c)
{
	static struct buf b = BUF_INIT;
	struct plan p = PLAN_INIT;

	buf_reset(&b);
	plan(c, &p);
	for (size_t i = 0; i < p.n; i++) {
		if (!p.steps[i].kind->show || streq(p.steps[i].kind->name, "uid"))
			continue;
		p.steps[i].kind->show(NULL, &p.steps[i], &b);
		buf_addc(&b, '\n');
	}
	plan_free(&p);
	return b.s;
}

static void explains_the_capabilities(void)
{
	const uint64_t two = SYS_CAP_BIT(CAP_CHOWN) | SYS_CAP_BIT(63);
	const struct {
		struct cred c;
		const char *want;
	} rows[] = {
		{ { .limit_caps = true, .cap_limit = two },
		  "permanently drop all capabilities except chown, 63\n"
		  "drop these capabilities from the other capability sets\n" },
		{ { .limit_caps = true, .cap_limit = ~two },
		  "permanently drop chown, 63\n"
		  "drop these capabilities from the other capability sets\n" },
		{ { .limit_caps = true },
		  "permanently drop all capabilities\n"
		  "drop these capabilities from the other capability sets\n" },
		{ { .limit_caps = true, .cap_limit = UINT64_MAX, .keep_caps = true },
		  "drop no capability\n"
		  "keep the remaining capabilities as ambient\n" },
		/* 32 of 64 bits remain, so the remaining capabilities are listed */
		{ { .limit_caps = true, .cap_limit = UINT32_MAX },
		  "permanently drop all capabilities except chown, dac_override, dac_read_search, "
		  "fowner, fsetid, kill, setgid, setuid, setpcap, linux_immutable, "
		  "net_bind_service, net_broadcast, net_admin, net_raw, ipc_lock, ipc_owner, "
		  "sys_module, sys_rawio, sys_chroot, sys_ptrace, sys_pacct, sys_admin, sys_boot, "
		  "sys_nice, sys_resource, sys_time, sys_tty_config, mknod, lease, audit_write, "
		  "audit_control, setfcap\n"
		  "drop these capabilities from the other capability sets\n" },
		{ { .limit_ambient = true, .cap_ambient = UINT64_MAX },
		  "make all capabilities ambient\n" },
		{ { .limit_ambient = true, .cap_ambient = two },
		  "make these capabilities ambient: chown, 63\n" },
		{ { .limit_ambient = true }, "make no capability ambient\n" },
		{ { .limit_caps = true, .cap_limit = two, .has_keep = true },
		  "permanently drop all capabilities except chown, 63\n"
		  "drop these capabilities from the other capability sets; if the user is not 0, "
		  "keep the remaining capabilities as ambient\n" },
		{ { .limit_caps = true,
		    .cap_limit = two,
		    .has_keep = true,
		    .set_uid = true,
		    .uid = 1 },
		  "permanently drop all capabilities except chown, 63\n"
		  "keep the remaining capabilities as ambient\n" },
		{ { .limit_caps = true, .cap_limit = two, .has_keep = true, .set_uid = true },
		  "permanently drop all capabilities except chown, 63\n"
		  "drop these capabilities from the other capability sets\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_STR(caps_text(&rows[i].c), rows[i].want);
}

/* ---- The program's credentials */

/* Runs all steps of c. Returns true if all succeed. */
static bool take(const struct cred *c)
{
	struct nserr e = NSERR_INIT;
	struct plan p = PLAN_INIT;
	int rc = 0;

	plan(c, &p);
	for (size_t i = 0; rc == 0 && i < p.n; i++)
		rc = p.steps[i].kind->run(NULL, &p.steps[i], &e);
	plan_free(&p);
	CHECK_STR(unit_message(&e), "");
	return rc == 0;
}

static void has_ids_and_limits(void)
{
	static char left[] = "KEEP,LAST";
	static const char *env[] = { "NEW=1=2", "GONE" };
	static const gid_t groups[] = { 7, 8 };
	const struct cred c = {
		.set_uid = true,
		.uid = 5,
		.set_gid = true,
		.gid = 6,
		.set_groups = true,
		.groups = (gid_t *)groups,
		.ngroups = 2,
		.has_keep = true,
		.limit_caps = true,
		.cap_limit = SYS_CAP_BIT(CAP_KILL),
		.new_session = true,
		.set_umask = true,
		.umask = 027,
		.clear_env = true,
		.env_left = left,
		.env = env,
		.nenv = 2,
		.no_new_privs = true,
		.filter = permit,
		.nfilter = 1,
		.rlimits = { [RLIMIT_CORE] = { true, 1, 2 } },
	};
	static char *variables[] = { (char *)"KEEPS=1", (char *)"KEEP=2", (char *)"GONE=3",
				     (char *)"LAST=4",  (char *)"LAS=5",  NULL };
	struct sys_caps caps;
	struct rlimit limit;
	uid_t uid[3];
	gid_t gid[3], got[4];

	environ = variables;
	CHECK(take(&c));
	CHECK(getresuid(&uid[0], &uid[1], &uid[2]) == 0 &&
	      getresgid(&gid[0], &gid[1], &gid[2]) == 0);
	for (int i = 0; i < 3; i++)
		CHECK(uid[i] == 5 && gid[i] == 6);
	CHECK(getgroups(4, got) == 2 && got[0] == 7 && got[1] == 8);
	CHECK(getsid(0) == getpid());
	CHECK_INT(umask(0), 027);
	CHECK(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_cur == 1 && limit.rlim_max == 2);
	CHECK(!getenv("KEEPS") && !getenv("LAS") && !getenv("GONE"));
	CHECK_STR(getenv("KEEP"), "2");
	CHECK_STR(getenv("LAST"), "4");
	CHECK_STR(getenv("NEW"), "1=2");
	CHECK_INT(sys_cap_get(&caps), 0);
	CHECK(caps.permitted == SYS_CAP_BIT(CAP_KILL) && caps.effective == caps.permitted &&
	      caps.inheritable == caps.permitted);
	CHECK_INT(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0), 1);
	CHECK(sys_cap_in_bound(CAP_KILL) == 1 && sys_cap_in_bound(CAP_CHOWN) == 0 &&
	      sys_cap_in_bound(SYS_CAP_BPF) <= 0);
	CHECK_INT(prctl(PR_GET_DUMPABLE), 0);
	CHECK_INT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
	CHECK_INT(prctl(PR_GET_SECCOMP), 2);
}

/* The permitted capabilities become effective and inheritable. The bounding set does not change. */
static void keeps_capabilities(void)
{
	const struct cred c = { .set_uid = true, .uid = 5, .keep_caps = true };
	struct sys_caps before, after;

	CHECK_INT(sys_cap_get(&before), 0);
	CHECK(take(&c));
	CHECK_INT(sys_cap_get(&after), 0);
	CHECK(after.permitted == before.permitted && after.effective == before.permitted &&
	      after.inheritable == before.permitted);
	CHECK_INT(sys_cap_in_bound(CAP_CHOWN), 1);
}

static void loses_capabilities_and_groups(void)
{
	const struct cred c = { .set_uid = true, .uid = 5, .set_gid = true, .gid = 6 };
	static const gid_t group = 9;
	struct sys_caps caps;

	CHECK_INT(setgroups(1, &group), 0);
	CHECK(take(&c));
	CHECK_INT(sys_cap_get(&caps), 0);
	CHECK_INT(caps.permitted, 0);
	CHECK_INT(getgroups(0, NULL), 0);
	CHECK_INT(prctl(PR_GET_DUMPABLE), 0); /* a change of ids clears it */
	CHECK_INT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
}

/* A change to the same uid does not make capabilities effective. */
static void keeps_the_effective_set(void)
{
	const struct cred c = { .set_uid = true, .uid = geteuid() };
	struct sys_caps caps;

	sandbox_drop_caps();
	CHECK(take(&c));
	CHECK_INT(sys_cap_get(&caps), 0);
	CHECK_INT(caps.effective, 0);
}

/* A process without CAP_SYS_RESOURCE cannot raise a hard limit. */
static void may_not_raise_a_limit(void)
{
	static const struct rlimit five = { 5, 5 };
	struct cred c = { .rlimits = { [RLIMIT_CORE] = { true, 6, 6 } } };
	struct nserr e = NSERR_INIT;

	CHECK_INT(setrlimit(RLIMIT_CORE, &five), 0);
	sandbox_drop_caps();
	CHECK_INT(run_step(&c, "rlimits", &e), -EPERM);
	CHECK_STR(e.what, "cannot set limit core");
	CHECK_STR(e.hint, "use at most 5, or run the command with CAP_SYS_RESOURCE in the initial "
			  "user namespace");
	c.rlimits[RLIMIT_CORE] = (struct cred_rlimit){ true, 4, 5 };
	CHECK_INT(run_step(&c, "rlimits", &e), 0);
	c.rlimits[RLIMIT_NOFILE] = (struct cred_rlimit){ true, 1, 65 };
	CHECK_INT(setrlimit(RLIMIT_NOFILE, &(const struct rlimit){ 64, 64 }), 0);
	CHECK_INT(run_step(&c, "rlimits", &e), -EPERM);
	CHECK(str_after(e.hint, "use at most 64, or run the command with CAP_SYS_RESOURCE"));
	c.rlimits[RLIMIT_NOFILE] = (struct cred_rlimit){ true, 1, RLIM_INFINITY - 1 };
	CHECK_INT(run_step(&c, "rlimits", &e), -EPERM);
	CHECK(str_after(e.hint, "use at most ") && strstr(e.hint, "raise the sysctl fs.nr_open"));
}

static void sets_the_oom_score(void)
{
	struct plan_step step = { &cred_oom, PLAN_CALLER, "500", 0 };
	struct nserr e = NSERR_INIT;
	char text[16] = "";

	CHECK_INT(cred_oom.run(NULL, &step, &e), 0);
	CHECK_INT(file_read_at(AT_FDCWD, "/proc/self/oom_score_adj", text, sizeof(text)), 4);
	CHECK_STR(text, "500\n");
	step.arg = "5000";
	CHECK_INT(cred_oom.run(NULL, &step, &e), -EINVAL);
	CHECK(str_after(e.what, "cannot set oom_score_adj to 5000"));
}

static void the_program_has_the_requested_credentials(void)
{
	CHECK_INT(unit_in_child(may_not_raise_a_limit), 0);
	CHECK_INT(unit_in_child(sets_the_oom_score), 0);
	CHECK_INT(unit_in_child(keeps_the_effective_set), 0);
	if (geteuid() != 0)
		return;
	CHECK_INT(unit_in_child(has_ids_and_limits), 0);
	CHECK_INT(unit_in_child(keeps_capabilities), 0);
	CHECK_INT(unit_in_child(loses_capabilities_and_groups), 0);
}

UNIT_MAIN(CASE(explains_each_step), CASE(explains_the_capabilities),
	  CASE(the_program_has_the_requested_credentials))
