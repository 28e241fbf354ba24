// SPDX-License-Identifier: GPL-2.0-or-later
/* nstimeoffset: runs a program in a time namespace with other clocks, without a fork. */
#include "common/explain_next.h"
#include "common/features.h"
#include "nstimeoffset.h"

static void features(struct features *f)
{
	features_add(f, &feature_time_without_fork);
	features_add(f, &feature_time_without_fork_in_user);
}

static int print_offsets(const struct timens *t)
{
	struct buf out = BUF_INIT;

	timens_format(t, &out);
	cli_print(&out);
	return 0;
}

static int explain(const struct plan *p, struct run *r)
{
	struct buf out = BUF_INIT;

	plan_explain(p, r, &out);
	cli_print(&out);
	return 0;
}

int main(int argc, char **argv)
{
	struct opts o;
	struct run r = { .o = &o, .target = NSREF_PROCESS_INIT };
	struct plan p = PLAN_INIT;
	struct nserr e = NSERR_INIT;

	opts_parse(&o, argc, argv);
	if (check_opts(&o, &e) < 0)
		cli_die_usage_nserr(&e);
	if (o.mode == MODE_FEATURES)
		return features_print(features, o.json);
	if (o.mode == MODE_SHOW && show_refs(o.rest, o.json, &e) == 0)
		return 0;
	if (o.mode == MODE_SHOW || resolve(&r, &e) < 0)
		cli_die_nserr(&e);
	if (o.mode == MODE_PRINT)
		return print_offsets(&r.offsets);
	build_plan(&r, &p);
	if (o.explain) {
		(void)explain(&p, &r);
		explain_next(r.program.argv);
		return 0;
	}
	if (plan_run(&p, &r, NULL, &e) < 0)
		cli_die_nserr(&e);
	return 0;
}
