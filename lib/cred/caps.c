// SPDX-License-Identifier: GPL-2.0-or-later
/* caps: drops capabilities, sets no_new_privs and installs the system call filter. */
#include "cred/caps.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "kernel/sys_cap.h"

static uid_t final_uid(const struct cred *c)
{
	return c->set_uid ? c->uid : geteuid();
}

/* Returns true if the change of uid clears the capabilities even with keep_caps (see
 * caps_follow_uid). */
static bool follows_uid(const struct cred *c)
{
	return c->caps_follow_uid && c->set_uid && c->uid != 0;
}

/*
 * Returns true if the program needs ambient capabilities. For --cap-keep, a program with uid 0 does
 * not need them (capabilities(7)). With keep_caps, the program must not get them if follows_uid()
 * is true and the process preserves its capabilities across the change of uid only to install the
 * filter.
 */
static bool wants_ambient(const struct cred *c)
{
	return (c->keep_caps && !(follows_uid(c) && cred_caps_early_filter(c))) ||
	       (c->has_keep && final_uid(c) != 0);
}

bool cred_caps_early_filter(const struct cred *c)
{
	return c->filter && !c->no_new_privs;
}

bool cred_caps_held(const struct cred *c)
{
	return c->set_uid && c->uid != 0 &&
	       (c->has_keep || c->limit_ambient || (c->keep_caps && !follows_uid(c)) ||
		cred_caps_early_filter(c));
}

/* ---- the bounding set: capabilities that no program may regain. A new user namespace has a full
 * bounding set (user_namespaces(7)), so the step comes after its creation. It needs CAP_SETPCAP, so
 * it comes before the change of ids.
 */

static int run_bounding(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct cred *c = s->arg;

	(void)ctx;
	for (int cap = 0; cap < 64; cap++) {
		int rc = c->cap_limit & SYS_CAP_BIT(cap) ? 0 : sys_cap_drop_bound(cap);
		int left = rc < 0 ? sys_cap_in_bound(cap) : 0;

		/* do not rely on the result of prctl(2): check that the capability is not in the
		 * set any more */
		if (left == -EINVAL)
			break; /* EINVAL: the kernel has no capability with this number or a higher
				  one */
		if (left != 0) {
			nserr_set(e, rc, "cannot drop capabilities from the bounding set");
			if (rc == -EPERM && !sys_cap_has(CAP_SETPCAP))
				nserr_hint(e, "run the command with CAP_SETPCAP");
			return rc;
		}
	}
	return 0;
}

/* Appends text and the names of the capabilities in mask. */
static void add_caps(struct buf *out, const char *text, uint64_t mask)
{
	const char *sep = " ";

	buf_adds(out, text);
	for (int cap = 0; cap < 64; cap++) {
		if (!(mask & SYS_CAP_BIT(cap)))
			continue;
		buf_adds(out, sep);
		if (sys_cap_name(cap))
			buf_adds(out, sys_cap_name(cap));
		else
			buf_addu(out, (uint64_t)cap);
		sep = ", ";
	}
}

static void show_bounding(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct cred *c = s->arg;
	/* print the shorter list: the dropped capabilities, or the remaining capabilities */
	bool most = __builtin_popcountll(c->cap_limit) > 32;
	uint64_t mask = most ? ~c->cap_limit : c->cap_limit;

	(void)ctx;
	if (mask == 0)
		buf_adds(out, most ? "drop no capability" : "permanently drop all capabilities");
	else
		add_caps(out,
			 most ? "permanently drop" : "permanently drop all capabilities except",
			 mask);
}

const struct plan_kind cred_caps_bounding = {
	.name = "bounding-set",
	.call = "prctl(PR_CAPBSET_DROP)",
	.run = run_bounding,
	.show = show_bounding,
};

/* ---- the seccomp filter: it applies to all later steps of the plan */

