// SPDX-License-Identifier: GPL-2.0-or-later
/* nstimeoffset: checks the combination of options. */
#include "nstimeoffset.h"

static int check_show(const struct opts *o, struct nserr *e)
{
	if (timens_wanted(&o->ask) || o->base || o->anchor || o->explain)
		return nserr_set(e, 0,
				 "--show cannot be used with --explain or options that set a "
				 "clock");
	return 0;
}

int check_opts(const struct opts *o, struct nserr *e)
{
	if (o->handles && o->mode != MODE_RUN)
		return nserr_set(e, 0,
				 "--ready-fd, --wait-fd, --close-fds and --keep-fd require a "
				 "program");
	if (o->json && o->mode != MODE_SHOW && o->mode != MODE_FEATURES)
		return nserr_set(e, 0, "--json requires --show or --features");
	if (o->mode == MODE_FEATURES)
		return 0;
	if (o->mode == MODE_SHOW)
		return check_show(o, e);
	if (!timens_wanted(&o->ask))
		return nserr_set(e, 0, "missing --boottime, --monotonic or --time-offsets");
	if (o->ask.stream && (o->base || o->anchor))
		return nserr_set(e, 0, "--base and --anchor cannot be used with --time-offsets");
	if (o->mode != MODE_RUN && o->rest[0])
		return nserr_set(e, 0, "unexpected argument '%s'", o->rest[0]);
	if (o->mode == MODE_PRINT && o->explain)
		return nserr_set(e, 0, "--print cannot be used with --explain");
	if (o->mode == MODE_WRITE && !nsref_is_process(&o->target))
		return nserr_set(e, 0, "--write: '%s' is a namespace, expected a process",
				 o->target.text);
	return 0;
}
