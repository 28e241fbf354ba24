// SPDX-License-Identifier: GPL-2.0-or-later
/* view: prints the namespaces, devices and connections as JSON, as a tree or as a graph. */
#include <stdio.h>

#include "base/json.h"
#include "base/str.h"
#include "common/dot.h"
#include "show.h"

/* ---- JSON */

typedef void add_text(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		      struct buf *out);

static void json_cell(struct json *j, const char *key, const char *s)
{
	json_str(j, key, s && *s ? s : NULL);
}

/* Writes a list separated by commas as a JSON array. */
static void json_list(struct json *j, const char *key, const char *s)
{
	json_array(j, key);
	for (const char *at = s; at && *at; at += strcspn(at, ","), at += *at == ',')
		json_strn(j, NULL, at, strcspn(at, ","));
	json_array_end(j);
}

static void json_texts(struct json *j, const struct view *v, const struct view_ns *ns,
		       const struct net_link *l)
{
	static const struct {
		const char *key;
		add_text *add;
	} lists[] = { { "addrs", view_addrs }, { "gw", view_gateways }, { "ports", view_ports } };
	cleanup_buf struct buf table = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		cleanup_buf struct buf b = BUF_INIT;

		lists[i].add(v, ns, l, &b);
		json_list(j, lists[i].key, b.s);
	}
	view_nat_table(v, ns, l, &table);
	json_cell(j, "table", table.s);
}

static void json_link(struct json *j, const struct view *v, const struct view_ns *ns,
		      const struct net_link *l)
{
	const struct view_ns *where = NULL;
	const struct net_link *peer = view_peer(v, ns, l, &where);
	const struct net_link *master = net_links_by_index(&ns->links, l->master);
	char mac[18];

	json_object(j, NULL);
	json_str(j, "if", l->name);
	json_u64(j, "index", (uint64_t)l->index);
	json_cell(j, "kind", l->kind);
	json_str(j, "state", view_state(l));
	json_texts(j, v, ns, l);
	json_str(j, "master", l->master && master ? master->name : NULL);
	json_str(j, "peerref", peer ? where->ref : NULL);
	json_str(j, "peerif", peer ? peer->name : NULL);
	json_str(j, "mac", l->has_mac ? net_mac_format(l->mac, mac) : NULL);
	json_u64(j, "mtu", l->mtu);
	json_cell(j, "alias", l->alias);
	json_object_end(j);
}

void view_json(const struct view *v)
{
	struct buf out = BUF_INIT;
	struct json j = JSON_INIT(&out, true);

	json_object(&j, NULL);
	json_array(&j, "namespaces");
	for (size_t i = 0; i < v->n; i++) {
		const struct view_ns *ns = &v->ns[i];

		json_object(&j, NULL);
		json_str(&j, "ref", ns->ref);
		json_str(&j, "name", ns->name);
		json_u64(&j, "inode", ns->inode);
		if (v->counted) {
			json_u64(&j, "procs", ns->procs);
			json_u64(&j, "holders", ns->holders);
		}
		json_array(&j, "links");
		for (size_t k = 0; k < ns->links.n; k++)
			if (view_has(v, &ns->links.v[k]))
				json_link(&j, v, ns, &ns->links.v[k]);
		json_array_end(&j);
		json_object_end(&j);
	}
	json_array_end(&j);
	json_bool(&j, "complete", v->complete);
	json_object_end(&j);
	buf_addc(&out, '\n');
	cli_print(&out);
}

/* ---- tree: ports below their bridge */

static void add_escaped(struct buf *out, const char *s, size_t n)
{
	char *text = str_escape_dup(s, n);

	buf_adds(out, text ? text : "?");
	free(text);
}

static void tree_link(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		      const char *indent, struct buf *out)
{
	cleanup_buf struct buf line = BUF_INIT, peer = BUF_INIT;

	buf_printf(&line, "%s%s", indent, l->name);
	if (!(l->flags & IFF_UP))
		buf_adds(&line, " (down)");
	buf_addc(&line, ' ');
	view_addrs(v, ns, l, &line);
	if (line.s[line.len - 1] == ' ')
		line.len--;
	view_peer_text(v, ns, l, &peer);
	add_escaped(out, line.s, line.len);
	if (peer.len) {
		buf_adds(out, " -> ");
		add_escaped(out, peer.s, peer.len);
	}
	buf_addc(out, '\n');
}

void view_tree(const struct view *v)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < v->n; i++) {
		const struct view_ns *ns = &v->ns[i];

		add_escaped(&out, ns->ref, strlen(ns->ref));
		buf_addc(&out, '\n');
		for (size_t k = 0; k < ns->links.n; k++) {
			const struct net_link *l = &ns->links.v[k];

			if (!view_has(v, l) || net_links_by_index(&ns->links, l->master))
				continue;
			tree_link(v, ns, l, "  ", &out);
			for (size_t p = 0; p < ns->links.n; p++)
				if (ns->links.v[p].master == l->index)
					tree_link(v, ns, &ns->links.v[p], "    ", &out);
		}
	}
	cli_print(&out);
}

