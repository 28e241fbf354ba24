// SPDX-License-Identifier: GPL-2.0-or-later
/* test-answers: checks how the netlink answers of the kernel are processed. */
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "net/addr.h"
#include "net/await.h"
#include "net/conntrack.h"
#include "net/link.h"
#include "net/neigh.h"
#include "net/netlink.h"
#include "net/route.h"

#include "answers.h"

static void put_link(struct netlink_batch *b, int index, const char *name, uint16_t flags)
{
	const struct ifinfomsg ifi = { .ifi_index = index };

	netlink_begin(b, RTM_NEWLINK, NLM_F_MULTI | flags, &ifi, sizeof(ifi));
	netlink_put_str(b, IFLA_IFNAME, name);
}

static void put_addr(struct netlink_batch *b, uint8_t family, uint16_t type, size_t size)
{
	const struct ifaddrmsg ifa = { .ifa_family = family, .ifa_prefixlen = 8, .ifa_index = 2 };
	const uint8_t bytes[16] = { 10, 0, 0, 1 };

	netlink_begin(b, RTM_NEWADDR, NLM_F_MULTI, &ifa, sizeof(ifa));
	netlink_put(b, type, bytes, size);
}

static void put_route(struct netlink_batch *b, uint8_t family, uint8_t type, uint32_t table,
		      size_t size)
{
	const struct rtmsg rt = { .rtm_family = family, .rtm_type = type };
	const uint8_t bytes[16] = { 10, 0, 0, 1 };

	netlink_begin(b, RTM_NEWROUTE, NLM_F_MULTI, &rt, sizeof(rt));
	netlink_put_u32(b, RTA_TABLE, table);
	netlink_put(b, RTA_GATEWAY, bytes, size);
}

static void an_interrupted_dump_begins_again(void)
{
	struct net_ifaddrs addrs;
	struct net_routes routes;
	struct net_links links;
	struct netlink_batch b;

	begin();
	netlink_batch_init(&b);
	put_link(&b, 1, "old", NLM_F_DUMP_INTR);
	put_done(&b);
	answer(&b, 1);
	put_link(&b, 2, "new", 0);
	put_done(&b);
	answer(&b, 2);
	CHECK_INT(net_links_read(&nl, &links, NULL), 0);
	CHECK_INT(links.n, 1);
	CHECK_STR(links.v[0].name, "new");
	net_links_free(&links);

	put_addr(&b, AF_INET, IFA_LOCAL, 4);
	put_done(&b);
	((struct nlmsghdr *)(void *)b.space)->nlmsg_flags |= NLM_F_DUMP_INTR;
	answer(&b, 3);
	put_done(&b);
	answer(&b, 4);
	CHECK_INT(net_ifaddrs_read(&nl, &addrs, NULL), 0);
	CHECK_INT(addrs.n, 0);
	net_ifaddrs_free(&addrs);

	put_route(&b, AF_INET, RTN_UNICAST, RT_TABLE_MAIN, 4);
	put_done(&b);
	((struct nlmsghdr *)(void *)b.space)->nlmsg_flags |= NLM_F_DUMP_INTR;
	answer(&b, 5);
	put_done(&b);
	answer(&b, 6);
	CHECK_INT(net_routes_read(&nl, &routes, NULL), 0);
	CHECK_INT(routes.n, 0);
	net_routes_free(&routes);
	end();
}

static void a_dump_that_is_always_interrupted_fails(void)
{
	struct nserr e = NSERR_INIT;
	struct net_links links;
	struct netlink_batch b;

	begin();
	netlink_batch_init(&b);
	for (uint32_t seq = 1; seq <= 100; seq++) {
		put_link(&b, 1, "x", NLM_F_DUMP_INTR);
		put_done(&b);
		answer(&b, seq);
	}
	CHECK_INT(net_links_read(&nl, &links, &e), -EAGAIN);
	CHECK(strstr(e.what, "cannot list the network devices"));
	CHECK(nl.seq > 2 && nl.seq < 100);
	net_links_free(&links);
	end();
}

static void answers_to_another_request_are_skipped(void)
{
	struct net_links links;
	struct netlink_batch b;

	begin();
	netlink_batch_init(&b);
	put_link(&b, 1, "other", 0);
	put_done(&b);
	answer(&b, 77);
	put_link(&b, 2, "own", 0);
	netlink_begin(&b, RTM_DELLINK, NLM_F_MULTI, "", 1);
	put_done(&b);
	answer(&b, 1);
	CHECK_INT(net_links_read(&nl, &links, NULL), 0);
	CHECK_INT(links.n, 1);
	CHECK_STR(links.v[0].name, "own");
	net_links_free(&links);
	end();
}

/* Requests a dump of devices and answers with the batch. Returns the result. */
static int links_of(struct netlink_batch *b, struct nserr *e)
{
	struct net_links links;
	int rc;

	begin();
	answer(b, 1);
	rc = net_links_read(&nl, &links, e);
	net_links_free(&links);
	end();
	return rc;
}

