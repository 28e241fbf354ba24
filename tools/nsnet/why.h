/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why: the checks on the way of a packet, and what they share. */
#ifndef NSU_NSNET_WHY_H
#define NSU_NSNET_WHY_H

#include <linux/rtnetlink.h>

#include "nsnet.h"
#include "rules.h"

struct why {
	struct net *n;
	/* the destination */
	struct net_addr dst;
	uint16_t port;    /* 0: none */
	bool udp, active; /* --probe */
	/* what was read; `in` is the namespace, `out` the caller's */
	struct net_links in, out;
	struct net_ifaddrs addrs, out_addrs;
	struct buf rules, inner_rules; /* of nf_tables */
	bool has_rules, has_inner_rules;
	/* what the checks found */
	struct net_way way, host_way;
	const struct net_link *dev;    /* in the namespace, by which the packet leaves */
	const struct net_link *outer;  /* its other end, if that is in the caller's namespace */
	const struct net_link *entry;  /* where the packet enters the host: bridge, or outer */
	const struct net_link *uplink; /* where it leaves the host */
	bool is_neighbour;             /* the destination is behind the same bridge */
	bool is_host;                  /* the destination is the host */
	/* the report */
	unsigned failures;
	struct buf text;
};

/* Add a line to the report. why_failed() takes the cure first, and returns false. why_unknown() is
 * for a check that cannot be made, why_note() for what may be intended. */
void why_passed(struct why *y, const char *fmt, ...) printf_like(2, 3);
bool why_failed(struct why *y, const char *cure, const char *fmt, ...) printf_like(3, 4);
void why_unknown(struct why *y, const char *fmt, ...) printf_like(2, 3);
void why_note(struct why *y, const char *cure, const char *fmt, ...) printf_like(3, 4);

/* The text of a cure, for one call. */
#define CURE(...) \
	({ \
		snprintf(cure, sizeof(cure), __VA_ARGS__); \
		cure; \
	})
#define CURE_SIZE 1024

/* A group of checks, in the order of the way. A check returns false if those after it make no sense
 * without it. */
typedef bool why_check(struct why *y);
bool why_run(struct why *y, why_check *const *checks);

extern why_check *const why_inside[];  /* devices, addresses, route and wire of the namespace */
extern why_check *const why_entry[];   /* bridge, gateway, the host as the destination */
extern why_check *const why_forward[]; /* forwarding, routes, reverse path, firewall, NAT, MTU */
extern why_check *const why_beside[];  /* published ports, name servers, ping */

/* Enter the namespace, and return. The process is in it for files of /proc and new sockets. */
void why_enter(struct why *y);
void why_leave(struct why *y);

/* Returns 1 if a socket of the process's network namespace listens on the port, 0 if none does, or
 * -1 if /proc/net cannot be read. */
int why_listens(bool udp, uint16_t port);

/* The name of a sysctl of a device: "net/ipv4/conf/DEV/WHAT"; returns its value or -1. */
int64_t why_devconf(const struct why *y, const char *dev, const char *what);

/* Applies the rules of the host to a packet from the namespace and to its answer. Returns
 * false after it has reported a rule that drops one of them. */
bool why_rules(struct why *y, const char *hook, const char *in, const char *out);
/* The same for the rules of the namespace itself. */
bool why_inner_rules(struct why *y);
void why_read_rules(struct why *y);
bool why_nat(struct why *y);
bool why_published(struct why *y);

/* --probe: sends one packet and reports which rule dropped it. */
void why_probe(struct why *y);

#endif
