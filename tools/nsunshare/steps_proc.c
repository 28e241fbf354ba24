// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: steps about names, cgroup, command and program. */
#include <grp.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "nsunshare.h"
#include "spawn.h"
#include "sys_cap.h"
#include "sys_ns.h"

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
	return cgroup_join(&r->cgroup, r->pid, r->in_cgroup, e);
}

const struct plan_kind step_join = {
	.name = "join",
	.call = "clone3(CLONE_INTO_CGROUP), write(cgroup.procs)",
	.run = run_join,
	.what = "be in the cgroup '%s'",
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
};

/* A new network namespace has the interface lo, down. */
static int run_lo(void *ctx, const struct plan_step *s, struct nserr *e)
{
	cleanup_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = { .ifr_name = "lo" };

	(void)ctx;
	(void)s;
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &lo) < 0)
		return nserr_set(e, errno, "cannot look at the interface lo");
	lo.ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &lo) < 0 ? nserr_set(e, errno, "cannot bring lo up") : 0;
}

const struct plan_kind step_lo = {
	.name = "lo",
	.call = "ioctl(SIOCSIFFLAGS)",
	.run = run_lo,
	.what = "bring lo up",
};

/* ---- the command before the program */

static int run_setup(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;
	const char *command = s->arg;
	int wstatus;
	pid_t pid = fork();

	if (pid == 0) {
		struct supervise as = r->supervise;

		/* it goes when we go, and what may end it acts as ever */
		as.death_signal = SIGKILL;
		as.parent = -1;
		as.parent_pid = getppid();
		if (supervise_child(&as, e) == 0)
			execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(CLI_EXIT_NOEXEC);
	}
	if (pid < 0)
		return nserr_set(e, errno, "cannot create a process for --setup");
	if (RETRY_EINTR(waitpid(pid, &wstatus, 0)) < 0)
		return nserr_set(e, errno, "cannot wait for --setup '%s'", command);
	if (WIFSIGNALED(wstatus))
		return nserr_set(e, 0, "--setup '%s' was ended by signal %d", command,
				 WTERMSIG(wstatus));
	return wstatus ? nserr_set(e, 0, "--setup '%s' failed with status %d", command,
				   WEXITSTATUS(wstatus))
		       : 0;
}

const struct plan_kind step_setup = {
	.name = "setup",
	.call = "execve(/bin/sh)",
	.run = run_setup,
	.what = "run the command '%s' and wait for it",
};

/* ---- the program */

static int run_groups(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	if (setgroups(0, NULL) == 0)
		return 0;
	nserr_set(e, errno, "cannot drop the supplementary groups");
	if (errno == EPERM)
		nserr_hint(e, "setgroups is denied in this user namespace (a map of one group)");
	return -e->errnum;
}

const struct plan_kind step_groups = {
	.name = "groups",
	.call = "setgroups(2)",
	.run = run_groups,
	.what = "drop supplementary groups",
};

static int run_gid(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	(void)s;
	return setresgid(r->gid, r->gid, r->gid) < 0
		       ? nserr_set(e, errno, "cannot become group %u", r->gid)
		       : 0;
}

static void show_gid(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)s;
	buf_printf(out, "become group %u", ((const struct run *)ctx)->gid);
}

const struct plan_kind step_gid = {
	.name = "gid",
	.call = "setresgid(2)",
	.run = run_gid,
	.show = show_gid,
};

static int run_uid(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	(void)s;
	return setresuid(r->uid, r->uid, r->uid) < 0
		       ? nserr_set(e, errno, "cannot become user %u", r->uid)
		       : 0;
}

static void show_uid(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)s;
	buf_printf(out, "become user %u", ((const struct run *)ctx)->uid);
}

const struct plan_kind step_uid = {
	.name = "uid",
	.call = "setresuid(2)",
	.run = run_uid,
	.show = show_uid,
};

/* capabilities(7): an exec by who is not root keeps what is ambient, which must be permitted and
 * inheritable. */
static int run_keep_caps(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct sys_caps caps;
	int rc = sys_cap_get(&caps);

	(void)ctx;
	(void)s;
	caps.inheritable = caps.permitted;
	if (rc == 0)
		rc = sys_cap_set(&caps);
	for (int cap = 0; rc == 0 && cap <= sys_cap_last(); cap++)
		if (caps.permitted & SYS_CAP_BIT(cap))
			rc = sys_cap_raise_ambient(cap);
	return rc < 0 ? nserr_set(e, rc, "cannot keep the capabilities") : 0;
}

const struct plan_kind step_keep_caps = {
	.name = "keep-caps",
	.call = "capset(2), prctl(PR_CAP_AMBIENT)",
	.run = run_keep_caps,
	.what = "keep the capabilities over exec",
};

static int run_keep_env(void *ctx, const struct plan_step *s, struct nserr *e)
{
	cleanup_free char *names = strdup(s->arg);
	char *rest = names, *name;
	char **kept = names ? calloc(strlen(names) + 1, sizeof(*kept)) : NULL;
	size_t n = 0;

	(void)ctx;
	if (!kept)
		return nserr_set(e, ENOMEM, "cannot keep the environment");
	while ((name = strsep(&rest, ","))) {
		const char *value = *name ? getenv(name) : NULL;

		if (value && asprintf(&kept[n++], "%s=%s", name, value) < 0)
			return nserr_set(e, ENOMEM, "cannot keep the environment");
	}
	if (clearenv() != 0)
		return nserr_set(e, ENOMEM, "cannot clear the environment");
	for (size_t i = 0; i < n; i++)
		if (putenv(kept[i]) != 0)
			return nserr_set(e, ENOMEM, "cannot keep the environment");
	free(kept);
	return 0;
}

const struct plan_kind step_keep_env = {
	.name = "keep-env",
	.call = "clearenv(3)",
	.run = run_keep_env,
	.what = "keep of the environment only %s",
};

static int run_exec(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	(void)s;
	if (!r->shell)
		return spawn_exec(r->argv, e);
	execv(r->shell, r->argv);
	nserr_set(e, errno, "cannot execute '%s'", r->shell);
	e->status = errno == ENOENT ? CLI_EXIT_NOENT : CLI_EXIT_NOEXEC;
	return -errno;
}

static void show_exec(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct run *r = ctx;

	(void)s;
	buf_adds(out, "execute");
	if (r->shell)
		buf_printf(out, " %s as", r->shell);
	for (char **a = r->argv; *a; a++)
		buf_printf(out, " %s", *a);
}

const struct plan_kind step_exec = {
	.name = "exec",
	.call = "execve(2)",
	.run = run_exec,
	.show = show_exec,
};
