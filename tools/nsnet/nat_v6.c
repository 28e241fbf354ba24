// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nat_v6: allows forwarding of IPv6 packets while a table of nsnet has rules for IPv6.
 *
 * Since Linux 6.17, conf/DEVICE/force_forwarding allows it for the packets that arrive on one
 * device. Older kernels have only conf/all/forwarding, which makes the host a router between all of
 * its devices. nsnet therefore adds the table nsnet_ipv6. Its chain drops the packets that the
 * kernel did not forward before. The comments of its rules record the sysctls that nsnet changed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>

#include "base/file.h"
#include "base/str.h"
#include "kernel/nsfile.h"
#include "kernel/sys_ns.h"
#include "nat.h"

#define TABLE     "nsnet_ipv6"
#define CONF      "/proc/sys/net/ipv6/conf/"
#define FORCE     "force_forwarding"
#define RA        "accept_ra"
#define NAMES_MAX (4 * NET_WORDS_MAX)

struct names {
	char v[NAMES_MAX][IF_NAMESIZE];
	size_t n;
};

/* The contents of the table. */
struct state {
	struct names users; /* bridges whose packets may pass */
	struct names force; /* devices whose force_forwarding was 0 */
	struct names ra;    /* devices whose accept_ra was 1 */
	bool all;           /* conf/all/forwarding was 0 */
};

bool nat_v6(const struct net *n)
{
	for (size_t i = 0; i < n->subnets.n; i++)
		if (n->subnets.v[i].family == AF_INET6)
			return true;
	return false;
}

static int add_name(struct names *to, const char *name, struct nserr *e)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "_.-@";

	for (size_t i = 0; i < to->n; i++)
		if (streq(to->v[i], name))
			return 0;
	/* nft(8) would parse other characters as syntax */
	if (strspn(name, plain) != strlen(name) || to->n == NAMES_MAX)
		return nserr_set(e, EINVAL, "cannot forward the IPv6 packets of '%s'", name);
	strcpy(to->v[to->n++], name);
	return 0;
}

/* ---- the table */

/* Parses the output of `nft list table`. Lines that nsnet did not write are ignored. */
static void parse_state(const char *text, struct state *s)
{
	static const char begin[] = "\t\tiifname \"";

	*s = (struct state){ .all = strstr(text, "comment \"all\"") != NULL };
	for (const char *at = text; (at = strstr(at, begin));) {
		char name[IF_NAMESIZE];
		const char *end;
		size_t n;

		at += strlen(begin);
		n = strcspn(at, "\"\n");
		end = at + n;
		if (n >= sizeof(name) || *end != '"')
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)n, at);
		if (str_after(end, "\" drop comment \"" FORCE "\""))
			(void)!add_name(&s->force, name, NULL);
		else if (str_after(end, "\" continue comment \"" RA "\""))
			(void)!add_name(&s->ra, name, NULL);
		else if (str_after(end, "\" accept") && !strchr(name, '*'))
			(void)!add_name(&s->users, name, NULL);
	}
}

/* Writes the commands that replace the table. Bridges and the pairs of nsnet, whose names begin
 * with vethns, are the devices between which packets are forwarded. */
static void print_state(const struct state *s, struct buf *b)
{
	buf_adds(b, "add table inet " TABLE "\ndelete table inet " TABLE "\ntable inet " TABLE
		    " {\n\tchain forw {\n\t\ttype filter hook forward priority filter; policy "
		    "accept;\n\t\tmeta nfproto ipv4 accept\n");
	for (size_t i = 0; i < s->ra.n; i++)
		buf_printf(b, "\t\tiifname \"%s\" continue comment \"" RA "\"\n", s->ra.v[i]);
	buf_adds(b, "\t\tiifname \"vethns*\" accept\n\t\toifname \"vethns*\" accept\n");
	for (size_t i = 0; i < s->users.n; i++)
		buf_printf(b, "\t\tiifname \"%s\" accept\n\t\toifname \"%s\" accept\n",
			   s->users.v[i], s->users.v[i]);
	for (size_t i = 0; i < s->force.n; i++)
		buf_printf(b, "\t\tiifname \"%s\" drop comment \"" FORCE "\"\n", s->force.v[i]);
	if (s->all)
		buf_adds(b, "\t\tdrop comment \"all\"\n");
	buf_adds(b, "\t}\n}\n");
}

/* Locks the network namespace of the process, because two nsnet processes must not replace the
 * table at the same time. Returns a descriptor that holds the lock, or a negative errno with e
 * set. */
