// SPDX-License-Identifier: GPL-2.0-or-later
/* The verbs del and gc, in a new network namespace and without libnftables. */
#include <linux/rtnetlink.h>

#include "kernel/sys_cap.h"
#include "nsnet.h"

static struct netlink host = NETLINK_INIT;

static void begin(void)
{
	struct nserr e = NSERR_INIT;

	nft_begin();
	cli_message[0] = '\0';
	sandbox_tmpfs("/run");
	sandbox_tmpfs("/etc");
	CHECK_INT(netlink_open(&host, &e), 0);
}

/* Runs a verb. Returns its exit status, or -1 if the tool has ended itself. Closes the descriptors
 * that the tool leaves to the end of the process, because one of them holds a lock. */
static int run_verb(int (*verb)(int argc, char **argv), int argc, char **argv)
{
	static bool before[256];
	static int status;

	for (int fd = 0; fd < 256; fd++)
		before[fd] = fcntl(fd, F_GETFD) >= 0;
	cli_message[0] = '\0';
	status = -1;
	if (setjmp(cli_ended) == 0)
		status = verb(argc, argv);
	for (int fd = 0; fd < 256; fd++)
		if (!before[fd])
			close(fd);
	return status;
}

static int del(const char *a, const char *b)
{
	char *argv[] = { (char *)"nsnet del", (char *)a, (char *)b, NULL };

	return run_verb(verb_del, b ? 3 : 2, argv);
}

static int gc(void)
{
	char *argv[] = { (char *)"nsnet gc", NULL };

	return run_verb(verb_gc, 1, argv);
}

/* Sends the messages in b and asserts that the kernel executes them. */
static void send_batch(struct netlink_batch *b)
{
	struct nserr e = NSERR_INIT;

	CHECK_INT(netlink_send(&host, b, NULL, &e), 0);
}

static int index_of(const char *name)
{
	struct nserr e = NSERR_INIT;
	struct net_link l = { .index = 0 };

	return net_link_find(&host, name, &l, &e) == 0 ? l.index : 0;
}

static void put_bridge(const char *name, const char *alias)
{
	static const uint8_t mac[NET_MAC_SIZE] = { 2, 0, 0, 0, 0, 1 };
	struct netlink_batch b;

	netlink_batch_init(&b);
	net_link_put_bridge(&b, name, mac);
	send_batch(&b);
	netlink_batch_init(&b);
	net_link_put_alias(&b, index_of(name), alias);
	send_batch(&b);
}

/* Creates a pair whose end `name` has the alias, and whose other end is in the namespace ns. */
static void put_pair(const char *name, int ns, int master, const char *alias)
{
	const struct net_link_end outer = { .name = name, .ns = -1, .master = master };
	const struct net_link_end peer = { .name = name, .ns = ns };
	struct netlink_batch b;

	netlink_batch_init(&b);
	net_link_put_veth(&b, &outer, &peer, 0);
	send_batch(&b);
	netlink_batch_init(&b);
	net_link_put_alias(&b, index_of(name), alias);
	send_batch(&b);
}

static int open_ns(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	return fd;
}

#define REMOVED(table) "add table inet " table "\ndelete table inet " table "\n"

