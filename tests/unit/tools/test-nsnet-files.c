// SPDX-License-Identifier: GPL-2.0-or-later
/* The names in /run/netns, the files in /etc, the wiring of devices, and lent devices. */
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include "../fault.h"
#include "kernel/sys_cap.h"
#include "kernel/sys_ns.h"
#include "nsnet.h"
#include "nsnet/nic.h"
#include "nsnet/show.h"

#define NAME64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* 32-bit architectures have fstatat64(2) */
#ifndef SYS_newfstatat
#define SYS_newfstatat (-1)
#endif

static void begin(void)
{
	begin_net();
	net.name = "web";
}

/* ---- names */

static void inside_lock(const char *dir)
{
	struct nserr e = NSERR_INIT;
	int fd;

	(void)dir;
	sandbox_tmpfs("/run");
	fd = names_lock(true, &e);
	CHECK(fd >= 0);
	close(fd);
	CHECK_INT(rmdir("/run/netns"), 0);
	CHECK_INT(names_lock(false, &e), -ENOENT);
	unit_put(AT_FDCWD, "/run/netns", "");
	CHECK_INT(names_lock(true, &e), -ENOTDIR);
	CHECK_STR(e.what, "cannot open '/run/netns'");
	CHECK_INT(names_open("web", &fd, &e), -ENOTDIR);
	CHECK_STR(e.what, "cannot open '/run/netns/web'");
}

static void inside_names(const char *dir)
{
	struct nserr e = NSERR_INIT;
	int fd;

	(void)dir;
	sandbox_tmpfs("/run");
	CHECK_INT(mkdir("/run/netns", 0755), 0);
	CHECK_INT(names_open("web", &fd, &e), NAME_NONE);
	unit_put(AT_FDCWD, "/run/netns/web", "");
	CHECK_INT(names_open("web", &fd, &e), NAME_DEAD);
	CHECK_INT(fd, -1);
	CHECK_INT(mount("/proc/self/ns/uts", "/run/netns/web", NULL, MS_BIND, NULL), 0);
	CHECK_INT(names_open("web", &fd, &e), -EINVAL);
	CHECK_STR(e.what, "'/run/netns/web' is not a network namespace");
	CHECK_INT(mount("/proc/self/ns/net", "/run/netns/web", NULL, MS_BIND, NULL), 0);
	CHECK(names_has("web"));
	CHECK(!names_has(".."));
	CHECK_INT(names_remove("web", &e), 0);
	CHECK_INT(access("/run/netns/web", F_OK), -1);
	/* only empty files belong to ip-netns(8) */
	CHECK_INT(mkdir("/run/netns/dir", 0755), 0);
	CHECK_INT(names_open("dir", &fd, &e), -EINVAL);
	CHECK_STR(e.what, "'/run/netns/dir' is not a network namespace");
	CHECK_INT(names_remove("dir", &e), -EEXIST);
	CHECK_STR(e.what, "cannot remove '/run/netns/dir', because it is not an empty file");
	unit_put(AT_FDCWD, "/run/netns/full", "x");
	CHECK_INT(names_remove("full", &e), -EEXIST);
	CHECK_INT(access("/run/netns/full", F_OK), 0);
	CHECK_INT(names_remove("gone", &e), -ENOENT);
	CHECK_STR(e.what, "cannot remove '/run/netns/gone'");
}

static void directory_of_the_names_must_be_a_directory(void)
{
	sandbox(0, inside_lock);
}

static void only_empty_files_and_network_namespaces_are_names(void)
{
	sandbox(CLONE_NEWNET, inside_names);
}

static int try_lock(void)
{
	struct nserr e = NSERR_INIT;
	int fd;

	fault_begin();
	fd = names_lock(true, &e);
	fault_end();
	if (fd >= 0)
		close(fd);
	return fault_result(MIN(fd, 0), &e, true);
}

static int try_open(void)
{
	struct nserr e = NSERR_INIT;
	int fd, rc;

	fault_begin();
	rc = names_open("web", &fd, &e);
	fault_end();
	util_close(&fd);
	return fault_result(MIN(rc, 0), &e, rc == NAME_ALIVE);
}

static int try_files(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = run_files(&net, NULL, &e);
	fault_end();
	return fault_result(rc, &e, streq(got("/etc/hosts"), "127.0.0.1 web"));
}

static int try_resolv(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = run_resolv(&net, NULL, &e);
	fault_end();
	return fault_result(rc, &e, streq(got("/etc/resolv.conf"), "nameserver 192.0.2.1"));
}

static int try_etc(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	unlink("/etc/netns/web/resolv.conf");
	fault_begin();
	rc = run_etc(&net, NULL, &e);
	fault_end();
	return fault_result(rc, &e,
			    streq(got("/etc/netns/web/resolv.conf"), "nameserver 192.0.2.1"));
}