static int lock(struct nserr *e)
{
	int fd = nsfile_open_proc(AT_FDCWD, "/proc/self/ns/net");

	if (fd < 0)
		return nserr_set(e, fd, "cannot open /proc/self/ns/net");
	if (RETRY_EINTR(flock(fd, LOCK_EX)) == 0)
		return fd;
	nserr_set(e, errno, "cannot lock the network namespace");
	close(fd);
	return -e->errnum;
}

/* ---- sysctls of the process's network namespace */

#define ABSENT (-1) /* the kernel or the device has no such sysctl */

/* Reads a sysctl of a device. Returns 0 with the value or ABSENT in *v, or a negative errno with e
 * set. */
static int get(const char *dev, const char *what, int64_t *v, struct nserr *e)
{
	char path[64 + IF_NAMESIZE];
	uint64_t value = 0;
	int rc;

	snprintf(path, sizeof(path), CONF "%s/%s", dev, what);
	rc = file_read_u64(AT_FDCWD, path, &value);
	*v = rc < 0 ? ABSENT : (int64_t)value;
	return rc < 0 && rc != -ENOENT ? nserr_set(e, rc, "cannot read %s", path) : 0;
}

static int set(const char *dev, const char *what, const char *value, struct nserr *e)
{
	char path[64 + IF_NAMESIZE];
	int rc;

	snprintf(path, sizeof(path), CONF "%s/%s", dev, what);
	rc = file_write_at(AT_FDCWD, path, value);
	return rc < 0 ? nserr_set(e, rc, "cannot write %s", path) : 0;
}

/* Sets a sysctl from the value `from` to the value `to`. Ignores a device that has another value,
 * or that does not exist any more. Returns 0, or a negative errno with e set. */
static int change(const char *dev, const char *what, int64_t from, const char *to, struct nserr *e)
{
	int64_t now;
	int rc = get(dev, what, &now, e);

	return rc == 0 && now == from ? set(dev, what, to, e) : rc;
}

/* ---- the permission */

/* Records in s the sysctls that must be changed. Returns 0, or a negative errno with e set. */
static int plan_state(const struct net *n, struct state *s, struct nserr *e)
{
	int64_t single, now;
	int rc = get("lo", FORCE, &single, e);

	for (size_t i = 0; rc == 0 && i < n->n_bridges; i++) {
		const char *br = n->bridges[i].name;

		rc = add_name(&s->users, br, e);
		if (rc == 0)
			rc = get(br, FORCE, &now, e);
		/* With --explain, the bridge may not exist yet. In this case, `now` is ABSENT. */
		if (rc == 0 && single != ABSENT && now != 1)
			rc = add_name(&s->force, br, e);
	}
	for (size_t i = 0; rc == 0 && i < n->uplinks6.n; i++) {
		const char *up = n->uplinks6.v[i];

		/* A router ignores router advertisements, from which the device may have its
		 * default route, unless accept_ra is 2. */
		rc = get(up, single == ABSENT ? RA : FORCE, &now, e);
		if (rc == 0 && single != ABSENT && now == 0)
			rc = add_name(&s->force, up, e);
		else if (rc == 0 && single == ABSENT && now == 1)
			rc = add_name(&s->ra, up, e);
	}
	s->all |= single == ABSENT;
	return rc;
}

static int write_sysctls(const struct net *n, const struct state *s, struct nserr *e)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < s->ra.n; i++)
		rc = change(s->ra.v[i], RA, 1, "2", e);
	if (rc < 0 || s->all)
		return rc < 0 ? rc : change("all", "forwarding", 0, "1", e);
	for (size_t i = 0; rc == 0 && i < s->force.n; i++)
		rc = change(s->force.v[i], FORCE, 0, "1", e);
	/* The kernel removes a pair together with the namespace, so the sysctl of the pair need not
	 * be reset. */
	for (size_t i = 0; rc == 0 && i < n->n_wires; i++) {
		char name[IF_NAMESIZE];

		if (n->wires[i].kind == WIRE_HOST &&
		    if_indextoname((unsigned)n->wires[i].outer, name))
			rc = change(name, FORCE, 0, "1", e);
	}
	return rc;
}

