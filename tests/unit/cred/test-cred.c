// SPDX-License-Identifier: GPL-2.0-or-later
/* test-cred: checks the parser of the credential options and the order of the steps. */
#include "common/cred_opts.h"
#include "cred/cred.h"
#include "cred/rlimit.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <sys/resource.h>

#include "../sandbox.h"
#include "cred/caps.h"
#include "kernel/sys_cap.h"

struct word {
	int key;
	const char *arg;
};

/*
 * Returns the message for the first option that is refused, otherwise the message of the final
 * check, or
 * "".
 */
static const char *parse(struct cred *c, const struct word *words)
{
	static struct nserr e;
	int rc;

	e = NSERR_INIT;
	*c = (struct cred){ 0 };
	for (; words->key; words++) {
		rc = cred_option(c, words->key, words->arg, &e);
		if (rc < 0)
			return unit_error(rc, &e);
		CHECK_INT(rc, 1);
	}
	return unit_error(cred_check(c, &e), &e);
}

#define PARSE(c, ...) parse(c, (const struct word[]){ __VA_ARGS__, { 0 } })

/* Returns the message for one invalid option. */
static const char *refused(int key, const char *arg)
{
	struct cred c;
	const char *what = PARSE(&c, { key, arg });

	cred_free(&c);
	return what;
}

static void ignores_options_of_the_tool(void)
{
	struct cred c = { 0 };

	CHECK_INT(cred_option(&c, 'x', NULL, NULL), 0);
	CHECK_INT(cred_option(&c, CRED_KEY_CAP_AMBIENT + 1, NULL, NULL), 0);
}

static void accepts_ids_and_names(void)
{
	struct cred c;

	CHECK_STR(
		PARSE(&c, { 'S', "4294967294" }, { 'G', "root" }, { CRED_KEY_GROUPS, "5,root,7" }),
		"");
	CHECK_INT(c.uid, 4294967294);
	CHECK(c.set_gid && c.gid == 0);
	CHECK(c.set_groups && c.ngroups == 3 && c.groups[0] == 5 && c.groups[2] == 7);
	cred_free(&c);
	CHECK_STR(PARSE(&c, { CRED_KEY_GROUPS, "none" }), "");
	CHECK(c.set_groups && c.ngroups == 0);
	CHECK_STR(refused('S', "4294967296"), "--setuid: unknown user '4294967296'");
	CHECK_STR(refused('S', "4294967295"), "--setuid: unknown user '4294967295'");
	CHECK_STR(refused('S', "-1"), "--setuid: unknown user '-1'");
	CHECK_STR(refused('S', ""), "--setuid: unknown user ''");
	CHECK_STR(refused('G', "no such group"), "--setgid: unknown group 'no such group'");
	CHECK_STR(refused(CRED_KEY_GROUPS, "1,,2"), "--groups: unknown group ''");
	CHECK_STR(refused(CRED_KEY_GROUPS, ""), "--groups: unknown group ''");
}

static void computes_the_capability_limit(void)
{
	const uint64_t chown = SYS_CAP_BIT(CAP_CHOWN), raw = SYS_CAP_BIT(CAP_NET_RAW);
	struct cred c;

	CHECK_STR(PARSE(&c, { CRED_KEY_CAP_DROP, "net_raw,CAP_CHOWN" }), "");
	CHECK(c.limit_caps && c.cap_limit == ~(chown | raw));
	CHECK_STR(PARSE(&c, { CRED_KEY_CAP_KEEP, "chown" }, { CRED_KEY_CAP_KEEP, "13" }), "");
	CHECK(c.limit_caps && c.cap_limit == (chown | raw));
	CHECK_STR(PARSE(&c, { CRED_KEY_CAP_DROP, "all" }), "");
	CHECK(c.limit_caps && c.cap_limit == 0);
	CHECK_STR(PARSE(&c, { CRED_KEY_CAP_DROP, "all" }, { CRED_KEY_CAP_KEEP, "chown" }), "");
	CHECK(c.limit_caps && c.cap_limit == chown);
	CHECK_STR(PARSE(&c, { CRED_KEY_CAP_KEEP, "all" }, { CRED_KEY_CAP_DROP, "chown" }), "");
	CHECK(c.limit_caps && c.cap_limit == ~chown);
	CHECK_STR(PARSE(&c, { CRED_KEY_NO_NEW_PRIVS, NULL }), "");
	CHECK(!c.limit_caps);
	CHECK_STR(PARSE(&c, { CRED_KEY_CAP_KEEP, "chown" }, { CRED_KEY_CAP_DROP, "chown" }),
		  "chown is both dropped and kept");
	CHECK_STR(refused(CRED_KEY_CAP_DROP, "chown,x"), "--cap-drop: unknown capability 'x'");
	CHECK_STR(refused(CRED_KEY_CAP_KEEP, ""), "--cap-keep: unknown capability ''");
	CHECK_STR(refused(CRED_KEY_CAP_KEEP, "64"), "--cap-keep: unknown capability '64'");
}

