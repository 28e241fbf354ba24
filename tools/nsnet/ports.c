// SPDX-License-Identifier: GPL-2.0-or-later
/* ports: waits until the kernel has removed the devices of programs that have ended. */
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

#include "resolve.h"

/* Opens a socket that receives a report about each change of a device. The kernel sends reports
 * only to netlink sockets that are bound. Returns 0, or a negative errno with e set. */
static int watch_links(struct netlink *news, struct nserr *e)
{
	const struct sockaddr_nl links = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	int rc = netlink_open(news, e);

	if (rc == 0 && bind(news->fd, (const struct sockaddr *)&links, sizeof(links)) < 0)
		rc = nserr_set(e, errno, "cannot watch the network devices");
	return rc;
}

int ports_await(struct net *n, ports_count *count, void *arg, unsigned *left, struct nserr *e)
{
	struct netlink news cleanup_netlink = NETLINK_INIT;
	int rc = watch_links(&news, e);
	struct pollfd p = { .fd = news.fd, .events = POLLIN };

	for (int tries = 0; rc == 0 && tries < 100; tries++) {
		struct net_links links cleanup_net_links = NET_LINKS_INIT;
		char report[8192];
		bool dying = true;

		rc = net_links_read(&n->host, &links, e);
		*left = rc == 0 ? count(arg, &links, &dying) : 0;
		if (!*left || !dying || poll(&p, 1, 3000) <= 0)
			break;
		while (recv(news.fd, report, sizeof(report), MSG_DONTWAIT) > 0)
			;
	}
	return rc;
}
