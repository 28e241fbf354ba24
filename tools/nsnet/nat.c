// SPDX-License-Identifier: GPL-2.0-or-later
/* nat: address translation, published ports, and the forwarding that both need. */
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/num.h"
#include "nsnet.h"

/* ---- the request */

void spec_nat(struct net *n, const char *text)
{
	n->nat = true;
	if (text && (net_addr_parse(text, strlen(text), &n->nat_to) < 0 ||
		     n->nat_to.family != AF_INET || strchr(text, '/')))
		cli_die_usage("--nat: '%s' is not an IPv4 address", text);
}

static uint16_t take_port(const char *text, const char *s, size_t n)
{
	uint64_t port;

	if (num_u64n(s, n, 1, 65535, &port) < 0)
		cli_die_usage("--publish: '%s' is not [<address>:]<port>:<port>[/udp]", text);
	return (uint16_t)port;
}

void spec_publish(struct net *n, const char *text)
{
	struct publish *p = &n->publish[n->n_publish];
	size_t len = strcspn(text, "/");
	const char *inner = memrchr(text, ':', len), *outer;

	if (n->n_publish == NET_WORDS_MAX)
		cli_die_usage("--publish: more than %d ports", NET_WORDS_MAX);
	*p = (struct publish){ .udp = streq(text + len, "/udp") };
	if (!inner || (text[len] && !p->udp && !streq(text + len, "/tcp")))
		take_port(text, "", 0);
	p->inner = take_port(text, inner + 1, (size_t)(text + len - inner - 1));
	outer = memrchr(text, ':', (size_t)(inner - text));
	if (outer && (net_addr_parse(text, (size_t)(outer - text), &p->addr) < 0 ||
		      p->addr.family != AF_INET || p->addr.prefix != 32))
		take_port(text, "", 0);
	if (p->addr.family && p->addr.b[0] == 127)
		cli_die_usage("--publish: an address of loopback cannot be published");
	outer = outer ? outer + 1 : text;
	p->outer = take_port(text, outer, (size_t)(inner - outer));
	n->n_publish++;
}

/* ---- what is looked up */

/*
 * nft(8): a table is named by letters, digits, '_', '/' and '.'; '/' is not in a name of ours, so
 * that it can stand for '-'. Returns -EINVAL with e set for a name that has other characters, which
 * would be read as rules.
 */
int nat_table(const char *kind, const char *name, char table[NAT_TABLE_SIZE], struct nserr *e)
{
	if (!name_is_valid(name))
		return nserr_set(e, 0, "'%s' cannot name a table of firewall rules", name);
	snprintf(table, NAT_TABLE_SIZE, "nsnet_%s/%s", kind, name);
	for (char *c = table; *c; c++)
		if (*c == '-')
			*c = '/';
	return 0;
}

static void keep_subnet(struct net *n, const struct net_addr *a)
{
	struct net_addr subnet = *a;

	net_addr_mask(&subnet);
	for (size_t i = 0; i < n->subnets.n; i++)
		if (memcmp(&n->subnets.v[i], &subnet, sizeof(subnet)) == 0)
			return;
	if (a->family == AF_INET && n->subnets.n < NET_ADDRS_MAX)
		n->subnets.v[n->subnets.n++] = subnet;
}

static void find_subnets(struct net *n)
{
	for (size_t i = 0; i < n->n_bridges; i++)
		for (size_t k = 0; k < n->bridges[i].has.n; k++)
			keep_subnet(n, &n->bridges[i].has.v[k]);
	for (size_t i = 0; i < n->n_wires; i++)
		for (size_t k = 0; n->wires[i].kind == WIRE_HOST && k < n->wires[i].other_addr.n;
		     k++)
			keep_subnet(n, &n->wires[i].other_addr.v[k]);
}

/* The address behind published ports: the first of the namespace that the host can reach. */
static const struct net_addr *inner_address(const struct net *n)
{
	for (size_t i = 0; i < n->n_wires; i++)
		for (size_t k = 0; k < n->wires[i].addr.n; k++)
			if (n->wires[i].addr.v[k].family == AF_INET &&
			    (n->wires[i].kind == WIRE_HOST || n->wires[i].kind == WIRE_BRIDGE))
				return &n->wires[i].addr.v[k];
	return NULL;
}

