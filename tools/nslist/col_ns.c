// SPDX-License-Identifier: GPL-2.0-or-later
/* col_ns: columns whose values are in the table of namespaces. */
#include "containers.h"

#include "kernel/sys_ns.h"
#include "kernel/sys_pidfd.h"

#define UNUSED (void)run

void fill_ns(struct run *run, const struct row *r, struct cell *out)
{
	UNUSED;
	cell_num(out, r->ns->inode);
}

void fill_type(struct run *run, const struct row *r, struct cell *out)
{
	UNUSED;
	cell_str(out, r->ns->type->name);
}

/* Returns the first mount point of the namespace in the caller's mount namespace for which `check`
 * returns true, or NULL. */
static const char *own_path(struct run *run, const struct ns *ns,
			    bool (*check)(struct run *run, const struct ns *ns, const char *path))
{
	for (const struct nshold *h = ns->holders; h; h = h->next)
		if (h->kind == NSHOLD_MNT && h->where && h->where->inode == run->c.own_mnt &&
		    check(run, ns, h->path))
			return h->path;
	return NULL;
}

/*
 * Returns true if the tools find the namespace by its inode or id (ns/ref_index.h). They find every
 * namespace that a process, thread, descriptor, socket or other namespace holds. A mount does not
 * count, because another mount may cover it. Since Linux 6.19 the id is enough to open a namespace.
 */
static bool is_found(const struct run *run, const struct ns *ns)
{
	const unsigned sure = NSHOLD_BIT(NSHOLD_PROC) | NSHOLD_BIT(NSHOLD_TASK) |
			      NSHOLD_BIT(NSHOLD_CHILDREN) | NSHOLD_BIT(NSHOLD_FD) |
			      NSHOLD_BIT(NSHOLD_SOCK) | NSHOLD_BIT(NSHOLD_PARENT) |
			      NSHOLD_BIT(NSHOLD_OWNER);
	cleanup_fd int fd = -1;

	if (ns->held & sure || (ns->type == &nstypes[NSTYPE_MNT] && run->c.all_mnt))
		return true;
	fd = collect_open_held(&run->c, ns);
	if (fd < 0 && ns->id)
		fd = sys_ns_open_id(ns->id, 0, 0);
	return fd >= 0;
}

/* Sets the reference of a process: "PID:INODE" with the inode of its pidfd, which is never reused
 * (since Linux 6.9), or "PID" on older kernels. */
static void ref_of_process(struct run *run, const struct row *r, struct cell *out)
{
	cleanup_fd int pidfd = sys_pidfd_open(r->pid);
	uint64_t inode;

	if (pidfd == -ESRCH || pidfd == -EINVAL) {
		nslist_missed(run, r->pid, -ESRCH);
		return;
	}
	out->kind = CELL_TEXT;
	if (pidfd >= 0 && sys_pidfd_inode(pidfd, &inode) == 0)
		buf_printf(&out->text, "%d:%llu", (int)r->pid, (unsigned long long)inode);
	else
		buf_printf(&out->text, "%d", (int)r->pid);
}

void fill_ref(struct run *run, const struct row *r, struct cell *out)
{
	const char *path;

	if (r->is_member) {
		ref_of_process(run, r, out);
		return;
	}
	path = r->ns->id ? NULL : own_path(run, r->ns, nslist_opens);
	if (path) {
		cell_str(out, path);
		return;
	}
	if (!is_found(run, r->ns)) {
		nslist_need_opened(run, r->ns);
		return;
	}
	out->kind = CELL_TEXT;
	if (r->ns->id)
		buf_printf(&out->text, "id:%llu", (unsigned long long)r->ns->id);
	else
		buf_printf(&out->text, "%s:%u", r->ns->type->name, r->ns->inode);
}

/* Sets the id of a namespace; a missing id is unknown, not 0. */
static void id_of(const struct ns *ns, struct cell *out)
{
	if (ns && ns->id)
		cell_num(out, ns->id);
}

void fill_id(struct run *run, const struct row *r, struct cell *out)
{
	nslist_need_opened(run, r->ns);
	id_of(r->ns, out);
}

void fill_parentid(struct run *run, const struct row *r, struct cell *out)
{
	nslist_need_opened(run, r->ns);
	id_of(r->ns->parent, out);
}

void fill_ownerid(struct run *run, const struct row *r, struct cell *out)
{
	nslist_need_opened(run, r->ns);
	id_of(r->ns->owner, out);
}

/* Sets the inode of the parent namespace. As in lsns(8), 0 means that there is no parent or that it
 * is not visible. */
void fill_pns(struct run *run, const struct row *r, struct cell *out)
{
	nslist_need_opened(run, r->ns);
	cell_num(out, r->ns->parent ? r->ns->parent->inode : 0);
}