static void a_refused_dump_is_reported(void)
{
	struct nserr e = NSERR_INIT;
	struct netlink_batch b;

	netlink_batch_init(&b);
	put_error(&b, -EPERM);
	netlink_put_str(&b, NLMSGERR_ATTR_MSG, "not you");
	((struct nlmsghdr *)(void *)b.space)->nlmsg_flags |= NLM_F_ACK_TLVS;
	CHECK_INT(links_of(&b, &e), -EPERM);
	CHECK_STR(unit_message(&e), "cannot list the network devices: Operation not permitted");
	CHECK_STR(e.hint, "the kernel reports: not you");

	put_error(&b, -EPERM);
	CHECK_INT(links_of(&b, NULL), -EPERM);
	put_error(&b, 0);
	CHECK_INT(links_of(&b, NULL), 0);
}

static void a_missing_or_damaged_error_text_sets_no_hint(void)
{
	struct nserr e = NSERR_INIT;
	struct netlink_batch b;
	struct nlmsghdr *nh = (void *)b.space;

	netlink_batch_init(&b);
	put_error(&b, -EPERM);
	nh->nlmsg_flags |= NLM_F_ACK_TLVS;
	CHECK_INT(links_of(&b, &e), -EPERM);
	put_error(&b, -EPERM);
	netlink_put_str(&b, NLMSGERR_ATTR_MSG, "");
	nh->nlmsg_flags |= NLM_F_ACK_TLVS;
	CHECK_INT(links_of(&b, &e), -EPERM);
	put_error(&b, -EPERM);
	netlink_put_u32(&b, NLMSGERR_ATTR_OFFS, 4);
	nh->nlmsg_flags |= NLM_F_ACK_TLVS;
	CHECK_INT(links_of(&b, &e), -EPERM);
	/* the length of the attribute exceeds the message */
	put_error(&b, -EPERM);
	netlink_put_str(&b, NLMSGERR_ATTR_MSG, "x");
	nh->nlmsg_flags |= NLM_F_ACK_TLVS;
	((struct nlattr *)(void *)(b.space + NLMSG_HDRLEN + sizeof(struct nlmsgerr)))->nla_len = 99;
	CHECK_INT(links_of(&b, &e), -EPERM);
	/* the length of the repeated request exceeds the message */
	put_error(&b, -EPERM);
	nh->nlmsg_flags = NLM_F_ACK_TLVS;
	((struct nlmsgerr *)(void *)(b.space + NLMSG_HDRLEN))->msg.nlmsg_len = 4000;
	CHECK_INT(links_of(&b, &e), -EPERM);
	CHECK_STR(e.hint, "");
}

static void damaged_answers_are_refused(void)
{
	struct netlink_batch b;
	struct nlmsghdr *nh = (void *)b.space;
	size_t info;

	netlink_batch_init(&b);
	put_error(&b, 1);
	CHECK_INT(links_of(&b, NULL), -EBADMSG);
	netlink_begin(&b, NLMSG_ERROR, 0, "", 1);
	CHECK_INT(links_of(&b, NULL), -EBADMSG);
	netlink_begin(&b, RTM_NEWLINK, NLM_F_MULTI, "", 1);
	CHECK_INT(links_of(&b, NULL), -EBADMSG);
	put_link(&b, 1, "x", 0);
	b.len -= 4;
	CHECK_INT(links_of(&b, NULL), -EBADMSG);
	put_link(&b, 1, "x", 0);
	nh->nlmsg_len = 4;
	b.len = 4;
	CHECK_INT(links_of(&b, NULL), -EBADMSG);
	/* the attributes within IFLA_LINKINFO */
	put_link(&b, 1, "x", 0);
	netlink_put_u32(&b, IFLA_LINKINFO, 99);
	CHECK_INT(links_of(&b, NULL), -EBADMSG);
	/* the attributes of a bridge port */
	put_link(&b, 1, "x", 0);
	info = netlink_nest(&b, IFLA_LINKINFO);
	netlink_put_str(&b, IFLA_INFO_SLAVE_KIND, "bridge");
	netlink_put_u32(&b, IFLA_INFO_SLAVE_DATA, 99);
	netlink_nest_end(&b, info);
	CHECK_INT(links_of(&b, NULL), -EBADMSG);
}

static void values_of_another_length_are_ignored(void)
{
	char alias[2 * NET_LINK_ALIAS];
	struct netlink_batch b;
	struct net_link l;
	size_t info;

	memset(alias, 'a', sizeof(alias));
	netlink_batch_init(&b);
	put_link(&b, 7, "a-name-of-more-than-15-bytes", 0);
	netlink_put_u32(&b, IFLA_OPERSTATE, 6);
	netlink_put_u32(&b, IFLA_CARRIER, 1);
	netlink_put_u32(&b, IFLA_ADDRESS, 1);
	netlink_put(&b, IFLA_MTU, "12", 2);
	netlink_put(&b, IFLA_IFALIAS, alias, sizeof(alias));
	info = netlink_nest(&b, IFLA_LINKINFO);
	netlink_put_str(&b, IFLA_INFO_KIND, "veth");
	netlink_nest_end(&b, info);
	CHECK_INT(b.err, 0);
	CHECK_INT(net_link_parse((void *)b.space, &l), 0);
	CHECK_INT(l.index, 7);
	CHECK_INT(l.operstate, 0);
	CHECK(!l.carrier);
	CHECK(!l.has_mac);
	CHECK_INT(l.mtu, 0);
	CHECK_INT(l.peer_nsid, -1);
	CHECK_STR(l.name, "a-name-of-more-");
	CHECK_INT(strlen(l.alias), NET_LINK_ALIAS - 1);
	CHECK_STR(l.kind, "veth");
}

