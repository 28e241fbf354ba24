// SPDX-License-Identifier: GPL-2.0-or-later
/* nat_left: removes the firewall rules of a namespace or a bridge, and the rules that remain after
 * nsnet was killed. */
#include <fcntl.h>
#include <linux/netlink.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/num.h"
#include "base/str.h"
#include "kernel/sys_ns.h"
#include "nat.h"
#include "rules.h"

/* Deletes the connection tracking entries of the published UDP ports in a removed table. `rules` is
 * the text of the table. */
static void forget_ports(const char *rules)
{
	struct netlink ct cleanup_netlink = NETLINK_INIT;
	struct netlink host cleanup_netlink = NETLINK_INIT;
	struct rules_dnat d;

	while (rules_next_dnat(&rules, &d)) {
		if (!d.udp)
			continue;
		if (ct.fd < 0 && (netlink_open_family(&ct, NETLINK_NETFILTER, NULL) < 0 ||
				  netlink_open(&host, NULL) < 0))
			return;
		nat_forget_udp(&ct, &host, d.outer, NULL);
	}
}

int nat_remove(const char *kind, const char *name, struct nserr *e)
{
	char table[NAT_TABLE_SIZE], text[NAT_TABLE_SIZE + 32];
	cleanup_buf struct buf rules = BUF_INIT, commands = BUF_INIT;
	struct nft_ctx *nft = NULL;
	int rc = nat_table(kind, name, table, e);

	if (rc == 0)
		rc = nft_open(&nft, e);
	if (rc < 0)
		return rc;
	snprintf(text, sizeof(text), "list table inet %s\n", table);
	(void)!nft_list(nft, text, &rules, NULL);
	/* the command `add` prevents an error if the table does not exist */
	buf_printf(&commands, "add table inet %s\ndelete table inet %s\n", table, table);
	into_chain_forget(nft, table, &commands);
	rc = commands.err ? nserr_set(e, commands.err, "cannot remove the firewall rules")
			  : nft_apply(nft, commands.s, false, e);
	if (rc == 0)
		rc = nat_v6_release(nft, NULL, false, NULL, e);
	nft_close(nft);
	if (rc == 0)
		forget_ports(rules.s);
	return rc;
}

/* ---- the remains of killed runs */

/* Returns true if the alias of a device of the host begins with `name`, the name or inode of a
 * namespace. The file in /run/netns does not show whether a named namespace exists, because the
 * namespace may be mounted on it in another mount namespace. */
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

/* Returns false if the process has ended. Only the initial pid namespace contains all processes; in
 * any other namespace, kill(2) cannot determine this. */
static bool has_process(const char *text)
{
	const ino_t initial = SYS_NS_INO_PID;
	struct stat st;
	pid_t pid;

	return num_pid(text, &pid) < 0 || stat("/proc/self/ns/pid", &st) < 0 ||
	       st.st_ino != initial || kill(pid, 0) == 0 || errno != ESRCH;
}

/* Returns true if the namespace, bridge or process of the table "nsnet_KIND/NAME" does not exist
 * any more. */
static bool is_orphan(const struct net_links *links, const char *table)
{
	const char *of = str_after(table, "nsnet_");
	char name[NAT_TABLE_SIZE], owner[NAT_TABLE_SIZE + 4];
	int fd, is;

	if (!of || !strchr(of, '/'))
		return false;
	snprintf(name, sizeof(name), "%s", strchr(of, '/') + 1);
	for (char *c = name; *c; c++)
		if (*c == '/')
			*c = '-';
	if (str_after(of, "run/") || str_after(of, "probe/"))
		return !has_process(name);
	if (str_after(of, "br/") || str_after(of, "lo/"))
		return !net_links_by_name(links, name);
	if (str_after(of, "id/")) {
		snprintf(owner, sizeof(owner), "net:%s", name);
		return !has_device(links, owner);
	}
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

	/* If libnftables is missing, nsnet cannot have created a table. */
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
	if (rc == 0)
		rc = into_chain_collect(nft, dry, out, e);
	if (rc == 0)
		rc = nat_v6_release(nft, NULL, dry, out, e);
	nft_close(nft);
	return rc;
}
