// SPDX-License-Identifier: GPL-2.0-or-later
/* bpf_prog: builds the BPF programs. Each call of a function of kernel/bpf.h appends a few
 * instructions. */
#include "collect/bpf_prog.h"

#include "kernel/sys_ns.h"

#define SOCKFS_MAGIC 0x534f434b

/* The members of the kernel's structures for each namespace type. A kernel that is built without a
 * namespace type lacks its members. */
static const struct {
	const char *from_nsproxy; /* member of struct nsproxy, or NULL */
	const char *inode;
} of_type[NSTYPE_COUNT] = {
	[NSTYPE_MNT] = { "mnt_ns", "mnt_ns->ns.inum" },
	[NSTYPE_UTS] = { "uts_ns", "uts_ns->ns.inum" },
	[NSTYPE_IPC] = { "ipc_ns", "ipc_ns->ns.inum" },
	[NSTYPE_NET] = { "net_ns", "net_ns->ns.inum" },
	[NSTYPE_CGROUP] = { "cgroup_ns", "cgroup_ns->ns.inum" },
	[NSTYPE_TIME] = { "time_ns", "time_ns->ns.inum" },
};

/* Returns the BTF id of the structure that a member of the structure `type` contains or points to.
 * Returns 0 if `type` has no such member. */
static uint32_t struct_of(struct btf *btf, uint32_t type, const char *member)
{
	struct btf_field f;

	return type && btf_member(btf, type, member, strlen(member), &f) == 0 ? f.type : 0;
}

int bpf_source_init(struct bpf_source *s)
{
	struct btf_name names[] = {
		{ "bpf_iter_task", BTF_FUNC, 0 },
		{ "bpf_iter_task_file", BTF_FUNC, 0 },
		{ "bpf_rdonly_cast", BTF_FUNC, 0 },
		{ "socket", BTF_STRUCT, 0 },
	};
	int rc = btf_find(&s->btf, names, ARRAY_SIZE(names));
	uint32_t nsproxy;

	if (rc < 0)
		return rc;
	s->iter_task = names[0].id;
	s->iter_file = names[1].id;
	s->cast = names[2].id;
	s->socket = names[3].id;
	if (!s->iter_task || !s->iter_file || !s->socket)
		return -ENOENT;
	rc = btf_param(&s->btf, s->iter_task, 0, &s->meta);
	if (rc == 0)
		rc = btf_param(&s->btf, s->iter_task, 1, &s->task);
	if (rc == 0)
		rc = btf_param(&s->btf, s->iter_file, 3, &s->file);
	nsproxy = struct_of(&s->btf, s->task, "nsproxy");
	s->mnt_ns = struct_of(&s->btf, nsproxy, "mnt_ns");
	s->ns = struct_of(&s->btf, s->mnt_ns, "ns");
	return rc < 0 ? rc : s->ns ? 0 : -ENOENT;
}

/* ---- Tasks ---- */

/* Offsets of the program's variables on the stack. */
enum {
	TASK = BPF_STACK_TOP - (int)sizeof(struct bpf_task),
	RELATION = TASK - (int)sizeof(struct bpf_relation),
};
#define TASK_AT(member)     (TASK + (int)offsetof(struct bpf_task, member))
#define RELATION_AT(member) (RELATION + (int)offsetof(struct bpf_relation, member))
#define OF_AT(type, member) \
	(RELATION_AT(of) + (int)(type) * (int)sizeof(((struct bpf_relation *)0)->of[0]) + \
	 (int)offsetof(struct bpf_relation, of[0].member) - \
	 (int)offsetof(struct bpf_relation, of))

/* Registers of the program for tasks. */
enum { A_TASK = R6, A_NSPROXY = R7, A_USER = R8, A_SEQ = R9 };

enum { END, WRITE, NESTED, HAVE_PID, RELATE };

/* Stores base->path on the stack at the offset, or 0 if the kernel lacks the member. Overwrites R0
 * to R5. */
static void store(struct bpf *p, int offset, unsigned size, int base, const char *path)
{
	if (!bpf_has(p, p->reg[base].type, path)) {
		bpf_put_value(p, offset, 0, size);
		return;
	}
	bpf_get(p, R1, base, path);
	bpf_put(p, offset, R1, size);
}

/* Sets dst to the address of the struct pid of A_TASK plus the offset of pid->numbers[pid->level]
 * in the array, so that dst->numbers[0] is the pid in the innermost pid namespace. */
