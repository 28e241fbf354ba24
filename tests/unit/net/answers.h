/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * answers.h: replaces the kernel by a socket pair. A test writes the answers to the socket `kernel`
 * before it sends the request with `nl`.
 */
#ifndef NSU_UNIT_ANSWERS_H
#define NSU_UNIT_ANSWERS_H

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "net/netlink.h"

#include "../unit.h"

static struct netlink nl = NETLINK_INIT;
static int kernel = -1;

/* Opens the socket pair, and stores one end in nl and the other end in `kernel`. The first request
 * of nl has the sequence number 1. */
static void begin(void)
{
	int pair[2];

	CHECK_INT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	nl = (struct netlink){ .fd = pair[0], .seq = 1 };
	kernel = pair[1];
}

static void end(void)
{
	netlink_close(&nl);
	util_close(&kernel);
}

/* Sends the answers in b to nl, all with the sequence number seq, and empties b. */
static void answer(struct netlink_batch *b, uint32_t seq)
{
	for (size_t at = 0; at < b->len;) {
		struct nlmsghdr *nh = (void *)(b->space + at);

		nh->nlmsg_seq = seq;
		at += NLMSG_ALIGN(nh->nlmsg_len);
	}
	CHECK_INT(send(kernel, b->space, b->len, 0), b->len);
	netlink_batch_init(b);
}

static void put_done(struct netlink_batch *b)
{
	const int none = 0;

	netlink_begin(b, NLMSG_DONE, NLM_F_MULTI, &none, sizeof(none));
}

static void put_error(struct netlink_batch *b, int error)
{
	const struct nlmsgerr err = { .error = error };

	netlink_begin(b, NLMSG_ERROR, NLM_F_CAPPED, &err, sizeof(err));
}

#endif
