// SPDX-License-Identifier: GPL-2.0-or-later
/* view: prints the wiring as a table, a tree, JSON, or a graph. */
#include <stdio.h>

#include "base/json.h"
#include "base/str.h"
#include "show.h"

/* ---- table */

enum {
	COL_REF,
	COL_NS,
	COL_IF,
	COL_KIND,
	COL_STATE,
	COL_ADDRS,
	COL_GW,
	COL_MASTER,
	COL_PEER,
	COL_MAC,
	COL_MTU,
	COL_ALIAS,
	COLUMNS
};

static const struct {
	const char *name, *help;
} columns_of[COLUMNS] = {
	[COL_REF] = { "REF", "reference to the namespace" },
	[COL_NS] = { "NS", "inode of the namespace" },
	[COL_IF] = { "IF", "name of the device" },
	[COL_KIND] = { "KIND", "type of the device" },
	[COL_STATE] = { "STATE", "UP, DOWN or NO-CARRIER" },
	[COL_ADDRS] = { "ADDRS", "IP addresses, except those of the link alone" },
	[COL_GW] = { "GW", "gateways of the default routes through the device" },
	[COL_MASTER] = { "MASTER", "bridge that the device is a port of" },
	[COL_PEER] = { "PEER", "what it is connected to: reference:device" },
	[COL_MAC] = { "MAC", "hardware address" },
	[COL_MTU] = { "MTU", "largest packet" },
	[COL_ALIAS] = { "ALIAS", "alias of the device" },
};

static const int shown[] = { COL_REF, COL_IF, COL_STATE, COL_ADDRS, COL_GW, COL_MASTER, COL_PEER };

static void add_cell(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		     int column, struct buf *out)
{
	const struct net_link *master;
	char text[32];

	switch (column) {
	case COL_REF:
		buf_adds(out, ns->ref);
		break;
	case COL_NS:
		buf_addu(out, ns->inode);
		break;
	case COL_IF:
		buf_adds(out, l->name);
		break;
	case COL_KIND:
		buf_adds(out, l->kind);
		break;
	case COL_STATE:
		buf_adds(out, view_state(l));
		break;
	case COL_ADDRS:
		view_addrs(ns, l, out);
		break;
	case COL_GW:
		view_gateways(ns, l, out);
		break;
	case COL_MASTER:
		master = l->master ? net_links_by_index(&ns->links, l->master) : NULL;
		buf_adds(out, master ? master->name : "");
		break;
	case COL_PEER:
		view_peer_text(v, ns, l, out);
		break;
	case COL_MAC:
		buf_adds(out, l->has_mac ? net_mac_format(l->mac, text) : "");
		break;
	case COL_MTU:
		buf_addu(out, l->mtu);
		break;
	default:
		buf_adds(out, l->alias);
	}
}

/* A cell as it is printed: escaped, "-" where it is empty, and without a blank under --raw. */
static char *cell_text(const struct view *v, const struct view_ns *ns, const struct net_link *l,
		       int column, bool raw)
{
	cleanup_buf struct buf b = BUF_INIT;
	char *text;

	add_cell(v, ns, l, column, &b);
	if (!b.len)
		buf_addc(&b, '-');
	text = b.err ? NULL : str_escape_dup(b.s, b.len);
	if (!text)
		cli_die(ENOMEM, "cannot print the table");
	for (char *c = text; raw && *c; c++)
		if (*c == ' ')
			*c = '_';
	return text;
}

static size_t parse_columns(const char *list, int *out)
{
	size_t n = 0;

	if (!list) {
		memcpy(out, shown, sizeof(shown));
		return ARRAY_SIZE(shown);
	}
	for (const char *at = list;; at++) {
		size_t len = strcspn(at, ",");
		int c = 0;

		while (c < COLUMNS &&
		       (strncasecmp(columns_of[c].name, at, len) != 0 || columns_of[c].name[len]))
			c++;
		if (c == COLUMNS)
			cli_die_usage("unknown column '%.*s', see --list-columns", (int)len, at);
		if (n < COLUMNS)
			out[n++] = c;
		at += len;
		if (!*at)
			return n;
	}
}

void view_columns(void)
{
	struct buf out = BUF_INIT;

	for (int c = 0; c < COLUMNS; c++)
		buf_printf(&out, "%-7s %s\n", columns_of[c].name, columns_of[c].help);
	cli_print(&out);
}

static void pad(struct buf *out, const char *text, size_t width, bool last)
{
	size_t len = strlen(text);

	buf_adds(out, text);
	for (; !last && len <= width; len++)
		buf_addc(out, ' ');
}

