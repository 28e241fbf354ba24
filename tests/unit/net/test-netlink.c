// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The expected bytes of each request are those that ip(8) of iproute2 6.1 sends, recorded with
 * strace(1). The comment above a request shows the command.
 */
#include "net/netlink.h"

#include <linux/rtnetlink.h>
#include <netinet/in.h>

#include "net/addr.h"
#include "net/link.h"
#include "net/listen.h"
#include "net/neigh.h"
#include "net/route.h"

#include "../addr.h"
#include "answers.h"

static const uint8_t mac_bridge[] = { 2, 0x62, 10, 0, 0, 1 };
static const uint8_t mac_outer[] = { 2, 0x6f, 10, 0, 0, 2 };
static const uint8_t mac_inner[] = { 2, 0x6e, 10, 0, 0, 2 };

/* Checks the bytes of the batch as hex. The expected bytes are those of a little-endian system;
 * skips the case on other systems. */
static void is_hex(const struct netlink_batch *b, const char *want)
{
	char text[3 * NETLINK_BATCH_SIZE + 1] = "";
	char expect[3 * NETLINK_BATCH_SIZE + 1];
	size_t n = 0;

	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__) {
		unit_skip("the system is big-endian");
		return;
	}
	for (size_t i = 0; i < b->len; i++)
		sprintf(text + 2 * i, "%02x", (unsigned char)b->space[i]);
	for (; *want; want++)
		if (*want != ' ')
			expect[n++] = *want;
	expect[n] = '\0';
	CHECK_STR(text, expect);
}

/* Checks the bytes of the batch, without sequence number and port, and with NLM_F_ACK, which
 * netlink_send() sets. */
static void is_bytes(struct netlink_batch *b, const char *want)
{
	CHECK_INT(b->err, 0);
	b->space[6] = (char)(b->space[6] | NLM_F_ACK);
	is_hex(b, want);
}

static void bridge_request_equals_that_of_ip(void)
{
	struct netlink_batch b;

	/* ip link add br0 address 02:62:0a:00:00:01 type bridge */
	netlink_batch_init(&b);
	net_link_put_bridge(&b, "br0", mac_bridge);
	is_bytes(&b, "44000000 10000506 00000000 00000000 00000000 00000000 00000000 00000000"
		     "0a000100 02620a00 00010000 08000300 62723000 10001200 0a000100 62726964"
		     "67650000");
	/* ip link set br0 up */
	netlink_batch_init(&b);
	net_link_put_up(&b, 2, 0);
	is_bytes(&b, "20000000 10000500 00000000 00000000 00000000 02000000 01000000 01000000");
}

static void veth_request_equals_that_of_ip(void)
{
	const struct net_link_end outer = {
		.name = "v0", .ns = -1, .master = 2, .up = true, .mac = mac_outer
	};
	const struct net_link_end inner = { .name = "eth0", .ns = -1, .mac = mac_inner };
	struct netlink_batch b;

	/* ip link add v0 numtxqueues 1 numrxqueues 1 address 02:6f:0a:00:00:02 mtu 1400 master br0
	 * up type veth peer name eth0 numtxqueues 1 numrxqueues 1 address 02:6e:0a:00:00:02 mtu
	 * 1400 */
	netlink_batch_init(&b);
	net_link_put_veth(&b, &outer, &inner, 1400);
	is_bytes(&b, "a8000000 10000506 00000000 00000000 00000000 00000000 01000000 01000000"
		     "08001f00 01000000 08002000 01000000 0a000100 026f0a00 00020000 08000400"
		     "78050000 08000a00 02000000 07000300 76300000 54001200 08000100 76657468"
		     "48000200 44000100 00000000 00000000 00000000 00000000 08001f00 01000000"
		     "08002000 01000000 0a000100 026e0a00 00020000 08000400 78050000 09000300"
		     "65746830 00000000");
}

static void a_stacked_device_is_in_bridge_mode_only_as_macvlan(void)
{
	const struct net_link_end end = { .name = "e0", .ns = -1, .mac = mac_inner };
	struct netlink_batch b;

	/* the bytes of this and the next function follow from linux/if_link.h, because ip(8) puts
	 * the attributes in another order; IFLA_MACVLAN_MODE is 1, MACVLAN_MODE_BRIDGE is 4 */
	netlink_batch_init(&b);
	net_link_put_stacked(&b, "macvlan", 4, &end, 0);
	is_bytes(&b, "68000000 10000506 00000000 00000000 00000000 00000000 00000000 00000000"
		     "08001f00 01000000 08002000 01000000 0a000100 026e0a00 00020000 07000300"
		     "65300000 08000500 04000000 1c001200 0b000100 6d616376 6c616e00 0c000200"
		     "08000100 04000000");
	netlink_batch_init(&b);
	net_link_put_stacked(&b, "ipvlan", 4, &end, 0);
	is_bytes(&b, "5c000000 10000506 00000000 00000000 00000000 00000000 00000000 00000000"
		     "08001f00 01000000 08002000 01000000 0a000100 026e0a00 00020000 07000300"
		     "65300000 08000500 04000000 10001200 0a000100 6970766c 616e0000");
}