static void innermost(struct bpf *p, int dst)
{
	uint32_t size = 0, pid, upid;

	bpf_get(p, R4, A_TASK, "thread_pid");
	pid = p->reg[R4].type;
	upid = struct_of(p->btf, pid, "numbers");
	if (!upid || btf_size(p->btf, upid, &size) < 0) {
		p->err = p->err ? p->err : -ENOENT;
		p->missing = p->missing ? p->missing : "numbers";
	}
	bpf_get(p, dst, R4, "level");
	bpf_mul(p, dst, (int32_t)size);
	bpf_add_reg(p, dst, R4);
	bpf_address(p, dst, pid);
}

/* Sets dst to the pid namespace of A_TASK, which is pid->numbers[pid->level].ns. Overwrites R0 to
 * R5. */
static void active_pid_ns(struct bpf *p, int dst)
{
	innermost(p, R5);
	bpf_get(p, dst, R5, "numbers.ns");
	bpf_cast(p, dst, p->reg[dst].type);
}

/* Fills the record of a task (struct bpf_task), except the member kind. */
static void fill_task(struct bpf *p)
{
	store(p, TASK_AT(tgid), 4, A_TASK, "tgid");
	store(p, TASK_AT(pid), 4, A_TASK, "pid");
	store(p, TASK_AT(ppid), 4, A_TASK, "real_parent->tgid");
	store(p, TASK_AT(n_threads), 4, A_TASK, "signal->nr_threads");
	store(p, TASK_AT(euid), 4, A_TASK, "real_cred->euid.val");
	for (int i = 0; i < NSTYPE_COUNT; i++)
		if (of_type[i].inode)
			store(p, TASK_AT(inode) + 4 * i, 4, A_NSPROXY, of_type[i].inode);
	store(p, TASK_AT(inode) + 4 * NSTYPE_USER, 4, A_USER, "ns.inum");
	store(p, TASK_AT(pid_child), 4, A_NSPROXY, "pid_ns_for_children->ns.inum");
	store(p, TASK_AT(time_child), 4, A_NSPROXY, "time_ns_for_children->ns.inum");

	/* do not read the inode of the initial pid namespace, because it is the same on every
	 * kernel */
	bpf_get(p, R4, A_TASK, "thread_pid");
	bpf_get(p, R5, R4, "level");
	bpf_jump_not(p, R5, 0, NESTED);
	bpf_put_value(p, TASK_AT(inode) + 4 * NSTYPE_PID, (int32_t)SYS_NS_INO_PID, 4);
	bpf_jump(p, HAVE_PID);
	bpf_label(p, NESTED);
	active_pid_ns(p, R1);
	bpf_get(p, R1, R1, "ns.inum");
	bpf_put(p, TASK_AT(inode) + 4 * NSTYPE_PID, R1, 4);
	bpf_label(p, HAVE_PID);
}

/* Stores the 64-bit id of a namespace. In Linux 6.11 to 6.17, only mount namespaces have an id, in
 * a member with another name. */
static void store_id(struct bpf *p, int type, int base, uint32_t ns)
{
	if (type == NSTYPE_MNT && !bpf_has(p, ns, "ns.ns_id") && bpf_has(p, ns, "mnt_ns_tree_node"))
		store(p, OF_AT(type, id), 8, base, "seq");
	else
		store(p, OF_AT(type, id), 8, base, "ns.ns_id");
}

/* Stores the inode, the owner and the id of the namespace that base points to. `owner` is the path
 * to the inode of the owning user namespace. */
static void relate(struct bpf *p, int type, int base, const char *owner)
{
	store(p, OF_AT(type, inode), 4, base, "ns.inum");
	store(p, OF_AT(type, owner), 4, base, owner);
	store_id(p, type, base, p->reg[base].type);
}

/* Stores the inode, the owner and the id of the namespace to which a member of struct nsproxy
 * points. Stores 0 if this kernel lacks the member. Overwrites R2. */
static void relate_member(struct bpf *p, int type, const char *member)
{
	if (!bpf_has(p, p->reg[A_NSPROXY].type, member)) {
		bpf_put_value(p, OF_AT(type, inode), 0, 8);
		bpf_put_value(p, OF_AT(type, id), 0, 8);
		return;
	}
	bpf_get(p, R2, A_NSPROXY, member);
	relate(p, type, R2, "user_ns->ns.inum");
}

/* Fills and writes the record of the namespaces of A_TASK, with their owners and parents (struct
 * bpf_relation). Overwrites A_TASK. */
