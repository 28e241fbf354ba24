// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: defines the steps that set names, sysctls, the cgroup and the loopback interface. */
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "kernel/sys_ns.h"
#include "kernel/sysctl.h"
#include "nsunshare.h"

/* ---- cgroups(7) */

static int run_cgroup(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;
	const struct opts *o = r->o;
	int rc = cgroup_find(&r->cgroup, s->arg, e);

	return rc < 0 ? rc
		      : cgroup_open(&r->cgroup, o->cgroup_create, o->cgroup_set.word,
				    o->cgroup_set.n, e);
}

static void undo_cgroup(void *ctx, const struct plan_step *s)
{
	struct nserr ignored = NSERR_INIT;
	struct run *r = ctx;

	(void)s;
	(void)!cgroup_remove(&r->cgroup, &ignored);
}

static void show_cgroup(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct run *r = ctx;

	buf_printf(out, "%s the cgroup '%s'", r->o->cgroup_create ? "make" : "open",
		   (const char *)s->arg);
}

const struct plan_kind step_cgroup = {
	.name = "cgroup",
	.call = "mkdir(2), open(2)",
	.run = run_cgroup,
	.undo = undo_cgroup,
	.show = show_cgroup,
};

static int run_cgroup_set(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	return cgroup_set(&r->cgroup, s->arg, e);
}

const struct plan_kind step_cgroup_set = {
	.name = "cgroup-set",
	.call = "write(2)",
	.run = run_cgroup_set,
	.what = "set %s in the cgroup",
};

static int run_join(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	(void)s;
	return cgroup_join(&r->cgroup, r->pid, e);
}

const struct plan_kind step_join = {
	.name = "join",
	.call = "write(cgroup.procs)",
	.run = run_join,
	.what = "enter the cgroup '%s'",
};

/* ---- uts_namespaces(7), network_namespaces(7) */

static int run_hostname(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const char *name = s->arg;
	int rc = sys_sethostname(name, strlen(name));

	(void)ctx;
	return rc < 0 ? nserr_set(e, rc, "cannot set the hostname to '%s'", name) : 0;
}

const struct plan_kind step_hostname = {
	.name = "hostname",
	.call = "sethostname(2)",
	.run = run_hostname,
	.what = "set the hostname to '%s'",
	.brief = true,
};

static int run_domainname(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const char *name = s->arg;
	int rc = sys_setdomainname(name, strlen(name));

	(void)ctx;
	return rc < 0 ? nserr_set(e, rc, "cannot set the domain name to '%s'", name) : 0;
}

const struct plan_kind step_domainname = {
	.name = "domainname",
	.call = "setdomainname(2)",
	.run = run_domainname,
	.what = "set the domain name to '%s'",
	.brief = true,
};

/* Brings lo up. In a new network namespace, the interface lo exists but is down. */
static int run_lo(void *ctx, const struct plan_step *s, struct nserr *e)
{
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = { .ifr_name = "lo" };

	(void)ctx;
	(void)s;
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &lo) < 0)
		return nserr_set(e, errno, "cannot read the state of the interface lo");
	lo.ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &lo) < 0 ? nserr_set(e, errno, "cannot bring lo up") : 0;
}

const struct plan_kind step_lo = {
	.name = "lo",
	.call = "ioctl(SIOCSIFFLAGS)",
	.run = run_lo,
	.what = "bring lo up",
	.brief = true,
};

static int run_sysctl(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	return sysctl_set(s->arg, e);
}

const struct plan_kind step_sysctl = {
	.name = "sysctl",
	.call = "write(/proc/sys)",
	.run = run_sysctl,
	.what = "set the sysctl '%s'",
	.brief = true,
};
