// SPDX-License-Identifier: GPL-2.0-or-later
/* listen: requests and parses sock_diag(7) messages about sockets that wait for packets. */
#include "net/listen.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>

#include "net/internal.h"

static int take_listener(void *arg, const struct nlmsghdr *nh)
{
	const struct inet_diag_msg *m = (const void *)((const char *)nh + NLMSG_HDRLEN);
	struct net_listeners *l = arg;
	struct net_listener *out;

	if (nh->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	if (nh->nlmsg_len < NLMSG_HDRLEN + sizeof(*m))
		return -EBADMSG;
	if (m->idiag_family != AF_INET && m->idiag_family != AF_INET6)
		return 0;
	if (!net_grow((void **)&l->v, l->n, &l->size, sizeof(*l->v)))
		return -ENOMEM;
	out = &l->v[l->n++];
	*out = (struct net_listener){ .port = ntohs(m->id.idiag_sport), .inode = m->idiag_inode };
	out->addr.family = m->idiag_family;
	out->addr.prefix = (uint8_t)(8 * net_addr_size(&out->addr));
	memcpy(out->addr.b, m->id.idiag_src, net_addr_size(&out->addr));
	return 0;
}

/* The state of the dump of one address family. The list l may already contain `before` sockets of
 * the other address family. If the dump is repeated, these sockets remain and the others are
 * removed. */
struct listing {
	struct net_listeners *l;
	size_t before;
};

static int take(void *arg, const struct nlmsghdr *nh)
{
	return take_listener(((struct listing *)arg)->l, nh);
}

static void forget(void *arg)
{
	const struct listing *x = arg;

	x->l->n = x->before;
}

static int read_family(struct netlink *nl, int family, int protocol, struct net_listeners *out,
		       struct nserr *e)
{
	const struct inet_diag_req_v2 request = {
		.sdiag_family = (uint8_t)family,
		.sdiag_protocol = (uint8_t)protocol,
		/* list UDP sockets in the state TCP_CLOSE, which is the state of unconnected UDP
		 * sockets */
		.idiag_states = 1u << (protocol == IPPROTO_UDP ? TCP_CLOSE : TCP_LISTEN),
	};
	struct listing x = { out, out->n };
	struct netlink_batch b;
	int rc;

	netlink_batch_init(&b);
	netlink_begin(&b, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &request, sizeof(request));
	rc = netlink_ask(nl, &b, take, forget, &x, e);
	return rc == -ENOENT ? 0 : rc;
}

int net_listeners_read(struct netlink *nl, int protocol, struct net_listeners *out, struct nserr *e)
{
	int rc;

	*out = NET_LISTENERS_INIT;
	rc = read_family(nl, AF_INET, protocol, out, e);
	if (rc == 0)
		rc = read_family(nl, AF_INET6, protocol, out, e);
	return rc < 0 ? net_failed(e, rc, "cannot list the listening sockets") : 0;
}

void net_listeners_free(struct net_listeners *l)
{
	free(l->v);
	*l = NET_LISTENERS_INIT;
}
