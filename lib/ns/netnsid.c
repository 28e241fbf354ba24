// SPDX-License-Identifier: GPL-2.0-or-later
/* netnsid: sends RTM_GETNSID over rtnetlink(7) and parses the reply. */
#include "ns/netnsid.h"

#include <linux/net_namespace.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "base/file.h"

int netnsid_open(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	return fd < 0 ? -errno : file_above_std(fd);
}

int netnsid_parse(const void *answer, size_t n, int32_t *id)
{
	const struct nlmsghdr *nh = answer;
	const struct nlmsgerr *err = NLMSG_DATA(nh);
	const struct rtattr *a;
	int left;

	if (!NLMSG_OK(nh, n))
		return -EIO;
	if (nh->nlmsg_type == NLMSG_ERROR)
		return nh->nlmsg_len >= NLMSG_LENGTH(sizeof(*err)) && err->error < 0 ? err->error
										     : -EIO;
	if (nh->nlmsg_type != RTM_NEWNSID)
		return -EIO;
	a = (void *)((char *)NLMSG_DATA(nh) + NLMSG_ALIGN(sizeof(struct rtgenmsg)));
	left = (int)(nh->nlmsg_len - NLMSG_SPACE(sizeof(struct rtgenmsg)));
	for (; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type != NETNSA_NSID || RTA_PAYLOAD(a) < sizeof(*id))
			continue;
		memcpy(id, RTA_DATA(a), sizeof(*id));
		return 0;
	}
	return -EIO;
}

int netnsid_get(int sock, int ns_fd, int32_t *id)
{
	struct {
		struct nlmsghdr nh;
		struct rtgenmsg gen __attribute__((aligned(NLMSG_ALIGNTO)));
		struct rtattr a __attribute__((aligned(NLMSG_ALIGNTO)));
		uint32_t fd;
	} req = {
		.nh = { .nlmsg_len = sizeof(req),
			.nlmsg_type = RTM_GETNSID,
			.nlmsg_flags = NLM_F_REQUEST },
		.gen = { .rtgen_family = AF_UNSPEC },
		.a = { .rta_len = RTA_LENGTH(sizeof(uint32_t)), .rta_type = NETNSA_FD },
		.fd = (uint32_t)ns_fd,
	};
	union {
		struct nlmsghdr nh;
		char space[4096];
	} answer;
	ssize_t n = RETRY_EINTR(send(sock, &req, sizeof(req), 0));

	if (n >= 0)
		n = RETRY_EINTR(recv(sock, &answer, sizeof(answer), 0));
	return n < 0 ? -errno : netnsid_parse(&answer, (size_t)n, id);
}
