// SPDX-License-Identifier: GPL-2.0-or-later
/* nspivot: assemble a root and pivot into it, then execute a program there. */
#include "nspivot.h"

static const enum feature features[] = {
	FEATURE_OPENAT2, FEATURE_MOUNT_API,      FEATURE_MOUNT_SETATTR, FEATURE_DETACHED_TREE,
	FEATURE_OVERLAY, FEATURE_OVERLAY_LAYERS, FEATURE_DEVICE_NODES,
};

int main(int argc, char **argv)
{
	struct request q = { .root = ROOTFS_INIT, .handle = HANDLE_INIT };
	struct plan_result result;
	struct plan p = PLAN_INIT;
	struct nserr e;

	opts_read(&q, argc, argv);
	q.root.exec_closes = true;
	if (q.features)
		return cli_features(features, ARRAY_SIZE(features), q.json);
	steps_add(&q, &p);
	if (q.explain) {
		struct buf out = BUF_INIT;

		plan_explain(&p, &q, &out);
		cli_print(&out);
		return 0;
	}
	(void)!plan_run(&p, &q, &result, &e);
	cli_die_nserr(&e);
}
