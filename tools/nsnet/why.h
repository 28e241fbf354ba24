/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why: the checks on the path of a packet, and the data that they share. */
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
	/* The namespace of the other end of `dev` in messages ("the host" if it is the caller's),
	 * and its name or path in commands ("" if it is the caller's). */
	char host[96], host_label[64];
	/* devices of the namespace (`in`) and of the host (`out`) */
	struct net_links in, out;
	struct net_ifaddrs addrs, out_addrs;
	struct buf rules, inner_rules; /* of nf_tables */
	bool has_rules, has_inner_rules;
	/* paths that the checks found */
	struct net_way way, host_way;
	const struct net_link *dev;   /* device through which the packet leaves the namespace */
	const struct net_link *outer; /* other end of dev */
	/* device on which the packet enters the host: the bridge, or outer */
	const struct net_link *entry;
	const struct net_link *uplink; /* device through which the packet leaves the host */
	bool is_neighbour;             /* the destination is connected to the same bridge */
	bool is_host;                  /* the destination is the host */
	/* the report */
	unsigned failures;
	struct buf text;
};

/* These functions add a line to the report. why_failed() also adds the cure, and returns false.
 * why_unknown() is for a check that cannot be made, and why_note() for a state that may be
 * intended. */
void why_passed(struct why *y, const char *fmt, ...) printf_like(2, 3);
bool why_failed(struct why *y, const char *cure, const char *fmt, ...) printf_like(3, 4);
void why_unknown(struct why *y, const char *fmt, ...) printf_like(2, 3);
void why_note(struct why *y, const char *cure, const char *fmt, ...) printf_like(3, 4);

/* Formats the text of a cure into the local variable `cure`. */
#define CURE(...) \
	({ \
		snprintf(cure, sizeof(cure), __VA_ARGS__); \
		cure; \
	})
#define CURE_SIZE      1024
/* Does the same for commands that must run in the namespace of the other end. Commands are
 * separated by "; ". */
#define HOST_CURE(...) why_at_host(y, CURE(__VA_ARGS__), sizeof(cure))
char *why_at_host(const struct why *y, char *cure, size_t size);

/* A check. A group of checks is an array in the order of the path. A check returns false if the
 * checks after it would be useless. */
typedef bool why_check(struct why *y);
bool why_run(struct why *y, why_check *const *checks);

/* devices, addresses, route and veth pair of the namespace */
extern why_check *const why_inside[];
extern why_check *const why_entry[];   /* bridge, gateway, the host as the destination */
extern why_check *const why_forward[]; /* forwarding, routes, reverse path, firewall, NAT, MTU */
extern why_check *const why_beside[];  /* published ports, name servers, ping */

/* Enter the namespace, and return to that of the host. In between, files of /proc and new sockets
 * belong to the namespace. */
void why_enter(struct why *y);
void why_leave(struct why *y);

/* Returns 1 if a socket of the process's network namespace listens on the port, 0 if none does, or
 * -1 if /proc/net cannot be read. */
int why_listens(bool udp, uint16_t port);

/* Reads the sysctl net/ipv4/conf/DEV/WHAT (or net/ipv6/...) of a device. Returns its value, or
 * -1. */
int64_t why_devconf(const struct why *y, const char *dev, const char *what);

/* Applies the firewall rules of the host to a packet from the namespace and to its answer. If a
 * rule drops one of them, reports the rule and returns false. */
bool why_rules(struct why *y, const char *hook, const char *in, const char *out);
/* Does the same with the firewall rules of the namespace. */
bool why_inner_rules(struct why *y);
/* Read the firewall rules of the host, and those of the namespace. */
void why_read_rules(struct why *y);
void why_read_inner_rules(struct why *y);
bool why_nat(struct why *y);
bool why_published(struct why *y);

/* Sets y->outer to the other end of y->dev. If the other end is not in the caller's namespace,
 * moves the process to the namespace of the other end, which from then on is the host of the
 * checks. Returns false after a report if the other end was not found. */
bool why_find_outer(struct why *y);

/* --probe: sends one packet and reports which rule dropped it. */
void why_probe(struct why *y);

#endif