static void values_of_the_right_length_are_read(void)
{
	const uint8_t mac[NET_MAC_SIZE] = { 2, 1, 2, 3, 4, 5 };
	struct netlink_batch b;
	struct net_link l;

	netlink_batch_init(&b);
	put_link(&b, 7, "x", 0);
	netlink_put(&b, IFLA_OPERSTATE, "\6", 1);
	netlink_put(&b, IFLA_CARRIER, "\1", 1);
	netlink_put(&b, IFLA_ADDRESS, mac, sizeof(mac));
	netlink_put_u32(&b, IFLA_MTU, 1400);
	netlink_put_u32(&b, IFLA_MASTER, 3);
	netlink_put_u32(&b, IFLA_LINK, 4);
	netlink_put_u32(&b, IFLA_LINK_NETNSID, 5);
	CHECK_INT(net_link_parse((void *)b.space, &l), 0);
	CHECK_INT(l.operstate, 6);
	CHECK(l.carrier);
	CHECK(l.has_mac && memcmp(l.mac, mac, sizeof(mac)) == 0);
	CHECK_INT(l.mtu, 1400);
	CHECK_INT(l.master, 3);
	CHECK_INT(l.peer, 4);
	CHECK_INT(l.peer_nsid, 5);
	CHECK_STR(l.kind, "");
}

static void only_the_port_of_a_bridge_has_a_port_state(void)
{
	static const struct {
		const char *kind;
		bool data, port;
	} cases[] = { { "bridge", true, true },
		      { "bridge", false, false },
		      { "bond", true, false },
		      { "bond", false, false } };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct netlink_batch b;
		struct net_link l;
		size_t info, data;

		netlink_batch_init(&b);
		put_link(&b, 7, "x", 0);
		info = netlink_nest(&b, IFLA_LINKINFO);
		netlink_put_str(&b, IFLA_INFO_SLAVE_KIND, cases[i].kind);
		if (cases[i].data) {
			data = netlink_nest(&b, IFLA_INFO_SLAVE_DATA);
			netlink_put(&b, IFLA_BRPORT_STATE, "\3", 1);
			netlink_put(&b, IFLA_BRPORT_MODE, "\1", 1);
			netlink_nest_end(&b, data);
		}
		netlink_nest_end(&b, info);
		CHECK_INT(net_link_parse((void *)b.space, &l), 0);
		CHECK_INT(l.is_port, cases[i].port);
		CHECK_INT(l.port_state, cases[i].port ? 3 : 0);
		CHECK_INT(l.hairpin, cases[i].port);
	}
}

static void addresses_of_other_families_are_left_out(void)
{
	struct net_ifaddrs addrs;
	struct netlink_batch b;

	begin();
	netlink_batch_init(&b);
	put_addr(&b, AF_PACKET, IFA_LOCAL, 4);
	put_addr(&b, AF_INET, IFA_LABEL, 4);
	put_addr(&b, AF_INET, IFA_ADDRESS, 4);
	put_addr(&b, AF_INET6, IFA_ADDRESS, 16);
	netlink_begin(&b, RTM_DELADDR, NLM_F_MULTI, &(struct ifaddrmsg){ 0 },
		      sizeof(struct ifaddrmsg));
	put_done(&b);
	answer(&b, 1);
	CHECK_INT(net_ifaddrs_read(&nl, &addrs, NULL), 0);
	CHECK_INT(addrs.n, 2);
	CHECK_INT(addrs.v[0].addr.family, AF_INET);
	CHECK_INT(addrs.v[0].addr.prefix, 8);
	CHECK_INT(addrs.v[0].index, 2);
	CHECK_INT(addrs.v[1].addr.family, AF_INET6);
	net_ifaddrs_free(&addrs);

	put_addr(&b, AF_INET, IFA_LOCAL, 16);
	answer(&b, 2);
	CHECK_INT(net_ifaddrs_read(&nl, &addrs, NULL), -EBADMSG);
	net_ifaddrs_free(&addrs);
	netlink_begin(&b, RTM_NEWADDR, NLM_F_MULTI, "", 1);
	answer(&b, 3);
	CHECK_INT(net_ifaddrs_read(&nl, &addrs, NULL), -EBADMSG);
	net_ifaddrs_free(&addrs);
	end();
}