static void an_end_without_a_name_gets_none(void)
{
	const struct net_link_end end = { .ns = -1, .mac = mac_inner };
	struct netlink_batch b;

	/* the kernel chooses a name, and a hardware address of the bridge */
	netlink_batch_init(&b);
	net_link_put_stacked(&b, "ipvlan", 4, &end, 0);
	is_bytes(&b, "54000000 10000506 00000000 00000000 00000000 00000000 00000000 00000000"
		     "08001f00 01000000 08002000 01000000 0a000100 026e0a00 00020000 08000500"
		     "04000000 10001200 0a000100 6970766c 616e0000");
	netlink_batch_init(&b);
	net_link_put_bridge(&b, "br0", NULL);
	is_bytes(&b, "38000000 10000506 00000000 00000000 00000000 00000000 00000000 00000000"
		     "08000300 62723000 10001200 0a000100 62726964 67650000");
}

static void other_link_requests_equal_those_of_ip(void)
{
	struct netlink_batch b;

	/* ip link set v0 alias hello */
	netlink_batch_init(&b);
	net_link_put_alias(&b, 4, "hello");
	is_bytes(&b, "2c000000 10000500 00000000 00000000 00000000 04000000 00000000 00000000"
		     "09001400 68656c6c 6f000000");
	/* ip link set v0 type bridge_slave hairpin on, with the types of linux/if_link.h */
	netlink_batch_init(&b);
	net_link_put_hairpin(&b, 4);
	is_bytes(&b, "3c000000 10000500 00000000 00000000 00000000 04000000 00000000 00000000"
		     "1c001200 0a000400 62726964 67650000 0c000500 05000400 01000000");
	/* IPV4_DEVCONF_FORWARDING is 1; ip(8) has no command for this */
	netlink_batch_init(&b);
	net_link_put_forwarding(&b, 4, false);
	is_bytes(&b, "34000000 10000500 00000000 00000000 00000000 04000000 00000000 00000000"
		     "14001a00 10000200 0c000100 08000100 01000000");
	/* ip link set v0 netns /proc/self/fd/9 name e0 */
	netlink_batch_init(&b);
	net_link_put_move(&b, 4, 9, "e0");
	is_bytes(&b, "30000000 10000500 00000000 00000000 00000000 04000000 00000000 00000000"
		     "08001c00 09000000 07000300 65300000");
	/* ip link del v0 */
	netlink_batch_init(&b);
	net_link_put_delete(&b, 4);
	is_bytes(&b, "20000000 11000500 00000000 00000000 00000000 04000000 00000000 00000000");
}

static void address_requests_equal_those_of_ip(void)
{
	struct net_addr v4 = addr("10.0.0.1/24"), v6 = addr("fd00::1/64");
	struct netlink_batch b;

	/* ip addr replace 10.0.0.1/24 dev br0 */
	netlink_batch_init(&b);
	net_addr_put(&b, 2, &v4);
	is_bytes(&b, "28000000 14000505 00000000 00000000 02180000 02000000 08000200 0a000001"
		     "08000100 0a000001");
	/* ip addr replace fd00::1/64 dev br0 nodad */
	netlink_batch_init(&b);
	net_addr_put(&b, 2, &v6);
	is_bytes(&b, "40000000 14000505 00000000 00000000 0a400200 02000000 14000200 fd000000"
		     "00000000 00000000 00000001 14000100 fd000000 00000000 00000000 00000001");
}