static void inside_connections(const char *dir)
{
	pid_t child = sandbox_child(CLONE_NEWNET);
	char word[16];
	int ns;

	(void)dir;
	CHECK(child > 0);
	begin();
	ns = open_ns(child);
	snprintf(word, sizeof(word), "%d", (int)child);
	put_pair("p0", ns, 0, NET_ALIAS "web nat");
	put_pair("p1", ns, 0, NET_ALIAS "web addr=10.0.0.1/24 nat");
	put_pair("p2", ns, 0, NET_ALIAS "webb nat");
	put_pair("p3", ns, 0, NET_ALIAS "we nat");
	put_pair("p4", ns, 0, NET_ALIAS "none");
	put_pair("p5", ns, 0, NET_ALIAS "word nat after");
	put_pair("p6", ns, 0, "other nat");
	CHECK_INT(del(word, NULL), 0);
	CHECK_STR(cli_warned(), "");
	/* the rules of each owner are removed once */
	CHECK_STR(nft_took(),
		  REMOVED("nsnet_ns/web") REMOVED("nsnet_ns/webb") REMOVED("nsnet_ns/we"));
	CHECK_INT(index_of("p0"), 0);
	CHECK_INT(index_of("p4"), 0);
	CHECK_INT(index_of("p5"), 0);
	/* a pair that nsnet has not created stays */
	CHECK(index_of("p6"));
	/* rules that cannot be removed */
	put_pair("p0", ns, 0, NET_ALIAS "web nat");
	put_pair("p1", ns, 0, NET_ALIAS "webb nat");
	nft_apply_rc = -EINVAL;
	CHECK_INT(del(word, NULL), 1);
	CHECK_STR(cli_warned(), "refused");
	CHECK_STR(nft_took(), "");
	nft_apply_rc = 0;
	/* this namespace has no connection of nsnet */
	CHECK_INT(del("self", NULL), 0);
	CHECK_STR(cli_warned(), "");
	sandbox_end_child(child);
	close(ns);
	netlink_close(&host);
}

static void connections_are_removed_with_the_rules_of_each_owner(void)
{
	sandbox(CLONE_NEWNET, inside_connections);
}

static void inside_bridges(const char *dir)
{
	pid_t child = sandbox_child(CLONE_NEWNET);
	struct sys_caps caps;
	int ns;

	(void)dir;
	CHECK(child > 0);
	begin();
	ns = open_ns(child);
	put_bridge("br0", NET_ALIAS "bridge nat");
	CHECK_INT(del("br0", NULL), 0);
	CHECK_STR(nft_took(), REMOVED("nsnet_br/br0"));
	CHECK_INT(index_of("br0"), 0);
	/* the table that guards loopback addresses */
	put_bridge("br0", NET_ALIAS "bridge");
	unit_put(AT_FDCWD, "/proc/sys/net/ipv4/conf/br0/route_localnet", "1");
	CHECK_INT(del("br0", NULL), 0);
	CHECK_STR(nft_took(), REMOVED("nsnet_lo/br0"));
	put_bridge("br0", NET_ALIAS "bridge nat after");
	CHECK_INT(del("br0", NULL), 0);
	CHECK_STR(nft_took(), "");
	/* ports keep a bridge */
	put_bridge("br0", NET_ALIAS "bridge");
	put_pair("p0", ns, index_of("br0"), NET_ALIAS "web");
	CHECK_INT(del("br0", NULL), 1);
	CHECK(str_after(cli_warned(), "the bridge 'br0' has 1 port; use --force"));
	put_pair("p1", ns, index_of("br0"), NET_ALIAS "web");
	CHECK_INT(del("br0", NULL), 1);
	CHECK(str_after(cli_warned(), "the bridge 'br0' has 2 ports; use --force"));
	CHECK(index_of("br0"));
	put_bridge("br1", "other");
	CHECK_INT(del("br1", NULL), 1);
	CHECK(str_after(cli_warned(), "the bridge 'br1' was not created by nsnet; remove the"));
	CHECK_INT(del("p0", NULL), 1);
	CHECK_STR(cli_warned(), "the device 'p0' is not a bridge");
	CHECK_INT(del("gone", NULL), 1);
	CHECK_STR(cli_warned(), "'gone' is neither a named namespace nor a bridge");
	/* a number is a process */
	CHECK_INT(del("4194304", NULL), 1);
	CHECK(!strstr(cli_warned(), "neither"));
	/* the kernel refuses the removal: the rules stay */
	put_bridge("br2", NET_ALIAS "bridge nat");
	unit_put(AT_FDCWD, "/proc/sys/net/ipv4/conf/br2/route_localnet", "1");
	CHECK_INT(sys_cap_get(&caps), 0);
	caps.effective &= ~SYS_CAP_BIT(CAP_NET_ADMIN);
	CHECK_INT(sys_cap_set(&caps), 0);
	CHECK_INT(del("br2", NULL), 1);
	CHECK(str_after(cli_warned(), "cannot delete the device 'br2'"));
	CHECK_STR(nft_took(), "");
	sandbox_end_child(child);
	close(ns);
	netlink_close(&host);
}

