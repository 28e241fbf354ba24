// SPDX-License-Identifier: GPL-2.0-or-later
/* addr: requests and parses rtnetlink(7) messages about IP addresses. */
#include "net/addr.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "net/internal.h"

static int take_addr(void *arg, const struct nlmsghdr *nh)
{
	const struct ifaddrmsg *ifa = (const void *)((const char *)nh + NLMSG_HDRLEN);
	const struct nlattr *a[IFA_FLAGS + 1], *which;
	struct net_ifaddrs *l = arg;
	struct net_ifaddr *out;
	int rc = netlink_parse_message(nh, sizeof(*ifa), a, ARRAY_SIZE(a));

	if (rc < 0 || nh->nlmsg_type != RTM_NEWADDR)
		return rc;
	/* use IFA_LOCAL if it exists, because IFA_ADDRESS is the address of the peer on a
	 * point-to-point link */
	which = a[IFA_LOCAL] ? a[IFA_LOCAL] : a[IFA_ADDRESS];
	if (!which || (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6))
		return 0;
	if (!net_grow((void **)&l->v, l->n, &l->size, sizeof(*l->v)))
		return -ENOMEM;
	out = &l->v[l->n];
	*out = (struct net_ifaddr){ .index = (int)ifa->ifa_index, .scope = ifa->ifa_scope };
	out->addr.family = ifa->ifa_family;
	out->addr.prefix = ifa->ifa_prefixlen;
	out->flags = netlink_u32(a[IFA_FLAGS], ifa->ifa_flags);
	if (netlink_len(which) != net_addr_size(&out->addr))
		return -EBADMSG;
	memcpy(out->addr.b, netlink_data(which), netlink_len(which));
	l->n++;
	return 0;
}

static void forget(void *arg)
{
	((struct net_ifaddrs *)arg)->n = 0;
}

int net_ifaddrs_read(struct netlink *nl, struct net_ifaddrs *out, struct nserr *e)
{
	const struct ifaddrmsg ifa = { .ifa_family = AF_UNSPEC };
	struct netlink_batch b;
	int rc;

	*out = NET_IFADDRS_INIT;
	netlink_batch_init(&b);
	netlink_begin(&b, RTM_GETADDR, NLM_F_DUMP, &ifa, sizeof(ifa));
	rc = netlink_ask(nl, &b, take_addr, forget, out, e);
	return rc < 0 ? net_failed(e, rc, "cannot list the IP addresses") : 0;
}

void net_ifaddrs_free(struct net_ifaddrs *l)
{
	free(l->v);
	*l = NET_IFADDRS_INIT;
}

void net_addr_put(struct netlink_batch *b, int index, const struct net_addr *a)
{
	const struct ifaddrmsg ifa = {
		.ifa_family = a->family,
		.ifa_prefixlen = a->prefix,
		.ifa_flags = a->family == AF_INET6 ? IFA_F_NODAD : 0,
		.ifa_index = (unsigned)index,
	};

	netlink_begin(b, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &ifa, sizeof(ifa));
	netlink_put(b, IFA_LOCAL, a->b, net_addr_size(a));
	netlink_put(b, IFA_ADDRESS, a->b, net_addr_size(a));
}