static void parses_resource_limits(void)
{
	struct cred c;

	CHECK_STR(
		PARSE(&c, { CRED_KEY_RLIMIT, "nofile=64" }, { CRED_KEY_RLIMIT, "as=1:unlimited" }),
		"");
	CHECK(c.rlimits[RLIMIT_NOFILE].set && c.rlimits[RLIMIT_NOFILE].soft == 64 &&
	      c.rlimits[RLIMIT_NOFILE].hard == 64);
	CHECK(c.rlimits[RLIMIT_AS].soft == 1 && c.rlimits[RLIMIT_AS].hard == RLIM_INFINITY);
	CHECK(!c.rlimits[RLIMIT_CORE].set);
	CHECK_STR(PARSE(&c, { CRED_KEY_RLIMIT, "RLIMIT_NOFILE=5:18446744073709551615" },
			{ CRED_KEY_RLIMIT, "Cpu=7" }),
		  "");
	CHECK(c.rlimits[RLIMIT_NOFILE].soft == 5 && c.rlimits[RLIMIT_NOFILE].hard == RLIM_INFINITY);
	CHECK(c.rlimits[RLIMIT_CPU].hard == 7);
	CHECK_STR(refused(CRED_KEY_RLIMIT, "rlimit_=1"), "--rlimit: unknown limit 'rlimit_'");
	CHECK_STR(refused(CRED_KEY_RLIMIT, "nofil=1"), "--rlimit: unknown limit 'nofil'");
	CHECK_STR(refused(CRED_KEY_RLIMIT, "nofile"),
		  "--rlimit: invalid limit 'nofile', expected <name>=<soft>[:<hard>]");
	CHECK_STR(refused(CRED_KEY_RLIMIT, "nofile="),
		  "--rlimit: invalid limit 'nofile=', expected a number or 'unlimited' after the "
		  "'='");
	CHECK_STR(refused(CRED_KEY_RLIMIT, "nofile=-1"),
		  "--rlimit: invalid limit 'nofile=-1', expected a number or 'unlimited' after the "
		  "'='");
	CHECK_STR(refused(CRED_KEY_RLIMIT, "nofile=1:"),
		  "--rlimit: invalid limit 'nofile=1:', expected a number or 'unlimited' after the "
		  "colon");
	CHECK_STR(refused(CRED_KEY_RLIMIT, "nofile=2:1"),
		  "--rlimit: invalid limit 'nofile=2:1': the soft limit is above the hard limit");
	CHECK_STR(refused(CRED_KEY_RLIMIT, "nofile=18446744073709551616"),
		  "--rlimit: invalid limit 'nofile=18446744073709551616', expected a number or "
		  "'unlimited' after the '='");
}

