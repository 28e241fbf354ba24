// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: the sysctls of the new namespaces. */
#include <limits.h>

#include "base/str.h"
#include "kernel/sys_ns.h"
#include "kernel/sysctl.h"
#include "nsunshare.h"

/*
 * The sysctls that belong to a namespace, by the beginning of their path. All others change the
 * whole machine. sysctl/kernel.rst; mq_overview(7), sysvipc(7), user_namespaces(7). Since
 * Linux 6.3, vm.memfd_noexec belongs to the pid namespace, and since Linux 6.14, kernel.pid_max
 * does.
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

int check_sysctls(const struct opts *o, struct nserr *e)
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
			return nserr_set(e, 0, "--sysctl: '%s' needs a new %s namespace", text,
					 nstype_by_flag(type)->name);
	}
	return 0;
}

static int run_sysctl(void *ctx, const struct plan_step *s, struct nserr *e)
{
	char path[PATH_MAX];
	const char *value = sysctl_split(s->arg, path, sizeof(path));

	(void)ctx;
	return value ? sysctl_set(path, value, e) : -EINVAL;
}

const struct plan_kind step_sysctl = {
	.name = "sysctl",
	.call = "write(/proc/sys)",
	.run = run_sysctl,
	.what = "set the sysctl '%s'",
	.brief = true,
};
