// SPDX-License-Identifier: GPL-2.0-or-later
/* ref_find: finds a visible namespace by its inode or id, with an index of what is visible. */
#include "ns/ref_find.h"

#include <stdio.h>

#include "base/file.h"
#include "kernel/sys_ns.h"
#include "kernel/sys_stat.h"
#include "ns/inode.h"
#include "ns/ref_index.h"

/* Opens the namespace of an entry and verifies that it is still the same namespace. If its path
 * does not exist any more, opens the namespace by file handle (Linux 6.18). Returns a descriptor,
 * or -ENOENT. */
static int open_seen(int proc, const struct nsentry *e)
{
	int fd = nsindex_open(proc, e);

	if (fd >= 0 && nsinode_of(fd) == e->inode && sys_ns_type(fd) == (int64_t)e->type->flag &&
	    (e->id == 0 || nsindex_id_of(fd) == e->id))
		return fd;
	nsindex_note_error(fd);
	if (fd >= 0)
		close(fd);
	fd = e->id ? sys_ns_open_id(e->id, (uint32_t)e->type->flag, (uint32_t)e->inode) : -ENOENT;
	return fd < 0 ? -ENOENT : fd;
}

struct quick {
	const struct nstype *type;
	uint64_t inode;
	int fd; /* descriptor of the namespace that was found, or -1 */
};

/* Callback for each process. Opens the namespace that q describes and stores its descriptor in
 * q->fd, if the process with the directory `where` below /proc is in the namespace. */
static void quick_look(int proc, const char *where, void *arg)
{
	struct quick *q = arg;
	char path[64], link[64];

	for (size_t i = 0; q->fd < 0 && i < NSTYPE_COUNT; i++) {
		const struct nstype *type;
		uint64_t inode;
		ssize_t n;

		if (q->type && q->type != &nstypes[i])
			continue;
		snprintf(path, sizeof(path), "%s/%s", where, nstypes[i].file);
		n = readlinkat(proc, path, link, sizeof(link));
		if (n <= 0 || nstype_parse_link(link, (size_t)n, &type, &inode) < 0 ||
		    inode != q->inode)
			continue;
		q->fd = nsfile_open_proc(proc, path);
		if (q->fd >= 0 && nsinode_of(q->fd) != inode)
			close(TAKE_FD(q->fd));
	}
}

/* The functions that search for namespaces and add them to the index, in the order that ref_index.h
 * requires. A function is called only if the previous ones have not found the namespace. The first
 * is the fastest, and finds most namespaces. */
static void (*const stages[])(int proc) = { nsindex_add_processes, nsindex_add_holders,
					    nsindex_add_inner_mounts, nsindex_add_sockets };
static unsigned calls, stages_done;

static int find_in(int proc, const struct nstype *type, uint64_t inode, uint64_t id)
{
	bool fresh = false;

	/* Most calls look for a single namespace that a process is in, so the first call searches
	 * the processes without an index. */
	if (inode && calls++ == 0) {
		struct quick q = { type, inode, -1 };

		nsindex_each_number(proc, ".", quick_look, &q);
		if (q.fd >= 0)
			return q.fd;
	}
	for (;;) {
		const struct nsentry *e = nsindex_find(type, inode, id);
		int fd = e ? open_seen(proc, e) : -ENOENT;

		if (fd >= 0)
			return fd;
		if (stages_done < ARRAY_SIZE(stages)) {
			fresh |= stages_done == 0;
			stages[stages_done++](proc);
			continue;
		}
		if (fresh)
			return nsindex.err ? nsindex.err : fd;
		/* the index is from an earlier call and may be outdated, so build a new index */
		nsindex_clear();
		stages_done = 0;
	}
}

static int find(const struct nstype *type, uint64_t inode, uint64_t id, struct nserr *e)
{
	cleanup_fd int proc = file_open_at(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY, 0);
	int fd = proc < 0 ? nserr_set(e, proc, "cannot open /proc")
			  : nsfile_proc_verify(&nsindex.proc, proc, e);

	if (fd == 0)
		fd = find_in(proc, type, inode, id);
	nsindex.proc = NSFILE_PROC_INIT;
	return fd;
}

int nsref_find_inode(const struct nstype *type, uint64_t inode, struct nserr *e)
{
	return find(type, inode, 0, e);
}

int nsref_find_id(uint64_t id, struct nserr *e)
{
	int fd = sys_ns_open_id(id, 0, 0);

	if (fd >= 0)
		return fd;
	fd = find(NULL, 0, id, e);
	if (fd == -ENOENT && !e->what[0]) {
		bool any = false;

		for (size_t i = 0; i < nsindex.n; i++)
			any |= nsindex.e[i].id != 0;
		return any ? -ENOENT : -EOPNOTSUPP;
	}
	return fd;
}