static void routes_of_other_tables_are_left_out(void)
{
	struct net_routes routes;
	struct netlink_batch b;

	begin();
	netlink_batch_init(&b);
	put_route(&b, AF_INET, RTN_UNICAST, RT_TABLE_LOCAL, 4);
	put_route(&b, AF_INET, RTN_LOCAL, RT_TABLE_MAIN, 4);
	put_route(&b, AF_PACKET, RTN_UNICAST, RT_TABLE_MAIN, 4);
	put_route(&b, AF_INET, RTN_UNICAST, RT_TABLE_MAIN, 4);
	put_route(&b, AF_INET, RTN_UNICAST, RT_TABLE_MAIN, 3);
	netlink_begin(&b, RTM_DELROUTE, NLM_F_MULTI, &(struct rtmsg){ 0 }, sizeof(struct rtmsg));
	put_done(&b);
	answer(&b, 1);
	CHECK_INT(net_routes_read(&nl, &routes, NULL), 0);
	CHECK_INT(routes.n, 2);
	CHECK_INT(routes.v[0].via.family, AF_INET);
	CHECK_INT(routes.v[1].via.family, 0);
	net_routes_free(&routes);

	put_error(&b, -ENOENT);
	answer(&b, 2);
	CHECK_INT(net_routes_read(&nl, &routes, NULL), 0);
	CHECK_INT(routes.n, 0);
	net_routes_free(&routes);
	put_error(&b, -EIO);
	answer(&b, 3);
	CHECK_INT(net_routes_read(&nl, &routes, NULL), -EIO);
	net_routes_free(&routes);
	netlink_begin(&b, RTM_NEWROUTE, NLM_F_MULTI, "", 1);
	answer(&b, 4);
	CHECK_INT(net_routes_read(&nl, &routes, NULL), -EBADMSG);
	net_routes_free(&routes);
	end();
}

static void reads_the_path_of_a_packet_and_refuses_invalid_answers(void)
{
	const struct net_addr to = { .family = AF_INET, .prefix = 32, .b = { 10, 9, 9, 9 } };
	const struct rtmsg rt = { .rtm_family = AF_INET, .rtm_type = RTN_LOCAL };
	struct nserr e = NSERR_INIT;
	struct netlink_batch b;
	struct net_way way;

	begin();
	netlink_batch_init(&b);
	netlink_begin(&b, RTM_NEWROUTE, 0, &rt, sizeof(rt));
	netlink_put_u32(&b, RTA_OIF, 4);
	netlink_put(&b, RTA_PREFSRC, to.b, 4);
	answer(&b, 1);
	CHECK_INT(net_route_ask(&nl, &to, &to, 3, &way, NULL), 0);
	CHECK_INT(way.type, RTN_LOCAL);
	CHECK_INT(way.index, 4);
	CHECK_INT(way.via.family, 0);
	CHECK_INT(way.from.family, AF_INET);
	CHECK(net_addr_same(&way.from, &to, 32));

	netlink_begin(&b, RTM_DELROUTE, 0, &rt, sizeof(rt));
	answer(&b, 2);
	CHECK_INT(net_route_ask(&nl, &to, NULL, 0, &way, &e), -EBADMSG);
	CHECK_STR(unit_message(&e), "cannot find a route to 10.9.9.9: Bad message");
	netlink_begin(&b, RTM_NEWROUTE, 0, "", 1);
	answer(&b, 3);
	CHECK_INT(net_route_ask(&nl, &to, NULL, 0, &way, NULL), -EBADMSG);
	put_error(&b, -ENETUNREACH);
	answer(&b, 4);
	CHECK_INT(net_route_ask(&nl, &to, NULL, 0, &way, NULL), -ENETUNREACH);
	end();
}

static void a_batch_is_sent_and_its_failure_named(void)
{
	struct netlink_batch b, request;
	unsigned failed = 99;

	begin();
	netlink_batch_init(&b);
	netlink_batch_init(&request);
	CHECK_INT(netlink_send(&nl, &request, &failed, NULL), 0);
	CHECK_INT(nl.seq, 1);
	net_link_put_delete(&request, 7);
	net_link_put_delete(&request, 8);
	put_error(&b, -ENODEV);
	answer(&b, 1);
	put_error(&b, 0);
	answer(&b, 2);
	CHECK_INT(netlink_send(&nl, &request, &failed, NULL), -ENODEV);
	CHECK_INT(failed, 0);
	netlink_batch_init(&request);
	net_link_put_delete(&request, 7);
	put_error(&b, 0);
	answer(&b, 3);
	CHECK_INT(netlink_send(&nl, &request, NULL, NULL), 0);
	end();
}

static void a_closed_socket_is_an_error(void)
{
	struct net_links links;
	struct nserr e = NSERR_INIT;

	end();
	CHECK_INT(net_links_read(&nl, &links, &e), -EBADF);
	CHECK(strstr(e.what, "cannot list the network devices"));
	net_links_free(&links);
}

/* ---- Connection tracking */

/* Adds a tuple with the source address 10.0.0.SRC, the destination address 10.0.0.DST, a protocol
 * and a destination port. */
