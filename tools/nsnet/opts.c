// SPDX-License-Identifier: GPL-2.0-or-later
/* opts: defines and parses the options of the verbs that carry out a plan: run, add, link, bridge,
 * attach. */
#include <fcntl.h>
#include <stdio.h>

#include "base/file.h"
#include "common/handle_opts.h"
#include "nsnet.h"

enum {
	OPT_LINK = CLI_LONG,
	OPT_BRIDGE,
	OPT_ROUTE,
	OPT_DNS,
	OPT_PING,
	OPT_SYSCTL,
	OPT_LO,
	OPT_NO_LO,
	OPT_FORCE,
	OPT_EXPLAIN,
	OPT_CHECK,
	OPT_MTU,
	OPT_NAT,
	OPT_PUBLISH,
	OPT_PASTA,
	OPT_MOVE,
	OPT_INTO_CHAIN,
};

/* clang-format off */
#define PLAN_OPTS \
	{ OPT_LINK,   "link",   CLI_ARG,  "<if>[@<to>][,...]", "create a device (see DEVICES in nsnet(1))" }, \
	{ OPT_BRIDGE, "bridge", CLI_ARG,  "<br>[,<addr>]", "connect eth0 to a bridge, with a free address" }, \
	{ OPT_ROUTE,  "route",  CLI_ARG,  "<dst>,via=<addr>", "add a route in the namespace" }, \
	NAT_OPT, \
	{ OPT_PUBLISH, "publish", CLI_ARG, "<port>:<port>", "forward a port of the host to the namespace" }, \
	{ OPT_MOVE,   "move",   CLI_ARG,  "<device>[,...]", "move a device of the host to the namespace" }, \
	{ OPT_DNS,    "dns",    CLI_ARG,  "<addr>|host|none", "set the name server of the namespace" }, \
	{ OPT_PING,   "ping",   CLI_NONE, NULL, "let every group of the namespace use ping" }, \
	{ OPT_SYSCTL, "sysctl", CLI_ARG,  "<key>=<value>", "set a network sysctl (net.*) in the namespace" }, \
	{ OPT_LO,     "lo",     CLI_NONE, NULL, "bring lo up (default)", 1 }, \
	{ OPT_NO_LO,  "no-lo",  CLI_NONE, NULL, "leave lo down", 1 }, \
	FORCE_OPT, \
	DRY_OPTS
#define NAT_OPT \
	{ OPT_NAT,    "nat",    CLI_OPTARG, "<addr>", "translate source addresses of outgoing packets" }, \
	{ OPT_INTO_CHAIN, "into-chain", CLI_ARG, "<table>/<chain>", "also insert accept rules into this chain" }
#define FORCE_OPT \
	{ OPT_FORCE,  "force",  CLI_NONE, NULL, "allow a subnet that overlaps an existing route" }
#define DRY_OPTS \
	{ OPT_EXPLAIN, "explain", CLI_NONE, NULL, "print equivalent commands, and exit", 2 }, \
	{ OPT_CHECK,  "check",  CLI_NONE, NULL, "check for conflicts with the host, and exit", 2 }

static const struct cli_opt run_opts[] = {
	PLAN_OPTS,
	{ OPT_PASTA, "pasta", CLI_OPTARG, "<args>", "use pasta(1) for network access, without root" },
	{ 0, NULL, CLI_NONE, NULL, "Handles" },
	HANDLE_OPTS_FORKED,
	{ 0 },
};

static const struct cli_opt add_opts[] = {
	PLAN_OPTS,
	{ 0 },
};

static const struct cli_opt link_opts[] = {
	{ OPT_MTU, "mtu", CLI_ARG, "<n>", "set the MTU of both ends" },
	DRY_OPTS,
	{ 0 },
};

static const struct cli_opt bridge_opts[] = {
	{ OPT_MTU, "mtu", CLI_ARG, "<n>", "set the MTU of the bridge" },
	NAT_OPT,
	FORCE_OPT,
	DRY_OPTS,
	{ 0 },
};

static const struct cli_opt attach_opts[] = {
	DRY_OPTS,
	{ 0 },
};
/* clang-format on */

static const struct cli_tool run_tool = {
	.name = "nsnet run",
	.synopsis = { "[options] [--] <program> [<argument>...]",
		      "<name> [options] -- <program> [<argument>...]" },
	.purpose = "Run a program in a new or an existing named network namespace.",
	.opts = run_opts,
	.notes = "nsnet run forks only for --status-fd, --pid-file, --nat, --publish and --move.",
	.failed = CLI_EXIT_OWN,
};

static const struct cli_tool add_tool = {
	.name = "nsnet add",
	.synopsis = { "<name>|<ref> [options]" },
	.purpose = "Create a network namespace with a name, or connect an existing one.",
	.opts = add_opts,
	.failed = CLI_EXIT_FAILED,
};

static const struct cli_tool link_tool = {
	.name = "nsnet link",
	.synopsis = { "[options] <ns>[:<if>][,<addr>...] <ns>[:<if>][,<addr>...]" },
	.purpose = "Connect two network namespaces with each other.",
	.opts = link_opts,
	.notes = "<ns> is a name or a reference.",
	.failed = CLI_EXIT_FAILED,
};

