/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace: follows the packets of a probe through the rules of nf_tables. */
#ifndef NSU_NSNET_TRACE_H
#define NSU_NSNET_TRACE_H

#include "why.h"

#define TRACE_MAX 16 /* maximum number of packets in a trace */

/* A packet, identified by the trace id of the kernel. */
struct packet {
	uint32_t id;
	bool answer;
};

/* One of the two namespaces in which the packet is traced. */
struct tracer {
	const char *where; /* for messages */
	struct nft_ctx *nft;
	bool owned; /* the kernel removes the table when nsnet ends */
	struct netlink nl;
	bool seen; /* a rule of this namespace was applied to the packet */
	struct packet packets[TRACE_MAX];
	size_t n;
};

/* The verdict that dropped a packet. */
struct dropped {
	const struct tracer *by; /* NULL: none */
	bool answer;
	char chain[160]; /* "ip filter FORWARD" */
	char name[64];   /* name of the chain without family and table */
	char table[96];
	uint64_t handle; /* handle of the rule; 0: the policy of the chain dropped the packet */
};

/* Opens the trace socket and libnftables in the process's network namespace, and adds the table
 * that marks the packets. Returns 0 or a negative errno with e set. tracer_end() must be called in
 * both cases. */
int tracer_start(const struct why *y, struct tracer *t, struct nserr *e) must_check;
void tracer_end(struct tracer *t);

/* Reads the available reports without blocking. Sets *d for the first verdict that dropped a
 * packet. */
void read_traces(struct tracer *t, const struct why *y, struct dropped *d);

#endif