static void put_tuple(struct netlink_batch *b, uint16_t type, int src, int dst, uint8_t proto,
		      uint16_t port)
{
	const uint8_t from[4] = { 10, 0, 0, (uint8_t)src }, to[4] = { 10, 0, 0, (uint8_t)dst };
	const uint16_t net_port = htons(port);
	size_t tuple = netlink_nest(b, type), part = netlink_nest(b, CTA_TUPLE_IP);

	netlink_put(b, CTA_IP_V4_SRC, from, sizeof(from));
	netlink_put(b, CTA_IP_V4_DST, to, sizeof(to));
	netlink_nest_end(b, part);
	part = netlink_nest(b, CTA_TUPLE_PROTO);
	netlink_put(b, CTA_PROTO_NUM, &proto, 1);
	netlink_put(b, CTA_PROTO_DST_PORT, &net_port, sizeof(net_port));
	netlink_nest_end(b, part);
	netlink_nest_end(b, tuple);
}

static void begin_entry(struct netlink_batch *b)
{
	const struct nfgenmsg nf = { .nfgen_family = AF_INET };

	netlink_begin(b, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW, NLM_F_MULTI, &nf,
		      sizeof(nf));
}

/* Adds an entry for a packet from 10.0.0.9 to the port of 10.0.0.dst that is translated to
 * 10.0.0.inner. */
static void put_entry(struct netlink_batch *b, int dst, int inner, uint8_t proto, uint16_t port)
{
	begin_entry(b);
	put_tuple(b, CTA_TUPLE_ORIG, 9, dst, proto, port);
	put_tuple(b, CTA_TUPLE_REPLY, inner, 9, proto, port);
}

/* Checks that nl has sent a request that lists the entries, and then n requests that delete an
 * entry that put_entry() has added. */
static void check_stale_requests(unsigned n)
{
	const struct nlattr *a[CTA_TUPLE_ORIG + 1];
	struct netlink_batch b;
	unsigned i = 0;

	for (; recv(kernel, b.space, sizeof(b.space), MSG_DONTWAIT) > 0; i++) {
		const struct nlmsghdr *nh = (void *)b.space;
		const struct nfgenmsg *nf = (const void *)(b.space + NLMSG_HDRLEN);

		CHECK_INT(nh->nlmsg_type, NFNL_SUBSYS_CTNETLINK << 8 |
						  (i ? IPCTNL_MSG_CT_DELETE : IPCTNL_MSG_CT_GET));
		CHECK_INT(nh->nlmsg_flags, NLM_F_REQUEST | (i ? NLM_F_ACK : NLM_F_DUMP));
		CHECK_INT(nf->nfgen_family, i ? AF_INET : AF_UNSPEC);
		CHECK_INT(netlink_parse_message(nh, sizeof(*nf), a, ARRAY_SIZE(a)), 0);
		CHECK_INT(a[CTA_TUPLE_ORIG] ? a[CTA_TUPLE_ORIG]->nla_type : 0,
			  i ? CTA_TUPLE_ORIG | NLA_F_NESTED : 0);
		CHECK_INT(a[CTA_TUPLE_ORIG] ? netlink_len(a[CTA_TUPLE_ORIG]) : 0, i ? 40 : 0);
	}
	CHECK_INT(i, n + 1);
}

/* Sends the entries of b, then `acks` acknowledgements with the error. Returns the number of
 * selected entries, or a negative errno. The host has the addresses 10.0.0.1 and 10.0.0.2. */
static int stale(struct netlink_batch *b, const struct net_addr *to, unsigned acks, int error)
{
	struct net_ifaddr own[2] = { { .index = 1 }, { .index = 2 } };
	const struct net_ifaddrs local = { .v = own, .n = 2 };
	const struct net_stale q = { .port = 53, .local = &local, .to = to };
	struct nserr e = NSERR_INIT;
	unsigned n = 99;
	int rc;

	CHECK_INT(net_addr_parse("10.0.0.1", 8, &own[0].addr), 0);
	CHECK_INT(net_addr_parse("10.0.0.2", 8, &own[1].addr), 0);
	begin();
	put_done(b);
	answer(b, 1);
	for (unsigned i = 0; i < acks; i++) {
		put_error(b, error);
		answer(b, 2 + i);
	}
	rc = net_stale_entries(&nl, &q, acks > 0, &n, &e);
	check_stale_requests(acks);
	end();
	CHECK(rc == 0 || e.what[0]);
	return rc < 0 ? rc : (int)n;
}