/* A file or directory that does not exist is not an error. */
static bool is_gone(const char *why, const struct fault_run *f)
{
	return why && f->error == ENOENT &&
	       (f->number == SYS_open || f->number == SYS_openat || f->number == SYS_newfstatat ||
		f->number == SYS_fstat || f->number == SYS_getdents64);
}

static void inside_faults(const char *dir)
{
	(void)dir;
	begin();
	sandbox_tmpfs("/run");
	sandbox_tmpfs("/etc");
	CHECK_INT(mkdir("/run/netns", 0755), 0);
	unit_put(AT_FDCWD, "/run/netns/web", "");
	CHECK_INT(mount("/proc/self/ns/net", "/run/netns/web", NULL, MS_BIND, NULL), 0);
	CHECK_INT(mkdir("/etc/netns", 0755), 0);
	CHECK_INT(mkdir("/etc/netns/web", 0755), 0);
	unit_put(AT_FDCWD, "/etc/netns/web/hosts", "127.0.0.1 web\n");
	unit_put(AT_FDCWD, "/etc/hosts", "127.0.0.1 host\n");
	unit_put(AT_FDCWD, "/etc/resolv.conf", "nameserver 127.0.0.1\n");
	buf_adds(&net.resolv, "nameserver 192.0.2.1\n");
	fault_all("names_lock", try_lock, NULL);
	fault_all("names_open", try_open, is_gone);
	fault_all("run_files", try_files, is_gone);
	fault_all("run_resolv", try_resolv, NULL);
	/* kernels before 5.2 lack move_mount(2) */
	fault_denied[0] = SYS_open_tree;
	fault_all("run_files with mount(2)", try_files, is_gone);
	fault_all("run_resolv with mount(2)", try_resolv, NULL);
	fault_denied[0] = 0;
	fault_all("run_etc", try_etc, NULL);
	buf_free(&net.resolv);
}

static void failed_calls_of_the_files_are_reported(void)
{
	if (fault_require())
		sandbox(CLONE_NEWNET, inside_faults);
}

