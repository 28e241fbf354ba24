// SPDX-License-Identifier: GPL-2.0-or-later
/* find_net: finds network namespaces by a device, an address or a port. */
#include "find.h"

#include <netinet/in.h>
#include <stdio.h>

#include "common/cli.h"
#include "net/addr.h"
#include "net/link.h"
#include "net/listen.h"
#include "ns/netnsid.h"

/* All network namespaces, each with the output of the function that visit_all() called in it. */
struct nets {
	struct visit *v;
	size_t n;
};

/* Calls f in all network namespaces and returns the results. Counts the namespaces that cannot be
 * entered, which have an empty result. */
static struct nets visit_nets(struct run *run, visit_fn *f, const void *arg)
{
	struct nets nets = { .v = calloc(run->c.tab.n + 1, sizeof(*nets.v)) };

	if (!nets.v)
		cli_die(ENOMEM, "cannot search the network namespaces");
	for (size_t i = 0; i < run->c.tab.n; i++)
		if (run->c.tab.all[i]->type == &nstypes[NSTYPE_NET])
			nets.v[nets.n++].ns = run->c.tab.all[i];
	visit_all(&run->c, nets.v, nets.n, f, arg);
	for (size_t i = 0; i < nets.n; i++) {
		if (nets.v[i].rc == 0)
			continue;
		buf_reset(&nets.v[i].out);
		nslist_missed(run, nets.v[i].ns->pid, nets.v[i].rc);
	}
	return nets;
}

static void nets_free(struct nets *nets)
{
	visit_free(nets->v, nets->n);
	free(nets->v);
}

/* Iterates over the elements of the type `type` that a callback of visit_all() has written to its
 * output. x points to the current element. */
