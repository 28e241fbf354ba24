// SPDX-License-Identifier: GPL-2.0-or-later
/* nstab: stores namespaces in a hash table by type and inode. */
#include "collect/nstab.h"

const char *const nshold_names[NSHOLD_COUNT] = {
	[NSHOLD_PROC] = "proc",     [NSHOLD_TASK] = "task",   [NSHOLD_CHILDREN] = "children",
	[NSHOLD_FD] = "fd",         [NSHOLD_SOCK] = "sock",   [NSHOLD_MNT] = "mnt",
	[NSHOLD_PARENT] = "parent", [NSHOLD_OWNER] = "owner", [NSHOLD_KERNEL] = "kernel",
};

/* Returns the slot of the namespace, or the empty slot in which it must be stored. */
static struct ns **find_slot(const struct nstab *t, const struct nstype *type, uint32_t inode)
{
	/* the kernel assigns inodes in sequence, so their low bits distribute them evenly over the
	 * table */
	size_t i = (inode + nstype_index(type) * UINT32_C(0x9e3779b1)) & (t->slots - 1);

	while (t->slot[i] && (t->slot[i]->inode != inode || t->slot[i]->type != type))
		i = (i + 1) & (t->slots - 1);
	return &t->slot[i];
}

/* Doubles the hash table. Returns 0, or -ENOMEM with an unchanged table. */
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
		ns->untried = t->untried = true;
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

/* Compares two holders of a namespace, such as descriptors, by kind, process, number, mount
 * namespace and path, for qsort(3). Returns a negative number, 0 or a positive number. */
static int by_holder(const void *a, const void *b)
{
	const struct nshold *x = *(struct nshold *const *)a, *y = *(struct nshold *const *)b;
	uint32_t in_x = x->where ? x->where->inode : 0, in_y = y->where ? y->where->inode : 0;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->num != y->num)
		return x->num < y->num ? -1 : 1;
	if (in_x != in_y)
		return in_x < in_y ? -1 : 1;
	return x->path && y->path ? strcmp(x->path, y->path) : 0;
}

/* Sorts the holders of a namespace, so that their order does not depend on how they were found. If
 * memory allocation fails, the holders are not sorted. */
static void sort_holders(struct ns *ns)
{
	struct nshold **all, **end = &ns->holders;
	size_t n = 0;

	for (struct nshold *h = ns->holders; h; h = h->next)
		n++;
	all = n > 1 ? calloc(n, sizeof(*all)) : NULL;
	if (!all)
		return;
	n = 0;
	for (struct nshold *h = ns->holders; h; h = h->next)
		all[n++] = h;
	qsort(all, n, sizeof(*all), by_holder);
	for (size_t i = 0; i < n; i++) {
		*end = all[i];
		end = &all[i]->next;
	}
	*end = NULL;
	ns->holders_end = end;
	ns->last_holder = all[n - 1];
	free(all);
}

void nstab_finish(struct nstab *t)
{
	if (t->n > 0)
		qsort(t->all, t->n, sizeof(struct ns *), by_inode);
	for (size_t i = 0; i < t->n; i++) {
		t->all[i]->index = i;
		sort_holders(t->all[i]);
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
