// SPDX-License-Identifier: GPL-2.0-or-later
/* bpf_read: reads the output of the BPF programs and converts it to processes and to holders of
 * namespaces, such as descriptors. */
#include "base/buf.h"
#include "collect/src_bpf.h"

#define ROOM 65536 /* size of the read buffer; one read(2) returns at most 32 KiB */

/* Makes room for at least n more bytes. Returns 0 or -ENOMEM. */
static int reserve(struct buf *b, size_t n)
{
	size_t size = MAX(b->size * 2, 4 * n);
	char *s;

	if (b->size - b->len >= n)
		return 0;
	s = realloc(b->s, size);
	if (!s)
		return -ENOMEM;
	b->s = s;
	b->size = size;
	return 0;
}

int bpf_read(int prog, uint32_t pid, struct buf *out)
{
	cleanup_fd int iter = sys_bpf_open_iter(prog, pid);
	ssize_t n;

	if (iter < 0)
		return iter;
	do {
		if (reserve(out, ROOM) < 0)
			return -ENOMEM;
		n = read(iter, out->s + out->len, ROOM);
		if (n > 0)
			out->len += (size_t)n;
	} while (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)));
	return n < 0 ? -errno : 0;
}

/* Enlarges an array of n items, if needed, for one more item. Returns the array, which may have
 * moved, or NULL if memory allocation fails. */
static void *grow(void *array, size_t n, size_t *size, size_t item)
{
	size_t more = *size ? *size * 2 : 64;
	void *p = array;

	if (n < *size)
		return array;
	p = reallocarray(array, more, item);
	if (p)
		*size = more;
	return p;
}

/* A position in the output of a BPF program. */
struct cursor {
	const char *at, *end;
};

/* Copies the next record, which has `size` bytes. Returns 0, or -EBADMSG if the output has fewer
 * bytes. */
static int take(struct cursor *c, void *record, size_t size)
{
	if ((size_t)(c->end - c->at) < size)
		return -EBADMSG;
	memcpy(record, c->at, size);
	c->at += size;
	return 0;
}

/* Returns the kind of the next record, or 0 at the end of the output. */
static uint32_t kind_of(const struct cursor *c)
{
	size_t left = (size_t)(c->end - c->at);
	uint32_t kind = 0;

	if (left >= sizeof(kind))
		memcpy(&kind, c->at, sizeof(kind));
	/* a list begins with a 64-bit kind; on big-endian systems, its first 32 bits are 0, so read
	 * the kind from the next 32 bits */
	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ && kind == 0 && left >= 2 * sizeof(kind))
		memcpy(&kind, c->at + sizeof(kind), sizeof(kind));
	return kind;
}

/* ---- Tasks ---- */

/* Adds a process. Returns 0 or a negative errno. */
static int add_member(struct collect *c, size_t *size, const struct bpf_task *t)
{
	struct nsmember *m = grow(c->members, c->n, size, sizeof(*m));

	if (!m)
		return -ENOMEM;
	c->members = m;
	m += c->n;
	/* refuse a pid that is not above the previous one, because the iterator returns tasks in
	 * ascending order of their pids */
	if (t->pid == 0 || t->pid > INT32_MAX || (c->n > 0 && m[-1].pid >= (pid_t)t->pid))
		return -EBADMSG;
	c->n++;
	*m = (struct nsmember){
		.pid = (pid_t)t->pid, .known = true, .ppid = (pid_t)t->ppid, .uid = t->euid
	};
	if (c->sources & NSTYPE_BIT(COLLECT_TASK))
		m->nthreads = t->n_threads;
	for (unsigned i = 0; i < NSTYPE_COUNT; i++)
		if (c->types & NSTYPE_BIT(i))
			m->inode[i] = t->inode[i];
	return 0;
}

/* Adds the namespaces of future children of a task. Returns 0 or -ENOMEM. */
static int add_children(const struct collect *c, struct worker *w, const struct bpf_task *t)
{
	const struct {
		uint8_t type;
		uint32_t inode;
	} child[] = { { NSTYPE_PID, t->pid_child }, { NSTYPE_TIME, t->time_child } };
	int rc = 0;

	if (!(c->sources & NSTYPE_BIT(COLLECT_CHILDREN)))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(child) && rc == 0; i++) {
		uint32_t own = t->inode[child[i].type];
		struct nsfind f = { NSHOLD_CHILDREN, child[i].type,  (pid_t)t->tgid,
				    (int)t->pid,     child[i].inode, 0 };

		if (c->types & NSTYPE_BIT(f.type) && own && f.inode && f.inode != own)
			rc = worker_found(w, &f);
	}
	return rc;
}

/* Records the namespaces of a thread that differ from the namespaces of its process. Returns 0 or
 * -ENOMEM. */
