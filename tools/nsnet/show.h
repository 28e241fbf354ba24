/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show: the wiring as it was found, and its views. */
#ifndef NSU_NSNET_SHOW_H
#define NSU_NSNET_SHOW_H

#include "common/table.h"
#include "nsnet.h"

/* A network namespace. */
struct view_ns {
	uint64_t inode;
	char *ref;  /* accepted by other tools */
	char *name; /* below /run/netns, or NULL */
	uint64_t procs, holders;
	int fd; /* of the namespace, -1 when it cannot be opened */
	struct netlink nl;
	struct net_links links;
	struct net_ifaddrs addrs;
	struct net_routes routes;
	bool failed; /* could not be read */
	/* the other ends of the pairs, in the order of links; NULL until they are needed */
	struct view_peer {
		const struct view_ns *ns;
		const struct net_link *link; /* NULL: not found */
	} * peers;
};

struct view {
	struct view_ns *ns;
	size_t n;
	bool complete;
	bool all;     /* with lo */
	bool counted; /* procs and holders are known */
	struct buf
		rules; /* of the caller's namespace, as nft(8) prints them; empty if not needed */
};

/* Finds the other ends of all pairs. Clears v->complete if the kernel does not tell to which
 * namespace a pair leads. Ends the process if there is no memory. */
void view_relate(struct view *v);

/* The other end of a veth pair: sets *ns and returns the device, or NULL if it is in no
 * namespace that was found. view_relate() must have been called. */
const struct net_link *view_peer(const struct view *v, const struct view_ns *of,
				 const struct net_link *l, const struct view_ns **ns);

/* "UP", "DOWN" or "NO-CARRIER". */
const char *view_state(const struct net_link *l);

/* Add a list with commas: the addresses of a device (not those of the link scope), its gateways,
 * and the ports of the caller's namespace that lead to it ("8080:80/tcp"). */
void view_addrs(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		struct buf *out);
void view_gateways(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		   struct buf *out);
void view_ports(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		struct buf *out);

/* Adds the table of nft(8) that nsnet made for the device, if there is one. */
void view_nat_table(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		    struct buf *out);

/* Adds "REF:IF" of what the device is connected to; nothing where it is to nothing, "?nsid:N" where
 * that is in none of the namespaces. */
void view_peer_text(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		    struct buf *out);

/* Returns true if a device is shown. */
static inline bool view_has(const struct view *v, const struct net_link *l)
{
	return v->all || !(l->flags & IFF_LOOPBACK);
}

/* The columns of the table. view_wants() returns true if the column of that name is chosen. */
void view_table_init(struct table *t);
bool view_wants(const struct table *t, const char *column);
void view_table(const struct view *v, struct table *t);
void view_json(const struct view *v);
void view_tree(const struct view *v);
void view_dot(const struct view *v);

#endif
