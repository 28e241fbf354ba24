// SPDX-License-Identifier: GPL-2.0-or-later
/* nat_steps: the steps that set firewall rules and allow forwarding, and the function that removes
 * the rules again. */
#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"
#include "kernel/sys_ns.h"
#include "nat.h"

/*
 * Adds the firewall rules. The table of `nsnet run` has `flags owner` (Linux 5.12): the kernel
 * removes the table when nsnet ends, even if nsnet is killed, and no other process can change it.
 * Older kernels refuse the flag. In that case nsnet itself removes the table at the end. Returns 0,
 * or a negative errno with e set.
 */
static int apply_rules(struct net *n, struct nserr *e)
{
	cleanup_buf struct buf owned = BUF_INIT, plain = BUF_INIT;

	if (n->argv) {
		nat_rules(n, true, &owned);
		if (!owned.err && nft_apply(n->nft, owned.s, false, NULL) == 0) {
			n->nat_owned = true;
			return 0;
		}
	} else {
		/* an earlier `add` may have added rules to a chain of another program */
		into_chain_forget(n->nft, n->table, &plain);
	}
	buf_adds(&plain, n->rules.s);
	if (plain.err)
		return nserr_set(e, plain.err, "cannot build the firewall rules");
	return nft_apply(n->nft, plain.s, false, e);
}

int run_nat(void *ctx, const struct plan_step *s, struct nserr *e)
{
	struct net *n = ctx;
	int rc = apply_rules(n, e);

	(void)s;
	if (rc == 0 && nat_v6(n)) {
		rc = nat_v6_allow(n, e);
		/* The plan does not undo a step that failed, so remove the rules here, which have
		 * been added already. */
		if (rc < 0)
			nat_end(n);
	}
	if (rc == 0)
		nat_forget_ports(n, false);
	return rc;
}

void undo_nat(void *ctx, const struct plan_step *s)
{
	(void)s;
	nat_end(ctx);
}

/* The context of libnftables must belong to the caller's network namespace, to which the process
 * returns here. The kernel may remove a table with `flags owner` a moment later. */
static void end_v6(struct net *n)
{
	struct nft_ctx *nft = NULL;

	if (sys_setns(n->own_ns, CLONE_NEWNET) < 0 || nft_open(&nft, NULL) < 0)
		return;
	(void)!nat_v6_release(nft, n->table, false, NULL, NULL);
	nft_close(nft);
}

void nat_end(struct net *n)
{
	cleanup_buf struct buf commands = BUF_INIT;

	if (!n->nft)
		return;
	if (n->into.chain[0])
		into_chain_forget(n->nft, n->table, &commands);
	if (!n->nat_owned)
		buf_printf(&commands, "delete table inet %s\n", n->table);
	if (commands.len)
		(void)!nft_apply(n->nft, commands.s, false, NULL);
	nft_close(n->nft);
	n->nft = NULL;
	if (nat_v6(n))
		end_v6(n);
	nat_forget_ports(n, true);
	netlink_close(&n->conntrack);
}

void show_nat(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct net *n = ctx;

	(void)s;
	buf_printf(out, "nft -f - <<'EOF'\n%sEOF\n", n->rules.s);
	if (nat_v6(n))
		nat_v6_show(n, out);
}

/* Sets the sysctl `what` of a device of the host to 1, unless it is 1 already. Returns 0, or a
 * negative errno with e set. */
static int set_sysctl_of(const char *dev, const char *what, struct nserr *e)
{
	char path[64 + IF_NAMESIZE];
	uint64_t now;
	int rc;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/%s", dev, what);
	if (file_read_u64(AT_FDCWD, path, &now) == 0 && now == 1)
		return 0;
	rc = file_write_at(AT_FDCWD, path, "1");
	return rc < 0 ? nserr_set(e, rc, "cannot write %s", path) : 0;
}

static void show_sysctl_of(const char *dev, const char *what, struct buf *out)
{
	buf_adds(out, "sysctl -qw net/ipv4/conf/");
	shell_word(out, dev);
	buf_printf(out, "/%s=1\n", what);
}

/* Allows forwarding of the packets that arrive on one device (ip-sysctl.rst,
 * conf/DEVICE/forwarding); the sysctl ip_forward would allow it for all devices. The value is not
 * restored afterwards, because other programs may rely on it. */
int run_forward(void *ctx, const struct plan_step *s, struct nserr *e)
{
	(void)ctx;
	return set_sysctl_of(s->arg, "forwarding", e);
}

void show_forward(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	show_sysctl_of(s->arg, "forwarding", out);
}

/* Allows forwarding of the packets that arrive on the host's end of a pair. The process is in the
 * new network namespace, where /proc/sys does not show the sysctls of the host, so a netlink
 * request sets the sysctl. */
int run_forward_outer(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct wire *w = s->arg;
	struct net *n = ctx;
	struct netlink_batch b;
	int rc;

	netlink_batch_init(&b);
	net_link_put_forwarding(&b, w->outer, nat_loopback(n));
	rc = netlink_send(&n->host, &b, NULL, e);
	if (rc < 0)
		return nserr_set(e, rc, "cannot allow forwarding from '%s'", w->ifname);
	return 0;
}

void show_forward_outer(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct plan_step of = { .arg = ((const struct wire *)s->arg)->outer_name };

	show_forward(ctx, &of, out);
	if (nat_loopback(ctx))
		show_sysctl_of(of.arg, "route_localnet", out);
}

/* ---- ports of loopback addresses */

/* Adds the commands that create the table of a bridge. This table drops the packets that other
 * hosts send to loopback addresses. Returns 0, or a negative errno with e set. */
static int guard_rules(const char *bridge, struct buf *b, struct nserr *e)
{
	char table[NAT_TABLE_SIZE];
	int rc = nat_table("lo", bridge, table, e);

	if (rc < 0)
		return rc;
	buf_printf(b, "add table inet %s\ndelete table inet %s\ntable inet %s {\n", table, table,
		   table);
	nat_guard_chain(b);
	buf_adds(b, "}\n");
	return b->err ? nserr_set(e, b->err, "cannot build the firewall rules") : 0;
}

/*
 * Lets packets with a loopback address leave through a bridge (route_localnet). The bridge would
 * then also accept packets to loopback addresses from other hosts (CVE-2020-8558), so a table that
 * drops them is added first. The sysctl and this table remain until the bridge is deleted, even if
 * nsnet is killed.
 */
int run_localnet(void *ctx, const struct plan_step *s, struct nserr *e)
{
	cleanup_buf struct buf b = BUF_INIT;
	struct net *n = ctx;
	int rc = guard_rules(s->arg, &b, e);

	if (rc == 0)
		rc = nft_apply(n->nft, b.s, false, e);
	return rc < 0 ? rc : set_sysctl_of(s->arg, "route_localnet", e);
}

void show_localnet(const void *ctx, const struct plan_step *s, struct buf *out)
{
	cleanup_buf struct buf b = BUF_INIT;

	(void)ctx;
	if (guard_rules(s->arg, &b, NULL) == 0)
		buf_printf(out, "nft -f - <<'EOF'\n%sEOF\n", b.s);
	show_sysctl_of(s->arg, "route_localnet", out);
}
