// SPDX-License-Identifier: GPL-2.0-or-later
/* The steps of the plan of nsnet and their order, and the destinations that `nsnet why` accepts. */
#include "nsnet.h"
#include "nsnet/nic.h"

static struct net n;

/* Begins a request for the namespace web, which exists or is new. */
static void begin(enum target_kind target)
{
	net_init(&n);
	n.name = "web";
	n.target = target;
}

/* Adds a device of this kind with an address and, unless it `exists`, a gateway. */
static struct wire *add_wire(enum wire_kind kind, bool exists)
{
	struct wire *w = &n.wires[n.n_wires++];

	*w = (struct wire){ .kind = kind, .exists = exists, .addr.n = 1, .gw.n = !exists };
	return w;
}

/* Returns the names of the steps of the plan. A step of the child begins with '+'. */
static const char *steps(void)
{
	static char text[1024];
	struct plan p = PLAN_INIT;
	size_t len = 0;

	text[0] = '\0';
	build_plan(&n, &p);
	CHECK_INT(p.err, 0);
	for (size_t i = 0; i < p.n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s%s", i ? " " : "",
					p.steps[i].actor == PLAN_CHILD ? "+" : "",
					p.steps[i].kind->name);
	plan_free(&p);
	return text;
}

static void a_new_bridge_is_made_before_the_namespace(void)
{
	begin(TARGET_NEW_NAME);
	n.n_bridges = 1;
	n.bridges[0] = (struct bridge){ .name = "br0", .wanted = true, .addr.n = 2 };
	add_wire(WIRE_BRIDGE, false);
	CHECK_STR(steps(), "names reserve bridge bridge_addr bridge_addr bridge_up namespace wire "
			   "alias unlock lo addr up gateway flush await pin");
	/* an existing bridge does not change unless the command line names an address */
	n.bridges[0] = (struct bridge){ .name = "br0", .index = 3 };
	n.no_lo = true;
	CHECK_STR(steps(), "names reserve namespace wire alias unlock addr up gateway flush await "
			   "pin");
	n.bridges[0].wanted = true;
	CHECK_STR(steps(), "names reserve bridge_up namespace wire alias unlock addr up gateway "
			   "flush await pin");
	/* the verb `bridge` has no namespace */
	begin(TARGET_EXISTING);
	n.name = NULL;
	n.n_bridges = 1;
	n.bridges[0] = (struct bridge){ .name = "br0", .wanted = true };
	CHECK_STR(steps(), "bridge bridge_up unlock");
}

static void existing_devices_are_not_made_again(void)
{
	struct wire *w;

	begin(TARGET_EXISTING);
	add_wire(WIRE_HOST, true);
	CHECK_STR(steps(), "enter addr up flush");
	begin(TARGET_EXISTING);
	w = add_wire(WIRE_REF, true);
	w->other_addr.n = 1;
	CHECK_STR(steps(), "enter addr up flush");
	w->exists = false;
	CHECK_STR(steps(), "enter wire outer_addr addr up flush await");
	w->kind = WIRE_STACKED;
	w->other_addr.n = 0;
	CHECK_STR(steps(), "enter wire addr up flush await");
	w->kind = WIRE_HOST;
	w->exists = true;
	w->other_addr.n = 2;
	CHECK_STR(steps(), "enter outer_addr outer_addr addr up flush");
}

static void rules_are_added_after_the_name(void)
{
	struct wire *w;

	begin(TARGET_NEW_NAME);
	n.nat = true;
	n.uplinks.n = 2;
	w = add_wire(WIRE_HOST, false);
	CHECK_STR(steps(), "names reserve forward forward namespace wire alias forward_outer lo "
			   "addr up gateway flush await pin nat");
	/* the alias of an existing device names the table */
	begin(TARGET_EXISTING);
	n.n_publish = 1;
	w = add_wire(WIRE_HOST, true);
	CHECK_STR(steps(), "enter alias forward_outer addr up flush nat");
	w->addr.n = 0;
	CHECK_STR(steps(), "enter forward_outer up flush nat");
	w->addr.n = 1;
	w->kind = WIRE_BRIDGE;
	n.n_bridges = 1;
	n.bridges[0] = (struct bridge){ .name = "br0", .index = 3 };
	CHECK_STR(steps(), "forward enter alias unlock addr up flush nat");
	/* a published port of a loopback address needs the sysctl route_localnet of the bridge */
	n.publish[0].addr = addr("127.0.0.1");
	CHECK_STR(steps(), "forward localnet enter alias unlock addr up flush nat");
	w->kind = WIRE_REF;
	CHECK_STR(steps(), "forward localnet enter unlock addr up flush nat");
}

