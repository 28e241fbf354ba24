// SPDX-License-Identifier: GPL-2.0-or-later
/* nstab: stores namespaces in a hash by type and inode. */
#include "collect/nstab.h"

const char *const nshold_names[NSHOLD_COUNT] = {
	[NSHOLD_PROC] = "proc",     [NSHOLD_TASK] = "task",   [NSHOLD_CHILDREN] = "children",
	[NSHOLD_FD] = "fd",         [NSHOLD_SOCK] = "sock",   [NSHOLD_MNT] = "mnt",
	[NSHOLD_PARENT] = "parent", [NSHOLD_OWNER] = "owner", [NSHOLD_KERNEL] = "kernel",
};

/* Returns the slot of the namespace, or the empty one where it belongs. */
static struct ns **find_slot(const struct nstab *t, const struct nstype *type, uint32_t inode)
{
	/* the kernel assigns inodes in sequence, so the low bits spread them well */
	size_t i = (inode + nstype_index(type) * UINT32_C(0x9e3779b1)) & (t->slots - 1);

	while (t->slot[i] && (t->slot[i]->inode != inode || t->slot[i]->type != type))
		i = (i + 1) & (t->slots - 1);
	return &t->slot[i];
}

/* Doubles the table. Returns 0 or -ENOMEM; then the table is unchanged. */
static int grow(struct nstab *t)
{
	size_t size = t->size ? t->size * 2 : 64;
	struct ns **all = reallocarray(t->all, size, sizeof(*all)), **slot;

	if (!all)
		return -ENOMEM;
	t->all = all;
	slot = calloc(size * 2, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	free(t->slot);
	t->slot = slot;
	t->slots = size * 2;
	t->size = size;
	for (size_t i = 0; i < t->n; i++)
		*find_slot(t, t->all[i]->type, t->all[i]->inode) = t->all[i];
	return 0;
}

struct ns *nstab_get(struct nstab *t, const struct nstype *type, uint32_t inode)
{
	struct ns **last = &t->last[nstype_index(type)], **slot, *ns;

	if (*last && (*last)->inode == inode)
		return *last;
	if (t->n == t->size && grow(t) < 0)
		return NULL;
	slot = find_slot(t, type, inode);
	if (!*slot) {
		ns = calloc(1, sizeof(*ns));
		if (!ns)
			return NULL;
		ns->type = type;
		ns->inode = inode;
		ns->creator = NSTAB_NO_UID;
		ns->holders_end = &ns->holders;
		t->all[t->n++] = *slot = ns;
	}
	*last = *slot;
	return *slot;
}

struct ns *nstab_find(const struct nstab *t, const struct nstype *type, uint32_t inode)
{
	struct ns *ns = NULL;

	if (t->n == 0)
		return NULL;
	if (type)
		return *find_slot(t, type, inode);
	for (size_t i = 0; !ns && i < NSTYPE_COUNT; i++)
		ns = *find_slot(t, &nstypes[i], inode);
	return ns;
}

int nstab_hold(struct ns *ns, enum nshold_kind kind, pid_t pid, int num, const char *path)
{
	size_t extra = path ? strlen(path) + 1 : 0;
	struct nshold *h = malloc(sizeof(*h) + extra);

	if (!h)
		return -ENOMEM;
	*h = (struct nshold){ .kind = kind, .pid = pid, .num = num };
	if (path)
		h->path = memcpy(h + 1, path, extra);
	*ns->holders_end = h;
	ns->holders_end = &h->next;
	ns->last_holder = h;
	ns->held |= NSHOLD_BIT(kind);
	return 0;
}

struct nshold *nstab_last_holder(const struct ns *ns)
{
	return ns->last_holder;
}

static int by_inode(const void *a, const void *b)
{
	const struct ns *x = *(struct ns *const *)a, *y = *(struct ns *const *)b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	return (int)nstype_index(x->type) - (int)nstype_index(y->type);
}

void nstab_finish(struct nstab *t)
{
	if (t->n > 0)
		qsort(t->all, t->n, sizeof(struct ns *), by_inode);
	for (size_t i = 0; i < t->n; i++) {
		t->all[i]->index = i;
		if (!t->all[i]->held)
			t->all[i]->held = NSHOLD_BIT(NSHOLD_KERNEL);
		if (t->all[i]->parent)
			t->all[i]->parent->nchild++;
		if (t->all[i]->owner)
			t->all[i]->owner->nowned++;
	}
}

unsigned nstab_level(const struct ns *ns)
{
	unsigned level = 0;

	while ((ns = ns->parent))
		level++;
	return level;
}

void nstab_free(struct nstab *t)
{
	for (size_t i = 0; i < t->n; i++) {
		for (struct nshold *h = t->all[i]->holders, *next; h; h = next) {
			next = h->next;
			free(h);
		}
		free(t->all[i]->rootfs);
		free(t->all[i]);
	}
	free(t->all);
	free(t->slot);
	*t = (struct nstab){ 0 };
}