static void bridge_in_use_or_of_others_is_not_removed(void)
{
	sandbox(CLONE_NEWNET, inside_bridges);
}

static void inside_names(const char *dir)
{
	(void)dir;
	begin();
	CHECK_INT(mkdir("/run/netns", 0755), 0);
	/* a name without a namespace, and the resolv.conf that nsnet wrote for it */
	unit_put(AT_FDCWD, "/run/netns/dead", "");
	CHECK_INT(mkdir("/etc/netns", 0755), 0);
	CHECK_INT(mkdir("/etc/netns/dead", 0755), 0);
	unit_put(AT_FDCWD, "/etc/netns/dead/resolv.conf",
		 "# made by nsnet\nnameserver 192.0.2.1\n");
	unit_put(AT_FDCWD, "/run/netns/other", "");
	CHECK_INT(mkdir("/etc/netns/other", 0755), 0);
	unit_put(AT_FDCWD, "/etc/netns/other/resolv.conf", "nameserver 192.0.2.1\n");
	CHECK_INT(del("dead", "netns:other"), 0);
	CHECK_STR(cli_warned(), "");
	CHECK_INT(access("/run/netns/dead", F_OK), -1);
	CHECK_INT(access("/run/netns/other", F_OK), -1);
	CHECK_INT(access("/etc/netns/dead", F_OK), -1);
	CHECK_INT(access("/etc/netns/other/resolv.conf", F_OK), 0);
	/* a namespace that is still in use: that of this process */
	unit_put(AT_FDCWD, "/run/netns/own", "");
	CHECK_INT(mount("/proc/self/ns/net", "/run/netns/own", NULL, MS_BIND, NULL), 0);
	CHECK_INT(del("own", NULL), 1);
	CHECK(str_after(cli_warned(),
			"the name 'own' is removed, but the network namespace is still in use"));
	CHECK_INT(access("/run/netns/own", F_OK), -1);
	/* a file that is not a namespace */
	CHECK_INT(mkdir("/run/netns/dir", 0755), 0);
	CHECK_INT(del("dir", NULL), 1);
	CHECK_STR(cli_warned(), "'/run/netns/dir' is not a network namespace");
	/* gc removes only empty files */
	unit_put(AT_FDCWD, "/run/netns/dead", "");
	unit_put(AT_FDCWD, "/run/netns/full", "x");
	unit_put(AT_FDCWD, "/run/netns/-x", "");
	CHECK_INT(gc(), 0);
	CHECK_INT(access("/run/netns/dead", F_OK), -1);
	CHECK_INT(access("/run/netns/full", F_OK), 0);
	CHECK_INT(access("/run/netns/dir", F_OK), 0);
	CHECK_INT(access("/run/netns/-x", F_OK), 0);
	/* the directory is a file */
	CHECK_INT(umount2("/run", MNT_DETACH), 0);
	sandbox_tmpfs("/run");
	unit_put(AT_FDCWD, "/run/netns", "");
	CHECK_INT(gc(), -1);
	CHECK_STR(cli_warned(), "cannot open '/run/netns'");
	CHECK_INT(del("dead", NULL), -1);
	CHECK_STR(cli_warned(), "cannot open '/run/netns'");
	netlink_close(&host);
}

static void only_empty_files_and_own_resolv_conf_are_removed(void)
{
	sandbox(CLONE_NEWNET, inside_names);
}

UNIT_MAIN(CASE(connections_are_removed_with_the_rules_of_each_owner),
	  CASE(bridge_in_use_or_of_others_is_not_removed),
	  CASE(only_empty_files_and_own_resolv_conf_are_removed))