void fill_ons(struct run *run, const struct row *r, struct cell *out)
{
	nslist_need_opened(run, r->ns);
	cell_num(out, r->ns->owner ? r->ns->owner->inode : 0);
}

void fill_level(struct run *run, const struct row *r, struct cell *out)
{
	nslist_need_opened(run, r->ns);
	if (r->ns->type->hierarchical)
		cell_num(out, nstab_level(r->ns));
}

void fill_nprocs(struct run *run, const struct row *r, struct cell *out)
{
	UNUSED;
	cell_num(out, r->ns->nprocs);
}

/* Sets the cell to a number. The cell remains unknown if the source of the number was not
 * searched. */
static void count(const struct run *run, unsigned source, unsigned n, struct cell *out)
{
	if (run->c.sources & NSTYPE_BIT(source))
		cell_num(out, n);
}

void fill_nthreads(struct run *run, const struct row *r, struct cell *out)
{
	count(run, COLLECT_TASK, r->ns->nthreads, out);
}

void fill_nfds(struct run *run, const struct row *r, struct cell *out)
{
	count(run, COLLECT_FD, r->ns->nfds, out);
}

void fill_nsocks(struct run *run, const struct row *r, struct cell *out)
{
	if (r->ns->type == &nstypes[NSTYPE_NET])
		count(run, COLLECT_SOCK, r->ns->nsocks, out);
}

void fill_nmounts(struct run *run, const struct row *r, struct cell *out)
{
	if (r->ns->type == &nstypes[NSTYPE_MNT] && r->ns->mounts)
		count(run, COLLECT_MNT, r->ns->mounts, out);
}

void fill_rootfs(struct run *run, const struct row *r, struct cell *out)
{
	UNUSED;
	cell_str(out, r->ns->rootfs);
}

void fill_nchild(struct run *run, const struct row *r, struct cell *out)
{
	UNUSED;
	if (r->ns->type->hierarchical)
		cell_num(out, r->ns->nchild);
}

void fill_nowned(struct run *run, const struct row *r, struct cell *out)
{
	UNUSED;
	if (r->ns->type == &nstypes[NSTYPE_USER])
		cell_num(out, r->ns->nowned);
}

void fill_held(struct run *run, const struct row *r, struct cell *out)
{
	UNUSED;
	out->kind = CELL_TEXT;
	for (unsigned i = 0; i < NSHOLD_COUNT; i++) {
		if (!(r->ns->held & NSHOLD_BIT(i)))
			continue;
		if (out->text.len > 0)
			buf_addc(&out->text, ',');
		buf_adds(&out->text, nshold_names[i]);
	}
}

/* Adds a descriptor as a reference. For a descriptor that only one thread has, there is no
 * reference, so the path in /proc is added. */
static void descriptor(const struct run *run, const struct nshold *h, struct cell *out)
{
	if (!collect_member(&run->c, h->pid))
		cell_item(out, "/proc/%d/fd/%d", (int)h->pid, h->num);
	else if (h->kind == NSHOLD_SOCK)
		cell_item(out, "socket:%d/%d", (int)h->pid, h->num);
	else
		cell_item(out, "%d/fd/%d", (int)h->pid, h->num);
}

/* Adds a holder, as a reference where possible. Omits processes, because the column NPROCS counts
 * them, and omits other namespaces and the kernel. */
static void add_holder(const struct run *run, const struct nshold *h, struct cell *out)
{
	switch (h->kind) {
	case NSHOLD_TASK:
		cell_item(out, "tid:%d", h->num);
		break;
	case NSHOLD_CHILDREN:
		cell_item(out, "children:%d", h->num);
		break;
	case NSHOLD_FD:
	case NSHOLD_SOCK:
		descriptor(run, h, out);
		break;
	case NSHOLD_MNT:
		if (h->where && h->where->inode != run->c.own_mnt)
			cell_item(out, "mnt:%u:%s", h->where->inode, h->path);
		else
			cell_item(out, "%s", h->path);
		break;
	case NSHOLD_PROC:
	case NSHOLD_PARENT:
	case NSHOLD_OWNER:
	case NSHOLD_KERNEL:
	case NSHOLD_COUNT:
		break;
	}
}

void fill_holders(struct run *run, const struct row *r, struct cell *out)
{
	out->kind = CELL_LIST;
	for (const struct nshold *h = r->ns->holders; h; h = h->next)
		add_holder(run, h, out);
}

/* For a namespace without a process, a table shows its first holder: "(mnt /run/netns/x)". Raw
 * output and JSON are empty, as with lsns(8). */
