// SPDX-License-Identifier: GPL-2.0-or-later
/* netlink: sends requests, and processes acknowledgements and dumps, with libc alone. */
#include "net/netlink.h"

#include <sys/socket.h>

#include "base/file.h"

#define DUMP_TRIES     50
/* the kernel uses up to 32 KiB of a reader's buffer for one datagram */
#define ANSWER_SIZE    32768
#define ATTR_TYPE_MASK 0x3fffu /* NLA_TYPE_MASK, as an unsigned constant */

/* ---- Requests */

void netlink_batch_init(struct netlink_batch *b)
{
	b->len = b->last = 0;
	b->n = 0;
	b->err = 0;
}

/* Reserves n bytes, padded with zeros to 4. Returns NULL if they do not fit. */
static void *reserve(struct netlink_batch *b, size_t n)
{
	size_t padded = NLMSG_ALIGN(n);
	char *at = b->space + b->len;

	if (b->err || padded > sizeof(b->space) - b->len) {
		b->err = -EMSGSIZE;
		return NULL;
	}
	memset(at, 0, padded);
	b->len += padded;
	return at;
}

static struct nlmsghdr *last_message(struct netlink_batch *b)
{
	return (struct nlmsghdr *)(void *)(b->space + b->last);
}

static void set_length(struct netlink_batch *b)
{
	last_message(b)->nlmsg_len = (uint32_t)(b->len - b->last);
}

void netlink_begin(struct netlink_batch *b, uint16_t type, uint16_t flags, const void *header,
		   size_t n)
{
	size_t at = b->len;
	struct nlmsghdr *nh;

	if (b->n == NETLINK_BATCH_MAX)
		b->err = -EMSGSIZE;
	nh = reserve(b, NLMSG_HDRLEN);
	if (!nh)
		return;
	b->last = at;
	b->n++;
	nh->nlmsg_type = type;
	nh->nlmsg_flags = flags | NLM_F_REQUEST;
	netlink_put_raw(b, header, n);
}

void netlink_put_raw(struct netlink_batch *b, const void *data, size_t n)
{
	void *at = reserve(b, n);

	if (!at)
		return;
	memcpy(at, data, n);
	set_length(b);
}

void netlink_put(struct netlink_batch *b, uint16_t type, const void *data, size_t n)
{
	struct nlattr *a = n > UINT16_MAX - sizeof(*a) ? NULL
						       : reserve(b, sizeof(struct nlattr) + n);

	if (!a) {
		b->err = -EMSGSIZE;
		return;
	}
	a->nla_len = (uint16_t)(sizeof(struct nlattr) + n);
	a->nla_type = type;
	if (n)
		memcpy((char *)a + sizeof(struct nlattr), data, n);
	set_length(b);
}

void netlink_put_str(struct netlink_batch *b, uint16_t type, const char *s)
{
	netlink_put(b, type, s, strlen(s) + 1);
}

void netlink_put_u32(struct netlink_batch *b, uint16_t type, uint32_t v)
{
	netlink_put(b, type, &v, sizeof(v));
}

size_t netlink_nest(struct netlink_batch *b, uint16_t type)
{
	size_t at = b->len;

	netlink_put(b, type, NULL, 0);
	return at;
}

void netlink_nest_end(struct netlink_batch *b, size_t at)
{
	if (!b->err)
		((struct nlattr *)(void *)(b->space + at))->nla_len = (uint16_t)(b->len - at);
}

/* ---- Answers */

int netlink_parse(const void *data, size_t n, const struct nlattr **found, unsigned max)
{
	const char *at = data;

	memset(found, 0, max * sizeof(found[0]));
	while (n >= sizeof(struct nlattr)) {
		const struct nlattr *a = (const void *)at;
		size_t len = a->nla_len, step = NLMSG_ALIGN(len);
		unsigned type = a->nla_type & ATTR_TYPE_MASK;

		if (len < sizeof(struct nlattr) || len > n)
			return -EBADMSG;
		if (type < max)
			found[type] = a;
		/* the last attribute may lack its padding, so do not skip more bytes than there
		 * are */
		step = MIN(step, n);
		at += step;
		n -= step;
	}
	return 0;
}