/* A program of the host that listens there would hear nothing any more. */
static int check_port(const struct publish *p, struct nserr *e)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(p->outer) };
	int one = 1, rc,
	    fd = socket(AF_INET, (p->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return nserr_set(e, errno, "cannot open a socket");
	memcpy(&to.sin_addr, p->addr.b, sizeof(to.sin_addr));
	/* with it bind(2) still fails where somebody listens, but not for old connections */
	if (!p->udp)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	rc = bind(fd, (const struct sockaddr *)&to, sizeof(to)) < 0 ? errno : 0;
	close(fd);
	if (rc != EADDRINUSE)
		return 0;
	nserr_set(e, rc, "the port %u/%s of the host", p->outer, p->udp ? "udp" : "tcp");
	nserr_hint(e, "choose another port, or take it from the program that listens with --force");
	return -rc;
}

/* The devices by which the world is reached: those of the default routes, else all with an address
 * that are not our bridges. */
static int find_uplinks(struct net *n, struct nserr *e)
{
	struct net_routes routes cleanup_net_routes = NET_ROUTES_INIT;
	struct net_links links cleanup_net_links = NET_LINKS_INIT;
	int rc = net_routes_read(&n->host, &routes, e);
	bool any = false;

	if (rc == 0)
		rc = net_links_read(&n->host, &links, e);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < routes.n; i++)
		any |= routes.v[i].dst.prefix == 0 && routes.v[i].dst.family == AF_INET;
	for (size_t i = 0; i < routes.n; i++) {
		const struct net_link *l = net_links_by_index(&links, routes.v[i].index);
		bool known = !l || (any && routes.v[i].dst.prefix) ||
			     routes.v[i].dst.family != AF_INET || str_after(l->alias, NET_ALIAS);

		for (size_t k = 0; !known && k < n->n_uplinks; k++)
			known = streq(n->uplinks[k], l->name);
		if (!known && n->n_uplinks < NET_WORDS_MAX)
			strcpy(n->uplinks[n->n_uplinks++], l->name);
	}
	return 0;
}

/* ---- the rules */

static void add_publish(const struct net *n, const struct publish *p, bool output, struct buf *b)
{
	char text[NET_ADDR_TEXT];

	buf_adds(b, "\t\t");
	if (p->addr.family)
		buf_printf(b, "ip daddr %s ", net_addr_format(&p->addr, false, text));
	else
		buf_printf(b, "%sfib daddr type local ", output ? "ip daddr != 127.0.0.0/8 " : "");
	buf_printf(b, "%s dport %u dnat ip to %s:%u\n", p->udp ? "udp" : "tcp", p->outer,
		   net_addr_format(inner_address(n), false, text), p->inner);
}

/*
 * Rules name subnets, not devices: the host's end of a pair has a name that only the kernel knows
 * before, and a rule with an index would be left pointing at a dead number.
 */
static void add_rules(const struct net *n, bool owner, struct buf *b)
{
	char net[NET_ADDR_TEXT], to[NET_ADDR_TEXT];

	/* in one transaction: what was there before is replaced */
	if (!owner)
		buf_printf(b, "add table inet %s\ndelete table inet %s\n", n->table, n->table);
	buf_printf(b, "table inet %s {\n", n->table);
	if (owner)
		buf_adds(b, "\tflags owner\n");
	buf_adds(b,
		 "\tchain post {\n\t\ttype nat hook postrouting priority srcnat; policy accept;\n");
	for (size_t i = 0; i < n->subnets.n; i++) {
		net_addr_format(&n->subnets.v[i], true, net);
		if (n->nat && n->nat_to.family)
			buf_printf(b, "\t\tip saddr %s ip daddr != %s snat ip to %s\n", net, net,
				   net_addr_format(&n->nat_to, false, to));
		else if (n->nat)
			buf_printf(b, "\t\tip saddr %s ip daddr != %s masquerade\n", net, net);
		/* a neighbour that uses the published port: its answer must come back this way */
		if (n->n_publish)
			buf_printf(b, "\t\tip saddr %s ip daddr %s ct status dnat masquerade\n",
				   net, net);
	}
	buf_adds(b, "\t}\n");
	for (int output = 0; n->n_publish && output < 2; output++) {
		buf_printf(b, "\tchain %s {\n\t\ttype nat hook %s priority %s; policy accept;\n",
			   output ? "out" : "pre", output ? "output" : "prerouting",
			   output ? "-100" : "dstnat");
		for (size_t i = 0; i < n->n_publish; i++)
			add_publish(n, &n->publish[i], output, b);
		buf_adds(b, "\t}\n");
	}
	/* forwarding makes the host a router: the world gets in through published ports only */
	buf_adds(b,
		 "\tchain forw {\n\t\ttype filter hook forward priority filter; policy accept;\n");
	for (size_t i = 0; i < n->subnets.n; i++) {
		net_addr_format(&n->subnets.v[i], true, net);
		buf_printf(b,
			   "\t\tip daddr %s ip saddr != %s ct state new ct status & dnat != dnat "
			   "drop\n",
			   net, net);
	}
	buf_adds(b, "\t}\n}\n");
}