static void parses_environment_options(void)
{
	struct cred c;

	CHECK_STR(PARSE(&c, { CRED_KEY_CLEAR_ENV, NULL }, { CRED_KEY_WHITELIST_ENV, "A,B" },
			{ CRED_KEY_SETENV, "X=1=2" }, { CRED_KEY_UNSETENV, "Y" }),
		  "");
	CHECK_INT(c.nenv, 2);
	cred_free(&c);
	CHECK_STR(refused(CRED_KEY_SETENV, "X"),
		  "--setenv: invalid variable 'X', expected <name>=<value>");
	CHECK_STR(refused(CRED_KEY_SETENV, "=1"),
		  "--setenv: invalid variable '=1', expected <name>=<value>");
	CHECK_STR(refused(CRED_KEY_UNSETENV, "X=1"), "--unsetenv: invalid variable name 'X=1'");
	CHECK_STR(refused(CRED_KEY_UNSETENV, ""), "--unsetenv: invalid variable name ''");

	struct cred left = { 0 };
	struct nserr e = NSERR_INIT;

	CHECK_INT(cred_option(&left, CRED_KEY_WHITELIST_ENV, "A", &e), 1);
	CHECK_INT(cred_check(&left, &e), 0);
	CHECK(left.clear_env);
	cred_free(&left);
}

/* Creates a file of n bytes. Returns its descriptor as a stream argument, "fd:N", valid until the
 * next call. */
static const char *file_of(size_t n)
{
	static char stream[16];
	int fd = memfd_create("test-cred", MFD_CLOEXEC);

	CHECK(fd >= 0 && ftruncate(fd, (off_t)n) == 0);
	snprintf(stream, sizeof(stream), "fd:%d", fd);
	return stream;
}

static void accepts_only_filters_of_whole_instructions(void)
{
	struct cred c;

	static const struct sock_filter code[2] = { { 1, 2, 3, 4 }, { 5, 6, 7, 8 } };
	const char *stream = file_of(16);

	CHECK(pwrite(atoi(stream + 3), code, sizeof(code), 0) == sizeof(code));
	CHECK_STR(PARSE(&c, { CRED_KEY_SECCOMP, stream }), "");
	CHECK_INT(c.nfilter, 2);
	CHECK(memcmp(c.filter, code, sizeof(code)) == 0);
	cred_free(&c);
	CHECK(!c.set_uid && !c.filter && !c.nfilter);
	CHECK(strstr(refused(CRED_KEY_SECCOMP, file_of(0)), "has 0 bytes, expected 1 to 4096"));
	CHECK(strstr(refused(CRED_KEY_SECCOMP, file_of(12)), "has 12 bytes"));
	CHECK(strstr(refused(CRED_KEY_SECCOMP, file_of(8 * 4097)), "has 32776 bytes"));
	CHECK(strstr(refused(CRED_KEY_SECCOMP, "/nonexistent"), "cannot open '/nonexistent'"));
}

static const char *order(const struct cred *c)
{
	static struct buf b;
	struct plan p = PLAN_INIT;

	buf_reset(&b);
	buf_adds(&b, "");
	cred_plan(c, &p, PLAN_CALLER);
	cred_plan_last(c, &p, PLAN_CALLER);
	for (size_t i = 0; i < p.n; i++)
		buf_printf(&b, "%s ", p.steps[i].kind->name);
	plan_free(&p);
	return b.s ? b.s : "";
}

static void refuses_a_user_that_cannot_be_looked_up(void)
{
	struct cred c = { .user = "no such user" };
	struct nserr e = NSERR_INIT;

	CHECK_INT(cred_check(&c, &e), -EINVAL);
	CHECK_STR(unit_message(&e), "--setuid: cannot look up user 'no such user'");
	cred_free(&c);
}

static void an_unknown_limit_has_a_hint(void)
{
	struct cred_rlimit limits[RLIM_NLIMITS];
	struct nserr e = NSERR_INIT;

	CHECK_INT(cred_rlimit_parse("zzzzzz=1", limits, &e), -EINVAL);
	CHECK(str_after(e.hint, "use one of as, core, cpu, "));
	CHECK_INT(cred_rlimit_parse("nofil=1", limits, &e), -EINVAL);
	CHECK(str_after(e.hint, "did you mean nofile?"));
}

