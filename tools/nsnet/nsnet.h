/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nsnet: the request, the results of lookups, and the stages. */
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

#define NETNS_DIR      "/run/netns" /* of ip-netns(8) */
#define NETNS_ETC      "/etc/netns"
#define NET_ALIAS      "nsnet:" /* how the alias of a device that nsnet made begins */
#define NET_NAME_MAX   128      /* a name must fit into an alias */
#define NET_ADDRS_MAX  8
#define NET_WORDS_MAX  16
#define NAT_TABLE_SIZE 192
#define PASTA_ARGS_MAX 512

struct addrs {
	struct net_addr v[NET_ADDRS_MAX];
	size_t n;
};

/* A bridge that is named on the command line. */
struct bridge {
	char name[IF_NAMESIZE];
	struct addrs addr; /* to be added */
	uint32_t mtu;
	bool wanted; /* created if missing */
	/* looked up */
	int index;         /* 0: does not exist yet */
	bool made;         /* by this run */
	struct addrs has;  /* addresses that it has, or will have */
	uint32_t link_mtu; /* for both ends of a pair; 0: the kernel's default */
	uint8_t mac[NET_MAC_SIZE];
};

enum wire_kind { WIRE_HOST, WIRE_BRIDGE, WIRE_REF, WIRE_STACKED };

/* --link: a device inside the namespace, and its connection. */
struct wire {
	enum wire_kind kind;
	char ifname[IF_NAMESIZE];
	char *other;                /* bridge, reference or lower device */
	const char *stacked;        /* "macvlan" or "ipvlan" */
	char other_if[IF_NAMESIZE]; /* WIRE_REF; "" for the lowest free eth<n> */
	struct addrs addr, gw;
	struct addrs other_addr; /* of the other end: WIRE_HOST, WIRE_REF */
	bool automatic, no_gw, has_mac, has_outer_mac;
	uint8_t mac[NET_MAC_SIZE], outer_mac[NET_MAC_SIZE];
	uint32_t mtu;
	/* looked up */
	struct bridge *bridge;
	int other_ns;                 /* WIRE_REF */
	struct netlink other_nl;      /* a socket in it */
	char other_label[64];         /* how ip(8) names it */
	int lower;                    /* index of the lower device */
	bool exists;                  /* the device inside is there already */
	char outer_name[IF_NAMESIZE]; /* of --explain: a name in place of the pattern */
	char alias[NET_LINK_ALIAS];   /* of the outer end */
	/* set while the plan runs */
	int index, outer;
};

enum target_kind {
	TARGET_NEW,      /* a namespace without a name */
	TARGET_NEW_NAME, /* a namespace that gets a name */
	TARGET_EXISTING,
};

/* --publish: a port of the host that leads to a port of the namespace. */
struct publish {
	struct net_addr addr; /* family 0: all of the host's, except loopback */
	uint16_t outer, inner;
	bool udp;
};

/* --move: a device of the host that is lent to the namespace. */
struct nic {
	char name[IF_NAMESIZE], inside[IF_NAMESIZE];
	char record[NET_LINK_ALIAS]; /* name, MTU, addresses and routes, to be restored */
	int index;                   /* where it is now */
	bool lent;
};

/* Messages that were not sent yet, see request.h. */
struct pending {
	struct netlink *nl; /* NULL: none */
	struct netlink_batch batch;
	unsigned named; /* messages that have a sentence */
	char what[NETLINK_BATCH_MAX][160];
};

enum { DNS_NONE, DNS_HOST, DNS_GIVEN };

