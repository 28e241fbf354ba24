/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why: declares the checks along the path of a packet, and the data that these checks share. */
#ifndef NSU_NSNET_WHY_H
#define NSU_NSNET_WHY_H

#include <linux/rtnetlink.h>

#include "nsnet.h"
#include "rules.h"

struct why {
	struct net *n;
	/* destination of the packet */
	struct net_addr dst;
	uint16_t port;    /* destination port; 0 if none was given */
	bool udp, active; /* --probe was given */
	/* Two names of the namespace that the other end of `dev` is in. The first is for messages
	 * ("the host" for the caller's namespace), the second is a name or path for commands (""
	 * for the caller's namespace). */
	char host[96], host_label[64];
	/* devices of the namespace (`in`) and of the host (`out`) */
	struct net_links in, out;
	struct net_ifaddrs addrs, out_addrs;
	struct buf rules, inner_rules; /* firewall rules of the host, and of the namespace */
	bool has_rules, has_inner_rules;
	/* path of the packet inside the namespace, and its path through the host, as the kernel
	 * reports them */
	struct net_way way, host_way;
	const struct net_link *dev;   /* device through which the packet leaves the namespace */
	const struct net_link *outer; /* the device at the other end of the veth pair of `dev` */
	/* device on which the packet enters the host: the bridge to which `outer` is connected, or
	 * `outer` itself */
	const struct net_link *entry;
	const struct net_link *uplink; /* device through which the packet leaves the host */
	/* the destination and the namespace are connected to the same bridge */
	bool is_neighbour;
	bool is_host; /* the destination is the host itself */
	/* the report */
	unsigned failures;
	struct buf text;
};

/* These macros add the result of a check to the report, and return false. why_unknown() is for a
 * check that cannot be made, and why_note() is for a state that may be intended. why_failed() and
 * why_note() also add `cure`, the shell commands that solve the problem. */
#define why_passed(y, ...)       why_say(y, "ok", NULL, __VA_ARGS__)
#define why_failed(y, cure, ...) why_say(y, "FAIL", cure, __VA_ARGS__)
#define why_unknown(y, ...)      why_say(y, "?", NULL, __VA_ARGS__)
#define why_note(y, cure, ...)   why_say(y, "note", cure, __VA_ARGS__)
bool why_say(struct why *y, const char *mark, const char *cure, const char *fmt, ...)
	printf_like(4, 5);

/* Formats the shell commands that solve a problem into the local array `cure`, which the caller
 * must declare. Evaluates to `cure`. */
#define CURE(...) \
	({ \
		snprintf(cure, sizeof(cure), __VA_ARGS__); \
		cure; \
	})
#define CURE_SIZE      1024
/* Does the same as CURE() and, if necessary, adds a prefix to each command, so that the command
 * runs in the namespace of the other end of the veth pair. The format must separate the commands by
 * "; ". */
#define HOST_CURE(...) why_at_host(y, CURE(__VA_ARGS__), sizeof(cure))
char *why_at_host(const struct why *y, char *cure, size_t size);

/* A function that makes a check. Returns false if the later checks of its group would be useless. A
 * group is an array of checks in the order in which a packet passes the checked objects. */
typedef bool why_check(struct why *y);
bool why_run(struct why *y, why_check *const *checks);

/* group of checks: devices, addresses, route and veth pair of the namespace */
extern why_check *const why_inside[];
/* group of checks: the bridge, the gateway, and the host as the destination */
extern why_check *const why_entry[];
/* group of checks: forwarding, routes, reverse path filter, firewall, NAT, MTU */
extern why_check *const why_forward[];
extern why_check *const why_beside[]; /* group of checks: published ports, name servers, ping */

/* why_enter() enters the namespace, and why_leave() returns to the namespace of the host. Between
 * the calls, new sockets belong to the namespace, and /proc/net and /proc/sys/net show its data. */
void why_enter(struct why *y);
void why_leave(struct why *y);

/* Returns 1 if a socket in the network namespace of this process listens on the port, 0 if none
 * does, or -1 if /proc/net cannot be read. */
int why_listens(bool udp, uint16_t port);

/* Reads the sysctl net/ipv4/conf/DEV/WHAT (or net/ipv6/...) of a device. Returns its value, or
 * -1. */
int64_t why_devconf(const struct why *y, const char *dev, const char *what);

/* Evaluates the firewall rules of the host for a packet from the namespace and for the answer to
 * it. If a rule drops the packet or the answer, reports the rule and returns false. Otherwise
 * returns true. */
bool why_rules(struct why *y, const char *hook, const char *in, const char *out);
/* Does the same as why_rules(), with the firewall rules of the namespace. Returns true if they drop
 * no packet. */
bool why_inner_rules(struct why *y);
/* why_read_rules() reads the firewall rules of the host, why_read_inner_rules() those of the
 * namespace. */
void why_read_rules(struct why *y);
void why_read_inner_rules(struct why *y);
/* The packets that a firewall rule must accept: all packets that arrive or leave through a device,
 * or only those that belong to an established connection. */
enum why_accept { WHY_IN, WHY_OUT, WHY_ANSWERS, WHY_ANSWERS_IN };

/*
 * Appends a command that accepts packets of the device `dev` before the rule at `at` drops them.
 * The prefix runs the command in a namespace. In a table of iptables, a rule of nft(8) with `ct
 * state` would prevent iptables-nft(8) from listing the table, so the command uses iptables-nft
 * itself. Only firewalld can change its table, which has the flag `owner` since firewalld 2.1. Its
 * zone `trusted` also accepts the answers.
 */
void why_add_accept(char cure[CURE_SIZE], const char *rules, const struct rules_place *at,
		    const char *prefix, enum why_accept what, const char *dev);

bool why_nat(struct why *y);
/* Returns true if the address is private, or in the range that is shared by customers of a provider
 * (RFC 6598). */
bool why_is_private(const struct net_addr *a);
bool why_published(struct why *y);

/* Sets y->outer to the other end of y->dev. If the other end is in another namespace than the
 * caller's, enters this namespace, and all later checks treat it as the host. If the other end is
 * not found or cannot be examined, reports this and returns false. */
bool why_find_outer(struct why *y);

/* Does the work of --probe: sends one packet, and reports the rule that dropped the packet. */
void why_probe(struct why *y);

#endif
