// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fuzz-netlink: checks that parsing an answer of the kernel never reads outside the answer, that an
 * acknowledgement refers to a request that was sent, and that the strings of a device are
 * terminated. The first byte of the input chooses the parser.
 */
#include "fuzz.h"
#include "net/link.h"

static void acks(const void *data, size_t n)
{
	struct nserr e = NSERR_INIT;
	unsigned which = 99;
	int err = 0, rc = netlink_read_acks(data, n, 7, 10, &err, &which, &e);

	HOLDS(rc == 0 || rc == 1 || rc == -EBADMSG);
	HOLDS(err <= 0);
	HOLDS(err == 0 || which <= 3);
	HOLDS(memchr(e.hint, 0, sizeof(e.hint)));
}

static void link_of(struct nlmsghdr *nh, size_t n)
{
	struct net_link l;

	if (n < NLMSG_HDRLEN)
		return;
	nh->nlmsg_len = (uint32_t)n;
	if (net_link_parse(nh, &l) < 0)
		return;
	HOLDS(memchr(l.name, 0, sizeof(l.name)));
	HOLDS(memchr(l.kind, 0, sizeof(l.kind)));
	HOLDS(memchr(l.alias, 0, sizeof(l.alias)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	void *copy;

	if (size < 1)
		return 0;
	/* make a copy of exactly this size, aligned like a buffer for recv(2) */
	copy = malloc(size - 1 ? size - 1 : 1);
	HOLDS(copy);
	memcpy(copy, data + 1, size - 1);
	if (data[0] & 1)
		acks(copy, size - 1);
	else
		link_of(copy, size - 1);
	free(copy);
	return 0;
}