static const struct cli_tool bridge_tool = {
	.name = "nsnet bridge",
	.synopsis = { "[options] <bridge>[,<addr>/<length>...]" },
	.purpose = "Create a bridge in the caller's network namespace.",
	.opts = bridge_opts,
	.failed = CLI_EXIT_FAILED,
};

static const struct cli_tool attach_tool = {
	.name = "nsnet attach",
	.synopsis = { "[options] <name> <ref>" },
	.purpose = "Give an existing network namespace a name.",
	.opts = attach_opts,
	.failed = CLI_EXIT_FAILED,
};

/* ---- options */

static void take_bridge_option(struct net *n, const char *arg)
{
	const struct bridge *br = spec_bridge(n, "--bridge", arg);
	char wire[2 * IF_NAMESIZE + 16], ifname[IF_NAMESIZE] = "eth0";

	/* The device of the first --bridge is eth0, that of the second is eth1. */
	if (n->n_wires)
		snprintf(ifname, sizeof(ifname), "eth%u", (unsigned)n->n_wires % 100);
	snprintf(wire, sizeof(wire), "%s@%s,auto", ifname, br->name);
	spec_wire(n, "--bridge", wire);
}

static void take(struct net *n, int key, const char *arg)
{
	switch (key) {
	case OPT_LINK:
		spec_wire(n, "--link", arg);
		break;
	case OPT_BRIDGE:
		take_bridge_option(n, arg);
		break;
	case OPT_ROUTE:
		spec_route(n, arg);
		break;
	case OPT_NAT:
		spec_nat(n, arg);
		break;
	case OPT_PUBLISH:
		spec_publish(n, arg);
		break;
	case OPT_INTO_CHAIN:
		spec_into_chain(n, arg);
		break;
	case OPT_PASTA:
		n->pasta = true;
		n->pasta_args = arg;
		if (arg && strlen(arg) >= PASTA_ARGS_MAX)
			cli_die_usage("--pasta: the arguments are too long");
		break;
	case OPT_MOVE:
		spec_move(n, arg);
		break;
	case OPT_DNS:
		spec_dns(n, arg);
		break;
	case OPT_PING:
		spec_sysctl(n, "net/ipv4/ping_group_range=0 2147483647");
		break;
	case OPT_SYSCTL:
		spec_sysctl(n, arg);
		break;
	case OPT_LO:
	case OPT_NO_LO:
		n->no_lo = key == OPT_NO_LO;
		break;
	case OPT_FORCE:
		n->force = true;
		break;
	case OPT_EXPLAIN:
		n->explain = true;
		break;
	case OPT_CHECK:
		n->check = true;
		break;
	}
}

static bool is_planned(const struct net *n)
{
	return n->n_wires || n->n_routes || n->n_sysctls || n->dns != DNS_NONE || n->no_lo ||
	       n->nat || n->n_publish || n->into.chain[0] || n->pasta || n->nic.name[0];
}

/*
 * Returns true if `run` has the form `run NAME [options] -- PROGRAM`. The first argument is a name
 * only if the next argument is an option or "--", and if the arguments contain "--". Otherwise the
 * first argument is the program, as in `run PROGRAM -x`.
 */
static bool begins_with_name(int argc, char **argv)
{
	if (argc < 3 || argv[1][0] == '-' || argv[2][0] != '-')
		return false;
	for (int i = 2; i < argc; i++)
		if (streq(argv[i], "--"))
			return true;
	return false;
}

int verb_run(int argc, char **argv)
{
	struct nserr e = NSERR_INIT;
	const char *name = NULL;
	struct net n;
	struct cli c;
	int rc;

	net_init(&n);
	if (begins_with_name(argc, argv)) {
		name = argv[1];
		argv[1] = argv[0];
		argc--;
		argv++;
	}
	cli_init(&c, &run_tool, argc, argv);
	for (int key; (key = cli_next(&c)) >= 0;) {
		rc = handle_option(&n.handle, key, c.arg, &e);
		if (rc < 0)
			cli_die_usage_nserr(&e);
		take(&n, key, c.arg);
	}
	n.argv = cli_rest(&c);
	if (!n.argv[0])
		cli_die_usage("missing program");
	spec_into_chain_check(&n);
	if (n.pasta && (n.n_wires || n.nat || n.n_routes || n.dns != DNS_NONE || n.nic.name[0]))
		cli_die_usage("--pasta creates the whole network, so it can be combined only with "
			      "--publish");
	if (name) {
		if (is_planned(&n))
			cli_die_usage(
				"connect '%s' with 'nsnet add', not with options of 'nsnet run'",
				name);
		n.enters = true;
		spec_target(&n, name);
	}
	return carry_out(&n);
}

