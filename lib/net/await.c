// SPDX-License-Identifier: GPL-2.0-or-later
/* await: waits until a new device can send packets, and until a new address can receive packets. */
#include "net/await.h"

#include <linux/if.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <time.h>

#include "net/route.h"

#define TRIES    5000
#define PAUSE_NS 200000

static bool has_time(unsigned tries)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };

	return tries < TRIES && nanosleep(&pause, NULL) == 0;
}

int net_await_link(struct netlink *nl, int index, struct nserr *e)
{
	struct net_link l;
	unsigned tries = 0;
	int rc;

	do
		rc = net_link_get(nl, index, &l, e);
	while (rc == 0 && l.carrier && l.operstate != IF_OPER_UP && has_time(tries++));
	return rc;
}

int net_await_address(struct netlink *nl, const struct net_addr *a, struct nserr *e)
{
	struct net_way way = { .type = RTN_LOCAL };
	unsigned tries = 0;
	int rc = 0;

	if (a->family != AF_INET6)
		return 0;
	do
		rc = net_route_ask(nl, a, NULL, 0, &way, e);
	while ((rc == -ENETUNREACH || (rc == 0 && way.type != RTN_LOCAL)) && has_time(tries++));
	return rc == -ENETUNREACH ? 0 : rc;
}