static void adds_no_step_without_an_option(void)
{
	const struct cred c = { 0 };

	CHECK_STR(order(&c), "");
}

static void adds_the_steps_in_the_required_order(void)
{
	const struct word all[] = {
		{ CRED_KEY_NO_NEW_PRIVS, NULL },
		{ CRED_KEY_CAP_KEEP, "chown" },
		{ CRED_KEY_NEW_SESSION, NULL },
		{ CRED_KEY_SECCOMP, file_of(8) },
		{ CRED_KEY_RLIMIT, "core=0" },
		{ CRED_KEY_SETENV, "A=1" },
		{ CRED_KEY_SETUID, "1" },
		{ CRED_KEY_SETGID, "1" },
		{ 0 },
	};
	struct cred c;

	CHECK_STR(parse(&c, all), "");
	CHECK_STR(order(&c), "environment session rlimits bounding-set groups gid uid capabilities "
			     "no-new-privs seccomp ");
	/* without no_new_privs the filter needs CAP_SYS_ADMIN, so its step must come before the
	 * step that drops this capability */
	c.no_new_privs = false;
	CHECK_STR(order(&c), "environment session rlimits bounding-set groups gid uid seccomp "
			     "capabilities ");
	cred_free(&c);
}

static void drops_capabilities_after_a_filter_as_another_user(void)
{
	struct cred c;

	CHECK_STR(PARSE(&c, { 'S', "1" }), "");
	CHECK_STR(order(&c), "uid ");
	/* the capabilities are kept for the filter and must be dropped after it */
	CHECK_STR(PARSE(&c, { 'S', "1" }, { CRED_KEY_SECCOMP, file_of(8) }), "");
	CHECK_STR(order(&c), "uid seccomp capabilities ");
	cred_free(&c);
	CHECK_STR(PARSE(&c, { CRED_KEY_KEEP_CAPS, NULL }), "");
	CHECK_STR(order(&c), "capabilities ");
}

static void limits_of_another_process_are_read(void)
{
	static const char text[] =
		"Limit                     Soft Limit           Hard Limit           Units     \n"
		"Max cpu time              unlimited            unlimited            seconds   \n"
		"Max file size             5                    unlimited            bytes     \n"
		"Max data size             x                    7                    bytes     \n"
		"Max stack size            8                    y                    bytes     \n"
		"short\n";
	struct cred_rlimit limits[RLIM_NLIMITS] = { [RLIMIT_CPU] = {
							    .set = true, .soft = 3, .hard = 4 } };
	cleanup_buf struct buf b = BUF_INIT;

	cred_rlimit_parse_proc(text, limits);
	cred_rlimit_show(limits, &b);
	CHECK_STR(b.s, "cpu=3:4, fsize=5:unlimited");
	cred_rlimit_parse_proc("", limits);
	cred_rlimit_parse_proc("one line", limits);
	CHECK(!limits[RLIMIT_NOFILE].set);
}

static void a_long_or_unlimited_limit_is_parsed(void)
{
	struct cred c;

	CHECK_STR(PARSE(&c, { CRED_KEY_RLIMIT, "core=unlimited" },
			{ CRED_KEY_RLIMIT, "nofile=1:unlimited" }),
		  "");
	CHECK(c.rlimits[RLIMIT_CORE].soft == RLIM_INFINITY &&
	      c.rlimits[RLIMIT_CORE].hard == RLIM_INFINITY);
	CHECK(c.rlimits[RLIMIT_NOFILE].soft == 1 && c.rlimits[RLIMIT_NOFILE].hard == RLIM_INFINITY);
	cred_free(&c);
	/* a wrong word that has nine letters, as "unlimited" has */
	CHECK_STR(refused(CRED_KEY_RLIMIT, "core=unlimitex"),
		  "--rlimit: invalid limit 'core=unlimitex', expected a number or 'unlimited' "
		  "after the '='");
	CHECK_STR(
		refused(CRED_KEY_RLIMIT,
			"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=1"),
		"--rlimit: unknown limit "
		"'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'");
}