void fill_holder_or_command(struct run *run, const struct row *r, struct cell *out)
{
	const struct nshold *h = r->ns->holders;
	struct cell holder = { 0 };

	if (r->pid || run->o->format != NSLIST_TABLE || !h) {
		fill_command(run, r, out);
		return;
	}
	add_holder(run, h, &holder);
	if (holder.text.len > 0) {
		out->kind = CELL_TEXT;
		buf_printf(&out->text, "(%s %s)", nshold_names[h->kind], holder.text.s);
	}
	buf_free(&holder.text);
}

/* Returns true if an earlier holder has the same mount point, on which the namespace is then
 * mounted several times. */
static bool is_repeated(const struct ns *ns, const struct nshold *h)
{
	for (const struct nshold *x = ns->holders; x != h; x = x->next)
		if (x->kind == NSHOLD_MNT && x->where == h->where && streq(x->path, h->path))
			return true;
	return false;
}

/* Joins the items of a list into one string, as lsns(8) does in JSON. An empty list becomes an
 * unknown value. */
static void join(struct cell *list, char separator)
{
	struct buf *b = &list->text;

	list->kind = b->len > 0 ? CELL_TEXT : CELL_NONE;
	if (b->len == 0 || b->err)
		return;
	b->len--; /* remove the NUL after the last item */
	for (size_t i = 0; i < b->len; i++)
		if (b->s[i] == '\0')
			b->s[i] = separator;
}

void fill_nsfs(struct run *run, const struct row *r, struct cell *out)
{
	out->kind = CELL_LIST;
	for (const struct nshold *h = r->ns->holders; h; h = h->next)
		if (h->kind == NSHOLD_MNT && h->where && h->where->inode == run->c.own_mnt &&
		    !is_repeated(r->ns, h))
			cell_item(out, "%s", h->path);
	if (run->o->format == NSLIST_JSON)
		join(out, run->o->wrap ? '\n' : ',');
}

/* Returns the name of a mount in /run/netns of any mount namespace, or NULL. Ignores a mount of
 * the caller's mount namespace that another mount covers. */
static const char *netns_name(struct run *run, const struct ns *ns)
{
	for (const struct nshold *h = ns->holders; h; h = h->next) {
		const char *name = h->kind == NSHOLD_MNT ? str_after(h->path, "/run/netns/") : NULL;
		bool own = h->where && h->where->inode == run->c.own_mnt;

		if (name && (!own || nslist_is_visible(run, ns, h->path)))
			return name;
	}
	return NULL;
}

/* Sets the name of the container that the process of the row is in. */
static void container_name(struct run *run, const struct row *r, struct cell *out)
{
	const struct nsmember *m = r->pid ? collect_member(&run->c, r->pid) : NULL;
	const struct container *box = m ? containers_of(&run->boxes->l, &run->c, m) : NULL;

	if (!box)
		return;
	out->kind = CELL_TEXT;
	boxes_name(run, box, &out->text);
}

/* Sets the name of the namespace: its name in /run/netns (ip-netns(8)), otherwise the last
 * component of its mount point, otherwise the name of its container. */
void fill_name(struct run *run, const struct row *r, struct cell *out)
{
	const char *name = netns_name(run, r->ns), *path;

	if (!name)
		name = nslist_link_name(run, r->ns);
	path = name ? NULL : own_path(run, r->ns, nslist_is_visible);
	if (path)
		/* path has a '/', because mountinfo has absolute paths */
		name = strrchr(path, '/') + 1;
	if (name)
		cell_str(out, name);
	else if (run->boxes)
		container_name(run, r, out);
	else
		fill_container(run, r, out);
}

void fill_match(struct run *run, const struct row *r, struct cell *out)
{
	UNUSED;
	cell_str(out, r->match);
}

void fill_self(struct run *run, const struct row *r, struct cell *out)
{
	const struct nsmember *me = collect_member(&run->c, run->c.q.self);

	if (me && me->inode[nstype_index(r->ns->type)])
		cell_bool(out, me->inode[nstype_index(r->ns->type)] == r->ns->inode);
}

/* Initial namespaces have fixed inodes, which are lower than all dynamic inodes. For net and mnt
 * this is true only since Linux 6.18. On older kernels, the initial namespaces of these types are
 * those of kthreadd (process 2). */
void fill_init(struct run *run, const struct row *r, struct cell *out)
{
	const struct nsmember *two = collect_member(&run->c, 2);
	struct proc_stat st;
	int rc;

	if (r->ns->inode < 0xf0000000)
		cell_bool(out, true);
	else if (!two || !(r->ns->type->flag & (CLONE_NEWNS | CLONE_NEWNET)) ||
		 two->inode[nstype_index(r->ns->type)] != r->ns->inode)
		cell_bool(out, false);
	else if ((rc = procfs_read_stat(run->proc, 2, &st)) < 0)
		nslist_missed(run, 2, rc);
	else
		cell_bool(out, st.kthread); /* in a pid namespace, process 2 is not kthreadd */
}
