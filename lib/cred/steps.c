// SPDX-License-Identifier: GPL-2.0-or-later
/* steps: implements the steps that change the credentials. The comment on each step names the
 * kernel rule that determines its position in the order. */
#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "cred/as.h"
#include "cred/caps.h"
#include "cred/rlimit.h"
#include "idmap/procfile.h"
#include "kernel/sys_cap.h"

/* ---- limits and session: changed before the ids, while a limit may still be raised */

static int run_rlimits(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct cred *c = s->arg;

	(void)ctx;
	return cred_rlimit_apply(c->rlimits, e);
}

static void show_rlimits(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct cred *c = s->arg;

	(void)ctx;
	buf_adds(out, "set limits ");
	cred_rlimit_show(c->rlimits, out);
}

static const struct plan_kind rlimits_kind = {
	.name = "rlimits",
	.call = "prlimit(2)",
	.run = run_rlimits,
	.show = show_rlimits,
};

/* Creates a session. setsid(2) fails with EPERM for the leader of a process group, for example a
 * job of a shell. Returns 0, or -EPERM with e set. */
static int run_session(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	if (setsid() >= 0)
		return 0;
	nserr_set(e, errno, "cannot create a session");
	if (getpgrp() == getpid())
		nserr_hint(e, "omit --new-session, and run the command with 'setsid --wait'");
	return -EPERM;
}

static const struct plan_kind session_kind = {
	.name = "session",
	.call = "setsid(2)",
	.what = "create a session without a terminal",
	.run = run_session,
	.brief = true,
};

/* ---- ids in the order groups, gid, uid: each change needs a capability that the change of uid
 * removes */

/* Returns true if the supplementary groups come from a user name in the options. */
static bool is_named(const struct cred *c)
{
	return c->user || c->as;
}

/* Returns true if the caller's user namespace certainly allows setgroups(2). */
static bool setgroups_allowed(const struct cred *c)
{
	return c->self > 0 && idmap_read_setgroups(c->self) == IDMAP_SETGROUPS_ALLOW;
}

static int run_groups(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct cred *c = s->arg;
	int err;

	(void)ctx;
	if (c->ngroups == 0 && getgroups(0, NULL) == 0)
		return 0;
	if (setgroups(c->ngroups, c->groups) == 0)
		return 0;
	err = errno;
	if (err == EPERM && c->groups_optional && !(is_named(c) && setgroups_allowed(c)))
		return 0;
	nserr_set(e, err, "cannot set the supplementary groups");
	if (err == EPERM && sys_cap_has(CAP_SETGID))
		nserr_hint(e, "use a user namespace in which setgroups is allowed and a gid is "
			      "mapped");
	else if (err == EINVAL)
		nserr_hint(e, "use ids that are mapped in this user namespace");
	return -err;
}

void cred_show_groups(const gid_t *groups, size_t n, struct buf *out)
{
	buf_adds(out, n ? "set supplementary groups" : "drop supplementary groups");
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%u", i ? "," : " ", groups[i]);
}

static void show_groups(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct cred *c = s->arg;

	(void)ctx;
	if (c->as && c->as_groups) {
		buf_printf(out, "set supplementary groups %s%s", c->as_group ? "" : "of ",
			   c->as_group ? c->as_group : c->as);
		return;
	}
	cred_show_groups(c->groups, c->ngroups, out);
}

static const struct plan_kind groups_kind = {
	.name = "groups",
	.call = "setgroups(2)",
	.run = run_groups,
	.show = show_groups,
};

static int id_failed(bool optional, const char *what, unsigned id, struct nserr *e)
{
	int err = errno;

	if (err == EINVAL && optional)
		return 0;
	nserr_set(e, err, "cannot become %s %u", what, id);
	if (err == EINVAL)
		nserr_hint(e, "use a mapped id: %s %u is not mapped in this user namespace", what,
			   id);
	return -err;
}

static int run_gid(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct cred *c = s->arg;

	(void)ctx;
	if (setresgid(c->gid, c->gid, c->gid) == 0)
		return 0;
	return id_failed(c->gid_optional, "group", c->gid, e);
}

static void show_gid(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct cred *c = s->arg;

	(void)ctx;
	if (c->as && c->as_group)
		buf_printf(out, "become group %s", c->as_group);
	else if (c->as)
		buf_printf(out, "become the group of %s", c->as);
	else
		buf_printf(out, "become group %u", c->gid);
}

static const struct plan_kind gid_kind = {
	.name = "gid",
	.call = "setresgid(2)",
	.run = run_gid,
	.show = show_gid,
};

/* Changes the user id. A change from 0 clears the effective set, and also the permitted set unless
 * PR_SET_KEEPCAPS is set (capabilities(7)). Returns 0, or a negative errno with e set. */
