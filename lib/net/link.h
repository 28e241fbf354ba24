/* SPDX-License-Identifier: GPL-2.0-or-later */
/* link: creates, changes, deletes and lists network devices through rtnetlink(7). */
#ifndef NSU_NET_LINK_H
#define NSU_NET_LINK_H

#include <net/if.h>

#include "net/address.h"
#include "net/netlink.h"

#define NET_LINK_ALIAS 256 /* maximum length of an alias, IFALIASZ of the kernel */

/* A network device, as the kernel reports it. */
struct net_link {
	int index;
	/* from the attribute IFLA_LINK: index of the other end of a veth, or of the lower device of
	 * a macvlan; or 0 */
	int peer;
	/* number (nsid) of the namespace of the peer; -1 if the peer is in the same namespace as
	 * the device */
	int32_t peer_nsid;
	int master; /* index of the bridge that the device is a port of, or 0 */
	uint32_t mtu;
	unsigned flags; /* IFF_* */
	uint8_t operstate;
	uint8_t mac[NET_MAC_SIZE];
	bool has_mac;
	bool carrier;
	/* the device is a port of a bridge, so the next two members are valid */
	bool is_port;
	uint8_t port_state; /* BR_STATE_* */
	/* the bridge may send a packet back through the port that it came from */
	bool hairpin;
	char name[IF_NAMESIZE];
	char kind[16]; /* kind of the device: "veth", "bridge", …; "" for a physical device */
	char alias[NET_LINK_ALIAS];
};

struct net_links {
	struct net_link *v;
	size_t n, size;
};

#define NET_LINKS_INIT ((struct net_links){ 0 })

/* Reads all devices in the network namespace of nl into out. Returns 0, or a negative errno with e
 * set. net_links_free() frees the list. */
int net_links_read(struct netlink *nl, struct net_links *out, struct nserr *e) must_check;
void net_links_free(struct net_links *l);
#define cleanup_net_links __attribute__((cleanup(net_links_free)))

const struct net_link *net_links_by_index(const struct net_links *l, int index);
const struct net_link *net_links_by_name(const struct net_links *l, const char *name);

/* Looks up a device by name and stores it in *out. Returns 0, -ENODEV without e set if the device
 * does not exist, or another negative errno with e set. */
int net_link_find(struct netlink *nl, const char *name, struct net_link *out,
		  struct nserr *e) must_check;

/* Reads the device with an index into *out. Returns 0 or a negative errno with e set. */
int net_link_get(struct netlink *nl, int index, struct net_link *out, struct nserr *e) must_check;

/* Parses an RTM_NEWLINK message into *out. Returns 0 or -EBADMSG. Exported for tests. */
int net_link_parse(const struct nlmsghdr *nh, struct net_link *out) must_check;

/* One end of a veth pair, or a macvlan or ipvlan device, to create. */
struct net_link_end {
	/* name of the device; may contain "%d", which the kernel replaces by a free number */
	const char *name;
	/* descriptor of the network namespace that this end is created in; -1: the namespace of the
	 * socket */
	int ns;
	/* index of the bridge that this end becomes a port of, or 0; set only for the end `outer`
	 * of net_link_put_veth() */
	int master;
	/* bring the device up; used only for the end `outer` of net_link_put_veth(), because the
	 * kernel refuses IFF_UP for the peer */
	bool up;
	const uint8_t *mac; /* hardware address; NULL: chosen by the kernel */
};

/* Appends to b a message that creates a veth pair. Each end gets one queue per direction. This
 * avoids two RCU grace periods in netif_set_real_num_tx_queues(), which otherwise take most of the
 * time that the kernel needs to create a pair. mtu 0 means the default MTU of the kernel. */
void net_link_put_veth(struct netlink_batch *b, const struct net_link_end *outer,
		       const struct net_link_end *peer, uint32_t mtu);
void net_link_put_bridge(struct netlink_batch *b, const char *name, const uint8_t *mac);
/* Appends to b a message that creates a macvlan or ipvlan device on top of the device `lower`, in
 * the namespace of `end`. */
void net_link_put_stacked(struct netlink_batch *b, const char *kind, int lower,
			  const struct net_link_end *end, uint32_t mtu);
/* Appends to b a message that brings a device up and sets its MTU, unless mtu is 0. A bridge takes
 * its MTU from its ports unless its MTU is set after the creation of the bridge. */
void net_link_put_up(struct netlink_batch *b, int index, uint32_t mtu);
void net_link_put_alias(struct netlink_batch *b, int index, const char *alias);
/* Appends to b a message that sets the hairpin mode of a bridge port, so that the bridge may send a
 * packet back through this port if it came from there. */
void net_link_put_hairpin(struct netlink_batch *b, int index);
/* Appends to b a message that sets the sysctl `forwarding` of a device, so that IPv4 packets that
 * arrive on it are forwarded. With localnet, the message also sets route_localnet, so that packets
 * with a loopback address may leave through the device. */
void net_link_put_forwarding(struct netlink_batch *b, int index, bool localnet);
/* Appends to b a message that moves a device to the namespace ns, where it gets the given name. The
 * kernel takes the device down, drops its addresses, and may give it another index. */
void net_link_put_move(struct netlink_batch *b, int index, int ns, const char *name);
/* Appends to b a message that changes the name and the MTU of a device, and brings the device up if
 * `up` is set. */
void net_link_put_name(struct netlink_batch *b, int index, const char *name, uint32_t mtu, bool up);
void net_link_put_delete(struct netlink_batch *b, int index);

#endif
