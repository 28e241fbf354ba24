// SPDX-License-Identifier: GPL-2.0-or-later
/* test-nft: uses libnftables in a new network namespace. */
#include "net/nft.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#include "base/num.h"

#include "../sandbox.h"

/* libnftables keeps memory for the next context */
UNIT_LEAVES_MEMORY

static struct nserr error;

/* Returns the output of a list command, with the handles of the rules if `handles` is set, or ""
 * after a failure. The next call overwrites it. */
static const char *listed(struct nft_ctx *nft, bool handles, const char *command)
{
	static struct buf b;

	buf_reset(&b);
	buf_adds(&b, "");
	if ((handles ? nft_list_handles : nft_list)(nft, command, &b, &error) < 0)
		buf_reset(&b);
	return b.s;
}

/* Returns the text of a rule of the chain c. The next call overwrites it. */
static const char *rule(struct nft_ctx *nft, uint64_t handle)
{
	static struct buf b;

	buf_reset(&b);
	buf_adds(&b, "");
	nft_rule_text(nft, "ip t c", handle, &b);
	return b.s;
}

static void change_rules(const char *dir)
{
	struct nft_ctx *nft = NULL, *second = NULL;
	const char *drop;
	uint64_t handle = 0;

	(void)dir;
	CHECK_INT(nft_open(&nft, &error), 0);
	if (nft_list(nft, "list tables", &(struct buf){ 0 }, &error) < 0) {
		printf("# this kernel has no nftables\n");
		nft_close(nft);
		return;
	}
	CHECK_INT(nft_apply(nft, "add table ip t", true, &error), 0);
	CHECK_STR(listed(nft, false, "list tables"), "");
	CHECK_INT(nft_apply(nft,
			    "add table ip t; add chain ip t c; add rule ip t c accept; "
			    "add rule ip t c drop",
			    false, &error),
		  0);
	CHECK_STR(listed(nft, false, "list tables"), "table ip t\n");
	drop = strstr(listed(nft, true, "list chain ip t c"), "drop # handle ");
	CHECK(drop != NULL);
	if (drop)
		CHECK_INT(num_u64n(drop + 14, strspn(drop + 14, "0123456789"), 1, 99, &handle), 0);
	CHECK(!strstr(listed(nft, false, "list chain ip t c"), "handle"));
	CHECK_STR(rule(nft, handle), "drop");
	CHECK_STR(rule(nft, 99), "");
	CHECK_INT(nft_apply(nft, "nonsense", false, &error), -EINVAL);
	CHECK_STR(error.what, "cannot set the firewall rules");
	CHECK(str_after(error.hint, "libnftables reports: ") && !strchr(error.hint, '\n'));
	CHECK_INT(nft_list(nft, "list table ip missing", &(struct buf){ 0 }, &error), -EINVAL);
	CHECK_STR(error.what, "cannot list the firewall rules");
	/* the first context still works after a second one was closed; libnftables leaves the
	 * socket of the second one open */
	unit_keeps_fds = true;
	CHECK_INT(nft_open(&second, &error), 0);
	nft_close(second);
	CHECK_STR(listed(nft, false, "list tables"), "table ip t\n");
	nft_close(nft);
	nft_close(NULL);
}

static void rules_are_applied_and_listed(void)
{
	struct nft_ctx *nft = NULL;

	if (nft_open(&nft, &error) < 0) {
		unit_skip_except_root("libnftables is not installed");
		return;
	}
	nft_close(nft);
	sandbox(CLONE_NEWNET, change_rules);
}

/* A program must not inherit a socket of the library. */
static void sockets_of_the_firewall_are_closed_on_exec(void)
{
	int firewall = socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	int route = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
	struct nft_ctx *nft = NULL;

	if (nft_open(&nft, &error) < 0) {
		unit_skip_except_root("libnftables is not installed");
	} else {
		CHECK_INT(fcntl(firewall, F_GETFD), FD_CLOEXEC);
		CHECK_INT(fcntl(route, F_GETFD), 0);
		nft_close(nft);
	}
	close(firewall);
	close(route);
}

UNIT_MAIN(CASE(rules_are_applied_and_listed), CASE(sockets_of_the_firewall_are_closed_on_exec))