static void label_is_a_name_or_path_for_ip(void)
{
	static const struct {
		const char *ref, *label;
	} all[] = {
		{ "netns:web", "web" },
		{ "123", "/proc/123/ns/net" },
		{ "123:4567", "/proc/123/ns/net" },
		{ "tid:124", "/proc/124/ns/net" },
		{ "self", "/proc/$$/ns/net" },
		{ "/run/x", "/run/x" },
		{ "net:4026531840", "net:4026531840" },
		{ "name:web", "name:web" },
		{ "netns:" NAME64, "netns:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
		{ "/" NAME64, "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
	};
	char label[64];

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		net_label(all[i].ref, label);
		CHECK_STR(label, all[i].label);
	}
}

/* The hint names the capabilities, if the caller lacks one or is in a user namespace. */
static void check_denied(int cap, int rc, bool hints)
{
	struct nserr e = NSERR_INIT;
	struct sys_caps caps;
	pid_t pid = unit_fork();

	if (pid == 0) {
		CHECK_INT(sys_cap_get(&caps), 0);
		if (cap >= 0) {
			caps.effective &= ~SYS_CAP_BIT(cap);
			CHECK_INT(sys_cap_set(&caps), 0);
		}
		CHECK_INT(net_denied(rc, &e), rc);
		CHECK_INT(e.hint[0] != '\0', hints);
		unit_end_child();
	}
	CHECK_INT(unit_wait(pid), 0);
}

static void hint_names_missing_capabilities(void)
{
	bool lacks = sys_ns_in_userns() > 0 || !sys_cap_has(CAP_NET_ADMIN) ||
		     !sys_cap_has(CAP_SYS_ADMIN);

	check_denied(-1, -EPERM, lacks);
	check_denied(-1, -EBUSY, false);
	check_denied(CAP_NET_ADMIN, -EPERM, true);
	check_denied(CAP_SYS_ADMIN, -EPERM, true);
	check_denied(CAP_NET_ADMIN, -EBUSY, false);
}

/* ---- files */

/* Writes both files that can name the servers of the host, and calls dns_read(). NULL means that
 * there is no file. Returns what dns_read() returns. */
static int read_dns(const char *resolv, const char *resolved, struct nserr *e)
{
	unlink("/etc/resolv.conf");
	unlink("/run/systemd/resolve/resolv.conf");
	if (resolv)
		unit_put(AT_FDCWD, "/etc/resolv.conf", resolv);
	if (resolved)
		unit_put(AT_FDCWD, "/run/systemd/resolve/resolv.conf", resolved);
	*e = NSERR_INIT;
	buf_free(&net.resolv);
	net.dns = DNS_HOST;
	return dns_read(&net, e);
}

#define MADE "# made by nsnet\n"

static void inside_dns(const char *dir)
{
	struct nserr e;

	(void)dir;
	begin();
	sandbox_tmpfs("/run");
	sandbox_tmpfs("/etc");
	CHECK_INT(mkdir("/run/systemd", 0755), 0);
	CHECK_INT(mkdir("/run/systemd/resolve", 0755), 0);
	CHECK_INT(read_dns("search x\nnameserver\t192.0.2.1\nnameserver 127.0.0.1\nnameserver "
			   "::1\nnameserver ::1x\nnameservers\nnameserver",
			   NULL, &e),
		  0);
	CHECK_STR(net.resolv.s,
		  MADE "search x\nnameserver\t192.0.2.1\nnameserver ::1x\nnameservers\n"
		       "nameserver\n");
	/* a loopback address at the end of the file */
	CHECK_INT(read_dns("nameserver 192.0.2.1\nnameserver \t::1", NULL, &e), 0);
	CHECK_STR(net.resolv.s, MADE "nameserver 192.0.2.1\n");
	CHECK_INT(read_dns("nameserver 192.0.2.1\nnameserver ::1\tx", NULL, &e), 0);
	CHECK_STR(net.resolv.s, MADE "nameserver 192.0.2.1\n");
	/* the servers of systemd-resolved */
	CHECK_INT(read_dns("nameserver 127.0.0.53\nsearch y\n", "nameserver 192.0.2.2\n", &e), 0);
	CHECK_STR(net.resolv.s, MADE "nameserver 192.0.2.2\n");
	CHECK_INT(read_dns(NULL, "nameserver 192.0.2.2\n", &e), 0);
	/* no server */
	CHECK_INT(read_dns("nameserver 127.0.0.53\n", NULL, &e), -ENOENT);
	CHECK_STR(unit_message(&e),
		  "no name server of this host can be reached from another network namespace");
	CHECK_INT(read_dns("nameserver 127.0.0.53\n", "search y\n", &e), -ENOENT);
	CHECK_STR(unit_message(&e),
		  "no name server of this host can be reached from another network namespace");
	CHECK_INT(read_dns(NULL, NULL, &e), -ENOENT);
	CHECK_INT(mkdir("/run/systemd/resolve/resolv.conf", 0755), 0);
	CHECK_INT(read_dns(NULL, NULL, &e), -EISDIR);
	CHECK_STR(unit_message(&e),
		  "cannot read '/run/systemd/resolve/resolv.conf': Is a directory");
	buf_free(&net.resolv);
}

static void servers_of_the_host_are_copied_without_loopback_addresses(void)
{
	sandbox(0, inside_dns);
}

static void inside_etc(const char *dir)
{
	struct nserr e = NSERR_INIT;
	struct stat st;

	(void)dir;
	begin();
	buf_adds(&net.resolv, "nameserver 192.0.2.1\n");
	sandbox_tmpfs("/etc");
	CHECK_INT(run_etc(&net, NULL, &e), 0);
	CHECK_STR(got("/etc/netns/web/resolv.conf"), "nameserver 192.0.2.1");
	/* a longer text is replaced */
	unit_put(AT_FDCWD, "/etc/netns/web/resolv.conf",
		 "nameserver 192.0.2.1\nnameserver 192.0.2.2\n");
	CHECK_INT(run_etc(&net, NULL, &e), 0);
	CHECK_INT(stat("/etc/netns/web/resolv.conf", &st), 0);
	CHECK_INT(st.st_size, net.resolv.len);
	/* the files of an existing namespace stay */
	net.target = TARGET_EXISTING;
	undo_etc(&net, NULL);
	CHECK_INT(access("/etc/netns/web/resolv.conf", F_OK), 0);
	net.target = TARGET_NEW_NAME;
	undo_etc(&net, NULL);
	CHECK_INT(access("/etc/netns/web", F_OK), -1);
	/* a symbolic link is not followed */
	CHECK_INT(mkdir("/etc/netns/web", 0755), 0);
	CHECK_INT(symlink("/etc/target", "/etc/netns/web/resolv.conf"), 0);
	CHECK_INT(run_etc(&net, NULL, &e), -ELOOP);
	CHECK_STR(e.what, "cannot create '/etc/netns/web/resolv.conf'");
	CHECK_INT(access("/etc/target", F_OK), -1);
	CHECK_INT(unlink("/etc/netns/web/resolv.conf"), 0);
	CHECK_INT(rmdir("/etc/netns/web"), 0);
	CHECK_INT(rmdir("/etc/netns"), 0);
	unit_put(AT_FDCWD, "/etc/netns", "");
	CHECK_INT(run_etc(&net, NULL, &e), -ENOTDIR);
	CHECK_STR(e.what, "cannot create '/etc/netns/web/'");
	/* a namespace without a directory has no files */
	CHECK_INT(run_files(&net, NULL, &e), 0);
	CHECK_INT(unlink("/etc/netns"), 0);
	CHECK_INT(run_files(&net, NULL, &e), 0);
	/* there is no resolv.conf to mount on */
	CHECK_INT(run_resolv(&net, NULL, &e), -ENOENT);
	CHECK_STR(e.what, "cannot mount on '/etc/resolv.conf'");
	CHECK(strstr(e.hint, "create the file '/etc/resolv.conf' as the mount point"));
	buf_free(&net.resolv);
}

static void resolv_conf_is_written_only_below_etc_netns(void)
{
	sandbox(CLONE_NEWNET, inside_etc);
}

/* ---- wiring */

static struct net_link links[] = {
	{ .index = 1, .name = "lo", .flags = IFF_LOOPBACK, .peer_nsid = -1 },
	{ .index = 2, .name = "a0", .kind = "veth", .peer = 3, .peer_nsid = -1 },
	{ .index = 3, .name = "a1", .kind = "veth", .peer = 2, .peer_nsid = -1 },
	{ .index = 4, .name = "m0", .kind = "macvlan", .peer = 2, .peer_nsid = -1 },
	{ .index = 5, .name = "m1", .kind = "macvlan", .peer = 9, .peer_nsid = -1 },
	{ .index = 6, .name = "v0", .kind = "veth", .peer = 7, .peer_nsid = 3 },
	{ .index = 7, .name = "v1", .kind = "veth", .peer = 0, .peer_nsid = -1 },
	{ .index = 8, .name = "m2", .kind = "macvlan", .peer = 4, .peer_nsid = -2 },
	{ .index = 10, .name = "v2", .kind = "veth", .peer = 4, .peer_nsid = -1 },
};

/* Returns the text of view_peer_text() for the device with that name. */
static const char *peer_of(const struct view *v, const char *name)
{
	static char text[64];
	struct buf b = BUF_INIT;

	view_peer_text(v, v->ns, net_links_by_name(&v->ns->links, name), &b);
	snprintf(text, sizeof(text), "%s", b.s ? b.s : "");
	buf_free(&b);
	return text;
}

static void other_end_is_a_device_or_the_number_of_a_namespace(void)
{
	struct view_ns ns = { .ref = (char *)"self",
			      .fd = -1,
			      .nl = NETLINK_INIT,
			      .links = { .v = links, .n = ARRAY_SIZE(links) } };
	struct view v = { .ns = &ns, .n = 1, .complete = true };

	view_relate(&v, false);
	CHECK(v.complete);
	CHECK_STR(peer_of(&v, "lo"), "");
	CHECK_STR(peer_of(&v, "a0"), "self:a1");
	CHECK_STR(peer_of(&v, "a1"), "self:a0");
	CHECK_STR(peer_of(&v, "m0"), "self:a0");
	CHECK_STR(peer_of(&v, "m1"), "self:?");
	CHECK_STR(peer_of(&v, "v0"), "?nsid:3");
	CHECK_STR(peer_of(&v, "v1"), "");
	CHECK_STR(peer_of(&v, "m2"), "");
	CHECK_STR(peer_of(&v, "v2"), "self:m0");
	free(ns.peers);
	/* only a veth pair has an end that must be found */
	CHECK_INT(v.lost.n, 0);
	view_relate(&v, true);
	CHECK(!v.complete);
	CHECK_INT(v.lost.n, 2);
	CHECK(v.lost.ns == &ns);
	CHECK_STR(v.lost.link->name, "v0");
	CHECK_INT(v.lost.err, 0);
	free(ns.peers);
	v.complete = true;
	ns.links.n = 5;
	view_relate(&v, true);
	CHECK(v.complete);
	free(ns.peers);
}

/* Two devices that name each other's index may be in a third namespace. Only the kernel knows. */
static void unanswered_question_makes_the_listing_incomplete(void)
{
	struct net_link one[] = {
		{ .index = 2, .name = "a", .kind = "veth", .peer = 3, .peer_nsid = 0 }
	};
	struct net_link two[] = {
		{ .index = 3, .name = "b", .kind = "veth", .peer = 2, .peer_nsid = 0 }
	};
	struct view_ns ns[] = {
		{ .ref = (char *)"x", .fd = -1, .nl = NETLINK_INIT, .links = { .v = one, .n = 1 } },
		{ .ref = (char *)"y",
		  .fd = 1 << 20,
		  .nl = NETLINK_INIT,
		  .links = { .v = two, .n = 1 } },
	};
	struct view v = { .ns = ns, .n = 2, .complete = true };

	view_relate(&v, false);
	CHECK(!v.complete);
	CHECK(!ns[0].peers[0].link);
	CHECK_INT(v.lost.n, 1);
	CHECK(v.lost.ns == &ns[0]);
	CHECK_INT(v.lost.err, -EBADF);
	free(ns[0].peers);
	free(ns[1].peers);
	/* a namespace that could not be opened is not asked for */
	v.complete = true;
	ns[1].fd = -1;
	view_relate(&v, false);
	CHECK(v.complete);
	free(ns[0].peers);
	free(ns[1].peers);
	CHECK_INT(net_peer_is_in(&ns[0].nl, &links[1], 0), 0);
}

static struct view shown;

/* Returns the warning without its beginning, or the whole text if it begins differently. */
static const char *missed(void)
{
	const char *rest;

	cli_message[0] = '\0';
	view_report_missed(&shown);
	rest = str_after(cli_message, "incomplete output: ");
	return rest ? rest : cli_message;
}

static void warning_names_all_that_could_not_be_read(void)
{
	struct view_ns ns[] = { { .ref = (char *)"self" }, { .ref = (char *)"netns:web" } };

	shown = (struct view){ .ns = ns, .n = 2, .complete = true };
	CHECK_STR(missed(), "");
	shown.complete = false;
	ns[1].err = -EPERM;
	CHECK_STR(missed(), "network namespace 'netns:web' (Operation not permitted)");
	ns[0].err = -EACCES;
	CHECK_STR(missed(), "network namespace 'self' and 1 more (Permission denied)");
	shown.n = 0;
	shown.missed.n[NSMISSED_DENIED][NSMISSED_PROC] = 2;
	CHECK_STR(missed(), "2 processes (permission denied)");
	shown.lost.n = 3;
	shown.lost.ns = &ns[1];
	shown.lost.link = &links[1];
	CHECK_STR(missed(), "2 processes (permission denied); the other end of 'netns:web:a0' "
			    "and 2 more (namespace not found)");
	shown.missed = (struct nsmissed){ 0 };
	shown.lost.n = 1;
	shown.lost.err = -EBADF;
	nserr_set(&shown.rules_err, 0, "cannot load libnftables.so.1");
	CHECK_STR(missed(), "the other end of 'netns:web:a0' (Bad file descriptor); "
			    "firewall rules (cannot load libnftables.so.1)");
	shown.lost.n = 0;
	nserr_hint(&shown.rules_err, "libnftables reports: Error: no memory");
	CHECK_STR(missed(), "firewall rules (Error: no memory)");
}

static void gateways_are_those_of_the_default_routes(void)
{
	struct net_route routes[] = {
		{ .index = 9, .dst = { .family = AF_INET }, .via = addr("10.9.0.1") },
		{ .index = 2, .dst = { .family = AF_INET } },
		{ .index = 2, .dst = addr("10.7.0.0/16"), .via = addr("10.1.0.7") },
		{ .index = 2, .dst = { .family = AF_INET }, .via = addr("10.1.0.1") },
		{ .index = 2, .dst = { .family = AF_INET6 }, .via = addr("fd00::1") },
	};
	struct view_ns ns = { .routes = { .v = routes, .n = ARRAY_SIZE(routes) } };
	struct view v = { .ns = &ns, .n = 1 };
	struct buf b = BUF_INIT;

	view_gateways(&v, &ns, &links[1], &b);
	CHECK_STR(b.s, "10.1.0.1,fd00::1");
	buf_free(&b);
}

static void published_ports_of_a_device_are_listed_once(void)
{
	static char rules[] =
		"table inet t {\n\tchain pre {\n\t\ttype nat hook prerouting priority "
		"dstnat;\n\t\ttcp dport 8080 dnat ip to 10.1.0.2:80\n\t\ttcp dport "
		"8080 dnat ip6 to [fd00::2]:80\n\t\ttcp dport 8081 dnat ip to "
		"10.1.0.2:80\n\t\tudp dport 53 dnat ip to 10.1.0.2:53\n\t\ttcp dport 9 "
		"dnat ip to 10.1.0.3:9\n\t\ttcp dport 10 dnat ip to "
		"10.1.0.4:9\n\t}\n}\n";
	struct net_ifaddr addrs[] = { { .index = 2, .addr = addr("10.1.0.2/24") },
				      { .index = 2, .addr = addr("fd00::2/64") },
				      { .index = 3, .addr = addr("10.1.0.3/24") } };
	struct view_ns ns = { .addrs = { .v = addrs, .n = ARRAY_SIZE(addrs) } };
	struct view v = { .ns = &ns, .n = 1, .rules = { .s = rules } };
	struct buf b = BUF_INIT;

	view_ports(&v, &ns, &links[1], &b);
	CHECK_STR(b.s, "8080:80/tcp,8081:80/tcp,53:53/udp");
	buf_free(&b);
}

/* The alias of a bridge, or of the other end of a pair, ends with " nat" if there is a table. */
static void table_of_a_device_is_named_by_an_alias(void)
{
	static const struct {
		const char *name, *alias, *other, *table;
	} all[] = {
		{ "a0", "", NET_ALIAS "web addr=10.0.0.1/24 nat", "inet nsnet_ns/web" },
		{ "a0", "", NET_ALIAS "net:7 nat", "inet nsnet_id/7" },
		{ "a0", "", NET_ALIAS "web addr=10.0.0.1/24", "" },
		{ "a0", "", NET_ALIAS "nat", "" },
		{ "a0", "", "web nat", "" },
		{ "a0", "", NET_ALIAS "a;b nat", "" },
		{ "a0", NET_ALIAS "bridge nat", "", "inet nsnet_br/a0" },
		{ "a0", NET_ALIAS "bridge", "", "" },
	};
	struct net_link pair[2];
	struct view_ns ns = { .ref = (char *)"self", .links = { .v = pair, .n = 2 } };
	struct view v = { .ns = &ns, .n = 1 };

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct buf b = BUF_INIT;

		pair[0] = links[1];
		pair[1] = links[2];
		strcpy(pair[0].alias, all[i].alias);
		strcpy(pair[1].alias, all[i].other);
		view_relate(&v, false);
		view_nat_table(&v, &ns, &pair[0], &b);
		CHECK_STR(b.s ? b.s : "", all[i].table);
		free(ns.peers);
		buf_free(&b);
	}
}

