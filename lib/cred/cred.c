// SPDX-License-Identifier: GPL-2.0-or-later
/* cred: checks the options for credentials and reads the seccomp filter. */
#include "cred/cred.h"

#include <grp.h>
#include <limits.h>
#include <linux/filter.h>
#include <stdio.h>

#include "base/account.h"
#include "base/file.h"
#include "base/stream.h"
#include "cred/as.h"
#include "kernel/sys_cap.h"

/* Computes cap_limit: all capabilities except those of --cap-drop, or only those of --cap-keep.
 * Returns 0, or a negative errno with e set if both options name the same capability. */
static int check_caps(struct cred *c, struct nserr *e)
{
	uint64_t both = c->cap_keep == UINT64_MAX ? 0 : c->cap_keep & c->cap_drop;

	if (both) {
		int cap = __builtin_ctzll(both);
		const char *name = sys_cap_name(cap);

		return nserr_set(e, 0, "%s is both dropped and kept", name ? name : "a capability");
	}
	if (!c->has_keep && !c->cap_drop && !c->cap_drop_all)
		return 0;
	c->limit_caps = true;
	c->cap_limit = (c->has_keep || c->cap_drop_all ? c->cap_keep : UINT64_MAX) & ~c->cap_drop;
	return 0;
}

static int read_filter(struct cred *c, struct nserr *e)
{
	cleanup_free char *text = NULL;
	ssize_t n = stream_read(c->seccomp, &text, e);

	if (n < 0)
		return (int)n;
	if (n == 0 || (size_t)n % sizeof(*c->filter) ||
	    (size_t)n / sizeof(*c->filter) > BPF_MAXINSNS)
		return nserr_set(e, 0,
				 "--seccomp: '%s' has %zd bytes, expected 1 to %d instructions of "
				 "8 bytes each",
				 c->seccomp, n, BPF_MAXINSNS);
	c->nfilter = (unsigned short)((size_t)n / sizeof(*c->filter));
	c->filter = malloc((size_t)n);
	if (!c->filter)
		return nserr_set(e, ENOMEM, "--seccomp: cannot allocate memory for the filter");
	memcpy(c->filter, text, (size_t)n);
	return 0;
}

bool cred_restricts(const struct cred *c)
{
	return c->has_keep || c->cap_drop || c->cap_drop_all || c->limit_caps || c->no_new_privs ||
	       c->seccomp;
}

static int store_failed(struct nserr *e)
{
	return nserr_set(e, ENOMEM, "cannot allocate memory for the groups");
}

/* Sets the group and the supplementary groups to those of c->user, which are looked up through NSS
 * in the caller's root directory. Returns 0, or a negative errno with e set. */
static int add_groups_of_user(struct cred *c, struct nserr *e)
{
	const struct passwd *pw;
	int n = 64, rc = account_passwd(c->user, 0, &pw);

	if (rc < 0 || !pw)
		return nserr_set(e, rc < 0 ? rc : 0, "--setuid: cannot look up user '%s'", c->user);
	c->set_gid = true;
	c->gid = pw->pw_gid;
	if (c->set_groups)
		return 0;
	for (;;) {
		gid_t *groups = calloc((size_t)n, sizeof(*groups));
		int had = n;

		if (!groups)
			return store_failed(e);
		if (getgrouplist(c->user, c->gid, groups, &n) >= 0) {
			c->groups = groups;
			c->ngroups = (size_t)n;
			break;
		}
		free(groups);
		if (n <= had)
			return store_failed(e);
	}
	c->set_groups = true;
	/* if setgroups(2) is denied in the user namespace, keep the caller's groups instead of
	 * failing, because no program in this user namespace can change its groups */
	c->groups_optional = true;
	return 0;
}

int cred_check_groups(const struct cred *c, struct nserr *e)
{
	gid_t groups[NGROUPS_MAX];
	bool root = getegid() == 0;
	int n;

	if (!c->set_uid || c->uid == 0 || c->set_gid || c->set_groups)
		return 0;
	n = getgroups(ARRAY_SIZE(groups), groups);
	for (int i = 0; i < n; i++)
		root |= groups[i] == 0;
	if (!root)
		return 0;
	nserr_set(e, 0, "with --setuid %u alone, the program would keep the group root", c->uid);
	nserr_hint(e, "add --setgid, or --groups to set only the supplementary groups");
	return -EINVAL;
}

void cred_open_self(struct cred *c)
{
	if (!c->groups_optional || !(c->as || c->user))
		return;
	if (c->self > 0)
		close(c->self);
	c->self = file_open_self(NULL);
}

int cred_check(struct cred *c, struct nserr *e)
{
	int rc = check_caps(c, e);

	if (rc == 0 && c->as)
		cred_as_prepare(c);
	else if (rc == 0 && c->user && !c->set_gid)
		rc = add_groups_of_user(c, e);
	if (rc < 0)
		return rc;
	cred_open_self(c);
	/* as in unshare(1), --whitelist-env removes all other variables */
	c->clear_env |= c->env_left != NULL;
	return c->seccomp && !c->filter ? read_filter(c, e) : 0;
}

void cred_free(struct cred *c)
{
	if (c->self > 0)
		close(c->self);
	free(c->as);
	passwd_user_free(&c->as_user);
	free(c->groups);
	free(c->filter);
	free(c->env);
	free(c->env_left);
	*c = (struct cred){ 0 };
}