static void route_requests_equal_those_of_ip(void)
{
	struct net_route gw = { .dst = addr("0.0.0.0/0"), .via = addr("10.0.0.2"), .index = 2 };
	struct net_route direct = { .dst = addr("10.9.0.0/16"), .index = 2 };
	struct netlink_batch b;

	/* ip route replace default via 10.0.0.2 dev br0 (but the request sets `proto static`) */
	netlink_batch_init(&b);
	net_route_put(&b, &gw);
	is_bytes(&b, "2c000000 18000505 00000000 00000000 02000000 fe040001 00000000 08000500"
		     "0a000002 08000400 02000000");
	/* ip route replace 10.9.0.0/16 dev br0 (but the request sets `proto static`) */
	netlink_batch_init(&b);
	net_route_put(&b, &direct);
	is_bytes(&b, "2c000000 18000505 00000000 00000000 02100000 fe04fd01 00000000 08000100"
		     "0a090000 08000400 02000000");
}

/* ---- Requests that read */

static struct nserr failure;

static void ask_links(void)
{
	struct net_links l;

	CHECK_INT(net_links_read(&nl, &l, &failure), 0);
	net_links_free(&l);
}

static void ask_link(void)
{
	struct net_link l;

	CHECK_INT(net_link_get(&nl, 7, &l, &failure), 0);
}

static void ask_link_by_name(void)
{
	struct net_link l;

	CHECK_INT(net_link_find(&nl, "v0", &l, &failure), 0);
}

static void ask_addresses(void)
{
	struct net_ifaddrs l;

	CHECK_INT(net_ifaddrs_read(&nl, &l, &failure), 0);
	net_ifaddrs_free(&l);
}

static void ask_routes(void)
{
	struct net_routes l;

	CHECK_INT(net_routes_read(&nl, &l, &failure), 0);
	net_routes_free(&l);
}

static void ask_way(void)
{
	const struct net_addr to = addr("10.9.9.9");
	struct net_way way;

	CHECK_INT(net_route_ask(&nl, &to, NULL, 0, &way, &failure), 0);
}

static void ask_way_from(void)
{
	const struct net_addr to = addr("10.9.9.9"), from = addr("10.0.0.1");
	struct net_way way;

	CHECK_INT(net_route_ask(&nl, &to, &from, 3, &way, &failure), 0);
}

static void ask_neighbour(void)
{
	const struct net_addr a = addr("10.0.0.1");
	struct net_neigh n;

	CHECK_INT(net_neigh_find(&nl, 2, &a, &n, &failure), 0);
}

static void ask_tcp(void)
{
	struct net_listeners l;

	CHECK_INT(net_listeners_read(&nl, IPPROTO_TCP, &l, &failure), 0);
	net_listeners_free(&l);
}

static void ask_udp(void)
{
	struct net_listeners l;

	CHECK_INT(net_listeners_read(&nl, IPPROTO_UDP, &l, &failure), 0);
	net_listeners_free(&l);
}

/* Receives a request of nl, or makes b empty if there is none. */
static void receive(struct netlink_batch *b)
{
	ssize_t n = recv(kernel, b->space, sizeof(b->space), MSG_DONTWAIT);

	b->len = n > 0 ? (size_t)n : 0;
}

#define NO_SOCKET \
	"00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000" \
	"00000000 00000000 00000000"

/* The bytes follow from linux/rtnetlink.h, linux/if_link.h and linux/inet_diag.h. */
static void requests_that_read_have_the_expected_bytes(void)
{
	static const struct {
		void (*ask)(void);
		const char *first, *second; /* NULL: there is no second request */
	} cases[] = {
		{ ask_links,
		  "28000000 12000103 01000000 00000000 00000000 00000000 00000000 00000000"
		  "08001d00 08000000",
		  NULL },
		{ ask_link,
		  "28000000 12000100 01000000 00000000 00000000 07000000 00000000 00000000"
		  "08001d00 08000000",
		  NULL },
		{ ask_link_by_name,
		  "30000000 12000100 01000000 00000000 00000000 00000000 00000000 00000000"
		  "08001d00 08000000 07000300 76300000",
		  NULL },
		{ ask_addresses, "18000000 16000103 01000000 00000000 00000000 00000000", NULL },
		{ ask_routes,
		  "24000000 1a000103 01000000 00000000 00000000 00000000 00000000 08000f00"
		  "fe000000",
		  NULL },
		{ ask_way,
		  "24000000 1a000100 01000000 00000000 02200000 00000000 00000000 08000100"
		  "0a090909",
		  NULL },
		{ ask_way_from,
		  "34000000 1a000100 01000000 00000000 02202000 00000000 00000000 08000100"
		  "0a090909 08000200 0a000001 08000300 03000000",
		  NULL },
		{ ask_neighbour,
		  "24000000 1e000100 01000000 00000000 02000000 02000000 00000000 08000100"
		  "0a000001",
		  NULL },
		{ ask_tcp, "48000000 14000103 01000000 00000000 02060000 00040000" NO_SOCKET,
		  "48000000 14000103 02000000 00000000 0a060000 00040000" NO_SOCKET },
		{ ask_udp, "48000000 14000103 01000000 00000000 02110000 80000000" NO_SOCKET,
		  "48000000 14000103 02000000 00000000 0a110000 80000000" NO_SOCKET },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct netlink_batch b;

		begin();
		netlink_batch_init(&b);
		/* each of the two answers ends a request and contains no object */
		put_error(&b, 0);
		answer(&b, 1);
		put_done(&b);
		answer(&b, 2);
		cases[i].ask();
		CHECK_STR(failure.what, "");
		receive(&b);
		is_hex(&b, cases[i].first);
		receive(&b);
		is_hex(&b, cases[i].second ? cases[i].second : "");
		end();
	}
}