static int allow(struct net *n, struct nserr *e)
{
	cleanup_buf struct buf now = BUF_INIT, then = BUF_INIT;
	cleanup_fd int locked = lock(e);
	struct state s;
	int64_t router;
	bool exists;
	int rc;

	if (locked < 0)
		return locked;
	rc = get("all", "forwarding", &router, e);
	if (rc < 0)
		return rc;
	exists = nft_list(n->nft, "list table inet " TABLE, &now, NULL) == 0 && now.s;
	/* The administrator has made the host a router already, so there is nothing to change. */
	if (!exists && router != 0)
		return 0;
	parse_state(exists ? now.s : "", &s);
	rc = plan_state(n, &s, e);
	if (rc < 0)
		return rc;
	/* The table is added before the first sysctl is changed, so that `gc` can reset the sysctls
	 * after nsnet is killed. */
	print_state(&s, &then);
	rc = then.err ? nserr_set(e, then.err, "cannot build the firewall rules")
		      : nft_apply(n->nft, then.s, false, e);
	return rc < 0 ? rc : write_sysctls(n, &s, e);
}

int nat_v6_allow(struct net *n, struct nserr *e)
{
	int rc = sys_setns(n->own_ns, CLONE_NEWNET), back;

	if (rc < 0)
		return net_denied(nserr_set(e, rc, "cannot enter the network namespace"), e);
	rc = allow(n, e);
	back = n->ns < 0 ? 0 : sys_setns(n->ns, CLONE_NEWNET);
	return back < 0 ? nserr_set(e, back, "cannot enter the network namespace") : rc;
}

void nat_v6_show(const struct net *n, struct buf *out)
{
	cleanup_buf struct buf b = BUF_INIT;
	struct state s = { .all = false };
	int64_t router;

	if (get("all", "forwarding", &router, NULL) < 0 || router != 0 ||
	    plan_state(n, &s, NULL) < 0)
		return;
	print_state(&s, &b);
	buf_printf(out, "nft -f - <<'EOF'\n%sEOF\n", b.s);
	for (size_t i = 0; i < s.ra.n; i++)
		buf_printf(out, "sysctl -qw net/ipv6/conf/%s/" RA "=2\n", s.ra.v[i]);
	if (s.all) {
		buf_adds(out, "sysctl -qw net/ipv6/conf/all/forwarding=1\n");
		return;
	}
	for (size_t i = 0; i < s.force.n; i++)
		buf_printf(out, "sysctl -qw net/ipv6/conf/%s/" FORCE "=1\n", s.force.v[i]);
	for (size_t i = 0; i < n->n_wires; i++)
		if (n->wires[i].kind == WIRE_HOST)
			buf_printf(out, "sysctl -qw net/ipv6/conf/%s/" FORCE "=1\n",
				   n->wires[i].outer_name);
}

/* ---- the end of the permission */

/* Returns true if a table of nsnet other than `except` has rules for IPv6. */
static bool is_needed(const char *ruleset, const char *except)
{
	bool ours = false;

	for (const char *line = ruleset; line && *line;
	     line += strcspn(line, "\n"), line += *line == '\n') {
		const char *table = str_after(line, "table inet nsnet_");

		if (str_after(line, "table ")) {
			char name[NAT_TABLE_SIZE];

			table = table ? table - strlen("nsnet_") : "";
			snprintf(name, sizeof(name), "%.*s", (int)strcspn(table, " \n"), table);
			ours = strchr(name, '/') && !(except && streq(name, except));
		} else if (ours && str_after(line, "\t\tip6 ")) {
			return true;
		}
	}
	return false;
}

static int reset(const struct state *s, struct nserr *e)
{
	int rc = 0;

	if (s->all)
		rc = change("all", "forwarding", 1, "0", e);
	for (size_t i = 0; rc == 0 && i < s->force.n; i++)
		rc = change(s->force.v[i], FORCE, 1, "0", e);
	for (size_t i = 0; rc == 0 && i < s->ra.n; i++)
		rc = change(s->ra.v[i], RA, 2, "1", e);
	return rc;
}

int nat_v6_release(struct nft_ctx *nft, const char *except, bool dry, struct buf *out,
		   struct nserr *e)
{
	cleanup_buf struct buf now = BUF_INIT, others = BUF_INIT;
	cleanup_fd int locked = -1;
	struct state s;
	int rc;

	if (nft_list(nft, "list table inet " TABLE, &now, NULL) < 0 || !now.s)
		return 0;
	locked = lock(e);
	if (locked < 0)
		return locked;
	rc = nft_list(nft, "list ruleset inet", &others, e);
	if (rc < 0 || is_needed(others.s, except))
		return rc;
	if (out)
		buf_adds(out, "table inet " TABLE "\n");
	if (dry)
		return 0;
	/* The sysctls are reset before their record, the table, is removed. */
	parse_state(now.s, &s);
	rc = reset(&s, e);
	return rc < 0 ? rc : nft_apply(nft, "delete table inet " TABLE "\n", false, e);
}
