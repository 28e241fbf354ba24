// SPDX-License-Identifier: GPL-2.0-or-later
/* The addresses, bridges and devices that nsnet chooses, and the conflicts that it refuses. Most
 * cases give resolve_*.c the devices, addresses and routes of the host, so that it does not ask the
 * kernel. This file replaces ports_await(), which waits for the end of other programs. */
#include <linux/rtnetlink.h>

#include "../fault.h"
#include "nsnet.h"
#include "nsnet/resolve.h"

UNIT_LEAVES_MEMORY

static struct host host;
static struct net_link devices[40];
static struct net_ifaddr addresses[4];
static struct net_route routes[4];

/* the result of ports_await(), and the number of its calls */
static unsigned still_there, waits;

int ports_await(struct net *n, ports_count *count, void *arg, unsigned *left, struct nserr *e)
{
	bool dying = true;

	(void)n, (void)e;
	/* the device is not in the list any more */
	CHECK_INT(count(arg, &NET_LINKS_INIT, &dying), 0);
	waits++;
	*left = still_there;
	return 0;
}

/* The host has lo, the bridge br0 with 10.1.0.1/24, and eth7 with the route 10.7.0.0/16. */
static void begin(void)
{
	begin_net();
	strcpy(net.owner, "web");
	strcpy(net.bridges[0].name, "br0");
	net.bridges[0].index = 2;
	net.bridges[0].has.v[0] = addr("10.1.0.1/24");
	net.bridges[0].has.n = 1;
	net.n_bridges = 1;
	memset(devices, 0, sizeof(devices));
	devices[0] = (struct net_link){ .index = 1, .name = "lo", .flags = IFF_LOOPBACK };
	devices[1] = (struct net_link){ .index = 2, .name = "br0", .kind = "bridge" };
	devices[2] = (struct net_link){ .index = 7, .name = "eth7" };
	addresses[0] = (struct net_ifaddr){ .index = 2, .addr = addr("10.1.0.1/24") };
	routes[0] = (struct net_route){ .index = 7, .dst = addr("10.7.0.0/16") };
	routes[1] = (struct net_route){ .index = 7, .dst = { .family = AF_INET } };
	host = (struct host){ .links = { .v = devices, .n = 3 },
			      .addrs = { .v = addresses, .n = 1 },
			      .routes = { .v = routes, .n = 2 },
			      .has_links = true,
			      .has_addrs = true,
			      .has_routes = true };
	still_there = 1;
	waits = 0;
}

/* Adds a port of br0 with this alias and index to the host. */
static void put_port(int index, const char *alias)
{
	struct net_link *l = &devices[host.links.n++];

	*l = (struct net_link){ .index = index, .kind = "veth", .master = 2 };
	snprintf(l->name, sizeof(l->name), "vethns%d", index);
	strcpy(l->alias, alias);
}

static struct wire *put_wire(enum wire_kind kind, const char *address)
{
	struct wire *w = &net.wires[net.n_wires++];

	*w = (struct wire){ .kind = kind,
			    .other_ns = -1,
			    .other_nl = NETLINK_INIT,
			    .ifname = "eth0",
			    .bridge = kind == WIRE_BRIDGE ? &net.bridges[0] : NULL };
	if (address) {
		w->addr.v[0] = addr(address);
		w->addr.n = 1;
	}
	return w;
}

static const char *text_of(const struct net_addr *a)
{
	static char text[NET_ADDR_TEXT];

	return net_addr_format(a, true, text);
}

/* ---- subnets */