int verb_add(int argc, char **argv)
{
	struct words w = { 0 };
	struct net n;
	struct cli c;

	net_init(&n);
	cli_init(&c, &add_tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;)
		take(&n, key, c.arg);
	verb_count(&w, 1, 1, " <name>|<ref>");
	spec_into_chain_check(&n);
	spec_target(&n, w.v[0]);
	if (n.dns != DNS_NONE && !n.name)
		cli_die_usage("--dns needs a namespace with a name, because the name is part of "
			      "the path " NETNS_ETC "/<name>");
	return carry_out(&n);
}

static uint32_t mtu_option(const char *arg)
{
	return (uint32_t)cli_u64("--mtu", arg, 68, 65535);
}

int verb_bridge(int argc, char **argv)
{
	struct words w = { 0 };
	struct bridge *br;
	struct nserr e = NSERR_INIT;
	struct net_addr addr;
	uint32_t mtu = 0;
	struct net n;
	struct cli c;

	net_init(&n);
	cli_init(&c, &bridge_tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;)
		if (key == OPT_MTU)
			mtu = mtu_option(c.arg);
		else
			take(&n, key, c.arg);
	if (w.n == 2 && net_addr_parse(w.v[1], strlen(w.v[1]), &addr) == 0) {
		nserr_set(&e, 0, "unexpected argument '%s'", w.v[1]);
		nserr_hint(&e, "write the address after a comma: %s,%s", w.v[0], w.v[1]);
		cli_die_usage_nserr(&e);
	}
	verb_count(&w, 1, 1, " <bridge>");
	spec_into_chain_check(&n);
	br = spec_bridge(&n, "bridge", w.v[0]);
	br->wanted = true;
	br->mtu = mtu;
	return carry_out(&n);
}

/* The verb `link`. The inner end of the pair is in the first namespace, and the outer end in the
 * second namespace. Returns the exit status. */
int verb_link(int argc, char **argv)
{
	struct wire first = { 0 };
	struct words w = { 0 };
	struct wire *wire;
	uint32_t mtu = 0;
	struct net n;
	struct cli c;
	int rc;

	net_init(&n);
	cli_init(&c, &link_tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;)
		if (key == OPT_MTU)
			mtu = mtu_option(c.arg);
		else
			take(&n, key, c.arg);
	verb_count(&w, 2, 2, " <ns>");
	spec_end(&first, w.v[0]);
	n.ref = first.other;
	n.no_lo = true;
	wire = &n.wires[n.n_wires++];
	*wire = (struct wire){
		.kind = WIRE_REF, .other_ns = -1, .other_nl = NETLINK_INIT, .mtu = mtu
	};
	spec_end(wire, w.v[1]);
	memcpy(wire->ifname, first.other_if, IF_NAMESIZE);
	wire->addr = first.other_addr;
	rc = carry_out(&n);
	free(first.other);
	return rc;
}

/* ---- attach */

static void attach(struct net *n, int name_lock)
{
	struct plan p = PLAN_INIT;
	struct nserr e = NSERR_INIT;
	int is, fd;

	is = names_open(n->name, &fd, &e);
	if (is < 0)
		cli_die_nserr(&e);
	if (is == NAME_ALIVE)
		cli_die(EEXIST, "cannot use the name '%s'", n->name);
	n->ns = net_open_ref(n->ref, &e);
	if (n->ns < 0)
		cli_die_nserr(&e);
	if (n->check)
		return;
	n->name_lock = name_lock;
	plan_add(&p, PLAN_CALLER, &step_kinds[STEP_NAMES], NULL, 0);
	plan_add(&p, PLAN_CALLER, &step_kinds[STEP_RESERVE], NULL, 0);
	plan_add(&p, PLAN_CALLER, &step_kinds[STEP_ENTER], NULL, 0);
	plan_add(&p, PLAN_CALLER, &step_kinds[STEP_PIN], NULL, 0);
	if (plan_run(&p, n, NULL, &e) < 0)
		cli_die_nserr(&e);
	plan_free(&p);
	net_free(n);
}

int verb_attach(int argc, char **argv)
{
	struct nserr e = NSERR_INIT;
	struct buf out = BUF_INIT;
	struct words w = { 0 };
	struct net n;
	struct cli c;
	int lock = -1;

	net_init(&n);
	cli_init(&c, &attach_tool, argc, argv);
	for (int key; (key = verb_next(&c, &w)) >= 0;)
		take(&n, key, c.arg);
	verb_count(&w, 2, 2, w.n == 0 ? " <name>" : " <ref>");
	if (!name_is_valid(w.v[0]))
		cli_die_usage("invalid name '%s', expected 1 to %d letters, digits, '_', '-' and "
			      "'.', not beginning with '-' or '.'",
			      w.v[0], NET_NAME_MAX);
	n.name = w.v[0];
	n.ref = w.v[1];
	spec_check_ref(n.ref);
	snprintf(n.path, sizeof(n.path), "%s/%s", NETNS_DIR, n.name);
	if (n.explain) {
		buf_printf(&out, "ip netns attach %s \"$(nslist -nro PID -t net %s)\"\n", n.name,
			   n.ref);
		cli_print(&out);
		return 0;
	}
	lock = n.check ? -1 : names_lock(true, &e);
	if (lock < 0 && !n.check)
		cli_die_nserr(&e);
	attach(&n, lock);
	return 0;
}