static void full_batch_is_an_error(void)
{
	const struct ifinfomsg ifi = { 0 };
	char big[NETLINK_BATCH_SIZE];
	struct netlink none = NETLINK_INIT;
	struct netlink_batch b;

	memset(big, 'x', sizeof(big));
	netlink_batch_init(&b);
	netlink_begin(&b, RTM_NEWLINK, 0, &ifi, sizeof(ifi));
	netlink_put(&b, IFLA_IFALIAS, big, sizeof(big));
	CHECK_INT(b.err, -EMSGSIZE);
	/* the length of an attribute has 16 bits */
	netlink_batch_init(&b);
	netlink_put(&b, IFLA_IFALIAS, big, UINT16_MAX);
	CHECK_INT(b.err, -EMSGSIZE);
	netlink_batch_init(&b);
	netlink_put_raw(&b, big, sizeof(big) + 1);
	CHECK_INT(b.err, -EMSGSIZE);
	CHECK_INT(b.len, 0);
	CHECK_INT(netlink_send(&none, &b, NULL, NULL), -EMSGSIZE);
	/* the end of a nest that did not fit writes no length */
	netlink_batch_init(&b);
	netlink_put(&b, IFLA_IFALIAS, big, sizeof(b.space) - sizeof(struct nlattr));
	CHECK_INT(b.err, 0);
	netlink_nest_end(&b, netlink_nest(&b, IFLA_LINKINFO));
	CHECK_INT(b.err, -EMSGSIZE);
	CHECK_INT(b.len, sizeof(b.space));

	netlink_batch_init(&b);
	for (unsigned i = 0; i <= NETLINK_BATCH_MAX; i++)
		net_link_put_delete(&b, 1);
	CHECK_INT(b.err, -EMSGSIZE);
	CHECK_INT(netlink_send(&none, &b, NULL, NULL), -EMSGSIZE);
}

/* ---- Answers */

struct answer {
	struct nlmsghdr nh;
	struct nlmsgerr err;
};

static struct answer ack(uint32_t seq, int error)
{
	return (struct answer){
		.nh = { .nlmsg_len = sizeof(struct answer),
			.nlmsg_type = NLMSG_ERROR,
			.nlmsg_flags = NLM_F_CAPPED,
			.nlmsg_seq = seq },
		.err = { .error = error },
	};
}

static void first_failed_request_is_reported(void)
{
	struct answer a[] = { ack(8, -EEXIST), ack(9, -ENODEV), ack(10, 0) };
	struct nserr e = NSERR_INIT;
	unsigned which = 99;
	int err = 0;

	CHECK_INT(netlink_read_acks(a, sizeof(a), 7, 10, &err, &which, &e), 1);
	CHECK_INT(err, -EEXIST);
	CHECK_INT(which, 1);
}

static void the_last_acknowledgement_ends_the_wait(void)
{
	struct answer early = ack(8, -EEXIST), old = ack(3, -EPERM), last = ack(10, 0);
	unsigned which = 99;
	int err = 0;

	CHECK_INT(netlink_read_acks(&early, sizeof(early), 7, 10, &err, &which, NULL), 0);
	CHECK_INT(netlink_read_acks(&old, sizeof(old), 7, 10, &err, &which, NULL), 0);
	CHECK_INT(netlink_read_acks(&last, sizeof(last), 7, 10, &err, &which, NULL), 1);
	CHECK_INT(err, -EEXIST);
	CHECK_INT(which, 1);
}