static void pasta_forwards_without_rules(void)
{
	static char *argv[] = { (char *)"true", NULL };

	begin(TARGET_NEW);
	n.name = NULL;
	n.argv = argv;
	n.pasta = n.nat = true;
	n.uplinks.n = n.n_publish = 1;
	CHECK_STR(steps(), "pasta-start userns namespace pasta lo flush exec");
}

static void a_lent_device_is_moved_once(void)
{
	begin(TARGET_EXISTING);
	strcpy(n.nic.name, "eth9");
	CHECK_STR(steps(), "enter move flush");
	n.nic.wire.addr.n = 1;
	CHECK_STR(steps(), "enter move addr up flush");
	n.nic.wire.addr.n = 0;
	n.nic.wire.gw.n = 1;
	n.nic.moved = true;
	CHECK_STR(steps(), "enter up gateway flush");
}

static void routes_precede_sysctls(void)
{
	begin(TARGET_EXISTING);
	n.n_routes = 2;
	n.n_sysctls = 1;
	n.dns = DNS_HOST;
	CHECK_STR(steps(), "enter route route flush sysctl etc");
}

static void the_program_is_a_child_only_if_nsnet_must_clean_up(void)
{
	static char *argv[] = { (char *)"true", NULL };

	begin(TARGET_NEW);
	n.name = NULL;
	n.argv = argv;
	n.dns = DNS_GIVEN;
	CHECK_STR(steps(), "namespace lo flush resolv exec");
	n.nat = true;
	CHECK_STR(steps(), "namespace lo flush nat resolv fork +signals +exec");
	n.nat = false;
	n.handle.wait_fd = 9;
	CHECK_STR(steps(), "namespace lo flush resolv wait-fd descriptors exec");
	/* a program that enters an existing namespace changes nothing in it */
	begin(TARGET_EXISTING);
	n.argv = argv;
	n.enters = true;
	CHECK_STR(steps(), "enter files exec");
}

/* ---- Destinations */

/* Runs `nsnet why none DEST`, which ends the tool. Checks the message. */
static void check_why(const char *dest, const char *want)
{
	char *argv[] = { (char *)"nsnet why", (char *)"none", (char *)dest, NULL };

	CHECK_DIES((void)!verb_why(3, argv), want);
}

static void why_refuses_invalid_destinations(void)
{
	static const char *const bad[] = { "10.0.0.1:0",        "10.0.0.1:x",
					   "10.0.0.1:65536",    "10.0.0.1:80/sctp",
					   "10.0.0.0/8",        "10.0.0.1:/udp",
					   "10.0.0.1:80/",      "[fd00::1]:0",
					   "fd00::1/tcp",       ":",
					   "10.0.0.1:80/udp/x", "/udp" };
	static const char *const hosts[] = { "[fd00::1", "fd00::1]", "[fd00::1]x", "1.2.3",
					     "[]",       "a b",      "A.B" };
	static const char *const good[] = { "10.0.0.1",   "10.0.0.1:80", "10.0.0.1:65535/udp",
					    "fd00::1",    "[fd00::1]",   "[fd00::1]:1/tcp",
					    "[10.0.0.1]", ":80",         ":80/udp" };
	char message[128];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(message, sizeof(message),
			 "invalid destination '%s', expected <address>[:<port>[/udp]]", bad[i]);
		check_why(bad[i], message);
	}
	for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
		snprintf(message, sizeof(message),
			 "invalid host '%s', expected an IP address or a host name",
			 streq(hosts[i], "[]") ? "" : hosts[i]);
		check_why(hosts[i], message);
	}
	check_why("[-x]", "invalid host '-x', expected an IP address or a host name");
	unit_keeps_fds = true;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		check_why(good[i], "cannot find the network namespace 'none'");
}

UNIT_MAIN(CASE(a_new_bridge_is_made_before_the_namespace),
	  CASE(existing_devices_are_not_made_again), CASE(rules_are_added_after_the_name),
	  CASE(pasta_forwards_without_rules), CASE(a_lent_device_is_moved_once),
	  CASE(routes_precede_sysctls), CASE(the_program_is_a_child_only_if_nsnet_must_clean_up),
	  CASE(why_refuses_invalid_destinations))
