// SPDX-License-Identifier: GPL-2.0-or-later
/* cred: checks the options and reads the filter. */
#include "cred/cred.h"

#include <linux/filter.h>
#include <stdio.h>

#include "base/stream.h"
#include "kernel/sys_cap.h"

/* Computes cap_limit: all capabilities except the dropped ones, or only the kept ones. */
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
				 "--seccomp: '%s' holds %zd bytes, not 1 to %d instructions of 8",
				 c->seccomp, n, BPF_MAXINSNS);
	c->nfilter = (unsigned short)((size_t)n / sizeof(*c->filter));
	c->filter = malloc((size_t)n);
	if (!c->filter)
		return nserr_set(e, ENOMEM, "--seccomp: cannot store the filter");
	memcpy(c->filter, text, (size_t)n);
	return 0;
}

bool cred_restricts(const struct cred *c)
{
	return c->has_keep || c->cap_drop || c->cap_drop_all || c->limit_caps || c->no_new_privs ||
	       c->seccomp;
}

int cred_check(struct cred *c, struct nserr *e)
{
	int rc = check_caps(c, e);

	if (rc < 0)
		return rc;
	/* keeping some variables means removing all others, as in unshare(1) */
	c->clear_env |= c->env_left != NULL;
	return c->seccomp && !c->filter ? read_filter(c, e) : 0;
}

void cred_free(struct cred *c)
{
	free(c->groups);
	free(c->filter);
	free(c->env);
	free(c->env_left);
	*c = (struct cred){ 0 };
}
