// SPDX-License-Identifier: GPL-2.0-or-later
/* nstimeoffset: looks up the program and the target process, and computes the offsets. */
#include "base/file.h"
#include "nstimeoffset.h"

/* Opens the process of --write, or this process without --write. Returns 0, or a negative errno
 * with e set. */
static int open_target(struct run *r, struct nserr *e)
{
	if (r->o->mode == MODE_WRITE)
		return nsref_open_process(&r->o->target, &r->target, e);
	r->target.pid = getpid();
	r->target.procfd = file_open_self(e);
	return MIN(r->target.procfd, 0);
}

int resolve(struct run *r, struct nserr *e)
{
	const struct timens_request *ask = &r->o->ask;
	struct timens_now now;
	int rc = open_target(r, e);

	if (rc < 0)
		return rc;
	rc = timens_look(timens_anchor(ask), r->target.procfd, &now, e);
	if (rc < 0)
		return rc;
	r->program.argv = r->o->rest;
	if (r->o->mode == MODE_RUN)
		program_find_shell(&r->program);
	return timens_request_resolve(ask, &now, &r->offsets, e);
}
