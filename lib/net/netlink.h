/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlink: builds requests of netlink(7), sends them in batches, and reads answers and dumps. */
#ifndef NSU_NET_NETLINK_H
#define NSU_NET_NETLINK_H

#include <linux/netlink.h>

#include "base/nserr.h"

#define NETLINK_BATCH_SIZE 4096
#define NETLINK_BATCH_MAX  16 /* messages */

/* A socket of the network namespace that it was opened in. */
struct netlink {
	int fd; /* -1: closed */
	uint32_t seq;
};

#define NETLINK_INIT ((struct netlink){ .fd = -1 })

/* Messages under construction. Its error is sticky, so a writer checks once: netlink_send(). */
struct netlink_batch {
	union {
		struct nlmsghdr align;
		char space[NETLINK_BATCH_SIZE];
	};
	size_t len, last; /* bytes used; where the last message begins */
	unsigned n;
	int err; /* 0 or -EMSGSIZE */
};

/* Empties b; its memory needs no other initialisation. */
void netlink_batch_init(struct netlink_batch *b);

/* Opens an rtnetlink(7) socket with extended acknowledgements and strict dumps, where the kernel
 * has them. Returns 0 or a negative errno with e set. netlink_close() closes it.
 * netlink_open_family() opens a socket of another netlink family (NETLINK_NETFILTER). */
int netlink_open(struct netlink *nl, struct nserr *e) must_check;
int netlink_open_family(struct netlink *nl, int family, struct nserr *e) must_check;
void netlink_close(struct netlink *nl);
#define cleanup_netlink __attribute__((cleanup(netlink_close)))

/* Begins a message of that type. flags are NLM_F_*; NLM_F_REQUEST is added. header is the n bytes
 * of the family's own header (struct ifinfomsg, …). */
void netlink_begin(struct netlink_batch *b, uint16_t type, uint16_t flags, const void *header,
		   size_t n);

/* Appends an attribute to the last message. netlink_put_str() includes the terminating NUL. */
void netlink_put(struct netlink_batch *b, uint16_t type, const void *data, size_t n);
void netlink_put_str(struct netlink_batch *b, uint16_t type, const char *s);
void netlink_put_u32(struct netlink_batch *b, uint16_t type, uint32_t v);

/* Opens an attribute whose value is everything up to netlink_nest_end(), which takes the value that
 * netlink_nest() returned. NLA_F_NESTED is not set, as rtnetlink's own clients do not. */
size_t netlink_nest(struct netlink_batch *b, uint16_t type);
void netlink_nest_end(struct netlink_batch *b, size_t at);

/* Appends bytes without a header of their own, padded to 4: struct ifinfomsg in VETH_INFO_PEER. */
void netlink_put_raw(struct netlink_batch *b, const void *data, size_t n);

/*
 * Sends all messages of b with one sendmsg(2) and waits until the kernel has acknowledged the last.
 * The kernel carries out each message, whether or not an earlier one failed. Returns 0, or the
 * negative errno of the first that failed, with its number in *failed (may be NULL) and its text,
 * if the kernel has one, as the hint of e. e->what is left for the caller.
 */
int netlink_send(struct netlink *nl, struct netlink_batch *b, unsigned *failed,
		 struct nserr *e) must_check;

/*
 * Sends the one request in b and calls f with each message that answers it: all of a dump
 * (NLM_F_DUMP), or the single answer. A dump that the kernel calls inconsistent is repeated a few
 * times; again() (may be NULL) is called before. f returns 0, or a negative errno that ends the
 * call. Returns 0 or a negative errno with e->hint set as in netlink_send().
 */
int netlink_ask(struct netlink *nl, struct netlink_batch *b,
		int (*f)(void *arg, const struct nlmsghdr *nh), void (*again)(void *arg), void *arg,
		struct nserr *e) must_check;

/*
 * Finds attributes in the n bytes at data: found[type] is the last of that type, or NULL, for types
 * below max. Returns 0, or -EBADMSG if an attribute does not fit. Nothing is copied.
 */
int netlink_parse(const void *data, size_t n, const struct nlattr **found, unsigned max) must_check;

/* The attributes after the family header of `header` bytes in a message. -EBADMSG if the message
 * is shorter than that. */
int netlink_parse_message(const struct nlmsghdr *nh, size_t header, const struct nlattr **found,
			  unsigned max) must_check;

/* The value of an attribute. netlink_u32() returns `otherwise` if a is NULL or has another length;
 * netlink_str() copies at most size - 1 bytes and terminates them. */
static inline const void *netlink_data(const struct nlattr *a)
{
	return (const char *)a + sizeof(struct nlattr);
}
static inline size_t netlink_len(const struct nlattr *a)
{
	return (size_t)a->nla_len - sizeof(struct nlattr);
}
uint32_t netlink_u32(const struct nlattr *a, uint32_t otherwise);
void netlink_str(const struct nlattr *a, char *dst, size_t size);

/*
 * Reads one datagram of n bytes that answers requests from seq `first` to `last`: the core of
 * netlink_send(), apart for tests. Sets *err to the negative errno of the first failed request and
 * *which to its number (as long as *err is 0), and e->hint. Returns 1 if the last request was
 * acknowledged, 0 if not yet, or -EBADMSG.
 */
int netlink_read_acks(const void *data, size_t n, uint32_t first, uint32_t last, int *err,
		      unsigned *which, struct nserr *e) must_check;

#endif