/* ---- graph */

static void dot_node(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		     struct buf *out)
{
	cleanup_buf struct buf addrs = BUF_INIT;

	view_addrs(v, ns, l, &addrs);
	buf_printf(out, "    n%llu_%d [label=\"", (unsigned long long)ns->inode, l->index);
	dot_label(out, l->name, strlen(l->name));
	for (const char *at = addrs.s; at && *at; at += strcspn(at, ","), at += *at == ',') {
		buf_adds(out, "\\n");
		dot_label(out, at, strcspn(at, ","));
	}
	buf_printf(out, "\"%s%s];\n", streq(l->kind, "bridge") ? ", shape=hexagon" : "",
		   l->flags & IFF_UP ? "" : ", style=dashed");
}

static void dot_edges(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		      struct buf *out)
{
	const unsigned long long inode = ns->inode;
	const struct view_ns *where = NULL;
	const struct net_link *peer = view_peer(v, ns, l, &where);

	if (l->master && net_links_by_index(&ns->links, l->master))
		buf_printf(out, "  n%llu_%d -- n%llu_%d [style=bold];\n", inode, l->master, inode,
			   l->index);
	/* Draw each pair once, from the end that is a port of a bridge, so that dot(1) places all
	 * ports on the same side. */
	if (peer && (!l->master == !peer->master
			     ? ns->inode < where->inode || (ns == where && l->index < peer->index)
			     : l->master != 0))
		buf_printf(out, "  n%llu_%d -- n%llu_%d;\n", inode, l->index,
			   (unsigned long long)where->inode, peer->index);
	if (peer || !l->peer || l->peer_nsid < 0)
		return;
	buf_printf(out, "  p%llu_%d [label=\"?nsid:%d\", shape=plaintext];\n", inode, l->index,
		   (int)l->peer_nsid);
	buf_printf(out, "  n%llu_%d -- p%llu_%d [style=dashed];\n", inode, l->index, inode,
		   l->index);
}

/* Returns the index of the first bridge that a namespace is connected to, or 0. The namespaces of
 * one bridge are drawn next to each other, so that fewer lines cross. */
static int first_bridge(const struct view *v, const struct view_ns *ns)
{
	const struct view_ns *where;

	for (size_t k = 0; k < ns->links.n; k++) {
		const struct net_link *peer = view_peer(v, ns, &ns->links.v[k], &where);

		if (peer && peer->master)
			return peer->master;
	}
	return 0;
}

/* Draws the devices of a namespace that are ports of the bridge `master`, or, if master is 0, the
 * devices that are not ports. Returns the number of drawn devices. */
static unsigned dot_ports(const struct view *v, const struct view_ns *ns, int master,
			  struct buf *out)
{
	unsigned n = 0;

	for (size_t k = 0; k < ns->links.n; k++)
		if (view_has(v, &ns->links.v[k]) && ns->links.v[k].master == master) {
			dot_node(v, ns, &ns->links.v[k], out);
			n++;
		}
	return n;
}

static void dot_ns(const struct view *v, const struct view_ns *ns, struct buf *out)
{
	const unsigned long long inode = ns->inode;
	unsigned devices;

	buf_printf(out, "  subgraph cluster_%llu {\n    label=\"", inode);
	dot_label(out, ns->ref, strlen(ns->ref));
	buf_printf(out, "%s\";\n", ns->inode == v->own ? "\\n(the caller's namespace)" : "");
	devices = dot_ports(v, ns, 0, out);
	for (size_t k = 0; k < ns->links.n; k++)
		devices += dot_ports(v, ns, ns->links.v[k].index, out);
	/* dot(1) does not draw a box without a node */
	if (!devices)
		buf_printf(out, "    n%llu [label=\"no devices\", shape=plaintext];\n", inode);
	buf_adds(out, "  }\n");
}

void view_dot(const struct view *v)
{
	struct buf out = BUF_INIT;
	int last = -1, next;

	buf_adds(&out, "graph network {\n  rankdir=LR;\n  node [shape=box];\n");
	do {
		next = INT_MAX;
		for (size_t i = 0; i < v->n; i++) {
			int bridge = first_bridge(v, &v->ns[i]);

			if (bridge > last && bridge < next)
				next = bridge;
		}
		for (size_t i = 0; i < v->n; i++)
			if (first_bridge(v, &v->ns[i]) == next)
				dot_ns(v, &v->ns[i], &out);
		last = next;
	} while (next != INT_MAX);
	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0; k < v->ns[i].links.n; k++)
			if (view_has(v, &v->ns[i].links.v[k]))
				dot_edges(v, &v->ns[i], &v->ns[i].links.v[k], &out);
	buf_adds(&out, "}\n");
	cli_print(&out);
}
