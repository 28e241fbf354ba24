// SPDX-License-Identifier: GPL-2.0-or-later
/* Address translation, forwarding of IPv6 packets, and the rules that killed runs leave. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "../fault.h"
#include "nsnet.h"
#include "nsnet/rules.h"

#define CONF     "/proc/sys/net/ipv6/conf/"
#define V6_TABLE "list table inet nsnet_ipv6"

/* The request: the bridge br0 with IPv6, the pair eth0, and the uplink up0. */
static void begin(void)
{
	begin_net();
	cli_message[0] = '\0';
	strcpy(net.table, "nsnet_ns/web");
	strcpy(net.bridges[0].name, "br0");
	net.n_bridges = 1;
	net.wires[0] = (struct wire){ .kind = WIRE_HOST, .outer_name = "vethns0", .outer = 1 };
	net.n_wires = 1;
	strcpy(net.uplinks6.v[0], "up0");
	net.uplinks6.n = 1;
	net.subnets.v[0] = addr("fd00:1::/64");
	net.subnets.n = 1;
}

/* Replaces the sysctls of IPv6 by files: those of `all`, lo, br0 and up0. force and ra are the
 * values of force_forwarding and accept_ra; NULL means that there is no such sysctl. */
static void put_sysctls(const char *forwarding, const char *force, const char *ra)
{
	static const char *const devices[] = { "all", "lo", "br0", "up0" };
	char path[128];

	(void)umount2("/proc/sys/net/ipv6/conf", MNT_DETACH);
	sandbox_tmpfs("/proc/sys/net/ipv6/conf");
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		snprintf(path, sizeof(path), CONF "%s", devices[i]);
		CHECK_INT(mkdir(path, 0755), 0);
		snprintf(path, sizeof(path), CONF "%s/force_forwarding", devices[i]);
		if (force)
			unit_put(AT_FDCWD, path, force);
		snprintf(path, sizeof(path), CONF "%s/accept_ra", devices[i]);
		if (ra)
			unit_put(AT_FDCWD, path, ra);
	}
	unit_put(AT_FDCWD, CONF "all/forwarding", forwarding);
}

static int own_ns(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	return fd;
}

/* ---- forwarding of IPv6 packets */

/* Since Linux 6.17, force_forwarding allows forwarding for one device. */
static void inside_force(const char *dir)
{
	struct nserr e = NSERR_INIT;
	struct buf out = BUF_INIT;

	(void)dir;
	begin();
	net.own_ns = own_ns();
	put_sysctls("0", "0", "1");
	nat_v6_show(&net, &out);
	CHECK(strstr(out.s, "\t\tiifname \"br0\" accept\n\t\toifname \"br0\" accept\n"));
	CHECK(strstr(out.s, "\t\tiifname \"up0\" drop comment \"force_forwarding\"\n"));
	CHECK(!strstr(out.s, "comment \"all\""));
	CHECK(strstr(out.s, "EOF\nsysctl -qw net/ipv6/conf/br0/force_forwarding=1\nsysctl -qw "
			    "net/ipv6/conf/up0/force_forwarding=1\nsysctl -qw "
			    "net/ipv6/conf/vethns0/force_forwarding=1\n"));
	buf_reset(&out);
	CHECK_INT(nat_v6_allow(&net, &e), 0);
	CHECK(strstr(nft_took(), "\t\tiifname \"br0\" drop comment \"force_forwarding\"\n"));
	CHECK_STR(got(CONF "br0/force_forwarding"), "1");
	CHECK_STR(got(CONF "up0/force_forwarding"), "1");
	/* the pair has the index of lo */
	CHECK_STR(got(CONF "lo/force_forwarding"), "1");
	CHECK_STR(got(CONF "up0/accept_ra"), "1");
	CHECK_STR(got(CONF "all/forwarding"), "0");
	/* devices that forward packets already are not changed and not recorded */
	net.wires[0].kind = WIRE_BRIDGE;
	nat_v6_show(&net, &out);
	CHECK(!strstr(out.s, "sysctl"));
	CHECK(!strstr(out.s, "comment \"force_forwarding\""));
	buf_reset(&out);
	/* a pair that does not exist any more */
	net.wires[0] = (struct wire){ .kind = WIRE_HOST, .outer = 9999 };
	unit_put(AT_FDCWD, CONF "lo/force_forwarding", "0");
	CHECK_INT(nat_v6_allow(&net, &e), 0);
	CHECK_STR(got(CONF "lo/force_forwarding"), "0");
	/* the administrator has made the host a router */
	(void)nft_took();
	put_sysctls("1", "0", "1");
	CHECK_INT(nat_v6_allow(&net, &e), 0);
	CHECK_STR(nft_took(), "");
	CHECK_STR(got(CONF "br0/force_forwarding"), "0");
	nat_v6_show(&net, &out);
	CHECK_INT(out.len, 0);
	buf_free(&out);
	CHECK_INT(close(net.own_ns), 0);
}

/* Older kernels have only the sysctl of all devices. A router ignores router advertisements unless
 * accept_ra is 2. */
static void inside_all(const char *dir)
{
	struct nserr e = NSERR_INIT;
	struct buf out = BUF_INIT;

	(void)dir;
	begin();
	net.own_ns = own_ns();
	put_sysctls("0", NULL, "1");
	strcpy(net.uplinks6.v[1], "br0");
	unit_put(AT_FDCWD, CONF "br0/accept_ra", "0");
	strcpy(net.uplinks6.v[2], "gone");
	net.uplinks6.n = 3;
	nat_v6_show(&net, &out);
	CHECK(strstr(out.s, "\t\tiifname \"up0\" continue comment \"accept_ra\"\n"));
	CHECK(strstr(out.s, "\t\tdrop comment \"all\"\n"));
	CHECK(!strstr(out.s, "iifname \"br0\" continue"));
	CHECK(strstr(out.s, "EOF\nsysctl -qw net/ipv6/conf/up0/accept_ra=2\nsysctl -qw "
			    "net/ipv6/conf/all/forwarding=1\n"));
	CHECK(!strstr(out.s, "force_forwarding"));
	buf_free(&out);
	CHECK_INT(nat_v6_allow(&net, &e), 0);
	CHECK_STR(got(CONF "up0/accept_ra"), "2");
	CHECK_STR(got(CONF "br0/accept_ra"), "0");
	CHECK_STR(got(CONF "all/forwarding"), "1");
	/* a second bridge is added to the table, which exists */
	strcpy(net.bridges[1].name, "br1");
	net.n_bridges = 2;
	nft_answer(0, V6_TABLE, nft_took());
	CHECK_INT(nat_v6_allow(&net, &e), 0);
	CHECK(strstr(nft_applied.s, "\t\tiifname \"br1\" accept\n"));
	CHECK(strstr(nft_applied.s, "\t\tiifname \"up0\" continue comment \"accept_ra\"\n"));
	CHECK(strstr(nft_applied.s, "\t\tdrop comment \"all\"\n"));
	/* each name is recorded once */
	CHECK(!strstr(strstr(nft_applied.s, "iifname \"br0\"") + 1, "iifname \"br0\""));
	CHECK_INT(close(net.own_ns), 0);
}

