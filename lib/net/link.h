/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link: network devices by rtnetlink(7): creating, changing, deleting, listing. */
#ifndef NSU_NET_LINK_H
#define NSU_NET_LINK_H

#include <net/if.h>

#include "net/address.h"
#include "net/netlink.h"

#define NET_LINK_ALIAS 256 /* IFALIASZ */

/* A network device, as the kernel reports it. */
struct net_link {
	int index;
	int peer; /* IFLA_LINK: of a veth the other end, of a macvlan the lower device; 0 */
	int32_t peer_nsid; /* the number of the peer's namespace; -1: the namespace of the device */
	int master;        /* index, 0: none */
	uint32_t mtu;
	unsigned flags; /* IFF_* */
	uint8_t operstate;
	uint8_t mac[NET_MAC_SIZE];
	bool has_mac;
	bool carrier;
	bool is_port;       /* of a bridge; the next two are set only then */
	uint8_t port_state; /* BR_STATE_* */
	bool hairpin;       /* the port sends packets back where they came from */
	char name[IF_NAMESIZE];
	char kind[16]; /* "veth", "bridge", …; "" of a physical device */
	char alias[NET_LINK_ALIAS];
};

struct net_links {
	struct net_link *v;
	size_t n, size;
};

#define NET_LINKS_INIT ((struct net_links){ 0 })

/* All devices of the socket's namespace. 0 or a negative errno with e set. net_links_free() gives
 * back the memory. */
int net_links_read(struct netlink *nl, struct net_links *out, struct nserr *e) must_check;
void net_links_free(struct net_links *l);
#define cleanup_net_links __attribute__((cleanup(net_links_free)))

const struct net_link *net_links_by_index(const struct net_links *l, int index);
const struct net_link *net_links_by_name(const struct net_links *l, const char *name);

/* One device. 0, -ENODEV without e set, or a negative errno with e set. */
int net_link_find(struct netlink *nl, const char *name, struct net_link *out,
		  struct nserr *e) must_check;

/* Reads a RTM_NEWLINK message. 0 or -EBADMSG. Exported for tests. */
int net_link_parse(const struct nlmsghdr *nh, struct net_link *out) must_check;

/* One end of a veth pair that is to be created. */
struct net_link_end {
	const char *name;   /* may hold one %d, for which the kernel chooses a number */
	int ns;             /* descriptor of its network namespace, -1: that of the socket */
	int master;         /* 0: none; only for the outer end */
	bool up;            /* only for the outer end: the kernel refuses it for the peer */
	const uint8_t *mac; /* NULL: the kernel chooses */
};

/* Messages for a batch. A queue each way avoids two RCU grace periods
 * (netif_set_real_num_tx_queues), which take most of the time of a veth pair. mtu 0 is the kernel's
 * own. */
void net_link_put_veth(struct netlink_batch *b, const struct net_link_end *outer,
		       const struct net_link_end *peer, uint32_t mtu);
void net_link_put_bridge(struct netlink_batch *b, const char *name, const uint8_t *mac);
/* A macvlan or ipvlan device above the device `lower`, created in namespace ns. */
void net_link_put_stacked(struct netlink_batch *b, const char *kind, int lower,
			  const struct net_link_end *end, uint32_t mtu);
/* mtu 0 keeps the MTU. A bridge keeps an MTU that is set later, but not one that is given at its
 * creation, which follows the MTU of the ports. */
void net_link_put_up(struct netlink_batch *b, int index, uint32_t mtu);
void net_link_put_alias(struct netlink_batch *b, int index, const char *alias);
/* Lets a port of a bridge send packets back where they came from (hairpin mode). */
void net_link_put_hairpin(struct netlink_batch *b, int index);
/* Lets IPv4 packets that come in by the device be forwarded: its sysctl `forwarding`. */
void net_link_put_forwarding(struct netlink_batch *b, int index);
/* Moves a device to the namespace ns, where it gets that name. The kernel takes it down, drops its
 * addresses, and may give it another index. */
void net_link_put_move(struct netlink_batch *b, int index, int ns, const char *name);
/* Sets name and MTU, and brings the device up if `up`. */
void net_link_put_name(struct netlink_batch *b, int index, const char *name, uint32_t mtu, bool up);
void net_link_put_delete(struct netlink_batch *b, int index);

#endif
