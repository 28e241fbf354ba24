/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsnet: declares the request (the parsed command line), the results of look-ups, and the functions
 * that the files of the tool share. */
#ifndef NSU_NSNET_H
#define NSU_NSNET_H

#include <limits.h>
#include <net/if.h>

#include "common/verb.h"
#include "net/addr.h"
#include "net/link.h"
#include "net/neigh.h"
#include "net/nft.h"
#include "net/route.h"
#include "ns/pin.h"
#include "run/handle.h"
#include "run/plan.h"
#include "run/supervise.h"

/* the directory that contains the names of network namespaces, as in ip-netns(8) */
#define NETNS_DIR      "/run/netns"
#define NETNS_ETC      "/etc/netns"
/* the alias of each device that nsnet creates begins with this text */
#define NET_ALIAS      "nsnet:"
/* maximum length of the name of a namespace; the alias of a device must have room for this name */
#define NET_NAME_MAX   128
#define NET_ADDRS_MAX  8
#define NET_WORDS_MAX  16
#define NAT_TABLE_SIZE 192
#define PASTA_ARGS_MAX 512

struct addrs {
	struct net_addr v[NET_ADDRS_MAX];
	size_t n;
};

/* A bridge that the command line names. */
struct bridge {
	char name[IF_NAMESIZE];
	struct addrs addr; /* the addresses to add to the bridge */
	uint32_t mtu;
	bool wanted; /* create the bridge if it is missing */
	/* the members below are set after the command line has been parsed */
	int index;         /* index of the bridge; 0 if the bridge does not exist yet */
	bool made;         /* this nsnet process has created the bridge */
	struct addrs has;  /* addresses that the bridge has already, and those that it will get */
	uint32_t link_mtu; /* MTU of both ends of a veth pair; 0 means the default of the kernel */
	uint8_t mac[NET_MAC_SIZE];
};

enum wire_kind { WIRE_HOST, WIRE_BRIDGE, WIRE_REF, WIRE_STACKED };

/* The argument of --link: a device in the namespace, and the object to which the device is
 * connected. */
struct wire {
	enum wire_kind kind;
	char ifname[IF_NAMESIZE];
	/* name of the bridge, reference to another namespace, or name of the lower device */
	char *other;
	const char *stacked; /* the kind "macvlan" or "ipvlan" */
	/* only for WIRE_REF: name of the device in the other namespace; "" means the lowest free
	 * eth<n> */
	char other_if[IF_NAMESIZE];
	struct addrs addr, gw;
	struct addrs other_addr; /* only for WIRE_HOST and WIRE_REF: addresses of the other end */
	bool automatic, no_gw, has_mac, has_outer_mac;
	uint8_t mac[NET_MAC_SIZE], outer_mac[NET_MAC_SIZE];
	uint32_t mtu;
	/* the members below are set after the command line has been parsed */
	struct bridge *bridge;
	int other_ns;            /* only for WIRE_REF: descriptor of the other namespace */
	struct netlink other_nl; /* only for WIRE_REF: a socket in the other namespace */
	/* name or path that identifies the other namespace in ip(8) commands */
	char other_label[64];
	int lower;   /* only for WIRE_STACKED: index of the lower device */
	bool exists; /* the device exists already in the namespace */
	/* only for --explain: name of the outer end in the printed commands. This is other_if, or
	 * an unused name instead of "vethns%d", for which the kernel chooses the number. */
	char outer_name[IF_NAMESIZE];
	char alias[NET_LINK_ALIAS]; /* alias for the outer end of the connection */
	/* index: index of the device in the namespace; outer: index of the other end of the veth
	 * pair, or 0 for WIRE_STACKED. The steps that create the device set both members. */
	int index, outer;
};

enum target_kind {
	TARGET_NEW,      /* a new namespace without a name */
	TARGET_NEW_NAME, /* a new namespace that gets a name */
	TARGET_EXISTING,
};

/* The argument of --publish: a port of the host that is forwarded to a port of the namespace. */
struct publish {
	/* address of the host; family 0 means all addresses except loopback */
	struct net_addr addr;
	uint16_t outer, inner;
	bool udp;
};