static void inside_v6_failures(const char *dir)
{
	struct nserr e = NSERR_INIT;
	struct buf out = BUF_INIT;

	(void)dir;
	begin();
	CHECK_INT(nat_v6_allow(&net, &e), -EBADF);
	CHECK_STR(e.what, "cannot enter the network namespace");
	net.own_ns = own_ns();
	put_sysctls("0", "0", "1");
	/* the target namespace cannot be entered again */
	net.ns = 1 << 20;
	CHECK_INT(nat_v6_allow(&net, &e), -EBADF);
	CHECK_STR(e.what, "cannot enter the network namespace");
	net.ns = -1;
	/* nft(8) would parse the name as syntax */
	strcpy(net.bridges[0].name, "br;0");
	CHECK_INT(nat_v6_allow(&net, &e), -EINVAL);
	CHECK_STR(e.what, "cannot forward the IPv6 packets of 'br;0'");
	nat_v6_show(&net, &out);
	CHECK_INT(out.len, 0);
	strcpy(net.bridges[0].name, "br0");
	(void)nft_took();
	nft_apply_rc = -EINVAL;
	put_sysctls("0", "0", "1");
	CHECK_INT(nat_v6_allow(&net, &e), -EINVAL);
	CHECK_STR(e.what, "refused");
	CHECK_STR(got(CONF "br0/force_forwarding"), "0");
	/* sysctls that cannot be read */
	CHECK_INT(unlink(CONF "all/forwarding"), 0);
	CHECK_INT(mkdir(CONF "all/forwarding", 0755), 0);
	CHECK_INT(nat_v6_allow(&net, &e), -EISDIR);
	CHECK_STR(e.what, "cannot read " CONF "all/forwarding");
	nat_v6_show(&net, &out);
	CHECK_INT(out.len, 0);
	CHECK_STR(nft_took(), "");
	CHECK_INT(close(net.own_ns), 0);
}

/* The table can hold the names of 64 devices. */
static void inside_many_names(const char *dir)
{
	struct nserr e = NSERR_INIT;
	struct buf table = BUF_INIT;

	(void)dir;
	begin();
	net.own_ns = own_ns();
	put_sysctls("0", "1", "1");
	buf_adds(&table, "table inet nsnet_ipv6 {\n");
	for (int i = 0; i < 63; i++)
		buf_printf(&table, "\t\tiifname \"b%d\" accept\n", i);
	nft_answer(0, V6_TABLE, table.s);
	CHECK_INT(nat_v6_allow(&net, &e), 0);
	buf_adds(&table, "\t\tiifname \"b63\" accept\n");
	nft_answer(0, V6_TABLE, table.s);
	CHECK_INT(nat_v6_allow(&net, &e), -EINVAL);
	CHECK_STR(e.what, "cannot forward the IPv6 packets of 'br0'");
	buf_free(&table);
	CHECK_INT(close(net.own_ns), 0);
}

static void ipv6_is_forwarded_for_single_devices(void)
{
	sandbox(CLONE_NEWNET, inside_force);
}

static void ipv6_is_forwarded_for_all_devices_on_older_kernels(void)
{
	sandbox(CLONE_NEWNET, inside_all);
}

static void sysctls_stay_if_ipv6_cannot_be_forwarded(void)
{
	sandbox(CLONE_NEWNET, inside_v6_failures);
}

static void table_holds_the_names_of_64_devices(void)
{
	sandbox(CLONE_NEWNET, inside_many_names);
}

static const char recorded[] =
	"table inet nsnet_ipv6 {\n\tchain forw {\n\t\ttype filter hook forward priority filter; "
	"policy accept;\n\t\tmeta nfproto ipv4 accept\n\t\tiifname \"up0\" continue comment "
	"\"accept_ra\"\n\t\tiifname \"vethns*\" accept\n\t\tiifname \"a name that is too long\" "
	"drop comment \"force_forwarding\"\n\t\tiifname \"open\n\t\tiifname \"br0\" counter\n"
	"\t\tiifname \"br0\" drop comment \"force_forwarding\"\n\t\tdrop comment \"all\"\n\t}\n}\n";

/* Calls nat_v6_release(), and checks its result and whether it removed the table. */
static void check_release(const char *except, bool dry, int rc, bool removes)
{
	struct nserr e = NSERR_INIT;
	struct buf out = BUF_INIT;

	CHECK_INT(nat_v6_release(NULL, except, dry, &out, &e), rc);
	CHECK_INT(rc < 0, e.what[0] != '\0');
	CHECK_STR(nft_took(), removes ? "delete table inet nsnet_ipv6\n" : "");
	CHECK_STR(out.s ? out.s : "", removes || dry ? "table inet nsnet_ipv6\n" : "");
	buf_free(&out);
}

static void inside_release(const char *dir)
{
	(void)dir;
	begin();
	put_sysctls("1", "1", "2");
	/* there is nothing to release */
	check_release(NULL, false, 0, false);
	nft_answers[0] = (struct nft_answer){ .command = V6_TABLE, .rc = -EINVAL };
	check_release(NULL, false, 0, false);
	nft_answer(0, V6_TABLE, recorded);
	CHECK_STR(got(CONF "all/forwarding"), "1");
	check_release(NULL, true, 0, false);
	CHECK_STR(got(CONF "all/forwarding"), "1");
	check_release(NULL, false, 0, true);
	CHECK_STR(got(CONF "all/forwarding"), "0");
	CHECK_STR(got(CONF "br0/force_forwarding"), "0");
	CHECK_STR(got(CONF "up0/force_forwarding"), "1");
	CHECK_STR(got(CONF "up0/accept_ra"), "1");
	CHECK_STR(got(CONF "br0/accept_ra"), "2");
	/* values that somebody else has changed stay */
	put_sysctls("2", "7", "0");
	check_release(NULL, false, 0, true);
	CHECK_STR(got(CONF "all/forwarding"), "2");
	CHECK_STR(got(CONF "br0/force_forwarding"), "7");
	CHECK_STR(got(CONF "up0/accept_ra"), "0");
	/* without "all", the sysctl of all devices stays */
	put_sysctls("1", "1", "2");
	nft_answer(0, V6_TABLE, "table inet nsnet_ipv6 {\n\t\tiifname \"br0\" accept\n}\n");
	check_release(NULL, false, 0, true);
	CHECK_STR(got(CONF "all/forwarding"), "1");
	nft_answer(0, V6_TABLE, recorded);
	nft_apply_rc = -EINVAL;
	{
		struct nserr e = NSERR_INIT;

		CHECK_INT(nat_v6_release(NULL, NULL, false, NULL, &e), -EINVAL);
		CHECK_STR(e.what, "refused");
	}
}

static void inside_release_failures(const char *dir)
{
	static const char *const broken[] = { CONF "all/forwarding", CONF "br0/force_forwarding",
					      CONF "up0/accept_ra" };

	(void)dir;
	begin();
	nft_answer(0, V6_TABLE, recorded);
	for (size_t i = 0; i < ARRAY_SIZE(broken); i++) {
		struct nserr e = NSERR_INIT;

		put_sysctls("1", "1", "2");
		CHECK_INT(unlink(broken[i]), 0);
		CHECK_INT(mkdir(broken[i], 0755), 0);
		/* the table stays, so that a later run can reset the sysctls */
		CHECK_INT(nat_v6_release(NULL, NULL, false, NULL, &e), -EISDIR);
		CHECK(strstr(e.what, broken[i]));
		CHECK_STR(nft_took(), "");
	}
}

