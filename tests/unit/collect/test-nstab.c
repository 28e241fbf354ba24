// SPDX-License-Identifier: GPL-2.0-or-later
/* test-nstab: checks the table of namespaces. */
#include "collect/nstab.h"

#include "../unit.h"

static void keeps_each_namespace_once(void)
{
	struct nstab t = { 0 };
	const struct nstype *uts = &nstypes[NSTYPE_UTS], *net = &nstypes[NSTYPE_NET];

	CHECK(!nstab_find(&t, uts, 1));
	for (uint32_t i = 5000; i > 0; i--)
		CHECK(nstab_get(&t, i % 2 ? uts : net, i) != NULL);
	for (uint32_t i = 1; i <= 5000; i++) {
		struct ns *ns = nstab_get(&t, i % 2 ? uts : net, i);

		CHECK(ns == nstab_find(&t, NULL, i));
		CHECK(!nstab_find(&t, i % 2 ? net : uts, i));
	}
	CHECK_INT(t.n, 5000);
	/* an inode may be reused for another type if a namespace vanishes during a scan */
	CHECK(nstab_get(&t, net, 1) != nstab_get(&t, uts, 1));
	nstab_finish(&t);
	for (size_t i = 1; i < t.n; i++)
		CHECK(t.all[i - 1]->inode <= t.all[i]->inode && t.all[i]->index == i);
	nstab_free(&t);
}

static void counts_relations_and_levels(void)
{
	struct nstab t = { 0 };
	const struct nstype *user = &nstypes[NSTYPE_USER];
	struct ns *a = nstab_get(&t, user, 1), *b = nstab_get(&t, user, 2);
	struct ns *c = nstab_get(&t, user, 3);

	b->parent = b->owner = a;
	c->parent = c->owner = b;
	a->held = NSHOLD_BIT(NSHOLD_PROC);
	nstab_finish(&t);
	CHECK_INT(a->nchild, 1);
	CHECK_INT(b->nowned, 1);
	CHECK_INT(nstab_level(a), 0);
	CHECK_INT(nstab_level(c), 2);
	CHECK_INT(a->held, NSHOLD_BIT(NSHOLD_PROC));
	CHECK_INT(c->held, NSHOLD_BIT(NSHOLD_KERNEL));
	nstab_free(&t);
}

static void records_holders_in_order(void)
{
	struct nstab t = { 0 };
	struct ns *ns = nstab_get(&t, &nstypes[NSTYPE_NET], 7);

	CHECK_INT(nstab_hold(ns, NSHOLD_FD, 12, 3, NULL), 0);
	CHECK_INT(nstab_hold(ns, NSHOLD_MNT, 0, 0, "/run/netns/blue"), 0);
	CHECK_INT(ns->held, NSHOLD_BIT(NSHOLD_FD) | NSHOLD_BIT(NSHOLD_MNT));
	CHECK_INT(ns->holders->pid, 12);
	CHECK_STR(ns->holders->next->path, "/run/netns/blue");
	CHECK(nstab_last_holder(ns) == ns->holders->next);
	nstab_free(&t);
}

UNIT_MAIN(CASE(keeps_each_namespace_once), CASE(counts_relations_and_levels),
	  CASE(records_holders_in_order))