int nat_resolve(struct net *n, struct nserr *e)
{
	char pid[16];
	int rc;

	find_subnets(n);
	if (!n->subnets.n) {
		nserr_set(e, 0,
			  "--nat and --publish need a bridge with an IPv4 address, or a gateway");
		return -EINVAL;
	}
	if (n->n_publish && !inner_address(n)) {
		nserr_set(e, 0, "--publish needs a device with an IPv4 address in the namespace");
		return -EINVAL;
	}
	for (size_t i = 0; !n->force && i < n->n_publish; i++) {
		rc = check_port(&n->publish[i], e);
		if (rc < 0)
			return rc;
	}
	if (n->argv) {
		snprintf(pid, sizeof(pid), "%d", (int)getpid());
		rc = nat_table("run", pid, n->table, e);
	} else if (n->name) {
		rc = nat_table("ns", n->name, n->table, e);
	} else if (n->ref) {
		rc = nserr_set(e, 0, "--nat and --publish need a name");
		nserr_hint(e, "give the namespace one with 'nsnet attach <name> %s'", n->ref);
	} else {
		rc = nat_table("br", n->bridges[0].name, n->table, e);
	}
	if (rc == 0)
		rc = find_uplinks(n, e);
	if (rc == 0 && !n->explain)
		rc = nft_open(&n->nft, e);
	add_rules(n, false, &n->rules);
	if (rc == 0 && n->check)
		rc = nft_apply(n->nft, n->rules.s, true, e);
	return rc < 0 ? rc : n->rules.err;
}

/* ---- steps */

/*
 * A run's table belongs to its socket (`flags owner`, 5.12): the kernel removes it when nsnet ends,
 * killed or not, and nobody else can before. Older kernels refuse the flag; there nsnet removes the
 * table at the end.
 */
int run_nat(void *ctx, const struct plan_step *s, struct nserr *e)
{
	cleanup_buf struct buf owned = BUF_INIT;
	struct net *n = ctx;

	(void)s;
	if (n->argv) {
		add_rules(n, true, &owned);
		if (!owned.err && nft_apply(n->nft, owned.s, false, NULL) == 0) {
			n->nat_owned = true;
			return 0;
		}
	}
	return nft_apply(n->nft, n->rules.s, false, e);
}

void undo_nat(void *ctx, const struct plan_step *s)
{
	(void)s;
	nat_end(ctx);
}

void nat_end(struct net *n)
{
	char text[NAT_TABLE_SIZE + 32];

	if (!n->nft)
		return;
	snprintf(text, sizeof(text), "delete table inet %s\n", n->table);
	if (!n->nat_owned)
		(void)!nft_apply(n->nft, text, false, NULL);
	nft_close(n->nft);
	n->nft = NULL;
}

void show_nat(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct net *n = ctx;

	(void)s;
	buf_printf(out, "nft -f - <<'EOF'\n%sEOF\n", n->rules.s);
}

/* ip-sysctl.txt: a packet is forwarded if the device that it comes in by allows it. ip_forward
 * would allow it for all. The value stays afterwards, since others may rely on it by then. */
int run_forward(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const char *dev = s->arg;
	char path[64 + IF_NAMESIZE];
	uint64_t now;
	int rc;

	(void)ctx;
	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/forwarding", dev);
	if (file_read_u64(AT_FDCWD, path, &now) == 0 && now == 1)
		return 0;
	rc = file_write_at(AT_FDCWD, path, "1");
	return rc < 0 ? nserr_set(e, rc, "cannot write %s", path) : 0;
}

void show_forward(const void *ctx, const struct plan_step *s, struct buf *out)
{
	(void)ctx;
	buf_adds(out, "sysctl -qw net/ipv4/conf/");
	shell_word(out, s->arg);
	buf_adds(out, "/forwarding=1\n");
}