static void sysctls_are_reset_after_the_last_use(void)
{
	sandbox(CLONE_NEWNET, inside_release);
}

static void record_of_the_sysctls_stays_if_they_cannot_be_reset(void)
{
	sandbox(CLONE_NEWNET, inside_release_failures);
}

static void inside_needed(const char *dir)
{
	static const struct {
		const char *tables, *except;
		bool needed;
	} all[] = {
		{ "table inet nsnet_ns/web {\n\tchain post {\n\t\tip6 saddr fd00::/64 masquerade\n",
		  NULL, true },
		{ "table inet nsnet_ns/web {\n\tchain post {\n\t\tip6 saddr fd00::/64 masquerade\n",
		  "nsnet_ns/other", true },
		{ "table inet nsnet_ns/web {\n\tchain post {\n\t\tip6 saddr fd00::/64 masquerade\n",
		  "nsnet_ns/web", false },
		{ "table inet nsnet_ns/web {\n\tchain post {\n\t\tip saddr 10.0.0.0/8 masquerade\n",
		  NULL, false },
		{ "table inet nsnet_own {\n\tchain post {\n\t\tip6 saddr fd00::/64 masquerade\n",
		  NULL, false },
		{ "table inet other/x {\n\tchain post {\n\t\tip6 saddr fd00::/64 masquerade\n",
		  NULL, false },
		{ "table inet nsnet_ns/web {\n}\ntable ip t {\n\t\tip6 saddr fd00::/64 drop\n",
		  NULL, false },
		{ "\t\tip6 saddr fd00::/64 drop", NULL, false },
		{ NULL, NULL, false },
	};

	(void)dir;
	begin();
	nft_answer(0, V6_TABLE, recorded);
	put_sysctls("1", "1", "2");
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		nft_answer(1, "list ruleset inet", all[i].tables);
		check_release(all[i].except, false, 0, !all[i].needed);
	}
	nft_answers[1].rc = -EINVAL;
	check_release(NULL, false, -EINVAL, false);
}

static void forwarding_stays_while_another_table_has_ipv6_rules(void)
{
	sandbox(CLONE_NEWNET, inside_needed);
}

/* ---- a failed system call leaves the record of the sysctls, or reports the failure */

static int try_allow(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	put_sysctls("0", NULL, "1");
	(void)nft_took();
	fault_begin();
	rc = nat_v6_allow(&net, &e);
	fault_end();
	return fault_result(rc, &e,
			    streq(got(CONF "all/forwarding"), "1") && strstr(nft_took(), "all"));
}

static int try_allow_single(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	put_sysctls("0", "0", "1");
	(void)nft_took();
	fault_begin();
	rc = nat_v6_allow(&net, &e);
	fault_end();
	return fault_result(rc, &e, strstr(nft_took(), "force_forwarding") != NULL);
}

static int try_release(void)
{
	struct nserr e = NSERR_INIT;
	int rc;

	put_sysctls("1", "1", "2");
	(void)nft_took();
	fault_begin();
	rc = nat_v6_release(NULL, NULL, false, NULL, &e);
	fault_end();
	return fault_result(rc, &e, strstr(nft_took(), "delete table") != NULL);
}

/* A sysctl that does not exist is not an error, because the device may have been removed. */
static bool is_missing(const char *why, const struct fault_run *f)
{
	return f->error == ENOENT && (f->number == SYS_openat || f->number == SYS_read) && why;
}

static void inside_faults(const char *dir)
{
	(void)dir;
	begin();
	net.own_ns = own_ns();
	net.ns = own_ns();
	fault_all("nat_v6_allow", try_allow, is_missing);
	fault_all("nat_v6_allow with force_forwarding", try_allow_single, is_missing);
	nft_answer(0, V6_TABLE, recorded);
	fault_all("nat_v6_release", try_release, is_missing);
	CHECK_INT(close(net.ns), 0);
	CHECK_INT(close(net.own_ns), 0);
}

static void failed_calls_of_the_ipv6_sysctls_are_reported(void)
{
	if (fault_require())
		sandbox(CLONE_NEWNET, inside_faults);
}

/* ---- rules in chains of other programs */

#define OWNER200 \
	"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567" \
	"8901234567890123456789012345678901234567890123456789012345678901234567890123456789012345" \
	"67890123456789012345678"

/* A ruleset with handles. Only the rules with the handles 4, 5 and 12 belong to nsnet. */
static const char handles[] =
	"table ip filter { # handle 1\n"
	"\tchain FORWARD { # handle 2\n"
	"\t\tip saddr 10.1.0.0/24 accept comment \"other/web\" # handle 3\n"
	"\t\tip saddr 10.1.0.0/24 accept comment \"nsnet_ns/web\" # handle 4\n"
	"\t\tip daddr 10.1.0.0/24 accept comment \"nsnet_ns/dead\" # handle 5\n"
	"\t\tip daddr 10.1.0.0/24 accept comment \"nsnet_ns/dead\"\n"
	"\tip daddr 10.1.0.0/24 accept comment \"nsnet_ns/dead\" # handle 6\n"
	"\t\tip daddr 10.1.0.0/24 accept comment \"nsnet_dead\" # handle 7\n"
	"\t\tip daddr 10.1.0.0/24 accept comment \"nsnet_ns/" OWNER200 "\" # handle 8\n"
	"\t\tip daddr 10.1.0.0/24 accept comment \"nsnet_ns/dead # handle 9\n"
	"\t\tip daddr 10.1.0.0/24 accept comment \"nsnet_ns/dead\" # handle 0\n"
	"\t}\n}\n"
	"table inet plain\n\tchain c\n"
	"\t\taccept comment \"nsnet_br/br9\" # handle 12\n"
	"table inet nsnet_ns/web { # handle 20\n}\n";

static void rules_of_missing_tables_are_removed_from_other_chains(void)
{
	struct nserr e = NSERR_INIT;
	struct buf out = BUF_INIT;

	begin();
	nft_answer(0, "-a list ruleset", handles);
	CHECK_INT(into_chain_collect(NULL, true, &out, &e), 0);
	CHECK_STR(out.s, "rule ip filter FORWARD handle 5\nrule inet plain c handle 12\n");
	CHECK_STR(nft_took(), "");
	buf_reset(&out);
	CHECK_INT(into_chain_collect(NULL, false, &out, &e), 0);
	CHECK_STR(nft_took(), "delete rule ip filter FORWARD handle 5\n"
			      "delete rule inet plain c handle 12\n");
	/* with --dry-run, a table that would be removed counts as removed */
	buf_reset(&out);
	buf_adds(&out, "table inet nsnet_ns/web\n");
	CHECK_INT(into_chain_collect(NULL, true, &out, &e), 0);
	CHECK(strstr(out.s, "rule ip filter FORWARD handle 4\n"));
	buf_reset(&out);
	buf_adds(&out, "table inet nsnet_ns/webb\n");
	CHECK_INT(into_chain_collect(NULL, true, &out, &e), 0);
	CHECK(!strstr(out.s, "handle 4\n"));
	/* nothing to remove */
	nft_answer(0, "-a list ruleset", "table ip filter { # handle 1\n}");
	buf_reset(&out);
	CHECK_INT(into_chain_collect(NULL, false, &out, &e), 0);
	CHECK_INT(out.len, 0);
	nft_answers[0].text = NULL;
	CHECK_INT(into_chain_collect(NULL, false, &out, &e), 0);
	nft_answers[0].rc = -EINVAL;
	CHECK_INT(into_chain_collect(NULL, false, &out, &e), -EINVAL);
	CHECK_STR(e.what, "cannot list");
	buf_free(&out);
}

