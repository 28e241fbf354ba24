// SPDX-License-Identifier: GPL-2.0-or-later
/* view_table: defines the columns of `show`, and adds a row for each device. */
#include "show.h"

enum {
	COL_REF,
	COL_NAME,
	COL_NS,
	COL_IF,
	COL_KIND,
	COL_STATE,
	COL_ADDRS,
	COL_GW,
	COL_MASTER,
	COL_PEER,
	COL_PEERREF,
	COL_PEERIF,
	COL_MAC,
	COL_MTU,
	COL_TABLE,
	COL_PORTS,
	COL_PROCS,
	COL_HOLDERS,
	COL_ALIAS,
};

static const struct table_col columns[] = {
	[COL_REF] = { "REF", false, "reference to the namespace" },
	[COL_NAME] = { "NAME", false, "name of the namespace in /run/netns" },
	[COL_NS] = { "NS", true, "inode of the namespace" },
	[COL_IF] = { "IF", false, "name of the device" },
	[COL_KIND] = { "KIND", false, "type of the device" },
	[COL_STATE] = { "STATE", false, "UP, DOWN or NO-CARRIER" },
	[COL_ADDRS] = { "ADDRS", false, "IP addresses, except those of the link scope" },
	[COL_GW] = { "GW", false, "gateways of the default routes through the device" },
	[COL_MASTER] = { "MASTER", false, "bridge that the device is a port of" },
	[COL_PEER] = { "PEER", false, "other end of a pair, as <ref>:<device>" },
	[COL_PEERREF] = { "PEERREF", false, "reference to the namespace of the other end" },
	[COL_PEERIF] = { "PEERIF", false, "name of the other end" },
	[COL_MAC] = { "MAC", false, "hardware address" },
	[COL_MTU] = { "MTU", true, "size of the largest packet" },
	[COL_TABLE] = { "TABLE", false, "table of nft(8) that nsnet made for the device" },
	[COL_PORTS] = { "PORTS", false, "published ports, as <host port>:<port>/<protocol>" },
	[COL_PROCS] = { "PROCS", true, "number of processes in the namespace" },
	[COL_HOLDERS] = { "HOLDERS", true, "number of other holders of the namespace" },
	[COL_ALIAS] = { "ALIAS", false, "alias of the device" },
};

void view_table_init(struct table *t)
{
	table_init(t, columns, ARRAY_SIZE(columns), "REF,IF,STATE,ADDRS,GW,MASTER,PEER");
}

bool view_wants(const struct table *t, const char *column)
{
	for (size_t i = 0; i < t->n_show; i++)
		if (streq(columns[t->show[i]].name, column))
			return true;
	return false;
}

static void add_count(const struct view *v, struct table *t, uint64_t n)
{
	if (v->counted)
		table_cell_u64(t, n);
	else
		table_cell(t, NULL);
}

static void add_text(struct table *t, const char *s)
{
	table_cell(t, s && *s ? s : NULL);
}

/* Adds a cell with the text that a given function writes. */
#define ADD_LIST(t, function, ...) \
	({ \
		cleanup_buf struct buf b_ = BUF_INIT; \
		function(__VA_ARGS__, &b_); \
		add_text((t), b_.s); \
	})

static void add_row(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		    struct table *t)
{
	const struct view_ns *where = NULL;
	const struct net_link *peer = view_peer(v, ns, l, &where);
	const struct net_link *master = net_links_by_index(&ns->links, l->master);
	char mac[18];

	add_text(t, ns->ref);
	add_text(t, ns->name);
	table_cell_u64(t, ns->inode);
	add_text(t, l->name);
	add_text(t, l->kind);
	add_text(t, view_state(l));
	ADD_LIST(t, view_addrs, v, ns, l);
	ADD_LIST(t, view_gateways, v, ns, l);
	add_text(t, l->master && master ? master->name : NULL);
	ADD_LIST(t, view_peer_text, v, ns, l);
	add_text(t, peer ? where->ref : NULL);
	add_text(t, peer ? peer->name : NULL);
	add_text(t, l->has_mac ? net_mac_format(l->mac, mac) : NULL);
	table_cell_u64(t, l->mtu);
	ADD_LIST(t, view_nat_table, v, ns, l);
	ADD_LIST(t, view_ports, v, ns, l);
	add_count(v, t, ns->procs);
	add_count(v, t, ns->holders);
	add_text(t, l->alias);
}

void view_table(const struct view *v, struct table *t)
{
	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0; k < v->ns[i].links.n; k++)
			if (view_has(v, &v->ns[i].links.v[k]))
				add_row(v, &v->ns[i], &v->ns[i].links.v[k], t);
	table_print(t, "links");
}
