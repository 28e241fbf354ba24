// SPDX-License-Identifier: GPL-2.0-or-later
/* nsunshare: defines the steps of --persist and --TYPE=FILE, which mount the new namespaces on
 * files. */
#include <stdio.h>

#include "kernel/proc_stat.h"
#include "nsunshare.h"

static int run_mnt_above(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct run *r = ctx;

	(void)s;
	return nspin_above(r->mnt_id, e);
}

const struct plan_kind step_mnt_above = {
	.name = "mnt-id",
	.call = "ioctl(NS_GET_MNTNS_ID)",
	.run = run_mnt_above,
	.what = "check that the new mount namespace can be mounted on a file of the old mount "
		"namespace",
};

static int run_pin_dir(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;

	r->dir = NSPIN_DIR_INIT;
	r->dir.path = s->arg;
	return nspin_dir_open(&r->dir, e);
}

static void undo_pin_dir(void *ctx, const struct plan_step *s)
{
	struct run *r = ctx;

	(void)s;
	nspin_dir_undo(&r->dir);
}

const struct plan_kind step_pin_dir = {
	.name = "persist",
	.call = "mkdir(2), mount(2)",
	.run = run_pin_dir,
	.undo = undo_pin_dir,
	.what = "make '%s' a private mount for the namespace files",
};

static const char *pin_path(const struct run *r, size_t i, char *buf, size_t size)
{
	if (r->o->pin[i])
		return r->o->pin[i];
	snprintf(buf, size, "%s/%s", r->o->persist, nstypes[i].name);
	return buf;
}

static int run_pin(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct run *r = ctx;
	struct nspin *pin = &r->pin[s->num];
	cleanup_fd int procfd = -1;
	char path[4096];

	*pin = NSPIN_INIT;
	pin->path = strdup(pin_path(r, s->num, path, sizeof(path)));
	if (!pin->path)
		return nserr_set(e, ENOMEM,
				 "cannot allocate memory for the name of a namespace file");
	procfd = proc_stat_open(r->pid, e);
	if (procfd < 0)
		return procfd;
	return nspin_bind(pin, r->o->pin[s->num] ? NULL : &r->dir, procfd, &nstypes[s->num], e);
}

static void undo_pin(void *ctx, const struct plan_step *s)
{
	struct run *r = ctx;

	nspin_undo(&r->pin[s->num]);
}

static void show_pin(const void *ctx, const struct plan_step *s, struct buf *out)
{
	char path[4096];

	buf_printf(out, "mount the %s namespace on '%s'", nstypes[s->num].name,
		   pin_path(ctx, s->num, path, sizeof(path)));
}

const struct plan_kind step_pin = {
	.name = "pin",
	.call = "mount(2) MS_BIND",
	.run = run_pin,
	.undo = undo_pin,
	.show = show_pin,
};

void pins_close(struct run *r)
{
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		if (r->pin[i].path)
			nspin_free(&r->pin[i]);
	if (r->dir.path)
		nspin_dir_free(&r->dir);
}