static void rules_of_one_table_are_forgotten(void)
{
	struct buf b = BUF_INIT;

	begin();
	nft_answer(0, "-a list ruleset", handles);
	into_chain_forget(NULL, "nsnet_ns/web", &b);
	CHECK_STR(b.s, "delete rule ip filter FORWARD handle 4\n");
	buf_free(&b);
	nft_answers[0].rc = -EINVAL;
	into_chain_forget(NULL, "nsnet_ns/web", &b);
	CHECK_INT(b.len, 0);
}

#define INTO_WRONG(text) "--into-chain: invalid '" text "', expected [ip|ip6|inet ]<table>/<chain>"

static void chain_of_another_program_has_a_family_table_and_name(void)
{
	static const struct {
		const char *text, *family, *table, *chain;
	} all[] = {
		{ "filter/FORWARD", "ip", "filter", "FORWARD" },
		{ "ip6 filter/FORWARD", "ip6", "filter", "FORWARD" },
		{ "inet _x.y-1/c", "inet", "_x.y-1", "c" },
		{ "ip/c", "ip", "ip", "c" },
	};
	static const char name64[] =
		"--into-chain: invalid "
		"'t/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', expected "
		"[ip|ip6|inet ]<table>/<chain>";

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		begin();
		spec_into_chain(&net, all[i].text);
		CHECK_STR(net.into.family, all[i].family);
		CHECK_STR(net.into.table, all[i].table);
		CHECK_STR(net.into.chain, all[i].chain);
	}
	CHECK_DIES(spec_into_chain(&net, "filter"), INTO_WRONG("filter"));
	CHECK_DIES(spec_into_chain(&net, "/c"), INTO_WRONG("/c"));
	CHECK_DIES(spec_into_chain(&net, "t/"), INTO_WRONG("t/"));
	CHECK_DIES(spec_into_chain(&net, "1t/c"), INTO_WRONG("1t/c"));
	CHECK_DIES(spec_into_chain(&net, "t;/c"), INTO_WRONG("t;/c"));
	CHECK_DIES(spec_into_chain(&net, "t/c x"), INTO_WRONG("t/c x"));
	CHECK_DIES(spec_into_chain(&net,
				   "t/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
				   "aaa"),
		   name64);
	spec_into_chain(&net, "t/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	CHECK_INT(strlen(net.into.chain), 63);
}

/* ---- the rules that killed runs leave */

static void inside_collect(const char *dir)
{
	static const struct {
		const char *table;
		bool orphan;
	} all[] = {
		{ "nsnet_br/gone", true },       { "nsnet_br/lo", false },
		{ "nsnet_lo/gone", true },       { "nsnet_lo/lo", false },
		{ "nsnet_id/4026531999", true }, { "nsnet_id/4026531840", false },
		{ "nsnet_id/402653184", true },  { "nsnet_ns/gone", true },
		{ "nsnet_ns/alive", false },     { "nsnet_ns/dead", false },
		{ "nsnet_run/x", false },        { "nsnet_run/0", false },
		{ "nsnet_xx/gone", false },      { "nsnet_ipv6", false },
		{ "other/gone", false },         { "nsnet_br/" OWNER200, false },
	};
	struct netlink_batch b;
	struct nserr e = NSERR_INIT;
	struct buf out = BUF_INIT;
	char list[512], command[256];

	(void)dir;
	begin();
	sandbox_tmpfs("/run");
	CHECK_INT(mkdir("/run/netns", 0755), 0);
	unit_put(AT_FDCWD, "/run/netns/dead", "");
	unit_put(AT_FDCWD, "/run/netns/alive", "");
	CHECK_INT(mount("/proc/self/ns/net", "/run/netns/alive", NULL, MS_BIND, NULL), 0);
	CHECK_INT(netlink_open(&net.host, &e), 0);
	netlink_batch_init(&b);
	net_link_put_alias(&b, 1, NET_ALIAS "net:4026531840 addr=10.0.0.1/24");
	CHECK_INT(netlink_send(&net.host, &b, NULL, &e), 0);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		snprintf(list, sizeof(list), "table ip filter\ntable inet %s%s", all[i].table,
			 i % 2 ? "\n" : "");
		snprintf(command, sizeof(command), "delete table inet %s\n", all[i].table);
		nft_answer(0, "list tables inet", list);
		buf_reset(&out);
		CHECK_INT(nat_collect(&net, false, &out, &e), 0);
		if (out.len && !all[i].orphan)
			printf("# removed: %s", out.s);
		CHECK_STR(nft_took(), all[i].orphan ? command : "");
	}
	/* the alias of a device is a name only up to a space */
	netlink_batch_init(&b);
	net_link_put_alias(&b, 1, NET_ALIAS "gone");
	CHECK_INT(netlink_send(&net.host, &b, NULL, &e), 0);
	nft_answer(0, "list tables inet", "table inet nsnet_ns/gone\ntable inet nsnet_ns/gon\n");
	CHECK_INT(nat_collect(&net, false, &out, &e), 0);
	CHECK_STR(nft_took(), "delete table inet nsnet_ns/gon\n");
	/* with --dry-run, nothing is removed */
	buf_reset(&out);
	CHECK_INT(nat_collect(&net, true, &out, &e), 0);
	CHECK_STR(out.s, "table inet nsnet_ns/gon\n");
	CHECK_STR(nft_took(), "");
	/* failures */
	nft_apply_rc = -EINVAL;
	CHECK_INT(nat_collect(&net, false, &out, &e), -EINVAL);
	CHECK_STR(e.what, "refused");
	nft_answers[0].rc = -EIO;
	CHECK_INT(nat_collect(&net, false, &out, &e), -EIO);
	CHECK_STR(e.what, "cannot list");
	nft_answers[0].rc = 0;
	netlink_close(&net.host);
	unit_check_failed(nat_collect(&net, false, &out, &e), &e);
	/* without libnftables, nsnet has created no table */
	nft_open_rc = -ENOENT;
	CHECK_INT(nat_collect(&net, false, &out, &e), 0);
	buf_free(&out);
}

/* In a pid namespace that is not the initial one, kill(2) cannot find all processes. Pid 999999
 * does not exist. */
static void inside_pid_namespace(const char *dir)
{
	struct nserr e = NSERR_INIT;
	struct buf out = BUF_INIT;

	begin();
	CHECK_INT(netlink_open(&net.host, &e), 0);
	nft_answer(0, "list tables inet",
		   "table inet nsnet_run/999999\ntable inet nsnet_probe/1\n");
	CHECK_INT(nat_collect(&net, true, &out, &e), 0);
	CHECK_INT(out.len, 0);
	/* without /proc, the pid namespace is unknown */
	CHECK_INT(chroot(dir), 0);
	CHECK_INT(nat_collect(&net, true, &out, &e), 0);
	CHECK_INT(out.len, 0);
	netlink_close(&net.host);
}