static void selects_udp_entries_that_lead_elsewhere(void)
{
	const uint16_t port = htons(53);
	struct net_addr to = { 0 };
	struct netlink_batch b;
	size_t tuple;

	CHECK_INT(net_addr_parse("10.0.0.7", 8, &to), 0);
	netlink_batch_init(&b);
	put_entry(&b, 1, 6, IPPROTO_UDP, 53);
	put_entry(&b, 2, 5, IPPROTO_UDP, 53);
	CHECK_INT(stale(&b, &to, 0, 0), 2);
	/* an entry that is already translated to the requested address must not be selected */
	put_entry(&b, 1, 7, IPPROTO_UDP, 53);
	CHECK_INT(stale(&b, &to, 0, 0), 0);
	/* if no address is requested, only an entry with a translation is selected */
	put_entry(&b, 1, 7, IPPROTO_UDP, 53);
	put_entry(&b, 2, 2, IPPROTO_UDP, 53);
	CHECK_INT(stale(&b, NULL, 0, 0), 1);
	/* entries with another protocol, another port, another host or no address must not be
	 * selected */
	put_entry(&b, 1, 6, IPPROTO_TCP, 53);
	put_entry(&b, 1, 6, IPPROTO_UDP, 54);
	put_entry(&b, 3, 6, IPPROTO_UDP, 53);
	begin_entry(&b);
	tuple = netlink_nest(&b, CTA_TUPLE_ORIG);
	netlink_put(&b, CTA_TUPLE_IP, NULL, 0);
	netlink_put(&b, CTA_TUPLE_PROTO, NULL, 0);
	netlink_nest_end(&b, tuple);
	put_tuple(&b, CTA_TUPLE_REPLY, 6, 9, IPPROTO_UDP, 53);
	begin_entry(&b);
	put_tuple(&b, CTA_TUPLE_ORIG, 9, 1, IPPROTO_UDP, 53);
	CHECK_INT(stale(&b, &to, 0, 0), 0);
	/* damaged entries must be refused */
	begin_entry(&b);
	netlink_put(&b, CTA_TUPLE_ORIG, &port, sizeof(port));
	put_tuple(&b, CTA_TUPLE_REPLY, 6, 9, IPPROTO_UDP, 53);
	CHECK_INT(stale(&b, &to, 0, 0), -EBADMSG);
	begin_entry(&b);
	put_tuple(&b, CTA_TUPLE_ORIG, 9, 1, IPPROTO_UDP, 53);
	tuple = netlink_nest(&b, CTA_TUPLE_REPLY);
	netlink_put_u32(&b, CTA_TUPLE_IP, 99);
	netlink_put_u32(&b, CTA_TUPLE_PROTO, 99);
	netlink_nest_end(&b, tuple);
	CHECK_INT(stale(&b, &to, 0, 0), -EBADMSG);
}

static void an_interrupted_dump_of_entries_begins_again(void)
{
	struct net_ifaddr own = { .index = 1 };
	const struct net_ifaddrs local = { .v = &own, .n = 1 };
	const struct net_stale q = { .port = 53, .local = &local };
	struct netlink_batch b;
	unsigned n = 99;

	CHECK_INT(net_addr_parse("10.0.0.1", 8, &own.addr), 0);
	begin();
	netlink_batch_init(&b);
	put_entry(&b, 1, 6, IPPROTO_UDP, 53);
	put_done(&b);
	((struct nlmsghdr *)(void *)b.space)->nlmsg_flags |= NLM_F_DUMP_INTR;
	answer(&b, 1);
	put_done(&b);
	answer(&b, 2);
	CHECK_INT(net_stale_entries(&nl, &q, false, &n, NULL), 0);
	CHECK_INT(n, 0);
	end();
}

static void deletes_the_selected_entries(void)
{
	struct net_addr to = { 0 };
	struct netlink_batch b;

	CHECK_INT(net_addr_parse("10.0.0.7", 8, &to), 0);
	netlink_batch_init(&b);
	put_entry(&b, 1, 6, IPPROTO_UDP, 53);
	put_entry(&b, 2, 6, IPPROTO_UDP, 53);
	CHECK_INT(stale(&b, &to, 2, 0), 2);
	/* an entry that has expired in the meantime is not an error */
	put_entry(&b, 1, 6, IPPROTO_UDP, 53);
	CHECK_INT(stale(&b, &to, 1, -ENOENT), 1);
	put_entry(&b, 1, 6, IPPROTO_UDP, 53);
	CHECK_INT(stale(&b, &to, 1, -EPERM), -EPERM);
}

/* A tuple whose attributes differ from those of put_tuple(). */
struct odd_tuple {
	size_t src, dst, num,
		port; /* sizes of the attributes in bytes; 0: the attribute is missing */
	bool no_ip, no_proto;
	size_t extra; /* size of an attribute of an unknown type, or 0 */
};

static void put_odd(struct netlink_batch *b, uint16_t type, const struct odd_tuple *t)
{
	const uint8_t bytes[256] = { 10, 0, 0, 1 }, num[2] = { IPPROTO_UDP };
	const uint16_t port = htons(53);
	size_t tuple = netlink_nest(b, type), part;

	if (!t->no_ip) {
		part = netlink_nest(b, CTA_TUPLE_IP);
		if (t->src)
			netlink_put(b, CTA_IP_V4_SRC, bytes, t->src);
		if (t->dst)
			netlink_put(b, CTA_IP_V4_DST, bytes, t->dst);
		netlink_nest_end(b, part);
	}
	if (!t->no_proto) {
		part = netlink_nest(b, CTA_TUPLE_PROTO);
		if (t->num)
			netlink_put(b, CTA_PROTO_NUM, num, t->num);
		if (t->port)
			netlink_put(b, CTA_PROTO_DST_PORT, &port, t->port);
		netlink_nest_end(b, part);
	}
	if (t->extra)
		netlink_put(b, 99, bytes, t->extra);
	netlink_nest_end(b, tuple);
}