static int add_thread(const struct collect *c, struct worker *w, const struct bpf_task *t)
{
	const struct nsmember *m = collect_member(c, (pid_t)t->tgid);

	/* ignore a thread whose process is missing: it was hidden, or ended before the thread */
	if (!m || !(c->sources & NSTYPE_BIT(COLLECT_TASK)))
		return 0;
	for (uint8_t i = 0; i < NSTYPE_COUNT; i++) {
		struct nsfind f = { NSHOLD_TASK, i, m->pid, (int)t->pid, t->inode[i], m->inode[i] };
		int rc;

		if (!(c->types & NSTYPE_BIT(i)) || !f.inode || f.inode == m->inode[i])
			continue;
		rc = worker_found(w, &f);
		if (rc < 0)
			return rc;
	}
	return add_children(c, w, t);
}

/* Copies the relations of each namespace in a record to the result. Returns 0 or -ENOMEM. */
static int add_relations(struct collect_bpf *b, const struct bpf_relation *r)
{
	for (uint32_t i = 0; i < BPF_RELATIONS; i++) {
		struct bpf_related *to;

		if (!r->of[i].inode)
			continue;
		to = grow(b->related, b->n_related, &b->related_size, sizeof(*to));
		if (!to)
			return -ENOMEM;
		b->related = to;
		to += b->n_related++;
		*to = (struct bpf_related){ .type = i,
					    .inode = r->of[i].inode,
					    .owner = r->of[i].owner,
					    .creator = NSTAB_NO_UID,
					    .id = r->of[i].id };
		switch (i) {
		case NSTYPE_USER:
			to->parent = to->owner;
			to->creator = r->creator;
			break;
		case NSTYPE_PID:
			to->parent = r->pid_parent;
			break;
		case BPF_PID_CHILD:
			to->type = NSTYPE_PID;
			to->parent = r->pid_child_parent;
			break;
		case BPF_TIME_CHILD:
			to->type = NSTYPE_TIME;
			break;
		}
	}
	return 0;
}

/* Processes the records of processes and relations, and then the records of threads, because the
 * record of a thread can precede that of its process. Returns 0 or a negative errno. */
static int take_tasks(struct collect *c, struct worker *w, struct collect_bpf *b,
		      const struct buf *out, bool threads, uint64_t *sum)
{
	struct cursor at = { out->s, out->s + out->len };
	size_t size = 0;
	int rc = 0;

	while (rc == 0 && at.at < at.end) {
		struct bpf_relation r;
		struct bpf_task t;

		if (kind_of(&at) == BPF_RECORD_RELATION) {
			rc = take(&at, &r, sizeof(r));
			if (rc == 0 && !threads)
				rc = add_relations(b, &r);
			continue;
		}
		rc = kind_of(&at) == BPF_RECORD_TASK ? take(&at, &t, sizeof(t)) : -EBADMSG;
		if (rc < 0 || (t.pid != t.tgid) != threads)
			continue;
		if (threads) {
			rc = add_thread(c, w, &t);
			continue;
		}
		/* for nslist itself, count only the main thread, because the other threads did not
		 * exist before the scan */
		if (t.pid == (uint32_t)c->q.self)
			t.n_threads = 1;
		*sum += t.n_threads;
		rc = add_member(c, &size, &t);
		if (rc == 0)
			rc = add_children(c, w, &t);
	}
	return rc;
}

int bpf_take_tasks(struct collect *c, struct worker *w, struct collect_bpf *b,
		   const struct buf *out, uint64_t *threads)
{
	int rc;

	*threads = 0;
	rc = take_tasks(c, w, b, out, false, threads);
	return rc < 0 ? rc : take_tasks(c, w, b, out, true, threads);
}

/* ---- Descriptors ---- */

/* Returns the slot of the socket in the hash table, or the empty slot for it. */
static uint64_t *socket_slot(const struct collect_bpf *b, uint64_t inode)
{
	size_t i = inode & (b->slots - 1);

	while (b->sockets[i] && b->sockets[i] != inode)
		i = (i + 1) & (b->slots - 1);
	return &b->sockets[i];
}

bool collect_bpf_has_socket(const struct collect_bpf *b, uint64_t inode)
{
	return b->slots > 0 && *socket_slot(b, inode) == inode;
}

/* Doubles the table of sockets. Returns 0 or -ENOMEM. */
static int grow_sockets(struct collect_bpf *b)
{
	struct collect_bpf more = { .slots = b->slots ? b->slots * 2 : 256 };

	more.sockets = calloc(more.slots, sizeof(*more.sockets));
	if (!more.sockets)
		return -ENOMEM;
	for (size_t i = 0; i < b->slots; i++)
		if (b->sockets[i])
			*socket_slot(&more, b->sockets[i]) = b->sockets[i];
	free(b->sockets);
	b->sockets = more.sockets;
	b->slots = more.slots;
	return 0;
}

/* Records a socket. A socket that several processes share is recorded once. Returns 0 or
 * -ENOMEM. */