int netlink_parse_message(const struct nlmsghdr *nh, size_t header, const struct nlattr **found,
			  unsigned max)
{
	size_t skip = NLMSG_HDRLEN + NLMSG_ALIGN(header);

	if (nh->nlmsg_len < skip)
		return -EBADMSG;
	return netlink_parse((const char *)nh + skip, nh->nlmsg_len - skip, found, max);
}

uint32_t netlink_u32(const struct nlattr *a, uint32_t otherwise)
{
	uint32_t v;

	if (!a || netlink_len(a) != sizeof(v))
		return otherwise;
	memcpy(&v, netlink_data(a), sizeof(v));
	return v;
}

void netlink_str(const struct nlattr *a, char *dst, size_t size)
{
	size_t n = a ? strnlen(netlink_data(a), netlink_len(a)) : 0;

	n = MIN(n, size - 1);
	if (n)
		memcpy(dst, netlink_data(a), n);
	dst[n] = '\0';
}

/* Sets the hint to the text of an extended acknowledgement (netlink(7), NETLINK_EXT_ACK). */
static void take_text(const struct nlmsghdr *nh, struct nserr *e)
{
	const struct nlmsgerr *err = (const void *)((const char *)nh + NLMSG_HDRLEN);
	const struct nlattr *found[NLMSGERR_ATTR_MSG + 1];
	size_t skip = NLMSG_HDRLEN + sizeof(*err);
	char text[200];

	if (!(nh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	/* Skip the payload of the request, which the answer repeats unless NETLINK_CAP_ACK is
	 * set. */
	if (!(nh->nlmsg_flags & NLM_F_CAPPED) && err->msg.nlmsg_len > NLMSG_HDRLEN)
		skip += NLMSG_ALIGN(err->msg.nlmsg_len - NLMSG_HDRLEN);
	if (skip > nh->nlmsg_len ||
	    netlink_parse((const char *)nh + skip, nh->nlmsg_len - skip, found, ARRAY_SIZE(found)) <
		    0 ||
	    !found[NLMSGERR_ATTR_MSG])
		return;
	netlink_str(found[NLMSGERR_ATTR_MSG], text, sizeof(text));
	if (text[0])
		nserr_hint(e, "the kernel reports: %s", text);
}

/* Returns the next message of the n bytes at *at, or NULL at the end. Sets *bad if the message
 * exceeds the n bytes. */
static const struct nlmsghdr *next_message(const char **at, size_t *n, bool *bad)
{
	const struct nlmsghdr *nh = (const void *)*at;
	size_t step;

	if (*n == 0)
		return NULL;
	if (*n < NLMSG_HDRLEN || nh->nlmsg_len < NLMSG_HDRLEN || nh->nlmsg_len > *n) {
		*bad = true;
		return NULL;
	}
	step = MIN(NLMSG_ALIGN((size_t)nh->nlmsg_len), *n);
	*at += step;
	*n -= step;
	return nh;
}

static int error_of(const struct nlmsghdr *nh, int *err)
{
	if (nh->nlmsg_len < NLMSG_HDRLEN + sizeof(struct nlmsgerr))
		return -EBADMSG;
	*err = ((const struct nlmsgerr *)(const void *)((const char *)nh + NLMSG_HDRLEN))->error;
	return *err > 0 ? -EBADMSG : 0;
}

int netlink_read_acks(const void *data, size_t n, uint32_t first, uint32_t last, int *err,
		      unsigned *which, struct nserr *e)
{
	const struct nlmsghdr *nh;
	const char *at = data;
	bool bad = false;
	int done = 0;

	while ((nh = next_message(&at, &n, &bad))) {
		uint32_t number = nh->nlmsg_seq - first;
		int rc;

		/* Ignore messages that do not acknowledge a request of this batch. */
		if (nh->nlmsg_type != NLMSG_ERROR || number > last - first)
			continue;
		if (error_of(nh, &rc) < 0)
			return -EBADMSG;
		if (rc < 0 && *err == 0) {
			*err = rc;
			*which = number;
			if (e)
				take_text(nh, e);
		}
		done |= nh->nlmsg_seq == last;
	}
	return bad ? -EBADMSG : done;
}

/* ---- The socket */

int netlink_open_family(struct netlink *nl, int family, struct nserr *e)
{
	static const int options[] = { NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK };
	int on = 1, fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family);

	fd = fd < 0 ? -errno : file_above_std(fd);
	if (fd < 0)
		return nserr_set(e, fd, "cannot open a netlink socket");
	/* A failure is ignored, because older kernels lack some of the options. Without them,
	 * errors have no text and dumps are not filtered. */
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		(void)!setsockopt(fd, SOL_NETLINK, options[i], &on, sizeof(on));
	*nl = (struct netlink){ .fd = fd, .seq = 1 };
	return 0;
}

int netlink_open(struct netlink *nl, struct nserr *e)
{
	return netlink_open_family(nl, NETLINK_ROUTE, e);
}

void netlink_close(struct netlink *nl)
{
	util_close(&nl->fd);
}

/* Sets the sequence numbers of the messages in b and sends the messages. Returns 0 or a negative
 * errno. */
static int transmit(struct netlink *nl, struct netlink_batch *b)
{
	ssize_t n;

	if (b->err)
		return b->err;
	for (size_t at = 0; at < b->len;) {
		struct nlmsghdr *nh = (void *)(b->space + at);

		nh->nlmsg_seq = nl->seq++;
		at += nh->nlmsg_len;
	}
	n = RETRY_EINTR(send(nl->fd, b->space, b->len, 0));
	return n < 0 ? -errno : n == (ssize_t)b->len ? 0 : -EIO;
}

int netlink_send(struct netlink *nl, struct netlink_batch *b, unsigned *failed, struct nserr *e)
{
	union {
		struct nlmsghdr align;
		char space[NETLINK_BATCH_SIZE];
	} answer;
	uint32_t first = nl->seq;
	unsigned which = 0;
	int rc, err = 0;

	if (b->n == 0)
		return b->err;
	/* Set NLM_F_ACK only in the last message. The kernel reports the error of an earlier
	 * message even without this flag, and before it answers the last message. */
	last_message(b)->nlmsg_flags |= NLM_F_ACK;
	rc = transmit(nl, b);
	while (rc == 0) {
		ssize_t n = RETRY_EINTR(recv(nl->fd, &answer, sizeof(answer), 0));

		rc = n < 0 ? -errno
			   : netlink_read_acks(&answer, (size_t)n, first, nl->seq - 1, &err, &which,
					       e);
	}
	if (failed)
		*failed = which;
	return rc < 0 ? rc : err;
}

struct asking {
	uint32_t seq;
	bool dump, interrupted;
	int (*f)(void *arg, const struct nlmsghdr *nh);
	void *arg;
	struct nserr *e;
};

/* Calls the caller's function for each message of a datagram. Returns 1 at the end of the answer, 0
 * before the end, or a negative errno.
 */
static int read_answers(struct asking *a, const char *at, size_t n)
{
	const struct nlmsghdr *nh;
	bool bad = false;
	int rc, err;

	while ((nh = next_message(&at, &n, &bad))) {
		if (nh->nlmsg_seq != a->seq)
			continue;
		a->interrupted |= (nh->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
		if (nh->nlmsg_type == NLMSG_DONE)
			return 1;
		if (nh->nlmsg_type == NLMSG_ERROR) {
			rc = error_of(nh, &err);
			if (rc == 0 && err < 0 && a->e)
				take_text(nh, a->e);
			return rc < 0 ? rc : err < 0 ? err : 1;
		}
		rc = a->f(a->arg, nh);
		if (rc < 0)
			return rc;
		if (!a->dump)
			return 1;
	}
	return bad ? -EBADMSG : 0;
}

/* Skips answers to earlier requests, which have another sequence number. */
int netlink_ask(struct netlink *nl, struct netlink_batch *b,
		int (*f)(void *arg, const struct nlmsghdr *nh), void (*again)(void *arg), void *arg,
		struct nserr *e)
{
	union {
		struct nlmsghdr align;
		char space[ANSWER_SIZE];
	} answer;
	struct asking a = { .f = f, .arg = arg, .e = e };
	int rc = -EIO;

	a.dump = b->n && (last_message(b)->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	for (int tries = 0; tries < DUMP_TRIES; tries++) {
		a.seq = nl->seq;
		a.interrupted = false;
		rc = transmit(nl, b);
		while (rc == 0) {
			ssize_t n = RETRY_EINTR(recv(nl->fd, &answer, sizeof(answer), 0));

			rc = n < 0 ? -errno : read_answers(&a, answer.space, (size_t)n);
		}
		if (rc < 0 || !a.interrupted)
			return MIN(rc, 0);
		if (again)
			again(arg);
	}
	return -EAGAIN;
}
