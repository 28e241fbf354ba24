// SPDX-License-Identifier: GPL-2.0-or-later
/* steps_link: the steps that create devices, addresses and routes of the namespace, and the
 * commands of ip(8) that do the same. */
#include "net/await.h"
#include "request.h"

static struct wire *wire_of(const struct plan_step *s)
{
	return (struct wire *)(uintptr_t)s->arg;
}

/* The kernel replaces %d by a number. The name begins with veth, because NetworkManager ignores
 * such devices. */
static const char outer_pattern[] = "vethns%d";

static void put_wire(const struct net *n, const struct wire *w, struct netlink_batch *b)
{
	struct net_link_end inner = { .name = w->ifname,
				      .ns = n->ns,
				      .mac = w->has_mac ? w->mac : NULL };
	struct net_link_end outer = {
		.name = w->kind == WIRE_REF ? w->other_if : outer_pattern,
		.ns = w->other_ns,
		.master = w->kind == WIRE_BRIDGE ? w->bridge->index : 0,
		.up = true,
		.mac = w->has_outer_mac ? w->outer_mac : NULL,
	};

	if (w->kind == WIRE_STACKED)
		net_link_put_stacked(b, w->stacked, w->lower, &inner, w->mtu);
	else
		net_link_put_veth(b, &outer, &inner, w->mtu);
}

/*
 * Creates both ends of a pair in their final namespaces, because moving a device would wait 14 to
 * 20 ms for an RCU barrier. The kernel refuses IFF_UP on the peer, so only the outer end is brought
 * up here. The index of the outer end is read from the inner end (IFLA_LINK), because Linux 5.10
 * lacks NLM_F_ECHO for devices.
 */
int run_wire(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct wire *w = wire_of(s);
	struct net *n = ctx;
	struct netlink_batch *b;
	struct net_link l;
	int rc;

	/* Send the older messages first. If one of them fails, the device must not be created,
	 * because it would remain in the existing namespace. */
	if (n->target == TARGET_EXISTING && request_flush(n, e) < 0)
		return -e->errnum;
	b = request_begin(n, &n->host, e);
	put_wire(n, w, b);
	rc = request_add(n, "cannot create the device '%s'", w->ifname);
	if (rc == 0)
		rc = request_flush(n, e);
	if (rc < 0)
		return rc;
	rc = net_link_find(&n->inner, w->ifname, &l, e);
	if (rc < 0)
		return rc == -ENODEV
			       ? nserr_set(e, rc, "cannot find the new device '%s'", w->ifname)
			       : rc;
	w->index = l.index;
	w->outer = w->kind == WIRE_STACKED ? 0 : l.peer;
	return 0;
}

void undo_wire(void *ctx, const struct plan_step *s)
{
	struct wire *w = wire_of(s);
	struct net *n = ctx;
	struct netlink_batch b;

	/* RTM_DELLINK of one end removes both ends before it returns. */
	netlink_batch_init(&b);
	net_link_put_delete(&b, w->index);
	(void)!netlink_send(&n->inner, &b, NULL, NULL);
}

static void show_end(struct buf *out, const char *name, bool has_mac, const uint8_t *mac,
		     uint32_t mtu)
{
	char text[18];

	buf_adds(out, " name ");
	shell_word(out, name);
	buf_adds(out, " numtxqueues 1 numrxqueues 1");
	if (has_mac)
		buf_printf(out, " address %s", net_mac_format(mac, text));
	if (mtu)
		buf_printf(out, " mtu %u", mtu);
}

void show_wire(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct net *n = ctx;
	struct wire *w = wire_of(s);

	buf_adds(out, "ip link add");
	if (w->kind == WIRE_STACKED) {
		show_end(out, w->ifname, w->has_mac, w->mac, w->mtu);
		buf_adds(out, " link ");
		shell_word(out, w->other);
		buf_printf(out, " netns %s type %s", n->label, w->stacked);
		buf_adds(out, streq(w->stacked, "macvlan") ? " mode bridge\n" : "\n");
		return;
	}
	show_end(out, w->outer_name, w->has_outer_mac, w->outer_mac, w->mtu);
	if (w->kind == WIRE_BRIDGE) {
		buf_adds(out, " master ");
		shell_word(out, w->bridge->name);
	}
	buf_adds(out, " up");
	if (w->kind == WIRE_REF) {
		buf_adds(out, " netns ");
		shell_word(out, w->other_label);
	}
	buf_adds(out, " type veth peer");
	show_end(out, w->ifname, w->has_mac, w->mac, w->mtu);
	buf_printf(out, " netns %s\n", n->label);
}

/* Returns true if the bridge must send packets back to the port that they came from. This happens
 * if a program connects to the published port of the namespace in which it runs. */
static bool needs_hairpin(const struct net *n, const struct wire *w)
{
	return w->kind == WIRE_BRIDGE && n->n_publish && !n->pasta;
}

/* Sets the alias and the hairpin mode in separate messages, because the kernel ignores both
 * attributes when it creates a device. */
int run_alias(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct wire *w = wire_of(s);
	struct net *n = ctx;
	struct netlink_batch *b = request_begin(n, &n->host, e);

	net_link_put_alias(b, w->outer, w->alias);
	if (needs_hairpin(n, w))
		net_link_put_hairpin(b, w->outer);
	return request_add(n, "cannot set the alias of the other end of '%s'", w->ifname);
}

