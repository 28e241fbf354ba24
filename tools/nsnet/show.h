/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show: declares the devices of all namespaces and their connections, and the functions that print
 * them. */
#ifndef NSU_NSNET_SHOW_H
#define NSU_NSNET_SHOW_H

#include "collect/collect.h"
#include "common/table.h"
#include "nsnet.h"

/* A network namespace. */
struct view_ns {
	uint64_t inode;
	char *ref;  /* reference to the namespace, in a form that other tools accept */
	char *name; /* name of the namespace in /run/netns, or NULL */
	uint64_t procs, holders;
	int fd; /* descriptor of the namespace; -1 if the namespace cannot be opened */
	struct netlink nl;
	struct net_links links;
	struct net_ifaddrs addrs;
	struct net_routes routes;
	int err; /* 0, or the negative errno because of which the namespace could not be read */
	/* the other ends of the veth pairs, in the order of `links`; NULL until they are needed */
	struct view_peer {
		const struct view_ns *ns;
		/* device at the other end; NULL if it was not found */
		const struct net_link *link;
	} * peers;
};

struct view {
	struct view_ns *ns;
	size_t n;
	uint64_t own; /* inode of the caller's network namespace */
	/* false if something could not be read, which the members `missed`, `lost`, `rules_err`
	 * and the members `err` of the namespaces describe */
	bool complete;
	struct nsmissed missed; /* objects that the search for namespaces could not read */
	/* the veth devices whose other end was not found */
	struct {
		unsigned n;
		const struct view_ns *ns; /* the first of these devices and its namespace */
		const struct net_link *link;
		/* a negative errno if the kernel did not report the namespace of the other end of
		 * the first device, or 0 if this namespace was not found */
		int err;
	} lost;
	struct nserr rules_err; /* the reason why the rules could not be read */
	bool all;               /* show the device lo, too */
	bool counted;           /* true if `procs` and `holders` are set */
	/* firewall rules of the caller's network namespace, as nft(8) prints them; empty if
	 * they are not needed */
	struct buf rules;
};

/* Finds the network namespaces of the machine, opens them, and stores them in v with their members
 * inode, ref, name and fd. Ends the process if the namespaces cannot be listed. */
void view_find(struct view *v);

/* Frees the list of namespaces and closes their descriptors. */
void view_free(struct view *v);
#define cleanup_view __attribute__((cleanup(view_free)))

/* Finds the other ends of all veth pairs, and stores them in the namespaces of v. Clears
 * v->complete and counts the device in v->lost if the kernel does not report the namespace of the
 * other end or, with `all`, if the namespace was not found. Ends the process if memory allocation
 * fails. */
void view_relate(struct view *v, bool all);

/* Finds the other end of the veth device l in the namespace `of`. Returns the device at the other
 * end and sets *ns to its namespace, or returns NULL if the namespace was not found. view_relate()
 * must have been called. */
const struct net_link *view_peer(const struct view *v, const struct view_ns *of,
				 const struct net_link *l, const struct view_ns **ns);

/* Returns the state of a device: "UP", "DOWN" or "NO-CARRIER". */
const char *view_state(const struct net_link *l);

/* Each of these functions appends a list separated by commas to out. The lists contain the
 * addresses of a device (except those with the scope link), its gateways, and the published ports
 * of the caller's namespace that are forwarded to the device ("8080:80/tcp"). */
void view_addrs(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		struct buf *out);
void view_gateways(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		   struct buf *out);
void view_ports(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		struct buf *out);

/* Appends to out the name of the nft(8) table that nsnet has created for the device, if there is
 * one. */
void view_nat_table(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		    struct buf *out);

/* Appends to out the other end of the device as "REF:IF", or as "?nsid:N" if the namespace of the
 * other end was not found. Appends nothing if the device has no other end. */
void view_peer_text(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		    struct buf *out);

/* Returns true if the device must be shown. */
static inline bool view_has(const struct view *v, const struct net_link *l)
{
	return v->all || !(l->flags & IFF_LOOPBACK);
}

/* view_table_init() sets the columns of the table. view_wants() returns true if the column with
 * that name is selected. */
void view_table_init(struct table *t);
bool view_wants(const struct table *t, const char *column);
void view_table(const struct view *v, struct table *t);
void view_json(const struct view *v);
void view_tree(const struct view *v);
void view_dot(const struct view *v);

/* Prints a warning that names everything that could not be read, if there is something. */
void view_report_missed(const struct view *v);

#endif