static void only_tables_without_a_namespace_or_bridge_are_removed(void)
{
	sandbox(CLONE_NEWNET, inside_collect);
}

static void tables_of_processes_stay_in_a_pid_namespace(void)
{
	sandbox(CLONE_NEWNET | CLONE_NEWPID, inside_pid_namespace);
}

/* Only a machine whose test runs in the initial pid namespace can find dead processes. */
static void inside_initial_pid_namespace(const char *dir)
{
	struct nserr e = NSERR_INIT;
	struct buf out = BUF_INIT;
	char tables[128];

	(void)dir;
	begin();
	CHECK_INT(netlink_open(&net.host, &e), 0);
	snprintf(
		tables, sizeof(tables),
		"table inet nsnet_run/4194303\ntable inet nsnet_run/%d\ntable inet nsnet_probe/1\n",
		(int)getpid());
	nft_answer(0, "list tables inet", tables);
	CHECK_INT(nat_collect(&net, true, &out, &e), 0);
	CHECK_STR(out.s, "table inet nsnet_run/4194303\n");
	buf_free(&out);
	netlink_close(&net.host);
}

static void tables_of_ended_processes_are_removed_in_the_initial_pid_namespace(void)
{
	char target[64];
	ssize_t n = readlink("/proc/self/ns/pid", target, sizeof(target) - 1);

	target[n < 0 ? 0 : n] = '\0';
	if (!streq(target, "pid:[4026531836]") || kill(4194303, 0) == 0) {
		unit_skip("needs the initial pid namespace");
		return;
	}
	sandbox(CLONE_NEWNET, inside_initial_pid_namespace);
}

static void inside_remove(const char *dir)
{
	struct nserr e = NSERR_INIT;

	(void)dir;
	begin();
	put_sysctls("1", "1", "2");
	nft_answer(0, "list table inet nsnet_ns/web\n",
		   "table inet nsnet_ns/web {\n\tchain pre {\n\t\ttcp dport 80 dnat ip to "
		   "10.1.0.2:80\n\t\tudp dport 53 dnat ip to 10.1.0.2:53\n");
	CHECK_INT(nat_remove("ns", "web", &e), 0);
	CHECK_STR(nft_took(), "add table inet nsnet_ns/web\ndelete table inet nsnet_ns/web\n");
	nft_answer(1, "-a list ruleset", handles);
	CHECK_INT(nat_remove("ns", "web", &e), 0);
	CHECK_STR(nft_took(), "add table inet nsnet_ns/web\ndelete table inet nsnet_ns/web\ndelete "
			      "rule ip filter FORWARD handle 4\n");
	CHECK_INT(nat_remove("ns", "net:7", &e), 0);
	CHECK_STR(nft_took(), "add table inet nsnet_id/7\ndelete table inet nsnet_id/7\n");
	CHECK_INT(nat_remove("ns", "a;b", &e), -EINVAL);
	CHECK_STR(e.what, "'a;b' cannot be used as the name of a firewall table");
	nft_apply_rc = -EINVAL;
	CHECK_INT(nat_remove("ns", "web", &e), -EINVAL);
	CHECK_STR(e.what, "refused");
	nft_open_rc = -ENOENT;
	CHECK_INT(nat_remove("ns", "web", &e), -ENOENT);
	CHECK_STR(e.what, "cannot load libnftables");
	CHECK_STR(nft_took(), "");
}

static void table_is_removed_with_its_rules_in_other_chains(void)
{
	sandbox(CLONE_NEWNET, inside_remove);
}

/* ---- other programs' rules */

/* The request publishes ports of a namespace that has an IPv4 and an IPv6 address. */
static void begin_publish(void)
{
	begin();
	strcpy(net.table, "nsnet_ns/web");
	net.wires[0] = (struct wire){ .kind = WIRE_BRIDGE };
	net.wires[0].addr.v[0] = addr("10.1.0.2/24");
	net.wires[0].addr.v[1] = addr("fd00:1::2/64");
	net.wires[0].addr.n = 2;
	net.publish[0] = (struct publish){ .outer = 8080, .inner = 80 };
	net.n_publish = 1;
	net.subnets.n = 0;
}

static const char *ruleset_with(const char *table, const char *rule)
{
	static char text[512];

	snprintf(text, sizeof(text),
		 "table %s {\n\tchain pre {\n\t\ttype nat hook prerouting priority dstnat; policy "
		 "accept;\n\t\t%s\n\t}\n}\n",
		 table, rule);
	return text;
}

