// SPDX-License-Identifier: GPL-2.0-or-later
/* steps_bridge: the steps that create bridges, and the commands of ip(8) that do the same. */
#include "request.h"

static struct bridge *bridge_of(const void *ctx, const struct plan_step *s)
{
	(void)ctx;
	return (struct bridge *)(uintptr_t)s->arg;
}

/* Returns the alias of the bridge. " nat" tells `del` that the bridge has a firewall table. */
static const char *bridge_alias(const struct net *n)
{
	return nat_wanted(n) && !n->name && !n->ref && !n->argv ? NET_ALIAS "bridge nat"
								: NET_ALIAS "bridge";
}

int run_bridge(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct bridge *br = bridge_of(ctx, s);
	struct net *n = ctx;
	struct netlink_batch *b = request_begin(n, &n->host, e);
	struct net_link l;
	int rc;

	net_link_put_bridge(b, br->name, br->mac);
	rc = request_add(n, "cannot create the bridge '%s'", br->name);
	if (rc == 0)
		rc = request_flush(n, e);
	if (rc < 0)
		return rc;
	rc = net_link_find(&n->host, br->name, &l, e);
	if (rc < 0)
		return rc == -ENODEV ? nserr_set(e, rc, "cannot find the new bridge '%s'", br->name)
				     : rc;
	br->index = l.index;
	br->made = true;
	/* `del` and `show` recognise the bridge by its alias. */
	b = request_begin(n, &n->host, e);
	net_link_put_alias(b, br->index, bridge_alias(n));
	return request_add(n, "cannot set the alias of '%s'", br->name);
}

void undo_bridge(void *ctx, const struct plan_step *s)
{
	struct bridge *br = bridge_of(ctx, s);
	struct net *n = ctx;
	struct netlink_batch b;

	netlink_batch_init(&b);
	net_link_put_delete(&b, br->index);
	(void)!netlink_send(&n->host, &b, NULL, NULL);
}

void show_bridge(const void *ctx, const struct plan_step *s, struct buf *out)
{
	struct bridge *br = bridge_of(ctx, s);
	char mac[18];

	buf_adds(out, "ip link add name ");
	shell_word(out, br->name);
	buf_printf(out, " address %s type bridge\n", net_mac_format(br->mac, mac));
	buf_adds(out, "ip link set dev ");
	shell_word(out, br->name);
	buf_adds(out, " alias ");
	shell_word(out, bridge_alias(ctx));
	buf_addc(out, '\n');
}

int run_bridge_addr(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct bridge *br = bridge_of(ctx, s);
	struct net *n = ctx;
	struct netlink_batch *b = request_begin(n, &n->host, e);

	net_addr_put(b, br->index, &br->addr.v[s->num]);
	return request_add(n, "cannot add the address %s to '%s'", text_of(&br->addr.v[s->num]),
			   br->name);
}

void show_bridge_addr(const void *ctx, const struct plan_step *s, struct buf *out)
{
	struct bridge *br = bridge_of(ctx, s);

	buf_adds(out, "ip ");
	show_address(out, &br->addr.v[s->num], br->name);
}

int run_bridge_up(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct bridge *br = bridge_of(ctx, s);
	struct net *n = ctx;
	struct netlink_batch *b = request_begin(n, &n->host, e);

	net_link_put_up(b, br->index, br->mtu);
	/* Set the alias of an existing bridge if the request adds firewall rules. */
	if (!br->made && strstr(bridge_alias(n), " nat"))
		net_link_put_alias(b, br->index, bridge_alias(n));
	return request_add(n, "cannot bring '%s' up", br->name);
}

void show_bridge_up(const void *ctx, const struct plan_step *s, struct buf *out)
{
	struct bridge *br = bridge_of(ctx, s);

	(void)ctx;
	buf_adds(out, "ip link set dev ");
	shell_word(out, br->name);
	if (br->mtu)
		buf_printf(out, " mtu %u", br->mtu);
	buf_adds(out, " up\n");
}