/* The argument of --move: a device of the host that nsnet moves to the namespace and back. */
struct nic {
	char name[IF_NAMESIZE], inside[IF_NAMESIZE];
	/* The device in the namespace. Only the members ifname, index, addr and gw are used.
	 * Without an address and a gateway, the device stays down. */
	struct wire wire;
	/* name, MTU, addresses and routes of the device, which are restored later */
	char record[NET_LINK_ALIAS];
	int index;  /* current index of the device */
	bool lent;  /* this nsnet process has moved the device to the namespace */
	bool moved; /* an earlier nsnet command has moved the device to the namespace */
};

/* Netlink messages that have not been sent yet, see request.h. */
struct pending {
	struct netlink *nl; /* socket for the messages; NULL if there are no messages */
	struct netlink_batch batch;
	int failed; /* negative errno if the messages before this batch failed, otherwise 0 */
	/* number of messages in the batch for which what[] contains the text of an error message */
	unsigned named;
	char what[NETLINK_BATCH_MAX][160];
};

enum { DNS_NONE, DNS_HOST, DNS_GIVEN };

/* The argument of --into-chain: a chain of another program. */
struct into_chain {
	/* family of the table, name of the table, and name of the chain; "" without --into-chain */
	char family[8], table[64], chain[64];
};

/* The devices that connect the host to other networks (uplinks), for one address family. */
struct uplinks {
	char v[NET_WORDS_MAX][IF_NAMESIZE];
	size_t n;
};

struct net {
	/* the request */
	const char *name; /* name of the namespace in /run/netns, or NULL */
	const char *ref;  /* reference to an existing namespace, or NULL */
	struct wire wires[NET_WORDS_MAX];
	size_t n_wires;
	struct bridge bridges[NET_WORDS_MAX];
	size_t n_bridges;
	struct net_route routes[NET_WORDS_MAX];
	size_t n_routes;
	char *sysctls[NET_WORDS_MAX]; /* a sysctl to set, such as "net/ipv4/x=1" */
	size_t n_sysctls;
	int dns;
	struct addrs dns_addr;
	struct nic nic; /* the lent device; its name is "" if no device is lent */
	bool nat;
	/* addresses of --nat, for IPv4 and IPv6; family 0 means the address of the device through
	 * which a packet leaves */
	struct net_addr nat_to, nat_to6;
	struct into_chain into;
	struct publish publish[NET_WORDS_MAX];
	size_t n_publish;
	bool pasta;
	const char *pasta_args;
	int pasta_line; /* socket to the background process that runs pasta */
	bool no_lo, force, explain, check;
	/* `run NAME`: the program enters an existing namespace, and uses the files in
	 * /etc/netns/NAME */
	bool enters;
	struct handle handle;
	char **argv; /* the program and its arguments, or NULL */

	/* the members below are set after the command line has been parsed */
	enum target_kind target;
	/* descriptors of the caller's network namespace and of the target namespace */
	int own_ns, ns;
	struct netlink host, inner;
	struct pending pending;
	int host_lock, name_lock;
	/* name or path that identifies the target namespace in ip(8) commands, for --explain */
	char label[64];
	/* text that identifies the target namespace in aliases: its name, "net:INODE" if it has no
	 * name, or "run" for the new namespace of `nsnet run` */
	char owner[NET_NAME_MAX + 1];
	/* path of the file NAME in /run/netns, where NAME is the name of the namespace */
	char path[PATH_MAX];
	bool name_is_new; /* this run has created the file `path` */
	struct nspin pin;
	struct supervise supervise;
	struct addrs subnets; /* subnets of the addresses of the namespace */
	struct uplinks uplinks, uplinks6;
	uint32_t uplink_mtu; /* lowest MTU of the uplinks; 0 if there is no uplink */
	char table[NAT_TABLE_SIZE];
	struct buf rules; /* commands for nft(8) that create the firewall rules */
	struct nft_ctx *nft;
	/* a socket of ctnetlink (connection tracking); open if a UDP port is published */
	struct netlink conntrack;
	bool nat_owned;    /* the kernel removes the firewall table when nsnet ends */
	struct buf resolv; /* the text of the program's /etc/resolv.conf */
};

/* ---- parsing: spec.c, opts.c. All die with a usage message. */

void spec_wire(struct net *n, const char *option, const char *text);
/* Parses REF[:IF][,ADDR...], an argument of the verb `link`, and stores it in the members other,
 * other_if and other_addr of w. */