static void other_rules_for_a_published_port_are_refused(void)
{
	static const struct {
		const char *table, *rule, *addr;
		bool udp, collides;
	} all[] = {
		{ "ip o", "tcp dport 8080 dnat to 10.9.0.2:80", NULL, false, true },
		{ "ip o", "udp dport 8080 dnat to 10.9.0.2:80", NULL, false, false },
		{ "ip o", "udp dport 8080 dnat to 10.9.0.2:80", NULL, true, true },
		{ "ip o", "tcp dport 8081 dnat to 10.9.0.2:80", NULL, false, false },
		{ "inet nsnet_ns/web", "tcp dport 8080 dnat ip to 10.9.0.2:80", NULL, false,
		  false },
		{ "inet nsnet_ns/a", "tcp dport 8080 dnat ip to 10.9.0.2:80", NULL, false, true },
		/* a port of one family does not collide with the other */
		{ "ip6 o", "tcp dport 8080 dnat to [fd00::9]:80", "192.0.2.1", false, false },
		{ "ip6 o", "tcp dport 8080 dnat to [fd00::9]:80", NULL, false, true },
		/* different addresses of the host */
		{ "ip o", "ip daddr 192.0.2.1 tcp dport 8080 dnat to 10.9.0.2:80", "192.0.2.1",
		  false, true },
		{ "ip o", "ip daddr 192.0.2.2 tcp dport 8080 dnat to 10.9.0.2:80", "192.0.2.1",
		  false, false },
		/* a port without an address is not published on loopback addresses */
		{ "ip o", "ip daddr 127.0.0.1 tcp dport 8080 dnat to 10.9.0.2:80", NULL, false,
		  false },
		{ "ip o", "ip daddr 192.0.2.2 tcp dport 8080 dnat to 10.9.0.2:80", NULL, false,
		  true },
		{ "ip6 o", "ip6 daddr 2001:db8::7 tcp dport 8080 dnat to [fd00::9]:80", NULL, false,
		  true },
		{ "ip o", "tcp dport 8080 dnat to 10.9.0.2:80", "127.0.0.1", false, false },
		{ "ip o", "tcp dport 8080 dnat to 10.9.0.2:80", "192.0.2.1", false, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct nserr e = NSERR_INIT;

		begin_publish();
		net.check = true;
		net.publish[0].udp = all[i].udp;
		if (all[i].addr)
			net.publish[0].addr = addr(all[i].addr);
		nft_answer(0, "list ruleset", ruleset_with(all[i].table, all[i].rule));
		CHECK_INT(nat_check_others(&net, &e), all[i].collides ? -EADDRINUSE : 0);
		if (all[i].collides)
			CHECK(strstr(e.what,
				     all[i].udp ? "already forwards port 8080/udp of the host"
						: "already forwards port 8080/tcp of the host"));
		else
			CHECK_STR(e.what, "");
		net.force = true;
		CHECK_INT(nat_check_others(&net, &e), 0);
	}
}

static void inside_others(const char *dir)
{
	static const char old[] = "table inet nsnet_br/gone {\n\tchain pre {\n\t\ttype nat hook "
				  "prerouting priority dstnat;\n\t\ttcp dport 8080 dnat ip to "
				  "10.9.0.2:80\n\t}\n}\n";
	struct nserr e = NSERR_INIT;

	(void)dir;
	begin_publish();
	CHECK_INT(netlink_open(&net.host, &e), 0);
	/* the table of a bridge that does not exist any more is removed */
	nft_answers[0] = (struct nft_answer){ .command = "list ruleset", .text = old, .then = "x" };
	nft_answer(1, "list tables inet", "table inet nsnet_br/gone\n");
	CHECK_INT(nat_check_others(&net, &e), 0);
	CHECK_STR(nft_took(), "delete table inet nsnet_br/gone\n");
	/* the rule remains, because another table also has it */
	nft_answer(0, "list ruleset", old);
	CHECK_INT(nat_check_others(&net, &e), -EADDRINUSE);
	CHECK_STR(e.hint, "choose another port, or use --force");
	/* no table is removed */
	nft_answer(1, "list tables inet", "");
	CHECK_INT(nat_check_others(&net, &e), -EADDRINUSE);
	CHECK(strstr(e.what, "the table 'inet nsnet_br/gone' already forwards port 8080/tcp"));
	/* the rules cannot be listed, or there are none */
	nft_answers[0].rc = -EINVAL;
	CHECK_INT(nat_check_others(&net, &e), 0);
	nft_answers[0] = (struct nft_answer){ .command = "list ruleset" };
	CHECK_INT(nat_check_others(&net, &e), 0);
	netlink_close(&net.host);
}

static void rule_of_a_removed_bridge_is_no_obstacle(void)
{
	sandbox(CLONE_NEWNET, inside_others);
}

#define DROPS(table) \
	"table " table " {\n\tchain FORWARD {\n\t\ttype filter hook forward priority 0; policy " \
	"drop;\n\t}\n\tchain DOCKER-USER {\n\t}\n}\n"

static void chain_that_drops_translated_packets_is_reported_once(void)
{
	static const struct {
		const char *rules, *subnet, *into, *warning;
	} all[] = {
		{ DROPS("ip filter"), "10.1.0.0/24", NULL,
		  "the chain 'FORWARD' of the table 'ip filter' drops the forwarded packets of "
		  "10.1.0.0/24 (policy drop); use --into-chain 'ip filter/DOCKER-USER' to accept "
		  "the packets" },
		{ DROPS("ip6 filter"), "fd00:1::/64", NULL,
		  "the chain 'FORWARD' of the table 'ip6 filter' drops the forwarded packets of "
		  "fd00:1::/64 (policy drop); use --into-chain 'ip6 filter/FORWARD' to accept the "
		  "packets" },
		{ DROPS("ip filter"), "10.1.0.0/24", "ip filter/DOCKER-USER", "" },
		{ DROPS("ip filter"), "10.1.0.0/24", "ip filter/FORWARD", "" },
		{ DROPS("ip filter"), "10.1.0.0/24", "ip filter/INPUT",
		  "the chain 'FORWARD' of the table 'ip filter' drops the forwarded packets of "
		  "10.1.0.0/24 (policy drop); use --into-chain 'ip filter/DOCKER-USER' to accept "
		  "the packets" },
		{ DROPS("ip filter"), "10.1.0.0/24", "inet filter/FORWARD",
		  "the chain 'FORWARD' of the table 'ip filter' drops the forwarded packets of "
		  "10.1.0.0/24 (policy drop); use --into-chain 'ip filter/DOCKER-USER' to accept "
		  "the packets" },
		{ DROPS("ip filter"), "fd00:1::/64", NULL, "" },
	};
	struct nserr e = NSERR_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		begin();
		net.nat = true;
		net.subnets.v[0] = net.subnets.v[1] = addr(all[i].subnet);
		net.subnets.n = 2;
		strcpy(net.uplinks.v[0], "up0");
		net.uplinks.n = 1;
		if (all[i].into)
			spec_into_chain(&net, all[i].into);
		nft_answer(0, "list ruleset", all[i].rules);
		CHECK_INT(nat_check_others(&net, &e), 0);
		CHECK_STR(cli_warned(), all[i].warning);
		/* without an uplink, no packet is forwarded */
		net.uplinks.n = net.uplinks6.n = 0;
		CHECK_INT(nat_check_others(&net, &e), 0);
		CHECK_STR(cli_warned(), "");
	}
	/* only --nat forwards packets to the outside */
	net.uplinks.n = 1;
	net.nat = false;
	net.subnets.v[0] = addr("10.1.0.0/24");
	net.into.chain[0] = '\0';
	CHECK_INT(nat_check_others(&net, &e), 0);
	CHECK_STR(cli_warned(), "");
}

/* ---- the request */

/* Checks that spec_publish() refuses the text. */
static void check_refused_port(const char *text)
{
	char message[128];

	begin();
	snprintf(message, sizeof(message),
		 "--publish: invalid '%s', expected [<address>:]<port>:<port>[/udp]", text);
	CHECK_DIES(spec_publish(&net, text), message);
}

static void publish_takes_an_address_and_two_ports(void)
{
	static const char *const wrong[] = {
		"8080",       "8080:80/sctp",   "x:80",         "8080:x",         "0:80",
		"8080:65536", "10.0.0.300:1:1", "fd00::1:1:1",  "[10.0.0.1]:1:1", "10.0.0.1/8:1:1",
		"[]:1:1",     "[:1:1",          "[fd00::1:1:1", "fd00::1]:1:1",   "",
	};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		check_refused_port(wrong[i]);
	begin();
	CHECK_DIES(spec_publish(&net, "[::1]:1:1"),
		   "--publish: a port of ::1 cannot be forwarded; use 127.0.0.1");
	spec_publish(&net, "[fd00::1]:53:5353/udp");
	CHECK_INT(net.n_publish, 1);
	CHECK(net.publish[0].udp);
	CHECK_INT(net.publish[0].outer, 53);
	CHECK_INT(net.publish[0].inner, 5353);
	CHECK_INT(net.publish[0].addr.family, AF_INET6);
	spec_publish(&net, "80:80/tcp");
	CHECK(!net.publish[1].udp);
	CHECK_INT(net.publish[1].addr.family, 0);
	while (net.n_publish < NET_WORDS_MAX)
		spec_publish(&net, "80:80");
	CHECK_DIES(spec_publish(&net, "80:80"), "--publish: more than 16 ports");
}

static void address_of_nat_has_no_prefix(void)
{
	begin();
	spec_nat(&net, NULL);
	CHECK(net.nat);
	CHECK_INT(net.nat_to.family, 0);
	spec_nat(&net, "192.0.2.1");
	spec_nat(&net, "2001:db8::1");
	CHECK_INT(net.nat_to.family, AF_INET);
	CHECK_INT(net.nat_to6.family, AF_INET6);
	CHECK_DIES(spec_nat(&net, "192.0.2.1/24"), "--nat: invalid IP address '192.0.2.1/24'");
	CHECK_DIES(spec_nat(&net, "x"), "--nat: invalid IP address 'x'");
}