static int add_socket(struct worker *w, struct collect_bpf *b, const struct bpf_file *r)
{
	struct nsfind f = { NSHOLD_SOCK, NSTYPE_NET, (pid_t)r->tgid, (int)r->fd, r->net, 0 };

	if (!r->net || !r->inode)
		return 0;
	if (2 * b->n_sockets >= b->slots && grow_sockets(b) < 0)
		return -ENOMEM;
	if (collect_bpf_has_socket(b, r->inode))
		return 0;
	*socket_slot(b, r->inode) = r->inode;
	b->n_sockets++;
	f.pid = r->pid == r->tgid ? f.pid : (pid_t)r->pid;
	return worker_found(w, &f);
}

/* Descriptor tables of threads that do not share the table of their process. */
struct tables {
	struct {
		uint64_t files;
		uint32_t pid;
	} * table;
	size_t n, size;
};

/* Returns 1 if the record is from the first thread that has this descriptor table, 0 if the table
 * was recorded for another thread, or -ENOMEM. */
static int is_first(struct tables *t, const struct bpf_file *r)
{
	void *more;

	if (r->pid == r->tgid)
		return 1;
	for (size_t i = t->n; i-- > 0;)
		if (t->table[i].files == r->files)
			return t->table[i].pid == r->pid;
	more = grow(t->table, t->n, &t->size, sizeof(*t->table));
	if (!more)
		return -ENOMEM;
	t->table = more;
	t->table[t->n].files = r->files;
	t->table[t->n++].pid = r->pid;
	return 1;
}

/* Records a descriptor of a process as a holder of the namespace that it refers to. Returns 0 or
 * -ENOMEM. */
static int add_file(const struct collect *c, struct worker *w, struct collect_bpf *b,
		    const struct bpf_file *r)
{
	const struct nstype *type = r->flag ? nstype_by_flag(r->flag) : NULL;
	struct nsfind f = { NSHOLD_FD, 0, (pid_t)r->tgid, (int)r->fd, (uint32_t)r->inode, 0 };

	if (!r->flag)
		return c->sources & NSTYPE_BIT(COLLECT_SOCK) ? add_socket(w, b, r) : 0;
	if (!type || !(c->types & NSTYPE_BIT(nstype_index(type))) ||
	    !(c->sources & NSTYPE_BIT(COLLECT_FD)))
		return 0;
	f.type = (uint8_t)nstype_index(type);
	/* if the thread has its own descriptor table, open the descriptor through /proc/TID */
	f.pid = r->pid == r->tgid ? f.pid : (pid_t)r->pid;
	return worker_found(w, &f);
}

/* Reads a list of pairs that a BPF program wrote. Returns 0 or a negative errno. */
static int take_list(struct cursor *at, struct bpf_pairs *list)
{
	struct bpf_list head;
	struct bpf_pair pair;
	int rc = take(at, &head, sizeof(head));

	list->n = 0;
	list->known = false;
	while (rc == 0 && (rc = take(at, &pair, sizeof(pair))) == 0 && pair.id) {
		struct bpf_pair *more = grow(list->pair, list->n, &list->size, sizeof(*more));

		if (!more)
			return -ENOMEM;
		list->pair = more;
		list->pair[list->n++] = pair;
	}
	list->known = rc == 0 && !pair.of;
	return rc;
}

/* Processes one record of a descriptor. Returns 0 or a negative errno. */
static int take_file(struct collect *c, struct worker *w, struct collect_bpf *b, struct cursor *at,
		     struct tables *tables, int probe, bool *probe_seen)
{
	struct bpf_file r;
	int rc = take(at, &r, sizeof(r));

	if (rc < 0)
		return rc;
	if (r.tgid == (uint32_t)c->q.self && r.fd == (uint32_t)probe) {
		*probe_seen = r.inode == c->own_mnt && r.flag == nstypes[NSTYPE_MNT].flag;
		return 0;
	}
	if (!w || (r.pid != r.tgid && !(c->sources & NSTYPE_BIT(COLLECT_TASK))))
		return 0;
	rc = is_first(tables, &r);
	return rc > 0 ? add_file(c, w, b, &r) : rc;
}

int bpf_take_files(struct collect *c, struct worker *w, struct collect_bpf *b,
		   const struct buf *out, int probe, bool *probe_seen)
{
	struct cursor at = { out->s, out->s + out->len };
	struct tables tables = { 0 };
	int rc = 0;

	while (rc == 0 && at.at < at.end) {
		if (kind_of(&at) == BPF_RECORD_FILE)
			rc = take_file(c, w, b, &at, &tables, probe, probe_seen);
		else if (kind_of(&at) == BPF_RECORD_MOUNTS)
			rc = take_list(&at, &b->mounts);
		else if (kind_of(&at) == BPF_RECORD_MNT_NS)
			rc = take_list(&at, &b->mnt_ns);
		else
			rc = -EBADMSG;
	}
	free(tables.table);
	return rc;
}
