// SPDX-License-Identifier: GPL-2.0-or-later
/* check: checks the combination of options. */
#include "nslist.h"

static int unexpected(const struct opts *o, struct nserr *e)
{
	return nserr_set(e, 0, "unexpected argument '%s'", o->rest[0]);
}

static int check_diff(const struct opts *o, struct nserr *e)
{
	if (o->n_refs != 2 || !nsref_is_process(&o->refs[0]) || !nsref_is_process(&o->refs[1]))
		return nserr_set(e, 0, "--diff requires two processes");
	return 0;
}

static int check_caps(const struct opts *o, struct nserr *e)
{
	if (o->n_refs != 2 || !nsref_is_process(&o->refs[0]))
		return nserr_set(e, 0, "--caps requires a process and a namespace");
	return 0;
}

/* Checks the arguments of --show and --members, which must name one namespace. Returns 0, or a
 * negative errno with e set. */
static int check_namespace(const struct opts *o, struct nserr *e)
{
	if (o->rest[0])
		return unexpected(o, e);
	if (nsref_is_process(&o->refs[0]) && !o->of_type)
		return nserr_set(e, 0,
				 "missing namespace type for process '%s' (for example -t net)",
				 o->of);
	return 0;
}

int check_opts(const struct opts *o, struct nserr *e)
{
	if (o->task && o->rest[0])
		return nserr_set(e, 0, "--task cannot be used with a <ref> argument");
	if (o->task && o->of)
		return nserr_set(e, 0,
				 "--task cannot be used with --show, --members, --diff or --caps");
	if (o->all && o->view != NSLIST_CONTAINERS)
		return nserr_set(e, 0, "--all requires --containers");
	if (o->view == NSLIST_CAPS)
		return check_caps(o, e);
	if (o->view == NSLIST_DIFF)
		return check_diff(o, e);
	if (o->of)
		return check_namespace(o, e);
	if (o->rest[0] && (o->view == NSLIST_LIMITS || o->view == NSLIST_FIND ||
			   o->view == NSLIST_STALE || o->view == NSLIST_FEATURES))
		return unexpected(o, e);
	return 0;
}