void spec_end(struct wire *w, const char *text);
struct bridge *spec_bridge(struct net *n, const char *option, const char *text);
void spec_move(struct net *n, const char *text);
void spec_route(struct net *n, const char *text);
void spec_dns(struct net *n, const char *text);
void spec_sysctl(struct net *n, const char *text);
/* Parses the argument that names the target: sets n->ref if the text has the form of a reference,
 * otherwise n->name. */
void spec_target(struct net *n, const char *text);
bool name_is_valid(const char *s);
/* Ends the process with a message if the text is not a reference. */
void spec_check_ref(const char *text);
/* If text is the name of a namespace, returns the reference "netns:NAME". If text is a reference or
 * an invalid name, returns a copy of text. The caller frees the result. */
char *spec_ref(const char *text);

/* ---- resolving and executing a request: resolve.c, build.c, carry.c */

/* Looks up the namespaces, devices and bridges that the request n names, chooses automatic
 * addresses, and stores the results in n. Unless n->explain or n->check is set, locks the caller's
 * network namespace against other runs until the step `unlock`. Returns 0, or a negative errno with
 * e set. */
int resolve(struct net *n, struct nserr *e) must_check;
void build_plan(struct net *n, struct plan *p);

/* Resolves the request, builds the plan, and explains, checks or executes the plan. Returns the
 * exit status, unless the plan executes a program. */
int carry_out(struct net *n);
void net_init(struct net *n);
/* Frees the memory that belongs to the request. */
void net_free(struct net *n);

/* ---- names.c: /run/netns */

/* Locks /run/netns against other runs of nsnet. If `create` is set, creates the directory if it is
 * missing. Returns a descriptor of the directory, or a negative errno with e set: -ENOENT if the
 * directory is missing and `create` is not set. */
int names_lock(bool create, struct nserr *e) must_check;
/* Makes /run/netns a shared mount, as ip(8) does, so that the names are visible in other mount
 * namespaces. Returns 0, or a negative errno with e set. */
int names_share(struct nserr *e) must_check;
/* Opens the namespace with the given name. Returns NAME_NONE if there is no file with this name,
 * NAME_DEAD if no namespace is mounted on the file, NAME_ALIVE with a descriptor of the network
 * namespace in *fd, or a negative errno with e set. */
enum { NAME_NONE, NAME_DEAD, NAME_ALIVE };
int names_open(const char *name, int *fd, struct nserr *e) must_check;
/* Returns true if a network namespace has that name. */
bool names_has(const char *name);
int names_remove(const char *name, struct nserr *e) must_check;

/* Enters the network namespace ns, opens the netlink socket nl there, and returns to the namespace
 * `own`. Returns 0, or a negative errno with e set. */
int net_open_in(int own, int ns, struct netlink *nl, struct nserr *e) must_check;
/* Opens the network namespace that the reference ref names. Returns a descriptor, or a negative
 * errno with e set. */
int net_open_ref(const char *ref, struct nserr *e) must_check;
/*
 * Returns 1 if the other end of the veth device l is in the network namespace ns, 0 if not, or a
 * negative errno if the kernel does not answer. nl is a socket in the namespace of l. The index of
 * the other end is not sufficient, because devices in different namespaces can have the same index.
 */
int net_peer_is_in(const struct netlink *nl, const struct net_link *l, int ns) must_check;
/* Writes to label the name or path by which ip(8) commands identify the namespace of the reference
 * ref. */
void net_label(const char *ref, char label[64]);
/* If rc is -EPERM, sets the hint of e to the capabilities that are needed. Returns rc. */
int net_denied(int rc, struct nserr *e);

/* ---- plan steps: step_kinds contains the types of all steps that nsnet itself implements. The
 * plan also has steps of lib/run, whose types are not in this array. --explain skips them. */