static int run_filter(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct cred *c = s->arg;
	const struct sock_fprog prog = { c->nfilter, c->filter };
	int err;

	(void)ctx;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) == 0)
		return 0;
	err = errno;
	nserr_set(e, err, "cannot install the system call filter");
	if (err == EACCES)
		nserr_hint(e, "add --no-new-privs, or run the command with CAP_SYS_ADMIN");
	else if (err == EINVAL)
		nserr_hint(e, "check the instructions of the filter, and check that the kernel has "
			      "CONFIG_SECCOMP_FILTER");
	return -err;
}

static void show_filter(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	buf_printf(out, "filter system calls, %u instructions",
		   (unsigned)((const struct cred *)s->arg)->nfilter);
}

const struct plan_kind cred_caps_filter = {
	.name = "seccomp",
	.call = "prctl(PR_SET_SECCOMP)",
	.run = run_filter,
	.show = show_filter,
};

/* ---- the effective, permitted, inheritable and ambient sets. After execve(2), a program with a
 * uid other than 0 has the ambient capabilities. A program with uid 0 has the capabilities of the
 * bounding set and of the inheritable set (capabilities(7)). */

static int run_caps(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct cred *c = s->arg;
	uint64_t limit = c->limit_caps ? c->cap_limit : UINT64_MAX, ambient = 0;
	struct sys_caps caps;
	int rc = sys_cap_get(&caps);

	(void)ctx;
	if (rc < 0)
		return nserr_set(e, rc, "cannot read the capabilities");
	if (c->limit_ambient)
		ambient = caps.permitted & limit & c->cap_ambient;
	else if (wants_ambient(c))
		ambient = caps.permitted & limit;
	caps.permitted = cred_caps_held(c) ? ambient : caps.permitted & limit;
	caps.effective = caps.permitted;
	caps.inheritable = ambient | (c->limit_caps ? 0 : caps.inheritable);
	/* make the process undumpable, because otherwise a process with the same ids and at least
	 * the same capabilities could trace it and get descriptors and an environment that the
	 * program will not have (ptrace(2)) */
	if (c->limit_caps && prctl(PR_SET_DUMPABLE, 0) < 0)
		return nserr_set(e, errno, "cannot make this process undumpable");
	rc = sys_cap_clear_ambient();
	if (rc == 0)
		rc = sys_cap_set(&caps);
	for (int cap = 0; rc == 0 && cap < 64; cap++)
		if (ambient & SYS_CAP_BIT(cap))
			rc = sys_cap_raise_ambient(cap);
	return rc < 0 ? nserr_set(e, rc, "cannot set the capabilities") : 0;
}

static void show_caps(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct cred *c = s->arg;

	(void)ctx;
	if (c->limit_ambient && c->cap_ambient == UINT64_MAX)
		buf_adds(out, "make all capabilities ambient");
	else if (c->limit_ambient && c->cap_ambient)
		add_caps(out, "make these capabilities ambient:", c->cap_ambient);
	else if (c->limit_ambient)
		buf_adds(out, "make no capability ambient");
	else if (c->keep_caps || (c->has_keep && c->set_uid && c->uid != 0))
		buf_adds(out, "keep the remaining capabilities as ambient");
	else
		buf_adds(out, "drop these capabilities from the other capability sets");
	if (c->has_keep && !c->keep_caps && !c->limit_ambient && !c->set_uid)
		buf_adds(out, "; if the user is not 0, keep the remaining capabilities as ambient");
}

const struct plan_kind cred_caps_sets = {
	.name = "capabilities",
	.call = "prctl(PR_SET_DUMPABLE), capset(2), prctl(PR_CAP_AMBIENT)",
	.run = run_caps,
	.show = show_caps,
};

/* ---- no_new_privs: set-user-ID and file capabilities have no effect after this step */

static int run_nnp(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	(void)s;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return nserr_set(e, errno, "cannot set no_new_privs");
	return 0;
}

const struct plan_kind cred_caps_no_new_privs = {
	.name = "no-new-privs",
	.call = "prctl(PR_SET_NO_NEW_PRIVS)",
	.what = "prevent programs from gaining privilege when executed",
	.run = run_nnp,
};