static void write_relations(struct bpf *p)
{
	bpf_put_value(p, RELATION_AT(kind), BPF_RECORD_RELATION, 4);
	relate(p, NSTYPE_USER, A_USER, "parent->ns.inum");
	store(p, RELATION_AT(creator), 4, A_USER, "owner.val");
	active_pid_ns(p, A_TASK);
	relate(p, NSTYPE_PID, A_TASK, "user_ns->ns.inum");
	store(p, RELATION_AT(pid_parent), 4, A_TASK, "parent->ns.inum");
	for (int i = 0; i < NSTYPE_COUNT; i++)
		if (of_type[i].from_nsproxy)
			relate_member(p, i, of_type[i].from_nsproxy);
	relate_member(p, BPF_TIME_CHILD, "time_ns_for_children");
	relate_member(p, BPF_PID_CHILD, "pid_ns_for_children");
	bpf_get(p, R2, A_NSPROXY, "pid_ns_for_children");
	store(p, RELATION_AT(pid_child_parent), 4, R2, "parent->ns.inum");
	bpf_write(p, A_SEQ, RELATION, sizeof(struct bpf_relation));
}

/*
 * Builds the program that the kernel runs for each thread. The program writes the record of the
 * task, unless the task is a thread in the same namespaces as its process. Then it writes the
 * record of relations, unless the parent process (or, for a thread, its process) is in the same
 * namespaces. If the namespaces are the same, the record of an ancestor contains the same
 * relations. Returns 0 or a negative errno.
 */
int bpf_build_task(struct bpf *p, struct bpf_source *s)
{
	bpf_init(p, &s->btf, s->cast);
	bpf_context(p, R2, R1, 0, s->meta);
	bpf_get(p, A_SEQ, R2, "seq");
	bpf_context(p, A_TASK, R1, 8, s->task);
	bpf_jump_null(p, A_TASK, END);
	bpf_distrust(p, A_TASK);
	bpf_get(p, A_NSPROXY, A_TASK, "nsproxy");
	bpf_get(p, A_USER, A_TASK, "real_cred->user_ns");

	bpf_get(p, R1, A_TASK, "pid");
	bpf_get(p, R2, A_TASK, "tgid");
	bpf_jump_same(p, R1, R2, WRITE);
	bpf_get(p, R3, A_TASK, "group_leader");
	bpf_get(p, R1, R3, "nsproxy");
	bpf_jump_differ(p, R1, A_NSPROXY, WRITE);
	bpf_get(p, R1, R3, "real_cred->user_ns");
	bpf_jump_same(p, R1, A_USER, END);

	bpf_label(p, WRITE);
	bpf_put_value(p, TASK_AT(kind), BPF_RECORD_TASK, 4);
	fill_task(p);
	bpf_write(p, A_SEQ, TASK, sizeof(struct bpf_task));
	bpf_get(p, R1, A_TASK, "pid");
	bpf_get(p, R2, A_TASK, "tgid");
	bpf_jump_differ(p, R1, R2, RELATE);
	bpf_get(p, R3, A_TASK, "real_parent");
	bpf_get(p, R1, R3, "pid");
	bpf_jump_is(p, R1, 0, RELATE);
	bpf_get(p, R1, R3, "nsproxy");
	bpf_jump_differ(p, R1, A_NSPROXY, RELATE);
	bpf_get(p, R1, R3, "real_cred->user_ns");
	bpf_jump_differ(p, R1, A_USER, RELATE);
	/* nsproxy contains only the pid namespace of future children, so the comparisons above do
	 * not cover the pid namespace of the task itself. If the parent process is in another pid
	 * namespace, write the record only for process 1 of the pid namespace of the task. */
	bpf_get(p, R1, R3, "thread_pid->level");
	bpf_get(p, R2, A_TASK, "thread_pid->level");
	bpf_jump_same(p, R1, R2, END);
	innermost(p, R5);
	bpf_get(p, R1, R5, "numbers.nr");
	bpf_jump_not(p, R1, 1, END);
	bpf_label(p, RELATE);
	write_relations(p);
	bpf_label(p, END);
	bpf_exit(p);
	return bpf_finish(p);
}

/* ---- Descriptors ---- */

enum {
	FILE_ = BPF_STACK_TOP - (int)sizeof(struct bpf_file),
	LIST = FILE_ - (int)sizeof(struct bpf_list),
};
#define FILE_AT(member) (FILE_ + (int)offsetof(struct bpf_file, member))
#define LIST_AT(member) (LIST + (int)offsetof(struct bpf_list, member))
#define PAIR_AT(member) (LIST + (int)offsetof(struct bpf_pair, member))