struct net {
	/* the request */
	const char *name; /* below /run/netns, or NULL */
	const char *ref;  /* of an existing namespace, or NULL */
	struct wire wires[NET_WORDS_MAX];
	size_t n_wires;
	struct bridge bridges[NET_WORDS_MAX];
	size_t n_bridges;
	struct net_route routes[NET_WORDS_MAX];
	size_t n_routes;
	char *sysctls[NET_WORDS_MAX]; /* "net/ipv4/x=1" */
	size_t n_sysctls;
	int dns;
	struct addrs dns_addr;
	struct nic nic; /* name "": none */
	bool nat;
	struct net_addr nat_to; /* family 0: that of the device that a packet leaves by */
	struct publish publish[NET_WORDS_MAX];
	size_t n_publish;
	bool pasta;
	const char *pasta_args;
	int pasta_line; /* to the background process */
	bool no_lo, force, explain, check;
	bool enters; /* run NAME: an existing namespace with its files */
	struct handle handle;
	char **argv; /* of the program, or NULL */

	/* looked up */
	enum target_kind target;
	int own_ns, ns; /* descriptors of the caller's and of the target's namespace */
	struct netlink host, inner;
	struct pending pending;
	int host_lock, name_lock;
	char label[64];      /* how ip(8) names the target in --explain */
	char path[PATH_MAX]; /* of the name */
	bool name_is_new;    /* the file was made by us */
	struct nspin pin;
	struct supervise supervise;
	struct addrs subnets; /* of the namespace, IPv4 */
	char uplinks[NET_WORDS_MAX][IF_NAMESIZE];
	size_t n_uplinks;
	char table[NAT_TABLE_SIZE];
	struct buf rules; /* for nft(8) */
	struct nft_ctx *nft;
	struct netlink conntrack; /* opened if a UDP port is published */
	bool nat_owned;           /* the kernel removes the table when we end */
	struct buf resolv;        /* the text of /etc/resolv.conf */
};

/* ---- parsing: spec.c, opts.c. All die with a usage message. */

void spec_wire(struct net *n, const char *option, const char *text);
void spec_end(struct wire *w, const char *text); /* REF[:IF][,ADDR...] of `link` */
struct bridge *spec_bridge(struct net *n, const char *option, const char *text);
void spec_move(struct net *n, const char *text);
void spec_route(struct net *n, const char *text);
void spec_dns(struct net *n, const char *text);
void spec_sysctl(struct net *n, const char *text);
/* NAME, or a reference if it has the form of one: sets n->name or n->ref. */
void spec_target(struct net *n, const char *text);
bool name_is_valid(const char *s);

/* ---- stages */

/* Looks up what the request names and chooses automatic addresses. Unless n->explain or n->check,
 * the caller's network stays locked against other runs until the step `unlock`. */
int resolve(struct net *n, struct nserr *e) must_check;
void build_plan(struct net *n, struct plan *p);

/* resolve, build, then explain, or check, or execute. Returns the exit status of a plan without a
 * program. */
int carry_out(struct net *n);
void net_init(struct net *n);

/* ---- names.c: /run/netns */

/* The directory, created if missing, and locked against other calls of nsnet: a descriptor, or a
 * negative errno with e set. */
int names_lock(struct nserr *e) must_check;
/* Makes /run/netns a shared mount, as ip(8) does, so that other mount namespaces see the names. */
int names_share(struct nserr *e) must_check;
/* NAME_NONE: no such file. NAME_DEAD: a file that holds no namespace. Else a descriptor of the
 * network namespace is in *fd. Negative errno with e set. */
enum { NAME_NONE, NAME_DEAD, NAME_ALIVE };
int names_open(const char *name, int *fd, struct nserr *e) must_check;
int names_remove(const char *name, struct nserr *e) must_check;

/* Opens a socket in the network namespace of ns, and comes back to own. */
int net_open_in(int own, int ns, struct netlink *nl, struct nserr *e) must_check;
/* Opens the network namespace that a reference names. */
int net_open_ref(const char *ref, struct nserr *e) must_check;
/* How ip(8) takes the namespace of a reference: a name or a path. */
void net_label(const char *ref, char label[64]);
/* Adds the usual hint if rc is -EPERM. Returns rc. */
int net_denied(int rc, struct nserr *e);

