/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlink: builds requests of netlink(7), sends several of them at once, and reads answers and
 * dumps. */
#ifndef NSU_NET_NETLINK_H
#define NSU_NET_NETLINK_H

#include <linux/netlink.h>

#include "base/nserr.h"

#define NETLINK_BATCH_SIZE 4096
#define NETLINK_BATCH_MAX  16 /* messages */

/* A netlink socket. It belongs to the network namespace in which it was opened. */
struct netlink {
	int fd; /* descriptor of the socket, or -1 if it is closed */
	uint32_t seq;
};

#define NETLINK_INIT ((struct netlink){ .fd = -1 })

/* Messages under construction. The functions that add messages record the first error in err, and
 * netlink_send() returns it. */
struct netlink_batch {
	union {
		struct nlmsghdr align;
		char space[NETLINK_BATCH_SIZE];
	};
	size_t len, last; /* number of bytes used; offset of the last message */
	unsigned n;
	int err; /* the first error: 0, or -EMSGSIZE if the messages did not fit */
};

/* Removes all messages from b, or initializes a new b. */
void netlink_batch_init(struct netlink_batch *b);

/* netlink_open() opens an rtnetlink(7) socket, and netlink_open_family() a socket of another
 * netlink family, such as NETLINK_NETFILTER. If the kernel supports them, the socket uses extended
 * acknowledgements and strict dumps. Both return 0, or a negative errno with e set. netlink_close()
 * closes the socket. */
int netlink_open(struct netlink *nl, struct nserr *e) must_check;
int netlink_open_family(struct netlink *nl, int family, struct nserr *e) must_check;
void netlink_close(struct netlink *nl);
#define cleanup_netlink __attribute__((cleanup(netlink_close)))

/* Begins a message of the type `type`, such as RTM_NEWLINK, in b. flags are NLM_F_*; NLM_F_REQUEST
 * is added. The n bytes at header are the header of the netlink family (struct ifinfomsg, …). */
void netlink_begin(struct netlink_batch *b, uint16_t type, uint16_t flags, const void *header,
		   size_t n);

/* Append an attribute to the last message of b. netlink_put_str() includes the terminating NUL. */
void netlink_put(struct netlink_batch *b, uint16_t type, const void *data, size_t n);
void netlink_put_str(struct netlink_batch *b, uint16_t type, const char *s);
void netlink_put_u32(struct netlink_batch *b, uint16_t type, uint32_t v);

/* Begins a nested attribute in the last message of b. It contains all attributes that are appended
 * before netlink_nest_end(), whose argument `at` is the return value of netlink_nest().
 * NLA_F_NESTED is not set, because rtnetlink(7) does not need it. */
size_t netlink_nest(struct netlink_batch *b, uint16_t type);
void netlink_nest_end(struct netlink_batch *b, size_t at);

/* Appends to the last message of b n bytes without an attribute header, padded to a multiple of 4,
 * for example the struct ifinfomsg in VETH_INFO_PEER. */
void netlink_put_raw(struct netlink_batch *b, const void *data, size_t n);

/*
 * Sends all messages of b with one sendmsg(2) and waits until the kernel has acknowledged the last
 * message. The kernel processes all messages, even if an earlier message failed. Returns 0, or the
 * negative errno of the first message that failed. In that case *failed (may be NULL) is the index
 * of this message, and the hint of e is the error text of the kernel, if there is one. The caller
 * sets e->what.
 */
int netlink_send(struct netlink *nl, struct netlink_batch *b, unsigned *failed,
		 struct nserr *e) must_check;

/*
 * Sends the one request in b and calls f with each message of the answer. A dump (NLM_F_DUMP) has
 * many messages, any other answer has one. If the kernel marks a dump as inconsistent
 * (NLM_F_DUMP_INTR), the dump is repeated a few times, and again() (may be NULL) is called before
 * each repetition. f returns 0, or a negative errno that ends the call. Returns 0 or a negative
 * errno with e->hint set as in netlink_send().
 */
int netlink_ask(struct netlink *nl, struct netlink_batch *b,
		int (*f)(void *arg, const struct nlmsghdr *nh), void (*again)(void *arg), void *arg,
		struct nserr *e) must_check;

/*
 * Finds the attributes in the n bytes at data. For each type below max, found[type] points to the
 * last attribute of that type, or is NULL. Returns 0, or -EBADMSG if an attribute exceeds the n
 * bytes.
 */
int netlink_parse(const void *data, size_t n, const struct nlattr **found, unsigned max) must_check;

/* Does the same for the attributes of the message nh, which follow the header of the netlink family
 * (`header` bytes). Returns 0, or -EBADMSG if the message is too short or an attribute exceeds the
 * message. */
int netlink_parse_message(const struct nlmsghdr *nh, size_t header, const struct nlattr **found,
			  unsigned max) must_check;

/* netlink_data() and netlink_len() return the value of an attribute and its length. netlink_u32()
 * returns the value as a number, or `otherwise` if a is NULL or has another length. netlink_str()
 * copies at most size - 1 bytes of the value to dst and adds a NUL. */
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
 * Parses one datagram of n bytes with acknowledgements of the requests whose sequence numbers are
 * `first` to `last`. If *err is 0, sets *err to the negative errno of the first failed request,
 * *which to the index of this request, and e->hint. Returns 1 if the last request was acknowledged,
 * 0 if not yet, or -EBADMSG. netlink_send() uses this function; it is exported for tests.
 */
int netlink_read_acks(const void *data, size_t n, uint32_t first, uint32_t last, int *err,
		      unsigned *which, struct nserr *e) must_check;

#endif
