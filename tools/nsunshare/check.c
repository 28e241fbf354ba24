// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: whether the options go together, before anything is looked at or done. */
#include <sys/utsname.h>

#include "nsunshare.h"
#include "sys_ns.h"

/* The kernel's own limit, __NEW_UTS_LEN, without the terminating byte. */
#define NAME_MAX_BYTES 64

static int check_maps(const struct opts *o, struct nserr *e)
{
	if (o->map && (o->map_user || o->map_group || o->n_users || o->n_groups))
		return nserr_set(e, 0, "--map is the whole map: no other map option goes with it");
	if (o->setgroups != IDMAP_SETGROUPS_UNSET && !(o->types & CLONE_NEWUSER))
		return nserr_set(e, 0, "--setgroups needs a new user namespace (-U)");
	if (o->setgroups == IDMAP_SETGROUPS_ALLOW && o->map_group && !o->n_groups) {
		nserr_set(e, 0, "--setgroups=allow does not go with a map of one group");
		nserr_hint(e, "the kernel takes such a map without privilege only when setgroups "
			      "is denied; map more groups (--map-auto), or use --map");
		return -EINVAL;
	}
	return 0;
}

int check_opts(const struct opts *o, struct nserr *e)
{
	int rc = check_maps(o, e);

	if (rc < 0)
		return rc;
	if (o->hostname && strlen(o->hostname) > NAME_MAX_BYTES)
		return nserr_set(e, 0, "--hostname: '%s' is longer than %d bytes", o->hostname,
				 NAME_MAX_BYTES);
	if (o->no_fork && o->kill_child)
		return nserr_set(e, 0, "--kill-child needs a child: --no-fork does not go with it");
	if (o->no_fork && o->pin[NSTYPE_PID])
		return nserr_set(e, 0,
				 "--pid=%s: a pid namespace can be kept once it has a "
				 "process: --no-fork does not go with it",
				 o->pin[NSTYPE_PID]);
	return 0;
}
