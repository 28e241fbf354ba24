// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: checks the combination of options, without any look-ups. */
#include <limits.h>

#include "base/num.h"
#include "base/str.h"
#include "kernel/sys_ns.h"
#include "kernel/sysctl.h"
#include "nsunshare.h"

/* Maximum length of a host or domain name without the NUL byte (__NEW_UTS_LEN of the kernel). */
#define NAME_BYTES_MAX 64

static int check_ids(const struct opts *o, struct nserr *e)
{
	if (o->map && (o->map_user || o->map_group || o->users.n || o->groups.n))
		return nserr_set(e, 0, "--map cannot be used with -r, -c or another map option");
	if (o->setgroups != IDMAP_SETGROUPS_UNSET && !(o->types & CLONE_NEWUSER))
		return nserr_set(e, 0, "--setgroups requires a new user namespace (-U)");
	/* user_namespaces(7): without privilege, the kernel accepts a map of one group only if
	 * setgroups(2) is denied */
	if (o->setgroups == IDMAP_SETGROUPS_ALLOW && o->map_group && o->groups.n == 0) {
		nserr_set(e, 0, "--setgroups=allow cannot be used with a map of one group");
		nserr_hint(e, "map more groups with --map-auto, or use --map");
		return -EINVAL;
	}
	return 0;
}

/* Returns the name of the option that requires a child, for messages. */
static const char *forking_option(const struct opts *o)
{
	return o->init            ? "--init"
	       : o->detach        ? "--detach"
	       : o->name          ? "--name"
	       : o->kill_signal   ? "--kill-child"
	       : o->cgroup_create ? "--cgroup-create"
	       : o->stops         ? "--grace or --stop-signal"
				  : "--forward-signals, --status-fd or --pid-file";
}

/* Checks that --no-fork is not used with an option that needs a child. Returns 0, or a negative
 * errno with e set. */
static int check_no_fork(const struct opts *o, struct nserr *e)
{
	if (!o->no_fork)
		return 0;
	if (o->fork || o->init)
		return nserr_set(e, 0, "--no-fork cannot be used with %s", forking_option(o));
	if ((o->types & CLONE_NEWPID) && (o->pin[NSTYPE_PID] || o->persist))
		return nserr_set(e, 0,
				 "--no-fork cannot be used with --pid=<file> or --persist: a pid "
				 "namespace without a process cannot be mounted");
	if ((o->types & CLONE_NEWPID) && o->setup)
		return nserr_set(e, 0,
				 "--no-fork cannot be used with --setup in a new pid namespace");
	return 0;
}

static int check_cgroup(const struct opts *o, struct nserr *e)
{
	if (!o->cgroup && (o->cgroup_create || o->cgroup_set.n))
		return nserr_set(e, 0, "--%s requires --into-cgroup",
				 o->cgroup_create ? "cgroup-create" : "cgroup-set");
	for (size_t i = 0; i < o->cgroup_set.n; i++) {
		const char *word = o->cgroup_set.word[i];
		size_t n = strcspn(word, "=");

		if (n == 0 || word[n] == '\0' || memchr(word, '/', n))
			return nserr_set(
				e, 0, "--cgroup-set: invalid '%s', expected <file>=<value>", word);
	}
	return 0;
}

/*
 * The sysctls that belong to a namespace, by the beginning of their path. All other sysctls change
 * the whole machine. sysctl/kernel.rst; mq_overview(7), sysvipc(7), user_namespaces(7). Since Linux
 * 6.3, vm.memfd_noexec belongs to the pid namespace, and since Linux 6.14, kernel.pid_max does.
 */
static const struct {
	const char *path;
	uint64_t type;
} owners[] = {
	{ "net/", CLONE_NEWNET },
	{ "kernel/hostname", CLONE_NEWUTS },
	{ "kernel/domainname", CLONE_NEWUTS },
	{ "kernel/msg", CLONE_NEWIPC },
	{ "kernel/sem", CLONE_NEWIPC },
	{ "kernel/shm", CLONE_NEWIPC },
	{ "kernel/auto_msgmni", CLONE_NEWIPC },
	{ "fs/mqueue/", CLONE_NEWIPC },
	{ "kernel/ns_last_pid", CLONE_NEWPID },
	{ "vm/memfd_noexec", CLONE_NEWPID },
	{ "user/", CLONE_NEWUSER },
};

/* Checks that each sysctl belongs to a new namespace. Returns 0, or a negative errno with e set. */
static int check_sysctls(const struct opts *o, struct nserr *e)
{
	for (size_t i = 0; i < o->sysctls.n; i++) {
		const char *text = o->sysctls.word[i];
		char path[PATH_MAX];
		uint64_t type = 0;

		if (!sysctl_split(text, path, sizeof(path)))
			return nserr_set(e, 0, "--sysctl: invalid '%s', expected <key>=<value>",
					 text);
		for (size_t k = 0; k < ARRAY_SIZE(owners) && !type; k++)
			if (str_after(path, owners[k].path))
				type = owners[k].type;
		if (!type)
			return nserr_set(e, 0, "--sysctl: '%s' belongs to no namespace", text);
		if (!(o->types & type))
			return nserr_set(e, 0, "--sysctl: '%s' requires a new %s namespace", text,
					 nstype_by_flag(type)->name);
	}
	return 0;
}

static int check_name(const char *option, const char *name, struct nserr *e)
{
	if (name && strlen(name) > NAME_BYTES_MAX)
		return nserr_set(e, 0, "--%s: '%s' is longer than %d bytes", option, name,
				 NAME_BYTES_MAX);
	return 0;
}

static int check_run_name(const struct opts *o, struct nserr *e)
{
	if (!o->name || nsname_is_valid(o->name))
		return 0;
	nserr_set(e, 0, "--name: invalid name '%s'", o->name);
	nserr_hint(e,
		   "use at most %d letters, digits, '.', '_' and '-', and begin with a letter or "
		   "digit",
		   NSNAME_MAX);
	return -EINVAL;
}

int check_opts(const struct opts *o, struct nserr *e)
{
	int rc = check_ids(o, e), oom;

	if (rc < 0)
		return rc;
	if (o->unpersist && o->argv[0])
		return nserr_set(e, 0, "--unpersist cannot be used with a program: '%s'",
				 o->argv[0]);
	if (o->persist && !o->types)
		return nserr_set(e, 0, "--persist requires a new namespace");
	rc = check_cgroup(o, e);
	if (rc < 0)
		return rc;
	rc = check_no_fork(o, e);
	if (rc < 0)
		return rc;
	if (o->detach && o->kill_signal)
		return nserr_set(e, 0, "--detach cannot be used with --kill-child");
	rc = check_sysctls(o, e);
	if (rc < 0)
		return rc;
	/* the range of values is in proc_pid_oom_score_adj(5) */
	if (o->oom_score_adj && num_int(o->oom_score_adj, -1000, 1000, &oom) < 0)
		return nserr_set(e, 0, "--oom-score-adj: invalid '%s', expected -1000 to 1000",
				 o->oom_score_adj);
	rc = check_run_name(o, e);
	if (rc < 0)
		return rc;
	rc = check_name("hostname", o->hostname, e);
	return rc < 0 ? rc : check_name("domainname", o->domainname, e);
}