static void overlapping_subnets_are_refused(void)
{
	static const struct {
		const char *subnet;
		int index;
		bool refused;
	} all[] = {
		{ "10.7.1.1/24", 0, true },  { "10.0.0.1/8", 0, true },
		{ "10.7.1.1/24", 7, false }, { "10.8.0.1/24", 0, false },
		{ "10.7.1.1/32", 0, false }, { "fd00::1/64", 0, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct net_addr a = addr(all[i].subnet);
		struct nserr e = NSERR_INIT;

		begin();
		CHECK_INT(check_overlap(&net, &host, &a, all[i].index, "br1", &e),
			  all[i].refused ? -EINVAL : 0);
		CHECK_INT(waits, all[i].refused);
		if (all[i].refused)
			CHECK(strstr(e.what, "of 'br1' overlaps the route to 10.7.0.0/16"));
		net.force = true;
		CHECK_INT(check_overlap(&net, &host, &a, all[i].index, "br1", &e), 0);
	}
}

static void inside_ended_program(const char *dir)
{
	struct net_addr a = addr("10.7.1.1/24");
	struct nserr e = NSERR_INIT;

	(void)dir;
	begin();
	/* net_routes_free() frees the list */
	host.routes.v = malloc(sizeof(routes));
	memcpy(host.routes.v, routes, sizeof(routes));
	still_there = 0;
	/* without a socket, the routes cannot be read again */
	unit_check_failed(check_overlap(&net, &host, &a, 0, "br1", &e), &e);
	CHECK(!host.has_routes);
	CHECK_INT(netlink_open(&net.host, &e), 0);
	CHECK_INT(check_overlap(&net, &host, &a, 0, "br1", &e), 0);
	CHECK(host.has_routes);
	CHECK_INT(host.routes.n, 0);
	netlink_close(&net.host);
	net_routes_free(&host.routes);
}

static void routes_of_an_ended_program_are_no_obstacle(void)
{
	sandbox(CLONE_NEWNET, inside_ended_program);
}

/* ---- bridges */

/* The bridge t0 exists in the sandbox, with 10.5.0.1/24 and an MTU of 1400. */
static void inside_bridge(const char *dir)
{
	static const uint8_t mac[NET_MAC_SIZE] = { 2, 0, 0, 0, 0, 1 };
	const struct net_addr a = addr("10.5.0.1/24"), v6 = addr("fd00:5::1/64");
	struct nserr e = NSERR_INIT;
	struct netlink_batch b;
	struct bridge br;
	struct net_link l;

	(void)dir;
	begin();
	host = (struct host){ 0 };
	CHECK_INT(netlink_open(&net.host, &e), 0);
	netlink_batch_init(&b);
	net_link_put_bridge(&b, "t0", mac);
	CHECK_INT(netlink_send(&net.host, &b, NULL, &e), 0);
	CHECK_INT(net_link_find(&net.host, "t0", &l, &e), 0);
	netlink_batch_init(&b);
	net_addr_put(&b, l.index, &a);
	net_addr_put(&b, l.index, &v6);
	net_link_put_up(&b, l.index, 1400);
	CHECK_INT(netlink_send(&net.host, &b, NULL, &e), 0);
	for (int twice = 0; twice < 2; twice++) {
		br = (struct bridge){ .name = "t0", .addr = { .v = { a, v6 }, .n = 2 } };
		CHECK_INT(resolve_bridge(&net, &host, &br, &e), 0);
		CHECK_INT(br.index, l.index);
		CHECK_INT(br.link_mtu, 1400);
		/* the link-local address is not counted */
		CHECK_INT(br.has.n, 2);
		/* the bridge has the addresses already */
		CHECK_INT(br.addr.n, 0);
	}
	CHECK(host.has_addrs);
	br = (struct bridge){ .name = "lo" };
	CHECK_INT(resolve_bridge(&net, &host, &br, &e), -EINVAL);
	CHECK_STR(e.what, "the device 'lo' is not a bridge");
	br = (struct bridge){ .name = "gone" };
	CHECK_INT(resolve_bridge(&net, &host, &br, &e), -ENODEV);
	CHECK_STR(e.hint, "create the bridge with 'nsnet bridge gone,<address>/<length>'");
	/* a new bridge has an MTU that all uplinks can transport, and at most 8 addresses */
	br = (struct bridge){ .name = "new", .wanted = true };
	for (int i = 0; i < NET_ADDRS_MAX; i++) {
		br.addr.v[i] = addr("10.6.0.1/24");
		br.addr.v[i].b[2] = (uint8_t)i;
	}
	br.addr.n = NET_ADDRS_MAX;
	br.has.v[0] = v6;
	br.has.n = 1;
	net.uplink_mtu = 1300;
	CHECK_INT(resolve_bridge(&net, &host, &br, &e), 0);
	CHECK_INT(br.link_mtu, 1300);
	CHECK_INT(br.has.n, NET_ADDRS_MAX);
	CHECK_INT(br.mac[0], 2);
	CHECK_INT(br.mac[1], 0x62);
	/* without an IPv4 address, the hardware address is random, but locally administered */
	br = (struct bridge){ .name = "new", .wanted = true };
	CHECK_INT(resolve_bridge(&net, &host, &br, &e), 0);
	CHECK_INT(br.mac[0] & 3, 2);
	/* the subnet of another device */
	br = (struct bridge){ .name = "new", .wanted = true, .addr = { .v = { a }, .n = 1 } };
	CHECK_INT(resolve_bridge(&net, &host, &br, &e), -EINVAL);
	CHECK(strstr(e.what, "of 'new' overlaps the route to 10.5.0.0/24"));
	netlink_close(&net.host);
	unit_check_failed(resolve_bridge(&net, &host, &br, &e), &e);
}

static void existing_bridge_keeps_its_addresses(void)
{
	sandbox(CLONE_NEWNET, inside_bridge);
}

static int try_bridge(void)
{
	struct bridge br = { .name = "new", .wanted = true };
	struct nserr e = NSERR_INIT;
	int rc;

	fault_begin();
	rc = resolve_bridge(&net, &host, &br, &e);
	fault_end();
	return fault_result(rc, &e, (br.mac[0] & 3) == 2);
}

static void inside_faults(const char *dir)
{
	struct nserr e = NSERR_INIT;

	(void)dir;
	begin();
	CHECK_INT(netlink_open(&net.host, &e), 0);
	fault_all("resolve_bridge", try_bridge, NULL);
	netlink_close(&net.host);
}

static void bridge_has_a_hardware_address_without_random_numbers(void)
{
	if (fault_require())
		sandbox(CLONE_NEWNET, inside_faults);
}

/* ---- addresses */

static void lowest_free_address_is_chosen(void)
{
	struct nserr e = NSERR_INIT;
	struct wire *w;

	begin();
	w = put_wire(WIRE_BRIDGE, NULL);
	CHECK_INT(choose_addresses(&net, &host, w, &e), 0);
	CHECK_STR(text_of(&w->addr.v[0]), "10.1.0.2/24");
	/* addresses in aliases are in use: texts that are no address are ignored */
	put_port(20, NET_ALIAS "a addr=10.1.0.2/24");
	put_port(21, NET_ALIAS "b addr=x,10.1.0.3/24,fd00::9/64 nat");
	put_port(22, "other addr=10.1.0.4/24");
	put_port(23, NET_ALIAS "c");
	put_port(24, NET_ALIAS "d addr=10.1.0.5/24");
	devices[host.links.n - 1].master = 3;
	w = put_wire(WIRE_BRIDGE, NULL);
	net.wires[0].addr.v[0] = addr("10.1.0.6/24");
	CHECK_INT(choose_addresses(&net, &host, w, &e), 0);
	CHECK_STR(text_of(&w->addr.v[0]), "10.1.0.4/24");
	/* a bridge that does not exist yet has no ports */
	net.n_wires = 0;
	net.bridges[0].index = 0;
	host.has_links = false;
	w = put_wire(WIRE_BRIDGE, NULL);
	CHECK_INT(choose_addresses(&net, &host, w, &e), 0);
	CHECK_STR(text_of(&w->addr.v[0]), "10.1.0.2/24");
	/* the devices cannot be read */
	net.bridges[0].index = 2;
	unit_check_failed(choose_addresses(&net, &host, w, &e), &e);
}

static void full_subnet_has_no_free_address(void)
{
	struct nserr e = NSERR_INIT;
	struct wire *w;

	begin();
	net.bridges[0].has.v[0] = addr("10.1.0.1/30");
	put_port(20, NET_ALIAS "a addr=10.1.0.2/30");
	w = put_wire(WIRE_BRIDGE, NULL);
	CHECK_INT(choose_addresses(&net, &host, w, &e), -EADDRNOTAVAIL);
	CHECK_STR(e.what, "no address is free in the subnet 10.1.0.1/30 of 'br0'");
	net.bridges[0].has.n = 0;
	CHECK_INT(choose_addresses(&net, &host, w, &e), -EINVAL);
	CHECK_STR(e.what, "'eth0': auto needs a bridge with an address, and 'br0' has none");
}

static void address_of_another_port_is_refused(void)
{
	static const struct {
		const char *alias, *address;
		int master;
		bool refused, waits;
	} all[] = {
		{ NET_ALIAS "other addr=10.1.0.9/24", "10.1.0.9/24", 2, true, false },
		{ NET_ALIAS "run addr=10.1.0.9/24", "10.1.0.9/24", 2, true, true },
		{ NET_ALIAS "other addr=10.1.0.9/24", "10.1.0.9/24", 3, false, false },
		{ NET_ALIAS "other addr=10.1.0.8/24", "10.1.0.9/24", 2, false, false },
		{ NET_ALIAS "other addr=10.1.0.8/24,10.1.0.9/24", "10.1.0.9/24", 2, true, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct nserr e = NSERR_INIT;
		struct wire *w;

		begin();
		put_port(20, all[i].alias);
		devices[host.links.n - 1].master = all[i].master;
		w = put_wire(WIRE_BRIDGE, all[i].address);
		CHECK_INT(check_free(&net, &host, w, &e), all[i].refused ? -EADDRINUSE : 0);
		CHECK_INT(waits, all[i].waits);
		if (all[i].refused)
			CHECK(strstr(e.what, all[i].waits ? "the namespace 'run' already has the "
							    "address 10.1.0.9"
							  : "the namespace 'other' already has the "
							    "address 10.1.0.9"));
		/* --explain and --check do not wait for the end of a program */
		net.explain = true;
		CHECK_INT(check_free(&net, &host, w, &e), all[i].refused ? -EADDRINUSE : 0);
		net.explain = false;
		net.check = true;
		CHECK_INT(check_free(&net, &host, w, &e), all[i].refused ? -EADDRINUSE : 0);
		CHECK_INT(waits, all[i].waits);
		net.check = false;
		/* the program has ended */
		still_there = 0;
		CHECK_INT(check_free(&net, &host, w, &e),
			  all[i].refused && !all[i].waits ? -EADDRINUSE : 0);
		net.force = true;
		CHECK_INT(check_free(&net, &host, w, &e), 0);
		net.force = false;
		net.bridges[0].index = 0;
		CHECK_INT(check_free(&net, &host, w, &e), 0);
	}
}

static void own_device_does_not_take_its_address(void)
{
	struct nserr e = NSERR_INIT;
	struct wire *w;

	begin();
	put_port(20, NET_ALIAS "web addr=10.1.0.9/24");
	w = put_wire(WIRE_BRIDGE, "10.1.0.9/24");
	w->exists = true;
	w->outer = 20;
	CHECK_INT(check_free(&net, &host, w, &e), 0);
	/* two other ports have the address: the first is reported */
	put_port(21, NET_ALIAS "first addr=10.1.0.9/24");
	put_port(22, NET_ALIAS "run addr=10.1.0.9/24");
	CHECK_INT(check_free(&net, &host, w, &e), -EADDRINUSE);
	CHECK(strstr(e.what, "the namespace 'first' already has the address 10.1.0.9"));
	CHECK_INT(waits, 0);
	w->addr.v[0] = addr("10.1.0.1/24");
	CHECK_INT(check_free(&net, &host, w, &e), -EADDRINUSE);
	CHECK_STR(e.what, "the bridge 'br0' already has the address 10.1.0.1");
	/* the devices cannot be read */
	w->addr.v[0] = addr("10.1.0.9/24");
	host.has_links = false;
	unit_check_failed(check_free(&net, &host, w, &e), &e);
}

/* ---- devices */

static void first_device_on_a_bridge_gets_a_gateway(void)
{
	static const struct {
		const char *address;
		bool first, no_gw;
		const char *gateway;
	} all[] = {
		{ "10.1.0.9/24", true, false, "10.1.0.1/24" },
		{ "10.1.0.9/24", false, false, NULL },
		{ "10.1.0.9/24", true, true, NULL },
		{ "10.2.0.9/24", true, false, NULL },
		{ "fd00:1::9/64", true, false, "fd00:1::1/64" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		struct net_links none = NET_LINKS_INIT;
		struct nserr e = NSERR_INIT;
		struct wire *w;

		begin();
		net.bridges[0].has.v[1] = addr("fd00:1::1/64");
		net.bridges[0].has.n = 2;
		net.bridges[0].link_mtu = 1400;
		w = put_wire(WIRE_BRIDGE, all[i].address);
		w->no_gw = all[i].no_gw;
		CHECK_INT(resolve_wire(&net, &host, &none, w, all[i].first, &e), 0);
		CHECK_INT(w->gw.n, all[i].gateway ? 1 : 0);
		if (all[i].gateway)
			CHECK_STR(text_of(&w->gw.v[0]), all[i].gateway);
		CHECK_INT(w->mtu, 1400);
		CHECK_INT(w->has_mac, w->addr.v[0].family == AF_INET);
		/* a given gateway and MTU stay */
		w->gw.v[0] = addr("10.1.0.7");
		w->gw.n = 1;
		w->mtu = 1280;
		CHECK_INT(resolve_wire(&net, &host, &none, w, all[i].first, &e), 0);
		CHECK_INT(w->gw.n, 1);
		CHECK_STR(text_of(&w->gw.v[0]), "10.1.0.7/32");
		CHECK_INT(w->mtu, 1280);
	}
}

static void device_to_the_host_needs_a_free_subnet(void)
{
	struct net_links none = NET_LINKS_INIT;
	struct nserr e = NSERR_INIT;
	struct wire *w;

	begin();
	w = put_wire(WIRE_HOST, "10.9.0.2/24");
	w->other_addr.v[0] = addr("10.9.0.1/24");
	w->other_addr.v[1] = addr("10.7.0.1/24");
	w->other_addr.n = 2;
	CHECK_INT(resolve_wire(&net, &host, &none, w, true, &e), -EINVAL);
	CHECK(strstr(e.what, "the subnet 10.7.0.1/24 of 'eth0' overlaps the route to 10.7.0.0/16"));
	w->other_addr.n = 1;
	net.uplink_mtu = 1300;
	net.explain = true;
	CHECK_INT(resolve_wire(&net, &host, &none, w, true, &e), 0);
	CHECK_INT(w->mtu, 1300);
	CHECK_STR(w->alias, NET_ALIAS "web addr=10.9.0.2/24");
	/* the name that the kernel would choose */
	CHECK_STR(w->outer_name, "vethns0");
	put_port(0, "");
	CHECK_STR(devices[3].name, "vethns0");
	CHECK_INT(resolve_wire(&net, &host, &none, w, true, &e), 0);
	CHECK_STR(w->outer_name, "vethns1");
	/* the devices cannot be read */
	host.has_links = false;
	unit_check_failed(resolve_wire(&net, &host, &none, w, true, &e), &e);
}

/* An alias has at most 255 bytes. The word "nat" is left out if it does not fit. */
static void alias_names_the_addresses_and_the_table(void)
{
	struct net_links none = NET_LINKS_INIT;
	struct nserr e = NSERR_INIT;
	struct wire *w;

	begin();
	net.nat = true;
	w = put_wire(WIRE_BRIDGE, "10.1.0.9/24");
	CHECK_INT(resolve_wire(&net, &host, &none, w, true, &e), 0);
	CHECK_STR(w->alias, NET_ALIAS "web addr=10.1.0.9/24 nat");
	net.argv = (char *[]){ (char *)"true", NULL };
	CHECK_INT(resolve_wire(&net, &host, &none, w, true, &e), 0);
	CHECK_STR(w->alias, NET_ALIAS "web addr=10.1.0.9/24");
	net.argv = NULL;
	for (int i = 0; i < NET_ADDRS_MAX; i++) {
		w->addr.v[i] = addr("2001:db8:1111:2222:3333:4444:5555:6666/128");
		w->addr.v[i].b[15] = (uint8_t)i;
	}
	w->addr.n = NET_ADDRS_MAX;
	CHECK_INT(resolve_wire(&net, &host, &none, w, true, &e), 0);
	CHECK_INT(strlen(w->alias), sizeof(w->alias) - 1);
	CHECK(!strstr(w->alias, " nat"));
}

static void existing_device_must_have_the_wanted_type_and_end(void)
{
	struct net_link inside[] = {
		{ .index = 5, .name = "eth0", .kind = "veth", .peer = 20, .peer_nsid = -1 }
	};
	struct net_links there = { .v = inside, .n = 1 };
	struct nserr e = NSERR_INIT;
	struct wire *w;

	begin();
	put_port(20, NET_ALIAS "web");
	w = put_wire(WIRE_STACKED, NULL);
	w->stacked = "macvlan";
	CHECK_INT(resolve_wire(&net, &host, &there, w, true, &e), -EEXIST);
	CHECK_STR(e.what, "the device 'eth0' exists already, and is not of type macvlan");
	net.n_wires = 0;
	w = put_wire(WIRE_BRIDGE, "10.1.0.9/24");
	CHECK_INT(resolve_wire(&net, &host, &there, w, true, &e), -EEXIST);
	CHECK_STR(e.what, "the device 'eth0' exists already, and is not connected to 'br0'");
	/* the other end was not created by nsnet, or is missing */
	strcpy(devices[3].alias, "");
	CHECK_INT(resolve_wire(&net, &host, &there, w, true, &e), -EEXIST);
	inside[0].peer = 99;
	CHECK_INT(resolve_wire(&net, &host, &there, w, true, &e), -EEXIST);
	net.n_wires = 0;
	w = put_wire(WIRE_HOST, "10.9.0.2/24");
	CHECK_INT(resolve_wire(&net, &host, &there, w, true, &e), -EEXIST);
	CHECK_STR(e.what, "the device 'eth0' exists already, and is not connected to the caller");
	/* the devices cannot be read */
	host.has_links = false;
	unit_check_failed(resolve_wire(&net, &host, &there, w, true, &e), &e);
	strcpy(inside[0].kind, "dummy");
	CHECK_INT(resolve_wire(&net, &host, &there, w, true, &e), -EEXIST);
	CHECK_STR(e.what, "the device 'eth0' exists already, and is not of type veth");
	/* the end of a pair between two namespaces is not checked */
	strcpy(inside[0].kind, "veth");
	net.n_wires = 0;
	w = put_wire(WIRE_REF, "10.9.0.2/24");
	w->other_addr.v[0] = addr("10.9.0.1/24");
	w->other_addr.n = 1;
	CHECK_INT(resolve_wire(&net, &host, &there, w, true, &e), 0);
	CHECK(w->exists);
	CHECK(w->has_outer_mac);
}

static void inside_existing(const char *dir)
{
	struct net_link inside[] = { { .index = 5, .name = "eth0", .kind = "veth" } };
	struct net_links there = { .v = inside, .n = 1 };
	struct nserr e = NSERR_INIT;
	struct wire *w;

	(void)dir;
	begin();
	/* the addresses of the existing device cannot be read */
	w = put_wire(WIRE_REF, NULL);
	w->automatic = true;
	w->bridge = &net.bridges[0];
	unit_check_failed(resolve_wire(&net, &host, &there, w, true, &e), &e);
	/* the other namespace does not exist */
	net.n_wires = 0;
	w = put_wire(WIRE_REF, "10.9.0.2/24");
	w->other = (char *)"netns:gone";
	unit_check_failed(resolve_wire(&net, &host, &NET_LINKS_INIT, w, true, &e), &e);
	CHECK(e.what[0]);
	/* the lower device does not exist */
	CHECK_INT(netlink_open(&net.host, &e), 0);
	net.n_wires = 0;
	w = put_wire(WIRE_STACKED, NULL);
	w->stacked = "macvlan";
	w->other = (char *)"gone";
	CHECK_INT(resolve_wire(&net, &host, &NET_LINKS_INIT, w, true, &e), -ENODEV);
	CHECK_STR(e.what, "cannot find the device 'gone'");
	w->other = (char *)"lo";
	CHECK_INT(resolve_wire(&net, &host, &NET_LINKS_INIT, w, true, &e), 0);
	CHECK_INT(w->lower, 1);
	netlink_close(&net.host);
}

static void other_end_and_lower_device_must_exist(void)
{
	sandbox(CLONE_NEWNET, inside_existing);
}

static void free_name_is_neither_in_the_list_nor_in_the_request(void)
{
	char name[IF_NAMESIZE];

	begin();
	strcpy(put_wire(WIRE_HOST, NULL)->outer_name, "eth0");
	strcpy(devices[2].name, "eth1");
	free_name(&host.links, &net, "eth", name);
	CHECK_STR(name, "eth2");
	/* the name of the device itself does not count */
	free_name(&host.links, &net, "eth", net.wires[0].outer_name);
	CHECK_STR(net.wires[0].outer_name, "eth0");
}

/* ---- arguments */

/* Checks that spec_wire() ends the tool with this message. */
static void check_refused_link(const char *text, const char *message)
{
	begin();
	CHECK_DIES(spec_wire(&net, "--link", text), message);
}

static void links_name_a_device_and_its_other_end(void)
{
	begin();
	spec_wire(&net, "--link", "eth0=ipvlan:lan0");
	CHECK_INT(net.wires[0].kind, WIRE_STACKED);
	CHECK_STR(net.wires[0].stacked, "ipvlan");
	CHECK_STR(net.wires[0].other, "lan0");
	spec_wire(&net, "--link", "eth1@web:eth5");
	CHECK_INT(net.wires[1].kind, WIRE_REF);
	CHECK_STR(net.wires[1].other, "netns:web");
	CHECK_STR(net.wires[1].other_if, "eth5");
	/* "netns:web" is a reference, and 123 is no name of a device */
	spec_wire(&net, "--link", "eth2@netns:web");
	CHECK_STR(net.wires[2].other, "netns:web");
	CHECK_STR(net.wires[2].other_if, "");
	spec_wire(&net, "--link", "eth3@net:4026531840");
	CHECK_STR(net.wires[3].other, "net:4026531840");
	CHECK_STR(net.wires[3].other_if, "");
	check_refused_link("eth0=vlan:lan0", "--link: invalid 'vlan:lan0', expected "
					     "macvlan:<device> or ipvlan:<device>");
	check_refused_link("lo", "--link: the device lo cannot be created, because each network "
				 "namespace has a device lo");
	check_refused_link("eth0@web:", "--link: invalid namespace 'web:', expected a name or a "
					"reference");
}

/* A request has at most 16 devices and 16 bridges. */
static void number_of_devices_and_bridges_is_limited(void)
{
	char text[32];

	begin();
	net.n_bridges = 0;
	for (int i = 0; i < NET_WORDS_MAX; i++) {
		snprintf(text, sizeof(text), "e%d", i);
		spec_wire(&net, "--link", text);
		snprintf(text, sizeof(text), "br%d", i);
		CHECK(spec_bridge(&net, "--bridge", text) == &net.bridges[i]);
	}
	CHECK(spec_bridge(&net, "--bridge", "br3") == &net.bridges[3]);
	CHECK_DIES(spec_wire(&net, "--link", "e99"), "--link: more than 16 devices");
	CHECK_DIES((void)spec_bridge(&net, "--bridge", "br99"), "--bridge: more than 16 bridges");
}

static void names_of_namespaces_have_a_form_that_is_safe_in_a_path(void)
{
	char name[NET_NAME_MAX + 2];

	CHECK(name_is_valid("web"));
	CHECK(name_is_valid("a.b_c-9"));
	CHECK(!name_is_valid(""));
	CHECK(!name_is_valid("-a"));
	CHECK(!name_is_valid(".a"));
	CHECK(!name_is_valid("a/b"));
	CHECK(!name_is_valid("a b"));
	memset(name, 'a', sizeof(name));
	name[NET_NAME_MAX + 1] = '\0';
	CHECK(!name_is_valid(name));
	name[NET_NAME_MAX] = '\0';
	CHECK(name_is_valid(name));
}

UNIT_MAIN(CASE(overlapping_subnets_are_refused), CASE(routes_of_an_ended_program_are_no_obstacle),
	  CASE(existing_bridge_keeps_its_addresses),
	  CASE(bridge_has_a_hardware_address_without_random_numbers),
	  CASE(lowest_free_address_is_chosen), CASE(full_subnet_has_no_free_address),
	  CASE(address_of_another_port_is_refused), CASE(own_device_does_not_take_its_address),
	  CASE(first_device_on_a_bridge_gets_a_gateway),
	  CASE(device_to_the_host_needs_a_free_subnet),
	  CASE(alias_names_the_addresses_and_the_table),
	  CASE(existing_device_must_have_the_wanted_type_and_end),
	  CASE(other_end_and_lower_device_must_exist),
	  CASE(free_name_is_neither_in_the_list_nor_in_the_request),
	  CASE(links_name_a_device_and_its_other_end),
	  CASE(number_of_devices_and_bridges_is_limited),
	  CASE(names_of_namespaces_have_a_form_that_is_safe_in_a_path))
