// SPDX-License-Identifier: GPL-2.0-or-later
/* bpf_relate: sets the owners, parents and ids of namespaces from the output of the BPF
 * programs. */
#include "collect/src_bpf.h"

static int by_inode(const void *a, const void *b)
{
	const struct bpf_related *x = a, *y = b;

	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

void bpf_sort_related(struct collect_bpf *b)
{
	size_t n = 0;

	if (b->n_related > 0)
		qsort(b->related, b->n_related, sizeof(*b->related), by_inode);
	for (size_t i = 0; i < b->n_related; i++)
		if (n == 0 || by_inode(&b->related[n - 1], &b->related[i]) != 0)
			b->related[n++] = b->related[i];
	b->n_related = n;
}

/* Returns the relations that the BPF programs reported for a namespace, or NULL. */
static const struct bpf_related *find(const struct collect_bpf *b, uint32_t type, uint32_t inode)
{
	struct bpf_related key = { .type = type, .inode = inode };

	return b->n_related ? bsearch(&key, b->related, b->n_related, sizeof(key), by_inode) : NULL;
}

/* Returns true if the relations of all ancestors of a namespace are known. The programs report no
 * namespace whose processes have ended; such a namespace can only be reached by opening a
 * descendant. `depth` limits the recursion, because namespaces that change during the scan could
 * form a loop. */
static bool is_covered(const struct collect_bpf *b, const struct bpf_related *r, int depth)
{
	const struct bpf_related *owner, *parent;

	if (!r || depth == 0)
		return false;
	owner = r->owner ? find(b, NSTYPE_USER, r->owner) : NULL;
	parent = r->parent && r->type != NSTYPE_USER ? find(b, r->type, r->parent) : NULL;
	if (r->owner && !is_covered(b, owner, depth - 1))
		return false;
	return !r->parent || r->type == NSTYPE_USER || is_covered(b, parent, depth - 1);
}

static int adopt(struct collect *c, struct ns *ns, const struct bpf_related *r);

/* Adds the ancestor of ns that has the given inode. Returns 0 or -ENOMEM. */
static int climb(struct collect *c, unsigned type, uint32_t inode, enum nshold_kind kind,
		 struct ns **out)
{
	if (!inode)
		return 0;
	*out = nstab_get(&c->tab, &nstypes[type], inode);
	if (!*out)
		return -ENOMEM;
	(*out)->held |= NSHOLD_BIT(kind);
	return (*out)->opened ? 0 : adopt(c, *out, find(c->bpf, type, inode));
}

/* Sets the relations of ns, for which is_covered() must be true. Returns 0 or -ENOMEM. */
static int adopt(struct collect *c, struct ns *ns, const struct bpf_related *r)
{
	int rc;

	ns->opened = true;
	ns->creator = r->creator;
	if (r->type == NSTYPE_MNT)
		ns->mnt_id = r->id;
	if (c->bpf->has_ids)
		ns->id = r->id;
	rc = climb(c, r->type, r->parent, NSHOLD_PARENT, &ns->parent);
	return rc < 0 ? rc : climb(c, NSTYPE_USER, r->owner, NSHOLD_OWNER, &ns->owner);
}

int bpf_relate(struct collect *c)
{
	/* climb() appends parents and owners to the table during the loop and sets their relations,
	 * so the loop skips them */
	for (size_t i = 0; i < c->tab.n; i++) {
		struct ns *ns = c->tab.all[i];
		const struct bpf_related *r = find(c->bpf, nstype_index(ns->type), ns->inode);

		if (ns->opened || !r || !is_covered(c->bpf, r, 40))
			continue;
		if (adopt(c, ns, r) < 0)
			return -ENOMEM;
	}
	return 0;
}