enum step {
	STEP_NAMES,
	STEP_RESERVE,
	STEP_BRIDGE,
	STEP_BRIDGE_ADDR,
	STEP_BRIDGE_UP,
	STEP_PASTA_START,
	STEP_USERNS,
	STEP_NAMESPACE,
	STEP_PASTA,
	STEP_ENTER,
	STEP_WIRE,
	STEP_MOVE,
	STEP_ALIAS,
	STEP_FORWARD,
	STEP_FORWARD_OUTER,
	STEP_LOCALNET,
	STEP_NAT,
	STEP_OUTER_ADDR,
	STEP_UNLOCK,
	STEP_FLUSH,
	STEP_AWAIT,
	STEP_LO,
	STEP_ADDR,
	STEP_UP,
	STEP_GATEWAY,
	STEP_ROUTE,
	STEP_SYSCTL,
	STEP_PIN,
	STEP_ETC,
	STEP_RESOLV,
	STEP_FILES,
	STEP_FORK,
	STEP_EXEC,
	STEPS
};
extern const struct plan_kind step_kinds[STEPS];

/* The step functions below are defined in steps_bridge.c and steps_link.c. */
int run_bridge(void *ctx, const struct plan_step *s, struct nserr *e);
void undo_bridge(void *ctx, const struct plan_step *s);
void show_bridge(const void *ctx, const struct plan_step *s, struct buf *out);
int run_bridge_addr(void *ctx, const struct plan_step *s, struct nserr *e);
void show_bridge_addr(const void *ctx, const struct plan_step *s, struct buf *out);
int run_bridge_up(void *ctx, const struct plan_step *s, struct nserr *e);
void show_bridge_up(const void *ctx, const struct plan_step *s, struct buf *out);
int run_wire(void *ctx, const struct plan_step *s, struct nserr *e);
void undo_wire(void *ctx, const struct plan_step *s);
void show_wire(const void *ctx, const struct plan_step *s, struct buf *out);
int run_alias(void *ctx, const struct plan_step *s, struct nserr *e);
void show_alias(const void *ctx, const struct plan_step *s, struct buf *out);
int run_outer_addr(void *ctx, const struct plan_step *s, struct nserr *e);
void show_outer_addr(const void *ctx, const struct plan_step *s, struct buf *out);
int run_lo(void *ctx, const struct plan_step *s, struct nserr *e);
void show_lo(const void *ctx, const struct plan_step *s, struct buf *out);
int run_addr(void *ctx, const struct plan_step *s, struct nserr *e);
void show_addr(const void *ctx, const struct plan_step *s, struct buf *out);
int run_up(void *ctx, const struct plan_step *s, struct nserr *e);
void show_up(const void *ctx, const struct plan_step *s, struct buf *out);
int run_gateway(void *ctx, const struct plan_step *s, struct nserr *e);
void show_gateway(const void *ctx, const struct plan_step *s, struct buf *out);
int run_route(void *ctx, const struct plan_step *s, struct nserr *e);
void show_route(const void *ctx, const struct plan_step *s, struct buf *out);
int run_await(void *ctx, const struct plan_step *s, struct nserr *e);

/* The functions below are defined in the files nat*.c. */
static inline bool nat_wanted(const struct net *n)
{
	return !n->pasta && (n->nat || n->n_publish);
}
/* Returns true if nsnet runs the program as a child process, and not in its own process. */
static inline bool net_forks(const struct net *n)
{
	return handle_forks(&n->handle) || nat_wanted(n) || n->nic.name[0];
}
/* Records in n that --nat was given. text is the argument of --nat, and is stored in n->nat_to or
 * n->nat_to6. If text is NULL, nsnet uses the address of the device through which a packet leaves.
 * Ends the process if text is not an IP address. */
void spec_nat(struct net *n, const char *text);
void spec_publish(struct net *n, const char *text);
void spec_into_chain(struct net *n, const char *text);
/* Ends the process if --into-chain was given without an option that adds firewall rules. */
void spec_into_chain_check(const struct net *n);
/* Writes to `table` the name of the firewall table for a namespace (kind is "ns", name is its name
 * or "net:INODE"), a bridge ("br"), a process ("run") or the loopback addresses of a bridge ("lo").
 * Returns 0, or -EINVAL with e set if nft(8) does not accept the name. */
int nat_table(const char *kind, const char *name, char table[NAT_TABLE_SIZE],
	      struct nserr *e) must_check;
/* Stores the uplinks of the host in n->uplinks and n->uplinks6, and the lowest of their MTUs in
 * n->uplink_mtu. The uplinks are the devices of the default routes or, without a default route, all
 * devices with a route. Devices that nsnet has created are not uplinks. Returns 0, or a negative
 * errno with e set. */