/* The same for the host's end of a pair, from inside, where its sysctls cannot be seen. */
int run_forward_outer(void *ctx, const struct plan_step *s, struct nserr *e)
{
	const struct wire *w = s->arg;
	struct net *n = ctx;
	struct netlink_batch b;
	int rc;

	netlink_batch_init(&b);
	net_link_put_forwarding(&b, w->outer);
	rc = netlink_send(&n->host, &b, NULL, e);
	return rc < 0 ? nserr_set(e, rc, "cannot allow forwarding from '%s'", w->ifname) : 0;
}

void show_forward_outer(const void *ctx, const struct plan_step *s, struct buf *out)
{
	const struct plan_step of = { .arg = ((const struct wire *)s->arg)->outer_name };

	show_forward(ctx, &of, out);
}

int nat_remove(const char *kind, const char *name, struct nserr *e)
{
	char table[NAT_TABLE_SIZE], text[2 * NAT_TABLE_SIZE + 64];
	struct nft_ctx *nft = NULL;
	int rc = nat_table(kind, name, table, e);

	if (rc == 0)
		rc = nft_open(&nft, e);
	if (rc < 0)
		return rc;
	/* `add` first, so that a table that has gone is no error */
	snprintf(text, sizeof(text), "add table inet %s\ndelete table inet %s\n", table, table);
	rc = nft_apply(nft, text, false, e);
	nft_close(nft);
	return rc;
}

/* ---- what others left */

/* Returns true if a device of the host still belongs to that name: the directory of names may be
 * another one here than where the name was made. */
static bool has_device(const struct net_links *links, const char *name)
{
	for (size_t i = 0; i < links->n; i++) {
		const char *of = str_after(links->v[i].alias, NET_ALIAS);

		of = of ? str_after(of, name) : NULL;
		if (of && (*of == ' ' || !*of))
			return true;
	}
	return false;
}

/* kill(2) asks about our own pid namespace: only the initial one knows all processes. */
static bool has_process(const char *text)
{
	const ino_t initial = 4026531836; /* PROC_PID_INIT_INO */
	struct stat st;
	pid_t pid;

	return num_pid(text, &pid) < 0 || stat("/proc/self/ns/pid", &st) < 0 ||
	       st.st_ino != initial || kill(pid, 0) == 0 || errno != ESRCH;
}

/* Returns true if the table "nsnet_KIND/NAME" is of nothing that exists. */
static bool is_orphan(const struct net_links *links, const char *table)
{
	const char *of = str_after(table, "nsnet_");
	char name[NAT_TABLE_SIZE];
	int fd, is;

	if (!of || !strchr(of, '/'))
		return false;
	snprintf(name, sizeof(name), "%s", strchr(of, '/') + 1);
	for (char *c = name; *c; c++)
		if (*c == '/')
			*c = '-';
	if (str_after(of, "run/") || str_after(of, "probe/"))
		return !has_process(name);
	if (str_after(of, "br/"))
		return !net_links_by_name(links, name);
	if (!str_after(of, "ns/") || has_device(links, name))
		return false;
	is = names_open(name, &fd, NULL);
	if (is == NAME_ALIVE)
		close(fd);
	return is == NAME_NONE;
}

int nat_collect(struct net *n, bool dry, struct buf *out, struct nserr *e)
{
	struct net_links links cleanup_net_links = NET_LINKS_INIT;
	cleanup_buf struct buf list = BUF_INIT;
	struct nft_ctx *nft = NULL;
	int rc = nft_open(&nft, NULL);

	/* without the library nsnet has made no table */
	if (rc < 0)
		return 0;
	rc = net_links_read(&n->host, &links, e);
	if (rc == 0)
		rc = nft_list(nft, "list tables inet", &list, e);
	for (char *line = list.s, *end; rc == 0 && line && *line; line = end) {
		char text[NAT_TABLE_SIZE + 32], *table = (char *)str_after(line, "table inet ");

		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		if (!table || strlen(table) >= NAT_TABLE_SIZE || !is_orphan(&links, table))
			continue;
		buf_printf(out, "table inet %s\n", table);
		snprintf(text, sizeof(text), "delete table inet %s\n", table);
		if (!dry)
			rc = nft_apply(nft, text, false, e);
	}
	nft_close(nft);
	return rc;
}