void show_alias(const void *ctx, const struct plan_step *s, struct buf *out)
{
	struct wire *w = wire_of(s);

	buf_adds(out, "ip link set dev ");
	shell_word(out, w->outer_name);
	buf_adds(out, " alias ");
	shell_word(out, w->alias);
	buf_addc(out, '\n');
	if (!needs_hairpin(ctx, w))
		return;
	buf_adds(out, "ip link set dev ");
	shell_word(out, w->outer_name);
	buf_adds(out, " type bridge_slave hairpin on\n");
}

int run_outer_addr(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct wire *w = wire_of(s);
	struct net *n = ctx;
	struct netlink_batch *b = request_begin(n, w->kind == WIRE_REF ? &w->other_nl : &n->host,
						e);

	net_addr_put(b, w->outer, &w->other_addr.v[s->num]);
	return request_add(n, "cannot add the address %s to the other end of '%s'",
			   text_of(&w->other_addr.v[s->num]), w->ifname);
}

void show_outer_addr(const void *ctx, const struct plan_step *s, struct buf *out)
{
	struct wire *w = wire_of(s);

	(void)ctx;
	buf_adds(out, w->kind == WIRE_REF ? in_namespace(w->other_label, true) : "ip ");
	show_address(out, &w->other_addr.v[s->num], w->outer_name);
}

/* Brings lo up, which has the index 1 in every network namespace. The kernel then adds 127.0.0.1/8
 * and ::1. */
int run_lo(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct net *n = ctx;
	struct netlink_batch *b = request_begin(n, &n->inner, e);

	(void)s;
	net_link_put_up(b, 1, 0);
	return request_add(n, "cannot bring lo up");
}

void show_lo(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct net *n = ctx;

	(void)s;
	if (n->pasta) /* pasta brings lo up itself */
		return;
	ip_in(n, out);
	buf_adds(out, "link set dev lo up\n");
}

int run_addr(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct wire *w = wire_of(s);
	struct net *n = ctx;
	struct netlink_batch *b = request_begin(n, &n->inner, e);

	net_addr_put(b, w->index, &w->addr.v[s->num]);
	return request_add(n, "cannot add the address %s to '%s'", text_of(&w->addr.v[s->num]),
			   w->ifname);
}

void show_addr(const void *ctx, const struct plan_step *s, struct buf *out)
{
	struct wire *w = wire_of(s);

	ip_in(ctx, out);
	show_address(out, &w->addr.v[s->num], w->ifname);
}

int run_up(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct wire *w = wire_of(s);
	struct net *n = ctx;
	struct netlink_batch *b = request_begin(n, &n->inner, e);

	net_link_put_up(b, w->index, 0);
	return request_add(n, "cannot bring '%s' up", w->ifname);
}

void show_up(const void *ctx, const struct plan_step *s, struct buf *out)
{
	ip_in(ctx, out);
	buf_adds(out, "link set dev ");
	shell_word(out, wire_of(s)->ifname);
	buf_adds(out, " up\n");
}

/* Adds a route. The device must be up, because the kernel refuses a gateway while the device is
 * down ("Nexthop has invalid gateway"). Returns 0, or a negative errno with e set. */
static int add_route(struct net *n, const struct net_route *r, struct nserr *e)
{
	char via[NET_ADDR_TEXT];
	struct netlink_batch *b = request_begin(n, &n->inner, e);

	net_route_put(b, r);
	return request_add(n, "cannot add the route to %s via %s", text_of(&r->dst),
			   net_addr_format(&r->via, false, via));
}

static struct net_route gateway(const struct wire *w, size_t i)
{
	struct net_route r = { .via = w->gw.v[i], .index = w->index };

	r.dst.family = r.via.family;
	return r;
}

int run_gateway(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct net_route r = gateway(wire_of(s), s->num);

	return add_route(ctx, &r, e);
}

static void show_one_route(const void *ctx, const struct net_route *r, const char *dev,
			   struct buf *out)
{
	char via[NET_ADDR_TEXT];

	ip_in(ctx, out);
	buf_printf(out, "route replace %s via %s", r->dst.prefix ? text_of(&r->dst) : "default",
		   net_addr_format(&r->via, false, via));
	if (dev) {
		buf_adds(out, " dev ");
		shell_word(out, dev);
	}
	buf_adds(out, " proto static\n");
}

void show_gateway(const void *ctx, const struct plan_step *s, struct buf *out)
{
	struct net_route r = gateway(wire_of(s), s->num);

	show_one_route(ctx, &r, wire_of(s)->ifname, out);
}

int run_route(void *ctx, const struct plan_step *s, struct nserr *e)
{
	return add_route(ctx, s->arg, e);
}

void show_route(const void *ctx, const struct plan_step *s, struct buf *out)
{
	show_one_route(ctx, s->arg, NULL, out);
}

static int await_addresses(struct netlink *nl, const struct addrs *l, struct nserr *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < l->n; i++)
		rc = net_await_address(nl, &l->v[i], e);
	return rc;
}

/* Waits until the program can send packets and receive answers. Otherwise, the kernel would often
 * drop the first answer, and the program would wait a second until the kernel asks again. The
 * carrier of the other end of a pair, and that of its bridge, appears when the device in the
 * namespace is brought up. */
int run_await(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct wire *w = wire_of(s);
	struct net *n = ctx;
	struct netlink *outside = w->kind == WIRE_REF ? &w->other_nl : &n->host;
	int rc = w->outer ? net_await_link(outside, w->outer, e) : 0;

	if (rc == 0 && w->bridge)
		rc = net_await_link(&n->host, w->bridge->index, e);
	if (rc == 0 && w->bridge)
		rc = await_addresses(&n->host, &w->bridge->addr, e);
	if (rc == 0)
		rc = await_addresses(outside, &w->other_addr, e);
	return rc < 0 ? rc : await_addresses(&n->inner, &w->addr, e);
}