static void entries_with_missing_or_odd_attributes_are_not_selected(void)
{
	static const struct {
		struct odd_tuple orig;
		int want;
	} cases[] = {
		{ { 4, 4, 1, 2, false, false, 0 }, 1 }, /* the entry is complete */
		{ { 4, 4, 1, 2, false, false, 8 }, 1 },
		{ { 0, 4, 1, 2, false, false, 0 }, 0 }, /* no source address */
		{ { 3, 4, 1, 2, false, false, 0 }, 0 },
		{ { 4, 0, 1, 2, false, false, 0 }, 0 }, /* no destination address */
		{ { 4, 5, 1, 2, false, false, 0 }, 0 },
		{ { 4, 4, 0, 2, false, false, 0 }, 0 }, /* no protocol */
		{ { 4, 4, 2, 2, false, false, 0 }, 0 },
		{ { 4, 4, 1, 0, false, false, 0 }, 0 }, /* no port */
		{ { 4, 4, 1, 1, false, false, 0 }, 0 },
		{ { 4, 4, 1, 2, true, false, 0 }, -EBADMSG },
		{ { 4, 4, 1, 2, false, true, 0 }, -EBADMSG },
		/* the tuple is too long to be copied into a request */
		{ { 4, 4, 1, 2, false, false, 200 }, 0 },
	};
	struct netlink_batch b;

	netlink_batch_init(&b);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		begin_entry(&b);
		put_odd(&b, CTA_TUPLE_ORIG, &cases[i].orig);
		put_tuple(&b, CTA_TUPLE_REPLY, 6, 9, IPPROTO_UDP, 53);
		CHECK_INT(stale(&b, NULL, 0, 0), cases[i].want);
	}
	/* entries without one of the two tuples */
	begin_entry(&b);
	put_odd(&b, CTA_TUPLE_ORIG, &cases[0].orig);
	begin_entry(&b);
	put_tuple(&b, CTA_TUPLE_REPLY, 6, 9, IPPROTO_UDP, 53);
	CHECK_INT(stale(&b, NULL, 0, 0), 0);
}

static void an_entry_of_another_family_is_not_selected(void)
{
	struct net_addr six = { 0 };
	struct netlink_batch b;

	CHECK_INT(net_addr_parse("fd00::7", 7, &six), 0);
	netlink_batch_init(&b);
	put_entry(&b, 1, 6, IPPROTO_UDP, 53);
	CHECK_INT(stale(&b, &six, 0, 0), 0);
}

static void a_kernel_without_connection_tracking_has_no_entries(void)
{
	static const int missing[] = { -EINVAL, -EOPNOTSUPP };
	const struct net_stale q = { .port = 53 };
	struct nserr e = NSERR_INIT;
	struct netlink_batch b;
	unsigned n = 99;

	netlink_batch_init(&b);
	for (size_t i = 0; i < ARRAY_SIZE(missing); i++) {
		begin();
		put_error(&b, missing[i]);
		answer(&b, 1);
		CHECK_INT(net_stale_entries(&nl, &q, true, &n, &e), 0);
		CHECK_INT(n, 0);
		end();
	}
	begin();
	put_error(&b, -EPERM);
	answer(&b, 1);
	CHECK_INT(net_stale_entries(&nl, &q, true, &n, &e), -EPERM);
	CHECK_STR(unit_message(&e),
		  "cannot read the connection tracking table: Operation not permitted");
	end();
}

/* ---- Neighbours */

/* Asks for the neighbour 10.0.0.1 and answers with the batch. Returns the result. */
static int neigh_of(struct netlink_batch *b, struct net_neigh *out, struct nserr *e)
{
	const struct net_addr a = { .family = AF_INET, .prefix = 32, .b = { 10, 0, 0, 1 } };
	int rc;

	begin();
	answer(b, 1);
	rc = net_neigh_find(&nl, 2, &a, out, e);
	end();
	return rc;
}

static void reads_a_neighbour_and_refuses_invalid_answers(void)
{
	const struct ndmsg nd = { .ndm_family = AF_INET, .ndm_state = NUD_REACHABLE };
	const uint8_t mac[8] = { 2, 1, 2, 3, 4, 5 };
	struct nserr e = NSERR_INIT;
	struct netlink_batch b;
	struct net_neigh n;

	netlink_batch_init(&b);
	netlink_begin(&b, RTM_NEWNEIGH, 0, &nd, sizeof(nd));
	netlink_put(&b, NDA_LLADDR, mac, NET_MAC_SIZE);
	CHECK_INT(neigh_of(&b, &n, &e), 0);
	CHECK_INT(n.state, NUD_REACHABLE);
	CHECK(n.has_mac && memcmp(n.mac, mac, NET_MAC_SIZE) == 0);
	/* an entry that is not resolved has no hardware address; that of Infiniband has 20 bytes */
	netlink_begin(&b, RTM_NEWNEIGH, 0, &nd, sizeof(nd));
	CHECK_INT(neigh_of(&b, &n, &e), 0);
	CHECK(!n.has_mac);
	netlink_begin(&b, RTM_NEWNEIGH, 0, &nd, sizeof(nd));
	netlink_put(&b, NDA_LLADDR, mac, 8);
	CHECK_INT(neigh_of(&b, &n, &e), 0);
	CHECK(!n.has_mac);
	put_error(&b, -ENOENT);
	CHECK_INT(neigh_of(&b, &n, &e), -ENOENT);
	CHECK_STR(e.what, "");
	netlink_begin(&b, RTM_DELNEIGH, 0, &nd, sizeof(nd));
	CHECK_INT(neigh_of(&b, &n, &e), -EBADMSG);
	CHECK_STR(unit_message(&e), "cannot look up a neighbour: Bad message");
	netlink_begin(&b, RTM_NEWNEIGH, 0, "", 1);
	CHECK_INT(neigh_of(&b, &n, NULL), -EBADMSG);
}