/* With NLM_F_CAPPED the answer omits the request before the attributes (netlink(7)). */
static void message_of_the_kernel_becomes_the_hint(void)
{
	struct {
		struct answer a;
		char request[8];
		struct nlattr attr;
		char text[12];
	} full = { .a = ack(7, -EINVAL) };
	struct {
		struct answer a;
		struct nlattr attr;
		char text[12];
	} capped = { .a = ack(7, -EINVAL) };
	struct nserr e = NSERR_INIT;
	unsigned which;
	int err = 0;

	full.a.nh.nlmsg_len = sizeof(full);
	full.a.nh.nlmsg_flags = NLM_F_ACK_TLVS;
	full.a.err.msg.nlmsg_len = NLMSG_HDRLEN + sizeof(full.request);
	full.attr = (struct nlattr){ sizeof(struct nlattr) + 12, NLMSGERR_ATTR_MSG };
	memcpy(full.text, "bad \033prefix", 12);
	CHECK_INT(netlink_read_acks(&full, sizeof(full), 7, 7, &err, &which, &e), 1);
	CHECK_STR(e.hint, "the kernel reports: bad \033prefix");

	capped.a.nh.nlmsg_len = sizeof(capped);
	capped.a.nh.nlmsg_flags = NLM_F_ACK_TLVS | NLM_F_CAPPED;
	capped.attr = full.attr;
	memcpy(capped.text, "no such way", 12);
	err = 0;
	CHECK_INT(netlink_read_acks(&capped, sizeof(capped), 7, 7, &err, &which, &e), 1);
	CHECK_STR(e.hint, "the kernel reports: no such way");
}

static void truncated_and_foreign_answers_are_refused(void)
{
	struct answer a = ack(7, 0);
	unsigned which;
	int err = 0;

	a.nh.nlmsg_len = sizeof(a) + 1;
	CHECK_INT(netlink_read_acks(&a, sizeof(a), 7, 7, &err, &which, NULL), -EBADMSG);
	a.nh.nlmsg_len = NLMSG_HDRLEN;
	CHECK_INT(netlink_read_acks(&a, sizeof(a), 7, 7, &err, &which, NULL), -EBADMSG);
	a = ack(7, 5);
	CHECK_INT(netlink_read_acks(&a, sizeof(a), 7, 7, &err, &which, NULL), -EBADMSG);
	CHECK_INT(netlink_read_acks(&a, 3, 7, 7, &err, &which, NULL), -EBADMSG);
	a = ack(7, 0);
	a.nh.nlmsg_len = NLMSG_HDRLEN - 1;
	CHECK_INT(netlink_read_acks(&a, sizeof(a), 7, 7, &err, &which, NULL), -EBADMSG);
	/* a message that is no acknowledgement is skipped */
	a = ack(7, 0);
	a.nh.nlmsg_type = RTM_NEWLINK;
	CHECK_INT(netlink_read_acks(&a, sizeof(a), 7, 7, &err, &which, NULL), 0);
}

static void attributes_that_do_not_fit_are_refused(void)
{
	struct {
		struct nlattr a;
		uint32_t v;
	} x = { { 8, 1 }, 42 };
	const struct nlattr *found[2];

	CHECK_INT(netlink_parse(&x, sizeof(x), found, 2), 0);
	CHECK_INT(netlink_u32(found[1], 0), 42);
	CHECK_INT(netlink_u32(found[0], 7), 7);
	CHECK_INT(netlink_parse(&x, sizeof(x) - 1, found, 2), -EBADMSG);
	x.a.nla_len = 3;
	CHECK_INT(netlink_parse(&x, sizeof(x), found, 2), -EBADMSG);
	/* the flags for nesting and byte order are not part of the type */
	x.a = (struct nlattr){ 8, NLA_F_NESTED | 1 };
	CHECK_INT(netlink_parse(&x, sizeof(x), found, 2), 0);
	CHECK(found[1] == &x.a);
}

UNIT_MAIN(CASE(bridge_request_equals_that_of_ip), CASE(veth_request_equals_that_of_ip),
	  CASE(a_stacked_device_is_in_bridge_mode_only_as_macvlan),
	  CASE(an_end_without_a_name_gets_none), CASE(other_link_requests_equal_those_of_ip),
	  CASE(address_requests_equal_those_of_ip), CASE(route_requests_equal_those_of_ip),
	  CASE(requests_that_read_have_the_expected_bytes), CASE(full_batch_is_an_error),
	  CASE(first_failed_request_is_reported), CASE(the_last_acknowledgement_ends_the_wait),
	  CASE(message_of_the_kernel_becomes_the_hint),
	  CASE(truncated_and_foreign_answers_are_refused),
	  CASE(attributes_that_do_not_fit_are_refused))