/* Adds a bridge with an alias and a route, through the kernel. */
static void put_bridge(const char *name, const char *alias, uint32_t mtu, const char *address)
{
	static const uint8_t mac[NET_MAC_SIZE] = { 2, 0, 0, 0, 0, 1 };
	struct nserr e = NSERR_INIT;
	struct netlink_batch b;
	struct net_link l;

	netlink_batch_init(&b);
	net_link_put_bridge(&b, name, mac);
	CHECK_INT(netlink_send(&net.host, &b, NULL, &e), 0);
	CHECK_INT(net_link_find(&net.host, name, &l, &e), 0);
	netlink_batch_init(&b);
	if (address) {
		const struct net_addr a = addr(address);

		net_addr_put(&b, l.index, &a);
	}
	if (alias)
		net_link_put_alias(&b, l.index, alias);
	net_link_put_up(&b, l.index, mtu);
	CHECK_INT(netlink_send(&net.host, &b, NULL, &e), 0);
}

static void inside_uplinks(const char *dir)
{
	struct nserr e = NSERR_INIT;
	char name[IF_NAMESIZE], address[32];

	(void)dir;
	begin();
	net.uplinks6.n = 0;
	CHECK_INT(netlink_open(&net.host, &e), 0);
	put_bridge("a0", NULL, 1400, "10.10.0.1/24");
	put_bridge("b0", NET_ALIAS "bridge", 1300, "10.11.0.1/24");
	put_bridge("c0", NULL, 1450, "fd00:12::1/64");
	CHECK_INT(nat_find_uplinks(&net, &e), 0);
	CHECK_INT(net.uplinks.n, 1);
	CHECK_STR(net.uplinks.v[0], "a0");
	/* link-local addresses lead to no other network */
	CHECK_INT(net.uplinks6.n, 1);
	CHECK_STR(net.uplinks6.v[0], "c0");
	CHECK_INT(net.uplink_mtu, 1400);
	/* a second route of a device adds nothing, and at most 16 devices are kept */
	for (int i = 0; i < 17; i++) {
		snprintf(name, sizeof(name), "d%d", i);
		snprintf(address, sizeof(address), "10.20.%d.1/24", i);
		put_bridge(name, NULL, 1500, address);
	}
	CHECK_INT(nat_find_uplinks(&net, &e), 0);
	CHECK_INT(net.uplinks.n, NET_WORDS_MAX);
	CHECK_STR(net.uplinks.v[0], "a0");
	CHECK_STR(net.uplinks.v[1], "d0");
	CHECK_INT(net.uplink_mtu, 1400);
	netlink_close(&net.host);
	unit_check_failed(nat_find_uplinks(&net, &e), &e);
}

static void uplinks_are_the_devices_with_routes_to_other_networks(void)
{
	sandbox(CLONE_NEWNET, inside_uplinks);
}

/* Binds a socket to a port of one address family, with SO_REUSEADDR, as many programs do. Returns
 * the socket. */
static int take_port(int family, int type, uint16_t port)
{
	const struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(port) };
	const struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	int fd = socket(family, type | SOCK_CLOEXEC, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (family == AF_INET6) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
		CHECK_INT(bind(fd, (const struct sockaddr *)&in6, sizeof(in6)), 0);
	} else {
		CHECK_INT(bind(fd, (const struct sockaddr *)&in, sizeof(in)), 0);
	}
	CHECK(type == SOCK_DGRAM || listen(fd, 1) == 0);
	return fd;
}

static void inside_ports(const char *dir)
{
	static const struct {
		int family, type;
		bool udp, fails;
	} all[] = {
		{ AF_INET, SOCK_STREAM, false, true }, { AF_INET, SOCK_DGRAM, false, false },
		{ AF_INET, SOCK_DGRAM, true, true },   { AF_INET6, SOCK_STREAM, false, true },
		{ AF_INET6, SOCK_DGRAM, true, true },  { AF_INET6, SOCK_STREAM, true, false },
	};
	struct nserr e = NSERR_INIT;

	(void)dir;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		int fd = take_port(all[i].family, all[i].type, 8080);

		begin_publish();
		strcpy(net.owner, "web");
		net.name = "web";
		net.bridges[0].has.v[0] = addr("10.1.0.1/24");
		net.bridges[0].has.v[1] = addr("10.1.0.9/24");
		net.bridges[0].has.n = 2;
		net.explain = true;
		net.publish[0].udp = all[i].udp;
		CHECK_INT(nat_resolve(&net, &e), all[i].fails ? -EADDRINUSE : 0);
		if (all[i].fails)
			CHECK(strstr(e.what, all[i].udp
						     ? "cannot publish port 8080/udp of the host"
						     : "cannot publish port 8080/tcp of the host"));
		/* two addresses in one subnet are one subnet */
		CHECK_INT(net.subnets.n, 1);
		buf_free(&net.rules);
		net.force = true;
		CHECK_INT(nat_resolve(&net, &e), 0);
		buf_free(&net.rules);
		/* only a UDP port needs connection tracking */
		net.explain = false;
		net.conntrack = NETLINK_INIT;
		CHECK_INT(nat_resolve(&net, &e), 0);
		CHECK_INT(net.conntrack.fd >= 0, all[i].udp);
		netlink_close(&net.conntrack);
		buf_free(&net.rules);
		close(fd);
	}
	/* the address of the port is of a family that the namespace does not have */
	begin_publish();
	net.bridges[0].has.v[0] = addr("10.1.0.1/24");
	net.bridges[0].has.n = 1;
	net.publish[0].addr = addr("2001:db8::1");
	net.wires[0].addr.n = 1;
	CHECK_INT(nat_resolve(&net, &e), -EINVAL);
	CHECK_STR(e.what, "--publish needs a device with an IPv6 address in the namespace");
	net.publish[0].addr.family = 0;
	net.wires[0].addr.n = 0;
	CHECK_INT(nat_resolve(&net, &e), -EINVAL);
	CHECK_STR(e.what, "--publish needs a device with an IPv4 address in the namespace");
	/* only a device that is connected to the host or a bridge can get packets of the host */
	net.wires[0].addr.n = 1;
	net.wires[0].kind = WIRE_STACKED;
	CHECK_INT(nat_resolve(&net, &e), -EINVAL);
	net.wires[0].kind = WIRE_REF;
	CHECK_INT(nat_resolve(&net, &e), -EINVAL);
}

static void published_port_must_be_free_on_the_host(void)
{
	sandbox(CLONE_NEWNET, inside_ports);
}

/* At most 8 subnets are kept. */
static void subnets_are_limited(void)
{
	struct nserr e = NSERR_INIT;
	char text[32];

	begin();
	net.explain = true;
	net.subnets.n = 0;
	for (int i = 0; i < 8; i++) {
		snprintf(text, sizeof(text), "10.%d.0.1/24", i);
		net.bridges[0].has.v[i] = addr(text);
	}
	net.bridges[0].has.n = 8;
	net.wires[0].other_addr.v[0] = addr("10.99.0.1/24");
	net.wires[0].other_addr.n = 1;
	CHECK_INT(nat_resolve(&net, &e), 0);
	CHECK_INT(net.subnets.n, NET_ADDRS_MAX);
	CHECK(!strstr(net.rules.s, "10.99."));
	buf_free(&net.rules);
}

