// SPDX-License-Identifier: GPL-2.0-or-later
/* neigh: requests and parses rtnetlink(7) messages about neighbour entries. */
#include "net/neigh.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include "net/internal.h"

static int take_neigh(void *arg, const struct nlmsghdr *nh)
{
	const struct ndmsg *nd = (const void *)((const char *)nh + NLMSG_HDRLEN);
	const struct nlattr *a[NDA_LLADDR + 1];
	struct net_neigh *out = arg;
	int rc = netlink_parse_message(nh, sizeof(*nd), a, ARRAY_SIZE(a));

	if (rc < 0 || nh->nlmsg_type != RTM_NEWNEIGH)
		return rc < 0 ? rc : -EBADMSG;
	*out = (struct net_neigh){ .state = nd->ndm_state };
	out->has_mac = a[NDA_LLADDR] && netlink_len(a[NDA_LLADDR]) == sizeof(out->mac);
	if (out->has_mac)
		memcpy(out->mac, netlink_data(a[NDA_LLADDR]), sizeof(out->mac));
	return 0;
}

int net_neigh_find(struct netlink *nl, int index, const struct net_addr *a, struct net_neigh *out,
		   struct nserr *e)
{
	const struct ndmsg nd = { .ndm_family = a->family, .ndm_ifindex = index };
	struct netlink_batch b;
	int rc;

	netlink_batch_init(&b);
	netlink_begin(&b, RTM_GETNEIGH, 0, &nd, sizeof(nd));
	netlink_put(&b, NDA_DST, a->b, net_addr_size(a));
	rc = netlink_ask(nl, &b, take_neigh, NULL, out, NULL);
	return rc == 0 || rc == -ENOENT ? rc : net_failed(e, rc, "cannot look up a neighbour");
}
