// SPDX-License-Identifier: GPL-2.0-or-later
/* nft: loads libnftables with dlopen(3). Linking it would add 760,000 instructions to each start.
 */
#include "net/nft.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/dl.h"

#define OUTPUT_HANDLE 8u /* value of NFT_CTX_OUTPUT_HANDLE */

/* These declarations are copies from nftables/libnftables.h, which is stable since version 0.9
 * (soname 1). */
static struct nft_ctx *(*ctx_new)(uint32_t flags);
static void (*ctx_free)(struct nft_ctx *ctx);
static int (*buffer_error)(struct nft_ctx *ctx);
static const char *(*get_error)(struct nft_ctx *ctx);
static void (*set_dry_run)(struct nft_ctx *ctx, bool dry);
static int (*buffer_output)(struct nft_ctx *ctx);
static const char *(*get_output)(struct nft_ctx *ctx);
static void (*set_flags)(struct nft_ctx *ctx, unsigned flags);
static int (*run_cmd)(struct nft_ctx *ctx, const char *buf);

static unsigned contexts; /* number of open contexts */

/* Sets close-on-exec on the sockets of the library, because not all of its versions do this. A
 * program that inherited such a socket could change the firewall of the host. */
static void close_on_exec(void)
{
	for (int fd = 3; fd < 64; fd++) {
		int value = 0;
		socklen_t n = sizeof(value);

		if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &value, &n) == 0 && value == AF_NETLINK &&
		    getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &value, &n) == 0 &&
		    value == NETLINK_NETFILTER)
			fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
}

int nft_open(struct nft_ctx **nft, struct nserr *e)
{
	static const struct dl_symbol symbols[] = {
		DL_SYMBOL(ctx_new, nft_ctx_new),
		DL_SYMBOL(ctx_free, nft_ctx_free),
		DL_SYMBOL(buffer_error, nft_ctx_buffer_error),
		DL_SYMBOL(get_error, nft_ctx_get_error_buffer),
		DL_SYMBOL(set_dry_run, nft_ctx_set_dry_run),
		DL_SYMBOL(buffer_output, nft_ctx_buffer_output),
		DL_SYMBOL(get_output, nft_ctx_get_output_buffer),
		DL_SYMBOL(set_flags, nft_ctx_output_set_flags),
		DL_SYMBOL(run_cmd, nft_run_cmd_from_buffer),
	};
	int rc = ctx_new ? 0 : dl_load(LIBNFTABLES_SONAME, symbols, ARRAY_SIZE(symbols), e);

	if (rc < 0) {
		nserr_hint(e, "install libnftables, or use the commands that --explain prints");
		if (e)
			e->status = 2;
		return rc;
	}
	*nft = ctx_new(0);
	contexts += *nft != NULL;
	if (!*nft || buffer_error(*nft) != 0 || buffer_output(*nft) != 0)
		return nserr_set(e, ENOMEM, "cannot use libnftables");
	close_on_exec();
	return 0;
}

/* Frees only the last open context, because nft_ctx_free() of version 0.9.8 frees data that all
 * contexts share. */
void nft_close(struct nft_ctx *nft)
{
	if (nft && --contexts == 0)
		ctx_free(nft);
}

/* Runs the commands. Returns 0, or -EINVAL with e set to the message `failure` and to the first
 * line that libnftables reports. */
static int run(struct nft_ctx *nft, const char *text, bool dry_run, const char *failure,
	       struct nserr *e)
{
	const char *said;

	set_dry_run(nft, dry_run);
	if (run_cmd(nft, text) == 0)
		return 0;
	said = get_error(nft);
	nserr_set(e, 0, "%s", failure);
	if (said && said[0])
		nserr_hint(e, "libnftables reports: %.*s", (int)strcspn(said, "\n"), said);
	return -EINVAL;
}

int nft_apply(struct nft_ctx *nft, const char *text, bool dry_run, struct nserr *e)
{
	return run(nft, text, dry_run, "cannot set the firewall rules", e);
}

int nft_list(struct nft_ctx *nft, const char *command, struct buf *out, struct nserr *e)
{
	int rc = run(nft, command, false, "cannot list the firewall rules", e);
	const char *text = rc == 0 ? get_output(nft) : NULL;

	if (text)
		buf_adds(out, text);
	return rc;
}

int nft_list_handles(struct nft_ctx *nft, const char *command, struct buf *out, struct nserr *e)
{
	int rc;

	set_flags(nft, OUTPUT_HANDLE);
	rc = nft_list(nft, command, out, e);
	set_flags(nft, 0);
	return rc;
}

void nft_rule_text(struct nft_ctx *nft, const char *chain, uint64_t handle, struct buf *out)
{
	cleanup_buf struct buf text = BUF_INIT;
	char command[256], mark[48];
	const char *at, *from;

	snprintf(command, sizeof(command), "list chain %s", chain);
	snprintf(mark, sizeof(mark), " # handle %" PRIu64 "\n", handle);
	if (nft_list_handles(nft, command, &text, NULL) == 0 && text.s) {
		at = strstr(text.s, mark);
		for (from = at; at && from > text.s && from[-1] != '\n';)
			from--;
		if (at) {
			from += strspn(from, "\t");
			buf_add(out, from, (size_t)(at - from));
		}
	}
}