/* ---- steps */

static void inside_steps(const char *dir)
{
	struct plan_step s = { .arg = &net.wires[0] };
	struct nserr e = NSERR_INIT;
	struct buf out = BUF_INIT;

	(void)dir;
	begin();
	show_forward_outer(&net, &s, &out);
	CHECK_STR(out.s, "sysctl -qw net/ipv4/conf/vethns0/forwarding=1\n");
	net.publish[0] = (struct publish){ .addr = addr("127.0.0.1"), .outer = 1, .inner = 1 };
	net.n_publish = 1;
	buf_reset(&out);
	show_forward_outer(&net, &s, &out);
	CHECK_STR(out.s, "sysctl -qw net/ipv4/conf/vethns0/forwarding=1\nsysctl -qw "
			 "net/ipv4/conf/vethns0/route_localnet=1\n");
	CHECK_INT(netlink_open(&net.host, &e), 0);
	CHECK_INT(run_forward_outer(&net, &s, &e), 0);
	CHECK_STR(got("/proc/sys/net/ipv4/conf/lo/route_localnet"), "1");
	strcpy(net.wires[0].ifname, "eth0");
	net.wires[0].outer = 9999;
	CHECK_INT(run_forward_outer(&net, &s, &e), -ENODEV);
	CHECK_STR(e.what, "cannot allow forwarding from 'eth0'");
	/* the bridge of a port on a loopback address */
	s.arg = "lo";
	unit_put(AT_FDCWD, "/proc/sys/net/ipv4/conf/lo/route_localnet", "0");
	CHECK_INT(run_localnet(&net, &s, &e), 0);
	CHECK(strstr(nft_took(), "\t\tiifname != \"lo\" ip daddr 127.0.0.0/8 drop\n"));
	CHECK_STR(got("/proc/sys/net/ipv4/conf/lo/route_localnet"), "1");
	nft_apply_rc = -EINVAL;
	unit_put(AT_FDCWD, "/proc/sys/net/ipv4/conf/lo/route_localnet", "0");
	CHECK_INT(run_localnet(&net, &s, &e), -EINVAL);
	CHECK_STR(e.what, "refused");
	/* without the rules, the sysctl would be dangerous */
	CHECK_STR(got("/proc/sys/net/ipv4/conf/lo/route_localnet"), "0");
	s.arg = "br;0";
	CHECK_INT(run_localnet(&net, &s, &e), -EINVAL);
	CHECK_STR(e.what, "'br;0' cannot be used as the name of a firewall table");
	buf_reset(&out);
	show_localnet(&net, &s, &out);
	CHECK_STR(out.s, "sysctl -qw net/ipv4/conf/'br;0'/route_localnet=1\n");
	s.arg = "gone";
	nft_apply_rc = 0;
	CHECK_INT(run_localnet(&net, &s, &e), -ENOENT);
	CHECK_STR(e.what, "cannot write /proc/sys/net/ipv4/conf/gone/route_localnet");
	buf_free(&out);
	netlink_close(&net.host);
}

static void forwarding_of_loopback_addresses_needs_its_rules(void)
{
	sandbox(CLONE_NEWNET, inside_steps);
}

static void inside_end(const char *dir)
{
	struct nserr e = NSERR_INIT;

	(void)dir;
	begin();
	put_sysctls("0", "0", "1");
	/* rules that were added before the IPv6 sysctls could not be changed are removed */
	net.argv = (char *[]){ (char *)"true", NULL };
	CHECK_INT(nft_open(&net.nft, &e), 0);
	CHECK_INT(run_nat(&net, NULL, &e), -EBADF);
	CHECK(net.nft == NULL);
	CHECK(net.nat_owned);
	(void)nft_took();
	/* the kernel does not know the flag `owner` */
	begin();
	net.argv = (char *[]){ (char *)"true", NULL };
	CHECK_INT(nft_open(&net.nft, &e), 0);
	nft_answer(0, "-a list ruleset", handles);
	nft_answer(1, V6_TABLE, recorded);
	spec_into_chain(&net, "filter/FORWARD");
	nat_end(&net);
	CHECK_STR(nft_took(), "delete rule ip filter FORWARD handle 4\ndelete table inet "
			      "nsnet_ns/web\n");
	/* if libnftables cannot be loaded, the IPv6 sysctls stay */
	net.own_ns = own_ns();
	CHECK_INT(nft_open(&net.nft, &e), 0);
	nft_open_rc = -ENOENT;
	put_sysctls("1", "1", "2");
	nat_end(&net);
	CHECK_STR(got(CONF "all/forwarding"), "1");
	nft_open_rc = 0;
	CHECK_INT(nft_open(&net.nft, &e), 0);
	nat_end(&net);
	CHECK_STR(got(CONF "all/forwarding"), "0");
	CHECK(strstr(nft_took(), "delete table inet nsnet_ipv6\n"));
	/* there is nothing to end */
	nat_end(&net);
	CHECK_STR(nft_took(), "");
	CHECK_INT(close(net.own_ns), 0);
}

static void rules_and_sysctls_are_removed_at_the_end(void)
{
	sandbox(CLONE_NEWNET, inside_end);
}

UNIT_MAIN(CASE(ipv6_is_forwarded_for_single_devices),
	  CASE(ipv6_is_forwarded_for_all_devices_on_older_kernels),
	  CASE(sysctls_stay_if_ipv6_cannot_be_forwarded), CASE(table_holds_the_names_of_64_devices),
	  CASE(sysctls_are_reset_after_the_last_use),
	  CASE(record_of_the_sysctls_stays_if_they_cannot_be_reset),
	  CASE(forwarding_stays_while_another_table_has_ipv6_rules),
	  CASE(failed_calls_of_the_ipv6_sysctls_are_reported),
	  CASE(rules_of_missing_tables_are_removed_from_other_chains),
	  CASE(rules_of_one_table_are_forgotten),
	  CASE(chain_of_another_program_has_a_family_table_and_name),
	  CASE(only_tables_without_a_namespace_or_bridge_are_removed),
	  CASE(tables_of_processes_stay_in_a_pid_namespace),
	  CASE(tables_of_ended_processes_are_removed_in_the_initial_pid_namespace),
	  CASE(table_is_removed_with_its_rules_in_other_chains),
	  CASE(other_rules_for_a_published_port_are_refused),
	  CASE(rule_of_a_removed_bridge_is_no_obstacle),
	  CASE(chain_that_drops_translated_packets_is_reported_once),
	  CASE(publish_takes_an_address_and_two_ports), CASE(address_of_nat_has_no_prefix),
	  CASE(uplinks_are_the_devices_with_routes_to_other_networks),
	  CASE(published_port_must_be_free_on_the_host), CASE(subnets_are_limited),
	  CASE(forwarding_of_loopback_addresses_needs_its_rules),
	  CASE(rules_and_sysctls_are_removed_at_the_end))