int nat_find_uplinks(struct net *n, struct nserr *e) must_check;
int nat_resolve(struct net *n, struct nserr *e) must_check;
/* Removes the firewall rules of `nsnet run` after the program has ended or a step has failed. Since
 * Linux 5.12, the kernel removes the table itself. Also removes the rules of --into-chain, resets
 * the sysctls for forwarding IPv6, and deletes the entries of connection tracking for published UDP
 * ports. */
void nat_end(struct net *n);
/* Removes the firewall table of a namespace (kind is "ns") or of a bridge (kind is "br", or "lo"
 * for the table that protects loopback addresses), if the table exists. The process must be in the
 * network namespace of the table. Returns 0, or a negative errno with e set. */
int nat_remove(const char *kind, const char *name, struct nserr *e) must_check;
/* Finds the firewall tables of nsnet whose namespace or bridge does not exist any more. Adds a line
 * for each table to out, and removes the table unless `dry` is set. Returns 0 (also if libnftables
 * is missing), or a negative errno with e set. */
int nat_collect(struct net *n, bool dry, struct buf *out, struct nserr *e) must_check;
int run_nat(void *ctx, const struct plan_step *s, struct nserr *e);
void undo_nat(void *ctx, const struct plan_step *s);
void show_nat(const void *ctx, const struct plan_step *s, struct buf *out);
int run_forward(void *ctx, const struct plan_step *s, struct nserr *e);
void show_forward(const void *ctx, const struct plan_step *s, struct buf *out);
int run_forward_outer(void *ctx, const struct plan_step *s, struct nserr *e);
void show_forward_outer(const void *ctx, const struct plan_step *s, struct buf *out);
int run_localnet(void *ctx, const struct plan_step *s, struct nserr *e);
void show_localnet(const void *ctx, const struct plan_step *s, struct buf *out);

/* The step functions below are defined in nic.c. */
int run_move(void *ctx, const struct plan_step *s, struct nserr *e);
void undo_move(void *ctx, const struct plan_step *s);
void show_move(const void *ctx, const struct plan_step *s, struct buf *out);

/* The step functions below are defined in pasta.c. */
int run_pasta_start(void *ctx, const struct plan_step *s, struct nserr *e);
void undo_pasta_start(void *ctx, const struct plan_step *s);
int run_userns(void *ctx, const struct plan_step *s, struct nserr *e);
int run_pasta(void *ctx, const struct plan_step *s, struct nserr *e);
void show_pasta(const void *ctx, const struct plan_step *s, struct buf *out);

/* The functions below, which create files for the program, are defined in steps_file.c. */
int run_sysctl(void *ctx, const struct plan_step *s, struct nserr *e);
void show_sysctl(const void *ctx, const struct plan_step *s, struct buf *out);
int run_etc(void *ctx, const struct plan_step *s, struct nserr *e);
void undo_etc(void *ctx, const struct plan_step *s);
void show_etc(const void *ctx, const struct plan_step *s, struct buf *out);
int run_resolv(void *ctx, const struct plan_step *s, struct nserr *e);
int run_files(void *ctx, const struct plan_step *s, struct nserr *e);
int dns_read(struct net *n, struct nserr *e) must_check;

/* Appends to out the argument s of a shell command, in quotes if the shell requires them. */
void shell_word(struct buf *out, const char *s);
/* Returns the prefix of a command that runs in a namespace, for example "ip netns exec web ". If
 * `ip` is set, returns the beginning of an ip(8) command, for example "ip -n web ". label is the
 * name or path of the namespace (see net_label()). The text stays valid during the next three calls
 * of this function. */
const char *in_namespace(const char *label, bool ip);
/* Appends to out the beginning of an ip(8) command for the target namespace, see in_namespace(). */
void ip_in(const struct net *n, struct buf *out);

/* ---- verbs, each with the verb at argv[0] */

int verb_run(int argc, char **argv);
int verb_add(int argc, char **argv);
int verb_link(int argc, char **argv);
int verb_bridge(int argc, char **argv);
int verb_del(int argc, char **argv);
int verb_gc(int argc, char **argv);
int verb_attach(int argc, char **argv);
int verb_show(int argc, char **argv);
int verb_why(int argc, char **argv);

#endif