#define FOR_EACH(type, x, visit) \
	for (const type *x = (const void *)(visit)->out.s, \
			*x##_end = x + (visit)->out.len / sizeof(type); \
	     x < x##_end; x++)

static struct ns *ns_of(const struct run *run, const struct visit *v)
{
	return run->c.tab.all[v->ns->index];
}

/* ---- Devices ---- */

/* The argument of ask_nsid(), which runs in the network namespace of a device. ask_nsid() checks
 * whether the id nsid, which that namespace uses for the namespace of the peer, is the id of
 * `candidate`. */
struct question {
	const struct collect *c;
	const struct ns *candidate;
	int32_t nsid;
};

static int ask_nsid(const struct ns *ns, const void *arg, struct buf *out)
{
	const struct question *q = arg;
	cleanup_fd int sock = netnsid_open();
	cleanup_fd int fd = collect_open(q->c, q->candidate);
	int32_t id;
	int rc = sock < 0 ? sock : fd < 0 ? fd : netnsid_get(sock, fd, &id);

	(void)ns;
	if (rc == 0 && id == q->nsid)
		buf_addc(out, 'y');
	return rc;
}

/* Returns true if the peer of the device l is in the namespace `candidate`. l is in the namespace
 * `of`, to which the id l->peer_nsid is relative. */
static bool is_peer_ns(struct run *run, const struct visit *of, const struct net_link *l,
		       const struct visit *candidate)
{
	const struct question q = { &run->c, candidate->ns, l->peer_nsid };
	struct visit v = { .ns = of->ns };
	bool yes;

	if (l->peer_nsid == NETNSID_UNASSIGNED)
		return of == candidate;
	visit_all(&run->c, &v, 1, ask_nsid, &q);
	yes = v.rc == 0 && v.out.len > 0;
	visit_free(&v, 1);
	return yes;
}

/* Finds the other end of the veth device l. A veth device is a candidate if it and l name each
 * other's index as that of the peer. Returns the other end and sets *where to its namespace, or
 * returns NULL. */
static const struct net_link *find_peer(struct run *run, const struct nets *nets,
					const struct visit *of, const struct net_link *l,
					const struct visit **where)
{
	if (!streq(l->kind, "veth") || !l->peer)
		return NULL;
	for (size_t i = 0; i < nets->n; i++)
		FOR_EACH(struct net_link, peer, &nets->v[i])
	if (peer->index == l->peer && peer->peer == l->index && streq(peer->kind, "veth") &&
	    is_peer_ns(run, of, l, &nets->v[i])) {
		*where = &nets->v[i];
		return peer;
	}
	return NULL;
}

/* Appends a reference to a network namespace. */
static void add_ref(struct run *run, const struct visit *v, struct buf *b)
{
	const char *name = boxes_netns_name(run, v->ns->inode);

	if (name)
		buf_printf(b, "netns:%s", name);
	else if (v->ns->id)
		buf_printf(b, "id:%llu", (unsigned long long)v->ns->id);
	else
		buf_printf(b, "net:%u", v->ns->inode);
}

void find_link(struct run *run, const struct find *f)
{
	struct nets nets = visit_nets(run, visit_links, NULL);

	for (size_t i = 0; i < nets.n; i++)
		FOR_EACH(struct net_link, l, &nets.v[i])
		{
			cleanup_buf struct buf match = BUF_INIT;
			const struct visit *where = NULL;
			const struct net_link *peer;

			if (!streq(l->name, f->text))
				continue;
			buf_adds(&match, l->name);
			peer = find_peer(run, &nets, &nets.v[i], l, &where);
			if (peer) {
				buf_printf(&match, " -> %s in ", peer->name);
				add_ref(run, where, &match);
			}
			find_add(run, ns_of(run, &nets.v[i]), nets.v[i].ns->pid, "%s",
				 match.s ? match.s : l->name);
		}
	nets_free(&nets);
}

/* ---- Addresses ---- */

void find_addr(struct run *run, const struct find *f)
{
	struct nets nets = visit_nets(run, visit_addresses, NULL);
	char text[NET_ADDR_TEXT];

	for (size_t i = 0; i < nets.n; i++)
		FOR_EACH(struct net_ifaddr, a, &nets.v[i])
	if (a->addr.family == f->addr.family &&
	    net_addr_same(&a->addr, &f->addr, 8 * (unsigned)net_addr_size(&a->addr)))
		find_add(run, ns_of(run, &nets.v[i]), nets.v[i].ns->pid, "%s",
			 net_addr_format(&a->addr, true, text));
	nets_free(&nets);
}

/* ---- Ports ---- */

/* Returns true if a process has the socket open for which readlink(2) returns the text `link`
 * ("socket:[INODE]"). */
static bool has_socket(const struct run *run, pid_t pid, const char *link, struct scan *fds)
{
	struct procfs_path path;
	char target[64];

	procfs_path_set(&path, pid);
	fds->n = 0;
	(void)!scan_dir(run->proc, procfs_path_at(&path, "fd"), 0, fds);
	for (size_t i = 0; i < fds->n; i++) {
		ssize_t n;

		procfs_path_set_fd(&path, pid, fds->id[i]);
		n = readlinkat(run->proc, path.s, target, sizeof(target) - 1);
		if (n <= 0)
			continue;
		target[n] = '\0';
		if (streq(target, link))
			return true;
	}
	return false;
}

/* Returns the lowest pid of a process that has the socket open, or 0. Looks at the processes in the
 * network namespace first, then at all other processes, because a descriptor may have been passed
 * to them. */
static pid_t owner_of(const struct run *run, const struct ns *ns, uint32_t inode)
{
	struct scan fds = { 0 };
	char link[32];
	pid_t pid = 0;

	snprintf(link, sizeof(link), "socket:[%u]", inode);
	for (int inside = 1; inside >= 0 && !pid; inside--)
		for (size_t i = 0; i < run->c.n && !pid; i++) {
			const struct nsmember *m = &run->c.members[i];

			if ((m->inode[NSTYPE_NET] == ns->inode) == inside &&
			    has_socket(run, m->pid, link, &fds))
				pid = m->pid;
		}
	scan_free(&fds);
	return pid;
}

void find_port(struct run *run, const struct find *f)
{
	struct nets nets = visit_nets(run, visit_listeners, &f->protocol);
	char text[NET_ADDR_TEXT];

	for (size_t i = 0; i < nets.n; i++)
		FOR_EACH(struct net_listener, l, &nets.v[i])
	if (l->port == f->num)
		find_add(run, ns_of(run, &nets.v[i]), owner_of(run, nets.v[i].ns, l->inode),
			 l->addr.family == AF_INET6 ? "[%s]:%u/%s" : "%s:%u/%s",
			 net_addr_format(&l->addr, false, text), l->port,
			 f->protocol == IPPROTO_UDP ? "udp" : "tcp");
	nets_free(&nets);
}