/* ---- lent devices */

/* Sets the alias of lo, the device with the index 1. */
static void set_alias_of(struct netlink *nl, const char *alias)
{
	struct nserr e = NSERR_INIT;
	struct netlink_batch b;

	netlink_batch_init(&b);
	net_link_put_alias(&b, 1, alias);
	CHECK_INT(netlink_send(nl, &b, NULL, &e), 0);
}

static void set_alias(const char *alias)
{
	set_alias_of(&net.host, alias);
}

static const char *alias_of_lo(void)
{
	static struct net_link l;
	struct nserr e = NSERR_INIT;

	CHECK_INT(net_link_get(&net.host, 1, &l, &e), 0);
	return l.alias;
}

static void disable_lo(void)
{
	cleanup_fd int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = { .ifr_name = "lo" };

	CHECK_INT(ioctl(s, SIOCSIFFLAGS, &lo), 0);
}

static void inside_records(const char *dir)
{
	static const char *const wrong[] = {
		"nsnet-nic:lo",      "nsnet-nic:lo 1500",          "nsnet-nic:a/b 1500 up",
		"nsnet-nic:lo x up", "nsnet-nic:lo 4294967296 up", "nsnet-nic:"
	};
	struct net_ifaddrs addrs cleanup_net_ifaddrs = NET_IFADDRS_INIT;
	struct net_addr wanted = addr("192.0.2.9");
	struct nserr e = NSERR_INIT;
	struct buf out = BUF_INIT;
	char message[256];
	bool has = false;

	(void)dir;
	begin();
	CHECK_INT(netlink_open(&net.host, &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		set_alias(wrong[i]);
		e = NSERR_INIT;
		CHECK_INT(nic_collect(&net, false, &out, &e), -EBADMSG);
		snprintf(message, sizeof(message),
			 "cannot restore the device: invalid record '%s' in its alias", wrong[i]);
		CHECK_STR(e.what, message);
		CHECK_STR(alias_of_lo(), wrong[i]);
	}
	buf_reset(&out);
	/* words that are neither an address nor a route are ignored */
	set_alias("nsnet-nic:lo 65536 up netns=7 10.0.0.300 x=10.0.0.1 10.3.0.0/16=x 192.0.2.9/32");
	CHECK_INT(nic_collect(&net, true, &out, &e), 0);
	CHECK_STR(out.s, "device lo\n");
	CHECK(alias_of_lo()[0]);
	CHECK_INT(nic_collect(&net, false, &out, &e), 0);
	CHECK_STR(alias_of_lo(), "");
	CHECK_INT(net_ifaddrs_read(&net.host, &addrs, &e), 0);
	for (size_t i = 0; i < addrs.n; i++)
		has |= net_addr_same(&addrs.v[i].addr, &wanted, 32);
	CHECK(has);
	/* The record stays if a part cannot be restored: 10.9.0.1 is not reachable. The device is
	 * disabled, like each device that a namespace gives back, because Linux before 6.2 renames
	 * no other device. */
	disable_lo();
	set_alias("nsnet-nic:lo 65536 up 10.3.0.0/16=10.9.0.1 192.0.2.10/32");
	CHECK_INT(nic_collect(&net, false, &out, &e), -ENETUNREACH);
	CHECK_STR(e.what, "cannot restore the device 'lo'");
	CHECK(strstr(alias_of_lo(), "nsnet-nic:lo"));
	buf_free(&out);
	netlink_close(&net.host);
	unit_check_failed(nic_collect(&net, false, &out, &e), &e);
}

static void record_of_a_lent_device_must_be_complete(void)
{
	sandbox(CLONE_NEWNET, inside_records);
}

static void inside_lending(const char *dir)
{
	struct net_link lent = { .index = 9999, .name = "in0" };
	struct net_links there = { .v = &lent, .n = 1 };
	struct nserr e = NSERR_INIT;
	char path[64];
	pid_t child;

	(void)dir;
	begin();
	net.own_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	child = sandbox_child(CLONE_NEWNET);
	CHECK(child > 0);
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)child);
	net.ns = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(net.ns >= 0);
	CHECK_INT(netlink_open(&net.host, &e), 0);
	CHECK_INT(net_open_in(net.own_ns, net.ns, &net.inner, &e), 0);
	strcpy(net.nic.name, "nic0");
	strcpy(net.nic.inside, "in0");
	strcpy(net.nic.record, "nsnet-nic:nic0 1500 up");
	/* nothing was lent */
	CHECK_INT(nic_return(&net, &e), 0);
	net.nic.index = 9999;
	CHECK_INT(run_move(&net, NULL, &e), -ENODEV);
	CHECK_STR(e.what, "cannot store the settings of the device 'nic0'");
	CHECK(!net.nic.lent);
	/* lo cannot leave its namespace; its record is removed again */
	net.nic.index = 1;
	unit_check_failed(run_move(&net, NULL, &e), &e);
	CHECK_STR(e.what, "cannot move the device 'nic0'");
	CHECK_STR(alias_of_lo(), "");
	CHECK(!net.nic.lent);
	net.nic.lent = true;
	CHECK_INT(nic_return(&net, &e), -ENODEV);
	CHECK_STR(e.what, "cannot find the device 'in0', which the program renamed or moved");
	CHECK(!net.nic.lent);
	/* other devices of the namespace were not lent */
	CHECK_INT(nic_return_all(&net, &net.inner, &there, &e), 0);
	/* a record without a namespace can be used in any namespace */
	strcpy(lent.alias, "nsnet-nic:nic0 1500 up 10.0.0.1/24");
	CHECK_INT(nic_return_all(&net, &net.inner, &there, &e), -ENODEV);
	CHECK_STR(e.what, "cannot move the device 'nic0' back");
	strcpy(lent.alias, "nsnet-nic:nic0 1500 up netns=x");
	CHECK_INT(nic_return_all(&net, &net.inner, &there, &e), -ENODEV);
	strcpy(lent.alias, "nsnet-nic:nic0 1500 up netns=7");
	CHECK_INT(nic_return_all(&net, &net.inner, &there, &e), -EXDEV);
	CHECK_STR(e.what, "the device 'in0' was not lent from the caller's network namespace");
	/* another device has taken the name */
	strcpy(lent.alias, "nsnet-nic:lo 1500 up");
	CHECK_INT(nic_return_all(&net, &net.inner, &there, &e), -EEXIST);
	CHECK_STR(e.what, "cannot move the device 'lo' back");
	CHECK(strstr(e.hint, "repeat the command"));
	net.argv = (char *[]){ (char *)"true", NULL };
	CHECK_INT(nic_return_all(&net, &net.inner, &there, &e), -EEXIST);
	CHECK(strstr(e.hint, "run 'nsnet gc' after all processes have left the namespace"));
	/* the device exists already in the namespace */
	net.target = TARGET_EXISTING;
	strcpy(net.nic.inside, "lo");
	CHECK_INT(nic_resolve(&net, &e), -EEXIST);
	CHECK_STR(e.what, "another device 'lo' exists in the namespace");
	set_alias_of(&net.inner, "nsnet-nic:nic00 1500 up");
	CHECK_INT(nic_resolve(&net, &e), -EEXIST);
	set_alias_of(&net.inner, "nsnet-nic:nic0");
	CHECK_INT(nic_resolve(&net, &e), -EEXIST);
	set_alias_of(&net.inner, "nsnet-nic:nic0 1500 up");
	CHECK_INT(nic_resolve(&net, &e), 0);
	CHECK(net.nic.moved);
	CHECK_INT(net.nic.wire.index, 1);
	/* the kernel cannot be asked */
	netlink_close(&net.host);
	netlink_close(&net.inner);
	unit_check_failed(nic_resolve(&net, &e), &e);
	net.nic.lent = true;
	unit_check_failed(nic_return(&net, &e), &e);
	unit_check_failed(nic_return_all(&net, &net.inner, &there, &e), &e);
	CHECK_INT(close(net.ns), 0);
	CHECK_INT(close(net.own_ns), 0);
	net.own_ns = -1;
	CHECK_INT(nic_return_all(&net, &net.inner, &there, &e), -EBADF);
	CHECK_STR(e.what, "cannot examine the network namespace");
	sandbox_end_child(child);
}