static void names_a_capability_that_is_dropped_and_kept(void)
{
	struct cred c;

	/* the kernel may have capabilities whose names this program does not know */
	CHECK_STR(PARSE(&c, { CRED_KEY_CAP_KEEP, "63" }, { CRED_KEY_CAP_DROP, "63" }),
		  "a capability is both dropped and kept");
	cred_free(&c);
}

/* ---- Groups ---- */

/* Returns the result of cred_check_groups() in a process with these groups. */
static int groups_of(const struct cred *c, gid_t gid, size_t n, const gid_t *groups)
{
	struct nserr e = NSERR_INIT;
	pid_t pid = unit_fork();
	int status, rc;

	if (pid == 0) {
		if (setgroups(n, groups) < 0 || setegid(gid) < 0)
			_exit(99);
		rc = cred_check_groups(c, &e);
		_exit(rc == -EINVAL && strstr(e.what, "would keep the group root") &&
				      str_after(e.hint, "add --setgid, or ")
			      ? 1
		      : rc < 0 ? 2
			       : 0);
	}
	status = unit_wait(pid);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void refuses_to_keep_the_group_root_as_another_user(void)
{
	static const gid_t with[] = { 5, 0 }, without[] = { 5, 6 };
	struct cred c = { .set_uid = true, .uid = 5 };

	if (geteuid() != 0) {
		unit_skip("only root can change its groups");
		return;
	}
	CHECK_INT(groups_of(&c, 0, 0, NULL), 1);
	CHECK_INT(groups_of(&c, 5, 2, with), 1);
	CHECK_INT(groups_of(&c, 5, 2, without), 0);
	CHECK_INT(groups_of(&c, 5, 0, NULL), 0);
	c.set_gid = true;
	CHECK_INT(groups_of(&c, 0, 2, with), 0);
	c.set_gid = false;
	c.set_groups = true;
	CHECK_INT(groups_of(&c, 0, 2, with), 0);
	c.set_groups = false;
	c.uid = 0;
	CHECK_INT(groups_of(&c, 0, 2, with), 0);
	c.set_uid = false;
	c.uid = 5;
	CHECK_INT(groups_of(&c, 0, 2, with), 0);
}

/* Runs with an empty /etc, in which the user u is in 100 groups. */
static void takes_all_groups(const char *dir)
{
	struct buf text = BUF_INIT;
	struct cred c;
	bool all = true;

	(void)dir;
	for (unsigned i = 0; i < 100; i++)
		buf_printf(&text, "g%u:x:%u:u\n", i, 1000 + i);
	sandbox_tmpfs("/etc");
	unit_put(AT_FDCWD, "/etc/nsswitch.conf", "passwd: files\ngroup: files\n");
	unit_put(AT_FDCWD, "/etc/passwd", "u:x:7:8::/:/bin/sh\n");
	unit_put(AT_FDCWD, "/etc/group", text.s);
	buf_free(&text);
	CHECK_STR(PARSE(&c, { 'S', "u" }), "");
	CHECK(c.set_uid && c.uid == 7 && c.set_gid && c.gid == 8);
	CHECK(c.set_groups && c.groups_optional);
	CHECK_INT(c.ngroups, 101);
	for (gid_t gid = 1000; gid < 1100; gid++) {
		bool found = false;

		for (size_t i = 0; i < c.ngroups; i++)
			found |= c.groups[i] == gid;
		all &= found;
	}
	CHECK(all);
	/* to read the setgroups file later */
	CHECK(c.self > 0);
	cred_free(&c);
	/* given groups replace those of the user, and a given group the one of the user */
	CHECK_STR(PARSE(&c, { 'S', "u" }, { CRED_KEY_GROUPS, "5" }), "");
	CHECK(c.gid == 8 && c.ngroups == 1 && c.groups[0] == 5 && !c.groups_optional);
	CHECK(c.self <= 0);
	cred_free(&c);
	CHECK_STR(PARSE(&c, { 'S', "u" }, { 'G', "9" }), "");
	CHECK(c.gid == 9 && !c.set_groups);
	cred_free(&c);
	CHECK_STR(PARSE(&c, { 'S', "nobody" }), "--setuid: unknown user 'nobody'");
	cred_free(&c);
}

static void a_user_has_all_its_groups(void)
{
	sandbox(0, takes_all_groups);
}

/* A row of the table of ambient_capabilities(). */
struct ambient_row {
	bool keep, follow, filter, no_new_privs, has_keep, limit;
	uid_t uid;
	bool chown, kill; /* true if CAP_CHOWN or CAP_KILL becomes ambient */
};

/* Runs the step for the row in this process, and returns true if the ambient set is right. */
static bool ambient_is_right(const struct ambient_row *r)
{
	struct sock_filter filter = { 0 };
	struct cred c = { .keep_caps = r->keep,
			  .caps_follow_uid = r->follow,
			  .filter = r->filter ? &filter : NULL,
			  .no_new_privs = r->no_new_privs,
			  .has_keep = r->has_keep,
			  .limit_ambient = r->limit,
			  .cap_ambient = SYS_CAP_BIT(CAP_KILL),
			  .set_uid = true,
			  .uid = r->uid };
	const struct plan_step step = { .arg = &c };
	struct nserr e = NSERR_INIT;

	return cred_caps_sets.run(NULL, &step, &e) == 0 &&
	       prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_CHOWN, 0, 0) == r->chown &&
	       prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_KILL, 0, 0) == r->kill;
}

