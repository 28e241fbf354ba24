// SPDX-License-Identifier: GPL-2.0-or-later
/* nsenter2: checks the combination of options, without any look-ups. */
#include "nsenter2.h"

/* Returns the name of an option that needs a target, or NULL. */
static const char *needs_target(const struct opts *o)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		if ((o->types & nstypes[i].flag) && !o->files[i])
			return nstypes[i].longopt;
	if (o->all)
		return "all";
	if (o->net_socket >= 0)
		return "net-socket";
	if (o->context)
		return "follow-context";
	/* test --follow before the directories, because --follow sets them, too */
	if (o->follow)
		return "follow";
	if (o->root.from == DIR_TARGET)
		return "root";
	return o->wd.from == DIR_TARGET ? "wd" : NULL;
}

/* Checks the options for --each, whose targets are the references on standard input. Returns 0, or
 * a negative errno with e set. */
static int check_each(const struct opts *o, struct nserr *e)
{
	if (o->reports)
		return nserr_set(
			e, 0, "--ready-fd, --status-fd and --pid-file cannot be used with --each");
	if (!o->argv[0])
		return nserr_set(e, 0, "--each requires a program");
	return 0;
}

int check_opts(const struct opts *o, struct nserr *e)
{
	const char *needs = needs_target(o);

	/* with --all, --mount or --root, /etc/netns would belong to the target's mount
	 * namespace */
	if (o->etc_netns && (o->all || o->types & CLONE_NEWNS || o->root.from))
		return nserr_set(e, 0, "--etc-netns cannot be used with --all, --mount or --root");
	if (o->each.on)
		return check_each(o, e);
	if (needs && !o->target)
		return nserr_set(e, 0, "--%s requires --target", needs);
	if (o->user_parent && !o->types && !o->target)
		return nserr_set(e, 0,
				 "--user-parent requires --target or another namespace option");
	if (o->each.parallel)
		return nserr_set(e, 0, "--parallel requires --each");
	if (o->each.prefix)
		return nserr_set(e, 0, "--prefix requires --each");
	if (o->each.nul)
		return nserr_set(e, 0, "--null requires --each");
	return 0;
}
