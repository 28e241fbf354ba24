// SPDX-License-Identifier: GPL-2.0-or-later
/* why_peer: finds the other end of the device through which the packet leaves the namespace. The
 * other end is in the caller's namespace, or in another one, which then replaces the host in the
 * following checks. */
#include <stdio.h>

#include "kernel/sys_ns.h"
#include "show.h"
#include "why.h"

static bool is_there(const struct why *y, int ns)
{
	return net_peer_is_in(&y->n->inner, y->dev, ns) > 0;
}

/* Enters the namespace `to`, so that files of /proc and new sockets belong to this namespace, and
 * replaces the devices, addresses and rules of the caller's namespace. Returns 0, or a negative
 * errno with e set. */
static int move_to(struct why *y, struct view_ns *to, struct nserr *e)
{
	struct netlink nl = NETLINK_INIT;
	int rc = net_open_in(y->n->own_ns, to->fd, &nl, e);

	if (rc < 0)
		return rc;
	netlink_close(&y->n->host);
	y->n->host = nl;
	util_close(&y->n->own_ns);
	y->n->own_ns = TAKE_FD(to->fd);
	why_leave(y);
	net_links_free(&y->out);
	net_ifaddrs_free(&y->out_addrs);
	rc = net_links_read(&nl, &y->out, e);
	if (rc == 0)
		rc = net_ifaddrs_read(&nl, &y->out_addrs, e);
	snprintf(y->host, sizeof(y->host), "the namespace %.80s", to->ref);
	net_label(to->ref, y->host_label);
	why_read_rules(y);
	return rc;
}

bool why_find_outer(struct why *y)
{
	struct view v cleanup_view = { .complete = true };
	struct nserr e = NSERR_INIT;
	size_t i = 0;

	if (!is_there(y, y->n->own_ns)) {
		view_find(&v);
		while (i < v.n && !is_there(y, v.ns[i].fd))
			i++;
		if (i == v.n) {
			why_unknown(y,
				    "the other end of '%s' is in a network namespace that was not "
				    "found",
				    y->dev->name);
			return false;
		}
		if (move_to(y, &v.ns[i], &e) < 0) {
			why_unknown(y, "the other end of '%s' cannot be examined: %s", y->dev->name,
				    e.what);
			return false;
		}
	}
	y->outer = net_links_by_index(&y->out, y->dev->peer);
	if (!y->outer)
		why_unknown(y, "the devices changed during the check");
	return y->outer != NULL;
}