void view_table(const struct view *v, const char *list, bool raw, bool headings)
{
	size_t n_rows = 0, row = 0, width[COLUMNS] = { 0 };
	struct buf out = BUF_INIT;
	int col[COLUMNS];
	size_t n_cols = parse_columns(list, col);
	char **cells;

	for (size_t i = 0; i < v->n; i++)
		n_rows += v->ns[i].links.n;
	cells = calloc(n_rows * n_cols + 1, sizeof(*cells));
	if (!cells)
		cli_die(ENOMEM, "cannot print the table");
	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0; k < v->ns[i].links.n; k++) {
			const struct net_link *l = &v->ns[i].links.v[k];

			if (!view_has(v, l))
				continue;
			for (size_t c = 0; c < n_cols; c++) {
				char *text = cell_text(v, &v->ns[i], l, col[c], raw);

				cells[row * n_cols + c] = text;
				width[c] = MAX(width[c], strlen(text));
			}
			row++;
		}
	for (size_t c = 0; c < n_cols; c++)
		width[c] = raw ? 0 : MAX(width[c], strlen(columns_of[col[c]].name));
	for (size_t c = 0; headings && c < n_cols; c++)
		pad(&out, columns_of[col[c]].name, MAX(width[c], strlen(columns_of[col[c]].name)),
		    c + 1 == n_cols);
	if (headings)
		buf_addc(&out, '\n');
	for (size_t r = 0; r < row; r++) {
		for (size_t c = 0; c < n_cols; c++) {
			char *text = cells[r * n_cols + c];

			pad(&out, text, MAX(width[c], strlen(text)), c + 1 == n_cols);
			free(text);
		}
		buf_addc(&out, '\n');
	}
	free(cells);
	cli_print(&out);
}

/* ---- JSON */

static void json_cell(struct json *j, const char *key, const struct view *v,
		      const struct view_ns *ns, const struct net_link *l, int column)
{
	cleanup_buf struct buf b = BUF_INIT;

	add_cell(v, ns, l, column, &b);
	json_str(j, key, b.len ? b.s : NULL);
}

static void json_list(struct json *j, const char *key, const struct view *v,
		      const struct view_ns *ns, const struct net_link *l, int column)
{
	cleanup_buf struct buf b = BUF_INIT;

	add_cell(v, ns, l, column, &b);
	json_array(j, key);
	for (const char *at = b.s; at && *at; at += strcspn(at, ","), at += *at == ',')
		json_strn(j, NULL, at, strcspn(at, ","));
	json_array_end(j);
}

static void json_link(struct json *j, const struct view *v, const struct view_ns *ns,
		      const struct net_link *l)
{
	const struct view_ns *where = NULL;
	const struct net_link *peer = view_peer(v, ns, l, &where);

	json_object(j, NULL);
	json_str(j, "if", l->name);
	json_u64(j, "index", (uint64_t)l->index);
	json_str(j, "kind", l->kind[0] ? l->kind : NULL);
	json_str(j, "state", view_state(l));
	json_list(j, "addrs", v, ns, l, COL_ADDRS);
	json_list(j, "gw", v, ns, l, COL_GW);
	json_cell(j, "master", v, ns, l, COL_MASTER);
	json_str(j, "peerref", peer ? where->ref : NULL);
	json_str(j, "peerif", peer ? peer->name : NULL);
	json_cell(j, "mac", v, ns, l, COL_MAC);
	json_u64(j, "mtu", l->mtu);
	json_str(j, "alias", l->alias[0] ? l->alias : NULL);
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
		json_u64(&j, "inode", ns->inode);
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
	view_addrs(ns, l, &line);
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

/* A label may hold no quote and no backslash of its own. */
static void add_label(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		buf_addc(out, c < 0x20 || c >= 0x7f || c == '"' || c == '\\' ? '?' : s[i]);
	}
}

static void dot_node(const struct view_ns *ns, const struct net_link *l, struct buf *out)
{
	cleanup_buf struct buf addrs = BUF_INIT;

	view_addrs(ns, l, &addrs);
	buf_printf(out, "    n%llu_%d [label=\"", (unsigned long long)ns->inode, l->index);
	add_label(out, l->name, strlen(l->name));
	for (const char *at = addrs.s; at && *at; at += strcspn(at, ","), at += *at == ',') {
		buf_adds(out, "\\n");
		add_label(out, at, strcspn(at, ","));
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
	/* a pair once */
	if (peer && (ns->inode < where->inode || (ns == where && l->index < peer->index)))
		buf_printf(out, "  n%llu_%d -- n%llu_%d;\n", inode, l->index,
			   (unsigned long long)where->inode, peer->index);
}

void view_dot(const struct view *v)
{
	struct buf out = BUF_INIT;

	buf_adds(&out, "graph network {\n  rankdir=LR;\n  node [shape=box];\n");
	for (size_t i = 0; i < v->n; i++) {
		const struct view_ns *ns = &v->ns[i];

		buf_printf(&out, "  subgraph cluster_%llu {\n    label=\"",
			   (unsigned long long)ns->inode);
		add_label(&out, ns->ref, strlen(ns->ref));
		buf_adds(&out, "\";\n");
		for (size_t k = 0; k < ns->links.n; k++)
			if (view_has(v, &ns->links.v[k]))
				dot_node(ns, &ns->links.v[k], &out);
		buf_adds(&out, "  }\n");
	}
	for (size_t i = 0; i < v->n; i++)
		for (size_t k = 0; k < v->ns[i].links.n; k++)
			if (view_has(v, &v->ns[i].links.v[k]))
				dot_edges(v, &v->ns[i], &v->ns[i].links.v[k], &out);
	buf_adds(&out, "}\n");
	cli_print(&out);
}