/* Registers of the program for descriptors. */
enum { B_CONTEXT = R6, B_FILE = R7, B_INODE = R8, B_TASK = R9 };
/* Registers of the loops that list mounts and mount namespaces after the last descriptor. */
enum { B_AT = R7, B_FIRST = R8, B_SEQ = R9 };

enum { B_END, NAMESPACE, SOCKET, DESCRIPTOR };
enum { MOUNT = DESCRIPTOR + 1, NEXT_MOUNT, MOUNTS_END, MOUNTS_LIMIT, MOUNTS_DONE };
enum { EACH_MNT_NS = MOUNTS_DONE + 1, NEXT_MNT_NS, MNT_NS_LIMIT };

#define NEXT_OF_MNT_NS "ns.ns_list_node"

bool bpf_source_has_mounts(const struct bpf_source *s)
{
	/* the cast is safe, because bpf_has() does not change the program */
	struct bpf p = { .btf = (struct btf *)(uintptr_t)&s->btf };

	return s->cast && bpf_has(&p, s->file, "f_inode->i_sb->s_mounts->mnt_next_for_sb") &&
	       bpf_has(&p, s->mnt_ns, "ns.ns_id");
}

bool bpf_source_has_ids(const struct bpf_source *s)
{
	struct bpf p = { .btf = (struct btf *)(uintptr_t)&s->btf };

	return bpf_has(&p, s->ns, "ns_id");
}

/* Writes two numbers. The pair (kind, 0) begins a list, (0, 0) ends a complete list, and (0, 1)
 * ends an incomplete list. */
static void write_pair(struct bpf *p, int32_t first, int32_t second)
{
	bpf_put_value(p, LIST, first, 8);
	bpf_put_value(p, LIST + 8, second, 8);
	bpf_write(p, B_SEQ, LIST, sizeof(struct bpf_pair));
}

/* Writes the id of the mount namespace and the id of the mount, for all mounts of the file system
 * of B_INODE. Skips mounts without a mount namespace, which are internal to the kernel or have just
 * been unmounted. */
static void list_mounts(struct bpf *p)
{
	write_pair(p, BPF_RECORD_MOUNTS, 0);
	bpf_get(p, B_AT, B_INODE, "i_sb->s_mounts");
	bpf_label(p, MOUNT);
	bpf_jump_limit(p, MOUNTS_LIMIT);
	bpf_jump_null(p, B_AT, MOUNTS_END);
	bpf_get(p, R1, B_AT, "mnt_ns->ns.ns_id");
	bpf_jump_null(p, R1, NEXT_MOUNT);
	bpf_put(p, PAIR_AT(id), R1, 8);
	bpf_get(p, R1, B_AT, "mnt_id_unique");
	bpf_put(p, PAIR_AT(of), R1, 8);
	bpf_write(p, B_SEQ, LIST, sizeof(struct bpf_pair));
	bpf_label(p, NEXT_MOUNT);
	bpf_get(p, B_AT, B_AT, "mnt_next_for_sb");
	bpf_jump(p, MOUNT);
	bpf_label(p, MOUNTS_END);
	write_pair(p, 0, 0);
	bpf_jump(p, MOUNTS_DONE);
	bpf_label(p, MOUNTS_LIMIT);
	write_pair(p, 0, 1);
	bpf_label(p, MOUNTS_DONE);
}

/* Writes the id and the inode of all mount namespaces. The kernel links them in a ring, and the
 * program starts at the mount namespace of nslist. The head of the ring is not a namespace, so the
 * reader must ignore its invalid id and inode. */
static void list_mnt_ns(struct bpf *p, const struct bpf_source *s)
{
	bpf_context(p, B_FIRST, B_CONTEXT, 8, s->task);
	bpf_jump_null(p, B_FIRST, B_END);
	bpf_distrust(p, B_FIRST);
	bpf_get(p, B_FIRST, B_FIRST, "nsproxy->mnt_ns");
	bpf_move(p, B_AT, B_FIRST);
	write_pair(p, BPF_RECORD_MNT_NS, 0);
	bpf_label(p, EACH_MNT_NS);
	bpf_jump_limit(p, MNT_NS_LIMIT);
	bpf_get(p, R1, B_AT, "ns.ns_id");
	bpf_jump_null(p, R1, NEXT_MNT_NS);
	bpf_put(p, PAIR_AT(id), R1, 8);
	bpf_get(p, R1, B_AT, "ns.inum");
	bpf_put(p, PAIR_AT(of), R1, 8);
	bpf_write(p, B_SEQ, LIST, sizeof(struct bpf_pair));
	bpf_label(p, NEXT_MNT_NS);
	bpf_get(p, B_AT, B_AT, NEXT_OF_MNT_NS ".next");
	bpf_jump_null(p, B_AT, MNT_NS_LIMIT);
	bpf_add(p, B_AT, -(int32_t)bpf_offset(p, s->mnt_ns, NEXT_OF_MNT_NS, NULL));
	bpf_cast(p, B_AT, s->mnt_ns);
	bpf_jump_differ(p, B_AT, B_FIRST, EACH_MNT_NS);
	write_pair(p, 0, 0);
	bpf_jump(p, B_END);
	bpf_label(p, MNT_NS_LIMIT);
	write_pair(p, 0, 1);
}

