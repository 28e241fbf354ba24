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

static void sorts_holders_by_all_their_members(void)
{
	/* in the wanted order */
	static const struct {
		enum nshold_kind kind;
		pid_t pid;
		int num;
		const char *path;
		int where; /* index in `in`, or -1 */
	} want[] = {
		{ NSHOLD_FD, 5, 3, NULL, -1 }, { NSHOLD_FD, 5, 4, NULL, -1 },
		{ NSHOLD_FD, 6, 3, NULL, -1 }, { NSHOLD_MNT, 0, 0, "/a", -1 },
		{ NSHOLD_MNT, 0, 0, "/b", 0 }, { NSHOLD_MNT, 0, 0, "/c", 0 },
		{ NSHOLD_MNT, 0, 0, "/a", 1 }, { NSHOLD_MNT, 0, 0, NULL, 2 },
	};
	/* orders in which the holders are found */
	static const size_t orders[][ARRAY_SIZE(want)] = { { 7, 6, 5, 4, 3, 2, 1, 0 },
							   { 3, 0, 6, 1, 5, 7, 2, 4 },
							   { 0, 1, 2, 3, 4, 5, 6, 7 } };

	for (size_t k = 0; k < ARRAY_SIZE(orders); k++) {
		struct nstab t = { 0 };
		struct ns *in[3], *ns = nstab_get(&t, &nstypes[NSTYPE_NET], 7);
		const struct nshold *h;
		size_t n = 0;

		for (uint32_t i = 0; i < 3; i++)
			in[i] = nstab_get(&t, &nstypes[NSTYPE_MNT], 100 + i);
		for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
			size_t at = orders[k][i];

			CHECK_INT(nstab_hold(ns, want[at].kind, want[at].pid, want[at].num,
					     want[at].path),
				  0);
			if (want[at].where >= 0)
				nstab_last_holder(ns)->where = in[want[at].where];
		}
		nstab_finish(&t);
		for (h = ns->holders; h && n < ARRAY_SIZE(want); h = h->next, n++) {
			CHECK_INT(h->pid, want[n].pid);
			CHECK_INT(h->num, want[n].num);
			CHECK(!h->path == !want[n].path &&
			      (!h->path || streq(h->path, want[n].path)));
			CHECK(h->where == (want[n].where < 0 ? NULL : in[want[n].where]));
		}
		CHECK(!h && n == ARRAY_SIZE(want));
		nstab_free(&t);
	}
}

static void two_holders_without_a_path_are_equal(void)
{
	struct nstab t = { 0 };
	struct ns *ns = nstab_get(&t, &nstypes[NSTYPE_NET], 7);

	/* without the path, nothing tells these holders apart */
	CHECK_INT(nstab_hold(ns, NSHOLD_MNT, 0, 0, NULL), 0);
	CHECK_INT(nstab_hold(ns, NSHOLD_MNT, 0, 0, "/b"), 0);
	CHECK_INT(nstab_hold(ns, NSHOLD_MNT, 0, 0, NULL), 0);
	nstab_finish(&t);
	CHECK(ns->holders && ns->holders->next && ns->holders->next->next);
	CHECK(ns->holders->next->next && !ns->holders->next->next->next);
	nstab_free(&t);
}

static void keeps_namespaces_with_the_same_slot_apart(void)
{
	struct nstab t = { 0 };

	/* the table has a power of two of slots, so these inodes share one */
	for (uint32_t i = 0; i < 10; i++)
		CHECK(nstab_get(&t, &nstypes[NSTYPE_NET], 1 + (i << 20)));
	for (uint32_t i = 0; i < 10; i++) {
		const struct ns *ns = nstab_find(&t, &nstypes[NSTYPE_NET], 1 + (i << 20));

		CHECK(ns && ns->inode == 1 + (i << 20));
	}
	CHECK(!nstab_find(&t, &nstypes[NSTYPE_NET], 1 + (10u << 20)));
	/* the same inode with each type */
	for (size_t i = 0; i < NSTYPE_COUNT; i++)
		CHECK(nstab_get(&t, &nstypes[i], 1));
	for (size_t i = 0; i < NSTYPE_COUNT; i++) {
		const struct ns *ns = nstab_find(&t, &nstypes[i], 1);

		CHECK(ns && ns->type == &nstypes[i]);
	}
	CHECK_INT(t.n, 10 + NSTYPE_COUNT - 1);
	nstab_free(&t);
}

UNIT_MAIN(CASE(keeps_each_namespace_once), CASE(counts_relations_and_levels),
	  CASE(records_holders_in_order), CASE(sorts_holders_by_all_their_members),
	  CASE(two_holders_without_a_path_are_equal),
	  CASE(keeps_namespaces_with_the_same_slot_apart))