/* ---- steps: the kinds are in one array, by which explain() recognises them */

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
	STEP_NAT,
	STEP_OUTER_ADDR,
	STEP_UNLOCK,
	STEP_FLUSH,
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

/* steps_link.c */
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

/* nat.c */
static inline bool nat_wanted(const struct net *n)
{
	return !n->pasta && (n->nat || n->n_publish);
}
/* Returns true if nsnet stays as the parent of the program. */
static inline bool net_forks(const struct net *n)
{
	return handle_forks(&n->handle) || nat_wanted(n) || n->nic.name[0];
}
void spec_nat(struct net *n, const char *text); /* NULL: the address of the uplink */
void spec_publish(struct net *n, const char *text);
/* The name of the table for a namespace (kind "ns"), a bridge ("br") or a process ("run"). Returns
 * 0, or -EINVAL with e set if nft(8) does not accept the name. */
int nat_table(const char *kind, const char *name, char table[NAT_TABLE_SIZE],
	      struct nserr *e) must_check;
int nat_resolve(struct net *n, struct nserr *e) must_check;
/* After the program of `run`: removes the table where the kernel does not. */
void nat_end(struct net *n);
/* Removes the table of a namespace ("ns") or a bridge ("br") that has one. */
int nat_remove(const char *kind, const char *name, struct nserr *e) must_check;
/* Adds a line for each table of ours whose namespace or bridge has gone, and removes it unless dry.
 * Without libnftables there is nothing to look for. Returns 0 or a negative errno with e set. */
int nat_collect(struct net *n, bool dry, struct buf *out, struct nserr *e) must_check;
int run_nat(void *ctx, const struct plan_step *s, struct nserr *e);
void undo_nat(void *ctx, const struct plan_step *s);
void show_nat(const void *ctx, const struct plan_step *s, struct buf *out);
int run_forward(void *ctx, const struct plan_step *s, struct nserr *e);
void show_forward(const void *ctx, const struct plan_step *s, struct buf *out);
int run_forward_outer(void *ctx, const struct plan_step *s, struct nserr *e);
void show_forward_outer(const void *ctx, const struct plan_step *s, struct buf *out);

/* nic.c */
int run_move(void *ctx, const struct plan_step *s, struct nserr *e);
void undo_move(void *ctx, const struct plan_step *s);
void show_move(const void *ctx, const struct plan_step *s, struct buf *out);

/* pasta.c */
int run_pasta_start(void *ctx, const struct plan_step *s, struct nserr *e);
void undo_pasta_start(void *ctx, const struct plan_step *s);
int run_userns(void *ctx, const struct plan_step *s, struct nserr *e);
int run_pasta(void *ctx, const struct plan_step *s, struct nserr *e);
void show_pasta(const void *ctx, const struct plan_step *s, struct buf *out);

/* steps_file.c: files of the program */
int run_sysctl(void *ctx, const struct plan_step *s, struct nserr *e);
void show_sysctl(const void *ctx, const struct plan_step *s, struct buf *out);
int run_etc(void *ctx, const struct plan_step *s, struct nserr *e);
void undo_etc(void *ctx, const struct plan_step *s);
void show_etc(const void *ctx, const struct plan_step *s, struct buf *out);
int run_resolv(void *ctx, const struct plan_step *s, struct nserr *e);
int run_files(void *ctx, const struct plan_step *s, struct nserr *e);
int dns_read(struct net *n, struct nserr *e) must_check;

/* Adds a word, quoted for a shell where it needs to be. */
void shell_word(struct buf *out, const char *s);
/* The words before a command that runs in the namespace with that label, or, with `ip`, before the
 * arguments of ip(8): "ip -n web ". Valid until the fourth call after this one. */
const char *in_namespace(const char *label, bool ip);
/* Adds in_namespace() for ip(8) in the target. */
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