static void ambient_capabilities(const char *in)
{
	static const struct ambient_row rows[] = {
		{ .keep = true, .chown = true, .kill = true },
		{ .keep = true, .follow = true, .chown = true, .kill = true },
		{ .keep = true, .follow = true, .uid = 7, .chown = true, .kill = true },
		{ .keep = true, .filter = true, .uid = 7, .chown = true, .kill = true },
		{ .keep = true, .follow = true, .filter = true, .chown = true, .kill = true },
		{ .keep = true, .follow = true, .filter = true, .uid = 7 },
		{ .keep = true,
		  .follow = true,
		  .filter = true,
		  .no_new_privs = true,
		  .uid = 7,
		  .chown = true,
		  .kill = true },
		{ .follow = true, .uid = 7 },
		{ .uid = 7 },
		{ .has_keep = true, .uid = 7, .chown = true, .kill = true },
		{ .has_keep = true },
		{ .limit = true, .uid = 7, .kill = true },
		{ .keep = true, .limit = true, .uid = 7, .kill = true },
		{ 0 },
	};

	(void)in;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		pid_t pid = unit_fork();
		int status;

		if (pid == 0)
			_exit(ambient_is_right(&rows[i]) ? 0 : 1);
		status = unit_wait(pid);
		if (status)
			printf("# row %zu\n", i);
		CHECK_INT(status, 0);
	}
}

/* capabilities(7): a program whose uid is not 0 has the ambient capabilities. */
static void options_select_the_ambient_capabilities(void)
{
	sandbox(0, ambient_capabilities);
}

UNIT_MAIN(CASE(ignores_options_of_the_tool), CASE(accepts_ids_and_names),
	  CASE(computes_the_capability_limit), CASE(parses_resource_limits),
	  CASE(parses_environment_options), CASE(accepts_only_filters_of_whole_instructions),
	  CASE(refuses_a_user_that_cannot_be_looked_up), CASE(an_unknown_limit_has_a_hint),
	  CASE(adds_no_step_without_an_option), CASE(adds_the_steps_in_the_required_order),
	  CASE(drops_capabilities_after_a_filter_as_another_user),
	  CASE(limits_of_another_process_are_read), CASE(a_long_or_unlimited_limit_is_parsed),
	  CASE(names_a_capability_that_is_dropped_and_kept),
	  CASE(refuses_to_keep_the_group_root_as_another_user), CASE(a_user_has_all_its_groups),
	  CASE(options_select_the_ambient_capabilities))