/* Fills the record for a descriptor (struct bpf_file) for the file in B_FILE, which is a namespace
 * or a socket. */
static void fill_by_type(struct bpf *p, const struct bpf_source *s)
{
	bpf_label(p, NAMESPACE);
	bpf_get(p, B_TASK, B_INODE, "i_private");
	bpf_cast(p, B_TASK, s->ns);
	/* Linux 6.18 moved the type of a namespace from ops->type to ns_type */
	bpf_get(p, R1, B_TASK, bpf_has(p, s->ns, "ns_type") ? "ns_type" : "ops->type");
	bpf_put(p, FILE_AT(flag), R1, 4);
	bpf_put_value(p, FILE_AT(net), 0, 4);
	bpf_jump(p, DESCRIPTOR);

	bpf_label(p, SOCKET);
	bpf_get(p, B_TASK, B_FILE, "private_data");
	bpf_cast(p, B_TASK, s->socket);
	bpf_get(p, R1, B_TASK, "sk->__sk_common.skc_net.net->ns.inum");
	bpf_put(p, FILE_AT(net), R1, 4);
	bpf_put_value(p, FILE_AT(flag), 0, 4);
}

int bpf_build_file(struct bpf *p, struct bpf_source *s, uint32_t self, uint32_t probe)
{
	bpf_init(p, &s->btf, s->cast);
	bpf_move(p, B_CONTEXT, R1);
	bpf_context(p, B_FILE, B_CONTEXT, 24, s->file);
	bpf_jump_null(p, B_FILE, B_END);
	bpf_distrust(p, B_FILE);
	bpf_get(p, B_INODE, B_FILE, "f_inode");
	bpf_get(p, R1, B_INODE, "i_sb->s_magic");
	bpf_jump_is(p, R1, SYS_NS_MAGIC, NAMESPACE);
	bpf_jump_is(p, R1, SOCKFS_MAGIC, SOCKET);
	bpf_jump(p, B_END);
	fill_by_type(p, s);

	bpf_label(p, DESCRIPTOR);
	bpf_put_value(p, FILE_AT(kind), BPF_RECORD_FILE, 4);
	store(p, FILE_AT(inode), 8, B_INODE, "i_ino");
	bpf_context(p, R1, B_CONTEXT, 16, 0);
	bpf_put(p, FILE_AT(fd), R1, 4);
	bpf_context(p, B_TASK, B_CONTEXT, 8, s->task);
	bpf_jump_null(p, B_TASK, B_END);
	bpf_distrust(p, B_TASK);
	store(p, FILE_AT(tgid), 4, B_TASK, "tgid");
	store(p, FILE_AT(pid), 4, B_TASK, "pid");
	store(p, FILE_AT(files), 8, B_TASK, "files");
	if (probe)
		bpf_get(p, B_TASK, B_TASK, "tgid");
	bpf_context(p, R1, B_CONTEXT, 0, s->meta);
	bpf_get(p, R1, R1, "seq");
	bpf_write(p, R1, FILE_, sizeof(struct bpf_file));
	if (probe) {
		bpf_jump_not(p, B_TASK, self, B_END);
		bpf_context(p, R1, B_CONTEXT, 16, 0);
		bpf_jump_not(p, R1, probe, B_END);
		bpf_context(p, R1, B_CONTEXT, 0, s->meta);
		bpf_get(p, B_SEQ, R1, "seq");
		list_mounts(p);
		/* since Linux 6.19, listns(2) lists all namespaces, so the list of mount namespaces
		 * is not needed */
		if (bpf_has(p, s->mnt_ns, NEXT_OF_MNT_NS ".next"))
			list_mnt_ns(p, s);
	}
	bpf_label(p, B_END);
	bpf_exit(p);
	return bpf_finish(p);
}