static int run_uid(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct cred *c = s->arg;
	struct sys_caps caps;
	int rc;

	(void)ctx;
	if (cred_caps_held(c) && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return nserr_set(e, errno,
				 "cannot preserve the capabilities during the change of user");
	if (setresuid(c->uid, c->uid, c->uid) < 0)
		return id_failed(c->uid_optional, "user", c->uid, e);
	if (!cred_caps_held(c))
		return 0;
	rc = sys_cap_get(&caps);
	caps.effective = caps.permitted;
	if (rc == 0)
		rc = sys_cap_set(&caps);
	return rc < 0 ? nserr_set(e, rc,
				  "cannot preserve the capabilities during the change of user")
		      : 0;
}

static void show_uid(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct cred *c = s->arg;

	(void)ctx;
	if (c->as)
		buf_printf(out, "become user %s", c->as);
	else
		buf_printf(out, "become user %u", c->uid);
}

static const struct plan_kind uid_kind = {
	.name = "uid",
	.call = "setresuid(2)",
	.run = run_uid,
	.show = show_uid,
};

/* ---- the OOM score adjustment */

static int run_oom(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const char *value = s->arg;
	int rc = file_write_at(AT_FDCWD, "/proc/self/oom_score_adj", value);

	(void)ctx;
	return rc < 0 ? nserr_set(e, rc, "cannot set oom_score_adj to %s", value) : 0;
}

const struct plan_kind cred_oom = {
	.name = "oom",
	.call = "write(/proc/self/oom_score_adj)",
	.run = run_oom,
	.what = "set oom_score_adj to %s",
};

/* ---- umask: set after the steps that create files */

static int run_umask(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)e;
	umask(((const struct cred *)s->arg)->umask);
	return 0;
}

static void show_umask(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	buf_printf(out, "set the umask %04o", (unsigned)((const struct cred *)s->arg)->umask);
}

static const struct plan_kind umask_kind = {
	.name = "umask",
	.call = "umask(2)",
	.run = run_umask,
	.show = show_umask,
};

/* ---- environment: the new PATH is used to find the program */

static bool in_list(const char *list, const char *name, size_t n)
{
	while (list && *list) {
		size_t len = strcspn(list, ",");

		if (len == n && memcmp(list, name, n) == 0)
			return true;
		list += len + (list[len] == ',');
	}
	return false;
}

static int run_env(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct cred *c = s->arg;
	char **to = environ;

	(void)ctx;
	if (c->clear_env) {
		for (char **from = environ; from && *from; from++)
			if (in_list(c->env_left, *from, strcspn(*from, "=")))
				*to++ = *from;
		if (to)
			*to = NULL;
	}
	if (c->as) {
		int rc = cred_as_env(c, e);

		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; i < c->nenv; i++) {
		/* putenv(3) does not copy the string, which is an argument of this process and is
		 * never freed */
		int rc = strchr(c->env[i], '=') ? putenv((char *)c->env[i]) : unsetenv(c->env[i]);

		if (rc != 0)
			return nserr_set(e, errno, "cannot change the environment");
	}
	return 0;
}

static void show_env(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct cred *c = s->arg;
	const char *sep = "";

	(void)ctx;
	if (c->clear_env) {
		buf_adds(out, "clear the environment");
		if (c->env_left && c->env_left[0])
			buf_printf(out, " except %s", c->env_left);
		sep = ", ";
	}
	if (c->as) {
		buf_printf(out, "%sset HOME, USER, LOGNAME and SHELL", sep);
		sep = ", ";
	}
	for (size_t i = 0; i < c->nenv; i++) {
		bool set = strchr(c->env[i], '=');

		buf_printf(out, "%s%s %s", sep, set ? "set" : "unset", c->env[i]);
		sep = ", ";
	}
}

static const struct plan_kind env_kind = {
	.name = "environment",
	.call = "environ(7)",
	.run = run_env,
	.show = show_env,
	.brief = true,
};

static bool any_limit(const struct cred *c)
{
	for (size_t i = 0; i < RLIM_NLIMITS; i++)
		if (c->rlimits[i].set)
			return true;
	return false;
}

void cred_plan(const struct cred *c, struct plan *p, enum plan_actor actor)
{
	if (c->as)
		plan_add(p, actor, &cred_as, c, 0);
	if (c->as || c->clear_env || c->nenv)
		plan_add(p, actor, &env_kind, c, 0);
	if (c->new_session)
		plan_add(p, actor, &session_kind, c, 0);
	if (any_limit(c))
		plan_add(p, actor, &rlimits_kind, c, 0);
	if (c->set_umask)
		plan_add(p, actor, &umask_kind, c, 0);
	if (c->limit_caps)
		plan_add(p, actor, &cred_caps_bounding, c, 0);
	if ((c->set_groups || c->set_gid) && !c->groups_done)
		plan_add(p, actor, &groups_kind, c, 0);
	if (c->set_gid)
		plan_add(p, actor, &gid_kind, c, 0);
	if (c->set_uid)
		plan_add(p, actor, &uid_kind, c, 0);
	if (cred_caps_early_filter(c))
		plan_add(p, actor, &cred_caps_filter, c, 0);
	if (c->limit_caps || c->keep_caps || c->limit_ambient || cred_caps_held(c))
		plan_add(p, actor, &cred_caps_sets, c, 0);
}

void cred_plan_last(const struct cred *c, struct plan *p, enum plan_actor actor)
{
	if (c->no_new_privs)
		plan_add(p, actor, &cred_caps_no_new_privs, c, 0);
	if (c->filter && c->no_new_privs)
		plan_add(p, actor, &cred_caps_filter, c, 0);
}
