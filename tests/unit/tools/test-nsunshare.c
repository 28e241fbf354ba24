// SPDX-License-Identifier: GPL-2.0-or-later
#include <signal.h>

#include "kernel/sys_ns.h"
#include "nsunshare/nsunshare.h"
#include "tool.h"

/* Returns the message of check_opts(), or "" if it accepts the options. */
static const char *said(const struct opts *o)
{
	static struct nserr e;

	e = NSERR_INIT;
	return unit_error(check_opts(o, &e), &e);
}

static struct words words(const char *word)
{
	static const char *one[1];

	one[0] = word;
	return (struct words){ one, 1 };
}

static void map_excludes_other_map_options(void)
{
	struct opts o = { .types = CLONE_NEWUSER, .map = "u:0:0:1" };

	CHECK_STR(said(&o), "");
	o.map_user = "0";
	CHECK_STR(said(&o), "--map cannot be used with -r, -c or another map option");
	o = (struct opts){ .types = CLONE_NEWUSER, .map = "u:0:0:1", .groups = words("auto") };
	CHECK_STR(said(&o), "--map cannot be used with -r, -c or another map option");
	o = (struct opts){ .types = CLONE_NEWUSER, .map = "u:0:0:1", .users = words("auto") };
	CHECK_STR(said(&o), "--map cannot be used with -r, -c or another map option");
	o = (struct opts){ .types = CLONE_NEWUSER, .map = "u:0:0:1", .map_group = "0" };
	CHECK_STR(said(&o), "--map cannot be used with -r, -c or another map option");
}

static void setgroups_needs_a_new_user_namespace(void)
{
	struct opts o = { .setgroups = IDMAP_SETGROUPS_DENY };

	CHECK_STR(said(&o), "--setgroups requires a new user namespace (-U)");
	o.types = CLONE_NEWUSER;
	CHECK_STR(said(&o), "");
	o.setgroups = IDMAP_SETGROUPS_ALLOW;
	CHECK_STR(said(&o), "");
	o.map_group = "0";
	CHECK_STR(said(&o), "--setgroups=allow cannot be used with a map of one group");
	o.groups = words("auto");
	CHECK_STR(said(&o), "");
}

static void no_fork_refuses_options_that_need_a_child(void)
{
	struct opts o = { .types = CLONE_NEWPID | CLONE_NEWNS, .no_fork = true };

	CHECK_STR(said(&o), "");
	o.setup = "true";
	CHECK(strstr(said(&o), "--no-fork cannot be used with --setup in a new pid namespace"));
	o.types = CLONE_NEWNS;
	CHECK_STR(said(&o), "");
	o = (struct opts){ .types = CLONE_NEWPID, .no_fork = true, .persist = "/d" };
	CHECK(strstr(said(&o), "--no-fork cannot be used with --pid=<file> or --persist"));
	o = (struct opts){ .types = CLONE_NEWPID, .no_fork = true };
	o.pin[NSTYPE_UTS] = "/f";
	CHECK_STR(said(&o), "");
	o.pin[NSTYPE_PID] = "/f";
	CHECK(strstr(said(&o), "--no-fork cannot be used with --pid=<file> or --persist"));
	o = (struct opts){ .no_fork = true, .fork = true };
	CHECK(strstr(said(&o), "--no-fork cannot be used with --forward-signals"));
	o.cgroup = "x";
	o.cgroup_create = true;
	CHECK_STR(said(&o), "--no-fork cannot be used with --cgroup-create");
	o.kill_signal = SIGTERM;
	CHECK_STR(said(&o), "--no-fork cannot be used with --kill-child");
	o.name = "web";
	CHECK_STR(said(&o), "--no-fork cannot be used with --name");
	o.detach = true;
	CHECK_STR(said(&o), "--no-fork cannot be used with --detach");
}

static void cgroup_setting_requires_a_file_name_and_a_value(void)
{
	static const char *const bad[] = { "", "=", "=1", "cpu.max", "a/b=1", "/=1", "../x=1" };
	struct opts o = { .cgroup_create = true };

	CHECK_STR(said(&o), "--cgroup-create requires --into-cgroup");
	o = (struct opts){ .cgroup_set = words("cpu.max=1") };
	CHECK_STR(said(&o), "--cgroup-set requires --into-cgroup");
	o.cgroup = "x";
	CHECK_STR(said(&o), "");
	o.cgroup_set = words("a=b/c=d"); /* a value may contain a slash and an equals sign */
	CHECK_STR(said(&o), "");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		o.cgroup_set = words(bad[i]);
		CHECK(strstr(said(&o), "expected <file>=<value>"));
	}
}

static void host_name_has_at_most_64_bytes(void)
{
	char name[66] = "";
	struct opts o = { .hostname = name, .domainname = name };

	memset(name, 'n', 64);
	CHECK_STR(said(&o), "");
	name[64] = 'n';
	CHECK(str_after(said(&o), "--hostname: 'nnn"));
	o.hostname = NULL;
	CHECK(str_after(said(&o), "--domainname: 'nnn"));
}

UNIT_MAIN(CASE(map_excludes_other_map_options), CASE(setgroups_needs_a_new_user_namespace),
	  CASE(no_fork_refuses_options_that_need_a_child),
	  CASE(cgroup_setting_requires_a_file_name_and_a_value),
	  CASE(host_name_has_at_most_64_bytes))