static void lent_device_returns_only_to_its_namespace_and_name(void)
{
	sandbox(CLONE_NEWNET, inside_lending);
}

/* An alias has at most 255 bytes. */
static void inside_long_record(const char *dir)
{
	static const uint8_t mac[NET_MAC_SIZE] = { 2, 0, 0, 0, 0, 1 };
	struct nserr e = NSERR_INIT;
	struct netlink_batch b;
	struct net_link l;
	char text[32];

	(void)dir;
	begin();
	net.own_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	CHECK_INT(netlink_open(&net.host, &e), 0);
	netlink_batch_init(&b);
	net_link_put_bridge(&b, "nic0", mac);
	CHECK_INT(netlink_send(&net.host, &b, NULL, &e), 0);
	CHECK_INT(net_link_find(&net.host, "nic0", &l, &e), 0);
	strcpy(net.nic.name, "nic0");
	CHECK_INT(nic_resolve(&net, &e), 0);
	CHECK(str_after(net.nic.record, "nsnet-nic:nic0 1500 down netns="));
	for (int i = 10; i < 40; i++) {
		struct net_addr a;

		snprintf(text, sizeof(text), "192.168.100.%d/24", i);
		a = addr(text);
		netlink_batch_init(&b);
		net_addr_put(&b, l.index, &a);
		CHECK_INT(netlink_send(&net.host, &b, NULL, &e), 0);
	}
	CHECK_INT(nic_resolve(&net, &e), -E2BIG);
	CHECK_STR(e.what, "cannot record the addresses and routes of 'nic0'");
	strcpy(net.nic.name, "lo");
	CHECK_INT(nic_resolve(&net, &e), -EINVAL);
	CHECK_STR(e.what, "the device 'lo' cannot be lent");
	CHECK_STR(e.hint, "");
	set_alias("x");
	CHECK_INT(nic_resolve(&net, &e), -EINVAL);
	CHECK_STR(e.what, "the device 'lo' has an alias");
	strcpy(net.nic.name, "gone");
	CHECK_INT(nic_resolve(&net, &e), -ENODEV);
	CHECK_STR(e.what, "cannot find the device 'gone'");
	CHECK_INT(close(net.own_ns), 0);
	net.own_ns = -1;
	strcpy(net.nic.name, "nic0");
	CHECK_INT(nic_resolve(&net, &e), -EBADF);
	netlink_close(&net.host);
}

