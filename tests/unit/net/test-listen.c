// SPDX-License-Identifier: GPL-2.0-or-later
/* test-listen: checks how the list of listening sockets is read. */
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>

#include "net/listen.h"

#include "answers.h"

/* Adds a socket that listens on a port of 10.0.0.1 or a00:1::. */
static void put_socket(struct netlink_batch *b, uint8_t family, uint16_t port, uint16_t flags)
{
	struct inet_diag_msg m = { .idiag_family = family, .idiag_inode = 1000u + port };

	m.id.idiag_sport = htons(port);
	m.id.idiag_src[0] = htonl(0x0a000001);
	netlink_begin(b, SOCK_DIAG_BY_FAMILY, NLM_F_MULTI | flags, &m, sizeof(m));
}

static void reads_the_sockets_of_both_families(void)
{
	struct net_listeners l;
	struct netlink_batch b;
	struct net_addr four = { 0 }, six = { 0 };

	CHECK_INT(net_addr_parse("10.0.0.1", 8, &four), 0);
	CHECK_INT(net_addr_parse("a00:1::", 7, &six), 0);
	begin();
	netlink_batch_init(&b);
	put_socket(&b, AF_INET, 53, 0);
	put_socket(&b, AF_UNIX, 54, 0);
	put_done(&b);
	answer(&b, 1);
	put_socket(&b, AF_INET6, 55, 0);
	put_done(&b);
	answer(&b, 2);
	CHECK_INT(net_listeners_read(&nl, IPPROTO_TCP, &l, NULL), 0);
	CHECK_INT(l.n, 2);
	if (l.n == 2) {
		CHECK_INT(l.v[0].port, 53);
		CHECK_INT(l.v[0].inode, 1053);
		CHECK_INT(l.v[0].addr.prefix, 32);
		CHECK(net_addr_same(&l.v[0].addr, &four, 32));
		CHECK_INT(l.v[1].port, 55);
		CHECK_INT(l.v[1].addr.prefix, 128);
		CHECK(net_addr_same(&l.v[1].addr, &six, 128));
	}
	net_listeners_free(&l);
	end();
}

/* The second dump is interrupted. Its repetition must not remove the sockets of the first one. */
static void an_interrupted_dump_begins_again(void)
{
	struct net_listeners l;
	struct netlink_batch b;

	begin();
	netlink_batch_init(&b);
	put_socket(&b, AF_INET, 1, 0);
	put_done(&b);
	answer(&b, 1);
	put_socket(&b, AF_INET6, 2, NLM_F_DUMP_INTR);
	put_done(&b);
	answer(&b, 2);
	put_socket(&b, AF_INET6, 3, 0);
	put_done(&b);
	answer(&b, 3);
	CHECK_INT(net_listeners_read(&nl, IPPROTO_UDP, &l, NULL), 0);
	CHECK_INT(l.n, 2);
	CHECK(l.n == 2 && l.v[0].port == 1 && l.v[1].port == 3);
	net_listeners_free(&l);
	end();
}

static void damaged_and_missing_answers(void)
{
	const struct rtgenmsg none = { .rtgen_family = AF_INET };
	struct nserr e = NSERR_INIT;
	struct net_listeners l;
	struct netlink_batch b;

	begin();
	netlink_batch_init(&b);
	netlink_begin(&b, SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, &none, sizeof(none));
	put_done(&b);
	answer(&b, 1);
	CHECK_INT(net_listeners_read(&nl, IPPROTO_TCP, &l, &e), -EBADMSG);
	CHECK_STR(unit_message(&e), "cannot list the listening sockets: Bad message");
	net_listeners_free(&l);
	end();
	/* a kernel that does not support an address family answers with ENOENT */
	begin();
	netlink_batch_init(&b);
	put_error(&b, -ENOENT);
	answer(&b, 1);
	put_socket(&b, AF_INET6, 9, 0);
	put_done(&b);
	answer(&b, 2);
	CHECK_INT(net_listeners_read(&nl, IPPROTO_TCP, &l, NULL), 0);
	CHECK_INT(l.n, 1);
	net_listeners_free(&l);
	end();
}

UNIT_MAIN(CASE(reads_the_sockets_of_both_families), CASE(an_interrupted_dump_begins_again),
	  CASE(damaged_and_missing_answers))
