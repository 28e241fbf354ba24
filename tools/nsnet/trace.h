/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace: follows the packet that `nsnet why --probe` sends, and the answer to it, through the
 * firewall rules (nf_tables). */
#ifndef NSU_NSNET_TRACE_H
#define NSU_NSNET_TRACE_H

#include "why.h"

#define TRACE_MAX 16 /* maximum number of packets that a trace follows */

/* A packet, identified by the trace id that the kernel has assigned. */
struct packet {
	uint32_t id;
	bool answer;
};

/* One of the two namespaces in which the packet is traced. */
struct tracer {
	const char *where; /* name of the namespace, for messages */
	struct nft_ctx *nft;
	bool owned; /* when nsnet ends, the kernel removes the table that nsnet has added */
	struct netlink nl;
	bool seen; /* true if a rule of this namespace was applied to the packet */
	struct packet packets[TRACE_MAX];
	size_t n;
};

/* The verdict that dropped a packet, and the chain or rule that returned this verdict. */
struct dropped {
	const struct tracer *by; /* namespace whose rules dropped the packet; NULL if none did */
	bool answer;
	char chain[160]; /* family, table and name of the chain, such as "ip filter FORWARD" */
	char name[64];   /* name of the chain, without its family and table */
	char table[96];
	uint64_t handle; /* handle of the rule; 0 if the policy of the chain dropped the packet */
};

/* Opens the trace socket and a context of libnftables in the network namespace of this process,
 * stores them in t, and creates the nf_tables table that marks the packets. Returns 0 or a negative
 * errno with e set. tracer_end() must be called in both cases. */
int tracer_start(const struct why *y, struct tracer *t, struct nserr *e) must_check;
void tracer_end(struct tracer *t);

/* Reads the available reports of the kernel from the socket of t, without blocking. Sets *d to the
 * first verdict that dropped a packet. */
void read_traces(struct tracer *t, const struct why *y, struct dropped *d);

#endif