/* ---- Waiting for the kernel */

/* states of a device (RFC 2863); linux/if.h, which defines them, conflicts with net/if.h */
enum { OPER_DOWN = 2, OPER_UP = 6 };

static void put_state(struct netlink_batch *b, uint8_t operstate, uint8_t carrier)
{
	put_link(b, 3, "x", 0);
	netlink_put(b, IFLA_OPERSTATE, &operstate, 1);
	netlink_put(b, IFLA_CARRIER, &carrier, 1);
}

static void waits_until_a_device_with_carrier_is_up(void)
{
	struct nserr e = NSERR_INIT;
	struct netlink_batch b;

	begin();
	netlink_batch_init(&b);
	put_state(&b, OPER_DOWN, 1);
	answer(&b, 1);
	put_state(&b, OPER_DOWN, 1);
	answer(&b, 2);
	put_state(&b, OPER_UP, 1);
	answer(&b, 3);
	CHECK_INT(net_await_link(&nl, 3, &e), 0);
	CHECK_INT(nl.seq, 4);
	/* there is nothing to wait for without a carrier */
	put_state(&b, OPER_DOWN, 0);
	answer(&b, 4);
	CHECK_INT(net_await_link(&nl, 3, &e), 0);
	CHECK_INT(nl.seq, 5);
	/* the device was removed */
	put_error(&b, -ENODEV);
	answer(&b, 5);
	CHECK_INT(net_await_link(&nl, 3, &e), -ENODEV);
	CHECK(e.what[0]);
	end();
}

static void waits_until_an_ipv6_address_is_local(void)
{
	const struct rtmsg unicast = { .rtm_family = AF_INET6, .rtm_type = RTN_UNICAST };
	const struct rtmsg local = { .rtm_family = AF_INET6, .rtm_type = RTN_LOCAL };
	struct net_addr six = { 0 }, four = { .family = AF_INET };
	struct nserr e = NSERR_INIT;
	struct netlink_batch b;

	CHECK_INT(net_addr_parse("fd00::7", 7, &six), 0);
	begin();
	netlink_batch_init(&b);
	put_error(&b, -ENETUNREACH);
	answer(&b, 1);
	netlink_begin(&b, RTM_NEWROUTE, 0, &unicast, sizeof(unicast));
	answer(&b, 2);
	netlink_begin(&b, RTM_NEWROUTE, 0, &local, sizeof(local));
	answer(&b, 3);
	CHECK_INT(net_await_address(&nl, &six, &e), 0);
	CHECK_INT(nl.seq, 4);
	/* an IPv4 address is local at once, so there is no request */
	CHECK_INT(net_await_address(&nl, &four, &e), 0);
	CHECK_INT(nl.seq, 4);
	put_error(&b, -EPERM);
	answer(&b, 4);
	CHECK_INT(net_await_address(&nl, &six, &e), -EPERM);
	CHECK(e.what[0]);
	end();
}

UNIT_MAIN(CASE(selects_udp_entries_that_lead_elsewhere), CASE(deletes_the_selected_entries),
	  CASE(an_interrupted_dump_of_entries_begins_again), CASE(an_interrupted_dump_begins_again),
	  CASE(a_dump_that_is_always_interrupted_fails),
	  CASE(answers_to_another_request_are_skipped), CASE(a_refused_dump_is_reported),
	  CASE(a_missing_or_damaged_error_text_sets_no_hint), CASE(damaged_answers_are_refused),
	  CASE(values_of_another_length_are_ignored), CASE(values_of_the_right_length_are_read),
	  CASE(only_the_port_of_a_bridge_has_a_port_state),
	  CASE(addresses_of_other_families_are_left_out), CASE(routes_of_other_tables_are_left_out),
	  CASE(reads_the_path_of_a_packet_and_refuses_invalid_answers),
	  CASE(a_batch_is_sent_and_its_failure_named), CASE(a_closed_socket_is_an_error),
	  CASE(entries_with_missing_or_odd_attributes_are_not_selected),
	  CASE(an_entry_of_another_family_is_not_selected),
	  CASE(a_kernel_without_connection_tracking_has_no_entries),
	  CASE(reads_a_neighbour_and_refuses_invalid_answers),
	  CASE(waits_until_a_device_with_carrier_is_up), CASE(waits_until_an_ipv6_address_is_local))