static void record_of_a_lent_device_must_fit_in_an_alias(void)
{
	sandbox(CLONE_NEWNET, inside_long_record);
}

static void commands_that_return_a_device_restore_its_settings(void)
{
	struct buf out = BUF_INIT;

	begin();
	strcpy(net.label, "web");
	strcpy(net.nic.name, "nic0");
	strcpy(net.nic.inside, "in0");
	strcpy(net.nic.record, "nsnet-nic:nic0 1400 up netns=7 192.0.2.1/24 fd00::1/64 "
			       "10.3.0.0/16=192.0.2.7");
	nic_show_return(&net, &out);
	CHECK_STR(out.s, "ip -n web link set dev in0 netns $$ name nic0\n"
			 "ip link set dev nic0 mtu 1400 up alias ''\n"
			 "ip addr replace 192.0.2.1/24 dev nic0\n"
			 "ip addr replace fd00::1/64 dev nic0 nodad\n"
			 "ip route replace 10.3.0.0/16 via 192.0.2.7 dev nic0 proto static\n");
	buf_free(&out);
}

UNIT_MAIN(CASE(directory_of_the_names_must_be_a_directory),
	  CASE(only_empty_files_and_network_namespaces_are_names),
	  CASE(failed_calls_of_the_files_are_reported), CASE(label_is_a_name_or_path_for_ip),
	  CASE(hint_names_missing_capabilities),
	  CASE(servers_of_the_host_are_copied_without_loopback_addresses),
	  CASE(resolv_conf_is_written_only_below_etc_netns),
	  CASE(other_end_is_a_device_or_the_number_of_a_namespace),
	  CASE(unanswered_question_makes_the_listing_incomplete),
	  CASE(warning_names_all_that_could_not_be_read),
	  CASE(gateways_are_those_of_the_default_routes),
	  CASE(published_ports_of_a_device_are_listed_once),
	  CASE(table_of_a_device_is_named_by_an_alias),
	  CASE(record_of_a_lent_device_must_be_complete),
	  CASE(lent_device_returns_only_to_its_namespace_and_name),
	  CASE(record_of_a_lent_device_must_fit_in_an_alias),
	  CASE(commands_that_return_a_device_restore_its_settings))
